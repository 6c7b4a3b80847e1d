"""Several organisations at work through the one door, in any order: what is true of cases, keys and journal stays."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
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

from casetrack.crypto.datakeys import stored_number
from casetrack.domain.access import (
    ONLY_FROM,
    Reach,
    Side,
    permitted,
    permitted_with,
    reach,
    require,
    require_role,
    require_side,
    side,
)
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor, Auth
from casetrack.domain.case import Case, Status
from casetrack.domain.errors import (
    CaseIsClosed,
    CaseIsOpen,
    NoPendingTransfer,
    NoStrand,
    NotFound,
    NotHeld,
    OwnOffer,
    Stale,
    StrandNeedsForce,
)
from casetrack.domain.holders import Holder
from casetrack.domain.holdings import Part, Strand
from casetrack.domain.ids import CaseId, HolderCode, TransferId
from casetrack.domain.transfer import Transfer, TransferState
from casetrack.services.caseload import everything
from casetrack.services.cases import list_cases, open_case
from casetrack.services.lists import CaseCard, Page
from casetrack.services.work import TAKES_ALL, UnitOfWork
from tests.domain.made import is_unbroken, line, refused_by
from tests.services import acts
from tests.services.acts import BOTH, INFORMATION_ONLY, INVESTIGATION, LEADS, REVEALING, SUPPORT, kept, read
from tests.services.deeds import DEEDS, STEPS, Doing, Reasons, Refusal, against_offering, name_at, offering, revealing
from tests.world import ACCOUNTS, HOLDERS, World, a_new_case

NAMES: Final = sorted(ACCOUNTS)
PEOPLE: Final = st.sampled_from(NAMES)
AUTHS: Final = st.sampled_from([*[Auth.PASSWORD] * 7, Auth.TOKEN])
STRANDS: Final = st.sampled_from([SUPPORT, INVESTIGATION, BOTH, INFORMATION_ONLY])
OFTEN: Final = 8
NEAR: Final = st.integers(0, 9)
"""How near somebody is to what they ask for; see `near`."""
BACK: Final = st.sampled_from([None, None, 0, 0, 0, 1, 2, 5])
"""From how many versions ago the page is that somebody works on; None where nobody says."""
MOST_CASES: Final = 3
STEPPING: Final = st.sampled_from([*sorted(STEPS), *[Action.TRANSFER_ACCEPT] * 4])


class Casework(RuleBasedStateMachine):
    """Everybody at work at once. What each is told is held against the one table, what is kept against the rules.

    In memory, or in any other world that shows what it keeps.
    """

    cases = Bundle("cases")
    offers = Bundle("offers")

    def __init__(self, world: World | None = None) -> None:
        super().__init__()
        self.world = world or World.in_memory()
        self.changes: dict[CaseId, int] = {}
        """How often each case was changed, as those would count who changed it."""
        self.names: dict[CaseId, str] = {}
        """The family name of each person, as those know it who recorded it."""
        self.touched: set[CaseId] = set()
        """The cases that the newest step may have changed, which are looked at again after it."""

    def case(self, case: CaseId) -> Case:
        return kept(self.world).cases[case].case

    def offer(self, offer: TransferId) -> Transfer:
        return kept(self.world).transfers[offer].transfer

    def open_offers(self, case: CaseId) -> list[Transfer]:
        """The offers of the case that wait for an answer."""
        every = (each.transfer for each in kept(self.world).transfers.values())
        return [offer for offer in every if offer.case == case and offer.state.is_open]

    def near(self, name: str, auth: Auth, holders: frozenset[HolderCode], how: int) -> Actor:
        """Mostly a caseworker of one of those organisations, or else too little would be allowed; or just anybody."""
        close = [each for each in NAMES if ACCOUNTS[each].holder in holders and ACCOUNTS[each].role.is_caseworker]
        chosen = close[NAMES.index(name) % len(close)] if how < OFTEN else name
        return self.world.actor(chosen, auth)

    def tried(self, by: Actor, doing: Doing) -> tuple[Refusal | None, Any]:
        """How the actor is refused, and then nothing is left but that; or what was given, if it was done."""
        self.world.now += timedelta(minutes=1)
        self.touched = set()
        given = []

        def act() -> None:
            with acts.acting(self.world, by, REVEALING) as work:
                given.append(doing(work))

        before = kept(self.world).copy()
        refused = refused_by(act)
        if refused is None:
            return None, given[0]
        after = kept(self.world)
        entry = after.entries[-1]
        assert after == replace(before, entries=(*before.entries, entry))
        assert (read(entry)["refusal"], entry.account) == (refused.__name__, by.account)
        return refused, None

    def since(self, case: Case, seen: int | None, by: Actor) -> set[str]:
        """The aspects of the case that were touched after that version, and until it went from whoever had it."""
        left = [row.until for row in case.holdings.rows if row.holder == by.holder and row.until is not None]
        until = max(left) if reach(by, case) is Reach.STUB else self.world.now
        changes = (entry for entry in kept(self.world).entries if entry.case == case.id and entry.at <= until)
        return {entry.aspect for entry in changes if seen is not None and (entry.case_version or 0) > seen}

    # What anybody may do

    @rule(hours=st.integers(1, 90))
    def time_passes(self, hours: int) -> None:
        self.world.now += timedelta(hours=hours)

    @initialize(target=cases, first=st.sampled_from([("lead", BOTH), ("charity-lead", SUPPORT)]))
    def somebody_opens_the_first_case(self, first: tuple[str, frozenset[Strand]]) -> CaseId:
        by = self.world.actor(first[0])
        return self.opened(by, self.tried(by, lambda work: open_case(work, a_new_case(first[1])))[1])

    @precondition(lambda self: len(self.changes) < MOST_CASES)
    @rule(target=cases, name=PEOPLE, auth=AUTHS, strands=STRANDS)
    def somebody_opens_a_case(
        self, name: str, auth: Auth, strands: frozenset[Strand]
    ) -> CaseId | MultipleResults[CaseId]:
        by = self.world.actor(name, auth)
        refused, case = self.tried(by, lambda work: open_case(work, a_new_case(strands)))
        police = self.world.deployment.holders[by.holder].kind.is_police
        expected = refused_by(lambda: require_role(by, Action.CASE_OPEN)) or (
            NoStrand if not strands else StrandNeedsForce if Strand.INVESTIGATION in strands and not police else None
        )
        assert refused is expected
        return multiple() if refused else self.opened(by, case)

    def opened(self, by: Actor, case: Case) -> CaseId:
        assert case.holdings.holders == {by.holder}
        self.changes[case.id] = 3
        self.names[case.id] = "Invented"
        self.touched.add(case.id)
        return case.id

    @rule(of=cases, name=PEOPLE, auth=AUTHS, how=NEAR, back=BACK, action=st.sampled_from(sorted(DEEDS)))
    def somebody_does_something_with_a_case(
        self, of: CaseId, name: str, auth: Auth, how: int, back: int | None, action: Action
    ) -> None:
        case, deed = self.case(of), DEEDS[action]
        by = self.near(name, auth, case.holdings.holders, how)
        seen = None if back is None or not deed.touches else max(1, case.version - back)
        against = deed.against(case, by, bool(self.open_offers(of)))
        expected = self.expected(case, by, action, seen, against, deed.touches)

        refused, given = self.tried(by, lambda work: deed.do(work, case, seen))

        assert refused in expected
        if refused is None and deed.touches and deed.changes(case, by):
            self.changes[of] += 1
            self.touched.add(of)
            if action is Action.IDENTITY_RECORD:
                self.names[of] = name_at(case.version)
        if refused is None and action is Action.IDENTITY_REVEAL:
            assert given[1]["family_name"] == self.names[of]

    @rule(
        target=offers,
        of=cases,
        name=PEOPLE,
        auth=AUTHS,
        how=NEAR,
        back=BACK,
        to=st.sampled_from(HOLDERS),
        strands=STRANDS,
    )
    def somebody_offers_a_case(
        self, of: CaseId, name: str, auth: Auth, how: int, back: int | None, to: Holder, strands: frozenset[Strand]
    ) -> TransferId | MultipleResults[TransferId]:
        case = self.case(of)
        by = self.near(name, auth, case.holdings.holders, how)
        seen = None if back is None else max(1, case.version - back)
        against = against_offering(case, by, to, strands, offered=bool(self.open_offers(of)))
        expected = self.expected(case, by, Action.TRANSFER_SEND, seen, against)

        refused, offer = self.tried(by, offering(case, to, strands, seen))

        assert refused in expected
        return multiple() if refused else offer.id

    def expected(
        self, case: Case, by: Actor, action: Action, seen: int | None, against: Reasons, touches: str = ""
    ) -> frozenset[Refusal | None]:
        """Visible, then current, then permitted, then the rules of the field; what has a button is done, which is None.

        Which of several rules is told of first is nobody's business here.
        """
        if reach(by, case) is Reach.NOTHING:
            return frozenset({NotFound})
        since = self.since(case, seen, by)
        if since & TAKES_ALL:
            return frozenset({Stale})
        stopped = refused_by(lambda: require(by, action, case))
        if stopped:
            return frozenset({stopped})
        if action not in permitted(by, case):
            against |= {CaseIsClosed if case.status is Status.CLOSED else CaseIsOpen}
        return against or frozenset({Stale if touches in since else None})

    @rule(of=offers, name=PEOPLE, auth=AUTHS, how=NEAR, says=BACK, action=STEPPING)
    def somebody_takes_a_step_with_an_offer(
        self, of: TransferId, name: str, auth: Auth, how: int, says: int | None, action: Action
    ) -> None:
        offer = self.offer(of)
        case = self.case(offer.case)
        sides = {Side.SENDER: offer.from_holder, Side.RECEIVER: offer.to_holder}
        by = self.near(name, auth, frozenset({sides[ONLY_FROM.get(action, Side.SENDER)]}), how)
        seen = None if says is None else max(1, offer.version - says)
        expected = self.expected_of(offer, by, action)

        refused, _ = self.tried(by, lambda work: STEPS[action](work, of, seen))

        assert refused in expected
        if refused is None:
            self.stepped(case, self.offer(of))

    def expected_of(self, offer: Transfer, by: Actor, action: Action) -> frozenset[Refusal | None]:
        """The same of an offer. Once it was answered or taken back nobody acts on it, and both sides still read it."""
        if side(by, offer) is None:
            return frozenset({NotFound})
        if action is not Action.TRANSFER_VIEW and not offer.state.is_open:
            return frozenset({NoPendingTransfer})
        stopped = refused_by(lambda: require_side(by, action, offer))
        if stopped:
            return frozenset({stopped})
        return frozenset({None} if action in permitted_with(by, offer) else {OwnOffer, NotHeld})

    def stepped(self, case: Case, offer: Transfer) -> None:
        """What an acceptance moved has changed hands, and nothing else has."""
        now = self.case(case.id)
        self.touched.add(case.id)
        if now == case:
            return
        self.changes[case.id] += 1
        changed = {strand for strand in Strand if now.holdings.lead(strand) != case.holdings.lead(strand)}
        assert (offer.state, offer.answered_at) == (TransferState.ACCEPTED, self.world.now)
        assert changed == offer.strands
        assert {now.holdings.lead(strand) for strand in changed} == {offer.to_holder}

    @rule(name=PEOPLE, wanted=st.sampled_from([Reach.CASE, Reach.STUB]))
    def somebody_lists_cases(self, name: str, wanted: Reach) -> None:
        by = self.world.actor(name)

        def listed(work: UnitOfWork) -> Page[CaseCard]:
            return list_cases(work, replace(everything(work), status=None, passed_on=wanted is Reach.STUB))

        refused, page = self.tried(by, listed)
        assert refused is refused_by(lambda: require_role(by, Action.CASE_LIST))
        if refused is None:
            found = {case for case in self.changes if reach(by, self.case(case)) is wanted}
            assert {card.id for card in page.items} == found
            assert {case for case, _ in kept(self.world).entries[-1].shown} == found

    # What is true whatever they did

    @invariant()
    def the_line_of_each_strand_is_unbroken_and_has_one_lead(self) -> None:
        for of in self.touched:
            case = self.case(of)
            assert case.holdings.strands
            for strand in case.holdings.strands:
                leads = line(case.holdings, strand)
                assert is_unbroken(leads)
                assert [row.holder for row in leads if row.is_open] == [case.holdings.lead(strand)]

    @invariant()
    def one_offer_of_a_case_is_open_at_most_and_of_a_closed_case_none(self) -> None:
        for of in self.changes:
            assert len(self.open_offers(of)) <= (self.case(of).status is Status.OPEN)

    @invariant()
    def every_change_is_in_the_journal_and_the_last_of_them_has_the_seal_that_is_kept(self) -> None:
        for of in self.touched:
            changes = [entry for entry in kept(self.world).entries if entry.case == of and entry.case_version]
            before = [None, *(str(entry.id) for entry in changes[:-1])]
            assert [entry.case_version for entry in changes] == [*range(1, self.changes[of] + 1)]
            assert [read(entry)["prev_change_of_case"] for entry in changes] == before
            assert self.case(of).version == self.changes[of]
            assert read(changes[-1])["seal_digest"] == kept(self.world).cases[of].seal.digest.hex()

    @invariant()
    def the_present_holders_of_a_part_and_nobody_else_have_its_key(self) -> None:
        for of in self.touched:
            case = self.case(of)
            live = acts.live_keys(self.world, case)
            assert live.keys() == {part for part in Part if case.holdings.holders_of(part)}
            for part, key in live.items():
                assert acts.wrapped_for(self.world, case, key.number) == case.holdings.holders_of(part)
            wrapped = {wrap.number for wrap in kept(self.world).wraps if wrap.case == of and wrap.number}
            assert wrapped == {key.number for key in live.values()}
            self.each_wrap_opens(case)

    def each_wrap_opens(self, case: Case) -> None:
        """Every wrap of the case's data keys opens with the keys of whoever it is for, as the key that was sealed."""
        sets, keys = kept(self.world).keysets, kept(self.world).keys
        for wrap in kept(self.world).wraps:
            if wrap.case == case.id and wrap.number:
                mine, sender = sets[wrap.recipient, wrap.recipient_version], sets[wrap.sender, wrap.sender_version]
                opened = self.world.deployment.keyring.open_wrap(mine, wrap, sender.public)
                assert opened.commitment() == keys[case.id, wrap.number].commitment

    @invariant()
    def every_value_that_is_kept_lies_under_the_live_key_of_its_part(self) -> None:
        for of in self.touched:
            numbers = {part: key.number for part, key in acts.live_keys(self.world, self.case(of)).items()}
            for value in acts.values_of(self.world, self.case(of)):
                assert stored_number(value.stored) == numbers[value.part]

    def teardown(self) -> None:
        """In the end each person is known to those who may know, by the name that was last recorded."""
        for of, known_as in self.names.items():
            case = self.case(of)
            for holder in case.holdings.holders_of(Part.IDENTITY):
                by = self.world.actor(LEADS[holder])
                refused, given = self.tried(by, revealing(case))
                assert (refused is None) is bool(known_as)
                assert refused or given[1]["family_name"] == known_as


class CaseworkAtLength(Casework):
    """The same, for longer."""


TestCasework = Casework.TestCase
TestCasework.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
TestCaseworkAtLength = pytest.mark.proof(CaseworkAtLength.TestCase)
TestCaseworkAtLength.settings = settings(max_examples=400, stateful_step_count=80, deadline=None)
