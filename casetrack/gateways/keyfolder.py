"""The folder of key files of one installation: the holders' roots, the log's keys, and the web's own secret.

The web and the sequencer are different processes with different secrets: the sequencer opens the log's
keys alone, and no holder's; the web opens the holders' roots, and of the log only its public halves.
"""

import hmac
import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.keyring import Keyring
from casetrack.crypto.providers import Providers, Roots
from casetrack.crypto.roots import LOG, RootFile
from casetrack.crypto.rows import RowKey
from casetrack.crypto.signing import LogKey
from casetrack.gateways.durable import write_whole
from casetrack.gateways.held_checkpoint import HeldCheckpoint
from casetrack.services.checkpoints import CheckpointSigner, LogChain, SigningKeys

SECRET_BYTES = 32
LOG_KEYS: Final = "casetrack/v1/log-keys"


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
            RootFile.create(self._log_roots, self.passphrase).add(LOG)
            key = LogKey.generate()
            self.keep(LogChain(key.public), (key,))
        if not self._web_secret.exists():
            write_whole(self._web_secret, secrets.token_bytes(SECRET_BYTES))

    def roots(self) -> Providers:
        """The holders' roots; `CannotOpen` with a clear sentence if the passphrase is not the key file's.

        Nothing is asked of a provider apart before its holder's keys are used.
        """
        return Providers(RootFile.open(self.roots_file, self.passphrase), self.apart)

    def keyring(self, deployment: str) -> Keyring:
        """The keys of the deployment's holders."""
        return Keyring(deployment, self.roots())

    def chain(self) -> LogChain:
        """The public halves of the log's keys: the first, and each statement of one that follows."""
        return _read_log_keys(self.log_file()).chain

    def log_keys(self) -> tuple[LogKey, ...]:
        """The keys that sign the log's checkpoints, the oldest first: for the sequencer alone."""
        return self._opened(_read_log_keys(self.log_file()))

    def signing(self, deployment: str, content: bytes | None = None) -> SigningKeys:
        """Those keys, each of which is in force, and what is believed of the log; `CannotOpen` if one is not there.

        `content` is what the file had, where that was read before.
        """
        kept = _read_log_keys(content or self.log_file())
        believed, keys = kept.chain.of(deployment), {key.public: key for key in self._opened(kept)}
        try:
            signers = tuple(CheckpointSigner(believed.origin, keys[key.public_key]) for key in believed.in_force)
        except KeyError:
            raise CannotOpen(Reason.KEY_FILE) from None
        return SigningKeys(believed, signers, base=kept.chain.base)

    def keep(self, chain: LogChain, keys: Collection[LogKey]) -> None:
        """Those, and no other private half of a key of the log, are in the folder: all at once, or nothing changed."""
        root = RootFile.open(self._log_roots, self.passphrase).root(LOG)
        kept = {
            "format": LOG_KEYS,
            "keys": [{"public": key.public.hex(), "sealed": key.sealed(root).hex()} for key in keys],
            **_written(chain),
            "earlier": [_written(each) for each in chain.earlier],
        }
        write_whole(self._log_key, json.dumps(kept).encode())

    def log_file(self) -> bytes:
        """What the file of the log's keys has."""
        try:
            return self._log_key.read_bytes()
        except OSError:
            raise CannotOpen(Reason.KEY_FILE) from None

    def web_secret(self, use: str) -> bytes:
        """A secret of the web's own for one use, the same in every worker and after a restart."""
        return hmac.digest(self._web_secret.read_bytes(), b"casetrack/v1/web\0" + use.encode(), "sha256")

    def row_key(self) -> RowKey:
        """By which this installation knows the sessions and links that it made."""
        return RowKey(self.web_secret("rows"))

    def _opened(self, kept: "_KeptLogKeys") -> tuple[LogKey, ...]:
        root = RootFile.open(self._log_roots, self.passphrase).root(LOG)
        return tuple(LogKey.open(sealed, root, public=public) for public, sealed in kept.sealed)

    @property
    def _log_roots(self) -> Path:
        return self.roots_file.with_name("log-roots.json")

    @property
    def _log_key(self) -> Path:
        return self.roots_file.with_name("log-key.json")

    @property
    def _web_secret(self) -> Path:
        return self.roots_file.with_name("web-secret")


class LogSigning:
    """The keys that sign the log of one folder, opened when they are first asked for, and again when they change."""

    def __init__(self, folder: KeyFolder, deployment: str) -> None:
        """Nothing is opened yet."""
        self._folder = folder
        self._deployment = deployment
        self._content = b""
        self._keys: SigningKeys | None = None

    def __call__(self) -> SigningKeys:
        """The keys that sign now, and the newest checkpoint that others hold now."""
        content = self._folder.log_file()
        if self._keys is None or content != self._content:
            self._keys, self._content = self._folder.signing(self._deployment, content), content
        return replace(self._keys, promised=HeldCheckpoint.beside(self._folder.roots_file).note())


@dataclass(frozen=True)
class _KeptLogKeys:
    chain: LogChain
    sealed: tuple[tuple[bytes, bytes], ...]


def _read_log_keys(content: bytes) -> _KeptLogKeys:
    """What a file of the log's keys has; one from before keys were renewed has a single key, and no format."""
    try:
        kept: Any = json.loads(content)
        if "format" not in kept:
            kept = {"format": LOG_KEYS, "first": kept["public"], "keys": [kept], "statements": []}
        if kept["format"] != LOG_KEYS:
            raise CannotOpen(Reason.KEY_FILE)
        earlier = tuple(_read_chain(each, number) for number, each in enumerate(kept.get("earlier", []), start=1))
        return _KeptLogKeys(
            replace(_read_chain(kept, len(earlier) + 1), earlier=earlier),
            tuple((bytes.fromhex(key["public"]), bytes.fromhex(key["sealed"])) for key in kept["keys"]),
        )
    except (ValueError, KeyError, TypeError):
        raise CannotOpen(Reason.KEY_FILE) from None


def _written(chain: LogChain) -> dict[str, Any]:
    return {"first": chain.first.hex(), "statements": chain.statements, "base": chain.base}


def _read_chain(kept: Mapping[str, Any], number: int) -> LogChain:
    """One log of the deployment; one from before a log could begin again is the first."""
    first, statements = bytes.fromhex(kept["first"]), tuple(map(str, kept["statements"]))
    return LogChain(first, statements, number=number, base=int(kept.get("base", 0)))
