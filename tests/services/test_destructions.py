"""An old version of keys is destroyed once two administrators have agreed and nothing needs it, and not before."""

from dataclasses import replace
from datetime import timedelta

import pytest

from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.domain.actions import Action
from casetrack.domain.errors import (
    BelongsElsewhere,
    IntegrityBroken,
    NotFound,
    NotPermitted,
    ReasonNeeded,
    UnknownChoice,
)
from casetrack.domain.holders import AUDIT_DESK, SERVICE
from casetrack.domain.ids import HolderCode
from casetrack.domain.keyset_refusals import (
    AgreementLapsed,
    KeysDestroyed,
    NewestKeysStay,
    NoSuchHolder,
    NoSuchVersion,
    NotAgreed,
    StillNeeded,
)
from casetrack.domain.proposal_refusals import ProposalStands, SecondPersonNeeded
from casetrack.services.destructions import (
    destroy_keyset,
    plan_destruction,
    prepare_destruction,
    propose_destruction,
)
from casetrack.services.drafts import keep_draft, open_draft
from casetrack.services.identity import reveal_identity
from casetrack.services.journal import CASEWORK, Purpose
from casetrack.services.keysets import Reach, list_keysets, renew_keyset, reseal_keyset
from casetrack.services.proposals import (
    approve_proposal,
    list_proposals,
    refuse_proposal,
    view_proposal,
    withdraw_proposal,
)
from casetrack.services.repeats import Answered, remember_answer
from casetrack.services.verifying_keys import Wrong
from tests.services import acts, destroying
from tests.services.acts import REVEALING, kept, read
from tests.services.destroying import REASON, RULE, WHY
from tests.services.everything import Everything
from tests.services.keeping import findings, keeper, moved, rewrapped
from tests.world import EAST, NORTH, SOUTH, World


def test_two_administrators_agree_and_the_private_half_is_gone_for_ever() -> None:
    world = World.in_memory()
    proposal = destroying.agreed(world)
    before = kept(world).keysets[EAST.code, 1]
    assert not before.is_destroyed, "agreeing destroys nothing yet"

    event = destroy_keyset(keeper(world), EAST.code, 1)
    after = kept(world).keysets[EAST.code, 1]
    assert (after.is_destroyed, after.public) == (True, before.public)
    assert read(kept(world).entries[-1])["detail"] == {
        "holder": EAST.code,
        "version": 1,
        "fingerprint": before.public.fingerprint,
        "agreed": str(proposal.id),
    }
    assert event.agreed == proposal.id
    assert findings(world) == []
    assert Everything.of(world).findings(world) == []
    with pytest.raises(KeysDestroyed):
        destroy_keyset(keeper(world), EAST.code, 1)
    with pytest.raises(CannotOpen) as shut:
        world.deployment.keyring.check(after)
    assert shut.value.reason is Reason.DESTROYED


def test_the_inventory_says_so_and_the_newest_still_work() -> None:
    world = World.in_memory()
    destroying.agreed(world)
    destroy_keyset(keeper(world), EAST.code, 1)
    with world.work("administrator") as work:
        (held,) = (each for each in list_keysets(work) if each.holder.code == EAST.code)
    assert held.reach is Reach.WORKING
    assert [(each.version, each.destroyed) for each in held.keysets] == [(2, False), (1, True)]


def test_old_seals_verify_and_what_was_wrapped_again_opens() -> None:
    world = World.in_memory()
    case = acts.opened(world)
    renew_keyset(keeper(world), NORTH.code)
    rewrapped(world, NORTH.code)
    kept(world).tags = frozenset()
    kept(world).drafts.clear()
    with world.work("administrator", WHY) as work:
        proposal = propose_destruction(work, NORTH.code, 1, RULE, REASON)
    destroying.approved(world, proposal, by="second-administrator")
    destroy_keyset(keeper(world), NORTH.code, 1)

    assert kept(world).cases[case.id].seal.seal.keyset_version == 1
    with world.work("worker", REVEALING) as work:
        assert reveal_identity(work, case.reference)
    assert Everything.of(world).findings(world) == []


def test_nothing_is_destroyed_while_anything_needs_it_and_each_kind_is_counted() -> None:
    world = World.in_memory()
    acts.offered(world, acts.opened(world), SOUTH)
    hold = acts.opened(world)
    with world.work("worker") as work:
        keep_draft(work, "case", {"step": "places"})
        remember_answer(work, "key", Answered("request", "answer"))
    renew_keyset(keeper(world), NORTH.code)
    with pytest.raises(StillNeeded) as refused:
        destroy_keyset(keeper(world), NORTH.code, 1)
    said = refused.value.said
    for what in ("keys of cases", "1 keys of offers", "tags", "1 drafts", "1 answers"):
        assert what in said
    assert hold.id in kept(world).cases
    assert NotAgreed.sentence in {each.said for each in plan_destruction(keeper(world), NORTH.code, 1).obstacles}


def test_a_letter_from_before_opens_with_the_old_keys_and_keeps_them_until_it_is_sealed_to_the_newest() -> None:
    world = World.in_memory()
    answers = {"step": "places"}
    with world.work("scottish-lead") as work:
        keep_draft(work, "case", answers)
    destroying.agreed(world)
    with world.work("scottish-lead") as work:
        assert open_draft(work, "case") == answers
    assert [each.said for each in plan_destruction(keeper(world), EAST.code, 1).obstacles] == [
        StillNeeded(what="1 drafts").said
    ]
    with pytest.raises(StillNeeded):
        destroy_keyset(keeper(world), EAST.code, 1)
    with world.work("scottish-lead") as work:
        keep_draft(work, "case", answers)
    destroy_keyset(keeper(world), EAST.code, 1)
    with world.work("scottish-lead") as work:
        assert open_draft(work, "case") == answers


def test_what_was_written_for_the_auditors_keeps_the_audit_desks_old_keys() -> None:
    world = World.in_memory()
    destroying.renewed(world)
    destroying.proposed(world)
    renew_keyset(keeper(world), AUDIT_DESK)
    with pytest.raises(StillNeeded) as refused:
        destroy_keyset(keeper(world), AUDIT_DESK, 1)
    assert "1 reasons on the log" in refused.value.said
    assert "searches" not in refused.value.said


def test_the_words_of_a_proposal_keep_the_keys_that_open_them() -> None:
    world = World.in_memory()
    destroying.agreed(world)
    renew_keyset(keeper(world), EAST.code)
    with pytest.raises(StillNeeded) as refused:
        destroy_keyset(keeper(world), EAST.code, 2)
    assert "1 words of proposals" in refused.value.said


def test_planning_names_all_that_is_in_the_way_and_changes_nothing() -> None:
    world = World.in_memory()
    before = kept(world).copy()
    planned = plan_destruction(keeper(world), EAST.code, 1)
    assert [type(each) for each in planned.obstacles] == [NewestKeysStay, NotAgreed]
    assert vars(kept(world)) == vars(before)
    destroying.agreed(world)
    assert plan_destruction(keeper(world), EAST.code, 1).obstacles == ()
    assert not kept(world).keysets[EAST.code, 1].is_destroyed


def test_without_two_people_nothing_is_destroyed() -> None:
    world = World.in_memory()
    destroying.renewed(world)
    with pytest.raises(NotAgreed):
        destroy_keyset(keeper(world), EAST.code, 1)
    proposal = destroying.proposed(world)
    with pytest.raises(NotAgreed):
        destroy_keyset(keeper(world), EAST.code, 1)
    with world.work("scottish-administrator") as work:
        refuse_proposal(work, proposal.id, seen=None)
    with pytest.raises(NotAgreed):
        destroy_keyset(keeper(world), EAST.code, 1)


def test_an_agreement_is_for_one_version_and_lapses() -> None:
    world = World.in_memory()
    destroying.agreed(world)
    renew_keyset(keeper(world), EAST.code)
    kept(world).proposals = {id_: replace(each, words=None) for id_, each in kept(world).proposals.items()}
    with pytest.raises(NotAgreed):
        destroy_keyset(keeper(world), EAST.code, 2)
    later = replace(keeper(world), now=world.now + timedelta(days=30))
    with pytest.raises(AgreementLapsed):
        destroy_keyset(later, EAST.code, 1)
    destroy_keyset(keeper(world), EAST.code, 1)


def test_an_agreement_that_was_edited_is_none() -> None:
    world = World.in_memory()
    proposal = destroying.agreed(world)
    whole = kept(world).proposals[proposal.id]
    edited = replace(whole, proposal=replace(whole.proposal, rule="order"))
    kept(world).proposals[proposal.id] = edited
    with pytest.raises(IntegrityBroken):
        destroy_keyset(keeper(world), EAST.code, 1)


def test_who_proposed_it_does_not_decide_and_nobody_else_knows_of_it() -> None:
    world = World.in_memory()
    destroying.renewed(world)
    proposal = destroying.proposed(world, by="scottish-administrator")
    with pytest.raises(SecondPersonNeeded), world.work("scottish-administrator") as work:
        approve_proposal(work, proposal.id, seen=None)
    for name in ("scottish-lead", "second-administrator", "administrator"):
        with pytest.raises(NotFound), world.work(name) as work:
            view_proposal(work, proposal.id)
    with world.work("scottish-lead") as work:
        assert list_proposals(work, page=1).items == ()


def test_administrators_know_of_no_proposal_about_a_case() -> None:
    world = World.in_memory()
    destroying.renewed(world)
    mine = destroying.proposed(world)
    with world.work("administrator") as work:
        assert [card.proposal.id for card in list_proposals(work, page=1).items] == [mine.id]


def test_the_second_person_reads_why_and_which_keys_it_is_about() -> None:
    world = World.in_memory()
    destroying.renewed(world)
    proposal = destroying.proposed(world)
    with world.work("scottish-administrator") as work:
        looked = view_proposal(work, proposal.id)
    assert looked.words == WHY.words
    assert looked.keys == kept(world).keysets[EAST.code, 1].public
    assert (looked.case, looked.losing) == (None, None)
    assert Action.PROPOSAL_APPROVE in looked.may


def test_to_look_at_old_keys_is_on_the_journal_and_says_whose_and_which() -> None:
    world = World.in_memory()
    destroying.renewed(world)
    with world.work("administrator") as work:
        prepare_destruction(work, EAST.code, 1)

    payload = acts.events(world)[-1]
    assert (payload["event"], payload["action"]) == ("Consulted", "keyset:list")
    assert payload["detail"]["filters"] == ["holder=east", "version=1"]


def test_an_administrator_proposes_it_of_what_they_reach_for_a_reason_of_the_list_in_words() -> None:
    world = World.in_memory()
    destroying.renewed(world)
    for name, holder, version in (
        ("second-administrator", EAST.code, 1),
        ("administrator", HolderCode("nowhere"), 1),
        ("administrator", EAST.code, 7),
    ):
        with pytest.raises(NotFound), world.work(name, WHY) as work:
            prepare_destruction(work, holder, version)
    with pytest.raises(NotPermitted), world.work("lead", WHY) as work:
        propose_destruction(work, NORTH.code, 1, RULE, REASON)
    with pytest.raises(NewestKeysStay), world.work("administrator", WHY) as work:
        propose_destruction(work, EAST.code, 2, RULE, REASON)
    with pytest.raises(NewestKeysStay), world.work("administrator", WHY) as work:
        propose_destruction(work, SERVICE, 1, RULE, REASON)
    for rule, reason in (("made-up", REASON), (RULE, "made-up")):
        with pytest.raises(UnknownChoice), world.work("administrator", WHY) as work:
            propose_destruction(work, EAST.code, 1, rule, reason)
    with pytest.raises(ReasonNeeded), world.work("administrator") as work:
        propose_destruction(work, EAST.code, 1, RULE, REASON)


def test_words_that_belong_elsewhere_are_refused_of_both_people() -> None:
    world = World.in_memory()
    destroying.renewed(world)
    telling = Purpose(CASEWORK.code, "Ring 01632 960444 about it.")
    with pytest.raises(BelongsElsewhere):
        destroying.proposed(world, telling)
    proposal = destroying.proposed(world)
    with pytest.raises(BelongsElsewhere), world.work("scottish-administrator", telling) as work:
        refuse_proposal(work, proposal.id, seen=None)


def test_it_is_proposed_once_at_a_time_and_taken_back() -> None:
    world = World.in_memory()
    destroying.renewed(world)
    proposal = destroying.proposed(world)
    with pytest.raises(ProposalStands):
        destroying.proposed(world, by="administrator")
    with world.work("administrator") as work:
        withdraw_proposal(work, proposal.id, seen=None)
    destroying.proposed(world)


def test_a_root_that_moves_leaves_behind_what_was_destroyed() -> None:
    world = World.in_memory()
    acts.opened(world)
    renew_keyset(keeper(world), NORTH.code)
    rewrapped(world, NORTH.code)
    first = kept(world).keysets[NORTH.code, 1]
    kept(world).keysets[NORTH.code, 1] = replace(first, sealed=None)
    assert reseal_keyset(keeper(moved(world)), NORTH.code).versions == 1
    assert kept(world).keysets[NORTH.code, 1].is_destroyed


def test_a_wrap_for_keys_that_are_gone_is_named_and_so_are_newest_keys_that_are() -> None:
    world = World.in_memory()
    acts.opened(world)
    renew_keyset(keeper(world), NORTH.code)
    for version in (1, 2):
        kept(world).keysets[NORTH.code, version] = replace(kept(world).keysets[NORTH.code, version], sealed=None)
    wrong = {finding.wrong for finding in findings(world)}
    assert wrong == {Wrong.DESTROYED, Wrong.PRIVATE_HALF}


def test_keys_that_nobody_has_are_not_destroyed() -> None:
    world = World.in_memory()
    with pytest.raises(NoSuchHolder):
        destroy_keyset(keeper(world), HolderCode("nowhere"), 1)
    with pytest.raises(NoSuchVersion):
        plan_destruction(keeper(world), EAST.code, 2)
