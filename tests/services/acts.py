"""What people do in the tests of the use cases, each in a unit of work of its own; and what is there afterwards."""

import json
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Final

from casetrack.crypto.keyring import Keyring
from casetrack.crypto.providers import GivenRoot, Providers
from casetrack.crypto.roots import RootKey
from casetrack.domain.actors import Actor, Role
from casetrack.domain.case import Case
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import AccountId, HolderCode
from casetrack.domain.records import RecordState
from casetrack.domain.transfer import Transfer
from casetrack.services.cases import open_case
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.milestones import NewRecord, record_milestone
from casetrack.services.people import Account
from casetrack.services.ports import CaseKey, JournalEntry, KeptCase, SealedValue
from casetrack.services.transfers import NewOffer, accept_transfer, send_transfer
from casetrack.services.work import UnitOfWork, at_work
from tests.memory.kept import Kept
from tests.world import ACCOUNTS, CHARITY, EAST, NORTH, SOUTH, World, a_new_case, sealed

SUPPORT: Final = frozenset({Strand.SUPPORT})
INVESTIGATION: Final = frozenset({Strand.INVESTIGATION})
BOTH: Final = frozenset(Strand)
INFORMATION_ONLY: Final[frozenset[Strand]] = frozenset()

LEADS: Final[Mapping[HolderCode, str]] = {
    NORTH.code: "lead",
    SOUTH.code: "receiving-lead",
    EAST.code: "scottish-lead",
    CHARITY.code: "charity-lead",
}
"""Who answers for each organisation."""
PREVIEW: Final = {"risks": "The person is looked for near the old address.", "language": "sq"}
REVEALING: Final = Purpose("contact-person", "The person asked me to ring about tomorrow.")


def called(strands: frozenset[Strand]) -> str:
    """Some strands, as the name of a test has them."""
    return "-".join(sorted(strands)) or "information-only"


def account(name: str) -> AccountId:
    """The id of that account."""
    return ACCOUNTS[name].id


def kept(world: World) -> Kept:
    """What the world's memory keeps."""
    assert world.memory is not None
    return world.memory.kept


def kept_case(world: World, case: Case) -> KeptCase:
    """The case as it is kept."""
    return kept(world).cases[case.id]


def acting(world: World, actor: Actor, purpose: Purpose = CASEWORK) -> AbstractContextManager[UnitOfWork]:
    """A unit of work of somebody whom the world has no name for."""
    return at_work(world.begin, world.deployment, actor, world.now, purpose)


def with_role(world: World, name: str, role: Role) -> Actor:
    """The account, if its role were that one."""
    return replace(world.actor(name), role=role, national=False)


def opened(world: World, by: str = "worker", strands: frozenset[Strand] = BOTH) -> Case:
    """A case that the account has opened for its organisation."""
    with world.work(by) as work:
        return open_case(work, a_new_case(strands))


def an_offer(to: Holder, strands: frozenset[Strand]) -> NewOffer:
    """An offer to that organisation."""
    return NewOffer(to=to.code, strands=strands, reason="relocated-for-safety", already_moved=False, preview=PREVIEW)


def offered(world: World, case: Case, to: Holder, strands: frozenset[Strand] = BOTH, *, by: str = "lead") -> Transfer:
    """The case, offered to that organisation."""
    with world.work(by) as work:
        return send_transfer(work, case.reference, an_offer(to, strands), seen=None)


def accepted(world: World, offer: Transfer) -> Case:
    """What was offered is taken by the lead of the receiving organisation, who will work with the person too."""
    lead = LEADS[offer.to_holder]
    with world.work(lead) as work:
        taken = accept_transfer(work, offer.id, worker=account(lead), seen=None)
    return taken or kept(world).cases[offer.case].case


def moved(world: World, case: Case, to: Holder, strands: frozenset[Strand] = BOTH, *, by: str = "lead") -> Case:
    """The case, once the one organisation has offered and the other has taken the strands."""
    return accepted(world, offered(world, case, to, strands, by=by))


def recorded(
    world: World,
    case: Case,
    code: str = "encounter",
    outcome: str | None = None,
    *,
    by: str = "worker",
    note: str = "",
) -> Case:
    """The milestone was met just now."""
    new = NewRecord(code=code, state=RecordState.MET, outcome=outcome, at=world.now, note=note)
    with world.work(by) as work:
        return record_milestone(work, case.reference, new, seen=None)


def values_of(world: World, case: Case, *parts: Part) -> list[SealedValue]:
    """Every sealed value of those parts, or of all, that the case has or had."""
    wanted = parts or tuple(Part)
    return [value for value in kept(world).values.values() if value.case == case.id and value.part in wanted]


def live_keys(world: World, case: Case) -> dict[Part, CaseKey]:
    """The data key of each part that is in use."""
    found = [key for key in kept(world).keys.values() if key.case == case.id and not key.retired]
    keys = {key.part: key for key in found}
    assert len(keys) == len(found)
    return keys


def wrapped_for(world: World, case: Case, number: int) -> set[str]:
    """The organisations that have a wrap of that key of the case."""
    return {wrap.recipient for wrap in kept(world).wraps if (wrap.case, wrap.number) == (case.id, number)}


def read(entry: JournalEntry) -> dict[str, Any]:
    """What the entry's payload says."""
    payload: dict[str, Any] = json.loads(entry.payload)
    return payload


def events(world: World, *kinds: str) -> list[dict[str, Any]]:
    """The payloads of the journal, the oldest first; of those kinds of event, if any are named."""
    payloads = [read(entry) for entry in kept(world).entries]
    return [payload for payload in payloads if not kinds or payload["event"] in kinds]


def names_of(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """Which kinds of event these are."""
    return [entry["event"] for entry in entries]


def journalled(world: World, before: int) -> list[dict[str, Any]]:
    """What the journal has beyond its first entries."""
    return events(world)[before:]


def without_keys_of(world: World, holder: Holder) -> Keyring:
    """The keys of everybody else."""
    keyring = world.deployment.keyring
    elsewhere = {holder.code: GivenRoot(RootKey("somebody-else", bytes(32)))}
    return Keyring(keyring.deployment, Providers(keyring._roots, elsewhere))  # type: ignore[arg-type]  # noqa: SLF001 - the same roots, but for one


def keep_account(world: World, account: Account) -> None:
    """The account is there, as the service seals it."""
    kept(world).accounts[account.id] = sealed(account)


def refusals(world: World) -> list[tuple[str, str | None]]:
    """By which rule each try to get in was refused, and whose account it was."""
    return [(each["refusal"], each["detail"]["account"]) for each in events(world, "SignInRefused")]
