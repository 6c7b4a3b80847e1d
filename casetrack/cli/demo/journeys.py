"""The plan of each invented life: who does what in casetrack, and when, until yesterday. It needs no database."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any, Final, TypeAlias

from casetrack.cli.demo import sittings
from casetrack.cli.demo.acts import (
    Accept,
    Act,
    AgreeToEnquiry,
    Approve,
    Assign,
    Begin,
    CheckAccess,
    Close,
    Decline,
    Desk,
    Disclose,
    Enquire,
    Entry,
    Find,
    Journey,
    Look,
    Moment,
    Open,
    ProposeErasure,
    Pry,
    Record,
    Reopen,
    ReopenCase,
    RequestAccess,
    Reveal,
    Review,
    See,
    Send,
    SetHold,
    Withdraw,
    Write,
)
from casetrack.cli.demo.asked import ASKED, CAME_BEFORE, CHECKED, COMPLAINED, OVER_DAYS, REQUESTED, Asked
from casetrack.cli.demo.asked import MOST_DAYS as ASKED_AGO
from casetrack.cli.demo.chance import Stream
from casetrack.cli.demo.endings import CLOSED_FOR, GROUNDS, HELD_FOR, MOST_DAYS, Ending
from casetrack.cli.demo.offers import Offer
from casetrack.cli.demo.people import as_heard, colleague_name
from casetrack.cli.demo.previews import preview_of
from casetrack.cli.demo.scenes import PHASES, Scene, draw_scene
from casetrack.cli.demo.words import (
    BASIS,
    BEGUN,
    CLOSING,
    CORRECTED,
    DECLINED,
    DISCLOSED,
    LOOKED_FOR,
    MISDIALLED,
    NOTED,
    REOPENED,
    REVEALED,
    REVIEWED,
    WITHOUT_SUPPORT,
)
from casetrack.cli.demo.world import World
from casetrack.domain.actors import Role
from casetrack.domain.case import BeginReason, IdentityState
from casetrack.domain.catalogue import Phase
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import HolderCode
from casetrack.domain.notes import NoteKind, Sensitivity
from casetrack.domain.transfer import TransferState
from casetrack.domain.unusual_access import Disposition

LIVES: Final = 408
"""How many invented people there are."""
WORKERS: Final = 2
"""How many support workers each organisation has."""

MORNING, NOON, NIGHT = 9 * 60, 12 * 60, 23 * 60 + 10
"""Minutes past midnight."""
RECOVERY_DAYS: Final = 30
LONG_WAITS: Final = "people in recovery who have waited longer than the recovery period"
NIGHT_DESK: Final = Desk(HolderCode("metropolitan"), Role.SUPPORT_WORKER, WORKERS)
"""Somebody who looks at names at night, without a case of theirs: for the auditor to find."""

AUDITOR: Final = Desk(AUDIT_DESK, Role.AUDITOR)
SECOND_AUDITOR: Final = replace(AUDITOR, number=2)
NAMESAKES: Final = 7
"""In every seventh of the lives that they look at, the person has their surname."""
BROWSING_DESK: Final = Desk(NIGHT_DESK.holder, Role.LEAD)
BROWSED_AGO: Final = 3
"""Somebody who goes through every case there, on one afternoon so many days ago."""
AFTERNOON: Final = 14 * 60
PAUSE: Final = 5
"""How many minutes go by between two acts that no chance divides."""

LOOKED: Final = 0.35
REVEALS: Final = 0.35
REASSIGNED: Final = 0.1
BEGINS: Final = 0.5
"""The share of cases with one strand alone, of a force that passes nothing on, in which it begins the other."""
AGREES: Final = 0.6
WRITES: Final = 0.3
"""The share of lives in which notes are written; of those, the share in which the last is corrected."""
CORRECTS: Final = 0.3
MOST_NOTES: Final = 4
DISCLOSES: Final = 0.08
"""The share of lives in which somebody outside casetrack is told something."""
PRIED: Final = 0.03
LOOKED_FOR_EVERY: Final = 3
"""In every third life somebody looks for the person, by a name as they heard it."""
OPENED_AGAIN: Final = 0.06
COMES_BACK: Final = 0.25
CLOSED: Final = {Phase.REFER: 0.3, Phase.MOVE_ON: 0.45, Phase.STATUS: 0.3}
CLOSED_EARLY: Final = 0.03

Wait: TypeAlias = tuple[int, tuple[Entry, ...]]
"""How many days go by, and what is written down then."""


def plan_lives(world: World, seed: str, numbers: Iterable[int]) -> Iterator[Journey]:
    """The lives of those numbers. Each has chance of its own, so that none depends on which others are asked for."""
    for number in numbers:
        stream = Stream(seed, "life", number)
        scene = _named(draw_scene(world, stream, number), seed, number)
        yield _Life(world, stream, number, scene, Stream(seed, "notes", number)).lived()


def _named(scene: Scene, seed: str, number: int) -> Scene:
    """The scene, in which the person is now and then called like whoever looks at names at night."""
    if scene.opener != NIGHT_DESK.holder or number % NAMESAKES:
        return scene
    _, surname = colleague_name(seed, NIGHT_DESK)
    return replace(scene, person=replace(scene.person, names={**scene.person.names, "family_name": surname}))


class _Life:
    """One life as it is written, forwards from the opening of the case; its days are counted back at the end."""

    def __init__(self, world: World, stream: Stream, number: int, scene: Scene, notes: Stream) -> None:
        self.world = world
        self.notes = notes
        self.stream = stream
        self.number = number
        self.scene = scene
        self.day = 0
        self.minute = stream.between(MORNING, NOON)
        self.acts: list[tuple[int, Act]] = []
        self.written: set[str] = set()
        desk = Desk(scene.opener, Role.SUPPORT_WORKER, stream.between(1, WORKERS))
        self.workers: dict[Strand, Desk] = dict.fromkeys(sorted(scene.strands), desk)

    def lived(self) -> Journey:
        """The whole life."""
        self._open()
        waits, offer = tuple(self._stages()), self.scene.offer
        cut = len(waits) - 1 if offer is None or offer.state.is_open else self.stream.below(len(waits))
        for place, (wait, entries) in enumerate(waits):
            self._later(wait)
            self._write_down(entries)
            if offer is not None and place == cut:
                self._pass_on(offer)
        self._begin_strand()
        self._go_around()
        self._note()
        self._tell()
        self._ask()
        tail = self._end()
        return Journey(self.number, self._browsed(tuple(self._dated(tail))))

    def _open(self) -> None:
        scene = self.scene
        self._act(
            Open,
            self._anybody(),
            strands=scene.strands,
            age_group=scene.age_group,
            areas=scene.areas,
            identity=scene.identity,
            names=scene.person.names if scene.identity is IdentityState.GIVEN else {},
            contact=scene.person.contact,
        )

    def _stages(self) -> Iterator[Wait]:
        """What is written down, as far as the life has come."""
        of, stream, reached = self.scene.of, self.stream, PHASES.index(self.scene.phase)
        if reached >= PHASES.index(Phase.SAFE):
            yield 0, sittings.first_hours(of, stream)
        if self.scene.phase is Phase.REFER and not of.is_adult:
            yield 1, (sittings.explained(of),)
        elif reached >= PHASES.index(Phase.REFER):
            yield stream.between(0, 1), sittings.referral(of, stream)
            if self.scene.phase is Phase.REFER and not of.wants_time:
                yield stream.between(5, 180), sittings.kept_in_touch()
        if reached >= PHASES.index(Phase.FIRST_DECISION):
            yield 1, sittings.acknowledged()
        if reached >= PHASES.index(Phase.RECOVER):
            yield stream.days(*self.world.figures.lag("first decision"), least=2), sittings.first_decision(of, stream)
            if of.first_positive:
                yield stream.between(5, 9), sittings.recovery(of, stream)
                yield from self._after_recovery()

    def _after_recovery(self) -> Iterator[Wait]:
        of, stream, phase = self.scene.of, self.stream, self.scene.phase
        lag = stream.days(*self.world.figures.lag("final decision"), least=RECOVERY_DAYS + 10)
        if phase is Phase.RECOVER:
            waits = stream.happens(self.world.figures.share(LONG_WAITS))
            yield stream.between(RECOVERY_DAYS, lag) if waits else stream.between(1, 12), sittings.review()
            return
        yield lag, sittings.final_decision(of, again=phase is Phase.FINAL_DECISION)
        if phase is Phase.FINAL_DECISION:
            yield stream.between(3, 9), sittings.looked_at_again()
        else:
            yield stream.between(10, 30), sittings.moving_on(of)
        if phase is Phase.STATUS:
            yield stream.between(15, 50), sittings.permission(stream)

    def _write_down(self, entries: Iterable[Entry]) -> None:
        """Each worker writes down what is theirs; now and then somebody forgets something."""
        sheets: dict[Desk, list[Entry]] = {}
        for entry in entries:
            strand = self.scene.of.written_by(entry.code, self.workers)
            sure = entry.code in sittings.NEVER_FORGOTTEN
            if strand is not None and (sure or not self.stream.happens(sittings.FORGOTTEN)):
                sheets.setdefault(self.workers[strand], []).append(entry)
                self.written.add(entry.code)
        for desk, sheet in sheets.items():
            self._act(Record, desk, entries=tuple(sheet))

    def _pass_on(self, offer: Offer) -> None:
        """The offer is made and, as far as it has come, seen and answered."""
        stream, lead = self.stream, Desk(offer.receiver, Role.LEAD)
        sender = next(desk for desk in self.workers.values() if desk.holder == offer.sender)
        self._later(stream.between(0, 2))
        self._act(
            Send,
            sender,
            to=offer.receiver,
            strands=offer.strands,
            reason=offer.reason,
            already_moved=offer.already_moved,
            preview=preview_of(self.world, self.scene, offer, stream),
        )
        if offer.state is TransferState.SENT:
            return
        self._later(stream.between(0, 1))
        self._act(See, lead)
        if offer.state is TransferState.SEEN:
            return
        self._later(stream.between(0, 2))
        self._answer(offer, sender, lead)

    def _answer(self, offer: Offer, sender: Desk, lead: Desk) -> None:
        if offer.state is TransferState.WITHDRAWN:
            self._act(Withdraw, sender)
        elif offer.state is TransferState.DECLINED:
            reason = self.stream.pick(tuple(DECLINED))
            self._act(Decline, lead, reason=reason, words=DECLINED[reason])
        else:
            worker = Desk(offer.receiver, Role.SUPPORT_WORKER, self.stream.between(1, WORKERS))
            self._act(Accept, lead, worker=worker)
            self.workers |= dict.fromkeys(sorted(offer.strands), worker)
            if offer.strands:
                self._later(1)
                self._write_down(sittings.handed_over())

    def _begin_strand(self) -> None:
        """Sometimes a person wants the police after all, or the force that investigates looks after the person too."""
        stream, desk = self.stream, self._anybody()
        begins = len(self.workers) == 1 and self.scene.offer is None and "encounter" in self.written
        if not begins or self.world.is_partner(desk.holder) or not stream.happens(BEGINS):
            return
        self._later(stream.between(1, 3))
        if Strand.INVESTIGATION in self.workers:
            self._act(Begin, desk, strand=Strand.SUPPORT, reason=None)
            sheet = sittings.support()
        else:
            ground = BeginReason.AGREED if stream.happens(AGREES) else BeginReason.WITHOUT_AGREEMENT
            self._act(Begin, desk, strand=Strand.INVESTIGATION, reason=ground, words=BEGUN[ground])
            sheet = sittings.inquiry(reviewed="rg-decision" in self.written and self.scene.of.first_positive)
        self.workers = dict.fromkeys(sorted(Strand), desk)
        self._write_down(sheet)

    def _go_around(self) -> None:
        """What people do beside the milestones: they look, they ask for a name, they hand work to a colleague."""
        stream, desk = self.stream, self._anybody()
        if stream.happens(LOOKED):
            self._act(Look, desk)
        named = self.scene.identity is IdentityState.GIVEN
        if named and stream.happens(REVEALS):
            purpose = stream.pick(tuple(REVEALED))
            self._act(Reveal, desk, purpose=purpose, words=REVEALED[purpose], address=purpose == "contact-person")
        self._look_for(desk)
        if self._is_offered():
            return
        if "safe-contact-checked" in self.written and stream.happens(OPENED_AGAIN):
            self._act(Reopen, desk, code="safe-contact-checked", words="The number was changed after all.")
        if stream.happens(REASSIGNED):
            strand = next(iter(self.workers))
            before = self.workers[strand]
            colleague = replace(before, number=before.number % WORKERS + 1)
            self.workers[strand] = colleague
            self._act(Assign, Desk(before.holder, Role.LEAD), strand=strand, worker=colleague)
        if named and NIGHT_DESK.holder in {each.holder for each in self.workers.values()}:
            self._look_by_night()
        if stream.happens(PRIED):
            self._pry()

    def _look_by_night(self) -> None:
        """Somebody looks at the name who has nothing to do with the case; half of the time an auditor has asked why."""
        self._act(
            Reveal, NIGHT_DESK, late=True, purpose="correct-record", words="To check the spelling.", address=False
        )
        if self.number % 2:
            self._review(NIGHT_DESK, 1, *REVIEWED[self.number // 2 % len(REVIEWED)])

    def _pry(self) -> None:
        """Somebody tries to open the case, of which their organisation has nothing; the same holds."""
        stranger = Desk(self._stranger(), Role.SUPPORT_WORKER)
        self._act(Pry, stranger)
        if self.number % 2:
            self._review(stranger, 0, *MISDIALLED)

    def _review(self, of: Desk, days: int, disposition: Disposition, words: str) -> None:
        """An auditor has looked into it so many days later. It takes nothing from the chance of the life."""
        self._next(Review, AUDITOR, of=of, days=days, disposition=disposition, words=words)

    def _browsed(self, acts: tuple[Act, ...]) -> tuple[Act, ...]:
        """The same, and that the case was looked at among all others there, if it was there by then and still is."""
        scene, opened = self.scene, acts[0].when.days_ago
        if scene.opener != BROWSING_DESK.holder or scene.offer or scene.ending or opened <= BROWSED_AGO:
            return acts
        look = Look(when=Moment(BROWSED_AGO, AFTERNOON + self.number % 120), by=BROWSING_DESK)
        return tuple(sorted((*acts, look), key=lambda act: (-act.when.days_ago, act.when.minute)))

    def _look_for(self, desk: Desk) -> None:
        """Somebody rings, and all that there is to find the person by is the name as it was heard, and a year."""
        if self.scene.identity is not IdentityState.GIVEN or self.number % LOOKED_FOR_EVERY:
            return
        names = self.scene.person.names
        name = " ".join(as_heard(str(names[part])) for part in ("given_names", "family_name"))
        year = int(str(names["birth_date"])[:4])
        purpose, words = LOOKED_FOR
        self._act(Find, desk, name=name, year=year, purpose=purpose, words=words)

    def _note(self) -> None:
        """Notes of any kind, in one of the strands. Their chance is their own, so that the life stays as it was."""
        stream = self.notes
        if not stream.happens(WRITES):
            return
        strand = stream.pick(sorted(self.workers))
        for _ in range(stream.between(1, MOST_NOTES)):
            kind, sensitivity = stream.pick(sorted(NOTED))
            self._write(strand, kind, sensitivity, stream.pick(NOTED[kind, sensitivity]))
        if stream.happens(CORRECTS):
            self._write(strand, NoteKind.FACT, Sensitivity.ORDINARY, CORRECTED, corrects=True)

    def _tell(self) -> None:
        """Somebody outside casetrack is told something. It takes nothing from the chance of the life."""
        if self._is_offered() or not self.notes.happens(DISCLOSES):
            return
        strand = self.notes.pick(sorted(self.workers))
        desk, (kind, reason, words) = self.workers[strand], self.notes.pick(DISCLOSED[strand])
        basis = BASIS if self.world.is_partner(desk.holder) else None
        self._next(Disclose, desk, strand=strand, kind=kind, reason=reason, basis=basis, words=words)

    def _ask(self) -> None:
        """Somebody outside asks what is held of the person, or whether anybody looked them up."""
        asked, names = ASKED.get(self.number), self.scene.person.names
        if asked is Asked.ACCESS:
            lead, (way, words) = Desk(self._anybody().holder, Role.LEAD), CHECKED
            self._next(RequestAccess, lead, days=CAME_BEFORE, words=REQUESTED)
            self._next(CheckAccess, lead, way=way, words=words)
        elif asked is not None:
            whom = tuple(str(names[part]) for part in ("given_names", "family_name"))
            born = date.fromisoformat(str(names["birth_date"]))
            self._next(Enquire, AUDITOR, names=whom, born=born, days=OVER_DAYS, words=COMPLAINED)
            if asked is Asked.AGREED:
                self._next(AgreeToEnquiry, SECOND_AUDITOR)

    def _write(
        self, strand: Strand, kind: NoteKind, sensitivity: Sensitivity, words: str, *, corrects: bool = False
    ) -> None:
        said = {"strand": strand, "kind": kind, "sensitivity": sensitivity, "words": words, "corrects": corrects}
        self._next(Write, self.workers[strand], pause=self.notes.between(3, 9), **said)

    def _end(self) -> int:
        """The case is closed, and sometimes opened again; gives how many days ago the last thing happened."""
        stream, phase = self.stream, self.scene.phase
        if self.scene.ending is not None:
            return self._end_by_two(self.scene.ending)
        if not self._is_offered() and stream.happens(CLOSED.get(phase, CLOSED_EARLY)):
            self._later(stream.between(3, 40) if phase in CLOSED else 1)
            self._act(Close, self._anybody(), reason=self._fitting(stream.weigh(CLOSING[phase in CLOSED])))
            if stream.happens(COMES_BACK):
                self._later(stream.between(1, 20) if phase in CLOSED else 1)
                self._act(ReopenCase, Desk(self._anybody().holder, Role.LEAD), words=stream.pick(REOPENED))
        return self._tail()

    def _end_by_two(self, ending: Ending) -> int:
        """The case is closed; then it is held, or somebody proposes to erase it, and somebody else agrees."""
        lead, supervisor = (Desk(self._anybody().holder, role) for role in (Role.LEAD, Role.SUPERVISOR))
        self._later(1)
        self._act(Close, self._anybody(), reason=self._fitting(CLOSED_FOR[ending]))
        if ending is Ending.HELD:
            reason, words = HELD_FOR
            self._act(SetHold, lead, reason=reason, words=words)
            return self._tail()
        ground = GROUNDS[ending]
        self._act(ProposeErasure, lead, rule=ground.rule, reason=ground.reason, words=ground.words)
        if ending is Ending.ERASED:
            self._act(Approve, supervisor)
        return min(self._tail(), MOST_DAYS)

    def _fitting(self, reason: str) -> str:
        """The reason, as it is of a case that nobody was supported in."""
        return reason if Strand.SUPPORT in self.workers else WITHOUT_SUPPORT.get(reason, reason)

    def _tail(self) -> int:
        """How many days ago the last thing happened, so that the phase that the life has come to is still its phase."""
        stream, of = self.stream, self.scene.of
        first = stream.days(*self.world.figures.lag("first decision"), least=1)
        most = {
            Phase.IDENTIFY: 2,
            Phase.SAFE: 3,
            Phase.REFER: (14 if of.wants_time else 40) if of.is_adult else 3,
            Phase.FIRST_DECISION: first,
            Phase.RECOVER: 27,
            Phase.FINAL_DECISION: 35,
            Phase.MOVE_ON: 35,
            Phase.STATUS: 35,
        }[self.scene.phase]
        if self._is_offered():
            most = min(most, 2)
        return stream.between(1, min(most, ASKED_AGO) if self.number in ASKED else most)

    def _later(self, days: int) -> None:
        """Days go by; without any, a little while does."""
        if days:
            self.day += days
            self.minute = self.stream.between(MORNING, NOON)
        else:
            self.minute += self.stream.between(5, 40)

    def _act(self, kind: type[Act], by: Desk, *, late: bool = False, **how: Any) -> None:  # noqa: ANN401 - the fields of an act
        """Somebody does something now; what is done late at night is the last thing on its day."""
        if late:
            self.minute = NIGHT + self.stream.between(0, 30)
        self._next(kind, by, pause=self.stream.between(4, 15), **how)
        if late:
            self._later(1)

    def _next(self, act: type[Act], by: Desk, /, *, pause: int = PAUSE, **how: Any) -> None:  # noqa: ANN401 - the fields of an act
        """Somebody does something now, and so many minutes go by. It takes nothing from the chance of the life."""
        self.acts.append((self.day, act(when=Moment(0, self.minute), by=by, **how)))
        self.minute += pause

    def _dated(self, tail: int) -> Iterator[Act]:
        last = self.acts[-1][0]
        for day, act in self.acts:
            yield replace(act, when=Moment(last + tail - day, act.when.minute))

    def _anybody(self) -> Desk:
        """Whoever looks after the person."""
        return self.workers.get(Strand.SUPPORT) or self.workers[Strand.INVESTIGATION]

    def _is_offered(self) -> bool:
        return self.scene.offer is not None and self.scene.offer.state.is_open

    def _stranger(self) -> HolderCode:
        """A force that never had anything to do with the case."""
        known = {self.scene.opener, *(desk.holder for desk in self.workers.values())}
        if self.scene.offer is not None:
            known.add(self.scene.offer.receiver)
        return self.stream.pick([force for force in self.world.forces if force not in known])
