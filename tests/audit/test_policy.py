"""Policies: what a file of logs and witnesses says, line by line, and when a checkpoint has witnesses enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.audit.checkpoint import sign_checkpoint
from casetrack.audit.cosignature import Cosigner
from casetrack.audit.errors import SignatureRefused
from casetrack.audit.export_errors import PolicyMalformed, QuorumMissing
from casetrack.audit.note import Note, Signature
from casetrack.audit.policy import MOST_LINES, Group, Policy
from tests.audit.frozen import read
from tests.audit.keys import SigningKey, WitnessKey, verifier_of
from tests.audit.logs import KEY, OTHER_KEY, checkpoint, leaves

LOG = KEY.verifying().key.format()
NAMES = ("X1", "X2", "X3", "Y1", "Y2", "Y3")
WITNESSES = {
    name: WitnessKey(f"{name.lower()}.example/w", number.to_bytes(32)) for number, name in enumerate(NAMES, start=1)
}
KEYS = {name: witness.key.format() for name, witness in WITNESSES.items()}
LINES = [f"witness {name} {key}" for name, key in KEYS.items()]
TWO_LEVELS = [
    f"log {LOG}",
    *LINES[:3],
    "group X-witnesses 2 X1 X2 X3",
    *LINES[3:],
    "group Y-witnesses any Y1 Y2 Y3",
    "group X-and-Y all X-witnesses Y-witnesses",
    "quorum X-and-Y",
]
PLAIN = Note.parse(sign_checkpoint(checkpoint(leaves(3), 3), KEY))


def policy(*lines: str) -> Policy:
    return Policy.parse("".join(f"{line}\n" for line in lines).encode())


def noted(*names: str) -> Note:
    by = [Cosigner(WITNESSES[name], 5) for name in names]
    return Note(PLAIN.text, PLAIN.signatures + (Note.signed(PLAIN.text, *by).signatures if by else ()))


def test_the_example_of_the_format_is_read() -> None:
    found = policy(*TWO_LEVELS)
    assert [log.format() for log in found.logs] == [LOG]
    assert {name: key.format() for name, key in found.witnesses.items()} == KEYS
    assert found.groups == {
        "X-witnesses": Group(2, ("X1", "X2", "X3")),
        "Y-witnesses": Group(1, ("Y1", "Y2", "Y3")),
        "X-and-Y": Group(2, ("X-witnesses", "Y-witnesses")),
    }
    assert found.quorum == "X-and-Y"
    assert Policy.parse(found.format()) == found


@pytest.mark.parametrize(
    "lines",
    [
        ["quorum none"],
        ["", "# a comment", " \t# another", "\t quorum \t none \t"],
        [f"log {LOG} https://log.example/", "quorum none"],
        [f"witness X1 {KEYS['X1']} https://witness.example/", "quorum X1"],
        [f"witness log {KEYS['X1']}", "group group any log", "quorum group"],
        [f"witness W\u00e9 {KEYS['X1']}", "quorum W\u00e9"],
        ["quorum none", LINES[0]],
    ],
)
def test_what_a_policy_may_say(lines: list[str]) -> None:
    found = policy(*lines)
    assert Policy.parse(found.format()) == found


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ([], 1),
        (["# nothing"], 1),
        (["quorum"], 1),
        (["quorum none none"], 1),
        (["quorum X1"], 1),
        (["quorum none", "quorum none"], 2),
        (["quorum X1", LINES[0]], 1),
        (["quorum none", "log"], 2),
        (["quorum none", "log nonsense"], 2),
        ([f"log {LOG} one two", "quorum none"], 1),
        ([f"log {KEYS['X1']}", "quorum none"], 1),
        ([f"log {LOG}", f"log {LOG}", "quorum none"], 2),
        ([f"log {LOG}", f"log {SigningKey('other.example', KEY.seed).verifying().key.format()}", "quorum none"], 2),
        ([f"witness X1 {LOG}", "quorum none"], 1),
        ([f"witness {KEYS['X1']}", "quorum none"], 1),
        ([f"witness none {KEYS['X1']}", "quorum none"], 1),
        ([LINES[0], LINES[0], "quorum none"], 2),
        ([LINES[0], f"witness X2 {KEYS['X1']}", "quorum none"], 2),
        ([LINES[0], f"witness X1 {KEYS['X2']}", "quorum none"], 2),
        ([f"log {LOG}", f"witness L {WitnessKey('l.example', KEY.seed).key.format()}", "quorum L"], 2),
        ([LINES[0], "group G 1", "quorum none"], 2),
        ([LINES[0], "group G", "quorum none"], 2),
        ([LINES[0], "group G 0 X1", "quorum none"], 2),
        ([LINES[0], "group G 2 X1", "quorum none"], 2),
        ([LINES[0], "group G 01 X1", "quorum none"], 2),
        ([LINES[0], "group G some X1", "quorum none"], 2),
        ([LINES[0], "group G any X1 X1", "quorum none"], 2),
        ([LINES[0], "group G any X2", "quorum none"], 2),
        ([LINES[0], "group G any none", "quorum none"], 2),
        ([LINES[0], "group G any G", "quorum none"], 2),
        ([LINES[0], "group none any X1", "quorum none"], 2),
        ([LINES[0], "group X1 any X1", "quorum none"], 2),
        ([LINES[0], "group G any X1", "group H any X1", "quorum none"], 3),
        (["what none"], 1),
        (["quorum none", "Quorum none"], 2),
        (["quorum none\r"], 1),
        (["# \x00", "quorum none"], 1),
        (["quorum none", "\x7f"], 2),
    ],
)
def test_the_first_line_that_may_not_stand_there_is_named(lines: list[str], wrong: int) -> None:
    with pytest.raises(PolicyMalformed, match=rf"^Line {wrong} of the policy"):
        policy(*lines)


def test_the_last_line_ends_too() -> None:
    with pytest.raises(PolicyMalformed, match=r"^Line 2 "):
        Policy.parse(b"# one\nquorum none")


def test_a_policy_has_an_end() -> None:
    policy(*["#"] * (MOST_LINES - 1), "quorum none")
    with pytest.raises(PolicyMalformed, match=rf"^Line {MOST_LINES + 1} "):
        policy(*["#"] * MOST_LINES, "quorum none")


def test_octets_that_are_not_ascii_are_opaque() -> None:
    written = b"witness \xff " + KEYS["X1"].encode() + b"\nquorum \xff\n"
    assert Policy.parse(written).format() == written
    with pytest.raises(PolicyMalformed, match=r"^Line 2 "):
        Policy.parse(written.replace(b"quorum \xff", b"quorum \xfe"))
    with pytest.raises(PolicyMalformed, match=r"^Line 1 "):
        Policy.parse(b"witness w \xff" + KEYS["X1"].encode() + b"\nquorum none\n")


@given(st.binary(max_size=200))
def test_whatever_is_given_is_read_or_refused(written: bytes) -> None:
    try:
        found = Policy.parse(written)
    except PolicyMalformed:
        return
    assert Policy.parse(found.format()) == found


@given(st.sets(st.sampled_from(NAMES)))
def test_a_quorum_of_groups_is_met_by_enough_of_each(names: set[str]) -> None:
    enough = len(names & {"X1", "X2", "X3"}) >= 2 and bool(names & {"Y1", "Y2", "Y3"})
    asked = policy(*TWO_LEVELS)
    if enough:
        assert asked.require_witnessed(noted(*sorted(names)), verifier_of) == tuple(sorted(names))
    else:
        with pytest.raises(QuorumMissing):
            asked.require_witnessed(noted(*sorted(names)), verifier_of)


def test_one_witness_may_be_the_quorum_and_strangers_count_for_nothing() -> None:
    asked = policy(LINES[0], "quorum X1")
    assert asked.require_witnessed(noted("X1", "Y3"), verifier_of) == ("X1",)
    with pytest.raises(QuorumMissing):
        asked.require_witnessed(noted("X2"), verifier_of)


def test_no_quorum_asks_for_no_witness() -> None:
    assert policy("quorum none").require_witnessed(PLAIN, verifier_of) == ()


def test_a_cosignature_that_does_not_hold_is_refused_even_where_there_are_enough_without_it() -> None:
    asked = policy(*LINES[:3], "group G any X1 X2 X3", "quorum G")
    *good, last = noted("X1", "X2").signatures
    forged = Note(PLAIN.text, (*good, Signature(last.name, last.key_id, last.signature[:-1] + b"\0")))
    with pytest.raises(SignatureRefused, match=r"x2\.example"):
        asked.require_witnessed(forged, verifier_of)


def test_public_witnesses_make_a_quorum_of_what_they_published() -> None:
    published = read("cosignatures.json")["published"]
    named = [f"witness w{number} {key}" for number, key in enumerate(published["witnesses"])]
    asked = policy(f"log {published['log']}", *named, "group all-of-them all w0 w1 w2 w3", "quorum all-of-them")
    assert len(asked.require_witnessed(Note.parse(published["note"]), verifier_of)) == 4


def test_two_logs_may_be_believed() -> None:
    other = SigningKey("other.example/audit", OTHER_KEY.seed).verifying().key.format()
    assert len(policy(f"log {LOG}", f"log {other}", "quorum none").logs) == 2
