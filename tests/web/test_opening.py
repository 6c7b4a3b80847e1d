"""Opening a case: five questions, kept while they are answered, checked, and sent."""

from typing import Any

from casetrack.domain.case import AgeGroup, IdentityState
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import HolderCode
from tests.web.site import NAME, Browser, Place, errors, headings, links, notice

ANSWERS: dict[str, dict[str, Any]] = {
    "strands": {"strands": ["support", "investigation"]},
    "age": {"age_group": "in-doubt"},
    "areas": {"exploitation": "south", "encounter": "north"},
    "identity": {
        "identity": "given",
        "given_names": "Testa Ana",
        "family_name": "Unreal",
        "birth_date-day": "27",
        "birth_date-month": "3",
        "birth_date-year": "2010",
        "birth_date_is_estimate": "yes",
    },
    "contact": {"times": "Texts before noon.", "phone": "01632 960777"},
}


def answer(browser: Browser, *, until: str = "contact", **changed: dict[str, Any]) -> str:
    """The questions are answered one after the other; the page after the last of them."""
    shown = ""
    for step, typed in (ANSWERS | changed).items():
        shown = browser.post(f"/cases/new/{step}", typed).text
        if step == until:
            break
    return shown


def test_the_question_of_a_step_and_its_fields_ask_the_same() -> None:
    shown = Place().browser("worker").get("/cases/new/areas").text
    assert headings(shown) == ["Where did it happen, and where does the person live?"]
    assert "Where does the person live?" in shown


def test_a_case_is_opened_with_what_was_answered() -> None:
    place = Place()
    browser = place.browser("worker")
    check = answer(browser)
    assert headings(check) == ["Check the answers before you open the case"]
    assert "Testa Ana" in check
    assert "(an estimate)" in check

    opened = browser.post("/cases/new/check")

    reference = opened.request.path.split("/")[2]
    assert headings(opened.text) == ["The case is open"]
    assert reference in opened.text
    case = place.found(reference)
    assert case.pseudonym in opened.text
    assert case.holdings.led_by(HolderCode("north")) == frozenset(Strand)
    assert (case.age_group, case.identity) == (AgeGroup.IN_DOUBT, IdentityState.GIVEN)
    assert vars(case.areas) == {"exploitation": "south", "home": None, "encounter": "north"}
    assert NAME not in opened.text
    assert "Record first: Signs of slavery seen and the person met. That starts the dates" in opened.text
    assert f"/cases/{reference}/milestones/encounter" in links(opened.text)


def test_the_answers_are_gone_once_the_case_is_open() -> None:
    place = Place()
    browser = place.browser("worker")
    answer(browser)
    browser.post("/cases/new/check")
    assert browser.get("/cases/new").request.path == "/cases/new/strands"


def test_answers_wait_sealed_and_for_their_author_alone() -> None:
    place = Place()
    answer(place.browser("worker"), until="identity")
    memory = place.world.memory
    assert memory is not None
    (draft,) = memory.kept.drafts.values()
    assert b"Testa" not in draft.sealed
    assert headings(place.browser("worker").get("/cases/new").text) == ["You began to open a case"]
    assert place.browser("lead").get("/cases/new").request.path == "/cases/new/strands"
    assert "Testa Ana" in place.browser("worker").get("/cases/new/identity").text


def test_whoever_begins_again_begins_with_nothing() -> None:
    place = Place()
    browser = place.browser("worker")
    answer(browser, until="identity")
    assert browser.post("/cases/new").request.path == "/cases/new/strands"
    assert "Testa" not in browser.get("/cases/new/identity").text


def test_nothing_is_opened_before_every_question_was_seen() -> None:
    place = Place()
    browser = place.browser("worker")
    answer(browser, until="areas")
    assert browser.get("/cases/new/check").request.path == "/cases/new/identity"
    assert f"/cases/new/{'identity'}" in browser.get("/cases/new").text


def test_a_name_is_never_needed() -> None:
    place = Place()
    browser = place.browser("worker")
    answer(browser, identity={"identity": "not-yet-asked"}, contact={})
    opened = browser.post("/cases/new/check")
    case = place.found(opened.request.path.split("/")[2])
    assert case.identity is IdentityState.NOT_YET_ASKED


def test_whoever_says_that_a_name_was_given_gives_it() -> None:
    browser = Place().browser("worker")
    answer(browser, until="areas")
    shown = browser.post("/cases/new/identity", {"identity": "given", "nationality": "Vietnamese"})
    assert shown.status_code == 422
    assert errors(shown.text) == ["Enter the name that the person gave, or choose another answer."]
    assert 'value="Vietnamese"' in shown.text


def test_a_change_from_the_check_leads_back_to_it() -> None:
    browser = Place().browser("worker")
    assert "/cases/new/age?check=yes" in answer(browser)
    shown = browser.post("/cases/new/age?check=yes", {"age_group": "adult"})
    assert shown.request.path == "/cases/new/check"
    assert "Adult" in shown.text


def test_an_answer_that_no_longer_fits_is_asked_again() -> None:
    place = Place()
    browser = place.browser("worker")
    answer(browser)
    place.later(days=365)
    place.keep_draft("worker", "contact", {"nonsense": "x"})
    browser.sign_in_again()
    shown = browser.client.get("/cases/new/check")
    assert shown.status_code == 422
    assert errors(shown.text) == ["This was not asked for."]


def test_a_charity_is_not_asked_about_the_investigation() -> None:
    place = Place()
    browser = place.browser("charity-worker")
    assert "question 1 of 4" in browser.get("/cases/new").text
    assert browser.client.get("/cases/new/strands").status_code == 404
    for step in list(ANSWERS)[1:]:
        browser.post(f"/cases/new/{step}", ANSWERS[step])
    opened = browser.post("/cases/new/check")
    case = place.found(opened.request.path.split("/")[2])
    assert case.holdings.strands == {Strand.SUPPORT}


def test_another_person_from_the_encounter_begins_with_its_areas_and_nothing_else() -> None:
    place = Place()
    browser = place.browser("worker")
    answer(browser)
    opened = browser.post("/cases/new/check")
    again = browser.post(f"{opened.request.path.removesuffix('/opened')}/another", page=opened.request.path)
    assert again.request.path == "/cases/new/strands"
    assert '<option value="south" selected>' in browser.get("/cases/new/areas").text
    for step in ("strands", "age", "identity", "contact"):
        shown = browser.get(f"/cases/new/{step}").text
        assert "checked" not in shown
        assert "Testa" not in shown
        assert "01632" not in shown


def test_whoever_does_no_casework_opens_no_case() -> None:
    browser = Place().browser("auditor")
    assert browser.client.get("/cases/new").status_code == 403


def test_the_first_thing_that_a_case_says_is_not_an_error() -> None:
    shown = Place().browser("worker").get("/cases/new/strands").text
    assert (errors(shown), notice(shown)) == ([], "")
