"""What is said of transfers: by a form or by a program, the same."""

from typing import Any, Final

import pytest

from casetrack.domain.holdings import Strand
from casetrack.domain.transfer import TransferKind
from casetrack.schemas.transfers import (
    SAID_ELSEWHERE,
    SHARED,
    STRANDS,
    AcceptTransfer,
    DeclineTransfer,
    Handed,
    OfferChecklist,
    OfferWhy,
    SendTransfer,
    WithdrawTransfer,
    offer_of,
    points_of_handover,
    points_to_answer,
    whole_preview,
)
from tests.schemas.reading import read, refused, terms

POINTS: Final = ("safe-contact", "consents", "nrm-or-duty-to-notify", "markings", "paper")
OFFER: Final[dict[str, Any]] = {
    "kind": "support",
    "to": "charity",
    "reason": "relocated-for-safety",
    "already_moved": "yes",
    "tonight": "A support worker",
    "phone": "01632 960123",
    "risks": "None is known.",
    "unsafe_areas": "None is known.",
    "language": "sq",
    "needs": ["money"],
    "outstanding": ["language-needs"],
    "checklist": {code: {"answer": "told"} for code in POINTS},
    "accurate": True,
}
WHY: Final = {name: OFFER[name] for name in ("reason", "already_moved", "tonight")}


def test_an_offer_shares_what_keeps_the_person_safe_in_its_preview_and_nothing_else() -> None:
    offer = offer_of(read(SendTransfer(), OFFER))
    assert (str(offer.to), set(offer.strands), offer.already_moved) == ("charity", {Strand.SUPPORT}, True)
    assert set(offer.preview) == set(SHARED)
    assert offer.preview["checklist"]["paper"] == {"answer": "told", "words": ""}


def test_a_form_and_a_program_say_the_same() -> None:
    typed = {f"checklist-{code}": "told" for code in POINTS} | {"words-paper": "None.", "words-consents": ""}
    form = read(OfferChecklist(), typed)
    assert form == read(
        OfferChecklist(), {"checklist": OFFER["checklist"] | {"paper": {"answer": "told", "words": "None."}}}
    )


@pytest.mark.parametrize("missing", [name for name in OFFER if name not in ("needs", "outstanding")])
def test_every_answer_that_the_receiver_needs_is_asked_for(missing: str) -> None:
    assert missing in refused(SendTransfer(), {name: said for name, said in OFFER.items() if name != missing})


@pytest.mark.parametrize(
    "typed",
    [
        *("01632 960123", "(01632) 960123", "01632960123", "07700-900123", "+44 1632 960123", "(+44) 1632 960123"),
        *("+44 (0)1632 960123", "0044 1632 960123", "+355 4 2 123456", "016977 2001", "  01632 960123 "),
    ],
)
def test_a_number_that_is_answered_at_any_hour_is_one_that_can_be_rung(typed: str) -> None:
    assert read(OfferWhy(), WHY | {"phone": typed})["phone"] == typed.strip()


@pytest.mark.parametrize(
    "typed",
    [
        *("Ring the desk", "the desk, 01632 960123", "01632 960123 or 01632 960124", "01632 960123 ext 4"),
        *("999", "01632 96", "01632 960123 960123", "1632 960123", "01632\u2009/960123", "٠١٦٣٢٩٦٠١٢٣", "+", "()"),
    ],
)
def test_what_nobody_could_ring_is_told_so(typed: str) -> None:
    assert refused(OfferWhy(), WHY | {"phone": typed}) == {
        "phone": ["Enter one whole telephone number, such as 01632 960001 or +44 1632 960001."]
    }
    assert refused(SendTransfer(), OFFER | {"phone": typed}).keys() == {"phone"}


def test_without_one_it_is_asked_for() -> None:
    assert refused(OfferWhy(), WHY | {"phone": " "}) == {
        "phone": ["Enter a number of yours that is answered at any hour."]
    }


@pytest.mark.parametrize("said", [["paper"], "paper", {"paper": "told"}, {"paper": {}}, {"hat": {"answer": "told"}}])
def test_a_checklist_that_is_none_is_refused(said: object) -> None:
    assert refused(OfferChecklist(), {"checklist": said}).keys() == {"checklist"}


def test_no_name_can_be_said_with_an_offer() -> None:
    assert refused(SendTransfer(), {**OFFER, "given_names": "Canary"}) == {"given_names": ["This was not asked for."]}


def test_a_handover_has_its_mandatory_points_and_an_investigation_two_more() -> None:
    facts = terms().facts
    support = [point.more["number"] for point in points_of_handover(facts, {Strand.SUPPORT})]
    assert support == ["1", "2", "3", "4", "5", "18", "19", "20", "22", "23", "24"]
    both = {point.more["number"] for point in points_of_handover(facts, Strand)}
    assert both - set(support) == {"6", "8"}
    assert points_of_handover(facts, ()) == ()


def test_nobody_is_asked_twice() -> None:
    facts = terms().facts
    asked = {point.code for point in points_to_answer(facts, Strand)}
    assert asked.isdisjoint(SAID_ELSEWHERE)
    assert asked | SAID_ELSEWHERE.keys() == {point.code for point in points_of_handover(facts, Strand)}
    assert set(SAID_ELSEWHERE.values()) <= set(SHARED)


def test_each_kind_of_offer_moves_its_own_strands() -> None:
    assert set(STRANDS) == set(TransferKind)
    assert len(set(STRANDS.values())) == len(STRANDS)


def test_a_preview_is_read_whole_whatever_its_sender_was_asked() -> None:
    assert whole_preview({"risks": "None."}) == {**SHARED, "risks": "None."}


def test_first_contact_is_today_or_later() -> None:
    worker = "00000000-0000-0000-0000-000000000001"
    assert refused(AcceptTransfer(), {"worker": worker, "contact_on": "2026-11-20"}).keys() == {"contact_on"}
    assert read(AcceptTransfer(), {"worker": worker, "contact_on": "2026-11-21"})["confirmed"] == []


def test_an_offer_is_declined_for_a_reason_of_the_list() -> None:
    assert refused(DeclineTransfer(), {"reason": "bored"}).keys() == {"reason"}
    assert read(DeclineTransfer(), {"reason": "duplicate"}) == {"reason": "duplicate", "words": "", "keep": None}
    assert read(WithdrawTransfer(), {}) == {}


def test_where_a_point_stands_is_one_of_four() -> None:
    assert {each.value for each in Handed} == {"on-the-case", "told", "not-known", "not-applicable"}
