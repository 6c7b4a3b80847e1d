"""What is too little to find a person by: a look with less than this would show people who were not looked for."""

from casetrack.domain.errors import RuleBroken
from casetrack.domain.words import N_


class NothingToFindBy(RuleBroken):
    """To find is to look for somebody."""

    sentence = N_("Enter at least one thing to find the person by.")


class NameTooShort(RuleBroken):
    """A letter is the beginning of too many names."""

    sentence = N_("Enter a name of at least two letters.")


class BirthAlone(RuleBroken):
    """A date of birth belongs to too many people."""

    sentence = N_("A date of birth alone is not enough. Enter a name as well.")


class TooManyAlike(RuleBroken):
    """A question that opens hundreds of people looks at too many who were not meant."""

    sentence = N_("That could be too many people. Enter more: another name, or a date or year of birth.")


class NumberTooShort(RuleBroken):
    """A few characters begin too many references."""

    sentence = N_("Enter the whole reference or number: at least five letters and figures, three of them figures.")


class PhoneTooShort(RuleBroken):
    """A few figures end too many telephone numbers."""

    sentence = N_("Enter the whole telephone number: at least its last seven figures.")


class EmailNotWhole(RuleBroken):
    """Part of an address belongs to too many people."""

    sentence = N_("Enter the whole e-mail address, such as name@example.org.")
