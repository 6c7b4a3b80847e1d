"""What somebody with the service's keys could plant, and that the journal does not know of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from uuid import UUID

import pytest

from casetrack.crypto.keysets import HolderKeyset, PublicKeyset, certify
from casetrack.domain.actors import Role
from casetrack.domain.holders import AUDIT_DESK, SERVICE
from casetrack.domain.ids import HolderCode
from casetrack.services.accounts import create_token
from casetrack.services.events_read import EventsRead
from casetrack.services.evidence import KeptAccount
from casetrack.services.keysets import renew_keyset
from casetrack.services.verifying_trust import Vetted, vet
from tests.services import acts
from tests.services.everything import Everything, believed
from tests.services.keeping import keeper, renewed_service
from tests.world import ACCOUNTS, HOLDERS, NAME, NORTH, SOUTH, World, account, sealed, sealed_token

PLANTED = HolderCode("planted")


@cache
def lived() -> World:
    """A world with a token, in which keys were renewed: those of an organisation, and the service's."""
    world = World.in_memory()
    with world.work("worker") as work:
        create_token(work, acts.account("worker"), "night shift", timedelta(days=30))
    renew_keyset(keeper(world), NORTH.code)
    renewed_service(world)
    return world


def rows() -> Everything:
    return Everything.of(lived())


def vetted(everything: Everything) -> Vetted:
    return vet(everything, believed(lived()))


def stolen(public: PublicKeyset) -> PublicKeyset:
    """Those keys, certified by the newest keys of the service."""
    keyring = lived().deployment.keyring
    return keyring.recertify([public], acts.kept(lived()).keysets[SERVICE, 2])[0]


def test_nothing_is_named_where_nobody_planted_anything() -> None:
    found = vetted(rows())
    assert (found.findings, found.doors_apart, found.apart) == ((), frozenset(), frozenset())
    assert found.doors.keys() == {*(each.id for each in ACCOUNTS.values()), *(each.id for each in rows().programs)}
    assert found.firsts.keys() == {AUDIT_DESK, *(holder.code for holder in HOLDERS)}


def test_an_account_that_is_sealed_and_that_nobody_made_is_named() -> None:
    everything = rows()
    planted = sealed(account("planted", Role.ADMINISTRATOR, NORTH, national=True))
    everything.people.append(KeptAccount(replace(planted, password=""), planted.password_digest))
    found = vetted(everything)
    assert list(map(str, found.findings)) == [f"Account {planted.id}: The journal does not know of it."]
    assert (found.doors_apart, found.apart) == (frozenset({planted.id}), frozenset())
    assert everything.findings(lived()) == list(map(str, found.findings))


def test_a_token_that_is_sealed_and_that_nobody_made_is_named() -> None:
    everything = rows()
    (token,) = everything.programs
    planted = sealed_token(replace(token, id=UUID(int=7), account=ACCOUNTS["administrator"].id))
    everything.programs.append(planted)
    found = vetted(everything)
    assert list(map(str, found.findings)) == [f"Token {planted.id}: The journal does not know of it."]
    assert (found.doors_apart, found.apart) == (frozenset({planted.id}), frozenset())
    assert everything.findings(lived()) == list(map(str, found.findings))


def test_a_token_that_is_gone_is_missed() -> None:
    everything = rows()
    (token,) = everything.programs
    everything.programs = []
    assert everything.findings(lived()) == [f"Token {token.id}: It is in the journal, and its row is gone."]


@pytest.mark.parametrize("version", [1, 2])
def test_an_account_that_was_edited_or_is_of_keys_too_old_is_no_account_of_ours(version: int) -> None:
    everything = rows()
    (place,) = (at for at, each in enumerate(everything.people) if each.account.sign_in_name == "worker")
    kept = everything.people[place]
    seal = replace(kept.account.seal, keyset_version=version)
    everything.people[place] = replace(kept, account=replace(kept.account, national=True, seal=seal))
    assert vetted(everything).doors_apart == {kept.account.id}


def _other(public: PublicKeyset) -> tuple[PublicKeyset, ...]:
    return (stolen(HolderKeyset.generate(public.holder, 1).public),)


def _uncertified(public: PublicKeyset) -> tuple[PublicKeyset, ...]:
    return (replace(public, certificate=bytes(64)),)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [(_other, "The journal says that other keys were made in their place."), (_uncertified, "Nobody certified them")],
)
def test_first_keys_that_were_replaced_are_named_and_whose_they_are(
    change: Callable[[PublicKeyset], tuple[PublicKeyset, ...]], sentence: str
) -> None:
    everything = rows()
    everything.public[SOUTH.code] = change(everything.public[SOUTH.code][0])
    found = vetted(everything)
    assert [str(finding).startswith(f"Keys south 1: {sentence}") for finding in found.findings] == [True]
    assert (found.doors_apart, found.apart) == (frozenset(), frozenset({SOUTH.code}))


def test_an_organisation_that_nobody_founded_is_named() -> None:
    everything = rows()
    everything.public[PLANTED] = (stolen(HolderKeyset.generate(PLANTED, 1).public),)
    found = vetted(everything)
    assert list(map(str, found.findings)) == ["Keys planted 1: The journal does not know of them."]
    assert found.apart == {PLANTED}


def test_a_later_version_that_nobody_made_is_named_and_the_first_stays_as_it_is() -> None:
    everything = rows()
    mine = HolderKeyset.generate(SOUTH.code, 1)
    everything.public[SOUTH.code] = (*everything.public[SOUTH.code], HolderKeyset.generate(SOUTH.code, 2).public)
    assert list(map(str, vetted(everything).findings)) == ["Keys south 2: Nobody certified them who might."]

    forged = certify(NAME, HolderKeyset.generate(SOUTH.code, 2).public, mine)
    everything.public[SOUTH.code] = (stolen(mine.public), forged)
    found = vetted(everything)
    assert [finding.name for finding in found.findings] == ["south 1", "south 2"]
    assert found.apart == {SOUTH.code}


@pytest.mark.parametrize(("holder", "left"), [(NORTH.code, 1), (SERVICE, 1), (SOUTH.code, 0)])
def test_the_newest_version_of_anybodys_keys_is_missed(holder: HolderCode, left: int) -> None:
    everything = rows()
    everything.public[holder] = everything.public[holder][:left]
    assert f"Keys {holder} {left + 1}: They are in the journal, and their row is gone." in everything.findings(lived())


def said_again(fingerprint: str) -> Everything:
    """The journal says once more that some keys were made, of that fingerprint."""
    everything = rows()
    made = everything.journal[everything.event("KeysetMade")]
    payload = json.loads(made.payload)
    payload["detail"]["fingerprint"] = fingerprint or payload["detail"]["fingerprint"]
    again = replace(made, payload=json.dumps(payload).encode(), leaf=None, number=None, queued_at=lived().now)
    everything.journal.insert(0, again)
    return everything


def test_keys_of_which_the_journal_has_another_version_by_the_same_number_are_named_and_still_fit() -> None:
    found = vetted(said_again(HolderKeyset.generate(NORTH.code, 1).public.fingerprint))
    assert [finding.sentence for finding in found.findings] == [
        "The journal says that other keys were made of that version too."
    ]
    assert found.apart == frozenset()
    assert vetted(said_again("")).findings == ()


def test_keys_that_the_journal_speaks_of_later_than_of_others_are_not_those_that_were_made() -> None:
    everything = rows()
    forged = stolen(HolderKeyset.generate(SOUTH.code, 1).public)
    everything.public[SOUTH.code] = (forged,)
    made = next(
        each for each in everything.journal if b'"holder":"south"' in each.payload and b"KeysetMade" in each.payload
    )
    payload = json.loads(made.payload)
    payload["detail"]["fingerprint"] = forged.fingerprint
    later = replace(made, payload=json.dumps(payload).encode(), leaf=None, number=None, queued_at=lived().now)
    everything.journal.insert(0, later)
    found = vetted(everything)
    assert found.apart == {SOUTH.code}
    assert "The journal says that other keys were made in their place." in [each.sentence for each in found.findings]


def test_an_event_whose_row_is_gone_is_named_before_anything_rests_on_the_rest() -> None:
    everything = rows()
    gone = everything.journal.pop(everything.event("KeysetRenewed"))
    first, *_ = vetted(everything).findings
    assert str(first) == f"Event {gone.id}: It is in the log, and its row is gone."


def test_an_organisation_that_has_no_first_keys_is_set_apart() -> None:
    everything = rows()
    everything.public[PLANTED] = (HolderKeyset.generate(PLANTED, 2).public,)
    assert vetted(everything).apart == {PLANTED}


SAID: dict[str, tuple[str, list[object]]] = {
    "holder": ("KeysetMade", ["", "x" * 65, "north\n", "no\x1bth", "North", None, 1, ["north"], {}]),
    "version": ("KeysetMade", [0, -1, 2**32, 10**400, 1.0, True, "1", "\u0661", None, [1], float("nan")]),
    "fingerprint": ("KeysetRenewed", ["", "another", "AAAA" * 8, "AAAA " * 8, "1AAA" + " AAAA" * 7, None, 1, []]),
    "account": ("AccountCreated", ["", "x", "\u0661" * 32, "{" + "1" * 32 + "}", None, 1, ["1" * 32], {}]),
    "token": ("TokenCreated", ["", "x", "1" * 32, None, 1, []]),
    "epoch": ("AccountCreated", ["1", 1.5, True, None, [], float("inf")]),
}
"""What no event of that kind says under that name."""


@pytest.mark.parametrize(
    ("name", "said"),
    [(name, said) for name, (_, every) in SAID.items() for said in every],
    ids=lambda each: repr(each)[:20],
)
def test_an_event_that_says_nothing_that_can_be_read_makes_nothing_known_and_is_named(name: str, said: object) -> None:
    everything = rows()
    kept = everything.journal[everything.event(SAID[name][0])]
    payload = json.loads(kept.payload)
    payload["detail"][name] = said
    planted = replace(
        kept, id=UUID(int=7), leaf=None, number=None, queued_at=lived().now, payload=json.dumps(payload).encode()
    )
    everything.journal.append(planted)
    for found in (list(map(str, vetted(everything).findings)), everything.findings(lived())):
        assert found == [f"Event {planted.id}: Its payload cannot be read."]


def test_keys_that_are_made_and_renewed_as_they_should_be_are_read_of_every_organisation() -> None:
    everything = rows()
    read = EventsRead()
    assert [wrong for event in everything.journal for wrong in read.wrong_with(event)] == []
    there = {
        (holder, public.version): [public.fingerprint]
        for holder, chain in everything.public.items()
        for public in chain
    }
    assert {place: [*said] for place, said in read.keysets.items()} == there


def test_an_event_that_is_not_what_the_log_has_makes_nobody_known() -> None:
    everything = rows()
    place = everything.event("AccountCreated")
    everything.change_event(place, leaf=everything.rows[0][2])
    event, unknown = vetted(everything).findings
    assert event.name == str(everything.journal[place].id)
    assert unknown.sentence == "The journal does not know of it."
