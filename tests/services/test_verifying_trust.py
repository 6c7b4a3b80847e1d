"""What somebody with the service's keys could plant or take over, and that the journal says otherwise."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from argon2 import PasswordHasher

from casetrack.crypto.keysets import HolderKeyset, PublicKeyset, certify
from casetrack.crypto.passwords import hash_password
from casetrack.crypto.seals import Seal
from casetrack.crypto.tokens import new_token, token_digest
from casetrack.domain.actors import Auth, Role
from casetrack.domain.holders import AUDIT_DESK, SERVICE
from casetrack.domain.ids import HolderCode
from casetrack.services import passwords
from casetrack.services.accounts import (
    NewAccount,
    close_account,
    create_account,
    create_token,
    reset_account,
    revoke_token,
)
from casetrack.services.events_read import FORMED, EventsRead
from casetrack.services.evidence import KeptAccount
from casetrack.services.keysets import renew_keyset
from casetrack.services.passwords import change_password, set_password
from casetrack.services.people import Token
from casetrack.services.sessions import actor_of, check_credentials
from casetrack.services.verifying_trust import Vetted, vet
from casetrack.services.vouching import canonical_account, canonical_token, form_digest
from tests.services import acts
from tests.services.everything import Everything, believed
from tests.services.keeping import keeper, renewed_service
from tests.world import ACCOUNTS, HOLDERS, NAME, NORTH, SOUTH, World, account, sealed, sealed_token

PLANTED = HolderCode("planted")
NOT_MADE_SO: Final = "It is not what the journal says that was made."
PASSWORD: Final = "four words chosen at random"
AT_ANOTHER_COST: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""How passwords were kept once."""


@cache
def lived() -> World:
    """A world with a token and a closed account, in which keys were renewed: an organisation's, and the service's."""
    world = World.in_memory()
    with world.work("worker") as work:
        create_token(work, acts.account("worker"), "night shift", timedelta(days=30))
    with world.work("administrator") as work:
        close_account(work, acts.account("scottish-lead"))
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


# What is there, and was taken over


def place_of(everything: Everything, name: str) -> int:
    """The place of that account."""
    return next(place for place, each in enumerate(everything.people) if each.account.sign_in_name == name)


def taken_over(name: str, *, password: bytes | None = None, **changes: Any) -> Everything:  # noqa: ANN401 - the fields of an account
    """A thief of the service's newest keys has changed that account, and sealed what they made of it."""
    everything = rows()
    place = place_of(everything, name)
    kept = everything.people[place]
    changed = replace(kept.account, **changes)
    digest = password or kept.password_digest
    everything.people[place] = KeptAccount(
        replace(changed, seal=stolen_seal(canonical_account(changed, digest))), digest
    )
    return everything


def stolen_seal(form: bytes) -> Seal:
    """The seal of that, by the newest keys of the service."""
    return lived().deployment.keyring.seal(acts.kept(lived()).keysets[SERVICE, 2], form)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("worker", {"role": Role.ADMINISTRATOR}),
        ("worker", {"holder": SOUTH.code}),
        ("worker", {"national": True}),
        ("worker", {"sign_in_name": "another"}),
        ("worker", {"display_name": "Another"}),
        ("worker", {"password": sha256(b"the hash of a thief's password").digest()}),
        ("worker", {"epoch": 1}),
        ("scottish-lead", {"closed_at": None}),
    ],
    ids=["role", "holder", "national", "sign-in name", "name", "password", "epoch", "open again"],
)
def test_an_account_that_was_taken_over_and_sealed_as_it_should_be_is_named(name: str, changes: dict[str, Any]) -> None:
    everything = taken_over(name, **changes)
    found = vetted(everything)
    assert list(map(str, found.findings)) == [f"Account {acts.account(name)}: {NOT_MADE_SO}"]
    assert found.doors_apart == {acts.account(name)}
    assert everything.findings(lived()) == list(map(str, found.findings))


@pytest.mark.parametrize(
    "change",
    [
        lambda token: replace(token, digest=token_digest(new_token())),
        lambda token: replace(token, account=ACCOUNTS["administrator"].id),
        lambda token: replace(token, until=token.until + timedelta(days=3650)),
        lambda token: replace(token, epoch=1),
        lambda token: replace(token, name="another"),
    ],
    ids=["digest", "account", "until", "epoch", "name"],
)
def test_a_token_that_was_taken_over_and_sealed_as_it_should_be_is_named(change: Callable[[Token], Token]) -> None:
    everything = rows()
    (token,) = everything.programs
    changed = change(token)
    everything.programs = [replace(changed, seal=stolen_seal(canonical_token(changed)))]
    found = vetted(everything)
    assert list(map(str, found.findings)) == [f"Token {token.id}: {NOT_MADE_SO}"]
    assert found.doors_apart == {token.id}
    assert everything.findings(lived()) == list(map(str, found.findings))


def test_what_is_not_as_it_was_sealed_is_named_for_that_alone() -> None:
    everything = rows()
    place = place_of(everything, "worker")
    kept = everything.people[place]
    everything.people[place] = replace(kept, account=replace(kept.account, role=Role.ADMINISTRATOR))
    (token,) = everything.programs
    everything.programs = [replace(token, until=token.until + timedelta(days=1))]
    assert [finding.sentence for finding in vetted(everything).findings] == ["It is not what was sealed."] * 2


def of_before(everything: Everything) -> Everything:
    """The journal is of a time when it had no forms; its events wait for their place in the log."""
    for place, event in enumerate(everything.journal):
        payload = json.loads(event.payload)
        payload["detail"].pop("form", None)
        changed = json.dumps(payload).encode()
        everything.change_event(place, payload=changed, leaf=None, number=None, queued_at=lived().now)
    return everything


def test_what_was_made_before_the_journal_had_forms_is_held_against_what_it_has() -> None:
    assert vetted(of_before(rows())).findings == ()
    found = vetted(of_before(taken_over("worker", role=Role.ADMINISTRATOR)))
    assert found.findings == (), "the journal cannot tell"
    reopened = of_before(taken_over("scottish-lead", closed_at=None, epoch=0))
    (finding,) = vetted(reopened).findings
    assert finding.sentence.startswith("It is not what the journal's newest change of it says")


def in_no_log(everything: Everything, kind: str, **detail: object) -> Everything:
    """Somebody wrote an event of their own, which is in no log and waits for none."""
    event = everything.journal[everything.event(kind)]
    payload = json.loads(event.payload)
    payload["detail"] |= detail
    said = json.dumps(payload, separators=(",", ":")).encode()
    everything.journal.append(replace(event, id=uuid4(), payload=said, leaf=None, queued_at=None))
    return everything


def test_an_event_that_is_in_no_log_and_waits_for_none_is_no_word_for_what_was_taken_over() -> None:
    everything = taken_over("worker", role=Role.ADMINISTRATOR)
    mine = everything.people[place_of(everything, "worker")]
    form = form_digest(canonical_account(mine.account, mine.password_digest))
    in_no_log(everything, "AccountCreated", account=str(mine.account.id), form=form)
    event, account = vetted(everything).findings
    assert event.name == str(everything.journal[-1].id)
    assert str(account) == f"Account {mine.account.id}: {NOT_MADE_SO}"


def test_an_event_that_is_in_no_log_and_waits_for_none_ends_nothing() -> None:
    everything = in_no_log(rows(), "AccountClosed", account=str(acts.account("worker")), epoch=9)
    (token,) = everything.programs
    revoking = everything.event("TokenCreated")
    payload = json.loads(everything.journal[revoking].payload) | {"event": "TokenRevoked", "action": "token:revoke"}
    revoked = replace(everything.journal[revoking], id=uuid4(), action="token:revoke", leaf=None)
    everything.journal.append(replace(revoked, payload=json.dumps(payload).encode()))
    assert payload["detail"]["token"] == str(token.id)
    said = vetted(everything).findings
    assert [finding.name for finding in said] == [str(event.id) for event in everything.journal[-2:]]


@pytest.mark.parametrize("account", ["not an id", None])
def test_an_event_that_waits_and_names_no_account_is_no_word_for_any(account: str | None) -> None:
    everything = rows()
    place = everything.event("AccountClosed")
    payload = json.loads(everything.journal[place].payload)
    payload["detail"]["account"] = account
    everything.change_event(place, payload=json.dumps(payload).encode(), leaf=None, queued_at=lived().now)
    assert list(map(str, vetted(everything).findings)) == [
        f"Event {everything.journal[place].id}: Its payload cannot be read.",
        f"Account {acts.account('scottish-lead')}: {NOT_MADE_SO}",
    ]


def kept_at_another_cost(monkeypatch: pytest.MonkeyPatch, begin: Callable[[], object]) -> None:
    """What is done of passwords is done as it was once."""
    with monkeypatch.context() as once:
        once.setattr(passwords, "hash_password", AT_ANOTHER_COST.hash)
        begin()


def test_an_honest_life_of_an_account_and_a_token_has_no_finding_at_any_point(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World.in_memory()

    def fits() -> bool:
        everything = Everything.of(world)
        found = vet(everything, believed(world))
        return not found.findings and not everything.findings(world)

    new = NewAccount(sign_in_name="new", display_name="New Invented", role=Role.LEAD, holder=NORTH.code)
    with world.work("administrator") as work:
        made = create_account(work, new).account
    assert fits()
    with world.work("administrator") as work:
        link = reset_account(work, made.id).link
    assert fits()
    kept_at_another_cost(
        monkeypatch, lambda: set_password(world.begin, world.deployment, token_digest(link), PASSWORD, world.now)
    )
    assert fits()
    before = acts.kept(world).accounts[made.id]
    signed_in = check_credentials(world.begin, world.deployment, "new", PASSWORD, source="here", now=world.now)
    assert signed_in.password != before.password
    assert fits()
    actor = actor_of(signed_in, Auth.PASSWORD, None)
    with acts.acting(world, actor) as work:
        change_password(work, f"{PASSWORD}, again")
    assert fits()
    with acts.acting(world, actor) as work:
        create_token(work, made.id, "night shift", timedelta(days=30))
    assert fits()
    (token,) = acts.kept(world).tokens
    with acts.acting(world, actor) as work:
        revoke_token(work, made.id, token)
    assert fits()
    with world.work("administrator") as work:
        close_account(work, made.id)
    assert fits()

    lives = {str(made.id), str(token)}
    told = [each["event"] for each in acts.events(world) if lives & set(map(str, each["detail"].values()))]
    assert set(told) == set(FORMED)


def test_a_hash_that_was_put_in_the_place_of_the_one_that_signing_in_made_is_named() -> None:
    world = World.in_memory()
    acts.keep_account(world, replace(ACCOUNTS["worker"], password=AT_ANOTHER_COST.hash(PASSWORD)))
    check_credentials(world.begin, world.deployment, "worker", PASSWORD, source="here", now=world.now)
    assert not Everything.of(world).findings(world)
    acts.keep_account(world, replace(ACCOUNTS["worker"], password=hash_password("a thief's password")))
    assert Everything.of(world).findings(world) == [f"Account {acts.account('worker')}: {NOT_MADE_SO}"]
