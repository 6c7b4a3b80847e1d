"""Whoever keeps the keys in order, over the database of a test."""

from functools import partial

from casetrack.cli.house import AT_THE_COMMAND_LINE, keep_command_line
from casetrack.persistence.keeping import keeping
from casetrack.persistence.roles import KEEPER
from casetrack.services.journal import Purpose
from casetrack.services.keysets import Keeper
from tests.builders import NOBODY
from tests.persistence.databases import Database
from tests.world import World


def keeper(world: World, database: Database, said: str = "") -> Keeper:
    """The keeper of that world's keys: the command line, which has its account from then on."""
    with world.begin(NOBODY) as stores:
        keep_command_line(stores, world.deployment, world.now)
    enter = partial(keeping, database.engine(KEEPER))
    return Keeper(enter, world.deployment, AT_THE_COMMAND_LINE, world.now, Purpose("command-line", said))
