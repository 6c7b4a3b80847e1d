"""The key rows of the memory stores, for the keeper of the keys."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

from casetrack.crypto.datakeys import OFFER
from casetrack.crypto.keyring import SealedKeyset
from casetrack.crypto.keysets import PublicKeyset
from casetrack.crypto.letters import letter_version
from casetrack.crypto.wraps import Wrap
from casetrack.domain.actions import Action
from casetrack.domain.destructions import Need, is_agreed
from casetrack.domain.errors import NotPermitted, Stale
from casetrack.domain.holders import AUDIT_DESK, Holder
from casetrack.domain.holdings import Part
from casetrack.domain.ids import AccountId, HolderCode, ProposalId
from casetrack.domain.references import Reference
from casetrack.services.approvals import KeptProposal
from casetrack.services.destructions import subject_of
from casetrack.services.evidence import KeptAccount
from casetrack.services.keysets import KeyedCase, KeyedOffer
from casetrack.services.ports import JournalEntry
from casetrack.services.vouching import Door, DoorSeal, seal_of_account, seal_of_token
from tests.memory.kept import Kept


class MemoryKeyRoom:
    """Every key row, in its dictionary."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept

    @contextmanager
    def enter(self) -> Iterator["MemoryKeyRoom"]:
        """The key rows, in one transaction: undone whole if it does not end well."""
        before = self.kept.copy()
        try:
            yield self
        except BaseException:
            vars(self.kept).update(vars(before))
            raise

    def holders(self) -> tuple[Holder, ...]:
        return tuple(sorted(self.kept.holders.values(), key=lambda holder: holder.code))

    def keysets(self, holder: HolderCode) -> tuple[SealedKeyset, ...]:
        found = (keyset for keyset in self.kept.keysets.values() if keyset.public.holder == holder)
        return tuple(sorted(found, key=lambda keyset: keyset.public.version))

    def add_keyset(self, keyset: SealedKeyset) -> None:
        place = (keyset.public.holder, keyset.public.version)
        if place in self.kept.keysets:
            raise Stale
        self.kept.keysets[place] = keyset

    def reseal(self, keyset: SealedKeyset) -> None:
        place = (keyset.public.holder, keyset.public.version)
        self.kept.keysets[place] = replace(self.kept.keysets[place], sealed=keyset.sealed)

    def recertify(self, first: PublicKeyset) -> None:
        place = (first.holder, first.version)
        self.kept.keysets[place] = replace(self.kept.keysets[place], public=first)

    def hold_service(self) -> None:
        """Nobody else is there."""

    def door_seals(self, version: int, most: int, of: Collection[UUID]) -> tuple[DoorSeal, ...]:
        return self._door_seals(version, of)[:most]

    def door_seals_left(self, version: int, of: Collection[UUID]) -> int:
        return len(self._door_seals(version, of))

    def seal_doors(self, seals: Iterable[DoorSeal]) -> None:
        for each in seals:
            if each.door is Door.TOKEN:
                self.kept.tokens[each.id] = replace(self.kept.tokens[each.id], seal=each.seal)
            else:
                account = AccountId(each.id)
                self.kept.accounts[account] = replace(self.kept.accounts[account], seal=each.seal)

    def older(self, holder: HolderCode, version: int, most: int) -> tuple[Wrap, ...]:
        return self._older(holder, version)[:most]

    def left(self, holder: HolderCode, version: int) -> int:
        return len(self._older(holder, version))

    def rewrap(self, wraps: Iterable[Wrap]) -> None:
        anew = {_place(wrap): wrap for wrap in wraps}
        self.kept.wraps = tuple(anew.get(_place(wrap), wrap) for wrap in self.kept.wraps)

    def holders_of(self, reference: Reference) -> frozenset[HolderCode]:
        cases = (kept.case for kept in self.kept.cases.values())
        return next((case.holdings.holders for case in cases if case.reference == reference), frozenset())

    def size(self) -> int:
        return len(self.kept.cases) + len(self.kept.transfers)

    def cases(self) -> Iterator[KeyedCase]:
        for id_, kept in sorted(self.kept.cases.items()):
            holders = {part: kept.case.holdings.holders_of(part) for part in Part}
            wraps = tuple(wrap for wrap in self.kept.wraps if wrap.case == id_ and wrap.number != OFFER)
            keys = tuple(key for (case, _), key in sorted(self.kept.keys.items()) if case == id_)
            yield KeyedCase(id_, kept.case.reference, keys, holders, wraps)

    def offers(self) -> Iterator[KeyedOffer]:
        for id_, kept in sorted(self.kept.transfers.items()):
            sides = frozenset({kept.transfer.from_holder, kept.transfer.to_holder})
            wraps = tuple(wrap for wrap in self.kept.wraps if wrap.number == OFFER and wrap.transfer == id_)
            yield KeyedOffer(id_, kept.commitment, sides, wraps)

    def proposals(self, subject: UUID) -> tuple[KeptProposal, ...]:
        found = (replace(kept, words=None) for kept in self.kept.proposals.values() if kept.proposal.subject == subject)
        return tuple(sorted(found, key=lambda kept: kept.proposal.proposed_at))

    def needs(self, holder: HolderCode, version: int) -> Mapping[Need, int]:
        place, of_desk = (holder, version), holder == AUDIT_DESK
        wraps = [wrap for wrap in self.kept.wraps if (wrap.recipient, wrap.recipient_version) == place]
        letters = [entry.words for entry in self.kept.entries if of_desk]
        said = [kept.words for kept in self.kept.proposals.values() if kept.proposal.to_holder == holder]
        own = {account.id for account in self.kept.accounts.values() if account.holder == holder}
        drafts = [draft.sealed for (account, _), draft in self.kept.drafts.items() if account in own]
        answers = [answer for (_, account), answer in self.kept.answers.items() if account in own]
        return {
            Need.DATA_KEYS: sum(wrap.number != OFFER for wrap in wraps),
            Need.OFFER_KEYS: sum(wrap.number == OFFER for wrap in wraps),
            Need.TAGS: sum((tag.holder, tag.keyset_version) == place for _, _, tag in self.kept.tags),
            Need.LOG_WORDS: _to_version(letters, version),
            Need.SEARCHES: sum(_is_search(entry) for entry in self.kept.entries if of_desk),
            Need.PROPOSAL_WORDS: _to_version(said, version),
            Need.DRAFTS: _to_version(drafts, version),
            Need.ANSWERS: _to_version(answers, version),
        }

    def destroy(self, holder: HolderCode, version: int, agreed: ProposalId) -> None:
        keyset, kept = self.kept.keysets[holder, version], self.kept.proposals.get(agreed)
        is_old = (holder, version + 1) in self.kept.keysets
        if (
            kept is None
            or not is_old
            or not is_agreed(kept.proposal, holder)
            or any(self.needs(holder, version).values())
        ):
            raise NotPermitted
        if kept.proposal.subject != subject_of(keyset.public) or keyset.is_destroyed:
            raise NotPermitted
        self.kept.keysets[holder, version] = replace(keyset, sealed=None)
        self.kept.destroyed[holder, version] = agreed

    def write(self, entry: JournalEntry) -> None:
        self.kept.entries += (entry,)

    def _door_seals(self, version: int, of: Collection[UUID]) -> tuple[DoorSeal, ...]:
        accounts = (seal_of_account(KeptAccount(each, each.password_digest)) for each in self.kept.accounts.values())
        found = (*accounts, *map(seal_of_token, self.kept.tokens.values()))
        return tuple(each for each in found if each.seal.keyset_version < version and each.id in of)

    def _older(self, holder: HolderCode, version: int) -> tuple[Wrap, ...]:
        return tuple(wrap for wrap in self.kept.wraps if wrap.recipient == holder and wrap.recipient_version < version)


def _to_version(letters: Iterable[bytes | None], version: int) -> int:
    return sum(letter_version(letter) == version for letter in letters if letter)


def _is_search(entry: JournalEntry) -> bool:
    return entry.action is Action.PERSON_FIND and bool(json.loads(entry.payload)["detail"].get("marks"))


def _place(wrap: Wrap) -> tuple[object, ...]:
    return (wrap.transfer, OFFER, wrap.recipient) if wrap.number == OFFER else (wrap.case, wrap.number, wrap.recipient)
