"""A canary in everything that may be said of a person, and in every reason: afterwards it is nowhere to be read."""

import json
import secrets
import subprocess
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import make_url, text

from casetrack.domain.calendars import london_date
from casetrack.persistence.embedded import SUPERUSER
from casetrack.persistence.programs import account_for, programs_for
from casetrack.services.fields import SEALED
from tests.journeys import story
from tests.journeys.pages import Answers
from tests.journeys.scanner import Found, Scanner
from tests.journeys.site import Site
from tests.journeys.visitor import Visitor

MANCHESTER: Final = "greater-manchester"
LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")
LABELS: Final = "SELECT DISTINCT label_table, label_column FROM sealed_values v JOIN cases c ON c.id = v.case_id"


class Canaries:
    """Words that begin alike, and that nobody else would write."""

    def __init__(self) -> None:
        """Choose how they begin: with letters alone, so that each is one word, and no other's name."""
        self.stem = "Kanarie" + secrets.token_hex(6).translate(LETTERS)

    def __call__(self, where: str) -> str:
        """The canary of that place."""
        return f"{self.stem}{where}"

    def under(self, *names: str) -> Answers:
        """A canary for each of the names."""
        return {name: self(name.replace("_", "")) for name in names}


@pytest.fixture(scope="module")
def canaries(site: Site) -> Canaries:
    """They were let out: in each thing that can be said, by each door."""
    canaries = Canaries()
    reference = _a_whole_case(site, canaries)
    _reasons(site, canaries, reference)
    _searches(site, canaries)
    _left_unfinished(site, canaries)
    _refused(site, canaries)
    _by_the_other_door(site, canaries)
    _out_of_time(site, canaries, reference)
    with site.database.engine(SUPERUSER).connect() as connection:
        connection.execute(text("CHECKPOINT"))
    return canaries


def test_a_canary_was_in_every_field_that_is_sealed(canaries: Canaries, site: Site) -> None:
    with site.database.engine(SUPERUSER).connect() as connection:
        kept = {tuple(row) for row in connection.execute(text(LABELS))}
    assert {(field.label.table, field.label.column) for field in SEALED} <= kept
    worker = site.visitor("worker")
    reference = story.open_case(worker, who=_somebody(canaries))
    story.reveal(worker, reference, "To look for it.")
    assert canaries("givennames") in worker.page.text, "what is sealed is there, for those who may read it"


def test_no_canary_is_in_a_dump(canaries: Canaries, site: Site) -> None:
    dump = _dump(site)
    assert b"sealed_values" in dump
    assert not list(Scanner(canaries.stem).in_bytes(dump, "the dump"))


def test_no_canary_is_in_the_files_of_the_database_or_of_the_keys(canaries: Canaries, site: Site) -> None:
    folders = (site.database.cluster.folder, site.config.folder.data)
    assert all(any(folder.rglob("*")) for folder in folders)
    assert not [found for folder in folders for found in Scanner(canaries.stem).in_folder(folder)]


def test_no_canary_is_in_what_casetrack_and_its_server_say(canaries: Canaries, site: Site) -> None:
    said = site.log.getvalue()
    assert "POST /cases/new/identity" in said
    assert not list(Scanner(canaries.stem).in_bytes(said.encode(), "the log"))


def test_a_canary_that_was_not_sealed_would_have_been_found(canaries: Canaries, site: Site, tmp_path: Path) -> None:
    control = Canaries()
    assert control.stem != canaries.stem
    with site.database.engine(SUPERUSER).begin() as connection:
        connection.execute(text("CREATE TABLE control (said text, hidden bytea)"))
        values = {"said": control("in clear"), "hidden": control("in a column of bytes").encode()}
        connection.execute(text("INSERT INTO control VALUES (:said, :hidden)"), values)
    with site.database.engine(SUPERUSER).connect() as connection:
        connection.execute(text("CHECKPOINT"))
    try:
        found = _all_of(site, control, tmp_path)
    finally:
        with site.database.engine(SUPERUSER).begin() as connection:
            connection.execute(text("DROP TABLE control"))
    assert {"UTF-8", "UTF-8 in hexadecimal, as written"} <= {
        each.encoding for each in found if each.place == "the dump"
    }
    files = {Path(each.place).parent.name for each in found}
    assert "pg_wal" in files
    assert any(each.place.endswith("a log") for each in found)


def _all_of(site: Site, control: Canaries, folder: Path) -> list[Found]:
    log = folder / "a log"
    log.write_text(f"sign-in of {control('in a log')}", encoding="utf-16-le")
    scanner = Scanner(control.stem)
    files = [*scanner.in_folder(site.database.cluster.folder), *scanner.in_folder(folder)]
    return [*scanner.in_bytes(_dump(site), "the dump"), *files]


def _dump(site: Site) -> bytes:
    """Everything in the database, as a backup or a thief has it."""
    programs = programs_for(account_for(site.database.cluster.folder / "cluster"))
    host = make_url(site.database.url(SUPERUSER)).query["host"]
    command = [str(programs / "pg_dump"), f"--host={host}", f"--username={SUPERUSER}", "--inserts", site.database.name]
    return subprocess.run(command, capture_output=True, check=True).stdout


def _somebody(canaries: Canaries) -> Answers:
    named = canaries.under("given_names", "family_name", "other_names", "nationality", "nrm_reference")
    numbers = canaries.under("crime_references", "document_numbers")
    born = {"birth_date-day": "3", "birth_date-month": "2", "birth_date-year": "1991", "birth_date_is_estimate": "yes"}
    return {"identity": "given", **named, **numbers, **born}


def _reached(canaries: Canaries) -> Answers:
    return canaries.under("phone", "email", "address", "voicemail", "times", "unsafe_areas")


def _shared(canaries: Canaries) -> Answers:
    return {**canaries.under("risks", "unsafe_areas"), "language": "en"}


def _day(site: Site, name: str) -> Answers:
    day = london_date(site.clock())
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def _a_whole_case(site: Site, canaries: Canaries) -> str:
    """A case with everything in it; declined by Manchester, then its support accepted there, the rest in Leeds."""
    worker, lead = site.visitor("worker"), site.visitor("receiving lead")
    reference = story.open_case(worker, who=_somebody(canaries), reached=_reached(canaries))
    risk: Answers = {"state": "met", "outcome": "high", **_day(site, "happened")}
    story.record(worker, reference, "risk-assessed", {**risk, "note": canaries("supportnote")})
    _notes(worker, reference, canaries)
    _file(worker, reference, "support", canaries)
    _file(worker, reference, "investigation", canaries)
    worker.go(f"/cases/{reference}/identity/record")
    worker.answer({"given_names": canaries("correctedname")})
    worker.go(f"/cases/{reference}/contacts/record")
    worker.answer({"phone": canaries("correctedphone")})
    why = {**story.WHY, **canaries.under("tonight")}
    told = {"why": why, "shared": _shared(canaries), "words": canaries("checklist")}
    declined = story.offer(worker, reference, MANCHESTER, kind="support", **told)  # type: ignore[arg-type]  # each by its own name
    story.see(lead, declined)
    lead.go(f"/transfers/{declined}/decline")
    lead.answer({"reason": "not-our-area", "words": canaries("decline")})
    accepted = story.offer(worker, reference, MANCHESTER, kind="support", **told)  # type: ignore[arg-type]  # each by its own name
    story.see(lead, accepted)
    story.accept(lead, accepted, _day(site, "contact_on"), canaries("accept"))
    _told(site, canaries)
    recorded: Answers = {"state": "met", **_day(site, "happened"), "note": canaries("investigationnote")}
    story.record(worker, reference, "spoc-assigned", recorded)
    return reference


def _told(site: Site, canaries: Canaries) -> None:
    """What left by word of mouth, and what the person asked: of a case of each strand."""
    worker, lead = site.visitor("worker"), site.visitor("lead")
    for strand in ("support", "investigation"):
        alone = story.open_case(worker, strands=[strand])
        worker.go(f"/cases/{alone}/disclosures/record")
        worker.answer(
            {
                "kind": "council",
                "reason": "housing",
                "parts": strand,
                **_day(site, "on"),
                "words": canaries(f"told{strand}"),
            }
        )
        lead.go(f"/cases/{alone}/access-requests/record")
        lead.answer({"asker": "person", **_day(site, "received"), "words": canaries(f"asked{strand}")})


def _notes(worker: Visitor, reference: str, canaries: Canaries) -> None:
    """A note in each strand, one of them corrected and shown; one that belongs elsewhere; and one that is not done."""
    for strand, sensitivity in (("support", "sensitive"), ("investigation", "ordinary")):
        worker.go(f"/cases/{reference}/notes/write")
        said = {"strand": strand, "kind": "account", "sensitivity": sensitivity}
        worker.answer({**said, "words": canaries(f"note{strand}")})
    assert canaries("noteinvestigation") in worker.page.text
    assert canaries("notesupport") not in worker.page.text, "a sensitive note is closed until it is asked for"
    worker.follow("Show")
    assert canaries("notesupport") in worker.page.text
    worker.go(f"/cases/{reference}/notes")
    worker.follow("Correct")
    worker.answer({"kind": "fact", "words": canaries("notecorrected")})
    worker.go(f"/cases/{reference}/notes/write")
    elsewhere = f"{canaries('givennames')} is on 07700 900123, {canaries('noteelsewhere')}"
    worker.answer({"strand": "support", "kind": "fact", "words": elsewhere})
    assert "A name of the person" in worker.page.text
    worker.answer({"keep": "needed-here"})
    worker.go(f"/cases/{reference}/notes/write")
    worker.answer({"words": canaries("notedraft")}, "later")


def _file(worker: Visitor, reference: str, strand: str, canaries: Canaries) -> None:
    """A file, called by a canary and with another in it, attached and given out."""
    worker.go(f"/cases/{reference}/files/attach")
    page = worker.page.form("strand")
    edge, name, held = "edge-of-a-part", f"{canaries('filename')}{strand}.txt", canaries(f"filecontent{strand}")
    answers = {**dict(page.filled({"strand": strand}, "")), "strand": strand}
    parts = [f'form-data; name="{key}"\r\n\r\n{value}' for key, value in answers.items() if key != "file"]
    parts.append(f'form-data; name="file"; filename="{name}"\r\nContent-Type: text/plain\r\n\r\n{held}')
    body = "".join(f"--{edge}\r\nContent-Disposition: {part}\r\n" for part in parts) + f"--{edge}--\r\n"
    action = f"/cases/{reference}/files/attach"
    sent = worker.request("POST", action, body.encode(), content_type=f"multipart/form-data; boundary={edge}")
    assert sent.leads_to, sent.text[:400]
    worker.go(sent.leads_to)
    assert held in worker.get(worker.page.link(name)).text


def _reasons(site: Site, canaries: Canaries, reference: str) -> None:
    """Every reason that somebody is asked for."""
    lead, other = site.visitor("receiving lead"), site.visitor("lead")
    story.reveal(lead, reference, canaries("reveal"))
    story.reveal(lead, reference, canaries("revealcontact"), what="contacts")
    lead.go(f"/cases/{reference}/milestones/risk-assessed/reopen")
    lead.answer({"words": canaries("reopenmilestone")})
    other.go("/caseload/names")
    if "words" in other.page.form():
        other.answer({"purpose": "contact-person", "words": canaries("shift")})
    closed = story.open_case(other)
    other.go(f"/cases/{closed}/close")
    other.answer({"reason": "lost-contact", "words": canaries("close")})
    other.go(f"/cases/{closed}/reopen")
    other.answer({"words": canaries("reopencase")})


def _searches(site: Site, canaries: Canaries) -> None:
    """What people are looked for by: where it finds somebody, where it finds nobody, and where it is refused."""
    worker = site.visitor("worker")
    reference = story.open_case(worker, who=_somebody(canaries), reached=_reached(canaries))
    both = f"{canaries('givennames')} {canaries('familyname')}"
    story.find(worker, {"name": both, "birth-year": "1991"}, canaries("soughtfor"))
    assert reference in worker.page.text
    mail = f"{canaries('soughtmail')}@example.org"
    story.find(worker, {"name": canaries("soughtname"), "birth-year": "1991", "email": mail})
    worker.go("/find")
    worker.answer({"name": canaries("soughtinvain"), "document_number": canaries("soughtdocument")})


def _left_unfinished(site: Site, canaries: Canaries) -> None:
    """Answers of questions that go on: of a case, and of an offer."""
    worker = site.visitor("supervisor")
    reference = story.open_case(worker)
    story.begin_case(worker)
    worker.answer({"strands": ["support"]})
    worker.answer({"age_group": "adult"})
    worker.answer({})
    worker.answer(_somebody(canaries))
    worker.answer(_reached(canaries))
    worker.go(f"/cases/{reference}/transfer/new")
    worker.answer({"kind": "full"})
    worker.answer({"to": MANCHESTER})
    worker.answer({**story.WHY, **canaries.under("tonight")})
    worker.answer(_shared(canaries))


def _refused(site: Site, canaries: Canaries) -> None:
    """What does not fit, what is not found, and whoever is not let in."""
    nobody, worker, auditor = site.visitor(), site.visitor("worker"), site.visitor("auditor")
    nobody.go("/sign-in")
    nobody.answer({"name": canaries("signin"), "password": canaries("password")})
    worker.go("/cases")
    worker.answer({"name": canaries("sought")})
    reference = story.open_case(worker)
    worker.go(f"/cases/{reference}/identity/record")
    worker.answer({"given_names": canaries("unfit"), "birth_date-day": canaries("unfitday")})
    worker.go(f"/cases/{reference}/identity/record")
    worker.answer({"given_names": canaries("forged"), "csrf_token": "forged"})
    auditor.go("/audit/search")
    auditor.answer({"use": "integrity"})
    auditor.answer({"name": canaries("soughtaccount")})


def _by_the_other_door(site: Site, canaries: Canaries) -> None:
    """The API: a case that is opened, one that is refused, and a body that is none."""
    program, token = site.visitor(), story.make_token(site.visitor("worker"))
    said = {
        "strands": ["support"],
        "age_group": "adult",
        **_somebody(canaries),
        **_reached(canaries),
        "birth_date": "1991-02-03",
        "birth_date_is_estimate": "yes",
    }
    opened = {name: value for name, value in said.items() if not name.startswith("birth_date-")}
    for number, body in enumerate((opened, {**opened, canaries("field"): canaries("value")}, [canaries("list")])):
        answer = _post(program, token, body, key=f"{canaries('key')}{number}")
        expected = HTTPStatus.CREATED if number == 0 else HTTPStatus.UNPROCESSABLE_ENTITY
        assert answer == expected
    assert _post(program, canaries("token"), opened, key="another") == HTTPStatus.UNAUTHORIZED


def _post(program: Visitor, token: str, body: object, *, key: str) -> int:
    answer = program.request(
        "POST",
        "/api/v1/cases",
        json.dumps(body).encode(),
        authorization=f"Bearer {token}",
        idempotency_key=key,
        content_type="application/json",
    )
    return answer.status


def _out_of_time(site: Site, canaries: Canaries, reference: str) -> None:
    """What is sent after a sitting has run out waits for the same person to sign in again."""
    lead = site.visitor("receiving lead")
    lead.go(f"/cases/{reference}/milestones/safe-contact")
    with site.clock.ahead(timedelta(minutes=site.config.sessions.idle_minutes + 1)):
        lead.answer({"note": canaries("late")})
        assert lead.address == "/sign-in"
