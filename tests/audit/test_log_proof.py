"""Proofs to carry away: one form, which holds for one entry of one tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.audit.checkpoint import LARGEST_SIZE, open_checkpoint
from casetrack.audit.errors import InclusionRefused, LogRefused, ProofMalformed
from casetrack.audit.log_proof import LogProof
from casetrack.audit.note import in_base64
from casetrack.audit.tree import HashedLeaves, inclusion_proof
from tests.audit.frozen import read
from tests.audit.logs import KEY, checkpoint, hashes, leaves, signed

COUNT = 5
NOTE = signed(leaves(COUNT), COUNT)[0]
HEADER = "c2sp.org/tlog-proof@v1"
HASH = in_base64(bytes(32))


def proof(index: int, count: int = COUNT, extra: bytes | None = None) -> LogProof:
    of = leaves(count)
    return LogProof(index, inclusion_proof(HashedLeaves(hashes(of)), index), signed(of, count)[0], extra)


def test_a_proof_is_written_as_the_format_says() -> None:
    carried = proof(4, extra=b"case").format()
    header, extra, index, one, blank, *note = carried.split("\n")
    assert (header, extra, index, blank) == (HEADER, "extra Y2FzZQ==", "index 4", "")
    assert len(one) == 44
    assert "\n".join(note) == NOTE
    assert proof(4).format() == carried.replace("extra Y2FzZQ==\n", "")


@given(st.integers(1, 40).flatmap(lambda count: st.tuples(st.just(count), st.integers(0, count - 1))))
def test_a_proof_reads_back_and_holds_for_its_entry_alone(drawn: tuple[int, int]) -> None:
    count, index = drawn
    of = leaves(count)
    found = LogProof.parse(proof(index, count).format())
    assert found == proof(index, count)
    found.verify(of[index], checkpoint(of, count))
    for other in {0, count // 2, count - 1} - {index}:
        with pytest.raises(InclusionRefused):
            found.verify(of[other], checkpoint(of, count))


def test_the_frozen_proof_holds_for_its_leaf() -> None:
    frozen = read("carried.json")
    found = LogProof.parse(frozen["proof"])
    assert found.format() == frozen["proof"]
    assert found.index == frozen["index"]
    found.verify(bytes.fromhex(frozen["leaf"]), open_checkpoint(found.checkpoint, KEY.verifying()))


def test_a_proof_of_another_tree_is_refused() -> None:
    of = leaves(COUNT + 1)
    with pytest.raises(InclusionRefused):
        proof(2).verify(of[2], checkpoint(of, COUNT + 1))


def test_what_came_with_a_proof_may_be_nothing() -> None:
    assert LogProof.parse(proof(0, extra=b"").format()).extra == b""
    assert LogProof.parse(proof(0).format()).extra is None


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ([""], 1),
        (["c2sp.org/tlog-proof@v2", "index 0", "", NOTE], 1),
        ([HEADER, "", NOTE], 2),
        ([HEADER], 2),
        ([HEADER, "index", "", NOTE], 2),
        ([HEADER, "index ", "", NOTE], 2),
        ([HEADER, "index 01", "", NOTE], 2),
        ([HEADER, "index +1", "", NOTE], 2),
        ([HEADER, "index -1", "", NOTE], 2),
        ([HEADER, "index \u0661", "", NOTE], 2),
        ([HEADER, f"index {LARGEST_SIZE + 1}", "", NOTE], 2),
        ([HEADER, "index 1 ", "", NOTE], 2),
        ([HEADER, "extra %%", "index 0", "", NOTE], 2),
        ([HEADER, "extra YQ", "index 0", "", NOTE], 2),
        ([HEADER, "extra YQ==", "extra YQ==", "index 0", "", NOTE], 3),
        ([HEADER, "index 0", "extra YQ==", "", NOTE], 3),
        ([HEADER, "index 0", "AAAA", "", NOTE], 3),
        ([HEADER, "index 0", HASH, HASH[:-2] + "B=", "", NOTE], 4),
        ([HEADER, "index 0", HASH], 4),
        ([HEADER, "index 0", "", ""], 3),
        ([HEADER, "index 0", *[HASH] * 64, "", NOTE], 67),
    ],
)
def test_the_first_line_that_is_wrong_is_named(lines: list[str], wrong: int) -> None:
    with pytest.raises(ProofMalformed, match=f"^Line {wrong} of the proof"):
        LogProof.parse("\n".join(lines))


@given(st.text(max_size=300))
def test_whatever_is_given_is_read_or_refused(carried: str) -> None:
    try:
        found = LogProof.parse(carried)
    except LogRefused:
        return
    assert LogProof.parse(found.format()) == found
