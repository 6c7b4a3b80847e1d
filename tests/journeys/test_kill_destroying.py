"""Destroying old keys, killed at any moment: they are gone with the event that says so, or there without it."""

import secrets
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from casetrack.cli.house import AT_THE_COMMAND_LINE, House, house
from casetrack.config import read_config
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.persistence.installing import engine_at
from casetrack.persistence.keeping import keeping
from casetrack.persistence.roles import KEEPER
from casetrack.persistence.work import begin
from casetrack.services.accounts import NewAccount, create_account
from casetrack.services.destructions import propose_destruction
from casetrack.services.keysets import renew_keyset, rewrap_keyset
from casetrack.services.proposals import approve_proposal
from casetrack.services.work import at_work
from tests.cli.installation import Installation
from tests.cli.peopled import KENT, WORKER, open_cases
from tests.journeys.killing import Onlooker, all_is_well, installed_in, kill, looking_on
from tests.services.destroying import REASON, RULE, WHY

pytestmark = pytest.mark.proof

TIMES: Final = 20
CASES: Final = 3
AT_ONCE: Final = TIMES // 2
"""How many times it is killed the moment that it has begun; otherwise at any moment in the time that it takes."""
MOST_MS: Final = 120
GONE: Final = "SELECT count(*) FROM keysets WHERE holder = 'kent' AND sealed IS NULL"
TOLD: Final = "SELECT count(*) FROM events WHERE action = 'keyset:destroy'"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Installation]:
    """An installation with cases, and so many old versions that two people have agreed to destroy."""
    with installed_in(tmp_path) as installation:
        installation.done(WORKER)
        open_cases(installation, CASES)
        with house(read_config(tmp_path / "config.toml", installation.environ)) as at:
            renew(at)
            agree(at)
        installation.done("casetrack keys rotate index kent")
        yield installation


def renew(at: House) -> None:
    """The organisation's keys have so many versions that are not the newest, and nothing is wrapped for them."""
    with engine_at(at.keeper_url, statement_timeout_ms=20_000) as engine:
        keeper = at.keeper("Keys renewed", partial(keeping, engine))
        for _ in range(TIMES):
            renew_keyset(keeper, KENT)
            while rewrap_keyset(keeper, KENT) is not None:
                """Some are left."""


def agree(at: House) -> None:
    """An administrator of every organisation proposes to destroy each, and one of that organisation agrees."""
    with at.work("account create") as work:
        new = NewAccount(sign_in_name="a.second", display_name="A Second", role=Role.ADMINISTRATOR, holder=KENT)
        account = create_account(work, new).account
    second = Actor(account.id, account.role, account.holder, Auth.PASSWORD)
    for version in range(1, TIMES + 1):
        with at_work(begin, at.deployment, AT_THE_COMMAND_LINE, at.now, WHY) as work:
            proposal = propose_destruction(work, KENT, version, RULE, REASON)
        with at_work(begin, at.deployment, second, at.now, WHY) as work:
            approve_proposal(work, proposal.id, seen=None)


def is_gone(onlooker: Onlooker, version: int) -> bool:
    """Whether that version is destroyed now, which the journal says if it is; every older one is."""
    gone = onlooker.count(GONE)
    assert onlooker.count(TOLD) == gone
    assert gone in (version - 1, version)
    return gone == version


def test_killed_in_the_middle_of_destroying_keys_are_gone_with_their_event_or_there_without_it(
    here: Installation,
) -> None:
    cut_short = 0
    with looking_on(here) as onlooker:
        for version in range(1, TIMES + 1):
            line = f"casetrack keys destroy kent {version}"
            after_s = 0 if version <= AT_ONCE else secrets.randbelow(MOST_MS) / 1000
            kill(onlooker, line, begun=lambda: onlooker.sees_at_work(KEEPER), after_s=after_s)
            gone = is_gone(onlooker, version)
            cut_short += not gone
            all_is_well(here)
            if gone:
                assert "destroyed already" in here.refused(line)
            else:
                assert f"Version {version} of the keys of kent is destroyed." in here.done(line)
            assert is_gone(onlooker, version)
        all_is_well(here)
    assert cut_short >= TIMES // 4
