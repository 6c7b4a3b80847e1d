"""Where the root keys of organisations are: what the settings may say, and what is said of those that are wrong."""

import re
import tomllib
from pathlib import Path

import pytest

from casetrack.app import key_providers
from casetrack.config import Config, ConfigRefused, read_config
from casetrack.config.providers import HolderSettings, TokenSettings
from casetrack.crypto.roots import RootKey

EXAMPLE = Path(__file__).parent.parent / "config.example.toml"
ROOT = "0123456789abcdef" * 4
TOKEN = '[keys.tokens.vault]\nlibrary = "lib.so"\nlabel = "vault"\npin = "variable:VAULT_PIN"\n'
HELD = '[keys.holders.kent]\nprovider = "pkcs11"\ntoken = "vault"\nkey = "casetrack/kent"\n'
GIVEN = '[keys.holders.kent]\nprovider = "environment"\nroot = "variable:KENT_ROOT"\n'
ENVIRON = {"VAULT_PIN": "canary-pin", "KENT_ROOT": ROOT}


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def config(folder: Path, text: str, **environ: str) -> Config:
    return read_config(written(folder, text), ENVIRON | environ)


def faults(folder: Path, text: str, **environ: str) -> tuple[str, ...]:
    with pytest.raises(ConfigRefused) as refused:
        config(folder, text, **environ)
    return refused.value.faults


def test_an_organisation_has_its_root_in_the_key_file_where_nothing_is_said(tmp_path: Path) -> None:
    assert config(tmp_path, "").keys.holders == {}
    assert config(tmp_path, '[keys.holders.kent]\nprovider = "file"').keys.holders == {"kent": HolderSettings("file")}
    assert key_providers(config(tmp_path, '[keys.holders.kent]\nprovider = "file"')) == {}


def test_a_root_may_be_given_by_a_variable_a_credential_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "kent-root").write_text(f"{ROOT}\n", encoding="utf-8")
    for source in ("variable:KENT_ROOT", "credential:kent-root", "file:kent-root", f"file:{tmp_path}/kent-root"):
        text = GIVEN.replace("variable:KENT_ROOT", source)
        read = config(tmp_path, text, CREDENTIALS_DIRECTORY=str(tmp_path))
        assert read.keys.holders["kent"].root == bytes.fromhex(ROOT)
        sealed = key_providers(read)["kent"].root("kent").seal("use", b"", b"plain")
        assert RootKey("kent", bytes.fromhex(ROOT)).open("use", b"", sealed) == b"plain"


def test_a_token_is_told_of_once_and_may_serve_several_organisations(tmp_path: Path) -> None:
    second = HELD.replace("kent", "devon")
    read = config(tmp_path, TOKEN + HELD + second)

    assert read.keys.tokens == {"vault": TokenSettings(tmp_path / "lib.so", "vault", "canary-pin", 5)}
    assert read.keys.holders["devon"] == HolderSettings("pkcs11", token="vault", key="casetrack/devon")
    assert [key_providers(read)[code].root(code).holder for code in ("kent", "devon")] == ["kent", "devon"]


def test_no_root_and_no_pin_is_in_the_repr(tmp_path: Path) -> None:
    read = config(tmp_path, TOKEN + GIVEN)

    assert "canary" not in repr(read)
    assert ROOT not in repr(read)
    assert str(bytes.fromhex(ROOT)) not in repr(read)


def test_the_example_tells_of_each_kind_in_comments_that_can_be_uncommented(tmp_path: Path) -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    told = [line.removeprefix("# ") for line in lines if re.match(r"# (\[|[a-z_]+ = )", line)]
    (tmp_path / "kent-root").write_text(ROOT, encoding="utf-8")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path), "CASETRACK_VAULT_PIN": "1234"}

    read = read_config(written(tmp_path, "\n".join(told)), environ)

    assert tomllib.loads("\n".join(told)).keys() == {"keys", "hours"}
    assert {code: holder.provider for code, holder in read.keys.holders.items()} == {
        "kent": "environment",
        "west-midlands": "pkcs11",
    }
    assert read.keys.tokens["vault"].timeout_s == 5


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "[keys.holders.kent]\ntoken = 1",
            "[keys.holders.kent] provider: this is missing",
        ),
        (
            '[keys.holders.kent]\nprovider = "hsm"',
            '[keys.holders.kent] provider: "hsm" is not one of "file", "environment", "pkcs11"',
        ),
        (
            '[keys.holders."Kent!"]\nprovider = "file"',
            '[keys.holders.Kent!]: "Kent!" is not small letters, digits, hyphens',
        ),
        ("[keys]\nholders = 1", "[keys] holders: this is not tables, each as [keys.holders.name]"),
        ("[keys]\ntokens = []", "[keys] tokens: this is not tables, each as [keys.tokens.name]"),
        ("[keys.holders]\nkent = 1", "[keys.holders] kent: this is not a table, as [keys.holders.kent]"),
        (
            '[keys.holders.kent]\nprovider = "file"\nroot = "file:root"',
            "[keys.holders.kent] root: there is no such setting; there are provider",
        ),
        (
            HELD.replace("token", "tokn") + TOKEN,
            "[keys.holders.kent] tokn: there is no such setting; did you mean token?",
        ),
        (HELD, "[keys.holders.kent] token: there is no [keys.tokens.vault]"),
        (HELD + "[keys]\ntokens = 1", "[keys.holders.kent] token: there is no [keys.tokens.vault]"),
        (
            GIVEN.replace("variable:KENT_ROOT", "canary-secret"),
            '[keys.holders.kent] root: this is not "variable:NAME", "credential:NAME" or "file:PATH"',
        ),
        (
            GIVEN.replace("KENT_ROOT", "ABSENT_ROOT"),
            "[keys.holders.kent] root: the variable ABSENT_ROOT holds nothing that can be read",
        ),
        (
            GIVEN.replace("variable:KENT_ROOT", "credential:root"),
            "[keys.holders.kent] root: the credential root holds nothing that can be read",
        ),
        (
            GIVEN.replace("variable:KENT_ROOT", "file:absent"),
            "[keys.holders.kent] root: the file absent holds nothing that can be read",
        ),
        (
            GIVEN.replace("KENT_ROOT", "VAULT_PIN"),
            "[keys.holders.kent] root: the variable VAULT_PIN does not hold 64 hexadecimal digits",
        ),
        (TOKEN.replace("label", "lable"), "[keys.tokens.vault] lable: there is no such setting; did you mean label?"),
        (TOKEN.replace('"vault"', '""'), '[keys.tokens.vault] label: "" is not 1 to 32 characters of ASCII'),
        (TOKEN.replace('"lib.so"', "1"), "[keys.tokens.vault] library: 1 is not a path"),
        (TOKEN + "timeout_s = 0", "[keys.tokens.vault] timeout_s: 0 is not between 1 and 60"),
        (
            TOKEN + "timeout_s = 40",
            "[keys.tokens.vault] timeout_s: this is longer than [server] timeout_s",
        ),
        (
            TOKEN.replace("VAULT_PIN", "ABSENT_PIN"),
            "[keys.tokens.vault] pin: the variable ABSENT_PIN holds nothing that can be read",
        ),
        (
            TOKEN + TOKEN.replace("tokens.vault", "tokens.other"),
            "[keys.tokens.other]: this is the same as [keys.tokens.vault]",
        ),
        (
            TOKEN + HELD + HELD.replace("holders.kent", "holders.devon"),
            "[keys.holders.devon]: this is the same as [keys.holders.kent]",
        ),
        (
            GIVEN + GIVEN.replace("holders.kent", "holders.devon"),
            "[keys.holders.devon]: this is the same as [keys.holders.kent]",
        ),
    ],
)
def test_a_fault_names_the_setting_and_what_is_allowed_and_repeats_no_secret(
    tmp_path: Path, text: str, fault: str
) -> None:
    found = faults(tmp_path, text)

    assert fault in found
    assert len(found) == 1 or "missing" in " ".join(found) or "tables" in " ".join(found)
    assert not any("canary" in each or ROOT in each for each in found)


def test_a_credential_without_a_folder_of_them_is_refused(tmp_path: Path) -> None:
    text = GIVEN.replace("variable:KENT_ROOT", "credential:root")

    assert faults(tmp_path, text, CREDENTIALS_DIRECTORY="") == (
        "[keys.holders.kent] root: the credential root holds nothing that can be read",
    )


def test_a_variable_that_the_file_names_is_not_taken_for_a_misspelt_one_of_ours(tmp_path: Path) -> None:
    text = GIVEN.replace("KENT_ROOT", "CASETRACK_PASSPHRASES")

    assert config(tmp_path, text, CASETRACK_PASSPHRASES=ROOT).keys.holders["kent"].root == bytes.fromhex(ROOT)
    assert faults(tmp_path, "", CASETRACK_PASSPHRASES=ROOT)
