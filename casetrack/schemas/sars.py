"""What is said of a subject access request, at each of its steps."""

from casetrack.domain.notes import NoteKind
from casetrack.domain.sars import Asker, Decision, Interpreter, Item
from casetrack.domain.words import N_
from casetrack.schemas.fields import PARAGRAPH, Answered, Choice, Code, Day, Several, Text
from casetrack.schemas.said import Said
from casetrack.schemas.wording import Worded


class RecordSar(Worded):
    """Who asks, when it came, and what for."""

    asker = Choice(Asker, missing=N_("Choose who asks."))
    received = Day(required=True, error_messages={"required": N_("Enter the day on which the request came.")})
    words = Text(PARAGRAPH, missing=N_("Write what is asked for, and how the request came."))


class CheckSar(Worded):
    """How it was found out, with the person alone, that whoever asks may have it."""

    way = Code("authority_checks", missing=N_("Choose how the person was asked alone."))
    alone = Answered(load_default=False)
    interpreter = Choice(Interpreter, missing=N_("Choose who interpreted."))
    mandate = Answered(load_default=False)
    words = Text(PARAGRAPH, missing=N_("Write when it was, and how you know that nobody else was there."))


class ExtendSar(Said):
    """Why the answer takes longer than a month."""

    reason = Code("extension_reasons", missing=N_("Choose why it takes longer."))


class RestrictSar(Worded):
    """What is left out, for which ground and why; or, with no ground, what is not left out any more."""

    item = Choice(Item, missing=N_("Choose what is left out."))
    lift = Answered(load_default=False)
    ground = Code("restriction_grounds", load_default=None)
    words = Text(PARAGRAPH)


class DecideSar(Said):
    """What is given, and which notes."""

    decision = Choice(Decision, missing=N_("Choose what is decided."))
    notes = Several(NoteKind, load_default=list)


class CopySar(Worded):
    """Why the copy is shown now."""

    words = Text(PARAGRAPH, missing=N_("Say in your own words why you need the copy now."))


class DeliverSar(Worded):
    """How, and on which day, the person was given the answer."""

    way = Code("delivery_ways", missing=N_("Choose how it was given."))
    on = Day(required=True, error_messages={"required": N_("Enter the day on which it was given.")})
    agreed_alone = Answered(load_default=False)
    words = Text(PARAGRAPH, missing=N_("Write where it was, and who else was there."))


class WithdrawSar(Said):
    """Nothing more is asked."""
