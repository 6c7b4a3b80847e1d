"""The world in memory, for tests of the use cases: real implementations of the ports, under the tests of the real ones.

    memory = MemoryStores()
    with memory.begin(scope) as stores:
        ...

`tests/persistence/test_stores_….py` run over these and over PostgreSQL alike, so that a fake that lies fails.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from casetrack.domain.errors import SessionEnded
from casetrack.services.ports import Scope, Stores
from casetrack.services.sessions import NOBODY
from tests.memory.cases import MemoryCaseCards, MemoryCases
from tests.memory.desk import MemoryDesk
from tests.memory.files import MemoryFiles
from tests.memory.finding import MemoryIndexTags, MemoryQuotas
from tests.memory.journal import MemoryJournal, UnboundJournal
from tests.memory.kept import Kept, Memory
from tests.memory.people import MemoryAccounts, MemoryDoors, MemoryDrafts, MemoryHolders
from tests.memory.register import MemoryRegister
from tests.memory.sealed import MemoryKeys, MemorySealedValues
from tests.memory.traces import MemoryTraces
from tests.memory.transfers import MemoryTransfers
from tests.memory.two_people import MemoryForgets, MemoryHolds, MemoryProposals, MemoryTombstones
from tests.memory.unusual import MemoryUnusual


@dataclass(frozen=True)
class MemoryTransaction:
    """A transaction that has begun: its stores, and who acts in it."""

    stores: Stores
    _memory: Memory

    def act_as(self, scope: Scope) -> None:
        """From here on, and until the transaction ends, the stores answer this actor."""
        if not self._memory.goes_on(scope):
            raise SessionEnded
        self._memory.scope = scope


class MemoryStores:
    """Everything that is kept, in dictionaries; each block is a transaction, undone whole if it does not end well."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._memory = Memory()

    @property
    def kept(self) -> Kept:
        """What is kept, whoever asks: for a test to look at, or to tamper with."""
        return self._memory.kept

    @contextmanager
    def begin(self, scope: Scope) -> Iterator[Stores]:
        """The stores, in one transaction of that actor's."""
        with self.transaction(scope) as begun:
            yield begun.stores

    def founding(self, scope: Scope) -> AbstractContextManager[Stores]:
        """The same: in this memory whoever founds a deployment has no role of its own."""
        return self.begin(scope)

    @contextmanager
    def repeating(self) -> Iterator[tuple[Stores, MemoryForgets]]:
        """The stores, and where cases are forgotten, as for whoever has put a copy back: nothing binds them."""
        with self.begin(NOBODY) as stores:
            yield replace(stores, journal=UnboundJournal(self._memory)), MemoryForgets(self._memory.kept)

    @contextmanager
    def transaction(self, scope: Scope) -> Iterator[MemoryTransaction]:
        """The same, for whoever acts for several actors in one transaction."""
        memory = self._memory
        if memory.scope is not None:
            raise RuntimeError("a transaction has begun already: one actor does one thing at a time")
        before = memory.kept.copy()
        begun = MemoryTransaction(_stores(memory), memory)
        try:
            begun.act_as(scope)
            yield begun
        except BaseException:
            memory.kept = before
            raise
        finally:
            memory.scope = None
            memory.accepted = set()


def _stores(memory: Memory) -> Stores:
    return Stores(
        cases=MemoryCases(memory),
        cards=MemoryCaseCards(memory),
        transfers=MemoryTransfers(memory),
        values=MemorySealedValues(memory),
        tags=MemoryIndexTags(memory),
        files=MemoryFiles(memory),
        keys=MemoryKeys(memory),
        journal=MemoryJournal(memory),
        unusual=MemoryUnusual(memory),
        desk=MemoryDesk(memory),
        traces=MemoryTraces(memory),
        register=MemoryRegister(memory),
        accounts=MemoryAccounts(memory),
        doors=MemoryDoors(memory),
        quotas=MemoryQuotas(memory),
        drafts=MemoryDrafts(memory),
        holders=MemoryHolders(memory),
        proposals=MemoryProposals(memory),
        holds=MemoryHolds(memory),
        tombstones=MemoryTombstones(memory),
    )
