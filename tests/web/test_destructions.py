"""The pages on which two administrators agree to destroy old keys."""

from tests.services import destroying
from tests.services.acts import kept
from tests.services.destroying import REASON, RULE
from tests.web.site import Browser, Place, errors, links, notice, title
from tests.world import EAST

AT = "/admin/keys/east/1/destroy"


def old() -> Place:
    """A place where an organisation's keys were renewed."""
    place = Place()
    destroying.renewed(place.world)
    return place


def last_group(place: Place) -> str:
    """How the fingerprint of the old keys ends."""
    return kept(place.world).keysets[EAST.code, 1].public.fingerprint.split()[-1]


def said(place: Place, **changes: str) -> dict[str, str]:
    """What is typed on the page that proposes it."""
    why = {"rule": RULE, "reason": REASON, "words": "They were renewed last year.", "group": last_group(place)}
    return {**why, **changes}


def propose(place: Place) -> tuple[Browser, str]:
    """It is proposed; gives the browser and where the proposal is."""
    browser = place.browser("administrator")
    answer = browser.post(AT, said(place), follow=False)
    assert answer.status_code == 303, answer.text
    return browser, answer.headers["Location"]


def test_it_is_proposed_from_the_page_of_keys_and_a_second_administrator_agrees() -> None:
    place = old()
    first = place.browser("administrator")
    assert [link for link in links(first.get("/admin/keys").text) if link.endswith("/destroy")] == [AT]
    page = first.get(AT).text
    assert kept(place.world).keysets[EAST.code, 1].public.fingerprint in page
    assert "Copies of the database" in page
    first, at = propose(place)
    shown = first.get(at).text
    assert "Somebody else of East Invented Police decides" in shown
    assert f"{at}/approve" not in links(shown)
    assert f"{at}/withdraw" in links(shown)

    second = place.browser("scottish-administrator")
    listed = second.get("/proposals").text
    assert at in links(listed)
    assert "Keys of East Invented Police" in listed
    assert "They were renewed last year." in second.get(at).text
    agreeing = second.get(f"{at}/approve")
    assert title(agreeing.text).startswith("Agree to destroy old keys")
    answer = second.post(f"{at}/approve", {"group": f" {last_group(place).lower()} "})
    assert notice(answer.text) == "Two people have agreed. Whoever runs casetrack can destroy these keys from now on."
    assert "Two people agreed" in second.get(at).text
    assert not kept(place.world).keysets[EAST.code, 1].is_destroyed


def test_the_end_of_another_fingerprint_means_other_keys() -> None:
    place = old()
    wrong = "That is not the end of the fingerprint of these keys. It stands at the top of this page."
    answer = place.browser("administrator").post(AT, said(place, group="AAA1"))
    assert (answer.status_code, errors(answer.text)) == (422, [wrong])
    assert "They were renewed last year." in answer.text
    _, at = propose(place)
    second = place.browser("scottish-administrator")
    answer = second.post(f"{at}/approve", {"group": "AAA1"})
    assert (answer.status_code, errors(answer.text)) == (422, [wrong])
    answer = second.post(f"{at}/approve", {"group": ""})
    assert errors(answer.text) == [
        "Type the last four characters of the fingerprint, to show that you mean these keys."
    ]


def test_nobody_else_has_a_way_to_it() -> None:
    place = old()
    _, at = propose(place)
    for name in ("lead", "supervisor", "second-administrator"):
        expected = 200 if name == "second-administrator" else 404
        assert place.browser(name).get(at).status_code == expected, name
    assert place.browser("lead").get(AT).status_code == 403
    assert place.browser("second-administrator").get(AT).status_code == 404
    assert place.browser("scottish-lead").get(at).status_code == 404
    assert at not in links(place.browser("lead").get("/proposals").text)


def test_the_newest_keys_have_no_such_page() -> None:
    place = old()
    answer = place.browser("administrator").get("/admin/keys/east/2/destroy")
    assert (answer.status_code, "These are the newest keys" in answer.text) == (422, True)


def test_a_second_administrator_who_does_not_agree_says_why_and_it_can_be_taken_back() -> None:
    place = old()
    _, at = propose(place)
    answer = place.browser("scottish-administrator").post(f"{at}/refuse", {"words": "Not before the audit."})
    assert notice(answer.text) == "You have not agreed, so nothing comes of it."
    first, at = propose(place)
    answer = first.post(f"{at}/withdraw", {})
    assert notice(answer.text) == "It is not proposed any more."


def test_what_is_destroyed_is_shown_as_such_and_no_more_proposed() -> None:
    place = old()
    keysets = kept(place.world).keysets
    keysets[EAST.code, 1] = type(keysets[EAST.code, 1])(keysets[EAST.code, 1].public, None)
    page = place.browser("administrator").get("/admin/keys").text
    assert "Destroyed" in page
    assert AT not in links(page)
    assert keysets[EAST.code, 1].public.fingerprint in page


def test_the_log_says_it_in_plain_words() -> None:
    place = old()
    propose(place)
    place.browser("scottish-administrator").get("/proposals")
    assert "Proposed" in {event["event"] for event in place.events()}
