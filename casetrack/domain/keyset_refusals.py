"""What cannot be done to the keys of a holder, and in what words."""

from casetrack.domain.errors import RuleBroken
from casetrack.domain.words import N_


class NoSuchHolder(RuleBroken):
    """Keys are a holder's, and a holder is known by its code."""

    sentence = N_("No organisation has that code. See: casetrack keys status")


class SeveralHaveIt(RuleBroken):
    """Each organisation renews the keys of what it has of a case, and signs that with keys of its own."""

    sentence = N_("Several organisations have a part of that case: %(holders)s. Name one with --holder.")


class ServiceKeysApart(RuleBroken):
    """No key is wrapped for the service: its keys certify those of every organisation, and seal accounts and tokens."""

    sentence = N_("The keys of casetrack itself are renewed in another way. Run: casetrack keys rotate service")


class NotAsMade(RuleBroken):
    """The service's keys vouch anew for what they vouched for before, and for nothing else."""

    sentence = N_(
        "%(about)s is not what the journal says, or was changed since it was asked. Nothing of this step was done. Run "
        "this again: it goes on. If it says the same again, look at it: casetrack audit verify --database"
    )


class RootStays(RuleBroken):
    """A root is not renewed in its place: what is in the key file is moved to a provider, and never back to a file."""

    sentence = N_("That organisation has its root in the key file. Name another provider in [keys.holders] first.")


class LogKeyAlone(RuleBroken):
    """A renewal of the log's key has an end only if it has begun."""

    sentence = N_("The log has one key, and nothing to end. Begin with: casetrack keys rotate log")


class LogStands(RuleBroken):
    """A log that keeps its promises has no reason to begin again, and would lose its name for nothing."""

    sentence = N_("The log goes on from everything that others are known to hold of it, so it keeps its name.")


class LogKeyUnused(RuleBroken):
    """The old key ends when the new one is known to sign: otherwise somebody may still sequence without it."""

    sentence = N_("The new key has signed no checkpoint yet. Is casetrack worker running? Then end the old key.")


class NoSuchVersion(RuleBroken):
    """Keys have versions, from 1 on."""

    sentence = N_("That organisation has no keys of that version. See: casetrack keys status")


class NewestKeysStay(RuleBroken):
    """What is sealed from now on is sealed for the newest version."""

    sentence = N_("These are the newest keys of the organisation, which it works with. Renew them first.")


class KeysDestroyed(RuleBroken):
    """What was destroyed is destroyed once."""

    sentence = N_("These keys were destroyed already. Their public half stays, so that old seals can be checked.")


class NotAgreed(RuleBroken):
    """No private half goes unless two people have said so."""

    sentence = N_(
        "Two people have not agreed to destroy these keys. An administrator proposes it on the page Keys, and another "
        "administrator of the organisation agrees on the page Approvals."
    )


class AgreementLapsed(RuleBroken):
    """What was agreed to long ago is looked at again before it is done."""

    sentence = N_(
        "Two people agreed to destroy these keys, and it was proposed more than 30 days ago. Propose it again, so that "
        "two people look again."
    )


class StillNeeded(RuleBroken):
    """While a single thing opens with a version alone, its private half stays; the sentence says how many of what."""

    sentence = N_("These keys are still needed: without them nobody could open %(what)s.")
