"""Evidence bundles: the files of an export as one file, made whole while somebody waits and given out only then.

What is in one is what `casetrack audit export` writes. Which entries somebody may be given the payloads of follows from
their scope: an auditor of one organisation is given what the search of the log shows them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol, TypeVar

from casetrack.audit import export as form
from casetrack.audit.errors import LogRefused
from casetrack.audit.export import Examined
from casetrack.audit.policy import Policy
from casetrack.domain.actions import Action
from casetrack.domain.calendars import ONE_DAY, end_of
from casetrack.domain.errors import NoCaseToGiveOut, NotGivenOut, NoTimeToGiveOut, NotPermitted
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import CaseId, HolderCode, Instant
from casetrack.domain.references import Reference
from casetrack.services.audit import Use, search_audit
from casetrack.services.evidence import OutOfTime
from casetrack.services.exporting import Keep, Maker, Source, export_log, note_export
from casetrack.services.extracts import Extract, case_in
from casetrack.services.lists import EventCard, LogQuery, Outcome, Page
from casetrack.services.verifying_journal import Believed
from casetrack.services.work import UnitOfWork

Each = TypeVar("Each")


class Pack(Keep, Protocol):
    """The files as one file, in a place that is gone when it is closed."""

    def finish(self) -> int:
        """Nothing is put any more; how many bytes it has."""

    def pieces(self) -> Iterator[bytes]:
        """The whole of it once it is finished, a piece at a time."""

    def close(self) -> None:
        """Nothing is left of it here."""


@dataclass(frozen=True)
class Giving:
    """How the log is given out from here."""

    reading: Callable[[], AbstractContextManager[tuple[Source, Believed]]]
    """What is given out, as of one instant, and what is believed of it."""
    witnesses: Callable[[], Policy]
    """Who has to have cosigned the checkpoint."""
    pack: Callable[[], Pack]


@dataclass(frozen=True, kw_only=True)
class BundleAsked:
    """What somebody asks to be given: of one case, of some days or of both; of one organisation, or of all in scope."""

    use: Use
    reference: Reference | None = None
    since: date | None = None
    until: date | None = None
    """The last of the days."""
    holder: HolderCode | None = None

    @property
    def command(self) -> str:
        """By which whoever is at the command line makes the same."""
        options = {
            "out": "FOLDER",
            "use": self.use.value,
            "case": self.reference,
            "holder": self.holder,
            "from": self.since,
            "to": self.until,
        }
        return " ".join(["casetrack audit export", *(f"--{name} {said}" for name, said in options.items() if said)])


@dataclass(frozen=True)
class Given:
    """The exports that were made, the newest first, and by which references the cases go that some were of."""

    page: Page[EventCard]
    references: Mapping[CaseId, Reference]


class KeepInTime:
    """The same place, for somebody who waits until an instant: what is put or read after it is `OutOfTime` instead."""

    def __init__(self, keep: Keep, *, until: Instant, clock: Callable[[], Instant]) -> None:
        """Keep there until then, by that clock, which is looked at before each part."""
        self._keep = keep
        self._until = until
        self._clock = clock

    def put(self, path: str, content: Iterable[bytes]) -> None:
        """The file has that content."""
        self._keep.put(path, self._in_time(content))

    def read(self, path: str) -> bytes | None:
        """What a file has that was put."""
        self._look()
        return self._keep.read(path)

    def lines(self, path: str) -> Iterator[bytes]:
        """The lines of such a file."""
        return self._in_time(self._keep.lines(path))

    def _in_time(self, parts: Iterable[Each]) -> Iterator[Each]:
        for part in parts:
            self._look()
            yield part

    def _look(self) -> None:
        if self._clock() >= self._until:
            raise OutOfTime


def list_bundles(work: UnitOfWork, use: Use, *, page: int) -> Given:
    """When the log was given out, to whom and what of it, within the auditor's scope; this look is on the log too."""
    work.require(Action.AUDIT_EXPORT)
    found = search_audit(work, LogQuery(action=Action.AUDIT_EXPORT, outcome=Outcome.DONE, page=page), use)
    cases = {case for card in found.items if (case := case_in(card.payload)) is not None}
    return Given(found, work.stores.desk.references(cases))


def prepare_bundle(work: UnitOfWork, asked: BundleAsked) -> tuple[Extract, Maker]:
    """Which entries are given out, of those in the auditor's scope, and who signs that it is these.

    `NotPermitted` of another organisation than the auditor's own, and `NoCaseToGiveOut` of a case that they may not
    look for, or that is not there: nobody is told which.
    """
    work.require(Action.AUDIT_EXPORT)
    own = None if work.actor.national else work.actor.holder
    if own is not None and asked.holder not in (None, own):
        raise NotPermitted
    case = work.stores.desk.case_of(asked.reference) if asked.reference is not None else None
    if case is None and asked.reference is not None:
        raise NoCaseToGiveOut
    holder, is_of_desk = asked.holder or own, work.actor.holder == AUDIT_DESK
    extract = Extract(
        case=case,
        reference=asked.reference,
        holder=holder,
        national_of=None if holder or is_of_desk else work.actor.holder,
        since=end_of(asked.since - ONE_DAY) if asked.since else None,
        until=end_of(asked.until) if asked.until else None,
    )
    return extract, Maker.of(work)


def make_bundle(
    giving: Giving, pack: Pack, asked: BundleAsked, extract: Extract, maker: Maker, within: Callable[[Keep], Keep]
) -> Examined:
    """The files are in the pack, and were found to be what was signed, all of it `within` the time that there is.

    `NoTimeToGiveOut` where that is too little, and `NotGivenOut` of a log that is not as it was signed.
    """
    with giving.reading() as (source, believed):
        try:
            return export_log(
                *(source, believed, extract, within(pack)),
                maker=maker,
                witnesses=giving.witnesses(),
                step=lambda _: None,
            )
        except OutOfTime:
            raise NoTimeToGiveOut(command=replace(asked, holder=extract.holder).command) from None
        except LogRefused as refused:
            raise NotGivenOut(why=str(refused)) from refused


def note_bundle(work: UnitOfWork, asked: BundleAsked, extract: Extract, examined: Examined, pack: Pack) -> None:
    """That it is given out, to whom, what of it and what for, is on the log."""
    work.require(Action.AUDIT_EXPORT)
    note_export(work, extract, examined, pack.read(form.MANIFEST_FILE) or b"", asked.use)
