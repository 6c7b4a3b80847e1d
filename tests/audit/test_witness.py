"""What a witness is asked, and what it cosigns: only a log that goes on from the last tree of it that it cosigned."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.audit.checkpoint import LARGEST_SIZE, Checkpoint, open_checkpoint
from casetrack.audit.errors import ConsistencyRefused, LogForked, LogRefused
from casetrack.audit.export_errors import OldSizeDiffers, SubmissionMalformed
from casetrack.audit.note import in_base64
from casetrack.audit.tree import HashedLeaves, consistency_proof
from casetrack.audit.witness import Submission, advance
from tests.audit.frozen import read
from tests.audit.logs import KEY, ORIGIN, checkpoint, entry, hashes, leaves, signed

MOST = 40
NOTE = signed(leaves(5), 5)[0]
HASH = in_base64(bytes(32))


def submission(old: int, new: int) -> Submission:
    of = leaves(new)
    proof = consistency_proof(HashedLeaves(hashes(of)), old) if old else ()
    return Submission(old, proof, signed(of, new)[0])


def state(size: int) -> Checkpoint | None:
    return checkpoint(leaves(size), size) if size else None


SIZES = st.integers(1, MOST).flatmap(lambda new: st.tuples(st.integers(0, new), st.just(new)))


@given(SIZES)
def test_a_witness_goes_on_from_what_it_cosigned(drawn: tuple[int, int]) -> None:
    old, new = drawn
    asked = checkpoint(leaves(new), new)
    assert advance(state(old), submission(old, new), asked) == asked


@given(SIZES, st.integers(0, MOST))
def test_a_witness_goes_on_from_no_other_size(drawn: tuple[int, int], cosigned: int) -> None:
    old, new = drawn
    if cosigned == old:
        return
    with pytest.raises(OldSizeDiffers, match=f"goes on from {old} entries.* has {cosigned}"):
        advance(state(cosigned), submission(old, new), checkpoint(leaves(new), new))


@given(st.integers(1, MOST))
def test_a_log_that_was_rewritten_since_is_not_cosigned(new: int) -> None:
    of = [*leaves(new - 1), entry(999).leaf()]
    forged = checkpoint(of, new)
    with pytest.raises(LogForked):
        advance(state(new), Submission(new, (), signed(of, new)[0]), forged)
    longer = [*of, entry(1000).leaf()]
    proof = consistency_proof(HashedLeaves(hashes(longer)), new)
    with pytest.raises(ConsistencyRefused):
        advance(state(new), Submission(new, proof, ""), checkpoint(longer, new + 1))


def test_a_log_that_became_shorter_is_not_cosigned() -> None:
    with pytest.raises(ConsistencyRefused):
        advance(state(5), Submission(5, (), NOTE), checkpoint(leaves(4), 4))


def test_from_nothing_there_is_nothing_to_prove() -> None:
    with pytest.raises(ConsistencyRefused):
        advance(None, Submission(0, (bytes(32),), NOTE), checkpoint(leaves(5), 5))
    nothing = checkpoint([], 0)
    assert advance(nothing, Submission(0, (), NOTE), checkpoint(leaves(5), 5)).size == 5
    assert advance(None, Submission(0, (), NOTE), nothing) == nothing == Checkpoint(ORIGIN, 0, nothing.root)


def test_a_request_is_written_as_the_format_says() -> None:
    first, *proof, blank = submission(3, 5).format().removesuffix(NOTE).removesuffix("\n").split("\n")
    assert (first, blank) == ("old 3", "")
    assert [len(line) for line in proof] == [44] * 4
    assert submission(0, 5).format() == f"old 0\n\n{NOTE}"


def test_the_frozen_request_goes_on_from_its_old_size() -> None:
    frozen = read("carried.json")
    found = Submission.parse(frozen["request"])
    assert found.format() == frozen["request"]
    last = Checkpoint(ORIGIN, found.old_size, bytes.fromhex(frozen["old_root"]))
    assert advance(last, found, open_checkpoint(found.checkpoint, KEY.verifying())).size == 3


@given(SIZES)
def test_a_request_reads_back(drawn: tuple[int, int]) -> None:
    assert Submission.parse(submission(*drawn).format()) == submission(*drawn)


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ([""], 1),
        (["old", "", NOTE], 1),
        (["old ", "", NOTE], 1),
        (["old 00", "", NOTE], 1),
        (["Old 0", "", NOTE], 1),
        (["old -1", "", NOTE], 1),
        ([f"old {LARGEST_SIZE + 1}", "", NOTE], 1),
        (["old 1", "AAAA", "", NOTE], 2),
        (["old 1", HASH, HASH + " ", "", NOTE], 3),
        (["old 1"], 2),
        (["old 1", ""], 2),
        (["old 1", "", ""], 2),
        (["old 1", *[HASH] * 64, "", NOTE], 66),
    ],
)
def test_the_first_line_that_is_wrong_is_named(lines: list[str], wrong: int) -> None:
    with pytest.raises(SubmissionMalformed, match=f"^Line {wrong} of the request"):
        Submission.parse("\n".join(lines))


def test_a_proof_may_be_as_long_as_the_format_lets_it() -> None:
    assert len(Submission.parse("\n".join(["old 1", *[HASH] * 63, "", NOTE])).hashes) == 63


@given(st.text(max_size=300))
def test_whatever_is_given_is_read_or_refused(body: str) -> None:
    try:
        found = Submission.parse(body)
    except LogRefused:
        return
    assert Submission.parse(found.format()) == found
