"""The search for what people said finds it: without this an empty result would mean nothing."""

from datetime import UTC, date, datetime

import pytest

from casetrack.cli.demo.acts import Desk, Journey, Moment, Open
from casetrack.domain.actors import Role
from casetrack.domain.case import AgeGroup, Areas, IdentityState
from casetrack.domain.holdings import Strand
from casetrack.domain.ids import HolderCode
from tests.journeys.seeded import Seeded

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LIFE = Journey(
    7,
    (
        Open(
            when=Moment(1, 0),
            by=Desk(HolderCode("north"), Role.LEAD),
            strands=frozenset(Strand),
            age_group=AgeGroup.ADULT,
            areas=Areas(),
            identity=IdentityState.GIVEN,
            names={
                "given_names": "Belbex Grizori",
                "family_name": "ní Corafyn-Invented",
                "birth_date": date(1990, 2, 3),
            },
            contact={"phone": "07700 900123", "address": "9 Nowhere Lane, ZZ99 9ZZ", "unsafe_areas": "The market"},
        ),
    ),
)
SEEDED = Seeded([LIFE], ["Lane Worker-Invented"])


@pytest.mark.parametrize(
    "text",
    [
        "<td>Grizori</td>",
        "/cases?name=Corafyn-Invented",
        "born 3 February 1990",
        "3 Feb 1990",
        'value="1990-02-03"',
        "call 07700 900123",
        "/persons?phone=07700900123",
        "9 Nowhere Lane, ZZ99 9ZZ",
        "unsafe: The market.",
    ],
)
def test_what_somebody_said_is_found_in_a_text(text: str) -> None:
    assert list(SEEDED.in_text(text))


@pytest.mark.parametrize("text", ["Lane Worker-Invented", "ní", "9 ZZ99", "market", "at 09:14:07.900123"])
def test_what_is_anybodys_is_not(text: str) -> None:
    assert not list(SEEDED.in_text(text))


def test_what_is_found_is_named_by_whose_it_is_and_never_repeated() -> None:
    (whose,) = SEEDED.in_text("Grizori")
    assert whose == "given_names of life 7"
