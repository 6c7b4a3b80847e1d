"""Transfers, in memory."""

from collections.abc import Callable
from dataclasses import replace

from casetrack.domain.errors import NotPermitted, OfferOpen, Stale
from casetrack.domain.holdings import STRAND_PARTS, Strand
from casetrack.domain.ids import CaseId, HolderCode, TransferId
from casetrack.domain.transfer import Transfer, TransferState
from casetrack.services.lists import OfferCard, Page
from casetrack.services.ports import KeptTransfer
from tests.memory.kept import Memory, page_of

FROM_THE_RECEIVER = frozenset({TransferState.SEEN, TransferState.ACCEPTED, TransferState.DECLINED})


class MemoryTransfers:
    """Transfers."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def get(self, transfer: TransferId, *, lock: bool) -> KeptTransfer | None:  # noqa: ARG002 - nobody else is here
        kept = self._memory.kept.transfers.get(transfer)
        return kept if kept and self._memory.is_transfer_known(kept.transfer) else None

    def add(self, kept: KeptTransfer) -> None:
        transfer = kept.transfer
        if any(other.state.is_open for other in self._all() if other.case == transfer.case):
            raise OfferOpen
        if transfer.from_holder != self._memory.caseworker or not self._may_offer(transfer):
            raise NotPermitted
        self._keep(kept)

    def put(self, kept: KeptTransfer) -> None:
        transfer = kept.transfer
        before = self._memory.kept.transfers.get(transfer.id)
        sides = (transfer.from_holder, transfer.to_holder)
        if before is None or before.transfer.version != transfer.loaded_version or self._memory.caseworker not in sides:
            raise Stale
        if not before.transfer.state.is_open:
            raise Stale
        answerer = transfer.to_holder if transfer.state in FROM_THE_RECEIVER else transfer.from_holder
        if self._memory.caseworker != answerer:
            raise NotPermitted
        if transfer.state is TransferState.ACCEPTED:
            self._memory.accepted.add(transfer.id)
        self._keep(kept)

    def of_case(self, case: CaseId) -> tuple[KeptTransfer, ...]:
        every = (kept for kept in self._memory.kept.transfers.values() if kept.transfer.case == case)
        known = [kept for kept in every if self._memory.is_transfer_known(kept.transfer)]
        return tuple(sorted(known, key=lambda kept: (kept.transfer.sent_at, kept.transfer.id)))

    def inbox(self, holder: HolderCode, *, page: int) -> Page[OfferCard]:
        return self._offers(
            lambda each: each.to_holder == holder and each.state.is_open,
            lambda each: (not each.high_risk, each.sent_at.timestamp()),
            page,
        )

    def sent(self, holder: HolderCode, *, page: int) -> Page[OfferCard]:
        return self._offers(
            lambda each: each.from_holder == holder, lambda each: (False, -each.sent_at.timestamp()), page
        )

    def _offers(
        self, which: Callable[[Transfer], bool], order: Callable[[Transfer], tuple[bool, float]], page: int
    ) -> Page[OfferCard]:
        found = [each for each in self._all() if which(each) and self._memory.is_transfer_known(each)]
        ordered = sorted(found, key=lambda each: (*order(each), each.id))
        return page_of((self._card(each) for each in ordered), number=page)

    def _may_offer(self, transfer: Transfer) -> bool:
        """What one leads, and the investigation of a case that has none, with the lead of its support."""
        held = self._memory.parts_held(transfer.case)
        led = {strand for strand in Strand if STRAND_PARTS[strand] in held}
        if Strand.SUPPORT in led and not self._memory.holdings(transfer.case).lead(Strand.INVESTIGATION):
            led.add(Strand.INVESTIGATION)
        return bool(held) and transfer.strands <= led

    def _card(self, transfer: Transfer) -> OfferCard:
        case = self._memory.kept.cases[transfer.case].case
        return OfferCard(
            id=transfer.id,
            case=case.id,
            reference=case.reference,
            pseudonym=self._memory.goes_by(case),
            from_holder=transfer.from_holder,
            to_holder=transfer.to_holder,
            strands=transfer.strands,
            state=transfer.state,
            reason=transfer.reason,
            high_risk=transfer.high_risk,
            already_moved=transfer.already_moved,
            sent_at=transfer.sent_at,
            answered_at=transfer.answered_at,
        )

    def _keep(self, kept: KeptTransfer) -> None:
        self._memory.kept.transfers[kept.transfer.id] = replace(kept, transfer=replace(kept.transfer, events=()))

    def _all(self) -> list[Transfer]:
        return [kept.transfer for kept in self._memory.kept.transfers.values()]
