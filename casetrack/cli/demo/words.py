"""What invented workers write: reasons of the code lists, with words of their own that say nothing of anybody."""

from collections.abc import Mapping
from typing import Final

from casetrack.domain.holdings import Strand
from casetrack.domain.notes import NoteKind, Sensitivity
from casetrack.domain.unusual_access import Disposition

DECLINED: Final[Mapping[str, str]] = {
    "not-our-area": "The address is over the boundary. Please ask the force that covers it.",
    "insufficient-information": "We could not tell who is with the person tonight. Please send it again with that.",
    "person-objects": "They told our worker that they would rather stay with you.",
    "no-capacity-escalated": "Our one specialist is away until Monday. Our superintendent knows.",
}
"""By reason."""

REVEALED: Final[Mapping[str, str]] = {
    "contact-person": "To ring before the appointment.",
    "appointment": "The doctor's surgery needs the name and date of birth.",
    "referral": "To send the referral.",
    "supervision": "Monthly review of the record.",
}
"""By purpose."""

REVIEWED: Final[tuple[tuple[Disposition, str], ...]] = (
    (Disposition.STILL_LOOKING, "Asked the supervisor which shift this was. No answer yet."),
    (Disposition.PROFESSIONAL_STANDARDS, "Not on shift, no work on the case, and no record that anybody asked for it."),
)
"""What an auditor records of names that were looked at by night, by turns."""
MISDIALLED: Final = (Disposition.EXPECTED, "The reference was read out wrongly on the telephone: one digit is other.")
"""And of an attempt on a case of somebody else's."""

DISCLOSED: Final[Mapping[Strand, tuple[tuple[str, str, str], ...]]] = {
    Strand.SUPPORT: (
        ("health", "health", "An invented letter to the surgery, about the appointments alone."),
        ("council", "housing", "An invented form for the housing office, with what sort of room is needed."),
        ("lawyer", "legal-advice", "An invented copy of the decision letter, for the solicitor."),
    ),
    Strand.INVESTIGATION: (
        ("prosecutor", "prosecution", "An invented summary of the inquiry, without the address."),
        ("law-enforcement", "investigation", "An invented description of two vehicles, for the force next door."),
    ),
}
"""What somebody was told of a strand: what kind of body it is, what for, and what it was."""
BASIS: Final = "consent"
"""On which basis whoever needs one tells others."""

LOOKED_FOR: Final = ("contact-person", "Somebody rang for them, and I have only the name as I heard it.")
"""The purpose for which a person is looked for, and why."""

NOTED: Final[Mapping[tuple[NoteKind, Sensitivity], tuple[str, ...]]] = {
    (NoteKind.FACT, Sensitivity.ORDINARY): (
        "An invented note. Seen at the surgery this morning; the next visit is in two weeks.",
        "An invented note. Two bags collected from the old room, and signed for.",
    ),
    (NoteKind.FACT, Sensitivity.SENSITIVE): (
        "An invented note. The nurse found old marks on both wrists, and has drawn them on the form.",
    ),
    (NoteKind.ACCOUNT, Sensitivity.ORDINARY): (
        "An invented note. \u201cI sleep better since the door has a lock of its own.\u201d",
        "An invented note. \u201cI would like to learn to cook for many people.\u201d",
    ),
    (NoteKind.ACCOUNT, Sensitivity.SENSITIVE): (
        "An invented note. \u201cThey kept my papers in a drawer, and I was not to ask for them.\u201d",
    ),
    (NoteKind.ASSESSMENT, Sensitivity.ORDINARY): (
        "An invented note. Calmer than last week. I think that the interpreter makes the difference.",
    ),
    (NoteKind.ASSESSMENT, Sensitivity.SENSITIVE): (
        "An invented note. I worry that somebody waits outside. The safety plan should be looked at again.",
    ),
}
"""What notes say, by what kind of saying it is and how openly it is shown."""
CORRECTED: Final = "An invented note, corrected. It was the other day, and a colleague was there too."

REOPENED: Final = (
    "They got in touch again and want support.",
    "Closed too early: the review had not been done.",
    "The decision is being looked at again.",
)

BEGUN: Final[Mapping[str, str]] = {
    "person-agreed": "",
    "without-agreement": "Others are still held where they were. The superintendent has decided it.",
}
"""Why an investigation begins after all, by its ground."""

CLOSING: Final[Mapping[bool, Mapping[str, float]]] = {
    True: {"support-complete": 6, "person-asked": 3, "lost-contact": 2, "left-country": 1},
    False: {"lost-contact": 2, "duplicate": 1, "not-modern-slavery": 2},
}
"""Why a case is closed: one that has run its course, and one that has not."""

WITHOUT_SUPPORT: Final[Mapping[str, str]] = {"support-complete": "investigation-complete"}
"""What is said instead of a case that has no support."""
