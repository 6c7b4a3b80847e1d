"""Each thing that could be done to an export, and what is said of it."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from casetrack.audit import export
from casetrack.audit.checkpoint import Checkpoint, sign_checkpoint
from casetrack.audit.cosignature import Cosigner
from casetrack.audit.errors import (
    CheckpointMalformed,
    EntryMalformed,
    LogRefused,
    NoteMalformed,
    OriginDiffers,
    PayloadChanged,
    SignatureMissing,
    SignatureRefused,
)
from casetrack.audit.export import Disclosure
from casetrack.audit.export_errors import (
    BundleMalformed,
    DisclosureMalformed,
    EntryChanged,
    FileChanged,
    FileMissing,
    HeldRefused,
    ManifestOfAnother,
    QuorumMissing,
    TileChanged,
    TileMalformed,
    TilesDiffer,
)
from casetrack.audit.note import Note, in_base64
from casetrack.audit.policy import Policy
from casetrack.audit.tiles import tiled
from tests.audit.exports import (
    COUNT,
    DESK,
    MADE,
    WHOLE,
    WITNESS,
    Given,
    Made,
    entry,
    examined,
    made,
    payload,
    refused,
    salt,
)
from tests.audit.keys import SigningKey, WitnessKey
from tests.audit.logs import KEY, ORIGIN, checkpoint


def forged(of: Made, at: int, leaf: bytes) -> Made:
    """The same export with another entry in the place of one."""
    return replace(of, leaves=[*of.leaves[:at], leaf, *of.leaves[at + 1 :]])


def bundles_of(leaves: list[bytes]) -> dict[str, bytes]:
    return {place.path(): content for place, content in tiled(leaves) if place.level is None}


def flip(at: int, bit: int = 0) -> Callable[[bytes], bytes]:
    return lambda content: content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]


def cut(content: bytes) -> bytes:
    return content[:-1]


def swapped(*places: int) -> Given:
    leaves = list(MADE.leaves)
    one, other = places
    leaves[one], leaves[other] = leaves[other], leaves[one]
    return Given({**WHOLE, **bundles_of(leaves)})


def resigned(size: int | str | None = None, by: SigningKey = KEY, extra: str = "") -> Given:
    """The true export with a checkpoint that says something else, signed by whoever has that key."""
    true = checkpoint(MADE.leaves, COUNT)
    body = f"{ORIGIN}\n{COUNT if size is None else size}\n{in_base64(true.root)}\n{extra}"
    return Given({**WHOLE, export.CHECKPOINT: Note.signed(body, by, Cosigner(WITNESS, 5)).format().encode()})


def disclosing(*disclosed: Disclosure) -> Given:
    """The true tree with other disclosures, of which the desk itself says that they are those: a desk that lies."""
    return replace(MADE, disclosed=disclosed).export()


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Given:
    """The true export whose disclosures were changed on the way."""
    return WHOLE.changed(export.DISCLOSURES, lambda content: b"".join(change(content.splitlines(keepends=True))))


REWRITTEN = replace(forged(MADE, 3, entry(999).leaf()), disclosed=(Disclosure(256, payload(256), salt(256)),))
SHORTER = replace(MADE, size=300, disclosed=MADE.disclosed[:2])
ONLY_LOG = Note(Note.parse(MADE.note()).text, Note.parse(MADE.note()).signatures[:1]).format()
FORGED_WITNESS = WitnessKey(WITNESS.name, b"\x08" * 32)
NAMESAKE = SigningKey(ORIGIN, b"\x09" * 32)
TRUE = Disclosure(300, payload(300), salt(300))

ATTACKS: dict[str, tuple[Given, type[LogRefused]]] = {
    "a bit of a hash in a full tile": (WHOLE.changed("tile/0/000", flip(5)), TileChanged),
    "a bit of a hash at the right edge": (WHOLE.changed("tile/0/002.p/188", flip(5)), TilesDiffer),
    "a bit of the top": (WHOLE.changed("tile/1/000.p/2", flip(5)), TilesDiffer),
    "a bit of an entry": (WHOLE.changed("tile/entries/001", flip(100)), EntryChanged),
    "two entries changed places": (swapped(10, 11), EntryChanged),
    "two entries of two bundles changed places": (swapped(10, 600), EntryChanged),
    "an entry deleted": (
        Given({**WHOLE, **bundles_of([*MADE.leaves[:10], *MADE.leaves[11:], MADE.leaves[10]])}),
        EntryChanged,
    ),
    "an entry in a bundle twice": (
        WHOLE.changed("tile/entries/002.p/188", lambda old: old[:59] + old),
        BundleMalformed,
    ),
    "a bundle withheld": (WHOLE.without("tile/entries/001"), FileMissing),
    "a tile withheld": (WHOLE.without("tile/0/001"), FileMissing),
    "a bundle cut": (WHOLE.changed("tile/entries/002.p/188", cut), BundleMalformed),
    "a tile cut": (WHOLE.changed("tile/0/001", cut), TileMalformed),
    "a bundle put in the place of another": (
        Given({**WHOLE, "tile/entries/001": WHOLE["tile/entries/000"]}),
        EntryChanged,
    ),
    "a tile put in the place of another": (Given({**WHOLE, "tile/0/001": WHOLE["tile/0/000"]}), TileChanged),
    "a leaf that is no entry, signed by the log": (
        forged(made(COUNT, (1,)), 5, b"\x02" + bytes(56)).export(),
        EntryMalformed,
    ),
    "a leaf of another length, signed by the log": (
        forged(made(COUNT, (1,)), 5, entry(5).leaf() + b"\x00").export(),
        EntryMalformed,
    ),
    "the size of the checkpoint edited": (
        WHOLE.changed(export.CHECKPOINT, lambda old: old.replace(b"\n700\n", b"\n699\n")),
        SignatureRefused,
    ),
    "another size under the same root, signed by the log": (resigned(699), LogRefused),
    "a leading zero in the size": (resigned("0700"), CheckpointMalformed),
    "a line more in the checkpoint": (resigned(extra="extension\n"), CheckpointMalformed),
    "the checkpoint of another key of the same name": (resigned(by=NAMESAKE), SignatureMissing),
    "the checkpoint of another log": (
        replace(MADE, origin="other.example/audit", log=SigningKey("other.example/audit", KEY.seed)).export(),
        SignatureMissing,
    ),
    "the right key under another origin": (
        Given({**WHOLE, export.CHECKPOINT: MADE.note().replace(ORIGIN, "x.example/audit", 1).encode()}),
        SignatureRefused,
    ),
    "the log's signature taken away": (
        WHOLE.changed(
            export.CHECKPOINT, lambda old: old.replace(f"\u2014 {ORIGIN}".encode(), b"\xe2\x80\x94 stranger")
        ),
        SignatureMissing,
    ),
    "no cosignature": (WHOLE.changed(export.CHECKPOINT, lambda _: ONLY_LOG.encode()), QuorumMissing),
    "a cosignature by another key of that name": (replace(MADE, witnesses=(FORGED_WITNESS,)).export(), QuorumMissing),
    "a cosignature of another checkpoint": (
        WHOLE.changed(
            export.CHECKPOINT,
            lambda old: (
                old.rpartition("\u2014".encode())[0]
                + b"\xe2\x80\x94"
                + MADE.note(300).encode().rpartition(b"\xe2\x80\x94")[2]
            ),
        ),
        SignatureRefused,
    ),
    "the checkpoint withheld": (WHOLE.without(export.CHECKPOINT), FileMissing),
    "the checkpoint is no text": (WHOLE.changed(export.CHECKPOINT, lambda old: b"\xff" + old), NoteMalformed),
    "the manifest withheld": (WHOLE.without(export.MANIFEST_FILE), FileMissing),
    "the manifest of another export": (
        Given({**WHOLE, export.MANIFEST_FILE: SHORTER.export()[export.MANIFEST_FILE]}),
        ManifestOfAnother,
    ),
    "the manifest signed by somebody else": (
        replace(MADE, desk=SigningKey(DESK.name, b"\x0a" * 32)).export(),
        SignatureMissing,
    ),
    "the scope in the manifest edited": (
        WHOLE.changed(export.MANIFEST_FILE, lambda old: old.replace(b"everything", b"case 1")),
        SignatureRefused,
    ),
    "the README exchanged": (WHOLE.changed(export.README, lambda _: b"Trust me.\n"), FileChanged),
    "the README withheld": (WHOLE.without(export.README), FileMissing),
    "the policy exchanged": (
        WHOLE.changed(export.POLICY, lambda _: Policy((KEY.verifying().key,)).format()),
        FileChanged,
    ),
    "a disclosure withheld": (lines(lambda old: old[1:]), FileChanged),
    "the last disclosure withheld": (lines(lambda old: old[:-1]), FileChanged),
    "all disclosures withheld": (lines(lambda _: []), FileChanged),
    "a disclosure added that is true": (
        lines(lambda old: [*old[:-1], Disclosure(400, payload(400), salt(400)).line(), old[-1]]),
        FileChanged,
    ),
    "two disclosures changed places": (lines(lambda old: [old[1], old[0], *old[2:]]), DisclosureMalformed),
    "a disclosure twice": (lines(lambda old: [old[0], *old]), DisclosureMalformed),
    "an altered disclosure, signed by the desk": (disclosing(replace(TRUE, payload=b'{"n":301}')), PayloadChanged),
    "another salt, signed by the desk": (disclosing(replace(TRUE, salt=salt(301))), PayloadChanged),
    "the payload of another entry, signed by the desk": (disclosing(replace(TRUE, index=301)), PayloadChanged),
    "a disclosure of an entry that is not there, signed by the desk": (
        disclosing(Disclosure(COUNT, payload(COUNT), salt(COUNT))),
        DisclosureMalformed,
    ),
    "disclosures cut in the middle of a line": (
        WHOLE.changed(export.DISCLOSURES, lambda old: old[:-5]),
        DisclosureMalformed,
    ),
    "a rewritten log, signed by the log, whose checkpoint no witness saw": (
        replace(REWRITTEN, witnesses=()).export(),
        QuorumMissing,
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_for_what_it_is(attack: str) -> None:
    given, reason = ATTACKS[attack]
    found = refused(given)
    assert isinstance(found, reason), found
    assert str(found).endswith(".")


def test_what_was_changed_is_named() -> None:
    said = {attack: str(refused(given)) for attack, (given, _) in ATTACKS.items()}
    assert said["a bit of an entry"].startswith("Entry 257 is not the one that is in the log")
    assert said["two entries of two bundles changed places"].startswith("Entry 10 ")
    assert "tile/entries/001" in said["a bundle withheld"]
    assert said["the payload of another entry, signed by the desk"].startswith(f"The payload of event {301:032x}")
    assert said["two disclosures changed places"].startswith("Line 2 of the disclosures")
    assert "README.txt" in said["the README exchanged"]


# Against a checkpoint that somebody held


@pytest.mark.parametrize(
    ("given", "held", "said"),
    [
        (SHORTER.export(), MADE.note(699), "the log has only 300"),
        (REWRITTEN.export(), MADE.note(256), "The first 256 entries of the log are not those of the held checkpoint"),
        (WHOLE, REWRITTEN.note(256), "The first 256 entries"),
        (
            WHOLE,
            replace(MADE, origin="o.example/audit", log=SigningKey("o.example/audit", KEY.seed)).note(2),
            "trusted",
        ),
        (WHOLE, replace(MADE, log=NAMESAKE).note(2), "trusted"),
        (WHOLE, "nonsense", "A signed note"),
    ],
    ids=["rolled back", "rewritten", "split view", "another log", "another key", "no note"],
)
def test_a_log_that_does_not_go_on_from_a_held_checkpoint_is_refused(given: Given, held: str, said: str) -> None:
    assert examined(given).checkpoint.size
    found = refused(given, MADE.note(1), held)
    assert isinstance(found, HeldRefused)
    assert str(found).startswith("Held checkpoint 2 is refused. ")
    assert said in str(found)


def test_a_held_checkpoint_of_another_name_by_the_right_key_is_refused() -> None:
    elsewhere = Checkpoint("x.example/audit", 1, checkpoint(MADE.leaves, 1).root)
    with pytest.raises(OriginDiffers):
        sign_checkpoint(elsewhere, KEY)
    note = Note.signed(elsewhere.body(), KEY).format()
    assert isinstance(refused(WHOLE, note), HeldRefused)


FLIPS = 2_000


def test_no_bit_of_an_export_may_change() -> None:
    """Bits at random places of every file: of a small log, so that no file is passed over."""
    small = made(300, (0, 7, 299))
    whole = small.export()
    paths = sorted(whole.keys() - {export.SIGNER})
    for number in range(FLIPS):
        path = paths[number % len(paths)]
        drawn = int.from_bytes(hashlib.sha256(number.to_bytes(4)).digest())
        given = whole.changed(path, flip(drawn // 8 % len(whole[path]), drawn % 8))
        with pytest.raises(LogRefused):
            examined(given, small.note(2))


def test_no_bit_of_the_makers_key_may_change_where_the_export_names_it() -> None:
    small = made(3).export()
    for at in range(len(small[export.SIGNER])):
        with pytest.raises(LogRefused):
            examined(small.changed(export.SIGNER, flip(at)), maker=None)
