"""A person asks what is held about them: a subject access request, from the day it came to the day it was answered.

Whether whoever asks may have it is found out with the person alone. What is left out rests on a ground of the law, with
its reason, kept for the Information Commissioner. The answer is given safely, in a way that was agreed with the person
alone. (Data Protection Act 2018 ss.45 and 52-54; UK GDPR articles 12 and 15.)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from casetrack.domain.calendars import Nation, WorkingDays
from casetrack.domain.catalogue import Counting
from casetrack.domain.clocks import after_months
from casetrack.domain.disclosures import Regime, regime_of
from casetrack.domain.errors import RuleBroken
from casetrack.domain.holders import Holders
from casetrack.domain.holdings import Holdings, Part, Strand
from casetrack.domain.ids import HolderCode, Instant, SarId
from casetrack.domain.notes import NoteKind
from casetrack.domain.words import N_

MONTHS: Final = 1
"""Within which a request is answered (s.54(1); art.12(3))."""
MORE_MONTHS: Final = 2
"""By which a body under the UK GDPR may extend that (art.12(3)); Part 3 knows no extension."""


class Asker(StrEnum):
    """Who asks."""

    PERSON = "person"
    REPRESENTATIVE = "representative"
    """Somebody who says that they act for the person."""


class SarState(StrEnum):
    """How far a request has come."""

    RECEIVED = "received"
    CHECKED = "checked"
    """Who asks was found out, with the person alone."""
    DECIDED = "decided"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """True while there is something to do."""
        return self not in (SarState.ANSWERED, SarState.WITHDRAWN)


class Interpreter(StrEnum):
    """Who interpreted when the person was asked alone."""

    NONE = "none"
    """No interpreter was needed."""
    INDEPENDENT = "independent"
    """One who has nothing to do with the person, their family, their community or whoever exploited them."""
    NOT_INDEPENDENT = "not-independent"


class Item(StrEnum):
    """What the answer is made of, and may be left out of it."""

    IDENTITY = "identity"
    MILESTONES = "milestones"
    SUPPORT_NOTES = "support-notes"
    INVESTIGATION_NOTES = "investigation-notes"
    LOOKS = "looks"
    """Which organisations looked at the record."""


NOTES_OF: Final[Mapping[Strand, Item]] = {
    Strand.SUPPORT: Item.SUPPORT_NOTES,
    Strand.INVESTIGATION: Item.INVESTIGATION_NOTES,
}
"""Which item the notes of each strand are."""


class Decision(StrEnum):
    """What is decided."""

    GIVE = "give"
    """Everything but what is restricted."""
    REFUSE = "refuse"


class NotItsTurn(RuleBroken):
    """Each step has its turn."""

    sentence = N_("This request is not at that step. Open its page again, and see what is next.")


class OneIsOpen(RuleBroken):
    """A request is answered before the next is recorded."""

    sentence = N_("A request of this person is open already. Answer it, or withdraw it, before you record another.")


class ReceivedLater(RuleBroken):
    """A request has come."""

    sentence = N_("Enter the day on which the request came: today, or a day that has passed.")


class NotAskedAlone(RuleBroken):
    """Who asks is found out with the person alone, or not at all."""

    sentence = N_(
        "Ask the person when they are alone: with nobody beside them, on no line or device that somebody else uses. "
        "Until then the request cannot go on."
    )


class InterpreterNotIndependent(RuleBroken):
    """Whoever interprets has nothing to do with the person or with whoever exploited them."""

    sentence = N_("Ask again with an independent interpreter: nobody of the family, the community or the workplace.")


class MandateNotConfirmed(RuleBroken):
    """Somebody acts for the person only if the person says so, alone."""

    sentence = N_("The person has not said, alone, that this somebody may ask for them. Give that somebody nothing.")


class NoExtension(RuleBroken):
    """Part 3 of the Data Protection Act 2018 knows no extension, the UK GDPR one."""

    sentence = N_(
        "This request cannot be extended: once, by two months, within the first month, and only under the UK GDPR."
    )


class GroundDoesNotFit(RuleBroken):
    """A restriction rests on the law that the organisation is under."""

    sentence = N_("Choose a ground of the law that your organisation is under.")


class NothingRestricted(RuleBroken):
    """What is refused is restricted, with its ground and its reason."""

    sentence = N_("Restrict what is not given, each with its ground, before you refuse all of it.")


class NothingLeft(RuleBroken):
    """Something is given, or the request is refused."""

    sentence = N_("Everything is restricted. Lift a restriction, or refuse the request.")


class NotAgreedAlone(RuleBroken):
    """How the answer is given is agreed with the person alone."""

    sentence = N_(
        "Agree with the person, alone, how they are given the answer. It never goes by post, nor to a device or an "
        "address that somebody else reads."
    )


class AnsweredLater(RuleBroken):
    """What is recorded has been given, after it was decided on."""

    sentence = N_("Enter the day on which it was given: no day before the decision, and none to come.")


@dataclass(frozen=True)
class Restriction:
    """Why something is left out: its ground, by a code of the list, and the reason (s.45(4) and (7))."""

    ground: str
    words: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """How it was found out that whoever asks may have it."""

    way: str
    alone: bool
    interpreter: Interpreter
    mandate: bool
    """The person said, alone, that whoever asks may ask for them; of no meaning where they ask themselves."""
    words: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How the answer was given."""

    way: str
    on: date
    agreed_alone: bool
    words: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Sar:
    """One request, as it stands."""

    id: SarId
    strand: Strand
    """With which strand it lies: whoever has that reads it."""
    asker: Asker
    received: date
    due: date
    regime: Regime
    """Under which the organisation that received it answers."""
    words: str = field(default="", repr=False)
    state: SarState = SarState.RECEIVED
    checked: Checked | None = None
    extension: str | None = None
    restrictions: Mapping[Item, Restriction] = field(default_factory=dict)
    decision: Decision | None = None
    decided: date | None = None
    notes: frozenset[NoteKind] = frozenset()
    """Which kinds of note are given."""
    delivery: Delivery | None = None

    @property
    def given(self) -> frozenset[Item]:
        """What is not restricted."""
        return frozenset(item for item in Item if item not in self.restrictions)

    def is_overdue(self, today: date) -> bool:
        """True once the last day has passed and the request is not answered."""
        return self.state.is_open and today > self.due

    def check(self, checked: Checked) -> "Sar":
        """It was found out, with the person alone, that whoever asks may have it."""
        self._at(SarState.RECEIVED)
        if not checked.alone:
            raise NotAskedAlone
        if checked.interpreter is Interpreter.NOT_INDEPENDENT:
            raise InterpreterNotIndependent
        if self.asker is Asker.REPRESENTATIVE and not checked.mandate:
            raise MandateNotConfirmed
        return replace(self, state=SarState.CHECKED, checked=checked)

    def extend(self, reason: str, due: date, today: date) -> "Sar":
        """The request is due later, for a reason: under the UK GDPR, once, and while the first month runs."""
        self._at(SarState.RECEIVED, SarState.CHECKED)
        if self.regime is not Regime.GENERAL or self.extension is not None or today > self.due:
            raise NoExtension
        return replace(self, extension=reason, due=due)

    def restrict(self, item: Item, restriction: Restriction | None, of: Regime | None) -> "Sar":
        """The item is left out for that ground, which is `of` a regime, or is not left out any more."""
        self._at(SarState.RECEIVED, SarState.CHECKED)
        if restriction is not None and of is not self.regime:
            raise GroundDoesNotFit
        others = {each: why for each, why in self.restrictions.items() if each is not item}
        return replace(self, restrictions=others | ({item: restriction} if restriction else {}))

    def decide(self, decision: Decision, notes: Iterable[NoteKind], today: date) -> "Sar":
        """What is given, and what of the notes; or that nothing is."""
        self._at(SarState.CHECKED)
        if decision is Decision.REFUSE and not self.restrictions:
            raise NothingRestricted
        if decision is Decision.GIVE and not self.given:
            raise NothingLeft
        kinds = frozenset(notes) if decision is Decision.GIVE else frozenset()
        return replace(self, state=SarState.DECIDED, decision=decision, decided=today, notes=kinds)

    def check_copying(self) -> None:
        """It was decided to give something; refused otherwise."""
        if self.state not in (SarState.DECIDED, SarState.ANSWERED) or self.decision is not Decision.GIVE:
            raise NotItsTurn

    def deliver(self, delivery: Delivery, today: date) -> "Sar":
        """The person has the answer, in a way that was agreed with them alone."""
        self._at(SarState.DECIDED)
        if not delivery.agreed_alone:
            raise NotAgreedAlone
        if self.decided is None or not self.decided <= delivery.on <= today:
            raise AnsweredLater
        return replace(self, state=SarState.ANSWERED, delivery=delivery)

    def withdraw(self) -> "Sar":
        """The person does not ask any more, or never did."""
        self._at(SarState.RECEIVED, SarState.CHECKED, SarState.DECIDED)
        return replace(self, state=SarState.WITHDRAWN)

    def _at(self, *states: SarState) -> None:
        if self.state not in states:
            raise NotItsTurn


def due_on(received: date, months: int, nation: Nation, working_days: WorkingDays) -> date:
    """The last day of so many months: the day of the same number or, where nobody works then, the next working day.

    The day on which it came is not counted (Regulation 1182/71 art.3, by Data Protection Act 2018 s.205(2)).
    """
    last = after_months(received, months, Counting.DAY_AFTER)
    return last if working_days.is_working(last, nation) else working_days.add(last, 1, nation)


@dataclass(frozen=True)
class Period:
    """That an organisation was responsible for some of the case, from when until when, and under which law."""

    holder: HolderCode
    regime: Regime
    parts: frozenset[Part]
    since: Instant
    until: Instant | None


def controllers(holdings: Holdings, holders: Holders) -> tuple[Period, ...]:
    """Who was a controller of what, and when, in the order in which each began; computed, and kept nowhere."""
    parts: dict[tuple[Instant, HolderCode, Instant | None], set[Part]] = {}
    for row in holdings.rows:
        parts.setdefault((row.since, row.holder, row.until), set()).add(row.part)
    return tuple(
        Period(holder, regime_of(holders[holder]), frozenset(held), since, until)
        for (since, holder, until), held in sorted(
            parts.items(), key=lambda each: (each[0][0], each[0][1], each[0][2] is None, str(each[0][2]))
        )
    )
