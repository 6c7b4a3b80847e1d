"""Old keys are destroyed from the command line, once two administrators have agreed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from casetrack.cli.commands import Surroundings
from casetrack.cli.house import AT_THE_COMMAND_LINE, house
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.ids import HolderCode
from casetrack.persistence.work import begin
from casetrack.services.accounts import NewAccount, create_account
from casetrack.services.destructions import propose_destruction
from casetrack.services.proposals import approve_proposal
from casetrack.services.work import at_work
from tests.cli.installation import Installation, running_in
from tests.services.destroying import REASON, RULE, WHY

KENT = HolderCode("kent")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that these tests share, in which the keys of an organisation were renewed."""
    folder: Path = tmp_path_factory.mktemp("destroying")
    with running_in(folder) as installation:
        installation.done("casetrack db upgrade")
        installation.done("casetrack keys rotate holder kent")
        yield installation


def agree(here: Installation) -> None:
    """An administrator of every organisation proposes it, and one of that organisation agrees."""
    with house(Surroundings(here.environ, here.folder).config) as at:
        with at.work("account create") as work:
            new = NewAccount(
                sign_in_name="an.administrator", display_name="An Administrator", role=Role.ADMINISTRATOR, holder=KENT
            )
            account = create_account(work, new).account
        second = Actor(account.id, account.role, account.holder, Auth.PASSWORD)
        with at_work(begin, at.deployment, AT_THE_COMMAND_LINE, at.now, WHY) as work:
            proposal = propose_destruction(work, KENT, 1, RULE, REASON)
        with at_work(begin, at.deployment, second, at.now, WHY) as work:
            approve_proposal(work, proposal.id, seen=None)


def test_old_keys_are_destroyed_once_two_people_agreed_and_not_before(here: Installation) -> None:
    planned = here.done("casetrack keys destroy kent 1 --dry-run")
    assert "In the way: Two people have not agreed" in planned
    assert "could not be destroyed now. Nothing was done." in planned
    assert "Two people have not agreed" in here.refused("casetrack keys destroy kent 1")
    agree(here)
    assert "would be destroyed. Nothing was done." in here.done("casetrack keys destroy kent 1 --dry-run")

    done = here.done("casetrack keys destroy kent 1")
    assert done.startswith("Version 1 of the keys of kent is destroyed.")
    assert "destroyed" in here.done("casetrack keys status")
    held = json.loads(here.done("casetrack keys status --json"))["organisations"]
    (kent,) = (each for each in held if each["organisation"] == "kent")
    assert [(each["version"], each["destroyed"]) for each in kent["keysets"]] == [(2, False), (1, True)]
    assert kent["keysets"][1]["fingerprint"] in done
    assert "Every key is where it should be" in here.done("casetrack keys verify")
    here.done("casetrack worker --once")
    assert "as it was recorded" in here.done("casetrack audit verify --database")
    assert "destroyed already" in here.refused("casetrack keys destroy kent 1")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("casetrack keys destroy kent 2", "These are the newest keys"),
        ("casetrack keys destroy service 1", "These are the newest keys"),
        ("casetrack keys destroy nowhere 1", "No organisation has that code"),
        ("casetrack keys destroy nowhere 1 --dry-run", "No organisation has that code"),
        ("casetrack keys destroy kent 9", "no keys of that version"),
        ("casetrack keys destroy kent 0", "Invalid value"),
    ],
)
def test_what_cannot_be_destroyed_is_said_in_a_line(here: Installation, line: str, said: str) -> None:
    assert said in here.refused(line)
