"""What is written down at one sitting: the milestones of one stage, as the person's age and nation have them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from casetrack.cli.demo.acts import Entry
from casetrack.cli.demo.chance import Stream
from casetrack.domain.calendars import Nation
from casetrack.domain.catalogue import Catalogue, Side
from casetrack.domain.holdings import Strand
from casetrack.domain.records import RecordState

FORGOTTEN: Final = 0.02
"""The share of what should be written down that somebody forgets, so that there is always something overdue."""

NEVER_FORGOTTEN: Final = frozenset(
    {
        *("encounter", "risk-assessed", "age-considered", "nrm-explained", "nrm-consent", "nrm-referral-adult"),
        *("nrm-referral-child", "rg-decision", "cg-decision", "cg-reconsider", "cg-reconsider-reply", "vts-decision"),
        *("plan-review", "safe-contact-checked"),
    }
)
"""What the phase of a journey, its age group or its risk is read from."""

POLICE_REPORT: Final = "police-report"
AGE_OUTCOMES: Final = {"adult": "adult", "child": "child", "in-doubt": "not_sure"}


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What decides which milestones a person has, and how they turn out."""

    catalogue: Catalogue
    nation: Nation
    age: str
    """adult, child or in-doubt."""
    risk: str
    needs_interpreter: bool
    refuses_nrm: bool
    wants_time: bool
    first_positive: bool
    final_positive: bool

    @property
    def is_adult(self) -> bool:
        """Whether the rules of adults apply; somebody whose age is in doubt is a child."""
        return self.age == "adult"

    def written_by(self, code: str, strands: Collection[Strand]) -> Strand | None:
        """Which strand's worker writes it down; None if it is not this person's, or nobody is there to see it."""
        rule = self.catalogue.rules.get(code)
        if rule is not None and not (
            rule.covers("adult" if self.is_adult else "child", self.nation) and rule.of_strands(strands)
        ):
            return None
        sides = {rule.strand, rule.visible_to} if rule else {Side.INVESTIGATION if code == POLICE_REPORT else Side.BOTH}
        for side, strand in ((Side.INVESTIGATION, Strand.INVESTIGATION), (Side.SUPPORT, Strand.SUPPORT)):
            if side in sides:
                return strand if strand in strands else None
        return Strand.SUPPORT if Strand.SUPPORT in strands else Strand.INVESTIGATION


def fact(code: str) -> Entry:
    """That a dated fact happened."""
    return Entry(code, state=RecordState.FACT)


def first_hours(of: Circumstances, stream: Stream) -> tuple[Entry, ...]:
    """The person was met, and the first things that keep them safe were done."""
    spoken = [Entry("language-needs", "interpreter_needed" if of.needs_interpreter else "no_interpreter")]
    if of.needs_interpreter:
        spoken.append(Entry("interpreter-booked", stream.weigh({"booked": 9, "none_available": 1})))
    return (
        Entry("encounter", before=timedelta(minutes=stream.between(30, 150))),
        fact(POLICE_REPORT),
        Entry("indicators-noted"),
        *spoken,
        Entry("age-considered", AGE_OUTCOMES[of.age]),
        Entry("immediate-safety", "unsafe_plan_in_place" if of.risk == "high" else "safe"),
        Entry("urgent-medical", stream.weigh({"not_needed": 6, "accepted": 3, "declined": 1})),
        Entry("safe-place-tonight", stream.weigh({"own_or_friends": 4, "local_authority": 3, "asylum": 3})),
        Entry("child-social-care"),
        Entry("adult-safeguarding", stream.weigh({"not_needed": 6, "accepted": 4})),
        Entry("risk-assessed", of.risk, note=stream.pick(RISK_NOTES)),
        Entry("lead-contact"),
        Entry("safe-contact", "agreed"),
        Entry("ictg-referral", "referred"),
        Entry("guardian-scotland", "referred"),
        Entry("crime-recorded", stream.weigh({"crime": 8, "incident": 2})),
        Entry("spoc-assigned"),
        Entry("vc-support-referral", "already_supported"),
    )


def explained(of: Circumstances) -> Entry:
    """The NRM was explained, in words that the person understands."""
    return Entry("nrm-explained", "explained_by_interpreter" if of.needs_interpreter else "explained")


def referral(of: Circumstances, stream: Stream) -> tuple[Entry, ...]:
    """The person, or for a child whoever must, has decided about the NRM."""
    engaged = Entry("police-engagement-choice", stream.weigh({"willing": 4, "not_now": 4, "declined": 2}))
    if not of.is_adult:
        return explained(of), Entry("nrm-referral-child"), engaged
    if of.wants_time:
        return explained(of), Entry("nrm-consent", "wants_time"), Entry("pre-nrm-support", "accepted")
    if of.refuses_nrm:
        notified = stream.weigh({"anonymous": 8, "named_with_agreement": 2})
        refused = Entry("nrm-consent", "refused")
        supported = Entry("pre-nrm-support", "accepted")
        return explained(of), refused, Entry("duty-to-notify", notified), supported, engaged, *crime_followed_up()
    wants = Entry("support-choice", "wants_support")
    return explained(of), Entry("nrm-consent", "consented"), Entry("nrm-referral-adult"), wants, engaged


def acknowledged() -> tuple[Entry, ...]:
    """The Home Office has the referral, and has told the police."""
    return (
        Entry("ca-acknowledged"),
        Entry("police-told"),
        Entry("crime-recorded", "crime"),
        Entry("spoc-assigned"),
        Entry("initial-needs"),
        *crime_followed_up(),
    )


def crime_followed_up() -> tuple[Entry, ...]:
    """The police have done what follows on recording a crime."""
    told = Entry("vc-confirmation", "given_orally")
    return Entry("investigator"), Entry("crime-ref-shared"), told, Entry("vc-needs")


def first_decision(of: Circumstances, stream: Stream) -> tuple[Entry, ...]:
    """The reasonable grounds decision came, and the person was told."""
    if not of.first_positive:
        asked = stream.weigh({"requested": 3, "not_wanted": 2})
        told = fact("rg-negative-received")
        return Entry("rg-decision", "negative"), Entry("rg-shared", "told"), told, Entry("rg-reconsider", asked)
    return (
        Entry("rg-decision", "positive"),
        Entry("rg-shared", "told"),
        Entry("provider-contact", stream.weigh({"contacted": 9, "no_answer": 1})),
        fact("support-started"),
        Entry("crime-review-at-rg", "already_crime"),
    )


def recovery(of: Circumstances, stream: Stream) -> tuple[Entry, ...]:
    """What the person needs is known, and agreed in a plan."""
    return (
        Entry("detailed-needs", note=stream.pick(PLAN_NOTES)),
        Entry("journey-plan"),
        Entry("gp-registered", "registered"),
        Entry("legal-advice", stream.weigh({"arranged": 7, "no_provider": 3})),
        Entry("money", "started" if of.nation in (Nation.ENGLAND, Nation.WALES) else "not_eligible"),
        Entry("mental-health", stream.weigh({"accepted": 3, "waiting_list": 5, "declined": 2})),
        *kept_in_touch(),
    )


def kept_in_touch() -> tuple[Entry, ...]:
    """The safe way of contact was gone through again."""
    return (Entry("safe-contact-checked", "still_safe"),)


def review() -> tuple[Entry, ...]:
    """The plan and the safe way of contact were gone through again."""
    return Entry("plan-review"), *kept_in_touch()


def final_decision(of: Circumstances, *, again: bool) -> tuple[Entry, ...]:
    """The conclusive grounds decision came, and the person was told; `again` is to ask for another look at it."""
    outcome = "positive" if of.final_positive else "negative"
    return (
        Entry("cg-decision", outcome),
        Entry("cg-shared", "told"),
        fact(f"cg-{outcome}-received"),
        *kept_in_touch(),
        *(() if of.final_positive else (Entry("cg-reconsider", "requested" if again else "not_wanted"),)),
    )


def looked_at_again() -> tuple[Entry, ...]:
    """The Home Office looks at its final decision again."""
    return Entry("cg-reconsider-reply", "agreed"), *review()


def moving_on(of: Circumstances) -> tuple[Entry, ...]:
    """What support is still needed is known."""
    if not of.final_positive:
        return ()
    return Entry("recovery-needs", "completed_more_support"), Entry("transition-plan")


def permission(stream: Stream) -> tuple[Entry, ...]:
    """Temporary permission to stay was decided."""
    return (
        Entry("vts-decision", stream.weigh({"granted": 4, "refused": 3})),
        *kept_in_touch(),
    )


def inquiry(*, reviewed: bool) -> tuple[Entry, ...]:
    """The police have begun to investigate after all; `reviewed` is that a first decision was positive by then."""
    return (
        fact(POLICE_REPORT),
        Entry("crime-recorded", "crime"),
        Entry("spoc-assigned"),
        Entry("vc-support-referral", "already_supported"),
        *crime_followed_up(),
        *((Entry("crime-review-at-rg", "already_crime"),) if reviewed else ()),
    )


def support() -> tuple[Entry, ...]:
    """Whoever only investigated looks after the person too."""
    return (
        Entry("adult-safeguarding", "not_needed"),
        Entry("ictg-referral", "referred"),
        Entry("guardian-scotland", "referred"),
        *kept_in_touch(),
    )


def handed_over() -> tuple[Entry, ...]:
    """The person has heard from whoever is there for them now."""
    return (
        Entry("first-contact-new", "spoken"),
        Entry("victim-told-transfer", "told"),
        Entry("safety-plan-review", "no_change"),
    )


RISK_NOTES: Final = (
    "Threats by phone stopped when the number was changed. Look at this again in two weeks.",
    "Nobody from before knows where the person is now.",
    "Worried about one acquaintance; agreed what to do if they get in touch.",
)
PLAN_NOTES: Final = (
    "Wants English lessons first, then work. Sleeps badly; the doctor knows.",
    "A quiet room and a lock on the door matter most.",
    "Would like to call family once a week, with help to do it safely.",
)
