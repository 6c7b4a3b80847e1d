"""The components that pages are put together from."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from casetrack.domain.case import Status as CaseStatus
from casetrack.domain.catalogue import LimitKind, Phase, Unit
from casetrack.domain.clocks import Standing
from casetrack.domain.holdings import Strand
from casetrack.domain.progress import Row, Status
from casetrack.domain.transfer import TransferState
from casetrack.services.lists import Page
from tests.web.bare import drawn, tags, words
from tests.web.rows import NOW, limit, row

SUMMER = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
CASE = {
    "reference": "CT-7K3M-92Q2",
    "pseudonym": "amber heron",
    "status": CaseStatus.OPEN,
    "phase": Phase.RECOVER,
    "leads": [(Strand.SUPPORT, "Harbour Trust"), (Strand.INVESTIGATION, "Eastmarch Police")],
    "high_risk": False,
    "offered_to": None,
    "safe_contact": "Text only, on Tuesdays.",
}

# --- Dates ---


def test_a_date_in_a_sentence_is_in_full_and_in_a_table_short() -> None:
    on = date(2027, 1, 14)
    assert words(drawn("dates", "day(on)", on=on)) == "Thursday 14 January 2027"
    assert words(drawn("dates", "short_day(on)", on=on)) == "14 Jan 2027"


def test_a_time_is_londons() -> None:
    assert words(drawn("dates", "moment(at)", at=SUMMER)) == "Wednesday 1 July 2026 at 13:30"


# --- Milestones ---


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (row("rg-decision", Status.OVERDUE, limit(date(2026, 11, 18)), left=-3), "Overdue by 3 days"),
        (row("rg-decision", Status.OVERDUE, limit(date(2026, 11, 20)), left=-1), "Overdue by 1 day"),
        (
            row("rg-decision", Status.OVERDUE, limit(date(2026, 7, 1), 24, Unit.HOURS, at=SUMMER), left=-143),
            "Overdue since Wednesday 1 July 2026 at 13:30",
        ),
        (row("rg-decision", Status.DO_NOW, limit(date(2026, 11, 21), 0, Unit.HOURS, at=NOW), left=0), "Do now"),
        (row("rg-decision", Status.DUE, limit(date(2027, 1, 14)), left=54), "Due Thursday 14 January 2027"),
        (row("rg-decision", Status.DUE, limit(date(2026, 11, 21)), left=0), "Due today, Saturday 21 November 2026"),
        (row("rg-decision", Status.DUE, limit(date(2026, 11, 22)), left=1), "Due tomorrow, Sunday 22 November 2026"),
        (
            row("rg-decision", Status.DUE, limit(date(2026, 7, 1), 24, Unit.HOURS, at=SUMMER), left=0),
            "Due by Wednesday 1 July 2026 at 13:30",
        ),
        (row("rg-decision", Status.WAITING, days=212), "Waiting on the Home Office, 212 days"),
        (
            row("cg-decision", Status.ELAPSED, limit(date(2027, 1, 14), 30, kind=LimitKind.MIN), days=4, left=54),
            "Not before Thursday 14 January 2027",
        ),
        (row("encounter", Status.ELAPSED, days=1), "Under way, 1 day"),
        (row("encounter", Status.MET), "Met 21 Nov 2026"),
        (row("encounter", Status.NOT_STARTED), "Not started"),
        (row("encounter", Status.NOT_APPLICABLE), "Does not apply"),
        (row("encounter", Status.DECLINED), "Declined"),
        (row("encounter", Status.STOPPED), "No longer needed"),
    ],
)
def test_when_a_milestone_is_due_is_said_in_words(shown: Row, said: str) -> None:
    assert words(drawn("milestones", "due(row)", row=shown)) == said


def test_the_working_days_that_a_page_knows_are_what_something_is_overdue_by() -> None:
    late = row("rg-decision", Status.OVERDUE, limit(date(2026, 11, 18)), left=-5)
    assert words(drawn("milestones", "due(row, 3)", row=late)) == "Overdue by 3 working days"


def test_overdue_is_a_word_on_an_orange_tag_and_never_red() -> None:
    html = drawn("milestones", "due(row)", row=row("rg-decision", Status.OVERDUE, limit(date(2026, 11, 18)), left=-3))
    assert tags(html, "strong") == [{"class": "govuk-tag govuk-tag--orange"}]


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_its_words(status: Status) -> None:
    shown = row("rg-decision", status, limit(date(2027, 1, 14)), days=3, left=-2)
    assert words(drawn("milestones", "due(row)", row=shown))


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (
            row("language-needs", Status.DO_NOW, limit(date(2026, 11, 21), 0, Unit.HOURS, standing=Standing.OUR_AIM)),
            "A duty in a national standard; our aim is at once.",
        ),
        (row("rg-decision", Status.NOT_STARTED), "Guidance says 5 working days."),
        (row("encounter", Status.NOT_STARTED), "A duty in law, with no limit of time."),
        (
            row("encounter", Status.DUE, limit(date(2026, 11, 21), 1, standing=Standing.OUR_AIM)),
            "A duty in law; our aim is 1 working day.",
        ),
        (
            row("encounter", Status.ELAPSED, limit(date(2026, 11, 21), 30, Unit.CALENDAR_DAYS, kind=LimitKind.MIN)),
            "A duty in law; guidance says at least 30 days.",
        ),
        (
            row("encounter", Status.DUE, limit(date(2026, 11, 21), 3, Unit.MONTHS, kind=LimitKind.REPEAT)),
            "A duty in law; guidance says every 3 months.",
        ),
        (
            row("encounter", Status.DUE, limit(date(2026, 11, 21), 2, Unit.WEEKS)),
            "A duty in law; guidance says 2 weeks.",
        ),
        (
            row("encounter", Status.DUE, limit(date(2026, 11, 21), 1, Unit.YEARS)),
            "A duty in law; guidance says 1 year.",
        ),
    ],
)
def test_a_limit_says_whether_it_is_law_guidance_or_our_aim(shown: Row, said: str) -> None:
    assert words(drawn("milestones", "standing(row)", row=shown)) == said


def test_a_list_of_milestones_leads_to_each() -> None:
    html = drawn(
        "milestones",
        "milestone_list(rows, href, ours)",
        rows=[row("encounter", Status.MET), row("rg-decision", Status.WAITING, days=1)],
        href="/milestones/{}".format,
        ours={"encounter"},
    )
    assert tags(html, "a")[0]["href"] == "/milestones/encounter"
    assert "Signs of slavery seen and the person met" in words(html)


@pytest.mark.parametrize("status", [each for each in Status if row("rg-decision", each).is_open])
def test_a_date_that_gives_a_birthday_away_is_in_no_list(status: Status) -> None:
    shown = replace(row("rg-decision", status, limit(date(2027, 1, 14)), days=3, left=-2), sealed=True)
    said = words(drawn("milestones", "milestone_list(rows, href, ours)", rows=[shown], href=str, ours=()))
    assert "Its date follows from the date of birth, and is hidden" in said
    assert "2027" not in said
    assert "days" not in said.partition("is hidden")[0]


# --- A case ---


def test_the_identity_bar_says_which_case_who_is_responsible_and_how_to_contact_safely() -> None:
    said = words(drawn("case", "identity_bar(case)", case=CASE))
    assert said == (
        "CT-7K3M-92Q2 amber heron Support Harbour Trust Investigation Eastmarch Police Phase Recover "
        "Safe contact Text only, on Tuesdays."
    )


def test_the_identity_bar_warns_of_what_is_out_of_the_ordinary() -> None:
    case = CASE | {"status": "closed", "high_risk": True, "offered_to": "Northmarch Police", "safe_contact": None}
    said = words(drawn("case", "identity_bar(case)", case=case))
    for warning in ("Closed", "High risk", "Offered to Northmarch Police", "do not contact the person until it is"):
        assert warning in said


# --- Lists ---

HOLDERS = {"eastmarch": SimpleNamespace(name="Eastmarch Police"), "harbour": SimpleNamespace(name="Harbour Trust")}
CARD = SimpleNamespace(
    reference="CT-7K3M-92Q2",
    pseudonym="amber heron",
    status=CaseStatus.OPEN,
    leads={Strand.SUPPORT: "harbour"},
    held=True,
    worker_name="A. Worker",
    phase="recover",
    due=date(2026, 11, 18),
    do_now=False,
    waiting=False,
    high_risk=True,
    opened_on=date(2026, 3, 1),
    offered_to="eastmarch",
)


def link(**changes: object) -> str:
    return "/cases?" + "&".join(f"{name}={value}" for name, value in changes.items())


def table(card: SimpleNamespace = CARD, sort: str = "due", *, descending: bool = False) -> str:
    return drawn(
        "lists",
        "case_table(cards, 'Cases', sort, descending, link, holders, today)",
        cards=[card],
        sort=sort,
        descending=descending,
        link=link,
        holders=HOLDERS,
        today=date(2026, 11, 21),
    )


def test_the_link_of_a_row_is_on_the_reference() -> None:
    assert [each["href"] for each in tags(table(), "a") if "ct-reference" in each["class"]] == ["/cases/CT-7K3M-92Q2"]


def test_a_row_says_what_is_overdue_who_is_responsible_and_who_was_offered_the_case() -> None:
    said = words(table())
    assert "Overdue since 18 Nov 2026" in said
    assert "Harbour Trust (support) Offered to Eastmarch Police" in said
    assert "High risk" in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"due": date(2026, 11, 21)}, "21 Nov 2026"),
        ({"due": None, "waiting": True}, "Waiting on somebody else"),
        ({"due": None}, "Nothing is due"),
        ({"status": "closed", "due": None}, "Closed Next due Nothing is due"),
        ({"held": False}, "Passed on"),
        ({"held": False, "phase": "", "due": None}, "Passed on"),
        ({"due": None, "do_now": True, "waiting": True}, "Next due Do now Responsible"),
        ({"due": date(2026, 11, 24), "do_now": True}, "Next due Do now Responsible"),
    ],
)
def test_a_row_says_what_is_next(changes: Mapping[str, Any], said: str) -> None:
    html = words(table(SimpleNamespace(**({**vars(CARD), **changes}))))
    assert said in html
    assert "Overdue" not in html


def test_what_is_late_is_said_beside_what_is_to_be_done_now() -> None:
    said = words(table(SimpleNamespace(**({**vars(CARD), "do_now": True}))))
    assert "Do now Overdue since 18 Nov 2026" in said


def test_the_column_that_a_list_is_sorted_by_says_so_and_its_link_turns_the_order_round() -> None:
    heads = tags(table(descending=True), "th")
    assert [each.get("aria-sort") for each in heads if "aria-sort" in each] == ["descending"]
    assert "/cases?sort=due&descending=False" in [each["href"] for each in tags(table(descending=True), "a")]
    assert "/cases?sort=due&descending=True" in [each["href"] for each in tags(table(), "a")]
    assert "/cases?sort=phase&descending=False" in [each["href"] for each in tags(table(descending=True), "a")]


@pytest.mark.parametrize(
    ("total", "number", "said"),
    [
        (1, 1, "1 result in open cases"),
        (0, 1, "0 results in open cases"),
        (403, 6, "403 results in open cases, page 6 of 17"),
    ],
)
def test_a_list_says_how_much_there_is_and_where(total: int, number: int, said: str) -> None:
    shown: Page[object] = Page((), number, total)
    assert words(drawn("lists", "results(page, 'open cases')", page=shown)) == said


def test_pages_lead_to_their_neighbours_and_to_both_ends() -> None:
    shown: Page[object] = Page((), 6, 403)
    html = drawn("lists", "pagination(page, link)", page=shown, link=link)
    assert [each["href"] for each in tags(html, "a")] == [f"/cases?page={number}" for number in (5, 1, 5, 6, 7, 17, 7)]
    assert html.count("&ctdot;") == 2
    assert next(each for each in tags(html, "a") if each.get("aria-current") == "page")["href"] == "/cases?page=6"


def test_a_list_of_one_page_has_no_pages_to_choose() -> None:
    only: Page[object] = Page((), 1, 3)
    assert words(drawn("lists", "pagination(page, link)", page=only, link=link)) == ""


def test_a_filter_in_force_can_be_taken_away_and_the_button_is_above_and_below() -> None:
    html = drawn("lists", "filters('/cases', [('Overdue', '/cases?sort=due')], '/cases')", around="fields")
    assert html.count('<button type="submit"') == 2
    assert [each["href"] for each in tags(html, "a")] == ["/cases?sort=due", "/cases"]
    assert html.index("<button") < html.index("fields") < html.rindex("<button")


def test_a_timeline_says_what_when_and_who() -> None:
    said = words(drawn("lists", "timeline(entries)", entries=[(SUMMER, "Offer sent.", "a lead"), (NOW, "Seen.", None)]))
    assert said == "Offer sent. 1 Jul 2026 at 13:30 , a lead Seen. 21 Nov 2026 at 15:05"


# --- Pieces of a page ---


def test_an_empty_place_says_what_is_empty_and_what_to_do() -> None:
    html = drawn("page", "empty('No notes yet.', 'Write what the next worker should know.', '/new', 'Write a note')")
    assert words(html) == "No notes yet. Write what the next worker should know. Write a note"


def test_facts_stand_by_their_names_and_a_link_says_what_it_changes() -> None:
    html = drawn("page", "facts([('Worker', 'A. Worker', ('Change', '/assign')), ('Opened', 'today')], 'About')")
    assert words(html) == "About Worker A. Worker Change (Worker) Opened today"


def test_counts_lead_to_what_they_count() -> None:
    html = drawn("page", "count_links([(3, 'Overdue', '/work?due=overdue')])")
    assert tags(html, "a")[0]["href"] == "/work?due=overdue"
    assert words(html) == "3 Overdue"


def test_the_page_that_one_is_on_is_marked_among_the_others() -> None:
    html = drawn("page", "sub_navigation('This case', [('Overview', '/a', false), ('Journey', '/b', true)])")
    assert [each.get("aria-current") for each in tags(html, "a")] == [None, "page"]


@pytest.mark.parametrize("macro", ["interruption('Stop')", "details('More')", "as_table()", "scrolling('A table')"])
def test_a_frame_holds_what_stands_in_it(macro: str) -> None:
    assert "the inside" in words(drawn("page", macro, around="the inside"))


def test_what_scrolls_sideways_can_be_reached_with_the_keyboard_and_has_a_name() -> None:
    (region,) = tags(drawn("page", "scrolling('A table')", around=""), "div")
    assert (region["role"], region["tabindex"], region["aria-label"]) == ("region", "0", "A table")


def test_a_button_that_does_something_is_a_form_with_its_proof_and_what_was_seen() -> None:
    html = drawn("page", "post_button('Withdraw', '/withdraw', seen=7)")
    assert tags(html, "form")[0]["method"] == "post"
    assert [(each["name"], each["value"]) for each in tags(html, "input")] == [("csrf_token", "proof"), ("seen", "7")]


@pytest.mark.parametrize(
    ("macro", "said"),
    [
        ("confirmation('Offer sent', 'amber heron')", "Offer sent amber heron"),
        ("inset('Aside')", "Aside"),
        ("warning('It cannot be undone')", "! Warning It cannot be undone"),
        ("tag('Met', 'green')", "Met"),
    ],
)
def test_a_piece_says_its_words(macro: str, said: str) -> None:
    assert words(drawn("page", macro)) == said


# --- What is sealed ---


def test_what_is_sealed_is_hidden_and_says_that_asking_is_logged() -> None:
    html = drawn("identity", "reveal_panel([('Name', true), ('Nationality', false)], '/reveal')")
    assert "Recorded and hidden" in words(html)
    assert "Nationality Not recorded" in words(html)
    assert "logged before anything is shown" in words(html)
    assert tags(html, "a")[0]["href"] == "/reveal"


def test_without_a_page_that_asks_why_nothing_offers_to_show_it() -> None:
    assert tags(drawn("identity", "reveal_panel([('Name', true)])"), "a") == []


def test_what_was_opened_says_whose_it_is_and_until_when() -> None:
    call = "revealed('CT-7K3M-92Q2', 'amber heron', [('Name', 'Invented One'), ('Birth', '')], until, '/hide')"
    said = words(drawn("identity", call, until=SUMMER))
    assert said.startswith("Check that this is the right person: CT-7K3M-92Q2 , amber heron Name Invented One")
    assert "Birth Not recorded" in said
    assert "until 13:30" in said
    html = drawn("identity", call, until=SUMMER)
    assert [(each["method"], each["action"]) for each in tags(html, "form")] == [("post", "/hide")]


# --- Transfers ---


def offer(state: TransferState, **more: object) -> dict[str, object]:
    said = {
        "state": state,
        "sent_at": NOW,
        "seen_at": None,
        "answered_at": None,
        "sender": "Harbour Trust",
        "receiver": "Eastmarch Police",
        "moves_strands": True,
    }
    return said | more


@pytest.mark.parametrize(
    ("transfer", "said"),
    [
        (offer(TransferState.SENT), "Until Eastmarch Police accepts, Harbour Trust is responsible"),
        (offer(TransferState.SEEN, seen_at=NOW), "Until Eastmarch Police accepts, Harbour Trust is responsible"),
        (offer(TransferState.ACCEPTED, answered_at=NOW), "Eastmarch Police is responsible for what it accepted"),
        (offer(TransferState.DECLINED, answered_at=NOW), "Harbour Trust stays responsible"),
        (offer(TransferState.WITHDRAWN, answered_at=NOW), "Harbour Trust stays responsible"),
        (offer(TransferState.SENT, moves_strands=False), "Nothing changes hands"),
    ],
)
def test_an_offer_says_who_is_responsible_meanwhile(transfer: Mapping[str, object], said: str) -> None:
    assert said in words(drawn("transfers", "status_tracker(transfer)", transfer=transfer))


def test_an_offer_says_what_has_not_happened_yet() -> None:
    said = words(drawn("transfers", "status_tracker(transfer)", transfer=offer(TransferState.SENT)))
    assert "Sent by Harbour Trust 21 Nov 2026 at 15:05 Seen by Eastmarch Police Not yet Answered Not yet" in said


def test_an_offer_withdrawn_unseen_is_never_called_seen() -> None:
    transfer = offer(TransferState.WITHDRAWN, answered_at=NOW + timedelta(days=1))
    assert "Seen" not in words(drawn("transfers", "status_tracker(transfer)", transfer=transfer))


def test_each_point_of_the_handover_is_confirmed_by_itself() -> None:
    html = drawn(
        "forms",
        "confirm_checklist(points, values, errors)",
        points=[("risks", "Risks", "Do not travel by rail."), ("language", "Language", None)],
        values=MultiDict([("confirmed", "language")]),
        errors={"confirmed": ["Confirm each point."]},
    )
    inputs = tags(html, "input")
    assert [(each["name"], each["value"], "checked" in each) for each in inputs] == [
        ("confirmed", "risks", False),
        ("confirmed", "language", True),
    ]
    assert inputs[0]["id"] == "confirmed"
    assert "Do not travel by rail." in words(html)


# --- Words for codes ---


@pytest.mark.parametrize(
    ("macro", "said"),
    [
        ("strands(['support', 'investigation'])", "Support and investigation"),
        ("strands(['investigation'])", "Investigation"),
        ("strands([])", "Information only"),
        ("status('closed')", "Closed"),
        ("identity('not-yet-asked')", "Not yet asked"),
        ("transfer_state('declined')", "Declined"),
        ("role('support_worker')", "Support worker"),
        ("sentence('a duty of the NRM')", "A duty of the NRM"),
    ],
)
def test_a_code_has_its_words(macro: str, said: str) -> None:
    assert words(drawn("words", macro)) == said
