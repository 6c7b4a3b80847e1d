"""What is said to find a person: why, and what is known; and what the API shows of those who match."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from casetrack.domain.case import Status
from casetrack.domain.errors import RuleBroken
from casetrack.domain.finding import Birth, Known, check_enough
from casetrack.domain.finding_numbers import phones_in, plain_email, plain_nrm, plain_number
from casetrack.domain.finding_refusals import EmailNotWhole, NumberTooShort, PhoneTooShort
from casetrack.domain.words import N_
from casetrack.schemas.fields import CaseName, Day, Text
from casetrack.schemas.identity import EARLIEST, SayWhy
from casetrack.schemas.said import Said
from casetrack.schemas.shown import ByStrandShown, one_of, told
from casetrack.schemas.terms import ReadingBy
from casetrack.services.finding import Sought

KNOWN: Final = ("name", "birth", "nrm_reference", "crime_reference", "document_number", "phone", "email")
"""What may be known of the person, beside what their case goes by."""


class Born(Day):
    """When somebody was born: a date, or a year alone."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Birth:  # type: ignore[override]  # noqa: ANN401, ARG002 - marshmallow hands over whatever was sent, and a birth is no date
        year = _year_alone(value)
        birth = Birth.on(self.read_day(value)) if year is None else Birth(year)
        today = ReadingBy.get().today
        if not EARLIEST.year <= birth.year <= today.year or (birth.day is not None and birth.day > today):
            raise ValidationError(N_("Enter a date or a year of birth that has passed."))
        return birth


class SayWho(Said):
    """What somebody knows of a person: one thing is enough, and all of them narrow it down."""

    name = Text()
    birth = Born(load_default=None)
    nrm_reference = Text()
    crime_reference = Text()
    document_number = Text()
    phone = Text()
    email = Text()

    @validates_schema(skip_on_field_errors=True)
    def enough(self, said: Mapping[str, Any], **_: object) -> None:
        """Somebody is looked for by something that is whole, and by more than a date of birth."""
        checks: tuple[tuple[str, Callable[[str], object], type[RuleBroken]], ...] = (
            ("nrm_reference", plain_nrm, NumberTooShort),
            ("crime_reference", plain_number, NumberTooShort),
            ("document_number", plain_number, NumberTooShort),
            ("phone", phones_in, PhoneTooShort),
            ("email", plain_email, EmailNotWhole),
        )
        wrong = {name: [refusal.sentence] for name, plain, refusal in checks if said[name] and not plain(said[name])}
        if wrong:
            raise ValidationError(wrong)
        if said.get("case_name") and not any(said[name] for name in KNOWN):
            return
        try:
            check_enough(known_of(said))
        except RuleBroken as refused:
            raise ValidationError(refused.sentence, "name") from None


class FindPerson(SayWhy, SayWho):
    """Why somebody looks for a person, and what they know of them, or what their case goes by."""

    case_name = CaseName(load_default=None)

    @post_load
    def sought(self, said: Mapping[str, Any], **_: object) -> dict[str, Any]:
        """Why, and who is looked for."""
        sought = Sought(known_of(said), said["case_name"])
        return {"purpose": said["purpose"], "words": said["words"], "sought": sought}


class FoundShown(Schema):
    """A case whose person matches, and why in sentences: never what is known of the person."""

    reference = fields.String(attribute="case.reference")
    pseudonym = fields.String(attribute="case.pseudonym")
    status = one_of(Status, attribute="case.status")
    responsible = fields.Nested(ByStrandShown, **told("Codes of organisations.", attribute="case.holdings.leads"))
    grade = fields.Integer(**told("How sure it is: 1 possible, 2 likely, 3 strong."))
    reasons = fields.List(fields.String())


class PeopleShown(Schema):
    """Those who match among the cases that one may open, the surest first; of all others it says nothing."""

    items = fields.List(fields.Nested(FoundShown), attribute="people")
    left_out = fields.Integer(**told("How many match besides. To see them, say more."))
    broken = fields.List(
        fields.String(), **told("Cases that were not searched, because what is stored is not what was recorded.")
    )


def known_of(said: Mapping[str, Any]) -> Known:
    """Who is meant, by what was said of them."""

    def one(name: str) -> tuple[str, ...]:
        return (said[name],) if said[name] else ()

    return Known(
        names=one("name"),
        birth=said["birth"],
        nrm_references=one("nrm_reference"),
        crime_references=one("crime_reference"),
        documents=one("document_number"),
        phones=one("phone"),
        emails=one("email"),
    )


def _year_alone(value: object) -> int | None:
    """The year, if nothing else was said."""
    if isinstance(value, Mapping):
        typed = {part: str(answer).strip() for part, answer in value.items()}
        text = typed.get("year", "") if not any(typed.get(part) for part in ("day", "month")) else ""
    else:
        text = str(value).strip()
    return int(text) if len(text) == len("2026") and text.isascii() and text.isdecimal() else None
