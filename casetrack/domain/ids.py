"""The names of things: each kind of id is a type of its own, so that one cannot stand in for another."""

from datetime import datetime
from typing import NewType, TypeAlias
from uuid import UUID

AccountId = NewType("AccountId", UUID)
CaseId = NewType("CaseId", UUID)
DisclosureId = NewType("DisclosureId", UUID)
EventId = NewType("EventId", UUID)
FileId = NewType("FileId", UUID)
HoldId = NewType("HoldId", UUID)
HolderCode = NewType("HolderCode", str)
NoteId = NewType("NoteId", UUID)
ProposalId = NewType("ProposalId", UUID)
RecordId = NewType("RecordId", UUID)
SarId = NewType("SarId", UUID)
SessionId = NewType("SessionId", UUID)
TransferId = NewType("TransferId", UUID)

Instant: TypeAlias = datetime
"""An aware datetime in UTC."""
