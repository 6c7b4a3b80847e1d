"""The bench begins: the deployment that it measures takes its workers, and cases by them, as any other does."""

from bench.caseload import open_many
from bench.house import LISTED, bench_house
from casetrack.app import utc_now
from casetrack.domain.actors import Role
from casetrack.persistence.work import begin
from casetrack.services.caseload import everything
from casetrack.services.cases import list_cases
from casetrack.services.work import at_work


def test_its_workers_have_accounts_and_open_cases() -> None:
    worker = f"{LISTED}.{Role.SUPPORT_WORKER}"
    with bench_house() as house:
        open_many(house, worker, 3)
        with at_work(begin, house.deployment, house.actor(worker), utc_now()) as work:
            assert list_cases(work, everything(work)).total == 3
