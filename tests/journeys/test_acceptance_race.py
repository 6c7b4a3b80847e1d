"""The instant of the hand-off: whoever comes at once, one acceptance holds, and the keys change hands with it."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from threading import Barrier
from typing import Final

import pytest
from sqlalchemy import RowMapping, text

from casetrack.domain.calendars import london_date
from casetrack.domain.holders import HolderKind
from casetrack.persistence.embedded import SUPERUSER
from tests.journeys import story
from tests.journeys.pages import Answers
from tests.journeys.site import Site
from tests.journeys.visitor import Answer, Visitor

AT_ONCE: Final = 16
LEEDS: Final = "west-yorkshire"
MANCHESTER: Final = "greater-manchester"
CHARITY: Final = "harbour-light"
PARTS: Final = ("identity", "investigation", "safe-address", "support")
NAME: Final = "Zoribeth Anouk"

WRAPS: Final = """
SELECT k.part, w.recipient FROM wraps w JOIN case_keys k USING (case_id, number) JOIN cases c ON c.id = w.case_id
WHERE c.reference = :reference ORDER BY 1, 2
"""
LINE: Final = """
SELECT h.part, h.number, h.holder, h.since, h.until FROM holdings h JOIN cases c ON c.id = h.case_id
WHERE c.reference = :reference AND h.number IS NOT NULL ORDER BY 1, 2
"""
EVENTS: Final = """
SELECT convert_from(e.payload, 'UTF8')::jsonb ->> 'event' FROM events e JOIN cases c ON c.id = e.case_id
WHERE c.reference = :reference
"""


@pytest.fixture(scope="module")
def raced(site: Site) -> "Race":
    """A case that sixteen browsers accepted at once."""
    return Race(site)


class Race:
    """What there was before, what each was answered, and what there is afterwards."""

    def __init__(self, site: Site) -> None:
        """Run it."""
        self.site = site
        worker = site.visitor("worker")
        self.reference = story.open_case(worker)
        self.transfer = story.offer(worker, self.reference, MANCHESTER)
        story.see(site.visitor("receiving lead"), self.transfer)
        self.wraps_before = self.wraps()
        self.answers = self._all_at_once()

    def wraps(self) -> list[tuple[str, str]]:
        """For whom the keys of each part are wrapped."""
        return [(row["part"], row["recipient"]) for row in self.ask(WRAPS)]

    def ask(self, question: str) -> Sequence[RowMapping]:
        """What the database says of the case, to somebody who may see all of it."""
        with self.site.database.engine(SUPERUSER).connect() as connection:
            return connection.execute(text(question), {"reference": self.reference}).mappings().all()

    def _all_at_once(self) -> list[Answer]:
        ready = Barrier(AT_ONCE)
        visitors = [self.site.visitor(("receiving lead", "receiving supervisor")[n % 2]) for n in range(AT_ONCE)]
        for visitor in visitors:
            visitor.go(f"/transfers/{self.transfer}/accept")

        def accept(visitor: Visitor) -> Answer:
            form = visitor.page.form("worker")
            worker = next(choice for choice in form.choices("worker") if choice)
            answers: Answers = {"confirmed": form.choices("confirmed"), "worker": worker, **today(self.site)}
            ready.wait()
            return visitor.post(form, answers)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(accept, visitors))


def test_of_sixteen_acceptances_at_once_exactly_one_succeeds(raced: Race) -> None:
    statuses = Counter(answer.status for answer in raced.answers)
    assert statuses == {HTTPStatus.SEE_OTHER: 1, HTTPStatus.CONFLICT: AT_ONCE - 1}
    (won,) = [answer for answer in raced.answers if answer.status == HTTPStatus.SEE_OTHER]
    assert won.leads_to.endswith(f"/cases/{raced.reference}")


def test_there_is_one_hand_off_on_the_journal(raced: Race) -> None:
    events = Counter(next(iter(row.values())) for row in raced.ask(EVENTS))
    assert events["HandedOff"] == 1
    assert events["TransferAccepted"] == 1


def test_no_strand_has_a_gap_or_an_overlap(raced: Race) -> None:
    line = raced.ask(LINE)
    for strand in ("support", "investigation"):
        first, second = [row for row in line if row["part"] == strand]
        assert (first["holder"], second["holder"]) == (LEEDS, MANCHESTER)
        assert first["until"] == second["since"]
        assert second["until"] is None


def test_before_acceptance_no_key_of_the_receiver_opens_anything(raced: Race) -> None:
    assert raced.wraps_before == [(part, LEEDS) for part in PARTS]


def test_after_acceptance_no_key_of_the_sender_opens_what_moved(raced: Race) -> None:
    assert raced.wraps() == [(part, MANCHESTER) for part in PARTS]


def test_after_acceptance_the_receiver_reads_the_name_and_the_sender_does_not(raced: Race) -> None:
    lead, worker = raced.site.visitor("receiving lead"), raced.site.visitor("worker")
    story.reveal(lead, raced.reference, "First contact.")
    assert NAME in lead.page.text
    refused = worker.get(f"/cases/{raced.reference}/identity")
    assert refused.status == HTTPStatus.FORBIDDEN
    assert NAME not in refused.text


def test_a_case_that_a_partner_alone_holds_is_opened_by_no_forces_keys(site: Site) -> None:
    worker = site.visitor("charity worker")
    reference = story.open_case(worker, strands=())
    with site.database.engine(SUPERUSER).connect() as connection:
        wraps = connection.execute(text(WRAPS), {"reference": reference}).mappings().all()
        police = set(
            connection.scalars(text("SELECT code FROM holders WHERE kind <> ALL (:kinds)"), {"kinds": NOT_POLICE})
        )
    assert {row["recipient"] for row in wraps} == {CHARITY}
    assert {"identity", "support"} <= {row["part"] for row in wraps}
    assert {LEEDS, MANCHESTER} <= police
    for persona in ("worker", "lead", "receiving lead"):
        assert site.visitor(persona).get(f"/cases/{reference}").status == HTTPStatus.NOT_FOUND


NOT_POLICE: Final = [HolderKind.PARTNER.value, HolderKind.AUDIT_DESK.value, HolderKind.SERVICE.value]


def today(site: Site) -> Answers:
    """Today, as the three fields of the first contact have it."""
    day = london_date(site.clock())
    return {"contact_on-day": str(day.day), "contact_on-month": str(day.month), "contact_on-year": str(day.year)}
