"""The pages of problems: what each kind of refusal means, and what to do. They are open to anybody."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from casetrack.http.identity import public
from casetrack.http.problems import problems

pages = Blueprint("problems", __name__)


@pages.route("/problems", endpoint="list")
@public
def show_list() -> ResponseReturnValue:
    """Everything that can be refused, by name."""
    return render_template("problems/list.html", problems=problems().values())


@pages.route("/problems/<kind>")
@public
def view(kind: str) -> ResponseReturnValue:
    """What one kind of refusal means: where the type of a problem that the API answers leads to."""
    problem = problems().get(kind)
    if problem is None:
        abort(404)
    return render_template("problems/view.html", problem=problem)
