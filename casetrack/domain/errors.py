"""What is refused, and in what words: one family, whose sentences are safe to show to anyone.

A sentence never holds a fact about a person. What a reader may not know of is `NotFound`, in the
same words as what does not exist.
"""

from collections.abc import Mapping

from casetrack.domain.words import N_


class CasetrackError(Exception):
    """Something that casetrack will not do; `sentence` says why and what to do next."""

    sentence = N_("casetrack could not do that.")

    def __init__(self, **facts: str | int) -> None:
        """Keep the codes, counts and dates that the sentence names; never anything about a person."""
        super().__init__(type(self).__name__)
        self.facts: Mapping[str, str | int] = facts


class NotFound(CasetrackError):
    """There is no such thing, or this actor may not know that there is: the same answer for both."""

    sentence = N_(
        "There is nothing here that you can open. Check the reference, or ask a colleague who works on the case."
    )


class NotPermitted(CasetrackError):
    """The actor knows of the thing and may not do this to it."""

    sentence = N_("Your role does not allow this. If your work needs it, ask your lead or supervisor.")


class NeedsStepUp(NotPermitted):
    """A token cannot do this: it would have to prove who holds it, and has no way to do that yet."""

    sentence = N_(
        "A token cannot do this: it needs a step-up, which tokens do not have yet. "
        "Sign in to casetrack and do it there."
    )


class Stale(CasetrackError):
    """Somebody changed the same part of the case after the page was opened."""

    sentence = N_(
        "Somebody changed this part of the case while you were working on it. "
        "Nothing that you typed was saved over theirs."
    )


class Unavailable(CasetrackError):
    """Something that casetrack needs cannot be reached; nothing was changed and nothing was shown."""

    sentence = N_("casetrack cannot do this just now. Nothing was changed. Try again in a few minutes.")


class KeysUnavailable(Unavailable):
    """The keys of an organisation cannot be reached."""

    sentence = N_(
        "The keys of one of the organisations cannot be reached. Nothing was changed. Try again in a few minutes."
    )


class IntegrityBroken(CasetrackError):
    """What is stored is not what was signed, so it is not shown."""

    sentence = N_(
        "What is stored here is not what was recorded, so casetrack does not show it. "
        "This has been logged: tell your administrator."
    )


class RuleBroken(CasetrackError):
    """A rule of the field refuses this; one subclass for each rule."""

    sentence = N_("That cannot be done.")


class MistypedReference(RuleBroken):
    """The check character does not match the rest of the reference."""

    sentence = N_("That reference has a mistake in it. A reference looks like CT-7K3M-92Q2: check each character.")


class NoStrand(RuleBroken):
    """A case without a strand would have nobody responsible."""

    sentence = N_("Choose at least one: support, or investigation. Somebody must be responsible for the person.")


class StrandNeedsForce(RuleBroken):
    """An investigation is led by a police body."""

    sentence = N_("Only a police organisation can be responsible for the investigation.")


class CaseIsClosed(RuleBroken):
    """A closed case is read, or reopened; it is not changed."""

    sentence = N_("This case is closed. Reopen it first, with a reason.")


class CaseIsOpen(RuleBroken):
    """Only a closed case can be reopened."""

    sentence = N_("This case is open already.")


class NotHeld(RuleBroken):
    """A holder offers and changes only what it is responsible for."""

    sentence = N_("Your organisation is not responsible for that part of the case.")


class OfferOpen(RuleBroken):
    """One transfer of a case is open at a time, and the case stays open meanwhile."""

    sentence = N_("This case has an offer that is not answered yet. Withdraw it, or wait for the answer, first.")


class NoPendingTransfer(RuleBroken):
    """The offer was answered or taken back already."""

    sentence = N_("This offer is no longer open: it was answered or withdrawn.")


class NotAccepted(RuleBroken):
    """A case changes hands by an offer of it that the receiving organisation has accepted, and by nothing else."""

    sentence = N_("The receiving organisation has not accepted this, so nothing has changed hands.")


class OwnOffer(RuleBroken):
    """Only the receiving organisation answers an offer."""

    sentence = N_("An organisation cannot answer its own offer. The receiving organisation must accept it.")


class SameHolder(RuleBroken):
    """A transfer goes to another organisation."""

    sentence = N_("Choose another organisation: yours is responsible already.")


class HolderNotInForce(RuleBroken):
    """An organisation that has ended, or not begun, cannot be given a case."""

    sentence = N_("That organisation is not in force on this date. Choose its successor.")


class UnknownHolder(RuleBroken):
    """No organisation has that code."""

    sentence = N_("Choose an organisation from the list.")


class UnknownWorker(RuleBroken):
    """A case is assigned to a worker of an organisation that is responsible for it."""

    sentence = N_("Choose a worker of your organisation who can hold cases.")


class NoIdentity(RuleBroken):
    """There is no name to reveal."""

    sentence = N_("No name is recorded for this person.")


class UnknownChoice(RuleBroken):
    """A code is one of its list: the log holds codes, and never what somebody made up."""

    sentence = N_("Choose one of the answers in the list.")


class ReasonNeeded(RuleBroken):
    """An act that people must answer for has its reason."""

    sentence = N_("Give a reason in your own words.")


class NameTaken(RuleBroken):
    """A name by which something must be found belongs to something else already."""

    sentence = N_("That name is taken. Choose another.")


class SignInFailed(CasetrackError):
    """The name and the password do not belong together, or the account is closed: the same answer for each."""

    sentence = N_("That name and password do not match an account. Check both and try again.")


class TooManyTries(CasetrackError):
    """Signing in has failed too often of late, from here or with this name, whether or not it is an account's."""

    sentence = N_("Too many tries. Wait a few minutes, then try again.")


class WeakPassword(RuleBroken):
    """A password that is short or common can be guessed."""

    sentence = N_(
        "Choose a password of at least 15 characters that is not a common one. Four random words are a good choice."
    )


class NotShared(RuleBroken):
    """A handover says what the receiver needs to keep the person safe from the first hour."""

    sentence = N_("Answer each question about the person's safety before you send the offer.")
