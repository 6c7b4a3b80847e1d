"""What verifying names: one thing that is not as it was recorded, and in what way."""

from dataclasses import dataclass
from enum import StrEnum

from casetrack.domain.words import N_


class About(StrEnum):
    """What kind of thing is wrong."""

    LOG = N_("The log")
    QUEUE = N_("The queue of the log")
    EVENT = N_("Event")
    CASE = N_("Case")
    HOLDING = N_("Holding")
    TRANSFER = N_("Transfer")
    PROPOSAL = N_("Proposal")
    HOLD = N_("Legal hold")
    ERASURE = N_("Erasure")
    FILE = N_("File")
    ACCOUNT = N_("Account")
    TOKEN = N_("Token")
    KEYS = N_("Keys")


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was recorded: which, and in what way."""

    about: About
    name: str
    """An id, a reference or a place: never anything of a person."""
    sentence: str

    def __str__(self) -> str:
        return visible(f"{' '.join(filter(None, (self.about.value, self.name)))}: {self.sentence}")


def visible(said: str) -> str:
    """The same in one line, in which whatever would not be seen on a terminal stands as its number.

    A name can be of a row or a payload that somebody planted; what steers a terminal would hide or forge other lines.
    """
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in said)
