"""`docs/formats/sealing.md` names what the code writes, and nothing else; the example of `files.md` is a vector."""

import re
from pathlib import Path

from tests.crypto.samples import VECTORS, read

CHECKOUT = Path(__file__).parents[2]
DOCUMENT = (CHECKOUT / "docs" / "formats" / "sealing.md").read_text(encoding="utf-8")
FILES = (CHECKOUT / "docs" / "formats" / "files.md").read_text(encoding="utf-8")
CODE = "".join(path.read_text(encoding="utf-8") for path in sorted((CHECKOUT / "casetrack" / "crypto").glob("*.py")))


def section(number: int) -> str:
    return DOCUMENT.split(f"\n## {number}. ")[1].split("\n## ")[0]


def test_the_labels_are_those_of_the_code() -> None:
    used = set(re.findall(r'"casetrack/v1/([a-z-]+)"', CODE))
    assert set(re.findall(r"`([a-z-]+)`", section(13))) == used


def test_the_first_bytes_are_those_of_the_code() -> None:
    used = {f"C7 {second}" for second in re.findall(r'b"\\xc7\\x(\d\d)"', CODE)}
    assert set(re.findall(r"`(C7 \d\d)`", section(12))) == used


def test_every_file_of_vectors_is_listed() -> None:
    assert set(re.findall(r"`([a-z0-9-]+\.json)`", section(15))) == {path.name for path in VECTORS.glob("*.json")}


def test_the_example_is_the_vector() -> None:
    case = read("field.json")["cases"][1]
    example = section(15)
    assert case["value"] in example
    assert read("field.json")["field_key"] in example
    assert case["stored"].startswith("c70100000003" + "02" * 24)
    assert "".join(re.findall(r"[0-9a-f]{32,}", example.split("stored = ")[1])) == case["stored"][60:]


def test_the_example_of_a_file_is_the_vector() -> None:
    case = read("file.json")["cases"][0]
    example = FILES.split("```")[-2]
    shown = re.findall(r"[0-9a-f]{64}", example)

    assert shown == [case["header"][-64:], *case["chunks"], case["digest"]]
    assert case["header"].startswith("00000001000000000020646566")
    assert set(re.findall(r"casetrack/v1/([a-z-]+)", FILES)) == {"file", "file-digest"}
