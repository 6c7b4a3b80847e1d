"""An installation with cases in it: an organisation, somebody who works there, and the people they work with."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from casetrack.app import utc_now
from casetrack.cli.house import house
from casetrack.config import read_config
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.case import AgeGroup, Areas, Case, IdentityState
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import AccountId, HolderCode
from casetrack.persistence.work import begin
from casetrack.services.accounts import add_account
from casetrack.services.cases import NewCase, open_case
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.people import Account
from casetrack.services.sessions import NOBODY
from casetrack.services.work import UnitOfWork, at_work
from tests.cli.installation import Installation
from tests.journeys.erasing import FIRST, SECOND, approve, prepare

KENT: Final = HolderCode("kent")
WORKER: Final = 'casetrack account create a.worker --name "A Worker" --role support_worker --holder kent'
NEW: Final = NewCase(
    strands=frozenset(Strand),
    age_group=AgeGroup.ADULT,
    areas=Areas(),
    identity=IdentityState.GIVEN,
    names={"given_names": "Testa Maria", "family_name": "Invented"},
    contact={"phone": "01632 960001"},
)


@contextmanager
def at_desk(here: Installation) -> Iterator[Callable[[Purpose], AbstractContextManager[UnitOfWork]]]:
    """What begins a unit of work of the worker's, for a purpose."""
    with house(read_config(here.folder / "config.toml", here.environ)) as at:
        with begin(NOBODY) as stores:
            account = stores.accounts.named("a.worker")
        assert account is not None
        actor = Actor(account.id, account.role, account.holder, Auth.PASSWORD)
        yield lambda purpose: at_work(begin, at.deployment, actor, utc_now(), purpose)


def open_cases(here: Installation, count: int) -> list[Case]:
    """So many cases of the worker's organisation, each with the same invented names and number."""
    cases: list[Case] = []
    with at_desk(here) as working:
        for _ in range(count):
            with working(CASEWORK) as work:
                cases.append(open_case(work, NEW))
    return cases


def employ(here: Installation, count: int) -> None:
    """So many more work for the organisation, none of whom has chosen a password yet."""
    with (
        house(read_config(here.folder / "config.toml", here.environ)) as at,
        at.work("Accounts for a test") as working,
    ):
        for number in range(count):
            named, id_ = f"a.worker.{number}", AccountId(at.deployment.chance.uuid())
            add_account(working, Account(id_, named, "A Worker", Role.SUPPORT_WORKER, KENT, password=""))


def propose_erasures(here: Installation, count: int) -> None:
    """Two leads work there, and the first has proposed to erase so many closed cases."""
    for name in (FIRST, SECOND):
        here.done(f"casetrack account create {name} --name {name} --role lead --holder kent")
    with house(read_config(here.folder / "config.toml", here.environ)) as at:
        prepare(at, count)


def agree_to_erasures(here: Installation) -> None:
    """The second has agreed to all of that."""
    with house(read_config(here.folder / "config.toml", here.environ)) as at:
        approve(at)
