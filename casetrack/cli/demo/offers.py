"""The offers of invented lives: what is offered, by whom, to whom, and what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from casetrack.cli.demo.chance import Stream
from casetrack.cli.demo.partners import CHARITY
from casetrack.cli.demo.world import LEEDS, MANCHESTER, World
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import HolderCode
from casetrack.domain.transfer import OPEN_STATES, TransferKind, TransferState

BOTH: Final = frozenset(Strand)
SUPPORT: Final = frozenset({Strand.SUPPORT})
INVESTIGATION: Final = frozenset({Strand.INVESTIGATION})

OFFERED: Final[Mapping[TransferKind, frozenset[Strand]]] = {
    TransferKind.FULL: BOTH,
    TransferKind.SUPPORT: SUPPORT,
    TransferKind.INVESTIGATION: INVESTIGATION,
    TransferKind.INFORMATION_ONLY: frozenset(),
}
COMBINATIONS: Final = tuple(product(TransferKind, TransferState))
"""Every kind of offer, in every state that it can be in."""
ROUNDS: Final = 3
"""How often each combination is there, at the least."""
ARRANGED: Final = ROUNDS * len(COMBINATIONS)
"""The first so many lives are there to have each combination."""

KINDS: Final = {"support": 45, "full": 25, "investigation": 20, "information_only": 10}
STATES: Final = {"accepted": 78, "declined": 14, "withdrawn": 8}
REASONS: Final[Mapping[TransferKind, Mapping[str, float]]] = {
    TransferKind.FULL: {"moved-home": 4, "exploitation-elsewhere": 4, "returned-to-home-area": 2},
    TransferKind.SUPPORT: {"relocated-for-safety": 5, "placed-out-of-area": 3, "provider-changed": 2},
    TransferKind.INVESTIGATION: {"exploitation-elsewhere": 5, "lead-investigation-elsewhere": 4, "linked-operation": 2},
    TransferKind.INFORMATION_ONLY: {"linked-operation": 1},
}
WITHOUT_POLICE: Final = 0.4
"""The share of offered investigations that begin with the offer: a partner brings in the police."""
TO_A_PARTNER: Final = 0.4
ALREADY_MOVED: Final = 0.4


@dataclass(frozen=True)
class Offer:
    """One offer of an invented life."""

    kind: TransferKind
    state: TransferState
    sender: HolderCode
    receiver: HolderCode
    reason: str
    already_moved: bool
    before: frozenset[Strand]
    """The strands that the case has when it is offered."""

    @property
    def strands(self) -> frozenset[Strand]:
        """What is offered."""
        return OFFERED[self.kind]


def draw_offer(world: World, stream: Stream, number: int) -> Offer | None:
    """The offer of the life of that number, if it has one."""
    if number < ARRANGED:
        kind, state = COMBINATIONS[number % len(COMBINATIONS)]
        return _offer(world, stream, kind, state, arranged=number // len(COMBINATIONS))
    if not stream.happens(world.figures.share("cases that touch two forces")):
        return None
    return _offer(world, stream, TransferKind(stream.weigh(KINDS)), TransferState(stream.weigh(STATES)))


def _offer(
    world: World, stream: Stream, kind: TransferKind, state: TransferState, arranged: int | None = None
) -> Offer:
    """An offer that is not answered yet is on the tour: from Leeds or its charity to Manchester, or back to Leeds."""
    if arranged is not None and state in OPEN_STATES:
        receiver = LEEDS if arranged == ROUNDS - 1 else MANCHESTER
        other = MANCHESTER if receiver == LEEDS else LEEDS
        sender = CHARITY if arranged and kind is not TransferKind.FULL else other
    else:
        sender = _sender(world, stream, kind)
        receiver = _receiver(world, stream, kind, sender)
    return Offer(
        kind=kind,
        state=state,
        sender=sender,
        receiver=receiver,
        reason=stream.weigh(REASONS[kind]),
        already_moved=kind in (TransferKind.FULL, TransferKind.SUPPORT) and stream.happens(ALREADY_MOVED),
        before=_before(world, stream, kind, sender),
    )


def _sender(world: World, stream: Stream, kind: TransferKind) -> HolderCode:
    """A partner has no investigation to pass on; it may ask the police to begin one."""
    begins = kind is TransferKind.INVESTIGATION and stream.happens(WITHOUT_POLICE)
    if begins or (kind is TransferKind.SUPPORT and stream.happens(WITHOUT_POLICE)):
        return stream.pick([partner.code for partner in world.partners])
    return world.draw_force(stream)


def _receiver(world: World, stream: Stream, kind: TransferKind, sender: HolderCode) -> HolderCode:
    if kind is TransferKind.SUPPORT and stream.happens(TO_A_PARTNER):
        return stream.pick([partner.code for partner in world.partners if partner.code != sender])
    return world.draw_elsewhere(stream, world.area_of(sender))


def _before(world: World, stream: Stream, kind: TransferKind, sender: HolderCode) -> frozenset[Strand]:
    if world.is_partner(sender):
        return SUPPORT
    if kind is TransferKind.SUPPORT:
        return BOTH if stream.happens(1 - WITHOUT_POLICE) else SUPPORT
    return BOTH
