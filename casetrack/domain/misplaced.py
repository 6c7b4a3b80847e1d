"""What somebody writes that belongs elsewhere: a postcode, a telephone number, an e-mail address, the person's name.

A note is read by everybody who has its strand. How a person is reached, and who the person is, lie in parts of their
own, which fewer have and which are shown for a reason. So before anything is kept, whoever wrote it is asked. The rule
would rather miss something than ask without need: people who are asked too often stop reading what they are asked.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from casetrack.domain.finding_names import words_of
from casetrack.domain.holdings import Part


class Kind(StrEnum):
    """What belongs elsewhere."""

    POSTCODE = "postcode"
    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"

    @property
    def part(self) -> Part:
        """Where it belongs."""
        return Part.IDENTITY if self is Kind.NAME else Part.SAFE_ADDRESS


class Keeping(StrEnum):
    """Why it stays where it is all the same."""

    LOOKS_LIKE = "looks-like"
    """It only looks like one."""
    NOT_THE_PERSONS = "not-the-persons"
    """It is not the person's own: an organisation's, a professional's, or of somewhere that the person is not."""
    NEEDED_HERE = "needed-here"
    """Whoever reads this must have it here."""


@dataclass(frozen=True)
class Misplaced:
    """Something that belongs elsewhere, and the very words."""

    kind: Kind
    said: str = field(repr=False)
    start: int
    """Where in the text it begins, in characters."""


def find_misplaced(text: str, names: Iterable[str] = ()) -> tuple[Misplaced, ...]:
    """What in the text seems to belong elsewhere, in its order; `names` are what the person is called."""
    plain = _MASKED.sub(lambda found: "," * len(found[0]), text)
    found = [*_emails(plain), *_postcodes(plain), *_phones(plain), *_names(plain, tuple(names))]
    return tuple(sorted(found, key=lambda each: each.start))


_MASKED: Final = re.compile(
    r"(?<!\w)(?:"
    r"CT[- ][0-9A-Z]{4}[- ][0-9A-Z]{4}"  # a reference of casetrack
    r"|\d{4}-[01]\d-[0-3]\d"  # dates, as machines and as people write them
    r"|(?:[0-2]?\d|3[01])(?P<by>[ ./-])(?:0?[1-9]|1[0-2])(?P=by)(?:19|20)\d\d"
    r"|(?:[0-2]?\d|3[01])(?P<of>[./-])(?:0?[1-9]|1[0-2])(?P=of)\d\d"
    r"|[0-2]?\d:[0-5]\d"
    r")(?!\w)",
    re.IGNORECASE,
)
"""What has figures in it and is nobody's."""

_AREAS: Final = (
    "AB AL BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY EC EH EN EX FK FY GL GU "
    "GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY LA LD LE LL LN LS LU ME MK ML NE NG NN NP NR NW OL OX PA PE "
    "PH PL PO PR RG RH RM SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB WA WC WD WF WN WR WS WV "
    "YO ZE B E G L M N S W"
)
"""The 124 postcode areas, with those of the islands (Royal Mail, Programmers' Guide to PAF)."""
_POSTCODE: Final = re.compile(
    rf"(?<![\w-])(?:{'|'.join(_AREAS.split())})\d[A-Z\d]?\s{{0,2}}(?P<inward>\d[ABD-HJLNP-UW-Z]{{2}})(?![\w-])",
    re.IGNORECASE,
)
_ORDINAL: Final = re.compile(r"\d(?:st|nd|rd|th)")
"""`M25 2nd exit`: what would be the end of a postcode, in small letters."""

_EMAIL: Final = re.compile(r"[^\s@<>(),;:]+@(?P<host>[^\s@<>(),;:]+\.[^\s@<>(),;:.\d]{2,})")
_OF_A_BODY: Final = (".gov.uk", ".police.uk", ".nhs.uk", ".nhs.net", ".parliament.uk", ".gov.scot", ".gov.wales")
"""Where public bodies have their addresses: whoever writes there is at work."""

_BETWEEN: Final = r"[\s().\-/]{0,3}"
_PHONE: Final = re.compile(
    rf"(?<![\w+./-])(?:"
    # From here: geographic, personal and mobile numbers. Those that begin with 03, 08 or 09 are an organisation's line
    # (Ofcom, National Telephone Numbering Plan), and no number begins with 04 or 06.
    rf"\(?0[1257](?:{_BETWEEN}\d){{8,9}}"
    rf"|(?:\+|00{_BETWEEN})44{_BETWEEN}(?:\(0\))?{_BETWEEN}[1257](?:{_BETWEEN}\d){{8,9}}"
    rf"|44{_BETWEEN}7(?:{_BETWEEN}\d){{9}}"
    # From elsewhere (ITU-T E.164): at most 15 figures.
    rf"|(?:\+{_BETWEEN}|00)(?!44)[1-9](?:{_BETWEEN}\d){{7,13}}"
    rf")(?!\d)"
)

_WORD: Final = re.compile(r"[^\W\d_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}][^\W\d_]+)*")
_SHORT: Final = 2
"""Letters: most names as short as that are words of English too."""
_BEGINS: Final = re.compile(r"(?:^|[.!?:\n])[\s\"'(*-]*\Z")
"""What the first word of a sentence comes after."""
DAYS_TOO: Final = frozenset(
    _WORD.findall("monday tuesday wednesday thursday friday saturday sunday april may june august summer autumn winter")
)
"""Names that are days, months and seasons: written with a capital anyway, so that nothing tells which is meant."""
WORDS_TOO: Final = frozenset(
    _WORD.findall(
        "amber angel arrow baker beauty bishop blessing brave brook brown carter charity cherry clement comfort "
        "constance constant cook cross daisy dawn dean desire destiny divine dream earnest eden faith favor favour "
        "fish flora fortune forest frank free gift glory gold good goodluck goodness grace grant gray green grey happy "
        "harmony haven hazel heart heather hill holly honest honey honour hope innocent invented iris ivory jade jewel "
        "joke joy justice king lake land lane liberty lily little lovely loyal luck lucky major marina mark mason "
        "melody mercy miles miller miracle moon noble north olive page park patience peace peaceful pearl penny "
        "pleasure precious president prince princess progress promise prosper prosperity providence queen rain ray "
        "rich river robin rose ruby sage saviour send shepherd silver skip smart smith son song special star steel "
        "stone storm success sun sunny sunshine sweet taylor testimony trust truth unique unity van victor victory "
        "violet virtue walker ward wealth west winner wisdom wise wonder wood worth worthy young"
    )
)
"""Words of English that people are called by, as those of the demonstration are "Invented": they need a capital."""
FIRST_TOO: Final = frozenset(
    _WORD.findall(
        "all and any are ask but can did few for get god got had has her him his how its kind let like long love man "
        "many men more most much new not now old one only our out own pay put saw say see she such than that the then "
        "they this too try two use was way who why will win with won yes yet you"
    )
)
"""Words that sentences begin with besides: as a name they need a capital that does not stand for the beginning."""


def _emails(text: str) -> Iterator[Misplaced]:
    for found in _EMAIL.finditer(text):
        if not f".{found['host'].casefold()}".endswith(_OF_A_BODY):
            yield Misplaced(Kind.EMAIL, found[0], found.start())


def _postcodes(text: str) -> Iterator[Misplaced]:
    for found in _POSTCODE.finditer(text):
        if not _ORDINAL.fullmatch(found["inward"]):
            yield Misplaced(Kind.POSTCODE, found[0], found.start())


def _phones(text: str) -> Iterator[Misplaced]:
    for found in _PHONE.finditer(text):
        yield Misplaced(Kind.PHONE, found[0], found.start())


def _names(text: str, names: tuple[str, ...]) -> Iterator[Misplaced]:
    """Each word of a name, in whatever script it is written; of a script without spaces, the whole name."""
    called = frozenset(word for name in names for word in words_of([name]))
    found = [each for each in _WORD.finditer(text) if _is_called(each[0], called, text[: each.start()])]
    yield from (Misplaced(Kind.NAME, each[0], each.start()) for each in found)
    for name in {each.strip() for each in names if _has_no_capitals(each.strip())}:
        at = text.find(name)
        if at >= 0 and not any(each.start() <= at < each.end() for each in found):
            yield Misplaced(Kind.NAME, name, at)


def _is_called(written: str, called: frozenset[str], before: str) -> bool:
    """Whether a word is one that the person is called by, and meant as a name and not as a word of English."""
    word = re.sub("['\N{RIGHT SINGLE QUOTATION MARK}]s$", "", written)
    plain, folded = words_of([word]), word.casefold()
    if len(plain) != 1 or not plain <= called or len(word) == 1 or folded in DAYS_TOO:
        return False
    if len(word) <= _SHORT or folded in FIRST_TOO:
        return _has_no_capitals(word) or (word[0].isupper() and not _BEGINS.search(before))
    return folded not in WORDS_TOO or word[0].isupper()


def _has_no_capitals(text: str) -> bool:
    """True of a script that has none, such as Arabic or Chinese."""
    return len(text) > 1 and text.lower() == text.upper()
