"""Evidence bundles at the auditors' desk: one is made and given out here, and those that were are listed."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext

from casetrack.domain.actions import Action
from casetrack.domain.calendars import london_date
from casetrack.domain.ids import HolderCode
from casetrack.domain.log_events import LogShipped
from casetrack.http.bundles import given_out
from casetrack.http.house import house
from casetrack.http.identity import current_actor, leaves, may
from casetrack.http.work import begin
from casetrack.schemas.audit import ExportAudit
from casetrack.schemas.fields import whole_number
from casetrack.services.audit import Use
from casetrack.services.bundles import BundleAsked, Given, list_bundles
from casetrack.services.extracts import case_in
from casetrack.services.journal import read_detail, read_kind
from casetrack.services.lists import EventCard
from casetrack.web.forms import page_asked, submitted
from casetrack.web.log_use import in_force, opening, purpose_of
from casetrack.web.words import UNREADABLE, entry_words

pages = Blueprint("audit_exports", __name__)

BOTH: Final = ["GET", "POST"]
MOMENT: Final = timedelta(microseconds=1)


@pages.route("/audit/exports", methods=BOTH)
@opening(Action.AUDIT_EXPORT)
@leaves(GET=[may(Action.AUDIT_SEARCH)], POST=[(Action.AUDIT_VIEW, Action.AUDIT_EXPORT)])
def export(use: Use) -> ResponseReturnValue:
    """Which bundles were made, by whom and of what; and the form that makes one, which is the answer to it."""
    form = submitted(ExportAudit())
    if form.said is not None and request.method == "POST":
        return given_out(BundleAsked(use=use, **form.said))
    with begin(purpose_of(use)) as work:
        given = list_bundles(work, use, page=page_asked())
    actor, holders = current_actor(), house().deployment.holders
    organisations = sorted(((each.code, each.name) for each in holders.by_code.values()), key=lambda each: each[1])
    return (
        render_template(
            "audit_exports/export.html",
            **form.given,
            **in_force(use),
            page=given.page,
            rows=[_row(card, given) for card in given.page.items],
            organisations=organisations if actor.national else (),
            own=holders[actor.holder].name,
            possible=house().giving is not None,
            link=_link,
        ),
        form.status,
    )


def _link(**changes: int) -> str:
    return url_for("audit_exports.export", page=changes["page"])


def _row(card: EventCard, given: Given) -> dict[str, Any]:
    """What was given out, to whom and when, as it stands in the database, where somebody may have edited it."""
    detail = read_detail(card.payload)
    is_shipped = read_kind(card.payload) == LogShipped.__name__
    return {
        "card": card,
        "who": entry_words(card.payload, house().deployment)[1],
        "what": [_shipped(detail)] if is_shipped else list(_scope(card, detail, given)),
        "entries": whole_number(str(detail.get("entries", ""))),
        "size": whole_number(str(detail.get("size", ""))) or 0,
        "manifest": detail.get("manifest"),
    }


def _shipped(detail: Mapping[str, Any]) -> str:
    """From where on a log shipper was given the log, as far as that can be read."""
    after = whole_number(str(detail.get("after", "")))
    if after:
        return str(gettext("Every entry after the first %(number)s, to a log shipper", number=after))
    return str(gettext("Every entry, to a log shipper"))


def _scope(card: EventCard, detail: Mapping[str, Any], given: Given) -> Iterator[str]:
    """What it was narrowed by, in words; of what somebody has spoiled, that it cannot be read."""
    try:
        said = dict(str(each).split("=", 1) for each in detail["scope"])
        if not said:
            yield gettext("Everything")
        if "case" in said:
            case = case_in(card.payload)
            yield (case and given.references.get(case)) or gettext("A case that goes by no reference any more")
        yield from _shown_to(said)
        if "since" in said:
            yield gettext("From %(day)s", day=_day(datetime.fromisoformat(said["since"])))
        if "until" in said:
            yield gettext("To %(day)s", day=_day(datetime.fromisoformat(said["until"]) - MOMENT))
        if "after" in said:
            yield gettext("After the first %(number)s entries", number=int(said["after"]))
    except (LookupError, TypeError, ValueError):
        yield gettext(UNREADABLE)


def _shown_to(said: Mapping[str, str]) -> Iterator[str]:
    """As whom the entries were read, if not as the audit desk."""
    if "holder" in said:
        known = house().deployment.holders.by_code.get(HolderCode(said["holder"]))
        yield gettext("What %(organisation)s may see", organisation=known.name if known else said["holder"])
    if "national" in said:
        yield gettext("Everything but what the audit desk keeps to itself")


def _day(at: datetime) -> str:
    return str(format_date(london_date(at), "d MMM y"))  # type: ignore[no-untyped-call]  # the library ships no types
