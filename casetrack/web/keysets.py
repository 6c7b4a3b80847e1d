"""The administrator's page of keys: whether each organisation's work, and the fingerprints to compare them by."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from casetrack.domain.actions import Action
from casetrack.domain.words import N_
from casetrack.http.identity import serves
from casetrack.http.work import begin
from casetrack.services.keysets import Reach, list_keysets

pages = Blueprint("keysets", __name__)

STATES: Final[Mapping[Reach, tuple[str, str]]] = {
    Reach.WORKING: (N_("Working"), "green"),
    Reach.OUT_OF_REACH: (N_("Does not answer"), "yellow"),
    Reach.BROKEN: (N_("Broken"), "red"),
}
"""What is said of the keys of an organisation, and the colour of the tag that says it."""
PROVIDERS: Final[Mapping[str, str]] = {
    "file": N_("Key file"),
    "environment": N_("Environment"),
    "pkcs11": N_("Hardware token"),
}


@pages.route("/admin/keys", endpoint="list")
@serves(Action.KEYSET_LIST)
def show_list() -> ResponseReturnValue:
    """How the keys are, of the administrator's organisation or of every one; that somebody looked is on the log."""
    with begin() as work:
        held = list_keysets(work)
    states = {reach: (gettext(words), colour) for reach, (words, colour) in STATES.items()}
    providers = {code: gettext(words) for code, words in PROVIDERS.items()}
    return render_template("keysets/list.html", held=held, states=states, providers=providers)
