"""An older checkpoint at the auditors' desk: pasted or sent as a file, and what is said of the log by it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from io import BytesIO

import pytest
from werkzeug.test import TestResponse

from casetrack.domain.errors import LogKeysRefused
from casetrack.http.house import EXTENSION
from casetrack.schemas.audit import LONGEST_CHECKPOINT
from casetrack.services.evidence import Evidence
from casetrack.services.verifying_journal import Believed
from tests.services.evidence import MemoryEvidence, inspecting
from tests.web.site import Browser, Place, errors, hidden

VERIFY = "/audit/verify"


@pytest.fixture
def place() -> Place:
    """A log that can be checked from the pages."""
    place = Place()
    place.app.extensions[EXTENSION] = replace(place.app.extensions[EXTENSION], inspect=partial(inspecting, place.world))
    return place


def auditor(place: Place, name: str = "auditor") -> Browser:
    browser = place.browser(name)
    browser.post(VERIFY, {"use": "integrity"})
    return browser


def newest(place: Place) -> str:
    (note,) = MemoryEvidence(place.world).checkpoints()
    return note


def size_of(note: str) -> int:
    return int(note.splitlines()[1])


def pasted(browser: Browser, note: str) -> TestResponse:
    return browser.post(VERIFY, {"checkpoint": note})


def sent(browser: Browser, content: bytes, name: str = "checkpoint.txt") -> TestResponse:
    form = hidden(browser.get(VERIFY).text) | {"checkpoint": "", "file": (BytesIO(content), name)}
    return browser.client.post(VERIFY, data=form, content_type="multipart/form-data", follow_redirects=True)


def words(answer: TestResponse) -> str:
    return " ".join(answer.text.split())


@pytest.mark.parametrize("name", ["auditor", "north-auditor"])
def test_a_log_that_still_begins_with_it_holds_and_that_it_was_asked_is_on_the_log(place: Place, name: str) -> None:
    held = newest(place)
    place.open_case()
    browser = auditor(place, name)
    before = len(place.events())
    shown = words(pasted(browser, held))
    now = size_of(newest(place))
    said = f"It holds. The log still begins with exactly the {size_of(held)} entries that the checkpoint promised"
    assert said in shown
    assert f"and has {now} now." in shown
    looked, opened = place.events(since=before)
    assert (looked["action"], opened["action"]) == ("audit:view", "audit:verify")
    assert opened["detail"] == {"use": "integrity", "filters": [f"held={size_of(held)}"], "entries": 0}


def test_a_browser_ends_lines_in_its_own_way_and_blanks_around_it_are_nothing(place: Place) -> None:
    held = newest(place)
    shown = pasted(auditor(place), "\r\n " + held.replace("\n", "\r\n") + "\r\n\r\n")
    assert "It holds." in shown.text


def test_it_is_taken_from_the_file_that_it_was_kept_in(place: Place) -> None:
    held = newest(place)
    assert "It holds." in sent(auditor(place), held.encode()).text
    empty = sent(auditor(place), b"", name="")
    assert errors(empty.text) == ["Choose the file of a checkpoint, or paste one."]


def test_a_log_that_was_rolled_back_is_said_to_be(place: Place) -> None:
    held, memory = newest(place), place.world.memory
    assert memory is not None
    browser = auditor(place)
    held = newest(place)
    memory.kept.entries = memory.kept.entries[:-3]
    shown = words(pasted(browser, held))
    assert f"The log was rolled back. The checkpoint promised {size_of(held)} entries, and the log has" in shown
    assert "It holds." not in shown


def test_a_log_that_was_rewritten_is_said_to_be(place: Place) -> None:
    held, memory = newest(place), place.world.memory
    assert memory is not None
    first, *others = memory.kept.entries
    memory.kept.entries = (replace(first, commitment=bytes(32)), *others)
    shown = words(pasted(auditor(place), held))
    assert f"The log was rewritten. Its first {size_of(held)} entries are not those" in shown


@pytest.mark.parametrize(
    "wrong", ["The log was whole on Monday.", "casetrack.test/audit\n3\nAAAA\n", "{note} and more"]
)
def test_what_is_no_checkpoint_of_this_log_is_told_so_and_what_was_pasted_stays(place: Place, wrong: str) -> None:
    typed = wrong.replace("{note}", newest(place))
    before = len(place.events())
    answer = pasted(auditor(place), typed)
    assert errors(answer.text)[0].startswith("That is not a checkpoint of this log. Give the whole of what was kept")
    assert typed.split("\n")[0] in answer.text
    told = place.events(since=before)
    assert [each["refusal"] for each in told if each["refusal"]] == ["NotOurCheckpoint"]


def test_a_changed_signature_is_told_apart(place: Place) -> None:
    held = newest(place)
    body, signature = held.rsplit(" ", 1)
    answer = pasted(auditor(place), f"{body} {signature[:20]}{'A' if signature[20] != 'A' else 'B'}{signature[21:]}")
    assert errors(answer.text)[0].endswith("The signature by the key casetrack.test/audit does not hold.")


def test_what_is_longer_than_any_checkpoint_is_not_read(place: Place) -> None:
    browser = auditor(place)
    before = len(place.events())
    for answer in (pasted(browser, "x" * (LONGEST_CHECKPOINT + 1)), sent(browser, b"x" * (LONGEST_CHECKPOINT + 1))):
        assert answer.status_code == 422
        assert errors(answer.text)[0].startswith("That is longer than any checkpoint.")
    assert sent(browser, b"x" * (LONGEST_CHECKPOINT + 128 * 1024)).status_code == 413
    assert not [each for each in place.events(since=before) if each["action"] == "audit:verify"]


def test_a_file_that_is_marked_as_utf_8_is_read_without_the_mark_and_the_note_in_it_to_the_byte(place: Place) -> None:
    held, mark = newest(place).encode(), b"\xef\xbb\xbf"
    assert "It holds." in sent(auditor(place), mark + held).text
    for other in (mark + mark + held, held.replace(b"\n", b"\n" + mark, 1)):
        answer = sent(auditor(place), other)
        assert errors(answer.text)[0].startswith("That is not a checkpoint of this log.")


def test_bytes_that_are_no_text_fit_no_signature(place: Place) -> None:
    answer = sent(auditor(place), b"\xff\xfe")
    assert errors(answer.text)[0].startswith("That is not a checkpoint of this log.")
    answer = sent(auditor(place), b"PK\x03\x04\x00")
    assert errors(answer.text) == ["Choose the file of a checkpoint, or paste one."]


def test_what_there_was_no_time_for_is_not_said_to_hold(place: Place) -> None:
    place.app.extensions[EXTENSION] = replace(place.app.extensions[EXTENSION], check_for=timedelta())
    shown = words(pasted(auditor(place), newest(place)))
    assert "after 0 seconds it was given up, and nothing is known." in shown
    assert "with the file of the checkpoint: casetrack audit verify --held FILE" in shown
    assert "It holds." not in shown


def test_where_nothing_can_be_checked_from_here_it_is_not_asked_for(place: Place) -> None:
    held = newest(place)
    place.app.extensions[EXTENSION] = replace(place.app.extensions[EXTENSION], inspect=None)
    browser = auditor(place)
    assert 'name="checkpoint"' not in browser.get(VERIFY).text
    assert "It holds." not in pasted(browser, held).text


class TestKeysThatAreNotBelieved:
    """A statement in the key folder that the log's own keys did not sign."""

    @pytest.fixture(autouse=True)
    def refused(self, place: Place) -> None:
        @contextmanager
        def inspect() -> Iterator[tuple[Evidence, Believed]]:
            raise LogKeysRefused(why="Statement 1 of the keys of the log is refused.")
            yield

        place.app.extensions[EXTENSION] = replace(place.app.extensions[EXTENSION], inspect=inspect)

    def test_the_page_says_so_in_words_and_that_nothing_was_checked(self, place: Place) -> None:
        answer = auditor(place).post(VERIFY, {"now": "yes"})
        assert answer.status_code == 200
        shown = words(answer)
        assert "Nothing was checked, because no key of the log is believed." in shown
        assert "Statement 1 of the keys of the log is refused." in shown
        assert not [each for each in ("Holds", "Everything is as it was recorded", "given up") if each in shown]

    def test_and_so_it_does_of_an_older_checkpoint(self, place: Place) -> None:
        answer = pasted(auditor(place), newest(place))
        assert answer.status_code == 200
        shown = words(answer)
        assert "Nothing was compared, because no key of the log is believed." in shown
        assert "Statement 1 of the keys of the log is refused." in shown
