"""Whom a visitor may be, what awaits each, and the tour."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from casetrack.cli.demo.accounts import ADMINISTRATOR, LEFT, colleagues
from casetrack.cli.demo.acts import Desk
from casetrack.cli.demo.journeys import AUDITOR, SECOND_AUDITOR
from casetrack.cli.demo.partners import CHARITY
from casetrack.cli.demo.world import LEEDS, MANCHESTER, read_world
from casetrack.domain.actors import Role
from casetrack.domain.words import N_
from casetrack.services.deployment import Deployment
from casetrack.web.demo import Demonstration, Persona, Step

ROLES: Final[Mapping[Role, str]] = {
    Role.SUPPORT_WORKER: N_("Support worker"),
    Role.LEAD: N_("Lead"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.AUDITOR: N_("Auditor, of every organisation"),
    Role.ADMINISTRATOR: N_("Administrator, of every organisation"),
}


@dataclass(frozen=True)
class Part:
    """One persona's part in the demonstration: where they sit, what awaits them, where they begin."""

    desk: Desk
    waiting: str
    start: str = "caseload.view"


PARTS: Final[Mapping[str, Part]] = {
    "charity": Part(
        Desk(CHARITY, Role.SUPPORT_WORKER),
        N_("Open cases with milestones that are overdue, and offers to the police that nobody has answered yet."),
    ),
    "leeds": Part(
        Desk(LEEDS, Role.SUPPORT_WORKER),
        N_("A caseload of their own, with milestones that are due, and offers to Manchester that are not answered."),
    ),
    "manchester": Part(
        Desk(MANCHESTER, Role.LEAD),
        N_("An inbox of offers to accept or decline, one of them of a person at high risk."),
        "transfers.list",
    ),
    "supervisor": Part(
        Desk(LEEDS, Role.SUPERVISOR),
        N_(
            "Offers from Manchester and the charity to answer, an erasure that waits for a second person to agree, and "
            "somebody who asks what is held of them."
        ),
        "transfers.list",
    ),
    "auditor": Part(
        AUDITOR,
        N_(
            "Somebody in London looked at names at night, somebody went through every case in one afternoon, and "
            "strangers tried to open cases that are none of theirs."
        ),
        "audit.view",
    ),
    "second": Part(
        SECOND_AUDITOR,
        N_(
            "A colleague asks whether a named person was looked up, and nobody is answered before a second auditor "
            "agrees. Another such question can be read."
        ),
        "enquiries.list",
    ),
    "administrator": Part(
        ADMINISTRATOR,
        N_("%(left)s has left West Yorkshire Police, and the account is still open."),
        "accounts.list",
    ),
}
"""By the key of the persona."""

TOUR: Final = (
    Step(
        title=N_("See what is due"),
        text=N_(
            "My work shows what is overdue, due soon, waiting on others or offered. Open a case, and see its journey."
        ),
        persona="charity",
        start="caseload.view",
    ),
    Step(
        title=N_("Offer a case to another force"),
        text=N_("Open a case from the list and offer the investigation. Until it is accepted, you stay responsible."),
        persona="leeds",
        start="cases.list",
    ),
    Step(
        title=N_("Accept it"),
        text=N_("Open an offer. There is no name in it: the keys to that move when you accept, and not before."),
        persona="manchester",
        start="transfers.list",
    ),
    Step(
        title=N_("See who did what, and who looked"),
        text=N_(
            "Every change, look, list and refused attempt is on the log. The log itself asks what you open it for."
        ),
        persona="auditor",
        start="audit.search",
    ),
    Step(
        title=N_("Catch somebody who changes the past"),
        text=N_(
            "In another terminal, where you ran make demo, run: .venv/bin/casetrack demo tamper. It edits the database "
            "behind casetrack's back. Then verify."
        ),
        persona="auditor",
        start="audit.verify",
    ),
)


def demonstration_of(seed: str, deployment: Deployment) -> Demonstration:
    """The personas, as the invented colleagues of that seed who sit at their desks, and the tour."""
    world = read_world(deployment.facts, date.min)
    people = {each.desk: each for each in colleagues(world.organisations, seed)}
    personas = tuple(
        Persona(
            key=key,
            sign_in_name=people[part.desk].sign_in_name,
            name=people[part.desk].display_name,
            role=ROLES[part.desk.role],
            organisation=deployment.holders[part.desk.holder].name,
            waiting=part.waiting % {"left": people[LEFT].display_name},
            start=part.start,
        )
        for key, part in PARTS.items()
    )
    return Demonstration(personas, TOUR)
