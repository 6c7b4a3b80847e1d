"""The pages of files: which a case has, one more attached, and one given out."""

import re
from io import BytesIO
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy import QueuePool
from werkzeug.test import TestResponse

from casetrack.domain import files as rules
from casetrack.domain.errors import SentBefore
from casetrack.domain.files import FileKind
from casetrack.persistence import db as room
from casetrack.persistence import work
from casetrack.persistence.roles import APP
from casetrack.services.cases import open_case
from casetrack.web.files import KINDS, size_words
from tests.persistence.databases import Database
from tests.services.acts import SUPPORT
from tests.web.site import Browser, Place, errors, hidden, links, notice, site, title
from tests.world import ACCOUNTS, World, a_new_case

HELD = b"%PDF-1.7\n" + b"An invented letter about nobody. " * 5_000
NAME = "Zoë\u2019s letter.pdf"


def attach(
    place: Place,
    browser: Browser,
    held: bytes = HELD,
    name: str = NAME,
    declared: str = "application/pdf",
    strand: str | None = "support",
    *,
    proof: str | None = None,
) -> TestResponse:
    page = browser.get(f"{place.at}/files/attach").text
    typed = hidden(page) | ({"strand": strand} if strand else {}) | ({"csrf_token": proof} if proof else {})
    file = (BytesIO(held), name, declared)
    return browser.client.post(f"{place.at}/files/attach", data={**typed, "file": file}, follow_redirects=True)


def downloads(html: str) -> list[str]:
    return [each for each in links(html) if re.search(r"/files/[0-9a-f-]{36}$", each)]


def attached(place: Place, by: str = "worker") -> str:
    """The address of a file that is attached to the case."""
    (address,) = downloads(attach(place, place.browser(by)).text)
    return address


def test_where_there_is_no_file_the_page_says_what_belongs_there_and_how_one_is_attached() -> None:
    place = Place()
    shown = place.browser("worker").get(f"{place.at}/files").text
    assert "No file is attached to this case." in shown
    assert f"{place.at}/files/attach" in links(shown)


def test_a_file_is_attached_listed_and_given_out_as_it_was() -> None:
    place = Place()
    shown = attach(place, place.browser("worker"))
    assert notice(shown.text) == "The file is attached."
    words = " ".join(re.sub(r"<[^>]+>", " ", shown.text).split())
    for said in (NAME, "PDF", "161 KB", "Support", "Worker Invented"):
        assert said in words
    (address,) = downloads(shown.text)
    given = place.browser("lead").client.get(address)
    assert given.data == HELD


def test_what_is_given_out_is_a_download_that_no_page_of_ours_can_be_made_of() -> None:
    place = Place()
    given = place.browser("worker").client.get(attached(place))
    assert given.mimetype == "application/pdf"
    assert given.content_length == len(HELD)
    disposition = given.headers["Content-Disposition"]
    assert disposition.startswith("attachment; ")
    assert disposition.isascii()
    assert unquote(disposition).endswith(f"filename*=UTF-8''{NAME}")
    assert given.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.headers["Cache-Control"] == "no-store"


def test_a_plain_name_stands_as_it_is() -> None:
    place = Place()
    (address,) = downloads(attach(place, place.browser("worker"), name="letter.pdf").text)
    given = place.browser("worker").client.get(address)
    assert given.headers["Content-Disposition"] == "attachment; filename=letter.pdf"


def test_that_a_file_was_given_out_is_kept_before_it_is_read() -> None:
    place = Place()
    address = attached(place)
    before = len(place.events())
    given = place.browser("worker").client.get(address, buffered=False)
    kinds = [event["event"] for event in place.events(since=before)]
    assert "FileOpened" in kinds
    assert given.data == HELD
    assert [event["event"] for event in place.events(since=before)] == kinds


def test_nothing_of_a_file_is_in_an_address_or_a_title() -> None:
    place = Place()
    address = attached(place)
    shown = place.browser("worker").get(f"{place.at}/files").text
    assert "letter" not in address
    assert "letter" not in title(shown)
    assert not [each for each in links(shown) if "Zo" in each]


def test_a_form_without_a_file_or_a_strand_comes_back_and_says_so() -> None:
    place = Place()
    browser = place.browser("worker")
    answer = browser.post(f"{place.at}/files/attach", {"strand": "investigation"})
    assert answer.status_code == 422
    assert errors(answer.text) == ["Choose a file."]
    assert re.search(r'value="investigation" checked', answer.text)
    answer = attach(place, browser, strand=None)
    assert errors(answer.text) == ["Choose whether the file belongs to support, or to the investigation."]


@pytest.mark.parametrize(
    ("held", "name", "sentence"),
    [
        (b"", "letter.pdf", "There is nothing in that file."),
        (b"MZ" + HELD, "letter.pdf", "What is in that file is not what its name says."),
        (HELD, "letter.docx", "Files of that kind cannot be attached."),
    ],
)
def test_a_file_that_may_not_be_attached_is_refused_on_its_page(held: bytes, name: str, sentence: str) -> None:
    place = Place()
    answer = attach(place, place.browser("worker"), held, name)
    assert errors(answer.text)[0].startswith(sentence)
    assert re.search(r'value="support" checked', answer.text)
    assert place.events()[-2]["refusal"].startswith("File")
    assert downloads(place.browser("worker").get(f"{place.at}/files").text) == []


def test_a_file_that_is_too_large_is_refused_on_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_BYTES", 1000)
    place = Place()
    assert errors(attach(place, place.browser("worker")).text)[0].startswith("That file is larger than 100 MB")


def test_a_form_that_nobody_was_shown_attaches_nothing() -> None:
    place = Place()
    before = len(place.events())
    answer = attach(place, place.browser("worker"), proof="forged")
    assert answer.status_code == 400
    assert "FileAttached" not in [event["event"] for event in place.events(since=before)]


def test_who_leads_one_strand_is_not_asked_which() -> None:
    place = Place()
    place.hand_over(SUPPORT)
    page = place.browser("receiver").get(f"{place.at}/files/attach").text
    assert 'type="radio"' not in page
    assert '<input type="hidden" name="strand" value="support">' in page
    assert downloads(attach(place, place.browser("receiver")).text)
    assert downloads(place.browser("worker").get(f"{place.at}/files").text) == []


def test_a_closed_case_gives_its_files_and_takes_none() -> None:
    place = Place()
    address = attached(place)
    place.close()
    browser = place.browser("worker")
    shown = browser.get(f"{place.at}/files").text
    assert f"{place.at}/files/attach" not in links(shown)
    assert browser.client.get(address).data == HELD


@pytest.mark.parametrize("who", ["receiver", "scottish-lead", "auditor", "administrator"])
def test_to_whoever_does_not_have_the_case_there_is_no_file(who: str) -> None:
    place = Place()
    address = attached(place)
    browser = place.browser(who)
    for path in (f"{place.at}/files", f"{place.at}/files/attach", address):
        assert browser.client.get(path).status_code in {403, 404}


def test_a_file_that_was_changed_in_the_database_is_not_given_out() -> None:
    place = Place()
    address = attached(place)
    memory = place.world.memory
    assert memory is not None
    ((file, (case, part, chunks)),) = memory.kept.files.items()
    memory.kept.files[file] = (case, part, (*chunks[:-1], bytes(len(chunks[-1]))))
    answer = place.browser("worker").client.get(address)
    assert answer.status_code == 500
    assert b"invented letter" not in answer.data


def test_every_kind_has_its_words_and_sizes_are_as_people_put_them() -> None:
    assert KINDS.keys() == set(FileKind)
    place = Place()
    with place.app.test_request_context():
        said = [size_words(size) for size in (1, 1024, 1024 * 1023, 1024 * 1024, 104_857_600)]
    assert said == ["1 KB", "1 KB", "1,023 KB", "1 MB", "100 MB"]


def test_over_postgresql_a_file_goes_in_and_out_and_no_connection_is_kept(database: Database, store_app: Flask) -> None:
    """What is read of a file is read while the answer goes out, when all else of the request is done."""
    with store_app.app_context():
        world = World.over(work.begin, database.founding)
        with world.work("worker") as at:
            case = open_case(at, a_new_case())
    app = site(world)
    room.init_app(app, database.url(APP), statement_timeout_ms=20_000)
    place = f"/cases/{case.reference}/files"
    with app.app_context():
        browser = Browser(app, ACCOUNTS["worker"])
    typed = hidden(browser.get(f"{place}/attach").text) | {"strand": "support"}
    file = (BytesIO(HELD), NAME, "application/pdf")
    shown = browser.client.post(f"{place}/attach", data={**typed, "file": file}, follow_redirects=True).text

    (address,) = downloads(shown)
    assert browser.client.get(address).data == HELD
    left = browser.client.get(address, buffered=False)
    left.close()
    with app.app_context():
        pool = room.db.engine.pool
        assert isinstance(pool, QueuePool)
        assert pool.checkedout() == 0
        room.db.engine.dispose()


def test_a_form_that_is_sent_twice_attaches_one_file_and_with_another_file_it_is_asked_again() -> None:
    place = Place()
    browser = place.browser("worker")
    form = hidden(browser.get(f"{place.at}/files/attach").text) | {"strand": "support"}

    def send(held: bytes) -> str:
        data = {**form, "file": (BytesIO(held), NAME, "application/pdf")}
        return browser.client.post(f"{place.at}/files/attach", data=data, follow_redirects=True).text

    first, second, third = send(HELD), send(HELD), send(HELD + b"more")
    assert notice(first) == "The file is attached."
    assert notice(second) == "The file was attached already, and is attached once."
    assert errors(third) == [SentBefore.sentence]
    assert len(downloads(browser.get(f"{place.at}/files").text)) == 1
