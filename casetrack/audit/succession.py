"""The keys of one log, one after the other: how whoever believed the first comes to believe the next.

A log keeps its name when its key is renewed. The new key signs beside the old one for a while, and then alone. What
makes it believed is a statement that the keys before it signed: no list, no file and no row of a database does. The
format is `docs/formats/audit-log.md`, section 8.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from casetrack.audit.checkpoint import LARGEST_SIZE, Checkpoint, number_in, open_checkpoint
from casetrack.audit.errors import (
    KeyEnded,
    KeyNotBegun,
    LogRefused,
    StatementMalformed,
    StatementOutOfPlace,
    StatementRefused,
    VerifierKeyMalformed,
)
from casetrack.audit.note import Note, Signer, VerifierKey, VerifierOf, is_key_name

FROM_THE_BEGINNING: Final = -1
"""After which size the first key of a log signs: it signs a checkpoint of no entries too."""

_SAYS, _ORIGIN, _OLD, _NEW, _SIZE, _TIME, _END = range(1, 8)


class Says(StrEnum):
    """What a statement says: its first line."""

    FOLLOWS = "casetrack/v1/log-key-follows"
    """The new key signs beside the old one, from now on."""
    ENDS = "casetrack/v1/log-key-ends"
    """The old key signs no more, and the new one goes on alone."""


@dataclass(frozen=True)
class Statement:
    """What the log says of two of its keys, when its newest checkpoint was of `size` entries.

    `time_ms` is milliseconds since 1970. Raises `StatementMalformed`, with the line that is wrong.
    """

    says: Says
    origin: str
    old: VerifierKey
    new: VerifierKey
    size: int
    time_ms: int

    def __post_init__(self) -> None:
        """No statement exists that would not read back as itself."""
        if not is_key_name(self.origin):
            raise StatementMalformed(line=_ORIGIN)
        for line, number in ((_SIZE, self.size), (_TIME, self.time_ms)):
            if not 0 <= number <= LARGEST_SIZE:
                raise StatementMalformed(line=line)

    def body(self) -> str:
        """The six lines that are signed."""
        return (
            f"{self.says.value}\n{self.origin}\n{self.old.format()}\n{self.new.format()}\n{self.size}\n{self.time_ms}\n"
        )

    @classmethod
    def parse(cls, body: str) -> "Statement":
        """The statement in the text of a note; `StatementMalformed` names the line."""
        lines = body.split("\n")
        if len(lines) != _END or lines[-1]:
            raise StatementMalformed(line=min(len(lines), _END))
        says, origin, old, new, size, time_ms, _ = lines
        if says not in set(Says):
            raise StatementMalformed(line=_SAYS)
        return cls(
            says=Says(says),
            origin=origin,
            old=_key(old, _OLD),
            new=_key(new, _NEW),
            size=_number(size, _SIZE),
            time_ms=_number(time_ms, _TIME),
        )


def sign_statement(statement: Statement, old: Signer, new: Signer) -> str:
    """The signed note of a statement, by both of the keys that it is about."""
    return Note.signed(statement.body(), old, new).format()


@dataclass(frozen=True)
class Span:
    """A believed key, in force for checkpoints of more than `after` entries and, once it has ended, of at most `until`.

    `since_ms` is when its first statement was made; the first key of a log has none.
    """

    key: VerifierKey
    after: int = FROM_THE_BEGINNING
    since_ms: int | None = None
    until: int | None = None

    def require_in_force(self, size: int) -> None:
        """Returns when this key may sign a checkpoint of that size; otherwise `KeyEnded` or `KeyNotBegun`."""
        key = self.key.key_id.hex()
        if self.until is not None and size > self.until:
            raise KeyEnded(key=key, until=self.until, size=size)
        if size <= self.after:
            raise KeyNotBegun(key=key, after=self.after, size=size)


@dataclass(frozen=True)
class LogKeys:
    """The keys of one log that are believed, the oldest first, and the statements by which."""

    spans: tuple[Span, ...]
    statements: tuple[str, ...] = ()
    verifier_of: VerifierOf = field(kw_only=True, repr=False)

    @classmethod
    def beginning(cls, first: VerifierKey, verifier_of: VerifierOf) -> "LogKeys":
        """The first key of a log alone: the one that a verifier was given."""
        return cls((Span(first),), verifier_of=verifier_of)

    @classmethod
    def believed(cls, first: VerifierKey, statements: Iterable[str], verifier_of: VerifierOf) -> "LogKeys":
        """The first key and all that follow from it; `StatementRefused` says which statement does not, and why."""
        keys = cls.beginning(first, verifier_of)
        for number, statement in enumerate(statements, start=1):
            try:
                keys = keys.told(statement)
            except LogRefused as because:
                raise StatementRefused(number=number, because=because) from because
        return keys

    @property
    def origin(self) -> str:
        """The name of the log, which is that of each of its keys."""
        return self.spans[0].key.name

    @property
    def in_force(self) -> tuple[VerifierKey, ...]:
        """The keys that sign now: one, or two while a renewal lasts."""
        return tuple(span.key for span in self.spans if span.until is None)

    def told(self, note_text: str) -> "LogKeys":
        """The keys that are believed after one more statement (format, steps 16 to 21)."""
        # Step 16: the text is a signed note.
        note = Note.parse(note_text)
        # Step 17: every key that is in force signed it, and each signature holds; until then the text means nothing.
        for key in self.in_force:
            note.verify((self.verifier_of(key),))
        # Step 18: the note's text is a statement.
        statement = Statement.parse(note.text)
        # Step 19: it is of this log, and goes on from the keys that are in force.
        self._require_in_place(statement)
        # Step 20: the log was not shorter than when the statement before was made.
        least = max(max(span.after, span.until or 0) for span in self.spans)
        if statement.size < least:
            raise StatementOutOfPlace
        # Step 21: the new key signed it too: whoever made the statement has it.
        note.verify((self.verifier_of(statement.new),))
        return replace(self, spans=self._spans_after(statement), statements=(*self.statements, note_text))

    def open(self, note_text: str) -> Checkpoint:
        """The checkpoint in a signed note, when a key signed it that was in force then (format, steps 1 to 3, and 22).

        One is enough, also while there are two: whoever began to believe the log at either of them knows only that one.
        """
        checkpoint = open_checkpoint(note_text, *(self.verifier_of(span.key) for span in self.spans))
        signed = {(each.name, each.key_id) for each in Note.parse(note_text).signatures}
        refusals: list[LogRefused] = []
        # Step 22: one of the keys that signed it was in force at its size.
        for span in self.spans:
            if (span.key.name, span.key.key_id) in signed:
                try:
                    span.require_in_force(checkpoint.size)
                except LogRefused as refused:
                    refusals.append(refused)
                else:
                    return checkpoint
        raise refusals[-1]

    def _require_in_place(self, statement: Statement) -> None:
        in_force = self.in_force
        named = (statement.old, statement.new)
        known = {span.key.key_id for span in self.spans}
        goes_on = (
            statement.old == in_force[-1] and statement.new.key_id not in known
            if statement.says is Says.FOLLOWS
            else named == in_force
        )
        alone = len(in_force) == 1 or statement.says is Says.ENDS
        if {statement.origin, statement.new.name} != {self.origin} or not (goes_on and alone):
            raise StatementOutOfPlace

    def _spans_after(self, statement: Statement) -> tuple[Span, ...]:
        if statement.says is Says.FOLLOWS:
            return (*self.spans, Span(statement.new, after=statement.size, since_ms=statement.time_ms))
        *before, old, new = self.spans
        return (*before, replace(old, until=statement.size), new)


def _key(line: str, number: int) -> VerifierKey:
    try:
        return VerifierKey.parse(line)
    except VerifierKeyMalformed as malformed:
        raise StatementMalformed(line=number) from malformed


def _number(line: str, number: int) -> int:
    try:
        return number_in(line)
    except ValueError as malformed:
        raise StatementMalformed(line=number) from malformed
