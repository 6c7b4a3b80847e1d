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

    @property
    def said(self) -> str:
        """The sentence with the facts that it names, in English."""
        return self.sentence % self.facts if self.facts else self.sentence


class NotFound(CasetrackError):
    """There is no such thing, or this actor may not know that there is: the same answer for both."""

    sentence = N_(
        "There is nothing here that you can open. Check the reference, or ask a colleague who works on the case."
    )


class NotPermitted(CasetrackError):
    """The actor knows of the thing and may not do this to it."""

    sentence = N_("Your role does not allow this. If your work needs it, ask your lead or supervisor.")


class PassedOn(NotPermitted):
    """A former holder knows of the case that it had, and does nothing with it any more, in whatever role."""

    sentence = N_(
        "Your organisation passed this case on and no longer has it. The page of the case says who is responsible now."
    )


class NotOurPart(NotPermitted):
    """The actor's organisation has some of the case, and not the part that this is about."""

    sentence = N_(
        "Your organisation does not have this part of the case. The page of the case says who is responsible for it."
    )


class NotOursToClose(NotOurPart):
    """A case is closed, and opened again, by the organisation that looks after the person."""

    sentence = N_(
        "The organisation that leads the support, or the only strand, closes a case and opens it again: "
        "its page says which. To leave, offer your part."
    )


class NeedsStepUp(NotPermitted):
    """A token cannot do this: it would have to prove who holds it, and has no way to do that yet."""

    sentence = N_(
        "A token cannot do this: it needs a step-up, which tokens do not have yet. "
        "Sign in to casetrack and do it there."
    )


class QuotaSpent(NotPermitted):
    """In one hour a person is shown only so much of who people are; whoever needs more asks somebody else."""

    sentence = N_(
        "You have been shown as much in the last hour as one person may be. "
        "Ask a supervisor of your organisation to allow you more, or wait a while."
    )


class OwnQuota(NotPermitted):
    """Whoever is to be shown more asks somebody else: that is what the limit is for."""

    sentence = N_("Nobody allows themselves more. Ask another supervisor of your organisation.")


class OwnAccess(NotPermitted):
    """Somebody else says what came of an access: that is what a review is for."""

    sentence = N_("Nobody records what came of their own access. Ask another auditor.")


class NotYourWords(NotPermitted):
    """What somebody of another organisation typed, asked for by an auditor who is not of the audit desk."""

    sentence = N_("What was typed there is read by the audit desk, and by the auditors of whoever typed it.")


class Stale(CasetrackError):
    """Somebody changed the same part of the case after the page was opened."""

    sentence = N_(
        "Somebody changed this part of the case while you were working on it. "
        "Nothing that you typed was saved over theirs."
    )


class StillAnswering(CasetrackError):
    """The same request came before, and has not been answered yet: whether it will be done is not known."""

    sentence = N_(
        "The same request came before, and is being answered just now. Wait a moment and send it again: "
        "it is done once."
    )


class DraftChanged(CasetrackError):
    """The answers that a page was made from are not those that wait now; `draft` says which answers those are."""

    sentence = N_("The answers were changed in another tab or window. Nothing was sent from here, and nothing is lost.")


class DraftSent(DraftChanged):
    """The answers that a page was made from were sent; `sent` says what was made of them."""

    sentence = N_("These answers were sent already, in another tab or window. Nothing was sent a second time.")


class Unavailable(CasetrackError):
    """Something that casetrack needs cannot be reached; nothing was changed and nothing was shown."""

    sentence = N_("casetrack cannot do this just now. Nothing was changed. Try again in a few minutes.")


class NotJournalled(Unavailable):
    """What was asked cannot be put on the log, and nothing is done, shown or refused that is not on it."""

    sentence = N_(
        "casetrack cannot put this on its log just now, so it is neither done nor shown. "
        "Try again in a few minutes; if it goes on, tell your administrator."
    )


class KeysUnavailable(Unavailable):
    """The keys of an organisation cannot be reached; `holder`, where given, is what the organisation is called."""

    sentence = N_(
        "The keys of one of the organisations cannot be reached. Nothing was changed. Try again in a few minutes."
    )
    named = N_("The keys of %(holder)s cannot be reached just now. Nothing was changed. Try again in a few minutes.")

    def __init__(self, **facts: str | int) -> None:
        """Say which organisation's, if that is known."""
        super().__init__(**facts)
        if "holder" in facts:
            self.sentence = self.named


class LogKeysRefused(Unavailable):
    """What the key folder says of the keys of the log does not hold, so nothing of the log can be checked by them."""

    sentence = N_("What the key folder says of the keys of the log is not believed, so nothing was checked.")
    named = N_("What the key folder says of the keys of the log is not believed, so nothing was checked: %(why)s")

    def __init__(self, **facts: str | int) -> None:
        """Say why, if that is known."""
        super().__init__(**facts)
        if "why" in facts:
            self.sentence = self.named


class NotGivenOut(Unavailable):
    """The log is not as it was signed, or has nothing that is signed yet, so none of it leaves."""

    sentence = N_("The log was not given out, because it cannot be shown to be what was signed.")
    named = N_("The log was not given out, because it cannot be shown to be what was signed: %(why)s")

    def __init__(self, **facts: str | int) -> None:
        """Say why, if that is known."""
        super().__init__(**facts)
        if "why" in facts:
            self.sentence = self.named


class NotPromised(Unavailable):
    """What others would hold of the log cannot be kept in mind here, so none of it leaves."""

    sentence = N_(
        "Nothing was given out: casetrack cannot write held-checkpoint in its key folder. "
        "Whoever runs it has to give it room and leave to write there."
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


class NotOurCheckpoint(RuleBroken):
    """What somebody kept is no checkpoint that this log signed, so the log cannot be held against it."""

    sentence = N_("That is not a checkpoint of this log. Give the whole of what was kept, exactly as it was kept.")
    named = N_("That is not a checkpoint of this log. Give the whole of what was kept, exactly as it was kept. %(why)s")

    def __init__(self, **facts: str | int) -> None:
        """Say why, if that is known."""
        super().__init__(**facts)
        if "why" in facts:
            self.sentence = self.named


class NoTimeToGiveOut(RuleBroken):
    """The log is too long to be given out while somebody waits for the answer."""

    sentence = N_("The log is too long for that to be made while you wait. Whoever runs casetrack can make it.")
    named = N_(
        "The log is too long for that to be made while you wait, so nothing was given out. "
        "Whoever runs casetrack can make it, whatever its size: %(command)s"
    )

    def __init__(self, **facts: str | int) -> None:
        """Say by which command, if that is known."""
        super().__init__(**facts)
        if "command" in facts:
            self.sentence = self.named


class NoCaseToGiveOut(RuleBroken):
    """There is no case of that reference, or none of which the auditor may know."""

    sentence = N_(
        "There is no case of that reference that you may look for. Check each character. "
        "An erased one goes by none: ask for the days instead."
    )


class MistypedReference(RuleBroken):
    """The check character does not match the rest of the reference."""

    sentence = N_("That reference has a mistake in it. A reference looks like CT-7K3M-92Q2: check each character.")


class NoStrand(RuleBroken):
    """A case without a strand would have nobody responsible."""

    sentence = N_("Choose at least one: support, or investigation. Somebody must be responsible for the person.")


class StrandNeedsForce(RuleBroken):
    """An investigation is led by a police body."""

    sentence = N_("Only a police organisation can be responsible for the investigation.")


class StrandExists(RuleBroken):
    """A strand begins once; after that it is offered and accepted."""

    sentence = N_("The case has that strand already, and an organisation is responsible for it.")


class AgreementUnknown(RuleBroken):
    """Somebody who wants no police has no investigation, so it is said what they want before one begins."""

    sentence = N_("Say whether the person has agreed to an investigation, or why it must begin although they have not.")


class CaseIsClosed(RuleBroken):
    """A closed case is read, or reopened; it is not changed."""

    sentence = N_("This case is closed. Reopen it first, with a reason.")


class CaseIsOpen(RuleBroken):
    """Only a closed case can be reopened."""

    sentence = N_("This case is open already.")


class NotHeld(RuleBroken):
    """A holder offers and changes only what it is responsible for."""

    sentence = N_("Your organisation is not responsible for that part of the case.")


class NoLongerHeld(NotHeld):
    """The sender has not got any more what it offered: no acceptance can move it."""

    sentence = N_(
        "The organisation that made this offer is no longer responsible for all that it offered. "
        "Decline it, and ask for a new offer."
    )


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


class NotYourPassword(SignInFailed):
    """Whoever changes a password knows the one before it."""

    sentence = N_("That is not your present password. Check it and try again.")


class LinkEnded(CasetrackError):
    """The link was used, has ended, or never was one: the same answer for each."""

    sentence = N_("This link has been used already, or has ended. Ask your administrator for another.")


class SessionEnded(CasetrackError):
    """What the actor came by ended before the request that it began was done: nothing of that was done."""

    sentence = N_("You were signed out before this was done, so nothing was changed. Sign in and do it again.")


class TooManyTries(CasetrackError):
    """Signing in has failed too often of late, from here or with this name, whether or not it is an account's."""

    sentence = N_("Too many tries. Wait a few minutes, then try again.")


class WeakPassword(RuleBroken):
    """A password that is short or common can be guessed."""

    sentence = N_(
        "Choose a password of 15 to 256 characters that is not a common one. Four random words are a good choice."
    )


class RoleDoesNotFit(RuleBroken):
    """People who work with cases belong to an organisation that has some."""

    sentence = N_("That organisation has no cases, so nobody there can have that role. Choose another of the two.")


class BelongsElsewhere(RuleBroken):
    """How the person is reached, and who they are, lie in parts of their own, which fewer read."""

    sentence = N_(
        "Something in what you wrote seems to belong in a part of the case that fewer people read. "
        "Take it out and record it there, or say why it must stay."
    )


class SentBefore(RuleBroken):
    """A form is taken once; sent again with something else in it, it may be meant as another."""

    sentence = N_(
        "This form was sent before, with something else in it, and that was kept. "
        "What you typed now was not kept: if it is to be there too, send it once more."
    )


class FileEmpty(RuleBroken):
    """There is nothing in the file."""

    sentence = N_("There is nothing in that file. Choose another.")


class FileTooLarge(RuleBroken):
    """A file has a most that it can hold."""

    sentence = N_("That file is larger than 100 MB, the most that can be attached. Make it smaller, or split it.")


class FileKindNotAllowed(RuleBroken):
    """Only a few kinds of file are attached: none that does something by itself when it is opened."""

    sentence = N_(
        "Files of that kind cannot be attached. Attach a PDF, a JPEG or PNG picture, plain text, "
        "or a recording as MP3, MP4 or OGG."
    )


class FileIsNotWhatItSays(RuleBroken):
    """The name of the file, what was declared of it, and how it begins do not belong together."""

    sentence = N_("What is in that file is not what its name says. Save it again in the right format, then attach it.")
