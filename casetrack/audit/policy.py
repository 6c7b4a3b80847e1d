"""Whom a checkpoint is believed by: c2sp.org/tlog-policy, a file of the logs and witnesses that somebody trusts.

A checkpoint is valid when one of the logs signed it and as many witnesses cosigned it as the quorum asks.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from casetrack.audit.errors import VerifierKeyMalformed
from casetrack.audit.export_errors import PolicyMalformed, QuorumMissing
from casetrack.audit.note import KeyKind, Note, VerifierKey, VerifierOf

NONE: Final = "none"
"""The quorum of a policy that asks for no cosignature."""
MOST_LINES: Final = 10_000
"""The format lets a reader set a limit, and asks for 32 logs, witnesses and groups at least."""

_ALLOWED: Final = frozenset((0x09, 0x0A, *range(0x20, 0x7F), *range(0x80, 0x100)))
_BLANKS: Final = re.compile("[ \t]+")
_COUNT: Final = re.compile("[1-9][0-9]{0,5}")


@dataclass(frozen=True)
class Group:
    """Witnesses, each by its name: the group has witnessed what at least `least` of its members have."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """The logs that are believed, the witnesses by name, the groups of them, and the quorum: one of these names."""

    logs: tuple[VerifierKey, ...]
    witnesses: dict[str, VerifierKey] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str = NONE

    @classmethod
    def parse(cls, written: bytes) -> "Policy":
        """The policy in a file; `PolicyMalformed` names the line."""
        if not written.endswith(b"\n") or not _ALLOWED.issuperset(written):
            raise PolicyMalformed(line=_first_wrong(written))
        # Octets that are not ASCII are opaque to the format, and stay what they are.
        lines = written.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")
        return _Reading().read(lines[: MOST_LINES + 1])

    def format(self) -> bytes:
        """The file that `parse` reads as this policy."""
        lines = [
            *(f"log {log.format()}" for log in self.logs),
            *(f"witness {name} {key.format()}" for name, key in self.witnesses.items()),
            *(f"group {name} {group.least} {' '.join(group.members)}" for name, group in self.groups.items()),
            f"quorum {self.quorum}",
        ]
        return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")

    def require_witnessed(self, note: Note, verifier_of: VerifierOf) -> tuple[str, ...]:
        """The names of the witnesses that cosigned the note, as many as the quorum asks for; each cosignature holds.

        Otherwise raises `QuorumMissing` or `SignatureRefused`.
        """
        named = {(each.name, each.key_id) for each in note.signatures}
        witnesses = tuple(name for name, key in self.witnesses.items() if (key.name, key.key_id) in named)
        for name in witnesses:
            note.verify((verifier_of(self.witnesses[name]),))
        seen = set(witnesses)
        for name, group in self.groups.items():
            if sum(member in seen for member in group.members) >= group.least:
                seen.add(name)
        if self.quorum != NONE and self.quorum not in seen:
            raise QuorumMissing
        return witnesses


class _Reading:
    """The lines of a policy, read in their order."""

    def __init__(self) -> None:
        self._logs: list[VerifierKey] = []
        self._witnesses: dict[str, VerifierKey] = {}
        self._groups: dict[str, Group] = {}
        self._members: set[str] = set()
        self._quorum: str | None = None

    def read(self, lines: Iterable[str]) -> Policy:
        number = 0
        for number, line in enumerate(lines, start=1):
            said = _BLANKS.split(line.strip(" \t"))
            if said == [""] or said[0].startswith("#"):
                continue
            try:
                known = number <= MOST_LINES and self._take(*said)
            except VerifierKeyMalformed:
                known = False
            if not known:
                raise PolicyMalformed(line=number)
        if self._quorum is None:
            raise PolicyMalformed(line=number)
        return Policy(tuple(self._logs), self._witnesses, self._groups, self._quorum)

    def _take(self, kind: str, *said: str) -> bool:
        """Whether a line is one that may stand there; if so, it is taken."""
        match kind, said:
            case ("log", (key,) | (key, _)):
                return self._take_log(VerifierKey.parse(key))
            case ("witness", (name, key) | (name, key, _)):
                return self._take_witness(name, VerifierKey.parse(key, KeyKind.COSIGNS))
            case ("group", (name, least, *members)) if members:
                return self._take_group(name, least, tuple(members))
            case ("quorum", (name,)) if self._quorum is None:
                self._quorum = name
                return name == NONE or self._is_known(name)
        return False

    def _take_log(self, key: VerifierKey) -> bool:
        self._logs.append(key)
        return self._is_first(key)

    def _take_witness(self, name: str, key: VerifierKey) -> bool:
        free = self._is_free(name)
        self._witnesses[name] = key
        return free and self._is_first(key)

    def _take_group(self, name: str, least: str, members: tuple[str, ...]) -> bool:
        count = {"all": len(members), "any": 1}.get(least) or (int(least) if _COUNT.fullmatch(least) else 0)
        fresh = len(set(members)) == len(members) and self._members.isdisjoint(members)
        known = all(self._is_known(member) for member in members)
        free = self._is_free(name)
        self._members.update(members)
        self._groups[name] = Group(count, members)
        return free and fresh and known and 1 <= count <= len(members)

    def _is_known(self, name: str) -> bool:
        return name in self._witnesses or name in self._groups

    def _is_free(self, name: str) -> bool:
        return name != NONE and not self._is_known(name)

    def _is_first(self, key: VerifierKey) -> bool:
        """Whether no line before has the same public key: a log that could witness itself would need no witness."""
        keys = [*self._logs, *self._witnesses.values()]
        return sum(each.public_key == key.public_key for each in keys) == 1


def _first_wrong(written: bytes) -> int:
    """The line of the first octet that may not stand in a policy; the last line if only its newline is missing."""
    at = next((at for at, octet in enumerate(written) if octet not in _ALLOWED), len(written))
    return written[:at].count(b"\n") + 1
