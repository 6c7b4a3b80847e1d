"""Lists of cases, and finding one."""

import re

from casetrack.domain.references import new_reference
from tests.web.site import Place, errors, headings
from tests.world import ACCOUNTS


def references(html: str) -> list[str]:
    """The references of a list, in its order."""
    return re.findall(r'ct-reference" href="/cases/(CT-[^"]+)"', html)


def test_a_list_shows_the_open_cases_of_ones_organisation() -> None:
    place = Place()
    other = place.open_case("receiver")
    shown = place.browser("worker").get("/cases").text
    assert references(shown) == [place.case.reference]
    assert other.pseudonym not in shown
    assert "1 result in open cases" in shown


def test_whom_a_list_showed_is_on_the_log() -> None:
    place = Place()
    place.browser("worker").get("/cases?waiting=yes")
    listed = place.events()[-1]
    assert (listed["action"], listed["detail"]["filters"]) == ("case:list", ["status=open", "waiting=True"])


def test_a_list_is_sorted_by_the_server_and_says_so() -> None:
    place = Place()
    made = [place.case.reference, *(place.open_case().reference for _ in range(4))]
    browser = place.browser("worker")
    shown = browser.get("/cases?sort=reference&descending=yes").text
    assert references(shown) == sorted(made, reverse=True)
    assert re.search(r'aria-sort="descending">\s*<a class="ct-sort" href="/cases\?sort=reference"', shown)


def test_each_filter_can_be_taken_off_by_itself() -> None:
    place = Place()
    shown = place.browser("worker").get("/cases?due=soon&phase=identify&sort=phase").text
    chosen = re.findall(r'ct-filters__remove" href="([^"]+)"', shown)
    assert [each.replace("&amp;", "&") for each in chosen] == [
        "/cases?due=soon&sort=phase",
        "/cases?phase=identify&sort=phase",
    ]


def test_a_list_is_narrowed_by_status_worker_and_organisation() -> None:
    place = Place()
    place.open_case("lead")
    browser = place.browser("worker")
    assert len(references(browser.get("/cases?lead=north").text)) == 2
    assert references(browser.get(f"/cases?worker={ACCOUNTS['worker'].id}").text) == [place.case.reference]
    assert references(browser.get("/cases?status=closed").text) == []
    assert "No case fits these filters." in browser.get("/cases?status=closed").text
    assert len(references(browser.get("/cases?status=any").text)) == 2


def test_a_list_has_pages() -> None:
    place = Place()
    for _ in range(26):
        place.open_case()
    browser = place.browser("worker")
    first, second = browser.get("/cases?sort=reference").text, browser.get("/cases?sort=reference&page=2").text
    assert (len(references(first)), len(references(second))) == (25, 2)
    assert 'href="/cases?sort=reference&amp;page=2"' in first
    assert "27 results in open cases, page 2 of 2" in second
    assert references(browser.get("/cases?page=0").text)


def test_what_was_passed_on_is_a_list_of_its_own() -> None:
    place = Place()
    place.hand_over()
    browser = place.browser("worker")
    assert references(browser.get("/cases").text) == []
    assert references(browser.get("/cases?passed_on=yes").text) == [place.case.reference]


def test_an_address_that_no_page_leads_to_is_refused() -> None:
    browser = Place().browser("worker")
    for asked in ("status=ajar", "phase=bored", "worker=me", "name=Testa", "sort=name"):
        assert browser.client.get(f"/cases?{asked}").status_code == 400


def test_a_reference_leads_to_its_case() -> None:
    place = Place()
    typed = place.case.reference.lower().replace("-", " ")
    answer = place.browser("worker").post("/cases/find", {"name": typed})
    assert answer.request.path == place.at


def test_a_reference_of_nothing_that_one_may_open_is_nothing() -> None:
    place = Place()
    other = place.open_case("receiver").reference
    browser = place.browser("worker")
    for name in (other, new_reference(lambda _: 5)):
        assert browser.post("/cases/find", {"name": name}).status_code == 404


def test_a_mistyped_reference_says_so_and_comes_back() -> None:
    place = Place()
    answer = place.browser("worker").post("/cases/find", {"name": "CT-0000-0001"})
    assert answer.status_code == 422
    assert errors(answer.text)[0].startswith("That reference has a mistake in it.")
    assert 'value="CT-0000-0001"' in answer.text


def test_a_pseudonym_is_found_and_is_in_no_address() -> None:
    place = Place()
    answer = place.browser("worker").post("/cases/find", {"name": place.case.pseudonym.upper()})
    assert references(answer.text) == [place.case.reference]
    assert re.fullmatch(r"/cases\?search=[0-9a-f]{12}", answer.request.full_path)
    assert headings(answer.text) == ["Cases that you looked for"]
    assert place.events()[-1]["action"] == "case:find"


def test_a_pseudonym_of_nothing_says_so() -> None:
    answer = Place().browser("worker").post("/cases/find", {"name": "nobody here"})
    assert "None of the cases that you may open goes by that name." in answer.text


def test_a_search_is_over_after_an_hour_and_was_never_anybody_elses() -> None:
    place = Place()
    browser = place.browser("worker")
    address = browser.post("/cases/find", {"name": place.case.pseudonym}).request.full_path
    assert place.browser("lead").client.get(address).status_code == 410
    for _ in range(4):
        place.later(minutes=15)
        assert browser.client.get(address).status_code == 200
    place.later(minutes=1)
    gone = browser.client.get(address)
    assert gone.status_code == 410
    assert headings(gone.text) == ["This is over"]


def test_only_the_last_few_searches_are_kept() -> None:
    place = Place()
    browser = place.browser("worker")
    first, *_, last = [browser.post("/cases/find", {"name": f"word {word}"}).request.full_path for word in "abcdef"]
    assert browser.client.get(first).status_code == 410
    assert browser.client.get(last).status_code == 200


def test_a_search_survives_a_time_out() -> None:
    place = Place()
    browser = place.browser("worker")
    address = browser.post("/cases/find", {"name": place.case.pseudonym}).request.full_path
    place.later(minutes=21)
    assert headings(browser.get(address).text) == ["Sign in"]
    browser.sign_in_again()
    assert references(browser.get(address).text) == [place.case.reference]
