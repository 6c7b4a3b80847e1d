"""The settings of key providers: tables that are named by whoever writes them, one a token and one a holder.

`[keys.tokens.NAME]` is a token of PKCS#11. `[keys.holders.CODE]` says where the root key of the organisation with that
code is; one without such a table has its root in the key file.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from casetrack.config.checks import OneOf, Text, Whole, instead, place

CREDENTIALS_VARIABLE: Final = "CREDENTIALS_DIRECTORY"
"""Where systemd puts the credentials of a service: see systemd.exec(5)."""
FILE, ENVIRONMENT, PKCS11 = "file", "environment", "pkcs11"
ROOT_FORM: Final = "[0-9A-Fa-f]{64}"

Check = Callable[[object], object]


@dataclass(frozen=True)
class Source:
    """Where a secret is told, so that the file of settings need not hold it."""

    kind: str
    name: str

    @classmethod
    def named(cls, given: object) -> "Source":
        """The source that a setting names; a refusal does not repeat it: it may be the secret itself."""
        found = re.fullmatch(r"(variable):([A-Za-z_]\w*)|(credential):([\w.-]+)|(file):([^\0]+)", str(given), re.ASCII)
        if not isinstance(given, str) or found is None:
            raise ValueError('this is not "variable:NAME", "credential:NAME" or "file:PATH"')
        kind, name = (part for part in found.groups() if part is not None)
        return cls(kind, name)

    def told(self, environ: Mapping[str, str], home: Path) -> str:
        """The secret, without the new line that a file of it may end in; empty if there is none to be read."""
        if self.kind == "variable":
            return environ.get(self.name, "")
        folder = environ.get(CREDENTIALS_VARIABLE, "") if self.kind == "credential" else home
        if not folder:
            return ""
        with suppress(OSError, UnicodeDecodeError):
            return Path(folder, self.name).read_text(encoding="utf-8").removesuffix("\n")
        return ""


@dataclass(frozen=True)
class TokenSettings:
    """A token of PKCS#11: the library that reaches it, its label and its PIN, and how long one call may take."""

    library: Path
    label: str
    pin: str = field(repr=False)
    timeout_s: int


@dataclass(frozen=True)
class HolderSettings:
    """Where the root key of one organisation is."""

    provider: str = FILE
    root: bytes = field(default=b"", repr=False)
    """The root itself, of the environment."""
    token: str = ""
    key: str = ""
    """The label of the key in the token."""


FAMILIES: Final = ("tokens", "holders")
NAME: Final = Text(r"[a-z0-9][a-z0-9-]{0,62}", "small letters, digits, hyphens")
LABEL: Final = Text(r"[ -~]{1,32}", "1 to 32 characters of ASCII")
TOKEN: Final[Mapping[str, Check]] = {
    "library": place,
    "label": LABEL,
    "pin": Source.named,
    "timeout_s": Whole(1, 60),
}
USUAL: Final[Mapping[str, Any]] = {"timeout_s": 5}
HOLDER: Final[Mapping[str, Mapping[str, Check]]] = {
    FILE: {},
    ENVIRONMENT: {"root": Source.named},
    PKCS11: {"token": NAME, "key": LABEL},
}
PROVIDER: Final = OneOf(tuple(HOLDER))


class ReadingProviders:
    """One pass over the named tables of `[keys]`, which goes on after a fault so that all are found."""

    def __init__(self, keys: object, environ: Mapping[str, str], home: Path) -> None:
        """Read what stands under [keys], with variables, and paths taken from that folder."""
        self._keys = keys if isinstance(keys, dict) else {}
        self._environ = environ
        self._home = home
        self.faults: list[str] = []
        self.variables: list[str] = []
        """The variables that the file names."""

    def tokens(self) -> dict[str, TokenSettings]:
        """Every token that is told of without a fault, by the name of its table."""
        read = {name: self._token(where, table) for where, name, table in self._named("tokens")}
        self._apart("tokens", {name: (token.library, token.label) for name, token in read.items() if token})
        return {name: token for name, token in read.items() if token is not None}

    def holders(self) -> dict[str, HolderSettings]:
        """Where the root of each organisation is that has a table without a fault, by its code."""
        read = {code: self._holder(where, table) for where, code, table in self._named("holders")}
        self._apart("holders", {code: holder for code, holder in read.items() if holder and holder.provider != FILE})
        return {code: holder for code, holder in read.items() if holder is not None}

    def _apart(self, family: str, told: Mapping[str, object]) -> None:
        """No two tables tell of one thing: a key shared by two organisations would be neither's own."""
        first: list[tuple[str, object]] = []
        for name, thing in told.items():
            if (same := next((other for other, known in first if known == thing), None)) is not None:
                self.faults.append(f"[keys.{family}.{name}]: this is the same as [keys.{family}.{same}]")
            first.append((name, thing))

    def _named(self, family: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        tables = self._keys.get(family, {})
        if not isinstance(tables, dict):
            self.faults.append(f"[keys] {family}: this is not tables, each as [keys.{family}.name]")
            return
        for name, table in tables.items():
            where = f"[keys.{family}.{name}]"
            if not isinstance(table, dict):
                self.faults.append(f"[keys.{family}] {name}: this is not a table, as {where}")
            elif self._checked(where, NAME, name) is not None:
                yield where, name, table

    def _token(self, where: str, table: dict[str, Any]) -> TokenSettings | None:
        values = self._values(where, table, TOKEN)
        pin = self._secret(f"{where} pin", values["pin"]) if values else ""
        if not values or not pin:
            return None
        return TokenSettings(self._home / values["library"], values["label"], pin, values["timeout_s"])

    def _holder(self, where: str, table: dict[str, Any]) -> HolderSettings | None:
        provider = self._checked(f"{where} provider", PROVIDER, table.get("provider"))
        values = self._values(where, table, {"provider": PROVIDER, **HOLDER[provider]}) if provider else None
        if values is None:
            return None
        if provider == ENVIRONMENT:
            values["root"] = self._root(f"{where} root", values["root"])
        tokens = self._keys.get("tokens")
        if provider == PKCS11 and not (isinstance(tokens, dict) and values["token"] in tokens):
            self.faults.append(f"{where} token: there is no [keys.tokens.{values['token']}]")
        return HolderSettings(**values)

    def _values(self, where: str, table: dict[str, Any], checks: Mapping[str, Check]) -> dict[str, Any] | None:
        """The value of each setting of the table, or None where there is a fault."""
        before = len(self.faults)
        for key in sorted(table.keys() - checks.keys()):
            self.faults.append(f"{where} {key}: there is no such setting; {instead(key, checks)}")
        given = {**USUAL, **table}
        values = {key: self._checked(f"{where} {key}", check, given.get(key)) for key, check in checks.items()}
        return values if len(self.faults) == before else None

    def _checked(self, where: str, check: Check, given: object) -> Any:  # noqa: ANN401 - each setting has a type of its own
        """The value, or None after its fault is kept."""
        try:
            if given is not None:
                return check(given)
            self.faults.append(f"{where}: this is missing")
        except ValueError as fault:
            self.faults.append(f"{where}: {fault}")
        return None

    def _root(self, where: str, source: Source) -> bytes:
        """The root key that the source tells."""
        told = self._secret(where, source)
        if told and not re.fullmatch(ROOT_FORM, told):
            self.faults.append(f"{where}: the {source.kind} {source.name} does not hold 64 hexadecimal digits")
            return b""
        return bytes.fromhex(told)

    def _secret(self, where: str, source: Source) -> str:
        """What the source tells."""
        if source.kind == "variable":
            self.variables.append(source.name)
        told = source.told(self._environ, self._home)
        if not told:
            self.faults.append(f"{where}: the {source.kind} {source.name} holds nothing that can be read")
        return told
