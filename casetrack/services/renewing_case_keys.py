"""New data keys for the cases of an organisation: what answers that old keys of it were stolen.

A renewal has no state of its own. A case is left as long as the organisation has a part of it that it came by under an
older version of its keys than the newest, and has not renewed the keys of the case under the newest. The first is in
the holdings, each of which the organisation signed with the version that the keys were wrapped for; the second is in
the journal. So it begins with the next version of the organisation's keys, and goes on from wherever it was stopped.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from casetrack.crypto.keyring import SealedKeyset
from casetrack.domain.access import require_command_line
from casetrack.domain.actions import Action
from casetrack.domain.actors import Actor, Role
from casetrack.domain.case import Case
from casetrack.domain.errors import NotFound
from casetrack.domain.ids import CaseId, HolderCode, Instant
from casetrack.domain.keyset_refusals import NoSuchHolder, SeveralHaveIt
from casetrack.domain.references import Reference
from casetrack.services.deployment import Deployment
from casetrack.services.journal import Purpose
from casetrack.services.keysets import Keeper
from casetrack.services.ports import NamedCase, Scope, Stores
from casetrack.services.sealing import renew_keys
from casetrack.services.work import Attempt, Begin, UnitOfWork, at_work


@dataclass(frozen=True)
class CaseKeeper:
    """Whoever keeps the keys of one organisation's cases in order, at the command line: the holder of the actor."""

    begin: Begin
    deployment: Deployment
    actor: Actor
    clock: Callable[[], Instant]
    purpose: Purpose

    def work(self) -> AbstractContextManager[UnitOfWork]:
        """A unit of work among the organisation's cases, which its own keys sign."""
        return at_work(self._begun, self.deployment, self.actor, self.clock(), self.purpose)

    def _begun(self, scope: Scope) -> AbstractContextManager[Stores]:
        """Row-level security shows what the organisation has to whoever works with cases: to the least of the roles."""
        return self.begin(replace(scope, role=Role.SUPPORT_WORKER))


def newest_keys(work: UnitOfWork) -> SealedKeyset:
    """The newest keys of the organisation whose cases are kept in order here; `NoSuchHolder` if there is none such."""
    require_command_line(work.actor)
    if work.actor.holder not in {each.code for each in work.stores.holders.all()}:
        raise NoSuchHolder
    return work.trust.mine(work.actor.holder)


def find_holder(keeper: Keeper, reference: Reference) -> HolderCode:
    """The organisation that has the case; `NotFound` if there is no such case, `SeveralHaveIt` if it has several."""
    with keeper.enter() as room:
        holders = sorted(room.holders_of(reference))
    if not holders:
        raise NotFound
    if len(holders) > 1:
        raise SeveralHaveIt(holders=", ".join(holders))
    return holders[0]


def find_named(keeper: CaseKeeper, reference: Reference) -> NamedCase:
    """The case of that reference, of which the organisation has a part; `NotFound` otherwise."""
    with keeper.work() as work:
        newest_keys(work)
        found = work.stores.cases.find(reference)
    if found is None:
        raise NotFound
    return NamedCase(found, reference)


def plan_case_keys(keeper: CaseKeeper) -> tuple[NamedCase, ...]:
    """The cases that are left."""
    with keeper.work() as work:
        return _left(work)


def renew_case_keys(keeper: CaseKeeper, named: NamedCase, *, anyway: bool = False) -> Case | None:
    """What the organisation has of the case is sealed anew under new data keys, in one transaction with its event.

    None, and nothing was done, while somebody else changes the case, and where it is not left any more; `anyway` asks
    not whether it is left. `IntegrityBroken` where anything of it is not as it was sealed.
    """
    with keeper.work() as work:
        keyset = newest_keys(work)
        if not work.stores.cases.lock_if_free(named.case) or not (anyway or _left(work, named.case)):
            return None
        work.attempted = Attempt(Action.DATAKEY_RENEW, named.reference)
        (hand,) = work.take_all([named.case]).whole()
        renewed = hand.case.renew_keys(keyset.public.version, by=work.actor, at=work.now)
        renew_keys(work, hand.case)
        return work.save(renewed)


def _left(work: UnitOfWork, of: CaseId | None = None) -> tuple[NamedCase, ...]:
    holder, newest = work.actor.holder, newest_keys(work).public.version
    renewed = work.stores.journal.case_keys_renewed(holder, of=of)
    begun = work.stores.cases.begun_under(holder, newest, of=of)
    return tuple(named for named in begun if renewed.get(named.case, 0) < newest)
