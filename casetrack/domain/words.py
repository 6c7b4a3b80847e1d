"""Sentences that a person may be shown, marked where they are written so that they can be translated."""


def N_(sentence: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """The sentence itself: marking changes nothing until a door shows it."""
    return sentence
