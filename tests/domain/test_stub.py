"""What is left of a case to an organisation that passed it on."""

from casetrack.domain.holdings import Holdings, Strand
from casetrack.domain.stub import Stub
from tests.domain import made
from tests.domain.made import EASTMARCH, LANTERN, NINE, NORTHMARCH, after


def a_stub() -> Stub:
    """Eastmarch passed support on to Lantern at eleven, and the investigation to Northmarch an hour later."""
    case = made.opened(EASTMARCH)
    for to, strand, hour in ((LANTERN, Strand.SUPPORT, 2), (NORTHMARCH, Strand.INVESTIGATION, 3)):
        case = made.taken(case, made.offered(case, to, {strand}, offer=20 + hour), to, hour=hour)
    rows = [row for row in case.holdings.rows if row.holder == EASTMARCH.code or (row.is_open and row.number)]
    return Stub(
        id=case.id,
        reference=case.reference,
        pseudonym=case.pseudonym,
        opened_at=case.opened_at,
        holder=EASTMARCH.code,
        holdings=Holdings(tuple(rows)),
    )


def test_a_stub_says_from_when_until_when_its_holder_had_any_of_the_case() -> None:
    assert a_stub().had == (NINE, after(3))


def test_a_stub_says_who_is_responsible_for_each_strand_and_since_when() -> None:
    stub = a_stub()
    assert stub.holdings.leads == {Strand.SUPPORT: LANTERN.code, Strand.INVESTIGATION: NORTHMARCH.code}
    assert stub.holdings.led_since == {Strand.SUPPORT: after(2), Strand.INVESTIGATION: after(3)}
