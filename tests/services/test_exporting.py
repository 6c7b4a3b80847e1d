"""The log, given out: to the byte the same, whole, and with the payloads of what was asked for and no others."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from casetrack.audit import export as form
from casetrack.audit.checkpoint import open_checkpoint
from casetrack.audit.errors import NoCheckpoint, SizeAbsent
from casetrack.audit.export import Disclosure, verify_export
from casetrack.audit.export_errors import EntryChanged, QuorumMissing, TilesDiffer
from casetrack.audit.note import KeyKind, VerifierKey
from casetrack.audit.policy import Policy
from casetrack.audit.witness import advance
from casetrack.domain.errors import NotFound
from casetrack.domain.ids import EventId, HolderCode
from casetrack.services.cases import view_case
from casetrack.services.checkpoints import verifier_of
from casetrack.services.exporting import NO_WITNESSES, Maker, export_log, policy_of, prove, submission
from casetrack.services.exporting import exported as as_given
from casetrack.services.extracts import Extract
from casetrack.services.journal import read_payload
from tests.services import acts
from tests.services.acts import kept
from tests.services.evidence import MemoryEvidence, believed
from tests.services.exported import Files, exported
from tests.world import SOUTH, START, World

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
WITNESS = VerifierKey("witness.example/w1", bytes(31) + b"\x01", KeyKind.COSIGNS)


def disclosures(files: Files) -> list[Disclosure]:
    return [Disclosure.parse(line, number=1) for line in files.lines(form.DISCLOSURES)]


def events(files: Files) -> list[str]:
    return [str(read_payload(each.payload)["event"]) for each in disclosures(files)]


def test_an_export_of_everything_discloses_every_entry_and_holds() -> None:
    world = World.in_memory()
    acts.opened(world)
    before = len([*kept(world).founding, *kept(world).entries])
    files, examined = exported(world, Extract())
    assert examined.checkpoint.size == examined.disclosed == before
    assert [each.index for each in disclosures(files)] == list(range(before))
    assert examined.manifest.scope == "everything"


def test_the_same_log_gives_the_same_bytes() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    source, extract = MemoryEvidence(world), Extract(case=case.id)
    once, twice = exported(world, extract)[0], exported_from(source, world, extract)
    assert once.content == twice.content


def exported_from(source: MemoryEvidence, world: World, extract: Extract) -> Files:
    files = Files()
    with world.work("auditor") as work:
        export_log(source, believed(world), extract, files, maker=Maker.of(work), step=lambda _: None)
    return files


def test_a_case_is_disclosed_with_whoever_asked_for_it_in_vain() -> None:
    world = World.in_memory()
    mine, theirs = acts.opened(world), acts.opened(world, "receiver")
    with pytest.raises(NotFound), world.work("receiver") as work:
        view_case(work, mine.reference)
    files, _ = exported(world, Extract(case=mine.id, reference=mine.reference))
    assert events(files) == ["CaseOpened", "IdentityRecorded", "ContactRecorded", "Refused"]
    assert theirs.id.hex not in b"".join(files.content.values()).decode("latin-1")


def test_an_extract_is_of_all_that_was_asked_for() -> None:
    world = World.in_memory()
    acts.opened(world)
    acts.opened(world, "receiver")
    of_south, _ = exported(world, Extract(holder=SOUTH.code))
    said = [read_payload(each.payload) for each in disclosures(of_south)]
    assert {each["holder"] for each in said if each["event"] != "AccountCreated"} == {SOUTH.code}
    none, _ = exported(world, Extract(holder=SOUTH.code, until=START - timedelta(days=1)))
    assert disclosures(none) == []
    late, _ = exported(world, Extract(since=START - timedelta(days=1), after=3))
    assert disclosures(late)[0].index == 3


@pytest.mark.parametrize(
    ("extract", "said"),
    [
        (Extract(), "everything"),
        (Extract(holder=HolderCode("kent"), after=5), "holder=kent after=5"),
        (Extract(since=NOON, until=NOON), "since=2026-07-01T12:00:00Z until=2026-07-01T12:00:00Z"),
    ],
)
def test_a_scope_says_what_was_asked_for(extract: Extract, said: str) -> None:
    assert str(extract) == said


def test_what_is_given_out_is_on_the_log_with_the_manifest_by_which_it_is_known() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    files, examined = exported(world, Extract(case=case.id))
    assert acts.events(world)[-1]["detail"] == {
        "use": "integrity",
        "scope": [f"case={case.id}"],
        "size": examined.checkpoint.size,
        "entries": 3,
        "manifest": hashlib.sha256(files.content[form.MANIFEST_FILE]).hexdigest(),
    }


def test_the_readme_names_the_log_and_the_maker_and_nobody_else() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    files, examined = exported(world, Extract(case=case.id))
    readme = files.content[form.README].decode()
    assert examined.checkpoint.origin in readme
    assert examined.signer.format() in readme
    assert case.reference not in readme
    assert "No witness was asked for" in readme


def test_an_export_asks_for_the_witnesses_that_the_deployment_has() -> None:
    world = World.in_memory()
    acts.opened(world)
    with pytest.raises(QuorumMissing):
        exported(world, Extract(), witnesses=Policy((), {"w1": WITNESS}, quorum="w1"))
    files, _ = exported(world, Extract(), witnesses=Policy((), {"w1": WITNESS}))
    assert Policy.parse(files.content[form.POLICY]).witnesses == {"w1": WITNESS}


def test_a_log_without_a_checkpoint_is_not_given_out() -> None:
    class Unsigned(MemoryEvidence):
        def witnessed(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - nothing at all
            yield from ()

    world = World.in_memory()
    acts.opened(world)
    with pytest.raises(NoCheckpoint):
        exported_from(Unsigned(world), world, Extract())


def test_a_log_that_is_not_as_it_was_signed_is_not_given_out() -> None:
    class Edited(MemoryEvidence):
        def leaves(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - as it is there
            for number, event, leaf in super().leaves():
                yield number, event, leaf if number else leaf[:-1] + bytes([leaf[-1] ^ 1])

    world = World.in_memory()
    acts.opened(world)
    with pytest.raises((TilesDiffer, EntryChanged)):
        exported_from(Edited(world), world, Extract())


def test_an_event_is_proved_with_what_it_was_made_of() -> None:
    world = World.in_memory()
    acts.opened(world)
    source = MemoryEvidence(world)
    event = kept(world).entries[-1].id
    proof, disclosure = prove(source, believed(world), event, NO_WITNESSES)
    leaf = next(leaf for _, of, leaf in source.leaves() if of == event)
    proof.verify(leaf, believed(world).log.open(proof.checkpoint))
    assert (disclosure.index, disclosure.payload) == (proof.index, kept(world).entries[-1].payload)
    assert prove(source, believed(world), proof.index, NO_WITNESSES)[0] == proof
    with pytest.raises(NotFound):
        prove(source, believed(world), EventId(world.deployment.chance.uuid()), NO_WITNESSES)


def test_a_witness_is_asked_to_go_on_from_where_it_is() -> None:
    world = World.in_memory()
    acts.opened(world)
    source, log = MemoryEvidence(world), believed(world).log
    first = submission(source, believed(world), 0)
    size = log.open(first.checkpoint).size
    assert advance(None, first, log.open(first.checkpoint)).size == size
    acts.opened(world)
    later = submission(MemoryEvidence(world), believed(world), size)
    asked = open_checkpoint(later.checkpoint, *(verifier_of(key) for key in log.in_force))
    assert advance(log.open(first.checkpoint), later, asked).size > size
    with pytest.raises(SizeAbsent):
        submission(source, believed(world), size + 1)


def test_the_policy_of_an_export_names_the_keys_that_were_in_force_at_its_checkpoint() -> None:
    world = World.in_memory()
    acts.opened(world)
    files, examined = exported(world, Extract())
    assert policy_of(believed(world), examined.checkpoint, NO_WITNESSES).logs == (examined.log,)
    assert verify_export(as_given(files), verifier_of).checkpoint == examined.checkpoint
