"""The kinds of answers that forms and programs give, each with sentences that say what to do when one does not fit."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, Final, TypeAlias, TypeVar

from marshmallow import ValidationError, fields
from marshmallow.validate import Length

from casetrack.crypto.passwords import LONGEST
from casetrack.domain.calendars import LONDON
from casetrack.domain.errors import MistypedReference
from casetrack.domain.finding_numbers import is_whole_phone
from casetrack.domain.holders import Holder
from casetrack.domain.ids import HolderCode, Instant
from casetrack.domain.notes import LONGEST_NOTE
from casetrack.domain.references import PREFIX, read_reference
from casetrack.domain.words import N_
from casetrack.schemas.terms import ReadingBy

Coded = TypeVar("Coded", bound=StrEnum)

LINE: Final = 200
PARAGRAPH: Final = 2000
TOO_LONG: Final[Mapping[int, str]] = {
    LINE: N_("Use 200 characters or fewer."),
    PARAGRAPH: N_("Use 2,000 characters or fewer."),
    LONGEST_NOTE: N_("Use 5,000 characters or fewer, or write several notes."),
    LONGEST: N_("Use 256 characters or fewer."),
}
MOST: Final = 500
"""Answers that a list has at the most: more than there are codes of anything."""
LARGEST: Final = 2**31 - 1
"""The largest whole number that the database keeps of anything that people count."""
FIRST_YEAR, LAST_YEAR = 1800, 2199
"""Between which everything that is spoken of here has happened, or will."""
MASK: Final = "••••••••"
"""What stands on a page in the place of what is recorded and hidden."""
UNSEEN: Final = re.compile(r"[^\S\n\t ]|[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""What nobody typed to be read: control characters, halves of characters, and blanks of other kinds."""


FEW: Final = Length(max=MOST, error=N_("Send 500 answers or fewer."))


Sentences: TypeAlias = dict[str, str | list[Any] | dict[Any, Any]]
"""What is said when an answer does not fit, by the kind of fault, as marshmallow keeps it."""


def whole_number(text: str | None) -> int | None:
    """A number in figures, as a header or a hidden field has it; None if it is none, or none that could be kept."""
    if text is None or re.fullmatch(r"[0-9]{1,10}", text) is None:
        return None
    return int(text) if int(text) <= LARGEST else None


def says(**sentences: str) -> Sentences:
    """The sentences of a field; nothing at all is refused in the words of what is missing."""
    return {"null": sentences.get("required") or sentences.get("invalid", ""), **sentences}


class Text(fields.String):
    """Something written, without the blanks around it: one line, or a paragraph with lines of its own."""

    default_error_messages = says(required=N_("Write an answer."), invalid=N_("Write an answer in words."))

    def __init__(self, longest: int = LINE, *, missing: str | None = None, **options: Any) -> None:  # noqa: ANN401 - marshmallow's own options
        """Take up to `longest` characters; with `missing`, an answer is needed and this is said without it."""
        options = _needed(missing, options)
        if not options.get("required"):
            options.setdefault("load_default", "")
        super().__init__(**options)
        self.longest = longest

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> str:  # noqa: ANN401 - whatever was sent
        text = str(super()._deserialize(value, attr, data, **more)).replace("\r\n", "\n").replace("\r", "\n")
        text = UNSEEN.sub(" ", text if self.longest > LINE else text.replace("\n", " ")).strip()
        if self.required and not text:
            raise self.make_error("required")
        if len(text) > self.longest:
            raise ValidationError(TOO_LONG[self.longest])
        return text


class Masked(Text):
    """Something written in a box whose mask stands for what is recorded and hidden.

    The mask, left alone, is no answer: what is recorded stays. None, which an emptied box is too, clears it.
    """

    default_error_messages = says(
        masked=N_("Delete the dots before you write. To keep what is recorded, put all eight dots back.")
    )

    def __init__(self, longest: int = LINE) -> None:
        """Take up to `longest` characters."""
        super().__init__(longest, allow_none=True)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> str:  # noqa: ANN401 - whatever was sent
        text = super()._deserialize(value, attr, data, **more)
        if text == MASK:
            return ""
        if MASK[:2] in text or text == MASK[0]:
            raise self.make_error("masked")
        return text


class Phone(Text):
    """One telephone number that somebody else is to ring, with its area or country code."""

    default_error_messages = says(
        phone=N_("Enter one whole telephone number, such as 01632 960001 or +44 1632 960001.")
    )

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> str:  # noqa: ANN401 - whatever was sent
        number = super()._deserialize(value, attr, data, **more)
        if number and not is_whole_phone(number):
            raise self.make_error("phone")
        return number


class Password(fields.String):
    """A secret, exactly as it was typed, and of no more characters than any password has."""

    default_error_messages = says(required=N_("Enter your password."), invalid=N_("Enter your password."))

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - marshmallow's own options
        """Refuse what is too long before anybody looks whose it is."""
        super().__init__(validate=Length(max=LONGEST, error=TOO_LONG[LONGEST]), **options)


class Choice(fields.Enum[Coded]):
    """One of the answers of an enumeration, by its code."""

    default_error_messages = says(
        required=N_("Choose an answer."),
        unknown=N_("Choose one of the answers."),
        invalid=N_("Choose one of the answers."),
    )

    def __init__(self, codes: type[Coded], *, missing: str | None = None, **options: Any) -> None:  # noqa: ANN401 - marshmallow's own options
        """Take one of the codes; with `missing`, an answer is needed and this is said without it."""
        super().__init__(codes, by_value=True, **_needed(missing, options))


class Several(fields.List[Coded]):
    """Any of the answers of an enumeration, each once."""

    default_error_messages = says(required=N_("Choose at least one."), invalid=N_("Choose one or more of the answers."))

    def __init__(self, codes: type[Coded], **options: Any) -> None:  # noqa: ANN401 - marshmallow's own options
        """Take any of the codes."""
        super().__init__(Choice(codes), validate=FEW, **options)


class Answered(fields.Boolean):
    """A box that was ticked, or yes and no."""

    default_error_messages = says(invalid=N_("Answer yes or no."), null=N_("Answer yes or no."))


class Whole(fields.Integer):
    """A whole number, such as the number of a page."""

    default_error_messages = says(
        invalid=N_("Enter a whole number."), too_large=N_("Enter a smaller number."), null=N_("Enter a whole number.")
    )

    def _validated(self, value: Any) -> int:  # noqa: ANN401 - whatever was sent
        """The number, if it is one that could be kept."""
        number = super()._validated(value)
        if not -LARGEST <= number <= LARGEST:
            raise self.make_error("too_large")
        return number


class Known(fields.UUID):
    """Something that has an id, such as a worker."""

    default_error_messages = says(
        required=N_("Choose one from the list."), invalid_uuid=N_("Choose one from the list.")
    )


class Code(fields.String):
    """An answer of one of the field's code lists that is offered on the day."""

    default_error_messages = says(required=N_("Choose one from the list."), invalid=N_("Choose one from the list."))

    def __init__(self, of: str, *, missing: str | None = None, **options: Any) -> None:  # noqa: ANN401 - marshmallow's own options
        """Take a code of that list; with `missing`, an answer is needed and this is said without it."""
        super().__init__(**_needed(missing, options))
        self.of = of

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> str:  # noqa: ANN401 - whatever was sent
        code = str(super()._deserialize(value, attr, data, **more))
        terms = ReadingBy.get()
        if code not in {each.code for each in terms.facts.codes[self.of].offered(terms.today)}:
            raise self.make_error("invalid")
        return code


class Organisation(fields.String):
    """An organisation that can be responsible for a person today, by its code."""

    default_error_messages = says(
        required=N_("Choose an organisation."), invalid=N_("Choose an organisation from the list.")
    )

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> HolderCode:  # noqa: ANN401 - whatever was sent
        code = HolderCode(str(super()._deserialize(value, attr, data, **more)))
        holder = ReadingBy.get().holders.by_code.get(code)
        if holder is None or not self.fits(holder):
            raise self.make_error("invalid")
        return code

    def fits(self, holder: Holder) -> bool:
        """True of an organisation that can be the answer."""
        return holder.kind.holds_cases and holder.in_force(ReadingBy.get().today)


class Area(Organisation):
    """A police force area, by the code of its force; an area of long ago may be one, too."""

    default_error_messages = says(invalid=N_("Choose a police force from the list."))

    def fits(self, holder: Holder) -> bool:
        """True of a police body, in force or not."""
        return holder.kind.is_police


class CaseName(fields.String):
    """What a case goes by: its reference, whose check character must fit, or its pseudonym."""

    default_error_messages = says(
        required=N_("Enter a reference or a pseudonym."), invalid=N_("Enter a reference or a pseudonym.")
    )

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> str:  # noqa: ANN401 - whatever was sent
        name = " ".join(UNSEEN.sub(" ", str(super()._deserialize(value, attr, data, **more))).split())
        if not name or len(name) > LINE:
            raise self.make_error("required")
        if not any(letter.isdigit() for letter in name) and not name.upper().startswith((f"{PREFIX}-", f"{PREFIX} ")):
            return name.casefold()
        try:
            return read_reference(name)
        except MistypedReference as refused:
            raise ValidationError(refused.sentence) from None


class Day(fields.Field[date]):
    """A date: `2026-11-21`, or its day, month and year in figures."""

    default_error_messages = says(
        required=N_("Enter a date."),
        parts=N_("Enter a day, a month and a year."),
        invalid=N_("Enter a real date, such as 21 11 2026."),
    )

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> date:  # noqa: ANN401, ARG002 - marshmallow hands over whatever was sent, and where
        return self.read_day(value)

    def read_day(self, value: object) -> date:
        """The date as it was typed."""
        if isinstance(value, Mapping):
            typed = [str(value.get(part, "")).strip() for part in ("year", "month", "day")]
            if not all(typed):
                raise self.make_error("parts")
        else:
            typed = str(value).split("-")
        if not _is_day(typed):
            raise self.make_error("invalid")
        try:
            return date(*map(int, typed))
        except ValueError:
            raise self.make_error("invalid") from None


class Moment(Day):
    """When something happened: a date and a time in London, or an instant with its offset from UTC.

    Without a time it is the beginning of the day. In the hour that comes twice in autumn, the first is meant.
    """

    default_error_messages = says(
        time=N_("Enter a time as hours and minutes, such as 15:05."),
        skipped=N_("There was no such time: the clocks went forward. Enter another."),
    )

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Instant:  # noqa: ANN401, ARG002 - marshmallow hands over whatever was sent, and where
        if isinstance(value, Mapping):
            return self._in_london(self.read_day(value), str(value.get("time", "")).strip())
        day, separator, rest = str(value).strip().replace(" ", "T").partition("T")
        if separator and re.search(r"Z$|[+-]\d\d:\d\d$", rest):
            try:
                return datetime.fromisoformat(f"{self.read_day(day)}T{rest}").astimezone(UTC)
            except ValueError:
                raise self.make_error("time") from None
        return self._in_london(self.read_day(day), rest)

    def _in_london(self, day: date, typed: str) -> Instant:
        found = re.fullmatch(r"([01]?\d|2[0-3])[:.]([0-5]\d)(?::00)?", typed or "0:00")
        if found is None:
            raise self.make_error("time")
        local = datetime.combine(day, time(int(found[1]), int(found[2])), LONDON)
        at = local.astimezone(UTC)
        if at.astimezone(LONDON).replace(tzinfo=None) != local.replace(tzinfo=None):
            raise self.make_error("skipped")
        return at


def _needed(missing: str | None, options: dict[str, Any]) -> dict[str, Any]:
    """The options of a field that has to be answered, if there is a sentence for when it is not."""
    if missing is None:
        return options
    return {"required": True, "error_messages": {"required": missing, "null": missing}, **options}


def _is_day(typed: list[str]) -> bool:
    """Three numbers in figures, the year with all four of them, and one that people speak of here."""
    is_written = re.fullmatch(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", "-".join(typed)) is not None
    return is_written and FIRST_YEAR <= int(typed[0]) <= LAST_YEAR
