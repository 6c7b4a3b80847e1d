"""The cases of a store, watched: what each change gave it, and how it is when a case goes away between two looks."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from casetrack.crypto.seals import Seal
from casetrack.domain.holdings import Holding
from casetrack.domain.ids import CaseId, HolderCode
from casetrack.domain.references import Pseudonym, Reference
from casetrack.services.ports import CaseStore, KeptCase, KeptHolding, NamedCase


@dataclass
class Watched:
    """The cases of a store, and all that it was given of holdings."""

    store: CaseStore
    changed: list[tuple[Holding, Seal]] = field(default_factory=list)
    gone: bool = False
    """True of a store from which each case goes away as soon as it was found."""

    def find(self, reference: Reference) -> CaseId | None:
        return self.store.find(reference)

    before: list[KeptCase] = field(default_factory=list)
    """What is read first, one after another: rows of a case from before somebody changed it."""

    def get(self, case: CaseId, *, lock: bool) -> KeptCase | None:
        if self.before:
            return self.before.pop(0)
        return None if self.gone else self.store.get(case, lock=lock)

    def all_of(self, cases: Sequence[CaseId]) -> tuple[KeptCase, ...]:
        return () if self.gone else self.store.all_of(cases)

    def stub(self, reference: Reference) -> tuple[KeptHolding, ...]:
        return self.store.stub(reference)

    def audited(self, reference: Reference) -> tuple[KeptHolding, ...]:
        return self.store.audited(reference)

    def add(self, kept: KeptCase, changed: Sequence[tuple[Holding, Seal]]) -> None:
        self.changed += changed
        self.store.add(kept, changed)

    def put(self, kept: KeptCase, changed: Sequence[tuple[Holding, Seal]]) -> None:
        self.changed += changed
        self.store.put(kept, changed)

    def lock_if_free(self, case: CaseId) -> bool:
        return self.store.lock_if_free(case)

    def begun_under(self, holder: HolderCode, before: int, *, of: CaseId | None = None) -> tuple[NamedCase, ...]:
        return self.store.begun_under(holder, before, of=of)

    def pseudonym_is_taken(self, pseudonym: Pseudonym) -> bool:
        return self.store.pseudonym_is_taken(pseudonym)
