"""Evidence bundles from the page: one file that verifies, given out once it is on the log; and what was given out."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar
from zipfile import ZipFile

import pytest
from werkzeug.test import TestResponse

from casetrack.audit.errors import NoCheckpoint
from casetrack.audit.export import Examined, Export, verify_export
from casetrack.domain.actions import Action
from casetrack.domain.errors import LogKeysRefused, NotJournalled
from casetrack.domain.log_events import LogExported, LogShipped
from casetrack.gateways.evidence_archive import EvidenceArchive
from casetrack.gateways.evidence_folder import EvidenceFolder
from casetrack.gateways.held_checkpoint import HeldCheckpoint
from casetrack.http.house import EXTENSION
from casetrack.services.bundles import Giving
from casetrack.services.checkpoints import verifier_of
from casetrack.services.exporting import NO_WITNESSES, Source
from casetrack.services.ports import JournalEntry
from casetrack.services.verifying_journal import Believed
from tests.memory.journal import MemoryJournal
from tests.services.acts import kept
from tests.services.evidence import MemoryEvidence, believed
from tests.web.site import Browser, Place, errors, headings, hidden
from tests.web.test_audit_desk import rows

EXPORTS = "/audit/exports"
DAYS = {
    "since-day": "20",
    "since-month": "11",
    "since-year": "2026",
    "until-day": "20",
    "until-month": "11",
    "until-year": "2026",
}


class Archive(EvidenceArchive):
    """One that says whether it is still there."""

    made: ClassVar[list["Archive"]] = []
    is_open = True

    def __init__(self) -> None:
        super().__init__()
        Archive.made.append(self)

    def close(self) -> None:
        self.is_open = False
        super().close()


@contextmanager
def reading(place: Place) -> Iterator[tuple[Source, Believed]]:
    yield MemoryEvidence(place.world), believed(place.world)


@pytest.fixture
def promised() -> list[str]:
    """The checkpoints that left."""
    return []


@pytest.fixture
def place(promised: list[str]) -> Iterator[Place]:
    """A log that can be given out from the pages, and a case of North's."""
    place = Place()
    giving = Giving(partial(reading, place), lambda: NO_WITNESSES, Archive)
    change(place, giving=giving, promise=promised.append)
    Archive.made.clear()
    yield place
    assert not [archive for archive in Archive.made if archive.is_open], "nothing is left of what was given out"


def change(place: Place, **otherwise: Any) -> None:  # noqa: ANN401 - the parts of a house
    place.app.extensions[EXTENSION] = replace(place.app.extensions[EXTENSION], **otherwise)


def auditor(place: Place, name: str = "auditor") -> Browser:
    browser = place.browser(name)
    browser.post(EXPORTS, {"use": "integrity"})
    return browser


def asked(browser: Browser, said: dict[str, str]) -> TestResponse:
    form = hidden(browser.get(EXPORTS).text) | said
    return sent(browser, form)


def sent(browser: Browser, form: dict[str, str]) -> TestResponse:
    """The whole answer, read to its end as a server sends it."""
    return browser.client.post(EXPORTS, data=form, follow_redirects=True, buffered=True)


def unpacked(answer: TestResponse, folder: Path) -> Examined:
    with ZipFile(BytesIO(answer.data)) as bundle:
        bundle.extractall(folder)
    files = EvidenceFolder(folder)
    return verify_export(Export(files.read, lambda: files.lines("disclosures.jsonl")), verifier_of)


def words(answer: TestResponse) -> str:
    return " ".join(answer.text.split())


def exported(place: Place) -> list[dict[str, Any]]:
    return [event for event in place.events() if event["event"] == LogExported.__name__]


def test_a_bundle_of_a_case_is_one_file_that_verifies_once_it_is_unpacked(
    place: Place, promised: list[str], tmp_path: Path
) -> None:
    answer = asked(auditor(place), {"reference": place.case.reference})
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    examined = unpacked(answer, tmp_path)
    assert answer.headers["Content-Disposition"] == f"attachment; filename=evidence-{examined.checkpoint.size}.zip"
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert answer.headers["Cache-Control"] == "no-store"
    assert examined.manifest.scope == f"case={place.case.id} national=north"
    (told,) = exported(place)
    assert (told["case"], told["purpose"], told["detail"]["entries"]) == (None, "integrity", examined.disclosed)
    assert told["detail"]["manifest"] == hashlib.sha256((tmp_path / "manifest").read_bytes()).hexdigest()
    assert promised == [(tmp_path / "checkpoint").read_text(encoding="utf-8")]


def test_the_same_log_gives_the_same_file(place: Place) -> None:
    browser = auditor(place)
    form = hidden(browser.get(EXPORTS).text) | DAYS
    memory = kept(place.world)
    before = memory.entries
    once = sent(browser, form).data
    memory.entries = before
    assert sent(browser, form).data == once


def test_it_is_on_the_log_before_any_of_it_leaves(
    place: Place, promised: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = auditor(place)
    form = hidden(browser.get(EXPORTS).text) | DAYS
    write = MemoryJournal.write

    def lost(journal: MemoryJournal, entry: JournalEntry) -> None:
        if entry.action is Action.AUDIT_EXPORT:
            raise NotJournalled
        write(journal, entry)

    monkeypatch.setattr(MemoryJournal, "write", lost)
    answer = sent(browser, form)
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert not exported(place)
    assert not promised


def test_an_auditor_of_one_organisation_chooses_none_and_is_given_their_own(place: Place, tmp_path: Path) -> None:
    with_some = auditor(place).get(EXPORTS).text
    assert 'name="holder"' in with_some
    browser = auditor(place, "north-auditor")
    shown = words(browser.get(EXPORTS))
    assert 'name="holder"' not in shown
    assert "You are given what the search shows you: what accounts of North Invented Police did" in shown
    assert unpacked(asked(browser, DAYS), tmp_path).manifest.scope.startswith("holder=north ")
    refused = asked(browser, DAYS | {"holder": "south"})
    assert refused.status_code == 403
    assert place.events()[-1]["refusal"] == "NotPermitted"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Enter a case reference, or the days from which and to which."),
        ({"reference": "CT-0"}, "That reference has a mistake in it."),
        ({name: said for name, said in DAYS.items() if name.startswith("since")}, "Enter the last day too."),
        ({name: said for name, said in DAYS.items() if name.startswith("until")}, "Enter the first day too."),
        (DAYS | {"since-day": "21"}, "Enter a last day that is not before the first."),
        (DAYS | {"since-day": "31"}, "Enter a real date"),
        (DAYS | {"holder": "nobody"}, "Choose an organisation from the list."),
    ],
)
def test_what_cannot_be_asked_is_said_and_what_was_typed_stays(place: Place, typed: dict[str, str], said: str) -> None:
    answer = asked(auditor(place), typed)
    assert answer.status_code == 422
    assert errors(answer.text)[0].startswith(said)
    assert all(f'value="{value}"' in answer.text for name, value in typed.items() if name != "holder")
    assert not exported(place)


def test_a_case_that_may_not_be_looked_for_is_as_one_that_is_not_there(place: Place) -> None:
    theirs = place.open_case("receiver")
    browser = auditor(place, "north-auditor")
    answers = [asked(browser, {"reference": reference}) for reference in (theirs.reference, "CT-7K3M-92Q2")]
    assert errors(answers[0].text) == errors(answers[1].text)
    assert errors(answers[0].text)[0].startswith("There is no case of that reference that you may look for.")
    assert 'value="CT-7K3M-92Q2"' in answers[1].text
    assert not exported(place)


def test_where_there_is_no_time_the_form_comes_back_with_the_command_that_does_the_same(place: Place) -> None:
    browser = auditor(place)
    change(place, check_for=timedelta())
    answer = asked(browser, DAYS | {"holder": "south"})
    (said,) = errors(answer.text)
    assert said.endswith(
        "casetrack audit export --out FOLDER --use integrity --holder south --from 2026-11-20 --to 2026-11-20"
    )
    assert not exported(place)
    assert [archive.is_open for archive in Archive.made] == [False]


def test_a_log_that_is_not_as_it_was_signed_is_not_given_out_and_why_is_said(place: Place) -> None:
    def missing() -> Any:  # noqa: ANN401 - nothing at all
        raise NoCheckpoint

    browser = auditor(place)
    change(place, giving=replace(place.app.extensions[EXTENSION].giving, witnesses=missing))
    answer = asked(browser, DAYS)
    assert answer.status_code == 503
    assert f"The log was not given out, because it cannot be shown to be what was signed: {NoCheckpoint()}" in words(
        answer
    )
    assert not exported(place)


def test_nothing_leaves_that_cannot_be_kept_in_mind_and_the_log_does_not_say_that_it_did(
    place: Place, tmp_path: Path
) -> None:
    browser, held = auditor(place), HeldCheckpoint.beside(tmp_path / "gone" / "keys.json")
    change(place, promise=held.keep)
    answer = asked(browser, DAYS)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "casetrack cannot write held-checkpoint in its key folder." in words(answer)
    assert str(tmp_path) not in answer.text
    assert not exported(place)


def test_keys_of_the_log_that_are_not_believed_are_said_to_be_so(place: Place) -> None:
    @contextmanager
    def refused() -> Iterator[tuple[Source, Believed]]:
        raise LogKeysRefused(why="Statement 1 of the keys of the log is refused.")
        yield

    browser = auditor(place)
    change(place, giving=replace(place.app.extensions[EXTENSION].giving, reading=refused))
    answer = asked(browser, DAYS)
    assert answer.status_code == 503
    assert "Statement 1 of the keys of the log is refused." in answer.text


def test_where_none_can_be_made_from_here_it_is_not_asked_for_and_the_command_is_named(place: Place) -> None:
    browser = auditor(place)
    proof = hidden(browser.get(EXPORTS).text)
    change(place, giving=None)
    shown = browser.get(EXPORTS).text
    assert "casetrack audit export --out FOLDER" in shown
    assert 'name="reference"' not in shown
    assert sent(browser, DAYS | proof).status_code == 503
    assert not exported(place)


def test_what_a_bundle_proves_and_what_not_is_said_before_one_is_made(place: Place) -> None:
    shown = words(auditor(place).get(EXPORTS))
    assert headings(auditor(place).get(EXPORTS).text) == ["Exports of the log"]
    for said in ("It proves", "It does not prove", "that everything was logged", "casetrack audit verify FOLDER"):
        assert said in shown
    assert "Nothing was given out yet that you may see." in shown


def test_what_was_given_out_is_listed_with_whom_it_was_given_to_and_what_it_was_of(place: Place) -> None:
    browser = auditor(place)
    asked(browser, {"reference": place.case.reference})
    asked(browser, DAYS | {"holder": "south"})
    with place.world.work("auditor") as work:
        work.note(LogShipped(at=work.now, by=work.actor.account, after=0))
        work.note(LogShipped(at=work.now, by=work.actor.account, after=1234))
    before = len(place.events())
    shown = browser.get(EXPORTS).text
    (look,) = place.events(since=before)
    assert (look["action"], look["detail"]["filters"]) == ("audit:search", ["action=audit:export", "outcome=done"])
    listed = rows(shown)
    assert len(listed) == 4
    said = {row[2].split(" The SHA-256")[0]: row[3] for row in listed}
    assert said.keys() == {
        f"{place.case.reference} Everything but what the audit desk keeps to itself",
        "What South Invented Police may see From 20 Nov 2026 To 20 Nov 2026",
        "Every entry, to a log shipper",
        "Every entry after the first 1234, to a log shipper",
    }
    assert said["Every entry, to a log shipper"] == "All"
    assert all("Auditor Invented" in row[1] for row in listed)
    assert {event["detail"]["manifest"] for event in exported(place)} <= set(
        shown.replace("<", " ").replace(">", " ").split()
    )


def test_of_a_case_that_is_not_there_any_more_no_reference_is_said_and_what_was_spoiled_stops_nobody(
    place: Place,
) -> None:
    asked(auditor(place), {"reference": place.case.reference})
    memory = kept(place.world)
    memory.cases.clear()
    shown = auditor(place).get(EXPORTS).text
    assert "A case that goes by no reference any more" in shown
    for scope in ("nothing", [["since", "yesterday"]], ["since=yesterday"], None, ["after=many"], ["until"]):
        spoil(place, {"scope": scope, "entries": "many"})
        assert "This entry cannot be read" in auditor(place).get(EXPORTS).text
    spoil(place, {"scope": [], "entries": 7, "size": 12_345})
    assert "Everything" in auditor(place).get(EXPORTS).text
    spoil(place, {"scope": ["after=12"], "entries": 7, "size": 12_345})
    assert "After the first 12 entries" in auditor(place).get(EXPORTS).text
    assert "7 of 12,345" in auditor(place).get(EXPORTS).text
    spoil(place, {"scope": ["holder=gone"], "entries": 7, "size": 12_345})
    assert "What gone may see" in auditor(place).get(EXPORTS).text


def spoil(place: Place, detail: dict[str, Any]) -> None:
    """Somebody edits what the journal says of the export."""
    memory = kept(place.world)

    def edited(payload: bytes) -> bytes:
        return json.dumps(json.loads(payload) | {"detail": detail}).encode()

    memory.entries = tuple(
        replace(entry, payload=edited(entry.payload)) if b'"LogExported"' in entry.payload else entry
        for entry in memory.entries
    )


@pytest.mark.parametrize("name", ["worker", "supervisor", "administrator"])
def test_nobody_else_comes_to_the_page(place: Place, name: str) -> None:
    assert place.browser(name).get(EXPORTS).status_code == 403
    assert EXPORTS not in place.browser(name).get("/account").text


def test_it_is_in_the_navigation_of_auditors(place: Place) -> None:
    assert EXPORTS in auditor(place).get("/audit").text
