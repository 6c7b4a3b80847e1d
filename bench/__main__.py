"""`python -m bench`: measures casetrack on this machine, and prints a table with ratios to `/healthz`."""

import argparse
import platform
import time
from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.browser import Browser
from bench.caseload import open_many
from bench.exports import measure_export
from bench.fields import measure_fields
from bench.files import MIB, measure_file
from bench.house import LISTED, PASSWORD, RECEIVER, SENDER, BenchHouse, bench_house
from bench.journalled import CLIENTS, measure_journal
from bench.keys import measure_keys
from bench.notes import measure_notes
from bench.renewal import measure_cases, measure_renewal
from bench.timing import MS, Timing
from bench.work import measure_log, measure_work
from casetrack.app import utc_now
from casetrack.domain.actors import Role
from casetrack.domain.files import MOST_BYTES
from casetrack.domain.references import Reference
from casetrack.persistence.work import begin
from casetrack.services.caseload import everything
from casetrack.services.cases import list_cases
from casetrack.services.work import at_work

FEW: Final = 10
MANY: Final = 10_000
TIMES: Final = 60
WORKER: Final = f"{LISTED}.{Role.SUPPORT_WORKER}"
SENDING: Final = f"{SENDER}.{Role.LEAD}"
RECEIVING: Final = f"{RECEIVER}.{Role.LEAD}"


def main() -> None:
    """Everything is measured, and the table is on the standard output."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure casetrack on this machine.")
    parser.add_argument("--cases", type=int, default=MANY, help=f"how many cases there are at the end ({MANY:,})")
    many = parser.parse_args().cases
    start = time.monotonic()
    with bench_house() as house, house.served() as browser:
        open_many(house, WORKER, FEW)
        browser.sign_in(WORKER, PASSWORD)
        baseline = browser.timed("/healthz", "/healthz", TIMES)
        timings = [baseline, browser.timed(f"list of cases, of {FEW}", "/cases", TIMES)]
        filling = time.monotonic()
        open_many(house, WORKER, many - FEW)
        filled = time.monotonic() - filling
        events, took = measure_log(house)
        house.analyse()
        timings += _pages(browser, many, _a_case(house))
        timings += [*measure_work(house, SENDING, RECEIVING), *measure_keys()]
        timings += [*(notes := measure_notes(house, WORKER)), *(fields := measure_fields())]
        journal = measure_journal(house, SENDING)
        memory = measure_file(house, SENDING)
        rewrapped, renewing = measure_renewal(house, LISTED)
        anew = measure_cases(house, LISTED)
        timings.append(Timing.of("new data keys for a case (rotate case)", anew.taken))
    large = measure_export()
    console = Console(width=100)
    console.print(_table(timings, baseline))
    console.print(f"Sealed notes take {_ratio(*notes):.2f} times as long as clear ones, page for page.")
    console.print(f"A sealed field takes {_ratio(*fields):.2f} times as long as that of sqlalchemy-utils.")
    console.print(
        f"The slowest of a hundred writes of {CLIENTS} clients: {journal.without * MS:.0f} ms, and "
        f"{journal.journalled * MS:.0f} ms journalled: {journal.journalled / journal.without:.2f} times as long."
    )
    console.print(
        f"A file of {MOST_BYTES // MIB} MiB, there and back: {(memory.most - memory.before) / MIB:.1f} MiB of memory, "
        f"beside the {memory.before / MIB:.0f} MiB of the process."
    )
    console.print(f"The log took in {events:,} events in {took:.1f} s: {events / took:,.0f} a second, signed.")
    console.print(f"Keys renewed: {rewrapped:,} rows wrapped again, {rewrapped / renewing:,.0f} a second.")
    console.print(
        f"Keys of {len(anew.taken):,} cases renewed: {anew.rows:,} rows made new, "
        f"{anew.rows / sum(anew.taken):,.0f} a second."
    )
    console.print(
        f"An export of {large.entries:,} entries: written in {large.written_s:.1f} s, verified in "
        f"{large.verified_s:.2f} s and {large.most / MIB:.0f} MiB, which is "
        f"{large.verified_s / large.hashed_s:.2f} times the bare SHA-256 of as much."
    )
    console.print(f"{many:,} cases were opened in {filled:.0f} s. All of it took {time.monotonic() - start:.0f} s.")
    console.print(f"Python {platform.python_version()} on {platform.machine()}.")


def _pages(browser: Browser, many: int, reference: Reference) -> Iterable[Timing]:
    """The pages that people have open all day, at that many cases."""
    for what, path in (
        (f"list of cases, of {many:,}", "/cases"),
        ("the same, its last page", f"/cases?page={-(-many // 25)}"),
        ("the same, overdue", "/cases?due=overdue"),
        ("my work", "/work"),
        ("overview of a case", f"/cases/{reference}"),
        ("its milestones", f"/cases/{reference}/milestones"),
        ("its journey", f"/cases/{reference}/journey"),
    ):
        yield browser.timed(what, path, TIMES)


def _a_case(house: BenchHouse) -> Reference:
    with at_work(begin, house.deployment, house.actor(WORKER), utc_now()) as work:
        return list_cases(work, everything(work)).items[0].reference


def _ratio(one: Timing, other: Timing) -> float:
    return one.middle / other.middle


def _table(timings: Iterable[Timing], baseline: Timing) -> Table:
    table = Table(title="How long things take, in milliseconds")
    table.add_column("What")
    for heading in ("half are under", "19 in 20 are under", "of /healthz", "times"):
        table.add_column(heading, justify="right")
    for timing in timings:
        table.add_row(
            timing.what,
            f"{timing.middle * MS:.2f}",
            f"{timing.slow * MS:.2f}",
            f"{timing.middle / baseline.middle:.2f}",
            str(timing.times),
        )
    return table


if __name__ == "__main__":
    main()
