"""The words for what the catalogue and the clocks say, marked for translation, so that every door says them alike."""

from collections.abc import Mapping
from typing import Final

from casetrack.domain.catalogue import Phase, Responsible
from casetrack.domain.clocks import Standing
from casetrack.domain.progress import Status
from casetrack.domain.words import N_

DUTY: Final[Mapping[Standing, str]] = {
    Standing.LAW: N_("a duty in law"),
    Standing.GUIDANCE: N_("a duty in statutory guidance"),
    Standing.STANDARD: N_("a duty in a national standard"),
    Standing.CONTRACT: N_("a duty in a contract"),
    Standing.OUR_AIM: N_("our own aim"),
}
"""By what right a milestone must be done at all."""

LIMIT: Final[Mapping[Standing, str]] = {
    Standing.LAW: N_("the law says %(limit)s"),
    Standing.GUIDANCE: N_("guidance says %(limit)s"),
    Standing.STANDARD: N_("the standard says %(limit)s"),
    Standing.CONTRACT: N_("the contract says %(limit)s"),
    Standing.OUR_AIM: N_("our aim is %(limit)s"),
}
"""By what right its limit has its number. The two are said together: a duty in law; our aim is one working day."""

STATUS: Final[Mapping[Status, str]] = {
    Status.NOT_STARTED: N_("Not started"),
    Status.WAITING: N_("Waiting"),
    Status.DO_NOW: N_("Do now"),
    Status.DUE: N_("Due"),
    Status.OVERDUE: N_("Overdue"),
    Status.ELAPSED: N_("Under way"),
    Status.MET: N_("Met"),
    Status.NOT_APPLICABLE: N_("Does not apply"),
    Status.DECLINED: N_("Declined"),
    Status.STOPPED: N_("No longer needed"),
    Status.NOT_DONE: N_("Not done when the case was closed"),
}

PHASE: Final[Mapping[Phase, str]] = {
    Phase.IDENTIFY: N_("Identify"),
    Phase.SAFE: N_("Make safe"),
    Phase.REFER: N_("Refer"),
    Phase.FIRST_DECISION: N_("First decision"),
    Phase.RECOVER: N_("Recover"),
    Phase.FINAL_DECISION: N_("Final decision"),
    Phase.MOVE_ON: N_("Move on"),
    Phase.STATUS: N_("Permission to stay"),
    Phase.JUSTICE: N_("Justice"),
    Phase.REDRESS: N_("Compensation and claims"),
    Phase.TRANSFER: N_("Transfer"),
}

RESPONSIBLE: Final[Mapping[Responsible, str]] = {
    Responsible.FIRST_RESPONDER: N_("the first responder"),
    Responsible.LEAD_CONTACT: N_("the lead contact"),
    Responsible.SUPPORT_PROVIDER: N_("the support provider"),
    Responsible.POLICE_FORCE: N_("the police"),
    Responsible.LOCAL_AUTHORITY: N_("the council"),
    Responsible.HEALTH: N_("the health service"),
    Responsible.COMPETENT_AUTHORITY: N_("the Home Office"),
    Responsible.PROBATION: N_("the probation service"),
    Responsible.SENDING_HOLDER: N_("the sending organisation"),
    Responsible.RECEIVING_HOLDER: N_("the receiving organisation"),
}
"""Who must act, as it stands after `waiting on`."""
