"""Tags and quotas, in memory."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import uuid4

from casetrack.domain.errors import NotPermitted
from casetrack.domain.holdings import Part
from casetrack.domain.ids import AccountId, CaseId, HolderCode, Instant
from casetrack.services.limits import Raise, Spent
from casetrack.services.ports import IndexTag
from tests.memory.kept import Memory


class MemoryIndexTags:
    """Tags: read by the holder that they are of, made and taken away by whoever has the part."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def replace(self, case: CaseId, part: Part, tags: Iterable[IndexTag]) -> None:
        self.forget(case, part)
        self._add(case, part, tags)

    def replace_own(self, case: CaseId, part: Part, tags: Iterable[IndexTag]) -> None:
        mine = {each for each in self._mine() if each[:2] == (case, part)}
        self._memory.kept.tags -= mine
        self._add(case, part, tags)

    def _add(self, case: CaseId, part: Part, tags: Iterable[IndexTag]) -> None:
        new = tuple(tags)
        holders = self._memory.holdings(case).holders_of(part)
        if new and not (self._has(case, part) and {each.holder for each in new} <= holders):
            raise NotPermitted
        self._memory.kept.tags |= {(case, part, each) for each in new}

    def older(self, holder: HolderCode, version: int, most: int) -> tuple[CaseId, ...]:
        return tuple(sorted({case for case, _, _ in self._older(holder, version)}))[:most]

    def left(self, holder: HolderCode, version: int) -> int:
        return len(self._older(holder, version))

    def forget(self, case: CaseId, part: Part) -> None:
        if self._has(case, part):
            kept = self._memory.kept
            kept.tags = frozenset(each for each in kept.tags if each[:2] != (case, part))

    def versions(self, holder: HolderCode, *, up_to: int) -> tuple[int, ...]:
        found = {tag.keyset_version for _, _, tag in self._mine() if tag.holder == holder}
        return tuple(sorted(version for version in found if version <= up_to))

    def cases(self, sought: Sequence[IndexTag], *, most: int) -> tuple[CaseId, ...]:
        wanted = set(sought)
        found = {case for case, _, tag in self._mine() if tag in wanted}
        return tuple(sorted(found)[:most])

    def _older(self, holder: HolderCode, version: int) -> list[tuple[CaseId, Part, IndexTag]]:
        return [each for each in self._mine() if each[2].holder == holder and each[2].keyset_version < version]

    def _mine(self) -> list[tuple[CaseId, Part, IndexTag]]:
        mine = self._memory.caseworker
        tags = (each for each in self._memory.kept.tags if each[2].holder == mine)
        return [each for each in tags if self._has(each[0], each[1])]

    def _has(self, case: CaseId, part: Part) -> bool:
        return self._memory.caseworker in self._memory.holdings(case).holders_of(part)


class MemoryQuotas:
    """What each account was shown."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def spent(self, account: AccountId, *, since: Instant, now: Instant) -> Spent:
        return self.of_all((account,), since=since, now=now).get(account, Spent())

    def spend(self, account: AccountId, spent: Spent, at: Instant) -> None:
        self._memory.kept.uses[uuid4()] = (account, spent, at)

    def of_all(self, accounts: tuple[AccountId, ...], *, since: Instant, now: Instant) -> Mapping[AccountId, Spent]:
        told = {account: self._of(account, since, now) for account in accounts}
        return {account: spent for account, spent in told.items() if spent != Spent()}

    def allow(self, raised: Raise) -> None:
        self._memory.kept.raises[raised.id] = raised

    def _of(self, account: AccountId, since: Instant, now: Instant) -> Spent:
        uses = [spent for whose, spent, at in self._memory.kept.uses.values() if whose == account and at > since]
        raises = sum(each.account == account and each.until > now for each in self._memory.kept.raises.values())
        return Spent(sum(use.reveals for use in uses), sum(use.opened for use in uses), raises)
