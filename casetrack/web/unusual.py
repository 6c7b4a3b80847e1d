"""The auditor's pages of unusual accesses: the list with why each is unusual, and what came of one."""

from collections.abc import Iterable, Mapping
from enum import Enum
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from marshmallow import ValidationError

from casetrack.domain.actions import Action
from casetrack.domain.calendars import london_date
from casetrack.domain.ids import AccountId, EventId, HolderCode
from casetrack.domain.unusual_access import Disposition, Reason
from casetrack.domain.words import N_
from casetrack.http.house import house
from casetrack.http.identity import leaves, may
from casetrack.http.work import begin
from casetrack.schemas.unusual import ListUnusual, ReviewUnusual
from casetrack.services.audit import Use
from casetrack.services.journal import Purpose
from casetrack.services.lists import Outcome
from casetrack.services.occasions import Occasion, Review, UnusualQuery, Volume
from casetrack.services.unusual import DISPOSITIONS, STANDINGS, list_unusual, review_unusual, view_unusual
from casetrack.web.forms import Form, in_words, parts_of, read, submitted
from casetrack.web.log_entries import entry
from casetrack.web.log_use import in_force, opening, purpose_of

pages = Blueprint("unusual", __name__)

BOTH: Final = ["GET", "POST"]
OF_DAY: Final = "of_day"
"""Stands in the address of an occasion that is about a whole day."""
DAYS: Final = frozenset({"since", "until"})
REASONS: Final[Mapping[Reason, str]] = {
    Reason.HOURS: N_("Outside working hours"),
    Reason.RELATIONSHIP: N_("No case relationship"),
    Reason.VOLUME: N_("Many cases in one day"),
    Reason.SURNAME: N_("Same surname"),
}


@pages.route("/audit/unusual", methods=BOTH, endpoint="list")
@opening(Action.UNUSUAL_LIST)
@leaves(GET=[may(Action.UNUSUAL_LIST)], POST=[Action.AUDIT_VIEW])
def show_list(use: Use) -> ResponseReturnValue:
    """The unusual accesses of some days, a week unless more is asked for."""
    asked = {name: value for name, value in request.args.items() if value}
    try:
        said = read(ListUnusual(), asked)
    except ValidationError as refused:
        wrong = Form(values=asked, errors=in_words(refused.messages_dict))
        return render_template("unusual/list.html", **_given(use, wrong, {}), occasions=None), wrong.status
    with begin(purpose_of(use)) as work:
        found = list_unusual(work, _query(said), use)
    given = _given(use, Form(values=_typed(said, asked)), said) | {
        "page": found.page,
        "occasions": [occasion_shown(each) for each in found.page.items],
        "surnames": found.surnames,
        "days": (said["since"], said["until"]),
    }
    return render_template("unusual/list.html", **given)


@pages.route("/audit/unusual/<uuid:entry>", methods=BOTH)
@opening(Action.UNUSUAL_REVIEW)
@leaves(GET=[may(Action.UNUSUAL_REVIEW)], POST=[(Action.AUDIT_VIEW, Action.UNUSUAL_REVIEW), may(Action.UNUSUAL_REVIEW)])
def review(use: Use, entry: UUID) -> ResponseReturnValue:
    """One of them, all that was said to have come of it, and the form to say what came of it now."""
    of_day = OF_DAY in request.args
    here = _address(entry, of_day=of_day)
    form = submitted(ReviewUnusual())
    if form.said is not None:
        with begin(Purpose(use.value, form.said["words"])) as work:
            review_unusual(work, EventId(entry), form.said["disposition"], use, of_day=of_day)
        flash(gettext("What came of it is recorded. Nobody can change that; a newer one takes its place."))
        return redirect(here, HTTPStatus.SEE_OTHER)
    with begin(purpose_of(use)) as work:
        viewed = view_unusual(work, EventId(entry), use, of_day=of_day)
    reviews = [review_shown(each, viewed.words) for each in viewed.reviews]
    choices = [(each.value, gettext(words)) for each, words in DISPOSITIONS.items()]
    return (
        render_template(
            "unusual/review.html",
            **form.given,
            **in_force(use),
            occasion=occasion_shown(viewed.occasion),
            reviews=reviews,
            may_review=viewed.may_review,
            choices=choices,
            here=here,
        ),
        form.status,
    )


def occasion_shown(occasion: Occasion) -> dict[str, Any]:
    """An occasion as a page shows it: what was done, why that is unusual, and what came of it."""
    first = occasion.first
    day = london_date(first.at)
    told = entry(first)
    return {
        "entry": told,
        "what": _volume_words(occasion.volume) if occasion.volume else told["sentence"],
        "reference": occasion.reference,
        "count": len(occasion.entries),
        "reasons": [
            (gettext(words), _why(reason, occasion)) for reason, words in REASONS.items() if reason in occasion.reasons
        ],
        "review": review_shown(occasion.review, {}) if occasion.review else None,
        "is_reopened": occasion.is_reopened,
        "day": day,
        "address": _address(first.id, of_day=occasion.volume is not None),
        "all_of_day": url_for("audit.search", account=first.account, since=day, until=day),
    }


def review_shown(review: Review, words: Mapping[EventId, str]) -> dict[str, Any]:
    """What was said to have come of it, by whom, and why where the reader may know."""
    said = DISPOSITIONS[review.disposition] if review.disposition else N_("It cannot be read")
    is_open = review.disposition is Disposition.STILL_LOOKING
    return {"review": review, "said": gettext(said), "is_open": is_open, "words": words.get(review.id)}


def _address(entry: UUID, *, of_day: bool) -> str:
    """Of the page of that occasion."""
    which: dict[str, Any] = {OF_DAY: "yes"} if of_day else {}
    return url_for("unusual.review", entry=entry, **which)


def _why(reason: Reason, occasion: Occasion) -> str:
    """Why that is unusual, in a sentence."""
    first = occasion.first
    if reason is Reason.HOURS:
        return gettext("By its own hours, the organisation of the account was closed then.")
    if reason is Reason.SURNAME:
        return gettext("Somebody was shown who has the surname of the account.")
    if occasion.volume is not None:
        return _usual_words(occasion.volume)
    if first.payload.get("outcome") == Outcome.REFUSED:
        return gettext("It was an attempt to open what was not theirs to open, and was refused.")
    return gettext("By then they were not its worker and had changed nothing of it in the 28 days before.")


def _volume_words(volume: Volume) -> str:
    if volume.of_many:
        return ngettext(
            "%(num)s person was shown by a list of names or a search on one day",
            "%(num)s people were shown by lists of names or searches on one day",
            volume.opened,
        )
    return ngettext("%(num)s case was opened on one day", "%(num)s cases were opened on one day", volume.opened)


def _usual_words(volume: Volume) -> str:
    usual = f"{volume.usual:g}"
    return gettext(
        "That is more than three times what is usual of the account: %(usual)s a day, the median of the 28 working "
        "days before.",
        usual=usual,
    )


def _given(use: Use, form: Form, said: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of the list is given whether or not there is a result."""
    holders = house().deployment.holders

    def link(**changes: Any) -> str:  # noqa: ANN401 - the parts of an address
        codes: dict[str, Any] = {
            name: _code(value) for name, value in {**said, "page": 1, **changes}.items() if value is not None
        }
        return url_for("unusual.list", **codes)

    return {
        **form.given,
        **in_force(use),
        "kinds": [(reason.value, gettext(words)) for reason, words in REASONS.items()],
        "standings": [(stands.value, gettext(words)) for stands, words in STANDINGS.items()],
        "organisations": sorted(
            ((each.code, each.name) for each in holders.by_code.values()), key=lambda each: each[1]
        ),
        "chosen": [(gettext("One account"), link(account=None))] if said.get("account") else [],
        "link": link,
    }


def _query(said: Mapping[str, Any]) -> UnusualQuery:
    return UnusualQuery(
        since=said["since"],
        until=said["until"],
        reason=said["reason"],
        stands=said["stands"],
        account=AccountId(said["account"]) if said["account"] else None,
        holder=HolderCode(said["holder"]) if said["holder"] else None,
        page=said["page"],
    )


def _typed(said: Mapping[str, Any], asked: Iterable[str]) -> dict[str, str]:
    """What was asked for, as the form of filters shows it: a date in its three parts, and none that nobody asked."""
    days: dict[str, str] = {}
    for name in {each.partition("-")[0] for each in asked} & DAYS:
        days |= parts_of(name, said[name])
    filters = {name: said[name] for name in ("reason", "stands", "holder", "account") if said[name] is not None}
    return days | {name: _code(value) for name, value in filters.items()}


def _code(value: Any) -> str:  # noqa: ANN401 - a code, a date, an id or a number
    return str(value.value if isinstance(value, Enum) else value)
