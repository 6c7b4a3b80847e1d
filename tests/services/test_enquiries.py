"""Two auditors ask whether a named person was looked for, listed or revealed: who reads what, and what is told."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.case import Case
from casetrack.domain.enquiries import ANSWERED_FOR
from casetrack.domain.errors import (
    BelongsElsewhere,
    IntegrityBroken,
    NeedsStepUp,
    NotFound,
    NotPermitted,
    ReasonNeeded,
    RuleBroken,
)
from casetrack.domain.finding import Birth, Known
from casetrack.domain.finding_refusals import BirthAlone, NothingToFindBy, NumberTooShort
from casetrack.domain.holders import AUDIT_DESK
from casetrack.domain.ids import ProposalId
from casetrack.domain.proposal_refusals import AnswerLapsed, BirthNeeded, DeskAlone, NotAgreedYet, SecondPersonNeeded
from casetrack.domain.proposals import ProposalState
from casetrack.services import enquiries
from casetrack.services.audit import Use
from casetrack.services.caseload import everything
from casetrack.services.cases import list_cases, view_case
from casetrack.services.enquiries import (
    Answer,
    answer_enquiry,
    approve_enquiry,
    list_enquiries,
    prepare_enquiry,
    propose_enquiry,
    refuse_enquiry,
    view_enquiry,
    withdraw_enquiry,
)
from casetrack.services.history import view_history
from casetrack.services.identity import reveal_identity
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.keysets import renew_keyset
from casetrack.services.proposals import approve_proposal, refuse_proposal, view_proposal, withdraw_proposal
from casetrack.services.traces import Showing
from tests.memory import traces as memory_traces
from tests.services import acts
from tests.services import agreed as two
from tests.services import test_finding as finding
from tests.services.acts import REVEALING, kept
from tests.services.enquired import ASKER, NAMED, SECOND, WHY, agreed, answered, asked, enquired, told
from tests.services.keeping import keeper
from tests.world import ACCOUNTS, CHARITY, DESK, NORTH, SOUTH, World, account

LINH = Known(names=("Nguyen Linh",), birth=Birth.on(finding.BORN))


def searched(answer: Answer) -> list[tuple[str, set[str]]]:
    """Who looked for the person, and by what that is told."""
    return [(each.doer.name, set(each.indexes)) for each in answer.searched]


def shown(answer: Answer) -> dict[str, set[Showing]]:
    """Who was shown the person, and how."""
    return {each.doer.name: set(each.how) for each in answer.shown}


def name(account: str) -> str:
    return ACCOUNTS[account].display_name


def revealed(world: World, case: Case, by: str = "worker") -> None:
    with world.work(by, REVEALING) as work:
        reveal_identity(work, case.reference)


# Asking


def test_what_is_typed_about_the_person_is_sealed_to_the_audit_desk_and_in_nothing_else() -> None:
    world = World.in_memory()
    known = replace(LINH, documents=("BA1234567",), phones=("07700 900123",), emails=("linh@example.org",))
    enquiry = asked(world, known)
    answered(world, agreed(world, enquiry))
    everything_kept = b"".join((entry.payload + (entry.words or b"")) for entry in kept(world).entries) + b"".join(
        each.words or b"" for each in kept(world).proposals.values()
    )
    for typed in ("Nguyen", "Linh", "1999-05-14", "BA1234567", "900123", "linh@", "relative"):
        assert typed.encode() not in everything_kept
    (stored,) = kept(world).proposals.values()
    assert (stored.proposal.from_holder, stored.proposal.to_holder, stored.proposal.case) == (
        AUDIT_DESK,
        AUDIT_DESK,
        None,
    )


def test_the_log_says_that_somebody_asked_for_which_use_and_never_about_whom() -> None:
    world = World.in_memory()
    enquiry = asked(world)
    (said,) = acts.events(world, "Proposed")
    assert (said["action"], said["case"], said["proposal"]) == ("enquiry:propose", None, str(enquiry.id))
    assert said["detail"] == {
        "kind": "enquiry",
        "subject": str(enquiry.subject),
        "rule": "self-monitoring",
        "reason": "",
        "to_holder": AUDIT_DESK,
    }
    assert said["purpose"] == "self-monitoring"
    assert said["words"]


@pytest.mark.parametrize(
    ("known", "refused"),
    [
        (Known(), NothingToFindBy),
        (Known(birth=Birth(1999)), BirthAlone),
        (Known(names=("Linh Nguyen",)), BirthNeeded),
        (Known(documents=("BA1",)), NumberTooShort),
    ],
)
def test_what_is_too_little_to_know_somebody_by_is_refused(known: Known, refused: type[RuleBroken]) -> None:
    world = World.in_memory()
    with pytest.raises(refused):
        asked(world, known)
    assert not kept(world).proposals


def test_why_is_said_in_words_which_name_nobody() -> None:
    world = World.in_memory()
    with pytest.raises(ReasonNeeded), world.work(ASKER) as work:
        propose_enquiry(work, enquired(world), Use.INTEGRITY)
    with pytest.raises(BelongsElsewhere), world.work(ASKER, Purpose(CASEWORK.code, "Ring 07700 900123.")) as work:
        propose_enquiry(work, enquired(world), Use.INTEGRITY)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
def test_nobody_but_an_auditor_asks(role: Role) -> None:
    world = World.in_memory()
    enquiry = agreed(world, asked(world))
    actor = acts.with_role(world, ASKER, role)
    with pytest.raises(NotPermitted), acts.acting(world, actor, WHY) as work:
        propose_enquiry(work, enquired(world), Use.INTEGRITY)
    with pytest.raises(NotPermitted), acts.acting(world, actor) as work:
        list_enquiries(work, Use.INTEGRITY, page=1)
    for look in (view_enquiry, answer_enquiry):
        with pytest.raises(NotFound), acts.acting(world, actor) as work:
            look(work, enquiry.id, Use.INTEGRITY)


@pytest.mark.parametrize("auditor", ["auditor", "north-auditor"])
def test_no_auditor_but_the_audit_desks_own(auditor: str) -> None:
    world = World.in_memory()
    enquiry = asked(world)
    with pytest.raises(DeskAlone), world.work(auditor) as work:
        prepare_enquiry(work)
    with pytest.raises(DeskAlone), world.work(auditor) as work:
        list_enquiries(work, Use.INTEGRITY, page=1)
    with pytest.raises(NotFound), world.work(auditor) as work:
        view_enquiry(work, enquiry.id, Use.INTEGRITY)
    with pytest.raises(NotFound), world.work(auditor) as work:
        approve_enquiry(work, enquiry.id, seen=1)


def test_no_program_asks() -> None:
    world = World.in_memory()
    with pytest.raises(NeedsStepUp), acts.acting(world, world.actor(ASKER, Auth.TOKEN)) as work:
        prepare_enquiry(work)


# The second auditor


def test_the_second_reads_who_asks_about_whom_over_which_days_and_why_and_that_is_on_the_log() -> None:
    world = World.in_memory()
    enquiry = asked(world, days=3)
    with world.work(SECOND) as work:
        viewed = view_enquiry(work, enquiry.id, Use.INTEGRITY)
    assert viewed.asked is not None
    assert (viewed.asked.known, viewed.asked.why) == (NAMED, WHY.words)
    assert (viewed.asked.until - viewed.asked.since) == timedelta(days=3)
    assert viewed.names == {enquiry.proposed_by: name(ASKER)}
    assert {Action.PROPOSAL_APPROVE, Action.PROPOSAL_REFUSE} <= viewed.may
    assert viewed.until is None
    looked = acts.events(world)[-1]
    assert (looked["event"], looked["action"], looked["proposal"], looked["words"]) == (
        "LogOpened",
        "enquiry:view",
        str(enquiry.id),
        None,
    )


def test_every_kind_of_answer_comes_back_from_the_letter() -> None:
    world = World.in_memory()
    known = Known(
        names=("Nguyễn “Linh”",),
        birth=Birth(1999),
        nrm_references=("NRM00012345",),
        crime_references=("13/004512/26",),
        documents=("BA1234567",),
        phones=("07700 900123",),
        emails=("linh@example.org",),
    )
    for each in (known, Known(documents=("BA1234567",))):
        enquiry = asked(world, each)
        with world.work(SECOND) as work:
            viewed = view_enquiry(work, enquiry.id, Use.INTEGRITY)
        assert viewed.asked is not None
        assert viewed.asked.known == each


def test_the_asker_does_not_agree_and_may_take_it_back() -> None:
    world = World.in_memory()
    enquiry = asked(world)
    with pytest.raises(SecondPersonNeeded), world.work(ASKER) as work:
        approve_enquiry(work, enquiry.id, seen=enquiry.version)
    with world.work(ASKER) as work:
        assert withdraw_enquiry(work, enquiry.id, seen=enquiry.version).state is ProposalState.WITHDRAWN


def test_whoever_does_not_agree_says_why_and_nothing_is_answered() -> None:
    world = World.in_memory()
    enquiry = asked(world)
    with pytest.raises(ReasonNeeded), world.work(SECOND) as work:
        refuse_enquiry(work, enquiry.id, seen=enquiry.version)
    with world.work(SECOND, Purpose(CASEWORK.code, "There is no complaint.")) as work:
        refuse_enquiry(work, enquiry.id, seen=enquiry.version)
    with pytest.raises(NotAgreedYet):
        answered(world, enquiry)


def third_actor(world: World) -> Actor:
    """One more auditor of the audit desk."""
    other = account("third-auditor", Role.AUDITOR, DESK, national=True)
    acts.keep_account(world, other)
    return Actor(other.id, other.role, other.holder, Auth.PASSWORD, national=True)


def test_once_it_is_decided_nobody_else_reads_about_whom_it_was() -> None:
    world = World.in_memory()
    enquiry = asked(world)
    other = third_actor(world)
    with acts.acting(world, other) as work:
        assert view_enquiry(work, enquiry.id, Use.INTEGRITY).asked is not None
    agreed(world, enquiry)
    with acts.acting(world, other) as work:
        viewed = view_enquiry(work, enquiry.id, Use.INTEGRITY)
    assert (viewed.asked, viewed.until) == (None, None)
    assert set(viewed.names.values()) == {name(ASKER), name(SECOND)}
    with pytest.raises(NotFound), acts.acting(world, other) as work:
        answer_enquiry(work, enquiry.id, Use.INTEGRITY)


def test_letters_that_were_exchanged_are_noticed() -> None:
    world = World.in_memory()
    one, other = asked(world), asked(world, LINH)
    proposals = kept(world).proposals
    proposals[one.id] = replace(proposals[one.id], words=proposals[other.id].words)
    with pytest.raises(IntegrityBroken), world.work(SECOND) as work:
        view_enquiry(work, one.id, Use.INTEGRITY)


def test_it_is_no_proposal_of_the_pages_of_proposals_and_the_reverse() -> None:
    world = World.in_memory()
    enquiry, erasure = asked(world), two.proposed(world, two.closed(world))
    with pytest.raises(NotPermitted), world.work(SECOND) as work:
        view_proposal(work, enquiry.id)
    for decide in (approve_proposal, refuse_proposal, withdraw_proposal):
        with pytest.raises(NotFound), world.work(SECOND) as work:
            decide(work, enquiry.id, seen=enquiry.version)
    with pytest.raises(NotFound), world.work("supervisor") as work:
        approve_enquiry(work, erasure.id, seen=erasure.version)


def test_the_list_says_who_asked_and_how_it_stands_the_newest_first() -> None:
    world = World.in_memory()
    first, last = asked(world), asked(world, LINH, by=SECOND)
    two.proposed(world, two.closed(world))
    agreed(world, first)
    with world.work(ASKER) as work:
        listed = list_enquiries(work, Use.LAWFULNESS, page=1)
    assert [(card.proposal.id, card.proposer, card.proposal.state) for card in listed.items] == [
        (last.id, name(SECOND), ProposalState.PROPOSED),
        (first.id, name(ASKER), ProposalState.APPROVED),
    ]
    assert acts.events(world)[-1]["action"] == "enquiry:list"


# The answer


def test_who_looked_for_the_person_is_told_by_day_and_index() -> None:
    world = World.in_memory()
    finding.found(world, finding.named("Lin Nguen", born=finding.BORN))
    finding.found(world, replace(LINH, names=(), birth=None, documents=("BA 1234567",)), "receiver")
    finding.found(world, finding.named("Somebody Else", born=date(1970, 2, 3)), "lead")
    answer = told(world, replace(LINH, documents=("BA1234567",)))
    assert searched(answer) == [(name("receiver"), {"document"}), (name("worker"), {"name"})]
    assert answer.shown == ()


def test_a_search_is_found_though_the_audit_desks_keys_were_renewed_since() -> None:
    world = World.in_memory()
    finding.found(world, LINH)
    renew_keyset(keeper(world), AUDIT_DESK)
    finding.found(world, LINH, "lead")
    assert {each for each, _ in searched(told(world, LINH))} == {name("worker"), name("lead")}


def test_who_listed_opened_and_revealed_the_person_is_told_and_no_case_with_it() -> None:
    world = World.in_memory()
    case = finding.opened(world)
    with world.work("lead") as work:
        view_case(work, case.reference)
    with world.work("supervisor") as work:
        list_cases(work, everything(work))
    revealed(world, case)
    answer = told(world, LINH)
    assert shown(answer) == {
        name("worker"): {Showing.REVEALED},
        name("lead"): {Showing.OPENED},
        name("supervisor"): {Showing.LISTED},
    }
    assert {(each.doer.day, each.doer.holder) for each in answer.shown} == {(0, NORTH.code)}
    said = repr((answer.searched, answer.shown))
    assert not any(word in said for word in (case.reference, case.pseudonym, str(case.id)))


def test_a_search_that_showed_the_person_is_both() -> None:
    world = World.in_memory()
    finding.opened(world)
    finding.found(world, LINH, "lead")
    answer = told(world, LINH)
    assert searched(answer) == [(name("lead"), {"name"})]
    assert shown(answer) == {name("lead"): {Showing.LISTED}}


@pytest.mark.parametrize(
    ("known", "indexes"),
    [
        (replace(LINH, names=("Linh Nguyen Thi",)), {"name"}),
        (replace(LINH, names=("Lin Nguen",), birth=Birth(1999)), {"name"}),
        (replace(LINH, documents=("BA1234567",)), {"name", "document"}),
        (replace(LINH, documents=("XY7654321",)), {"name"}),
        (Known(nrm_references=("NRM 0001 2345",)), {"nrm-reference"}),
        (Known(crime_references=("13/004512/26",)), {"crime-reference"}),
        (Known(documents=("ba1234567",)), {"document"}),
        (Known(phones=("07700 900123",)), {"phone"}),
        (Known(emails=("LINH@example.org",)), {"e-mail"}),
    ],
)
def test_a_case_is_known_by_whatever_the_person_is_found_by(known: Known, indexes: set[str]) -> None:
    world = World.in_memory()
    revealed(world, finding.opened(world))
    (told_of,) = told(world, known).shown
    assert (told_of.doer.name, set(told_of.how), set(told_of.indexes)) == (
        name("worker"),
        {Showing.REVEALED},
        indexes,
    )


@pytest.mark.parametrize(
    "recorded", [{"family_name": "Tran"}, {"given_names": "Mai"}, {"birth_date": date(1980, 1, 9)}]
)
def test_somebody_who_shares_one_name_alone_is_not_taken_for_the_person(recorded: Mapping[str, object]) -> None:
    world = World.in_memory()
    revealed(world, finding.opened(world, contact={}, **recorded))  # type: ignore[arg-type]  # fields of an identity
    assert told(world, LINH).shown == ()


def test_of_a_person_nobody_looked_at_the_same_is_told_as_of_nobody() -> None:
    without, with_case = World.in_memory(), World.in_memory()
    finding.opened(with_case, "receiver")
    answers = [told(world, LINH) for world in (without, with_case)]
    assert [(each.searched, each.shown, each.is_whole, each.unasked) for each in answers] == [((), (), True, ())] * 2
    looks = [
        [(each["action"], each["detail"]) for each in acts.events(world, "LogOpened")] for world in (without, with_case)
    ]
    assert looks[0] == looks[1]


def test_the_log_says_that_the_answer_was_read_and_not_what_it_said() -> None:
    world = World.in_memory()
    revealed(world, finding.opened(world))
    enquiry = agreed(world, asked(world, LINH))
    before = len(kept(world).entries)
    answered(world, enquiry, by=SECOND)
    (read,) = acts.events(world)[before:]
    assert (read["event"], read["action"], read["proposal"], read["case"]) == (
        "LogOpened",
        "enquiry:answer",
        str(enquiry.id),
        None,
    )
    assert read["detail"] == {"use": "self-monitoring", "filters": [], "entries": 0}


def test_no_history_of_a_case_tells_of_it() -> None:
    world = World.in_memory()
    case = finding.opened(world)
    with world.work("lead") as work:
        before = view_history(work, case.reference, page=1)[1].total
    told(world, LINH)
    with world.work("lead") as work:
        assert view_history(work, case.reference, page=1)[1].total == before


def test_the_days_are_those_that_were_asked_about() -> None:
    world = World.in_memory()
    case = finding.opened(world)
    finding.found(world, LINH)
    world.now += timedelta(days=2)
    revealed(world, case)
    assert shown(told(world, LINH)) == {name("worker"): {Showing.REVEALED}}
    longer = told(world, LINH, days=2)
    assert [(each.doer.day, set(each.how)) for each in longer.shown] == [
        (2, {Showing.REVEALED}),
        (0, {Showing.LISTED}),
    ]
    assert [each.doer.day for each in longer.searched] == [0]


def test_it_is_asked_of_every_organisation_whoever_has_the_case_now() -> None:
    world = World.in_memory()
    case = finding.opened(world)
    revealed(world, case)
    moved = acts.moved(world, case, SOUTH)
    revealed(world, moved, "receiver")
    assert shown(told(world, LINH))[name("worker")] >= {Showing.REVEALED}
    assert shown(told(world, LINH))[name("receiver")] >= {Showing.REVEALED}


def test_old_tags_still_tell() -> None:
    world = World.in_memory()
    revealed(world, finding.opened(world))
    renew_keyset(keeper(world), NORTH.code)
    assert shown(told(world, LINH)) == {name("worker"): {Showing.REVEALED}}


def test_an_organisation_whose_keys_are_out_of_reach_is_named_and_the_others_are_asked() -> None:
    world = World.in_memory()
    revealed(world, finding.opened(world))
    world.deployment = replace(world.deployment, keyring=acts.without_keys_of(world, CHARITY))
    answer = told(world, LINH)
    assert [each.code for each in answer.unasked] == [CHARITY.code]
    assert shown(answer) == {name("worker"): {Showing.REVEALED}}


def test_what_is_erased_is_told_by_its_searches_alone() -> None:
    world = World.in_memory()
    case = finding.opened(world)
    finding.found(world, LINH, "lead")
    revealed(world, case)
    closed = two.closed(world, case)
    two.approved(world, two.proposed(world, closed))
    answer = told(world, LINH)
    assert searched(answer) == [(name("lead"), {"name"})]
    assert answer.shown == ()


def test_more_than_a_page_holds_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World.in_memory()
    case = finding.opened(world)
    for by in ("worker", "lead"):
        revealed(world, case, by)
    for module in (enquiries, memory_traces):
        monkeypatch.setattr(module, "MOST_TRACES", 1)
    answer = told(world, LINH)
    assert (len(answer.shown), answer.is_whole) == (1, False)


def test_it_is_over_after_28_days() -> None:
    world = World.in_memory()
    enquiry = agreed(world, asked(world))
    world.now += ANSWERED_FOR
    with pytest.raises(AnswerLapsed):
        answered(world, enquiry)
    with world.work(ASKER) as work:
        assert view_enquiry(work, enquiry.id, Use.INTEGRITY).until == (enquiry.decided_at or world.now) + ANSWERED_FOR


def test_the_stores_answer_nothing_without_the_two_people() -> None:
    world = World.in_memory()
    waits = asked(world)
    days = (world.now, world.now + timedelta(days=1))
    done = agreed(world, asked(world))
    for by, enquiry in (
        (ASKER, waits.id),
        ("auditor", done.id),
        ("worker", done.id),
        (ASKER, ProposalId(waits.subject)),
    ):
        with pytest.raises(NotPermitted), world.work(by) as work:
            work.stores.traces.showings(enquiry, (), days)
