"""Who may do what: one table, whose readers cannot disagree with each other or with the rules of case and offer."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain.access import (
    NOT_BY_TOKEN,
    ONLY_FROM,
    ONLY_LACKING,
    ONLY_WHILE,
    RULES,
    Reach,
    may,
    permitted,
    reach,
    require,
    require_role,
    require_stub,
)
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.case import Areas, Case, IdentityState, Status
from casetrack.domain.errors import (
    NeedsStepUp,
    NotFound,
    NotOurPart,
    NotOursToClose,
    NotPermitted,
    PassedOn,
    RuleBroken,
)
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import NoteId
from tests.domain.made import (
    BOTH,
    CASE_HOLDERS,
    EASTMARCH,
    FORCES,
    INFORMATION_ONLY,
    INVESTIGATION,
    LANTERN,
    NORTHMARCH,
    RIVERWATCH,
    SUPPORT,
    WORKER,
    actor,
    after,
    closed,
    lacking,
    met,
    moved,
    number,
    opened,
    refused_by,
)

LATER = after(100)


def journey(
    by: Holder, first: frozenset[Strand], passes: list[tuple[frozenset[Strand], Holder]], *, shut: bool
) -> Case:
    """A case that has been offered and taken as often as the rules let it, and then perhaps closed."""
    case = opened(by, first if by in FORCES else SUPPORT)
    for nth, (strands, to) in enumerate(passes):
        sender = next(each for each in CASE_HOLDERS if each.code in case.holdings.holders)
        try:
            case = moved(case, to, strands, by=sender, offer=20 + nth)
        except RuleBroken:
            continue
    return closed(case, looking_after(case)) if shut else case


def looking_after(case: Case) -> Holder:
    """The organisation that looks after the person: it leads the support, or the only strand."""
    leads = case.holdings.leads
    code = leads.get(Strand.SUPPORT) or leads[Strand.INVESTIGATION]
    return next(each for each in CASE_HOLDERS if each.code == code)


HOLDERS = st.sampled_from(CASE_HOLDERS)
STRANDS = st.sampled_from([SUPPORT, INVESTIGATION, BOTH])
CASES = st.builds(journey, HOLDERS, STRANDS, st.lists(st.tuples(STRANDS, HOLDERS), max_size=4), shut=st.booleans())
ACTORS = st.builds(actor, HOLDERS, st.sampled_from(Role), auth=st.sampled_from(Auth))
ACTIONS = st.sampled_from(Action)

CASEWORKERS = [Role.SUPPORT_WORKER, Role.LEAD, Role.SUPERVISOR]
OTHERS = [Role.AUDITOR, Role.ADMINISTRATOR]

WITH_A_CASE = frozenset(action for action, rule in RULES.items() if rule.reach)


# The table


def test_every_action_has_a_rule() -> None:
    assert RULES.keys() == set(Action)


def test_nothing_is_asked_both_of_a_case_and_of_an_offer() -> None:
    assert not [action for action, rule in RULES.items() if rule.reach and rule.sides]
    assert not [action for action, rule in RULES.items() if rule.part and rule.reach is not Reach.CASE]
    assert ONLY_WHILE.keys() <= WITH_A_CASE
    assert all(ONLY_FROM[action] in RULES[action].sides for action in ONLY_FROM)


READING = {
    Action.CASE_VIEW,
    Action.MILESTONE_LIST,
    Action.FILE_LIST,
    Action.FILE_OPEN,
    Action.NOTE_LIST,
    Action.NOTE_OPEN,
    Action.DISCLOSURE_LIST,
    Action.DISCLOSURE_RECORD,
    Action.JOURNEY_VIEW,
    Action.HISTORY_VIEW,
    Action.IDENTITY_REVEAL,
    Action.CONTACT_REVEAL,
}
CHANGING = {
    Action.CASE_PLACE,
    Action.CASE_CLOSE,
    Action.IDENTITY_RECORD,
    Action.CONTACT_RECORD,
    Action.MILESTONE_RECORD,
    Action.MILESTONE_REOPEN,
    Action.FILE_ATTACH,
    Action.NOTE_WRITE,
    Action.TRANSFER_SEND,
}
HOLDING = {Action.HOLD_SET, Action.HOLD_LIFT}
ASKED = {
    *(Action.SAR_LIST, Action.SAR_RECORD, Action.SAR_CHECK, Action.SAR_EXTEND, Action.SAR_RESTRICT),
    *(Action.SAR_DECIDE, Action.SAR_COPY, Action.SAR_DELIVER, Action.SAR_WITHDRAW),
}
"""What a lead or a supervisor does for a person who asks what is held, where their organisation looks after them."""
ADDRESS = {Action.CONTACT_RECORD, Action.CONTACT_REVEAL}


@pytest.mark.parametrize(
    ("by", "case", "expected"),
    [
        pytest.param(actor(EASTMARCH, Role.SUPPORT_WORKER), opened(), READING | CHANGING, id="a worker"),
        pytest.param(
            actor(EASTMARCH, Role.LEAD),
            opened(),
            READING | CHANGING | HOLDING | ASKED | {Action.CASE_ASSIGN},
            id="a lead",
        ),
        pytest.param(
            actor(EASTMARCH, Role.SUPERVISOR),
            opened(),
            READING | CHANGING | HOLDING | ASKED | {Action.CASE_ASSIGN},
            id="a supervisor",
        ),
        *(
            pytest.param(
                actor(EASTMARCH, Role.SUPPORT_WORKER),
                opened(EASTMARCH, strands),
                READING | CHANGING | {Action.STRAND_BEGIN},
                id=f"a worker of a case that has one strand, {next(iter(strands))}",
            )
            for strands in (SUPPORT, INVESTIGATION)
        ),
        pytest.param(
            actor(EASTMARCH, Role.SUPPORT_WORKER), closed(opened(EASTMARCH, SUPPORT)), READING, id="of one, closed"
        ),
        pytest.param(actor(EASTMARCH, Role.SUPPORT_WORKER), closed(opened()), READING, id="a worker, closed"),
        pytest.param(
            actor(EASTMARCH),
            closed(opened()),
            READING | HOLDING | ASKED | {Action.CASE_REOPEN, Action.ERASURE_PROPOSE},
            id="a lead, closed",
        ),
        pytest.param(
            actor(EASTMARCH, Role.SUPPORT_WORKER),
            moved(opened(), LANTERN, SUPPORT),
            (READING | CHANGING) - ADDRESS - {Action.CASE_CLOSE},
            id="a worker of the investigation, which has no business with the address and does not close the case",
        ),
        pytest.param(
            actor(LANTERN, Role.SUPPORT_WORKER),
            moved(opened(), LANTERN, SUPPORT),
            READING | CHANGING,
            id="a worker of the support that another organisation passed on",
        ),
        pytest.param(
            actor(EASTMARCH),
            closed(moved(opened(), LANTERN, SUPPORT), LANTERN),
            ((READING | HOLDING) - ADDRESS) | {Action.ERASURE_PROPOSE},
            id="a lead of the investigation of a case that those who supported the person closed",
        ),
        pytest.param(
            actor(LANTERN),
            closed(moved(opened(), LANTERN, SUPPORT), LANTERN),
            READING | HOLDING | ASKED | {Action.CASE_REOPEN, Action.ERASURE_PROPOSE},
            id="a lead of those who supported the person and closed the case",
        ),
        pytest.param(
            actor(EASTMARCH, Role.SUPERVISOR), moved(opened(), NORTHMARCH), {Action.CASE_VIEW}, id="of a former holder"
        ),
        pytest.param(actor(NORTHMARCH), opened(), set(), id="of a stranger"),
        pytest.param(actor(EASTMARCH, Role.AUDITOR), opened(), set(), id="an auditor of the holder"),
        pytest.param(actor(EASTMARCH, Role.ADMINISTRATOR), opened(), set(), id="an administrator of the holder"),
    ],
)
def test_the_buttons_that_a_page_of_a_case_has(by: Actor, case: Case, expected: set[Action]) -> None:
    assert permitted(by, case) == expected


CASEWORK = {
    Action.CASELOAD_VIEW,
    Action.CASELOAD_NAME,
    Action.CASE_LIST,
    Action.CASE_FIND,
    Action.CASE_OPEN,
    Action.PERSON_FIND,
    Action.TRANSFER_LIST,
}
TWO_PEOPLE = {Action.PROPOSAL_LIST, Action.ERASURE_VIEW}
SESSIONS = {
    Action.SESSION_OPEN,
    Action.SESSION_CLOSE,
    Action.PASSWORD_CHANGE,
    Action.PASSWORD_SET,
    Action.TOKEN_CREATE,
    Action.TOKEN_REVOKE,
}
"""What everybody does for themselves."""
AUDITING = {
    Action.AUDIT_VIEW,
    Action.AUDIT_SEARCH,
    Action.AUDIT_VERIFY,
    Action.AUDIT_EXPORT,
    Action.LETTER_OPEN,
    Action.UNUSUAL_LIST,
    Action.UNUSUAL_REVIEW,
    Action.ENQUIRY_LIST,
    Action.ENQUIRY_PROPOSE,
    Action.ENQUIRY_VIEW,
    Action.ENQUIRY_ANSWER,
}
ADMINISTRATION = {
    Action.ACCOUNT_LIST,
    Action.ACCOUNT_CREATE,
    Action.ACCOUNT_CLOSE,
    Action.ACCOUNT_RESET,
    Action.KEYSET_LIST,
    Action.DESTRUCTION_PROPOSE,
    Action.PROPOSAL_LIST,
}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.SUPPORT_WORKER, CASEWORK | SESSIONS),
        (Role.LEAD, CASEWORK | SESSIONS | TWO_PEOPLE),
        (Role.SUPERVISOR, CASEWORK | SESSIONS | TWO_PEOPLE | {Action.QUOTA_RAISE, Action.ERASURE_LIST}),
        (Role.AUDITOR, AUDITING | SESSIONS),
        (Role.ADMINISTRATOR, ADMINISTRATION | SESSIONS),
    ],
)
def test_what_a_role_does_without_a_case(role: Role, expected: set[Action]) -> None:
    free = {action for action, rule in RULES.items() if not (rule.reach or rule.sides or rule.of_two)}

    assert {action for action in free if may(actor(EASTMARCH, role), action)} == expected


@pytest.mark.parametrize("role", Role)
def test_nobody_makes_keys_by_asking_for_them(role: Role) -> None:
    with pytest.raises(NotPermitted):
        require_role(actor(EASTMARCH, role), Action.KEYSET_MAKE)


@given(ACTORS, ACTIONS)
def test_an_actor_is_refused_exactly_what_they_may_never_do(by: Actor, action: Action) -> None:
    assert (refused_by(lambda: require_role(by, action)) is None) is may(by, action)


# How much of a case


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (opened(), Reach.CASE),
        (moved(opened(), LANTERN, SUPPORT), Reach.CASE),
        (moved(opened(), NORTHMARCH), Reach.STUB),
        (opened(NORTHMARCH), Reach.NOTHING),
        (closed(opened()), Reach.CASE),
    ],
)
@pytest.mark.parametrize("role", Role)
def test_how_much_of_a_case_somebody_has_depends_on_what_their_organisation_holds(
    case: Case, expected: Reach, role: Role
) -> None:
    assert reach(actor(EASTMARCH, role), case) is (expected if role in CASEWORKERS else Reach.NOTHING)


@given(CASES, ACTORS)
def test_a_worker_has_the_case_exactly_while_their_organisation_leads_a_strand(case: Case, by: Actor) -> None:
    leads = by.role in CASEWORKERS and bool(case.holdings.led_by(by.holder))

    assert (reach(by, case) is Reach.CASE) is leads


# Two readers of one table


@given(CASES, ACTORS, st.sampled_from(sorted(WITH_A_CASE)))
def test_what_has_a_button_is_allowed_and_what_is_allowed_has_one_in_its_time(
    case: Case, by: Actor, action: Action
) -> None:
    allowed = refused_by(lambda: require(by, action, case)) is None
    in_time = ONLY_WHILE.get(action, case.status) is case.status
    if action in ONLY_LACKING:
        in_time = in_time and len(case.holdings.strands) == 1

    assert (action in permitted(by, case)) is (allowed and in_time)


@given(CASES, ACTORS, ACTIONS)
def test_of_a_stub_the_same_is_refused_whether_the_whole_case_is_known_or_not(
    case: Case, by: Actor, action: Action
) -> None:
    if reach(by, case) is Reach.STUB:
        assert refused_by(lambda: require_stub(by, action)) is refused_by(lambda: require(by, action, case))


@given(CASES, ACTORS, ACTIONS)
def test_what_somebody_has_nothing_of_does_not_exist_for_them_whatever_they_ask(
    case: Case, by: Actor, action: Action
) -> None:
    nothing = reach(by, case) is Reach.NOTHING

    assert (refused_by(lambda: require(by, action, case)) is NotFound) is nothing
    if nothing:
        assert permitted(by, case) == frozenset()


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_a_foreign_organisation_is_never_told_that_it_is_not_permitted(action: Action, role: Role) -> None:
    with pytest.raises(NotFound):
        require(actor(RIVERWATCH, role), action, moved(opened(), NORTHMARCH))


@given(CASES, st.builds(actor, HOLDERS, st.sampled_from(OTHERS)), ACTIONS)
def test_auditors_and_administrators_have_no_case(case: Case, by: Actor, action: Action) -> None:
    assert permitted(by, case) == frozenset()
    assert refused_by(lambda: require(by, action, case)) is NotFound


@given(CASES, st.builds(actor, HOLDERS, st.sampled_from(CASEWORKERS)))
def test_a_former_holder_has_the_stub_and_nothing_else(case: Case, by: Actor) -> None:
    if reach(by, case) is Reach.STUB:
        assert permitted(by, case) == {Action.CASE_VIEW}
        assert refused_by(lambda: require(by, Action.HISTORY_VIEW, case)) is PassedOn


@given(CASES, st.builds(actor, HOLDERS, st.sampled_from(CASEWORKERS)))
def test_a_holder_of_another_part_is_told_that_it_is_the_organisation(case: Case, by: Actor) -> None:
    if reach(by, case) is Reach.CASE:
        missing = Part.SAFE_ADDRESS not in case.holdings.parts_of(by.holder)
        assert refused_by(lambda: require(by, Action.CONTACT_REVEAL, case)) is (NotOurPart if missing else None)


@given(CASES, ACTORS)
def test_no_part_is_opened_or_recorded_but_by_a_holder_of_it(case: Case, by: Actor) -> None:
    parts = case.holdings.parts_of(by.holder)
    allowed = permitted(by, case)

    assert Part.IDENTITY in parts or not allowed & {Action.IDENTITY_REVEAL, Action.IDENTITY_RECORD}
    assert Part.SAFE_ADDRESS in parts or not allowed & ADDRESS


# Tokens


@given(CASES, ACTORS)
def test_a_token_does_what_its_account_may_but_show_a_person_or_make_anybody_responsible(case: Case, by: Actor) -> None:
    there, held = replace(by, auth=Auth.PASSWORD), replace(by, auth=Auth.TOKEN)

    assert permitted(held, case) == permitted(there, case) - NOT_BY_TOKEN
    assert {action for action in Action if may(held, action)} == {
        action for action in Action if may(there, action)
    } - NOT_BY_TOKEN


@given(CASES, ACTORS, st.sampled_from(sorted(NOT_BY_TOKEN)))
def test_a_token_is_told_that_it_is_the_token_where_its_account_would_do(case: Case, by: Actor, action: Action) -> None:
    there, held = replace(by, auth=Auth.PASSWORD), replace(by, auth=Auth.TOKEN)
    refused = refused_by(lambda: require(there, action, case))

    if refused is None:
        assert refused_by(lambda: require(held, action, case)) is NeedsStepUp
    if refused is NotFound:
        assert refused_by(lambda: require(held, action, case)) is NotFound


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", sorted(NOT_BY_TOKEN))
def test_a_token_of_a_role_that_never_does_it_is_told_so(role: Role, action: Action) -> None:
    there, held = actor(EASTMARCH, role), actor(EASTMARCH, role, auth=Auth.TOKEN)

    assert refused_by(lambda: require_role(held, action)) is (NeedsStepUp if may(there, action) else NotPermitted)


@given(CASES, st.builds(actor, HOLDERS, st.sampled_from([Role.LEAD, Role.SUPERVISOR])))
def test_a_case_is_closed_and_opened_again_by_whoever_looks_after_the_person(case: Case, by: Actor) -> None:
    asked = Action.CASE_CLOSE if case.status is Status.OPEN else Action.CASE_REOPEN
    looks_after = by.holder == looking_after(case).code
    has_it = by.holder in case.holdings.holders

    assert (asked in permitted(by, case)) is looks_after
    if has_it:
        refused = refused_by(lambda: require(by, asked, case))
        assert refused is (None if looks_after else NotOursToClose)


# The table and the case's own rules


def own_strand(case: Case, by: Actor) -> Strand:
    return next(iter(sorted(case.holdings.led_by(by.holder))), Strand.SUPPORT)


DOING: dict[Action, Callable[[Case, Actor], object]] = {
    Action.CASE_PLACE: lambda case, by: case.place(Areas(), by=by, at=LATER),
    Action.CASE_ASSIGN: lambda case, by: case.assign(own_strand(case, by), WORKER, by=by, at=LATER),
    Action.CASE_CLOSE: lambda case, by: case.close("support-ended", by=by, at=LATER),
    Action.CASE_REOPEN: lambda case, by: case.reopen(by=by, at=LATER),
    Action.STRAND_BEGIN: lambda case, by: case.check_beginning(lacking(case), replace(EASTMARCH, code=by.holder), by),
    Action.IDENTITY_RECORD: lambda case, by: case.record_identity(IdentityState.WITHHELD, (), by=by, at=LATER),
    Action.CONTACT_RECORD: lambda case, by: case.record_contact((), by=by, at=LATER),
    Action.MILESTONE_RECORD: lambda case, by: case.record(met("met-in-person"), by=by),
    Action.MILESTONE_REOPEN: lambda case, by: case.reopen_milestone("met-in-person", id=number(90), by=by, at=LATER),
    Action.FILE_ATTACH: lambda case, by: case.check_attaching(own_strand(case, by), by),
    Action.NOTE_WRITE: lambda case, by: case.write_note(
        NoteId(number(91)), own_strand(case, by), corrects=None, by=by, at=LATER
    ),
    Action.ERASURE_PROPOSE: lambda case, by: case.check_erasing(by),
    Action.TRANSFER_SEND: lambda case, by: case.check_offer(INFORMATION_ONLY, LANTERN, by),
}
"""What the case itself is asked to do by each action that changes it.

What kind of organisation somebody works for, the table does not know: here each that begins a strand is police.
"""


def test_every_action_that_waits_for_a_status_is_tried_here() -> None:
    assert DOING.keys() == ONLY_WHILE.keys()


@given(CASES, st.builds(actor, HOLDERS, st.sampled_from([Role.LEAD, Role.SUPERVISOR])), st.sampled_from(sorted(DOING)))
def test_a_button_never_leads_to_a_refusal_and_what_has_none_is_refused(case: Case, by: Actor, action: Action) -> None:
    refused = refused_by(lambda: DOING[action](case, by))

    assert (refused is None) is (action in permitted(by, case))
    assert refused is None or issubclass(refused, RuleBroken)


@given(CASES, st.builds(actor, HOLDERS, st.just(Role.SUPPORT_WORKER)), st.sampled_from(sorted(DOING)))
def test_a_worker_has_no_button_that_leads_to_a_refused_by(case: Case, by: Actor, action: Action) -> None:
    if action in permitted(by, case):
        assert refused_by(lambda: DOING[action](case, by)) is None
