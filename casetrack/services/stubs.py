"""Stubs: read from the few holdings that a former holder still knows of, each of which is sealed by itself."""

from collections.abc import Sequence

from casetrack.domain.errors import IntegrityBroken
from casetrack.domain.holdings import Holdings
from casetrack.domain.ids import HolderCode
from casetrack.domain.stub import Stub
from casetrack.services.ports import KeptHolding
from casetrack.services.seals import check_holding
from casetrack.services.trust import Trust


def stub_of(kept: Sequence[KeptHolding], holder: HolderCode, trust: Trust, deployment: str) -> Stub:
    """The stub that those holdings make to that holder; `IntegrityBroken` if any of them is not what was sealed.

    The seal of each covers what the case goes by too, so that holdings of two cases are not taken for those of one.
    That an older holding was put back cannot be told from them: verifying tells.
    """
    for each in kept:
        check_holding(each, deployment, trust.version(each.seal.holder, each.seal.keyset_version))
    ended = [
        (each.holding.until, each, each.pseudonym)
        for each in kept
        if each.holding.holder == holder and each.holding.until is not None and each.pseudonym is not None
    ]
    goes_by = {(each.case, each.reference, each.opened_at) for each in kept}
    if not ended or len(goes_by) != 1:
        raise IntegrityBroken
    _, last, pseudonym = max(ended, key=lambda each: each[0])
    return Stub(
        id=last.case,
        reference=last.reference,
        pseudonym=pseudonym,
        opened_at=last.opened_at,
        holder=holder,
        holdings=Holdings(tuple(each.holding for each in sorted(kept, key=lambda each: each.position))),
    )
