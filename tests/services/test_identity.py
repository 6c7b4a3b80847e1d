"""Who the person is: recorded, revealed for a reason, and taken back."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from casetrack.crypto.fields import Value
from casetrack.domain.actions import Action
from casetrack.domain.actors import Auth, Role
from casetrack.domain.case import Case, IdentityState
from casetrack.domain.errors import (
    CaseIsClosed,
    IntegrityBroken,
    NeedsStepUp,
    NoIdentity,
    NotFound,
    NotPermitted,
    ReasonNeeded,
    UnknownChoice,
)
from casetrack.services.cases import close_case, open_case
from casetrack.services.fields import IDENTITY
from casetrack.services.identity import (
    ADULT_AT,
    birthday,
    identity_values,
    record_identity,
    recorded_of,
    reveal_identity,
)
from casetrack.services.journal import Purpose
from tests.services import acts
from tests.services.acts import REVEALING, kept
from tests.world import SOUTH, World, a_new_case

GIVEN = IdentityState.GIVEN


def recorded(world: World, case: Case, state: IdentityState = GIVEN, /, by: str = "worker", **names: Value) -> Case:
    with world.work(by) as work:
        return record_identity(work, case.reference, state, names, seen=None)


def revealed(world: World, case: Case, by: str = "worker", purpose: Purpose = REVEALING) -> dict[str, Value]:
    with world.work(by, purpose) as work:
        return reveal_identity(work, case.reference)[1]


def test_what_was_not_answered_again_stays_as_it_was() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    recorded(world, case, nationality="AL", family_name="", other_names=None)

    assert revealed(world, case) == {"given_names": "Testa Maria", "family_name": "Invented", "nationality": "AL"}


def test_one_thing_is_cleared_by_itself_and_the_event_says_which() -> None:
    world = World.in_memory()
    case = recorded(world, acts.opened(world), nationality="AL")
    now = recorded(world, case, family_name=None, other_names=None, nationality="GB")

    assert revealed(world, case) == {"given_names": "Testa Maria", "nationality": "GB"}
    said = acts.events(world, "IdentityRecorded")[-1]
    assert said["detail"] == {"state": "given", "labels": ["family_name", "nationality"], "cleared": ["family_name"]}
    rows = [value for value in acts.values_of(world, case) if value.label.column == "family-name"]
    assert {(row.version, row.superseded) for row in rows} == {(2, now.version), (now.version, now.version)}
    with world.work("worker") as work:
        assert recorded_of(work, work.open(case.reference, to=Action.IDENTITY_RECORD)) == {"given_names", "nationality"}


def test_what_was_cleared_can_be_recorded_again() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    recorded(world, case, family_name=None)
    recorded(world, case, family_name="Invented")

    assert revealed(world, case) == {"given_names": "Testa Maria", "family_name": "Invented"}
    assert [said["detail"]["cleared"] for said in acts.events(world, "IdentityRecorded")] == [[], ["family_name"], []]


def test_with_a_date_of_birth_goes_what_is_said_of_it_and_what_follows_from_it() -> None:
    world = World.in_memory()
    case = recorded(world, acts.opened(world), birth_date=date(2010, 4, 17), birth_date_is_estimate="yes")
    recorded(world, case, birth_date=None, birth_date_is_estimate="")

    assert revealed(world, case).keys() == {"given_names", "family_name"}
    said = acts.events(world, "IdentityRecorded")[-1]
    assert said["detail"]["cleared"] == ["birth_date", "birth_date_is_estimate", "turns_18"]


def test_a_name_that_was_given_is_not_cleared_down_to_nothing() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with pytest.raises(NoIdentity):
        recorded(world, case, given_names=None, family_name=None)
    assert revealed(world, case).keys() == {"given_names", "family_name"}


def test_only_what_changed_is_sealed_anew_and_named_on_the_journal() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = len(kept(world).values)

    now = recorded(world, case, given_names="Testa Maria", family_name="Otherwise")

    assert len(kept(world).values) == before + 1
    assert acts.events(world)[-1]["fields"] == ["family_name"]
    assert now.version == case.version + 1


def test_what_was_recorded_before_stays_on_the_record_superseded() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    now = recorded(world, case, family_name="Otherwise")

    versions = {
        value.version: value.superseded for value in acts.values_of(world, case) if value.label.column == "family-name"
    }
    assert versions == {2: now.version, now.version: None}


def test_a_date_of_birth_says_when_the_person_turns_eighteen_and_that_is_sealed_too() -> None:
    world = World.in_memory()
    case = recorded(world, acts.opened(world), birth_date=date(2010, 4, 17), birth_date_is_estimate="no")

    assert revealed(world, case)["turns_18"] == date(2028, 4, 17)
    assert "turns-18" in {value.label.column for value in acts.values_of(world, case)}


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
@example(date(2008, 2, 29))
def test_a_birthday_is_the_same_day_of_the_year_or_the_day_after_the_last_of_february(born: date) -> None:
    day = birthday(born, ADULT_AT)
    assert day.year == born.year + ADULT_AT
    assert (day.month, day.day) in {(born.month, born.day), (3, 1)}
    assert (day.month, day.day) == (born.month, born.day) or (born.month, born.day) == (2, 29)


@pytest.mark.parametrize("state", [state for state in IdentityState if state is not GIVEN])
def test_a_name_that_is_taken_back_is_shown_no_more_and_what_was_known_is_superseded(state: IdentityState) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    now = recorded(world, case, state, family_name="Ignored")

    assert now.identity is state
    with pytest.raises(NoIdentity):
        revealed(world, case)
    known = [value for value in acts.values_of(world, case) if value.label.table == "identity"]
    assert {value.label.column for value in known} == {"given-names", "family-name"}
    assert {(value.version, value.superseded) for value in known} == {(2, now.version), (now.version, now.version)}


def test_a_name_may_be_given_again_after_it_was_taken_back() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    recorded(world, case, IdentityState.WITHHELD)
    recorded(world, case, IdentityState.WITHHELD)
    with pytest.raises(NoIdentity):
        recorded(world, case)

    recorded(world, case, given_names="Testa")
    assert revealed(world, case) == {"given_names": "Testa"}


def test_that_the_person_gave_a_name_again_without_saying_another_changes_nothing_sealed() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    before = dict(kept(world).values)

    assert recorded(world, case).identity is GIVEN
    assert kept(world).values == before


def test_a_person_who_gave_no_name_has_none_to_reveal() -> None:
    world = World.in_memory()
    with world.work("worker") as work:
        case = open_case(work, a_new_case(identity=IdentityState.NOT_GIVEN))

    with pytest.raises(NoIdentity):
        revealed(world, case)


@pytest.mark.parametrize(
    ("purpose", "refusal"),
    [
        (Purpose("contact-person"), ReasonNeeded),
        (Purpose("contact-person", " \n "), ReasonNeeded),
        (Purpose("casework", "Because."), UnknownChoice),
    ],
    ids=["no words", "blank words", "no purpose of the list"],
)
def test_nothing_is_revealed_without_a_purpose_of_the_list_and_a_reason_in_words(
    purpose: Purpose, refusal: type[Exception]
) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with pytest.raises(refusal):
        revealed(world, case, purpose=purpose)
    assert acts.events(world, "Revealed") == []


def test_that_it_was_shown_is_on_the_journal_with_why() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    revealed(world, case)

    shown, compared = kept(world).entries[-2:]
    payload = acts.read(shown)
    assert (payload["event"], payload["action"], payload["case"]) == ("Revealed", "identity:reveal", str(case.id))
    assert (payload["purpose"], payload["fields"]) == ("contact-person", [field.name for field in IDENTITY])
    assert shown.words is not None
    assert (acts.read(compared)["event"], acts.read(compared)["entry"]) == ("SurnamesCompared", str(shown.id))


def test_it_is_journalled_before_anything_is_opened() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    kept(world).wraps = tuple(replace(wrap, signature=bytes(64)) for wrap in kept(world).wraps)

    with world.work("worker", REVEALING) as work:
        with pytest.raises(IntegrityBroken):
            reveal_identity(work, case.reference)
        assert acts.events(world)[-1]["event"] == "Revealed"


def test_a_token_reveals_nobody() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with pytest.raises(NeedsStepUp), acts.acting(world, world.actor("worker", Auth.TOKEN), REVEALING) as work:
        reveal_identity(work, case.reference)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_whoever_works_with_no_cases_reveals_nobody(role: Role) -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with pytest.raises(NotFound), acts.acting(world, acts.with_role(world, "lead", role), REVEALING) as work:
        reveal_identity(work, case.reference)


def test_a_former_holder_reveals_nobody() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    acts.moved(world, case, SOUTH)
    with pytest.raises(NotPermitted):
        revealed(world, case)


def test_a_closed_case_is_read_and_not_written() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    with world.work("lead") as work:
        close_case(work, case.reference, "support-complete", seen=None)

    assert revealed(world, case)["family_name"] == "Invented"
    with pytest.raises(CaseIsClosed):
        recorded(world, case, family_name="Otherwise")


def test_answers_are_no_values_unless_the_person_gave_a_name() -> None:
    assert identity_values(IdentityState.WITHHELD, {"family_name": "Invented"}) == {}
