"""What is refused of whatever needs two people: legal holds, erasing, enquiries. One sentence for each rule."""

from casetrack.domain.errors import NotPermitted, RuleBroken
from casetrack.domain.words import N_


class SecondPersonNeeded(RuleBroken):
    """What needs two people is decided by somebody else than whoever proposed it."""

    sentence = N_("You proposed this yourself, so somebody else must decide on it. You can withdraw it.")


class OtherHolderDecides(RuleBroken):
    """Where two organisations are responsible, each has one of the two people."""

    sentence = N_("This waits for somebody of the other organisation that is responsible for what it is about.")


class NoPendingProposal(RuleBroken):
    """The proposal was decided on or taken back already."""

    sentence = N_("This no longer waits for a second person: it was decided on, or taken back.")


class ProposalExpired(RuleBroken):
    """What nobody decided on in time has to be proposed again, by somebody who has looked again."""

    sentence = N_("Nobody decided on this in 30 days, so it has expired. Look at it again, and propose it again.")


class ProposalStands(RuleBroken):
    """The same is proposed once at a time."""

    sentence = N_("This has been proposed already, and waits for a second person.")


class HoldStands(RuleBroken):
    """While a legal hold stands, nothing of the case is erased, whoever has agreed to it."""

    sentence = N_(
        "A legal hold stands on this case, so it cannot be erased. The hold must be lifted first, by two people."
    )


class SameHoldStands(RuleBroken):
    """One hold for one reason stands on a case at a time."""

    sentence = N_("A legal hold for that reason stands on this case already.")


class NoHold(RuleBroken):
    """What was lifted does not stand any more."""

    sentence = N_("This legal hold does not stand any more: it was lifted.")


class NotClosed(RuleBroken):
    """A case that somebody works on is not erased."""

    sentence = N_("Only a closed case can be erased. Close it first, with a reason.")


class CaseChangedSince(RuleBroken):
    """Two people agree to the same thing only if it is the same when each of them looks at it."""

    sentence = N_(
        "The case has changed since this was proposed, so it is not what two people have agreed to. "
        "Withdraw it, look again, and propose it again."
    )


class DeskAlone(NotPermitted):
    """What is asked about a person is sealed to the audit desk, so nobody else could read the question."""

    sentence = N_(
        "Only auditors of the audit desk ask whether a named person was looked for, listed or revealed. Ask the audit "
        "desk to."
    )


class BirthNeeded(RuleBroken):
    """A name without a birth is that of too many people to be answered."""

    sentence = N_("Enter a date or a year of birth with the name: a name alone is that of many people.")


class NotAgreedYet(RuleBroken):
    """Without a second auditor nothing is answered."""

    sentence = N_("This is answered only once another auditor of the audit desk has agreed to it.")


class AnswerLapsed(RuleBroken):
    """What was agreed to is not agreed to for ever."""

    sentence = N_("The 28 days in which this could be read are over. Ask again, with a second auditor.")
