"""What is said where two people are needed: what is proposed and why, and what a second person answers."""

from casetrack.domain.words import N_
from casetrack.schemas.fields import PARAGRAPH, Code, Text
from casetrack.schemas.said import Said
from casetrack.schemas.wording import Worded

TYPED = N_("Type the reference of the case, to show that you mean this one.")
GROUP = N_("Type the last four characters of the fingerprint, to show that you mean these keys.")


class ProposeErasure(Worded):
    """Under which rule the case is to be erased and why now, and its reference; the words are for who decides."""

    rule = Code("erasure_rules", missing=N_("Choose the rule under which it is erased."))
    reason = Code("erasure_reasons", missing=N_("Choose why it is erased now."))
    words = Text(PARAGRAPH, missing=N_("Say why, for the person who decides."))
    reference = Text(missing=TYPED)


class ProposeDestruction(Worded):
    """Under which rule the keys are to be destroyed and why now; the words are for who decides."""

    rule = Code("destruction_rules", missing=N_("Choose the rule under which they are destroyed."))
    reason = Code("destruction_reasons", missing=N_("Choose why they are destroyed now."))
    words = Text(PARAGRAPH, missing=N_("Say why, for the person who decides."))
    group = Text(missing=GROUP)


class SetHold(Worded):
    """Why nothing of the case may be erased."""

    reason = Code("hold_reasons", missing=N_("Choose what the case is kept for."))
    words = Text(PARAGRAPH, missing=N_("Say why, in your own words."))


class LiftHold(Worded):
    """Why the hold is not needed any more; the words are for whoever decides."""

    reason = Code("lifting_reasons", missing=N_("Choose why the hold is not needed any more."))
    words = Text(PARAGRAPH, missing=N_("Say why, for the person who decides."))


class ApproveProposal(Worded):
    """The second person agrees, and has typed the reference of the case."""

    words = Text(PARAGRAPH)
    reference = Text(missing=TYPED)


class ApproveDestruction(Worded):
    """The second person agrees, and has typed the end of the fingerprint of the keys."""

    words = Text(PARAGRAPH)
    group = Text(missing=GROUP)


class RefuseProposal(Worded):
    """The second person does not agree, and says why."""

    words = Text(PARAGRAPH, missing=N_("Say why you do not agree."))


class WithdrawProposal(Said):
    """It is taken back; nothing more is asked."""
