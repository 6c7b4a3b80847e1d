"""Any actors, any organisations, anything, in any order: what is true of cases and their offers stays true."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from casetrack.domain.access import (
    ONLY_WHILE,
    Reach,
    permitted,
    permitted_with,
    reach,
    require,
    require_role,
    require_side,
)
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor, Auth, Role
from casetrack.domain.case import AgeGroup, Areas, BeginReason, Case, IdentityState
from casetrack.domain.errors import CasetrackError, NotFound, NotPermitted, OfferOpen, RuleBroken
from casetrack.domain.events import Event
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import STRAND_PARTS, Part, Strand
from casetrack.domain.ids import CaseId, HolderCode, Instant, TransferId
from casetrack.domain.records import Recorded, RecordState
from casetrack.domain.references import Pseudonym, Reference
from casetrack.domain.transfer import Transfer, TransferState
from tests.domain.made import (
    BOTH,
    CASE_HOLDERS,
    INFORMATION_ONLY,
    INVESTIGATION,
    SUPPORT,
    WORKER,
    actor,
    after,
    begun,
    is_unbroken,
    line,
    number,
    refused_by,
)

HOLDER = {each.code: each for each in CASE_HOLDERS}
HOLDERS = st.sampled_from(CASE_HOLDERS)
ACTORS = st.builds(actor, HOLDERS, st.sampled_from(Role), auth=st.sampled_from([Auth.PASSWORD, Auth.TOKEN]))
LEADS = st.builds(actor, HOLDERS)
ANYBODY = st.one_of(LEADS, LEADS, ACTORS)
OFTEN = 8
MOST_CASES = 3
NEAR = st.integers(0, 9)
"""How near an actor is to what they ask for; see `near`."""
REASONS = st.sampled_from([*BeginReason, None])
STRANDS = st.sampled_from([SUPPORT, INVESTIGATION, BOTH, INFORMATION_ONLY])

CHANGES: dict[Action, Callable[[Case, Actor, Instant], Case]] = {
    Action.CASE_PLACE: lambda case, by, at: case.place(Areas(home=by.holder), by=by, at=at),
    Action.CASE_ASSIGN: lambda case, by, at: case.assign(
        next(iter(sorted(case.holdings.led_by(by.holder))), Strand.SUPPORT), WORKER, by=by, at=at
    ),
    Action.CASE_CLOSE: lambda case, by, at: case.close("support-ended", by=by, at=at),
    Action.CASE_REOPEN: lambda case, by, at: case.reopen(by=by, at=at),
    Action.IDENTITY_RECORD: lambda case, by, at: case.record_identity(IdentityState.WITHHELD, (), by=by, at=at),
    Action.CONTACT_RECORD: lambda case, by, at: case.record_contact((), by=by, at=at),
    Action.MILESTONE_RECORD: lambda case, by, at: case.record(
        Recorded("met-in-person", RecordState.MET, None, at, at, number(90)), by=by
    ),
    Action.MILESTONE_REOPEN: lambda case, by, at: case.reopen_milestone("met-in-person", id=number(91), by=by, at=at),
}
STEPS: dict[Action, Callable[[Transfer, Actor, Instant], Transfer]] = {
    Action.TRANSFER_SEE: lambda offer, by, at: offer.see(by=by, at=at),
    Action.TRANSFER_ACCEPT: lambda offer, by, at: offer.accept(by=by, at=at),
    Action.TRANSFER_DECLINE: lambda offer, by, at: offer.decline("not-our-area", by=by, at=at),
    Action.TRANSFER_WITHDRAW: lambda offer, by, at: offer.withdraw(by=by, at=at),
}


class Casework(RuleBasedStateMachine):
    """Everybody at work at once. What is asked goes through the one table; what it allows is then tried, and kept."""

    cases = Bundle("cases")
    offers = Bundle("offers")

    def __init__(self) -> None:
        super().__init__()
        self.case: dict[CaseId, Case] = {}
        self.offer: dict[TransferId, Transfer] = {}
        self.journal: list[Event] = []
        self.hour = 0

    @property
    def now(self) -> Instant:
        """The hour that it is."""
        return after(self.hour)

    def open_offers(self, case: CaseId) -> list[Transfer]:
        """The offers of the case that wait for an answer."""
        return [offer for offer in self.offer.values() if offer.case == case and offer.state.is_open]

    def keep(self, thing: Case | Transfer) -> None:
        """What happened is kept and journalled, as a unit of work does it."""
        self.journal += thing.events
        if isinstance(thing, Case):
            self.case[thing.id] = replace(thing, events=())
        else:
            self.offer[thing.id] = replace(thing, events=())

    @staticmethod
    def near(by: Actor, holders: Iterable[HolderCode], how: int) -> Actor:
        """Mostly somebody of one of those organisations, or else too little would ever be allowed; or just anybody."""
        known = sorted(holders)
        return replace(by, holder=known[how % len(known)]) if how < OFTEN else by

    @rule(hours=st.integers(0, 3))
    def time_passes(self, hours: int) -> None:
        self.hour += hours

    @initialize(target=cases, by=LEADS)
    def somebody_opens_the_first_case(self, by: Actor) -> CaseId:
        return self.opened(by, SUPPORT)

    @precondition(lambda self: len(self.case) < MOST_CASES)
    @rule(target=cases, by=ANYBODY, strands=STRANDS)
    def somebody_opens_a_case(self, by: Actor, strands: frozenset[Strand]) -> CaseId | MultipleResults[CaseId]:
        if refused_by(lambda: require_role(by, Action.CASE_OPEN)):
            return multiple()
        if refused_by(lambda: self.opened(by, strands)):
            return multiple()
        return [*self.case][-1]

    def opened(self, by: Actor, strands: frozenset[Strand]) -> CaseId:
        case = Case.open(
            id=CaseId(number(1000 + len(self.case))),
            reference=Reference("CT-7K3M-92Q2"),
            pseudonym=Pseudonym("bright lantern"),
            strands=strands,
            by=by,
            holder=HOLDER[by.holder],
            at=self.now,
            age_group=AgeGroup.ADULT,
            areas=Areas(),
        )
        assert case.holdings.holders == {by.holder}
        self.keep(case)
        return case.id

    @rule(of=cases, anybody=ANYBODY, how=NEAR, action=st.sampled_from(sorted(CHANGES)))
    def somebody_changes_a_case(self, of: CaseId, anybody: Actor, how: int, action: Action) -> None:
        case = self.case[of]
        by = self.near(anybody, case.holdings.holders, how)
        has_button = action in permitted(by, case)
        stopped = refused_by(lambda: require(by, action, case))
        refused = refused_by(lambda: CHANGES[action](case, by, self.now))
        assert (stopped is NotFound) is (reach(by, case) is Reach.NOTHING)
        self.agree(has_button=has_button, stopped=stopped, refused=refused)
        if by.holder not in case.holdings.holders:
            assert refused is not None
        if action is Action.CASE_CLOSE and self.open_offers(of):
            return
        if stopped is None and refused is None:
            self.keep(CHANGES[action](case, by, self.now))

    @rule(of=cases, anybody=ANYBODY, how=NEAR, strand=st.sampled_from(Strand), reason=REASONS)
    def somebody_begins_a_strand(
        self, of: CaseId, anybody: Actor, how: int, strand: Strand, reason: BeginReason | None
    ) -> None:
        case = self.case[of]
        by = self.near(anybody, case.holdings.holders, how)
        is_grounded = strand is Strand.SUPPORT or reason is not None
        can_begin = is_grounded and strand in case.beginnable_by(HOLDER[by.holder])
        has_button = can_begin and Action.STRAND_BEGIN in permitted(by, case)
        stopped = refused_by(lambda: require(by, Action.STRAND_BEGIN, case))
        refused = refused_by(lambda: begun(case, by, strand, reason, hour=self.hour))
        self.agree(has_button=has_button, stopped=stopped, refused=refused)
        if stopped or refused or self.open_offers(of):
            return
        now = begun(case, by, strand, reason, hour=self.hour)
        assert now.holdings.led_by(by.holder) == BOTH
        assert case.holdings.moved_parts(now.holdings) == {STRAND_PARTS[strand]}
        self.keep(now)

    @rule(target=offers, of=cases, which=st.integers(0, 9), to=HOLDERS)
    def a_lead_offers_all_that_the_other_could_lead(
        self, of: CaseId, which: int, to: Holder
    ) -> TransferId | MultipleResults[TransferId]:
        """Left to chance, too few offers would be ones that the rules let somebody make."""
        leads = sorted(self.case[of].holdings.holders)
        by = actor(HOLDER[leads[which % len(leads)]])
        offerable = self.case[of].offerable_by(by.holder)
        return self.offered(of, by, to, offerable if to.kind.is_police else offerable - INVESTIGATION)

    @rule(target=offers, of=cases, anybody=ANYBODY, how=NEAR, to=HOLDERS, strands=STRANDS)
    def somebody_offers_a_case(
        self, of: CaseId, anybody: Actor, how: int, to: Holder, strands: frozenset[Strand]
    ) -> TransferId | MultipleResults[TransferId]:
        return self.offered(of, self.near(anybody, self.case[of].holdings.holders, how), to, strands)

    def offered(
        self, of: CaseId, by: Actor, to: Holder, strands: frozenset[Strand]
    ) -> TransferId | MultipleResults[TransferId]:
        case = self.case[of]
        can_lead = to.kind.is_police or Strand.INVESTIGATION not in strands
        can_move = to.code != by.holder and can_lead and strands <= case.offerable_by(by.holder)
        has_button = can_move and Action.TRANSFER_SEND in permitted(by, case)
        stopped = refused_by(lambda: require(by, Action.TRANSFER_SEND, case))
        refused = refused_by(lambda: self.sent(case, by, to, strands))
        self.agree(has_button=has_button, stopped=stopped, refused=refused)
        if by.holder not in case.holdings.holders:
            assert refused is not None
        if stopped or refused or refused_by(lambda: self.no_open_offer(of)):
            return multiple()
        offer = self.sent(case, by, to, strands)
        self.keep(offer)
        return offer.id

    def no_open_offer(self, case: CaseId) -> None:
        """The rule of the registry of offers, which knows them all: one open offer a case."""
        if self.open_offers(case):
            raise OfferOpen

    def sent(self, case: Case, by: Actor, to: Holder, strands: frozenset[Strand]) -> Transfer:
        return Transfer.send(
            id=TransferId(number(5000 + len(self.offer))),
            case=case,
            strands=strands,
            to=to,
            reason="relocated-for-safety",
            already_moved=False,
            by=by,
            at=self.now,
        )

    @rule(of=offers, anybody=ANYBODY, how=NEAR, action=st.sampled_from(sorted(STEPS)))
    def somebody_takes_a_step_with_an_offer(self, of: TransferId, anybody: Actor, how: int, action: Action) -> None:
        offer = self.offer[of]
        self.step(offer, self.near(anybody, {offer.from_holder, offer.to_holder}, how), action)

    def step(self, offer: Transfer, by: Actor, action: Action) -> None:
        has_button = action in permitted_with(by, offer)
        stopped = refused_by(lambda: require_side(by, action, offer))
        refused = refused_by(lambda: STEPS[action](offer, by, self.now))
        self.agree(has_button=has_button, stopped=stopped, refused=refused)
        if stopped is None and refused is None:
            now = STEPS[action](offer, by, self.now)
            if now.state is TransferState.ACCEPTED and now.strands:
                self.keep(self.handed_off(now, by))
            self.keep(now)

    @precondition(lambda self: any(offer.state.is_open for offer in self.offer.values()))
    @rule(which=st.integers(0, 9))
    def the_receiver_takes_what_waits_for_it(self, which: int) -> None:
        """Left to chance, too few cases would ever change hands."""
        waiting = [offer for offer in self.offer.values() if offer.state.is_open]
        offer = waiting[which % len(waiting)]
        self.step(offer, actor(HOLDER[offer.to_holder]), Action.TRANSFER_ACCEPT)
        assert self.offer[offer.id].state is TransferState.ACCEPTED

    def handed_off(self, offer: Transfer, by: Actor) -> Case:
        """What was accepted is never refused: nothing that it needs could change while it waited."""
        before = self.case[offer.case]
        now = before.hand_off(offer, to=HOLDER[offer.to_holder], worker=WORKER, by=by, at=self.now)
        assert now.holdings.led_by(offer.to_holder) >= offer.strands
        assert now.holdings.led_by(offer.from_holder) == before.holdings.led_by(offer.from_holder) - offer.strands
        return now

    @rule(of=offers, case=cases, anybody=ANYBODY, how=NEAR)
    def somebody_hands_off_what_was_not_just_accepted(
        self, of: TransferId, case: CaseId, anybody: Actor, how: int
    ) -> None:
        """Every offer kept here has been answered, or waits: neither moves any case."""
        offer, by = self.offer[of], self.near(anybody, {self.offer[of].to_holder}, how)
        to = HOLDER[by.holder]
        refused = refused_by(
            lambda: self.case[case].hand_off(offer, to=to, worker=WORKER, by=by, at=self.now),
        )
        assert refused is not None
        assert issubclass(refused, RuleBroken)

    @staticmethod
    def agree(*, has_button: bool, stopped: type[CasetrackError] | None, refused: type[CasetrackError] | None) -> None:
        """The table and the thing itself never contradict each other, and each refuses in its own words."""
        assert has_button is (stopped is None and refused is None)
        assert stopped is None or issubclass(stopped, NotFound | NotPermitted)
        assert refused is None or issubclass(refused, RuleBroken)

    @invariant()
    def the_line_of_each_strand_is_unbroken_and_has_one_lead(self) -> None:
        for case in self.case.values():
            assert case.holdings.strands
            for strand in case.holdings.strands:
                leads = line(case.holdings, strand)
                assert is_unbroken(leads)
                assert [row.holder for row in leads if row.is_open] == [case.holdings.lead(strand)]
                assert leads[-1].since <= self.now

    @invariant()
    def the_keys_that_open_a_case_are_those_of_its_leads(self) -> None:
        for case in self.case.values():
            leads = case.holdings.leads
            assert case.holdings.holders == case.holdings.holders_of(Part.IDENTITY) == {*leads.values()}
            looks_after = leads.get(Strand.SUPPORT) or leads[Strand.INVESTIGATION]
            assert case.holdings.holders_of(Part.SAFE_ADDRESS) == {looks_after}
            had_now = [(row.part, row.holder) for row in case.holdings.rows if row.is_open]
            assert len(set(had_now)) == len(had_now)

    @invariant()
    def each_strand_has_a_worker(self) -> None:
        assert all(case.workers.keys() == case.holdings.strands for case in self.case.values())

    @invariant()
    def one_offer_of_a_case_is_open_at_most_and_of_a_closed_case_none(self) -> None:
        for case in self.case.values():
            assert len(self.open_offers(case.id)) <= (case.status is not ONLY_WHILE[Action.CASE_REOPEN])

    @invariant()
    def whoever_offers_still_has_what_it_offered(self) -> None:
        for offer in self.offer.values():
            if offer.state.is_open:
                assert offer.strands <= self.case[offer.case].offerable_by(offer.from_holder)

    @invariant()
    def every_version_of_a_case_has_its_event_and_so_has_every_version_of_an_offer(self) -> None:
        for case in self.case.values():
            assert case.version == sum(event.changes_case and event.case == case.id for event in self.journal)
        for offer in self.offer.values():
            steps = [event for event in self.journal if event.transfer == offer.id and not event.changes_case]
            assert offer.version == len(steps)


TestCasework = Casework.TestCase
TestCasework.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
