"""Who may do what with an offer: its two sides know of it, and each may do its own."""

from collections.abc import Callable

import pytest

from casetrack.domain.access import ONLY_FROM, Reach, Side, permitted_with, reach, require_side, side
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.errors import NeedsStepUp, NotFound, NotPermitted
from casetrack.domain.holders import Holder
from casetrack.domain.transfer import Transfer
from tests.domain.made import EASTMARCH, NORTHMARCH, RIVERWATCH, actor, after, offered, opened, refused_by

LATER = after(100)
CASEWORKERS = [Role.SUPPORT_WORKER, Role.LEAD, Role.SUPERVISOR]


def answered(offer: Transfer, how: str) -> Transfer:
    return STEPS[HOW[how]](offer, actor(EASTMARCH if how == "withdraw" else NORTHMARCH))


STEPS: dict[Action, Callable[[Transfer, Actor], Transfer]] = {
    Action.TRANSFER_SEE: lambda offer, by: offer.see(by=by, at=LATER),
    Action.TRANSFER_ACCEPT: lambda offer, by: offer.accept(by=by, at=LATER),
    Action.TRANSFER_DECLINE: lambda offer, by: offer.decline("not-our-area", by=by, at=LATER),
    Action.TRANSFER_WITHDRAW: lambda offer, by: offer.withdraw(by=by, at=LATER),
}
HOW = {action.verb: action for action in STEPS}
SENT = offered(opened(), NORTHMARCH)
OFFERS = {"send": SENT, **{how: answered(SENT, how) for how in HOW}}
"""An offer from Eastmarch to Northmarch as it stands in each state."""


def test_every_step_of_an_offer_belongs_to_one_side() -> None:
    assert STEPS.keys() == ONLY_FROM.keys()


@pytest.mark.parametrize("how", OFFERS)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    ("holder", "expected"), [(EASTMARCH, Side.SENDER), (NORTHMARCH, Side.RECEIVER), (RIVERWATCH, None)]
)
def test_an_offer_is_known_to_the_workers_of_its_two_sides_and_to_nobody_else(
    how: str, role: Role, holder: Holder, expected: Side | None
) -> None:
    by = actor(holder, role)
    expected = expected if role in CASEWORKERS else None

    assert side(by, OFFERS[how]) is expected
    assert (refused_by(lambda: require_side(by, Action.TRANSFER_VIEW, OFFERS[how])) is NotFound) is (expected is None)
    assert (Action.TRANSFER_VIEW in permitted_with(by, OFFERS[how])) is (expected is not None)


@pytest.mark.parametrize("how", OFFERS)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("holder", [EASTMARCH, NORTHMARCH, RIVERWATCH])
@pytest.mark.parametrize("action", STEPS)
def test_a_button_of_an_offer_is_there_exactly_where_table_and_offer_both_allow_it(
    action: Action, holder: Holder, role: Role, how: str
) -> None:
    by, offer = actor(holder, role), OFFERS[how]
    allowed = refused_by(lambda: require_side(by, action, offer)) is None
    taken = refused_by(lambda: STEPS[action](offer, by)) is None

    assert (action in permitted_with(by, offer)) is (allowed and taken)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_a_third_organisation_is_never_told_that_it_is_not_permitted_to_answer(action: Action, role: Role) -> None:
    with pytest.raises(NotFound):
        require_side(actor(RIVERWATCH, role), action, SENT)


@pytest.mark.parametrize(
    ("by", "how", "expected"),
    [
        (actor(NORTHMARCH, Role.LEAD), "send", {"view", "see", "accept", "decline"}),
        (actor(NORTHMARCH, Role.SUPERVISOR), "see", {"view", "see", "accept", "decline"}),
        (actor(NORTHMARCH, Role.SUPPORT_WORKER), "send", {"view", "see"}),
        (actor(EASTMARCH, Role.SUPPORT_WORKER), "send", {"view", "withdraw"}),
        (actor(EASTMARCH, Role.LEAD), "see", {"view", "withdraw"}),
        (actor(EASTMARCH, Role.LEAD), "accept", {"view"}),
        (actor(NORTHMARCH, Role.LEAD), "decline", {"view"}),
        (actor(NORTHMARCH, Role.LEAD), "withdraw", {"view"}),
        (actor(NORTHMARCH, Role.AUDITOR), "send", set()),
        (actor(RIVERWATCH, Role.LEAD), "send", set()),
    ],
)
def test_the_buttons_that_a_page_of_an_offer_has(by: Actor, how: str, expected: set[str]) -> None:
    assert {action.verb for action in permitted_with(by, OFFERS[how])} == expected


def test_a_support_worker_of_the_receiver_sees_an_offer_and_does_not_answer_it() -> None:
    with pytest.raises(NotPermitted):
        require_side(actor(NORTHMARCH, Role.SUPPORT_WORKER), Action.TRANSFER_ACCEPT, SENT)


def test_an_offer_opens_nothing_of_the_case_to_its_receiver() -> None:
    assert side(actor(NORTHMARCH), SENT) is Side.RECEIVER
    assert reach(actor(NORTHMARCH), opened()) is Reach.NOTHING


def test_a_token_neither_opens_an_offer_nor_accepts_it_and_may_decline_it() -> None:
    held = actor(NORTHMARCH, auth=Auth.TOKEN)

    assert {action.verb for action in permitted_with(held, SENT)} == {"view", "decline"}
    for action in (Action.TRANSFER_SEE, Action.TRANSFER_ACCEPT):
        with pytest.raises(NeedsStepUp):
            require_side(held, action, SENT)
