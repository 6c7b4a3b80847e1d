"""The second wall, answered: who takes, declines or takes back an offer, by SQL in the application's own role.

One offer waits in one world, with somebody of every role on both its sides. Whatever becomes of it is undone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pytest
from sqlalchemy import text

from casetrack.domain.actors import Role
from casetrack.domain.ids import HolderCode
from casetrack.persistence import work
from casetrack.services.people import Account
from casetrack.services.ports import KeptTransfer
from tests import builders
from tests.builders import EASTMARCH, NORTHMARCH
from tests.persistence.databases import Database
from tests.persistence.walls import DECLINE, INSUFFICIENT_PRIVILEGE, SEE, as_, refused
from tests.persistence.worlds import World

ANSWERS: Final = {
    "accepted": (
        "UPDATE transfers SET state = 'accepted', seen_at = sent_at, answered_at = sent_at, "
        "answered_by = scope_account(), version = version + 1 WHERE id = :id"
    ),
    "declined": DECLINE,
    "seen": SEE,
    "withdrawn": (
        "UPDATE transfers SET state = 'withdrawn', answered_at = sent_at, answered_by = scope_account() WHERE id = :id"
    ),
}


@dataclass(frozen=True)
class Waiting:
    """An offer that waits for its answer, and who works on either side of it."""

    database: Database
    world: World
    offer: KeptTransfer
    staff: Mapping[tuple[HolderCode, Role], Account]


@pytest.fixture(scope="module")
def waiting(standing: Database) -> Iterator[Waiting]:
    """The offer, for every test here: each undoes what becomes of it."""
    world = World.made(work.begin, work.transaction, standing.founding)
    everybody = [builders.new_account(holder, role) for holder in (EASTMARCH, NORTHMARCH) for role in Role]
    with world.begin(builders.NOBODY) as stores:
        for account in everybody:
            stores.accounts.add(account)
    staff = {(account.holder, account.role): account for account in everybody}
    offer = world.offer(world.case())
    with standing.left_alone():
        yield Waiting(standing, world, offer, staff)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("role", Role)
def test_an_offer_is_taken_or_declined_by_a_lead_or_a_supervisor(waiting: Waiting, answer: str, role: Role) -> None:
    """As `RULES` has it: whoever works with cases there sees it, and takes back what their own organisation offered."""
    account = waiting.staff[EASTMARCH.code if answer == "withdrawn" else NORTHMARCH.code, role]
    leads = {Role.LEAD, Role.SUPERVISOR}
    may = role in (leads if answer in {"accepted", "declined"} else leads | {Role.SUPPORT_WORKER})

    with as_(waiting.database, account) as connection:
        asked = {"id": waiting.offer.transfer.id}
        if may:
            assert connection.execute(text(ANSWERS[answer]), asked).rowcount == 1
        elif role.is_caseworker:
            assert refused(connection, ANSWERS[answer], **asked) == INSUFFICIENT_PRIVILEGE
        else:
            assert connection.execute(text(ANSWERS[answer]), asked).rowcount == 0


@pytest.mark.parametrize("answer", ["accepted", "declined", "withdrawn"])
def test_an_offer_is_answered_in_ones_own_name(waiting: Waiting, answer: str) -> None:
    two = (waiting.world.sender, waiting.world.receiver)
    mine, other = two if answer == "withdrawn" else reversed(two)
    in_anothers = ANSWERS[answer].replace("scope_account()", "CAST(:other AS uuid)")
    with as_(waiting.database, mine) as connection:
        told = {"id": waiting.offer.transfer.id, "other": other.id}
        assert refused(connection, in_anothers, **told) == INSUFFICIENT_PRIVILEGE
