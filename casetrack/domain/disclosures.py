"""Disclosures: what left casetrack about a person, to whom, under which regime and what for.

A transfer tells what it gives by its own events. This is about what somebody tells outside casetrack: on the
telephone, in a letter, before a court.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from casetrack.domain.errors import RuleBroken
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import STRAND_PARTS, Part, Strand
from casetrack.domain.ids import DisclosureId, HolderCode
from casetrack.domain.words import N_


class Regime(StrEnum):
    """Under which law somebody handles what is known of a person. A record may lie under both at once."""

    LAW_ENFORCEMENT = "dpa-part-3"
    """Competent authorities, for law enforcement: Data Protection Act 2018 Part 3."""
    GENERAL = "uk-gdpr"
    """Everybody else: charities, councils, health."""


def regime_of(holder: Holder) -> Regime:
    """Under which regime the organisation handles a case: forces are competent authorities (Schedule 7)."""
    return Regime.LAW_ENFORCEMENT if holder.kind.is_police else Regime.GENERAL


class NothingDisclosed(RuleBroken):
    """A disclosure is of something."""

    sentence = N_("Choose what was told: at least one part of what is known of the person.")


class PartsOfBoth(RuleBroken):
    """What was told of the support lies with the support, and of the investigation with that."""

    sentence = N_("Record what was told of the support and of the investigation apart: fewer people read each.")


class DisclosedLater(RuleBroken):
    """What is recorded has left."""

    sentence = N_("Enter the day on which it was told. What has not been told yet cannot be recorded.")


class ToOneself(RuleBroken):
    """A disclosure is to somebody else."""

    sentence = N_("Choose another organisation: what stays in yours has not left.")


class BasisDoesNotFit(RuleBroken):
    """Whoever gives something under the UK GDPR does so on a lawful basis of article 6; Part 3 knows none of those."""

    sentence = N_(
        "Choose a lawful basis if your organisation is under the UK GDPR; "
        "a police body, under Part 3 of the Data Protection Act 2018, has none to choose."
    )


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """What somebody tells of what they told."""

    id: DisclosureId
    strand: Strand
    on: date
    kind: str
    """What kind of body it was told to."""
    recipient: HolderCode | None
    """Which organisation, if it is one that casetrack knows."""
    reason: str
    basis: str | None
    from_regime: Regime
    to_regime: Regime | None
    """None of the person: what is one's own is under no regime."""
    parts: frozenset[Part]

    def check(self, by: HolderCode, today: date) -> None:
        """Refused of nothing, of what lies with two strands, of what has not left, and on a basis that does not fit."""
        if not self.parts:
            raise NothingDisclosed
        if set(STRAND_PARTS.values()) & self.parts - {STRAND_PARTS[self.strand]}:
            raise PartsOfBoth
        if self.on > today:
            raise DisclosedLater
        if self.recipient == by:
            raise ToOneself
        if (self.basis is None) is (self.from_regime is Regime.GENERAL):
            raise BasisDoesNotFit


def strand_of(parts: frozenset[Part], led: frozenset[Strand]) -> Strand:
    """With which strand it lies that those parts were told, by an organisation that leads those strands.

    With the investigation as soon as some of that was told, which fewer people read; otherwise with the support, or
    with the one strand that the organisation leads.
    """
    of_part = [strand for strand in (Strand.INVESTIGATION, Strand.SUPPORT) if STRAND_PARTS[strand] in parts]
    ours = [strand for strand in (Strand.SUPPORT, Strand.INVESTIGATION) if strand in led]
    return next(iter([*of_part, *ours]), Strand.SUPPORT)
