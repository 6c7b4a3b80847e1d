"""What cannot be done to the keys of a holder, and in what words."""

from casetrack.domain.errors import RuleBroken
from casetrack.domain.words import N_


class NoSuchHolder(RuleBroken):
    """Keys are a holder's, and a holder is known by its code."""

    sentence = N_("No organisation has that code. See: casetrack keys status")


class ServiceKeysStay(RuleBroken):
    """Every process believes the keys that it began with, and the first keys of every holder are certified by these."""

    sentence = N_("The service's own keys cannot be renewed while casetrack runs: all other keys are believed by them.")


class RootStays(RuleBroken):
    """A root is not renewed in its place: what is in the key file is moved to a provider, and never back to a file."""

    sentence = N_("That organisation has its root in the key file. Name another provider in [keys.holders] first.")
