"""The keys of casetrack itself, beside the key files: which versions there are, whatever the database says.

Each private half is sealed under the service's root, as in the database. So the newest version cannot be taken away
from the database unnoticed, and is there when an older copy of the database is put back.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from casetrack.crypto.errors import CannotOpen
from casetrack.crypto.keyring import SealedKeyset
from casetrack.gateways.durable import alone_in, write_whole
from casetrack.services.certificates import keyset_form, read_keyset

NAME: Final = "service-keys.json"
FORMAT: Final = "casetrack/v1/service-keys"


class ServiceFileBroken(Exception):
    """The file is not what was written; the message names it."""

    def __init__(self, path: Path) -> None:
        """Name the file."""
        super().__init__(f"{path} is not what casetrack wrote: bring it back from a copy of the key folder.")


class NotKept(Exception):
    """The file could not be written, and is as it was before; the message names it."""

    def __init__(self, path: Path) -> None:
        """Say what to do."""
        super().__init__(
            f"{path} cannot be written, so the key folder does not have the newest keys of casetrack itself. "
            "Give this account room and leave to write there. Then run this again."
        )


@dataclass(frozen=True)
class ServiceFile:
    """Every version of the service's keyset, in a file; there is none before the first was kept."""

    path: Path

    @classmethod
    def beside(cls, key_file: Path) -> "ServiceFile":
        """The one that belongs with those keys."""
        return cls(key_file.with_name(NAME))

    def chain(self) -> tuple[SealedKeyset, ...]:
        """Every version, oldest first; `ServiceFileBroken` if the file is not one of these."""
        if not self.path.exists():
            return ()
        try:
            said: Any = json.loads(self.path.read_bytes())
            if said["format"] != FORMAT:
                raise ServiceFileBroken(self.path)
            return tuple(SealedKeyset(read_keyset(each), bytes.fromhex(each["sealed"])) for each in said["keysets"])
        except (OSError, ValueError, KeyError, TypeError, CannotOpen):
            raise ServiceFileBroken(self.path) from None

    def keep(self, chain: Sequence[SealedKeyset]) -> None:
        """Those versions, which are believed, are in the file; it never knows of fewer than before.

        `NotKept` if it cannot be written.
        """
        try:
            with alone_in(self.path.parent):
                if _digests(self.chain()) != _digests(chain)[: len(self.chain())]:
                    return
                keysets = [{**keyset_form(each.public), "sealed": (each.sealed or b"").hex()} for each in chain]
                write_whole(self.path, json.dumps({"format": FORMAT, "keysets": keysets}).encode())
        except OSError:
            raise NotKept(self.path) from None


def _digests(chain: Sequence[SealedKeyset]) -> list[bytes]:
    return [keyset.public.digest for keyset in chain]
