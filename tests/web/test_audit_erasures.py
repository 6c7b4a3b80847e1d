"""What was erased, as the auditors' desk shows it: by which two people, and under which rule."""

from tests.services import agreed
from tests.web.site import Place, headings, links
from tests.web.test_audit_desk import desk, rows
from tests.world import ACCOUNTS, NORTH

ERASURES = "/audit/erasures"


def test_each_says_whose_case_it_was_the_rule_with_its_law_why_and_who_the_two_were() -> None:
    place = Place()
    agreed.erased(place.world)
    shown = desk(place).get(ERASURES).text

    assert headings(shown) == ["What was erased"]
    (row,) = rows(shown)
    _, whose, rule, why, proposed, approved = row[:6]
    assert whose == NORTH.name
    codes = place.world.deployment.facts.codes
    assert codes["erasure_rules"].codes[agreed.RULE].label in rule
    assert codes["erasure_rules"].codes[agreed.RULE].more["basis"] in rule
    assert why == codes["erasure_reasons"].codes[agreed.REASON].label
    assert proposed.startswith(ACCOUNTS["lead"].display_name)
    assert approved.startswith(ACCOUNTS["supervisor"].display_name)
    assert f"/audit/accounts/{ACCOUNTS['supervisor'].id}" in links(shown)


def test_where_nothing_was_the_page_says_what_would_be_there_and_the_desk_leads_to_it() -> None:
    place = Place()
    auditor = desk(place)

    assert "Nothing within your scope was erased." in auditor.get(ERASURES).text
    assert ERASURES in links(auditor.get("/audit").text)


def test_the_names_of_a_case_that_is_gone_are_on_no_page() -> None:
    place = Place()
    case, _ = agreed.erased(place.world)
    shown = desk(place).get(ERASURES).text

    assert case.reference not in shown
    assert case.pseudonym not in shown
