"""The pages where two people are needed: proposed with care, decided by somebody else, and a certificate at the end."""

import json

from casetrack.services.certificates import verify_certificate
from tests.services import acts, agreed
from tests.services.acts import SUPPORT
from tests.web.site import Browser, Place, errors, hidden, links, notice, title
from tests.world import CHARITY

WHY = {"rule": "storage-limit", "reason": "review", "words": "A review found no reason to keep it."}


def closed() -> Place:
    """A place whose case is closed."""
    place = Place()
    place.close()
    return place


def propose(place: Place, by: str = "lead") -> tuple[Browser, str]:
    """The case is proposed for erasing; gives the browser and where the proposal is."""
    browser = place.browser(by)
    said = WHY | {"reference": place.case.reference}
    answer = browser.post(f"{place.at}/erase", said, follow=False)
    assert answer.status_code == 303, answer.text
    return browser, answer.headers["Location"]


def test_a_case_is_proposed_for_erasing_from_its_page_and_erased_by_a_second_person() -> None:
    place = closed()
    lead = place.browser("lead")
    assert f"{place.at}/erase" in links(lead.get(place.at).text)
    page = lead.get(f"{place.at}/erase").text
    assert "lost for ever" in page
    lead, at = propose(place)
    shown = lead.get(at).text
    assert "Somebody else of North Invented Police decides" in shown
    assert f"{at}/approve" not in links(shown)

    second = place.browser("supervisor")
    assert at in links(second.get("/work").text)
    assert at in links(second.get("/proposals").text)
    assert WHY["words"] in second.get(at).text
    answer = second.post(f"{at}/approve", {"reference": place.case.reference})
    assert notice(answer.text) == "The case is erased. This is the certificate."
    assert title(answer.text).startswith("Certificate of erasure")
    assert second.get(place.at).status_code == 404
    assert place.case.reference not in answer.text
    (certificate,) = [link for link in links(answer.text) if link.endswith("certificate.json")]
    certified = verify_certificate(second.get(certificate).data)
    assert (certified.stone.case, certified.deployment) == (place.case.id, place.world.deployment.name)
    assert f"/erasures/{place.case.id}" in links(second.get("/erasures").text)
    assert second.get(at).status_code == 200
    assert "Two people agreed" in second.get(at).text


def test_another_reference_than_that_of_the_case_erases_nothing() -> None:
    place = closed()
    other = place.open_case()
    lead = place.browser("lead")
    for typed in (other.reference, "CT-0000-0001", "the case"):
        answer = lead.post(f"{place.at}/erase", WHY | {"reference": typed})
        assert answer.status_code == 422
        assert errors(answer.text) == ["That is not the reference of this case. It stands at the top of this page."]
        assert WHY["words"] in answer.text
    _, at = propose(place)
    answer = place.browser("supervisor").post(f"{at}/approve", {"reference": other.reference})
    assert answer.status_code == 422
    assert errors(answer.text) == ["That is not the reference of this case. It stands at the top of this page."]
    answer = place.browser("supervisor").post(f"{at}/approve", {"reference": ""})
    assert errors(answer.text) == ["Type the reference of the case, to show that you mean this one."]
    assert place.kept().id == place.case.id


def test_what_was_typed_survives_a_refusal() -> None:
    place = closed()
    lead = place.browser("lead")
    shown = lead.get(f"{place.at}/erase").text
    agreed.proposed(place.world, place.kept())

    said = WHY | {"reference": place.case.reference} | hidden(shown)
    answer = lead.client.post(f"{place.at}/erase", data=said, follow_redirects=True)
    assert errors(answer.text) == ["This has been proposed already, and waits for a second person."]
    assert WHY["words"] in answer.text


def test_an_open_case_and_a_worker_have_no_way_to_erasing() -> None:
    place = Place()
    assert f"{place.at}/erase" not in links(place.browser("lead").get(place.at).text)
    answer = place.browser("lead").get(f"{place.at}/erase")
    assert (answer.status_code, "Only a closed case can be erased" in answer.text) == (422, True)
    place.close()
    worker = place.browser("worker")
    assert f"{place.at}/erase" not in links(worker.get(place.at).text)
    assert worker.get(f"{place.at}/erase").status_code == 403
    assert worker.get("/proposals").status_code == 403
    propose(place)
    assert "waits for a second person" in worker.get(place.at).text


def test_a_second_person_who_does_not_agree_says_why() -> None:
    place = closed()
    _, at = propose(place)
    second = place.browser("supervisor")
    answer = second.post(f"{at}/refuse", {"words": ""})
    assert errors(answer.text) == ["Say why you do not agree."]
    answer = second.post(f"{at}/refuse", {"words": "The claim is not over."})
    assert notice(answer.text) == "You have not agreed, so nothing comes of it."
    assert "The second person did not agree" in second.get(at).text
    again = second.get(f"{at}/approve")
    assert "The second person did not agree" in again.text


def test_what_was_proposed_can_be_taken_back_and_expires() -> None:
    place = closed()
    lead, at = propose(place)
    answer = lead.post(f"{at}/withdraw", {})
    assert notice(answer.text) == "It is not proposed any more."
    lead, at = propose(place)
    place.later(days=31)
    lead.sign_in_again()
    assert "it has expired" in lead.get(at).text
    assert at not in links(lead.get("/proposals").text)


def test_while_a_hold_stands_nobody_has_a_button_and_two_people_lift_it() -> None:
    place = closed()
    _, proposed = propose(place)
    lead = place.browser("lead")
    answer = lead.post(f"{place.at}/hold", {"reason": "civil-claim", "words": "A claim was announced."})
    assert notice(answer.text) == "The legal hold stands. Nothing of this case can be erased."
    assert "A civil claim is made, or expected" in answer.text
    second = place.browser("supervisor")
    page = second.get(proposed).text
    assert "cannot be erased" in page
    assert f"{proposed}/approve" not in links(page)
    refused = second.post(f"{proposed}/approve", {"reference": place.case.reference})
    assert "The hold must be lifted first" in refused.text

    (lift,) = [link for link in links(lead.get(place.at).text) if link.endswith("/lift")]
    answer = lead.post(lift, {"reason": "proceedings-over", "words": "The claim was settled."}, follow=False)
    lifting = answer.headers["Location"]
    answer = second.post(f"{lifting}/approve", {"reference": place.case.reference})
    assert notice(answer.text) == "The legal hold is lifted."
    assert "None stands" in lead.get(place.at).text
    assert "A legal hold was lifted, by two people" in lead.get(f"{place.at}/history").text
    answer = second.post(f"{proposed}/approve", {"reference": place.case.reference})
    assert notice(answer.text) == "The case is erased. This is the certificate."


def test_where_two_organisations_are_responsible_the_other_one_decides() -> None:
    place = Place()
    agreed.closed(place.world, acts.moved(place.world, place.case, CHARITY, SUPPORT), by="charity-lead")
    _, at = propose(place)

    assert f"{at}/approve" not in links(place.browser("supervisor").get(at).text)
    assert f"{at}/approve" in links(place.browser("charity-lead").get(at).text)


def test_nothing_of_a_person_nor_a_reference_is_in_an_address_or_a_title_of_what_waits() -> None:
    place = closed()
    lead, at = propose(place)
    for path in (at, "/proposals", f"{at}/withdraw"):
        assert place.case.reference not in path
        assert place.case.reference not in title(lead.get(path).text)


def test_the_log_says_what_happened_and_not_how_the_case_was_called() -> None:
    place = closed()
    _, at = propose(place)
    place.browser("supervisor").post(f"{at}/approve", {"reference": place.case.reference})

    assert {"Proposed", "ProposalApproved", "CaseErased"} <= {event["event"] for event in place.events()}
    assert place.case.reference not in json.dumps(place.events())
