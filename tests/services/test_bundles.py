"""Evidence bundles: what is in one follows from the auditor's scope, and that it was given out is on the log."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from casetrack.audit import export as form
from casetrack.audit.errors import NoCheckpoint
from casetrack.audit.export import Disclosure, Examined
from casetrack.audit.policy import Policy
from casetrack.domain.case import Case
from casetrack.domain.errors import (
    KeysUnavailable,
    NoCaseToGiveOut,
    NotFound,
    NotGivenOut,
    NoTimeToGiveOut,
    NotPermitted,
)
from casetrack.domain.ids import EventId, HolderCode
from casetrack.domain.log_events import LogShipped
from casetrack.domain.references import Reference
from casetrack.domain.unusual_events import AccessReviewed
from casetrack.services.audit import Use, search_audit
from casetrack.services.bundles import (
    BundleAsked,
    Given,
    Giving,
    KeepInTime,
    list_bundles,
    make_bundle,
    note_bundle,
    prepare_bundle,
)
from casetrack.services.cases import view_case
from casetrack.services.evidence import OutOfTime
from casetrack.services.exporting import NO_WITNESSES, Keep, Source
from casetrack.services.extracts import case_in
from casetrack.services.journal import read_payload
from casetrack.services.lists import LogQuery
from casetrack.services.verifying_journal import Believed
from tests.services import acts
from tests.services.acts import account
from tests.services.enquired import ASKER
from tests.services.evidence import MemoryEvidence, believed
from tests.services.exported import Files
from tests.services.locks import out_of_reach
from tests.world import NORTH, SOUTH, START, World

TODAY = START.date()
NOBODYS = Reference("CT-7K3M-92Q2")


@dataclass
class Packed(Files):
    """The files, for a while."""

    is_open: bool = True

    def finish(self) -> int:
        """How much there is."""
        return sum(map(len, self.content.values()))

    def pieces(self) -> Iterator[bytes]:
        """Each file."""
        yield from self.content.values()

    def close(self) -> None:
        """No longer there."""
        self.is_open = False


def giving(world: World, **others: Any) -> Giving:  # noqa: ANN401 - whatever is otherwise
    @contextmanager
    def reading() -> Iterator[tuple[Source, Believed]]:
        yield MemoryEvidence(world), believed(world)

    usual = Giving(reading=reading, witnesses=lambda: NO_WITNESSES, pack=Packed)
    return replace(usual, **others)


def at_once(keep: Keep) -> Keep:
    return keep


def given(
    world: World,
    by: str = "auditor",
    *,
    within: Callable[[Keep], Keep] = at_once,
    **asked: Any,  # noqa: ANN401 - what may be asked
) -> tuple[Packed, Examined]:
    """Somebody asks for a bundle, and is given it."""
    wanted, pack = BundleAsked(**{"use": Use.INTEGRITY, **asked}), Packed()
    with world.work(by) as work:
        extract, maker = prepare_bundle(work, wanted)
    examined = make_bundle(giving(world), pack, wanted, extract, maker, within)
    with world.work(by) as work:
        note_bundle(work, wanted, extract, examined, pack)
    return pack, examined


def disclosed(pack: Packed) -> list[Disclosure]:
    return [Disclosure.parse(line, number=1) for line in pack.lines(form.DISCLOSURES)]


def listed(world: World, by: str = "auditor", page: int = 1) -> Given:
    with world.work(by) as work:
        return list_bundles(work, Use.INTEGRITY, page=page)


def two_cases(world: World) -> tuple[Case, Case]:
    """One of North and one of South, at which a stranger was refused; each was looked at."""
    mine, theirs = acts.opened(world), acts.opened(world, "receiver")
    for by, case in (("worker", mine), ("receiver", theirs)):
        with world.work(by) as work:
            view_case(work, case.reference)
    with pytest.raises(NotFound), world.work("receiver") as work:
        view_case(work, mine.reference)
    return mine, theirs


def test_a_bundle_of_a_case_has_what_is_about_it_and_nothing_of_another() -> None:
    world = World.in_memory()
    mine, theirs = two_cases(world)
    pack, examined = given(world, reference=mine.reference)
    said = [read_payload(each.payload) for each in disclosed(pack)]
    assert [each["event"] for each in said][-2:] == ["Consulted", "Refused"]
    assert {each["case"] for each in said} == {str(mine.id), None}
    assert str(theirs.id) not in str(said)
    assert examined.manifest.scope == f"case={mine.id} national=north"
    assert mine.reference not in str(pack.content), "outside it goes by its id"


def test_a_bundle_of_some_days_begins_and_ends_with_them_in_london() -> None:
    world = World.in_memory()
    two_cases(world)
    pack, examined = given(world, since=TODAY, until=TODAY)
    assert examined.manifest.scope == "national=north since=2026-11-20T00:00:00Z until=2026-11-21T00:00:00Z"
    assert examined.disclosed == examined.checkpoint.size == len(disclosed(pack))
    _, none = given(world, since=date(2026, 6, 1), until=date(2026, 6, 30))
    assert none.manifest.scope == "national=north since=2026-05-31T23:00:00Z until=2026-06-30T23:00:00Z"
    assert none.disclosed == 0


def test_what_the_audit_desk_keeps_to_itself_is_given_to_the_desk_alone() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("worker") as work:
        view_case(work, case.reference)
    looked = EventId(acts.kept(world).entries[-1].id)
    with world.work(ASKER) as work:
        review = AccessReviewed(
            at=work.now, by=work.actor.account, entry=looked, disposition="expected", of_day=False, entries=1
        )
        work.note(review)

    def reviews(by: str) -> int:
        pack, _ = given(world, by, since=TODAY, until=TODAY)
        return [read_payload(each.payload)["event"] for each in disclosed(pack)].count("AccessReviewed")

    assert (reviews(ASKER), reviews("auditor"), reviews("north-auditor")) == (1, 0, 0)


def test_a_national_auditor_may_ask_for_what_those_of_one_organisation_may_see() -> None:
    world = World.in_memory()
    two_cases(world)
    pack, examined = given(world, since=TODAY, until=TODAY, holder=SOUTH.code)
    assert examined.manifest.scope.startswith("holder=south ")
    said = [read_payload(each.payload) for each in disclosed(pack)]
    assert {each["holder"] for each in said if each["event"] != "AccountCreated"} == {"south"}


@pytest.mark.parametrize("holder", [None, NORTH.code])
def test_an_auditor_of_one_organisation_is_given_the_entries_that_the_search_shows_them_and_no_other(
    holder: HolderCode | None,
) -> None:
    world = World.in_memory()
    mine, theirs = two_cases(world)
    with world.work("north-auditor") as work:
        shown = search_audit(work, LogQuery(size=1000), Use.INTEGRITY).items
    pack, examined = given(world, "north-auditor", since=TODAY, until=TODAY, holder=holder)
    assert examined.manifest.scope.startswith("holder=north ")
    *given_out, looked = [read_payload(each.payload) for each in disclosed(pack)]
    assert looked["event"] == "LogOpened"
    assert sorted(map(str, given_out)) == sorted(str(card.payload) for card in shown)
    assert str(mine.id) in str(given_out)
    assert str(theirs.id) not in str(given_out)


def test_nobody_is_told_whether_there_is_a_case_that_they_may_not_look_for() -> None:
    world = World.in_memory()
    _, theirs = two_cases(world)
    refusals = []
    for reference in (theirs.reference, NOBODYS):
        with pytest.raises(NoCaseToGiveOut) as refused, world.work("north-auditor") as work:
            prepare_bundle(work, BundleAsked(use=Use.INTEGRITY, reference=reference))
        refusals.append(refused.value.said)
        assert acts.events(world)[-1]["refusal"] == "NoCaseToGiveOut"
    assert refusals[0] == refusals[1]


def test_another_organisations_is_refused_to_an_auditor_of_one() -> None:
    world = World.in_memory()
    with pytest.raises(NotPermitted), world.work("north-auditor") as work:
        prepare_bundle(work, BundleAsked(use=Use.INTEGRITY, since=TODAY, until=TODAY, holder=SOUTH.code))
    assert acts.events(world)[-1]["refusal"] == "NotPermitted"


@pytest.mark.parametrize("name", ["worker", "supervisor", "administrator"])
def test_nobody_but_an_auditor_is_given_one(name: str) -> None:
    world = World.in_memory()
    asked = BundleAsked(use=Use.INTEGRITY, since=TODAY, until=TODAY)
    with pytest.raises(NotPermitted), world.work(name) as work:
        prepare_bundle(work, asked)
    with pytest.raises(NotPermitted), world.work(name) as work:
        list_bundles(work, Use.INTEGRITY, page=1)


def test_that_it_is_given_out_is_on_the_log_once_with_the_manifest_by_which_it_is_known() -> None:
    world = World.in_memory()
    mine, _ = two_cases(world)
    before = len(acts.events(world))
    pack, examined = given(world, reference=mine.reference, use=Use.CRIMINAL_PROCEEDINGS)
    (exported,) = acts.events(world)[before:]
    assert (exported["event"], exported["case"], exported["holders_then"]) == ("LogExported", None, [])
    assert exported["detail"] == {
        "use": "criminal-proceedings",
        "scope": [f"case={mine.id}", "national=north"],
        "size": examined.checkpoint.size,
        "entries": examined.disclosed,
        "manifest": hashlib.sha256(pack.content[form.MANIFEST_FILE]).hexdigest(),
    }


def test_where_there_is_no_time_nothing_is_given_out_and_the_command_is_named_that_makes_the_same() -> None:
    world = World.in_memory()
    mine, _ = two_cases(world)
    asked: dict[str, Any] = {"reference": mine.reference, "since": TODAY, "until": TODAY, "holder": NORTH.code}
    before = len(acts.events(world))
    with pytest.raises(NoTimeToGiveOut) as refused:
        given(world, within=lambda keep: KeepInTime(keep, until=START, clock=lambda: START), **asked)
    assert refused.value.said.endswith(
        f"casetrack audit export --out FOLDER --use integrity --case {mine.reference} --holder north "
        "--from 2026-11-20 --to 2026-11-20"
    )
    assert len(acts.events(world)) == before
    assert NoTimeToGiveOut().said == NoTimeToGiveOut.sentence


def test_the_command_that_makes_the_same_is_of_the_organisation_of_the_auditor_who_chose_none() -> None:
    world = World.in_memory()
    with pytest.raises(NoTimeToGiveOut) as refused:
        given(
            world, "north-auditor", within=lambda keep: KeepInTime(keep, until=START, clock=lambda: START), since=TODAY
        )
    assert refused.value.said.endswith("--use integrity --holder north --from 2026-11-20")


@pytest.mark.parametrize("ticks", [1, 3, 5, 8, 12])
def test_time_may_run_out_wherever_something_is_put_or_read(ticks: int) -> None:
    world = World.in_memory()
    two_cases(world)
    times = iter([START] * ticks)

    def clock() -> datetime:
        return next(times, START + timedelta(hours=1))

    with pytest.raises(NoTimeToGiveOut):
        given(world, within=lambda keep: KeepInTime(keep, until=START + timedelta(seconds=1), clock=clock), since=TODAY)


def test_a_place_in_time_is_the_same_place() -> None:
    files = Files()
    place = KeepInTime(files, until=START + timedelta(seconds=1), clock=lambda: START)
    place.put("policy", iter([b"one\n", b"two"]))
    assert (place.read("policy"), place.read("nothing")) == (b"one\ntwo", None)
    assert list(place.lines("policy")) == [b"one\n", b"two"]
    over = KeepInTime(files, until=START, clock=lambda: START)
    late: Iterable[Callable[[], object]] = (
        lambda: over.put("policy", [b"three"]),
        lambda: over.read("policy"),
        lambda: list(over.lines("policy")),
    )
    for attempt in late:
        with pytest.raises(OutOfTime):
            attempt()
    assert files.content["policy"] == b"one\ntwo"


class Unsigned(MemoryEvidence):
    def witnessed(self) -> Iterator[str]:
        """Nothing at all."""
        yield from ()


class Edited(MemoryEvidence):
    def disclosed(self, extract: Any, size: int) -> Iterator[Disclosure]:  # noqa: ANN401 - as it is asked
        """Each says something else."""
        for each in super().disclosed(extract, size):
            yield replace(each, payload=each.payload.replace(b"north", b"south"))


@pytest.mark.parametrize("evidence", [Unsigned, Edited])
def test_a_log_that_is_not_as_it_was_signed_is_not_given_out_and_why_is_said(evidence: type[MemoryEvidence]) -> None:
    world = World.in_memory()
    two_cases(world)

    @contextmanager
    def reading() -> Iterator[tuple[Source, Believed]]:
        yield evidence(world), believed(world)

    asked = BundleAsked(use=Use.INTEGRITY, since=TODAY, until=TODAY)
    with world.work("auditor") as work:
        extract, maker = prepare_bundle(work, asked)
    with pytest.raises(NotGivenOut) as refused:
        make_bundle(giving(world, reading=reading), Packed(), asked, extract, maker, at_once)
    assert refused.value.said.startswith(f"{NotGivenOut.sentence[:-1]}: ")
    assert (refused.value.said.endswith(str(NoCheckpoint()))) == (evidence is Unsigned)
    assert NotGivenOut().said == NotGivenOut.sentence


def test_the_witnesses_of_the_settings_are_asked_for_each_time() -> None:
    world = World.in_memory()
    asked = BundleAsked(use=Use.INTEGRITY, since=TODAY, until=TODAY)
    with world.work("auditor") as work:
        extract, maker = prepare_bundle(work, asked)

    def missing() -> Policy:
        raise NoCheckpoint

    with pytest.raises(NotGivenOut):
        make_bundle(giving(world, witnesses=missing), Packed(), asked, extract, maker, at_once)


def test_while_the_audit_desks_keys_cannot_be_reached_nothing_is_signed_and_that_is_said() -> None:
    world = World.in_memory()
    out_of_reach(world)
    before = len(acts.events(world))
    with pytest.raises(KeysUnavailable):
        given(world, since=TODAY, until=TODAY)
    assert len(acts.events(world)) == before


def test_what_was_given_out_is_listed_the_newest_first_with_the_references_that_may_be_known() -> None:
    world = World.in_memory()
    mine, theirs = two_cases(world)
    given(world, reference=mine.reference)
    given(world, since=TODAY, until=TODAY)
    given(world, "north-auditor", reference=mine.reference)
    before = len(acts.events(world))
    found = listed(world)
    assert [card.account for card in found.page.items] == [
        account("north-auditor"),
        account("auditor"),
        account("auditor"),
    ]
    assert found.references == {mine.id: mine.reference}
    (look,) = acts.events(world)[before:]
    assert (look["action"], look["detail"]["filters"]) == ("audit:search", ["action=audit:export", "outcome=done"])
    assert theirs.id not in found.references


def test_an_auditor_of_one_organisation_is_told_of_what_its_own_people_were_given() -> None:
    world = World.in_memory()
    with world.work("auditor") as work:
        work.note(LogShipped(at=work.now, by=work.actor.account, after=0))
    given(world, "north-auditor", since=TODAY, until=TODAY)
    assert len(listed(world, "north-auditor").page.items) == 2, "both accounts are of North"
    assert listed(world, page=2).page.items == ()


@pytest.mark.parametrize(
    ("scope", "is_known"),
    [
        (["holder=north", "case=00000000-0000-4000-8000-00000000dead"], True),
        (["case=CT-7K3M-92Q2"], False),
        (["holder=north"], False),
        ([7], False),
        ("case=1", False),
        (None, False),
    ],
)
def test_the_case_of_an_export_is_read_from_what_the_journal_says_or_not(scope: object, *, is_known: bool) -> None:
    assert (case_in({"detail": {"scope": scope}}) is not None) == is_known


def test_an_export_that_says_nothing_is_of_no_case() -> None:
    assert case_in({}) is None
