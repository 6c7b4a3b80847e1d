"""The folder of key files of one installation: the holders' roots, the log's key, and the web's own secret.

The web and the sequencer are different processes with different secrets: the sequencer opens the log's
key alone, and no holder's; the web opens the holders' roots, and of the log only its public half.
"""

import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from casetrack.crypto.keyring import Keyring
from casetrack.crypto.providers import Providers, Roots
from casetrack.crypto.roots import LOG, RootFile
from casetrack.crypto.rows import RowKey
from casetrack.crypto.signing import LogKey

SECRET_BYTES = 32


@dataclass(frozen=True)
class KeyFolder:
    """Where the key files are, and the passphrase that opens them."""

    roots_file: Path
    passphrase: str = field(repr=False)
    apart: Mapping[str, Roots] = field(default_factory=dict)
    """The providers of the holders whose roots are not in the key file, by code."""

    def found(self) -> None:
        """There are key files; those that are there already stay as they are."""
        self.roots_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.roots_file.exists():
            RootFile.create(self.roots_file, self.passphrase)
        if not self._log_roots.exists():
            root = RootFile.create(self._log_roots, self.passphrase).add(LOG)
            key = LogKey.generate()
            _write(self._log_key, json.dumps({"public": key.public.hex(), "sealed": key.sealed(root).hex()}).encode())
        if not self._web_secret.exists():
            _write(self._web_secret, secrets.token_bytes(SECRET_BYTES))

    def roots(self) -> Providers:
        """The holders' roots; `CannotOpen` with a clear sentence if the passphrase is not the key file's.

        Nothing is asked of a provider apart before its holder's keys are used.
        """
        return Providers(RootFile.open(self.roots_file, self.passphrase), self.apart)

    def keyring(self, deployment: str) -> Keyring:
        """The keys of the deployment's holders."""
        return Keyring(deployment, self.roots())

    def log_key(self) -> LogKey:
        """The key that signs the log's checkpoints: for the sequencer alone."""
        kept = json.loads(self._log_key.read_bytes())
        root = RootFile.open(self._log_roots, self.passphrase).root(LOG)
        return LogKey.open(bytes.fromhex(kept["sealed"]), root, public=bytes.fromhex(kept["public"]))

    def log_public(self) -> bytes:
        """The public half of the log's key, 32 bytes."""
        return bytes.fromhex(json.loads(self._log_key.read_bytes())["public"])

    def web_secret(self, use: str) -> bytes:
        """A secret of the web's own for one use, the same in every worker and after a restart."""
        return hmac.digest(self._web_secret.read_bytes(), b"casetrack/v1/web\0" + use.encode(), "sha256")

    def row_key(self) -> RowKey:
        """By which this installation knows the sessions and links that it made."""
        return RowKey(self.web_secret("rows"))

    @property
    def _log_roots(self) -> Path:
        return self.roots_file.with_name("log-roots.json")

    @property
    def _log_key(self) -> Path:
        return self.roots_file.with_name("log-key.json")

    @property
    def _web_secret(self) -> Path:
        return self.roots_file.with_name("web-secret")


def _write(path: Path, content: bytes) -> None:
    """The file is there whole, for its own account alone, before this returns."""
    partial = path.with_name(path.name + ".part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    partial.replace(path)
