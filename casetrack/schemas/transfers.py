"""What is said of transfers: an offer and what goes with it, and how it is answered."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

from marshmallow import ValidationError, fields, pre_load, validates_schema

from casetrack.domain.factfiles import Code as ListedCode
from casetrack.domain.factfiles import Facts
from casetrack.domain.holdings import Strand
from casetrack.domain.transfer import TransferKind
from casetrack.domain.words import N_
from casetrack.schemas.fields import (
    FEW,
    PARAGRAPH,
    Answered,
    Choice,
    Code,
    Day,
    Known,
    Organisation,
    Phone,
    Text,
    Whole,
)
from casetrack.schemas.said import Said
from casetrack.schemas.terms import ReadingBy
from casetrack.schemas.wording import Worded
from casetrack.services.transfers import NewOffer

STRANDS: Final[Mapping[TransferKind, frozenset[Strand]]] = {
    TransferKind.FULL: frozenset(Strand),
    TransferKind.SUPPORT: frozenset({Strand.SUPPORT}),
    TransferKind.INVESTIGATION: frozenset({Strand.INVESTIGATION}),
    TransferKind.INFORMATION_ONLY: frozenset(),
}
"""What each kind of offer moves."""

SAID_ELSEWHERE: Final[Mapping[str, str]] = {
    "immediate-risks": "risks",
    "language": "language",
    "outstanding": "outstanding",
    "accuracy": "accurate",
    "already-moved": "tonight",
    "unsafe-areas": "unsafe_areas",
}
"""The points of the checklist that an answer of the offer says, and which answer: nobody is asked twice."""

WITH_BOTH: Final = "both"
YES: Final = "yes"
ITEM: Final = "checklist-"
ITEM_WORDS: Final = "words-"


class Handed(StrEnum):
    """Where one point of the handover checklist stands. What is sealed passes with the keys, and is not said here."""

    ON_THE_CASE = "on-the-case"
    TOLD = "told"
    NOT_KNOWN = "not-known"
    NOT_APPLICABLE = "not-applicable"


class Box(StrEnum):
    """Which offers: those that wait for one's organisation, or those that it sent."""

    INBOX = "inbox"
    SENT = "sent"


class Checklist(fields.Field[dict[str, dict[str, str]]]):
    """The points of the handover checklist, by code: for each where it stands (`answer`) and, if need be, `words`."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, dict[str, str]]:  # noqa: ANN401 - whatever was sent
        if not isinstance(value, Mapping):
            raise ValidationError(N_("Send each point by its code."))
        known = ReadingBy.get().facts.codes["handover_checklist"].codes
        read: dict[str, dict[str, str]] = {}
        errors: dict[str, Any] = {}
        for code, said in value.items():
            try:
                read[str(code)] = self._point(known, str(code), said)
            except ValidationError as refused:
                errors[str(code)] = refused.messages
        if errors:
            raise ValidationError(errors)
        return read

    def _point(self, known: Mapping[str, ListedCode], code: str, said: object) -> dict[str, str]:
        if code not in known:
            raise ValidationError(N_("The checklist has no such point."))
        return {name: str(each) for name, each in PointAnswered().load(said).items()}  # type: ignore[arg-type]  # whatever was sent is refused by the schema, if it is no object


class PointAnswered(Said):
    """Where one point of the checklist stands."""

    answer = Choice(Handed, missing=N_("Choose where this stands."))
    words = Text(PARAGRAPH)


class OfferWhat(Said):
    """What is offered."""

    kind = Choice(TransferKind, missing=N_("Choose what to offer."))


class OfferWhere(Said):
    """To whom."""

    to = Organisation(required=True, error_messages={"required": N_("Choose the organisation to offer it to.")})


class OfferWhy(Worded):
    """Why, and where the person is now."""

    reason = Code("transfer_reasons", missing=N_("Choose why you offer it."))
    already_moved = Answered(
        required=True, error_messages={"required": N_("Choose yes if the person has already moved, or no.")}
    )
    tonight = Text(missing=N_("Say who is with the person tonight, by their work: not by name."))
    phone = Phone(missing=N_("Enter a number of yours that is answered at any hour."))


class OfferShared(Worded):
    """What the receiver may read before it answers: what keeps the person safe, and nothing that names them."""

    risks = Text(PARAGRAPH, missing=N_("Say what could put the person at risk, or that nothing is known."))
    needs = fields.List(Code("support_needs"), load_default=list, validate=FEW)
    language = Code("languages", missing=N_("Choose the language that the person speaks best."))
    unsafe_areas = Text(PARAGRAPH, missing=N_("Say which areas are unsafe for the person, or that none is known."))
    outstanding = fields.List(Text(), load_default=list, validate=FEW)

    @validates_schema
    def of_the_catalogue(self, said: Mapping[str, Any], **_: object) -> None:
        """What is still to be done is named by milestones that there are."""
        rules = ReadingBy.get().facts.catalogue.rules
        if any(code not in rules for code in said.get("outstanding", ())):
            raise ValidationError(N_("Choose milestones from the list."), "outstanding")


class OfferChecklist(Worded):
    """The points of the handover checklist, each answered: in a form, as `checklist-<code>` and `words-<code>`."""

    checklist = Checklist(load_default=dict)

    @pre_load
    def points_joined(self, said: Any, **_: Any) -> Any:  # noqa: ANN401 - whatever was sent, not looked at yet
        """What a form says of each point is one answer."""
        if not isinstance(said, Mapping) or not any(str(name).startswith((ITEM, ITEM_WORDS)) for name in said):
            return said
        rest = {name: value for name, value in said.items() if not name.startswith((ITEM, ITEM_WORDS))}
        return rest | {"checklist": points_of(said)}


class SendTransfer(OfferWhat, OfferWhere, OfferWhy, OfferShared, OfferChecklist):
    """A whole offer, as it is sent."""

    accurate = Answered(load_default=False)

    @validates_schema(skip_on_field_errors=True)
    def complete(self, said: Mapping[str, Any], **_: object) -> None:
        """Every point that travels with what is offered is answered, and somebody stands by the whole of it."""
        terms = ReadingBy.get()
        wanted = {point.code for point in points_to_answer(terms.facts, STRANDS[said["kind"]])}
        if missing := sorted(wanted - said["checklist"].keys()):
            raise ValidationError({code: [N_("Choose where this stands.")] for code in missing}, "checklist")
        if not said["accurate"]:
            raise ValidationError(N_("Confirm that what you send is accurate as far as you know."), "accurate")


class AcceptTransfer(Worded):
    """Who will hold what is accepted, when they first speak to the person, and that each point was read."""

    worker = Known(required=True, error_messages={"required": N_("Choose who will work with the person.")})
    contact_on = Day(required=True, error_messages={"required": N_("Enter the date of the first contact.")})
    confirmed = fields.List(Text(), load_default=list, validate=FEW)
    words = Text(PARAGRAPH)

    @validates_schema
    def still_to_come(self, said: Mapping[str, Any], **_: object) -> None:
        """First contact is planned for today or later."""
        day = said.get("contact_on")
        if day is not None and day < ReadingBy.get().today:
            raise ValidationError(N_("Enter today or a later date."), "contact_on")


class DeclineTransfer(Worded):
    """Why what was offered is not taken; the words go to the sender."""

    reason = Code("decline_reasons", missing=N_("Choose why you decline."))
    words = Text(PARAGRAPH)


class WithdrawTransfer(Said):
    """The offer is taken back; nothing more is asked."""


class ListTransfers(Said):
    """Which offers a list shows."""

    box = Choice(Box, load_default=Box.INBOX)
    page = Whole(load_default=1)


def points_of(typed: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What a form said of each point of the checklist, by code; nothing of a point that was left empty."""
    points: dict[str, dict[str, Any]] = {}
    for name, value in typed.items():
        for mark, part in ((ITEM, "answer"), (ITEM_WORDS, "words")):
            if name.startswith(mark) and value not in ("", None):
                points.setdefault(name.removeprefix(mark), {})[part] = value
    return points


def points_of_handover(facts: Facts, strands: Iterable[Strand]) -> tuple[ListedCode, ...]:
    """The points of the checklist that a handover of those strands has, in the list's order.

    Without a strand nothing changes hands, and there is no handover to check.
    """
    moving = {strand.value for strand in strands}
    travels = moving | {WITH_BOTH} if moving else set()
    points = facts.codes["handover_checklist"].codes.values()
    return tuple(point for point in points if point.more["mandatory"] == YES and point.more["travels_with"] in travels)


def points_to_answer(facts: Facts, strands: Iterable[Strand]) -> tuple[ListedCode, ...]:
    """Those of them that no other answer of the offer says already."""
    return tuple(point for point in points_of_handover(facts, strands) if point.code not in SAID_ELSEWHERE)


def offer_of(said: Mapping[str, Any]) -> NewOffer:
    """The offer that was said; what is shared lies in its preview, under the offer's own key."""
    return NewOffer(
        to=said["to"],
        strands=STRANDS[said["kind"]],
        reason=said["reason"],
        already_moved=said["already_moved"],
        preview={name: said[name] for name in SHARED},
    )


def whole_preview(preview: Mapping[str, Any]) -> dict[str, Any]:
    """The preview as its readers find it: what its sender was not asked for is empty."""
    return {**SHARED, **preview}


SHARED: Final[Mapping[str, Any]] = {
    "risks": "",
    "needs": [],
    "language": "",
    "unsafe_areas": "",
    "outstanding": [],
    "tonight": "",
    "phone": "",
    "checklist": {},
    "accurate": False,
}
"""What the preview of an offer holds."""
