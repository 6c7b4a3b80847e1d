"""What invented workers write: reasons of the code lists, with words of their own that say nothing of anybody."""

from collections.abc import Mapping
from typing import Final

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

REOPENED: Final = (
    "They got in touch again and want support.",
    "Closed too early: the review had not been done.",
    "The decision is being looked at again.",
)

CLOSING: Final[Mapping[bool, Mapping[str, float]]] = {
    True: {"support-complete": 6, "person-asked": 3, "lost-contact": 2, "left-country": 1},
    False: {"lost-contact": 2, "duplicate": 1, "not-modern-slavery": 2},
}
"""Why a case is closed: one that has run its course, and one that has not."""
