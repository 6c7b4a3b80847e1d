"""The keys of casetrack itself, beside the key files: which versions there are, whatever the database says.

Each private half is sealed under the service's root, as in the database. So the newest version cannot be taken away
from the database unnoticed, and is there when an older copy of the database is put back.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.keyring import SealedKeyset
from casetrack.gateways.keyfolder import write_whole
from casetrack.services.certificates import keyset_form, read_keyset

NAME: Final = "service-keys.json"
FORMAT: Final = "casetrack/v1/service-keys"


@dataclass(frozen=True)
class ServiceFile:
    """Every version of the service's keyset, in a file; there is none before the first was kept."""

    path: Path

    @classmethod
    def beside(cls, key_file: Path) -> "ServiceFile":
        """The one that belongs with those keys."""
        return cls(key_file.with_name(NAME))

    def chain(self) -> tuple[SealedKeyset, ...]:
        """Every version, oldest first; `CannotOpen` if the file is not one of these."""
        if not self.path.exists():
            return ()
        try:
            said: Any = json.loads(self.path.read_bytes())
            if said["format"] != FORMAT:
                raise CannotOpen(Reason.KEY_FILE)
            return tuple(SealedKeyset(read_keyset(each), bytes.fromhex(each["sealed"])) for each in said["keysets"])
        except (ValueError, KeyError, TypeError):
            raise CannotOpen(Reason.KEY_FILE) from None

    def keep(self, chain: Sequence[SealedKeyset]) -> None:
        """Those versions are in the file, unless it has later ones: it never knows of fewer than before."""
        if len(chain) < len(self.chain()):
            return
        keysets = [{**keyset_form(each.public), "sealed": (each.sealed or b"").hex()} for each in chain]
        write_whole(self.path, json.dumps({"format": FORMAT, "keysets": keysets}).encode())
