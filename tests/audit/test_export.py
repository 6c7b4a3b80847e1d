"""An export: what is believed of one, by whom, and what may stand in its files."""

from dataclasses import replace

import pytest

from casetrack.audit import export
from casetrack.audit.errors import KeyEnded, OriginDiffers, StatementRefused, VerifierKeyMalformed
from casetrack.audit.export import Disclosure, Manifest, keys_from, sign_manifest, verify_export
from casetrack.audit.export_errors import (
    DisclosureMalformed,
    FileChanged,
    HeldRefused,
    ManifestMalformed,
    PolicyMalformed,
    PolicyWithoutLog,
)
from casetrack.audit.note import Note, VerifierKey
from casetrack.audit.policy import Policy
from casetrack.audit.succession import Says, Statement, sign_statement
from tests.audit.exports import (
    COUNT,
    DESK,
    MADE,
    MAKER,
    SOME,
    WHOLE,
    Given,
    Made,
    examined,
    made,
    payload,
    refused,
    salt,
)
from tests.audit.frozen import read
from tests.audit.keys import SigningKey, verifier_of
from tests.audit.logs import KEY, ORIGIN, OTHER_KEY, checkpoint

NEXT = SigningKey(ORIGIN, b"\x21" * 32)


def test_a_true_export_is_believed() -> None:
    found = examined(WHOLE, MADE.note(1), MADE.note(256), MADE.note(699), MADE.note())
    assert found.checkpoint == checkpoint(MADE.leaves, COUNT)
    assert found.log == KEY.verifying().key
    assert found.witnesses == ("w1",)
    assert found.signer == MAKER
    assert found.manifest.scope == "everything"
    assert found.disclosed == len(SOME)


def test_without_a_policy_the_export_says_whom_to_believe() -> None:
    found = examined(WHOLE, policy=None, maker=None)
    assert (found.log, found.signer) == (KEY.verifying().key, MAKER)


@pytest.mark.parametrize("count", [1, 2, 256, 257, 512])
def test_an_export_of_any_size_is_believed(count: int) -> None:
    assert examined(made(count).export()).disclosed == count


def test_an_export_of_an_empty_log_is_believed() -> None:
    nothing = Made([], 0, ())
    assert examined(nothing.export(), nothing.note(0)).checkpoint.size == 0


def test_the_same_export_has_the_same_bytes() -> None:
    assert made(COUNT, SOME).export() == WHOLE


# Keys that follow one another


def follows(size: int) -> str:
    said = Statement(Says.FOLLOWS, ORIGIN, KEY.verifying().key, NEXT.verifying().key, size, 1)
    return sign_statement(said, KEY, NEXT)


def ends(size: int) -> str:
    said = Statement(Says.ENDS, ORIGIN, KEY.verifying().key, NEXT.verifying().key, size, 2)
    return sign_statement(said, KEY, NEXT)


RENEWED = replace(MADE, log=NEXT, statements=(follows(300), ends(400)))


def test_whoever_believes_the_first_key_comes_to_believe_the_next() -> None:
    assert examined(RENEWED.export(), MADE.note(200)).log == KEY.verifying().key


def test_whoever_began_with_the_next_key_needs_no_statement_about_it() -> None:
    began = Policy((NEXT.verifying().key,))
    assert examined(RENEWED.export(), policy=began).log == NEXT.verifying().key
    assert isinstance(refused(RENEWED.export(), MADE.note(200), policy=began), HeldRefused)


def test_a_key_that_ended_signs_no_more() -> None:
    late = replace(RENEWED, log=KEY)
    assert isinstance(refused(late.export()), KeyEnded)


def test_a_statement_that_is_not_the_logs_own_is_refused() -> None:
    stranger = Statement(Says.FOLLOWS, ORIGIN, KEY.verifying().key, OTHER_KEY.verifying().key, 1, 1)
    forged = sign_statement(stranger, OTHER_KEY, OTHER_KEY)
    assert isinstance(refused(replace(MADE, log=OTHER_KEY, statements=(forged,)).export()), StatementRefused)


@pytest.mark.parametrize("statements", [["nonsense"], [follows(300), "nonsense"]])
def test_what_is_no_statement_is_refused_wherever_it_stands(statements: list[str]) -> None:
    with pytest.raises(StatementRefused):
        keys_from(KEY.verifying().key, statements, verifier_of)


# Policies


def test_a_policy_without_a_log_believes_nothing() -> None:
    assert isinstance(refused(WHOLE, policy=Policy(())), PolicyWithoutLog)


def test_any_log_of_a_policy_may_have_signed_but_only_under_its_own_name() -> None:
    other = SigningKey("other.example/audit", b"\x31" * 32)
    both = Policy((other.verifying().key, KEY.verifying().key))
    assert examined(WHOLE, policy=both).log == KEY.verifying().key
    body = checkpoint(MADE.leaves, COUNT).body()
    taken = Given({**WHOLE, export.CHECKPOINT: Note.signed(body, other).format().encode()})
    assert isinstance(refused(taken, policy=Policy((other.verifying().key,))), OriginDiffers)


def test_a_policy_of_the_exports_own_that_is_none_is_refused() -> None:
    nonsense = WHOLE.changed(export.POLICY, lambda _: b"nonsense\n")
    assert isinstance(refused(nonsense, policy=None), PolicyMalformed)


def test_a_maker_of_the_exports_own_that_is_none_is_refused() -> None:
    with pytest.raises(VerifierKeyMalformed):
        examined(WHOLE.changed(export.SIGNER, lambda _: b"nonsense\n"), maker=None)


# What stands in the files


TRUE = Disclosure(300, payload(300), salt(300))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"[]\n",
        b"null\n",
        b"{}\n",
        b"\xff\n",
        b"[" * 20_000 + b"\n",
        TRUE.line()[:-1],
        TRUE.line().replace(b":", b": "),
        TRUE.line().replace(b"300", b"0300"),
        TRUE.line().replace(b"300", b"300.0"),
        TRUE.line().replace(b"300", b"true"),
        TRUE.line().replace(b"300", b"-1"),
        TRUE.line().replace(b"300", b"1" * 5000),
        TRUE.line().replace(b'"index":300', b'"index":300,"index":300'),
        TRUE.line().replace(b"=", b""),
        TRUE.line().replace(b'"salt"', b'"SALT"'),
        Disclosure(1, b"", b"short").line(),
    ],
    ids=range(18),
)
def test_what_is_not_a_disclosure_is_refused(line: bytes) -> None:
    with pytest.raises(DisclosureMalformed, match=r"^Line 7 "):
        Disclosure.parse(line, number=7)


def test_a_disclosure_reads_back() -> None:
    assert Disclosure.parse(TRUE.line(), number=1) == TRUE
    empty = Disclosure(0, b"", bytes(32))
    assert Disclosure.parse(empty.line(), number=1) == empty


BODY = Note.parse(WHOLE[export.MANIFEST_FILE].decode()).text


def test_a_manifest_reads_back_and_says_what_sha256sum_says() -> None:
    assert Manifest.parse(BODY).body() == BODY
    says, origin, size, root, scope, first, *_ = BODY.split("\n")
    assert (says, origin, size, scope) == ("casetrack/v1/evidence", ORIGIN, "700", "everything")
    assert len(root) == 44
    digest, path = first.split("  ")
    assert (len(digest), path) == (64, "disclosures.jsonl")


@pytest.mark.parametrize("given", [made(0), made(3, (0, 2)), MADE, replace(made(257), statements=("said\n",))])
def test_a_manifest_is_about_every_file_that_was_made_and_no_other(given: Made) -> None:
    files = given.export()
    manifest = Manifest.parse(Note.parse(files[export.MANIFEST_FILE].decode()).text)
    assert manifest.paths() == files.keys()


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("", 1),
        (BODY.replace("/v1/", "/v2/"), 1),
        ("casetrack/v1/evidence\n", 2),
        (BODY.replace(ORIGIN, "a b"), 2),
        (BODY.replace("\n700\n", "\n0700\n"), 3),
        (BODY.replace("\n700\n", "\n700\nAAAA\n"), 4),
        (BODY.replace("everything", ""), 5),
        (BODY.replace("everything", " all"), 5),
        (BODY.replace("everything", "\u00e9"), 5),
        (BODY.replace("  disclosures", " disclosures"), 6),
        (BODY.replace("  disclosures", "  ../disclosures"), 6),
        (BODY.replace("  disclosures", "  /disclosures"), 6),
        (BODY.replace("  policy", "  disclosures.jsonl"), 7),
        (BODY + "\n", 9),
    ],
)
def test_the_first_line_of_a_manifest_that_is_wrong_is_named(body: str, wrong: int) -> None:
    with pytest.raises(ManifestMalformed, match=rf"^Line {wrong} of the manifest"):
        Manifest.parse(body)


def test_a_manifest_that_nobody_could_read_back_is_not_made() -> None:
    with pytest.raises(ManifestMalformed):
        Manifest(checkpoint(MADE.leaves, 1), "everything", {"policy": b"short"})


def test_a_manifest_that_lists_no_disclosures_does_not_cover_them() -> None:
    bare = Manifest(checkpoint(MADE.leaves, COUNT), "everything", {})
    given = Given({**WHOLE, export.MANIFEST_FILE: sign_manifest(bare, DESK).encode()})
    assert isinstance(refused(given), FileChanged)


FROZEN = read("export.json")


def test_the_frozen_export_is_believed_and_made_again_to_the_same_bytes() -> None:
    files = FROZEN["files"].items()
    given = Given(
        {path: bytes.fromhex(said["hex"]) if "hex" in said else said["text"].encode() for path, said in files}
    )
    policy, maker = Policy.parse(FROZEN["policy"].encode()), VerifierKey.parse(FROZEN["maker"])
    assert verify_export(given.opened(), verifier_of, policy=policy, maker=maker).disclosed == 2
    assert made(3, (0, 2)).export() == given
