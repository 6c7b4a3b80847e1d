"""The files that pages ask for."""

import gzip
from pathlib import Path

import pytest
from flask import Flask, url_for

from casetrack.web import static

SHEET = "p { margin: 0 }\n" * 100


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Three files, one of them ready compressed."""
    (tmp_path / "sheet.css").write_text(SHEET, encoding="utf-8")
    (tmp_path / "sheet.css.gz").write_bytes(gzip.compress(SHEET.encode()))
    (tmp_path / "sign.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    (tmp_path / "other.bin.gz").write_bytes(b"")
    (tmp_path / "other.bin").write_bytes(b"\0")
    monkeypatch.setattr(static, "FOLDER", tmp_path)
    app = Flask("static", static_folder=None)
    static.init_app(app)
    return app


def address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return url_for("static", filename=name)


def test_an_address_has_the_digest_of_the_content_and_may_be_kept(app: Flask, tmp_path: Path) -> None:
    path = address(app, "sign.svg")
    assert path.startswith("/static/sign.svg?v=")
    assert app.test_client().get(path).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    (tmp_path / "new.svg").write_text("<svg/>", encoding="utf-8")
    assert address(app, "new.svg").partition("?")[2] != path.partition("?")[2]


@pytest.mark.parametrize("asked", ["", "?v=", "?v=0123456789abcdef"])
def test_an_address_of_something_else_is_asked_for_again_each_time(app: Flask, asked: str) -> None:
    assert app.test_client().get(f"/static/sign.svg{asked}").headers["Cache-Control"] == "no-cache"


def test_what_is_ready_compressed_is_sent_so_to_whoever_takes_it(app: Flask) -> None:
    answer = app.test_client().get("/static/sheet.css", headers={"Accept-Encoding": "br, gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.mimetype == "text/css"
    assert gzip.decompress(answer.data).decode() == SHEET
    assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("takes", ["", "br", "gzip;q=0"])
def test_whoever_does_not_is_sent_the_file_as_it_is(app: Flask, takes: str) -> None:
    answer = app.test_client().get("/static/sheet.css", headers={"Accept-Encoding": takes})
    assert "Content-Encoding" not in answer.headers
    assert answer.text == SHEET
    assert answer.mimetype == "text/css"


def test_a_kind_that_is_not_known_is_bytes(app: Flask) -> None:
    answer = app.test_client().get("/static/other.bin", headers={"Accept-Encoding": "gzip"})
    assert answer.mimetype == "application/octet-stream"


@pytest.mark.parametrize("name", ["missing.css", "../site.py", "%2e%2e/site.py"])
def test_nothing_else_is_served(app: Flask, name: str) -> None:
    assert app.test_client().get(f"/static/{name}").status_code == 404


def test_a_browser_that_has_the_file_is_not_sent_it_again(app: Flask) -> None:
    client = app.test_client()
    tag = client.get("/static/sheet.css").headers["ETag"]
    assert client.get("/static/sheet.css", headers={"If-None-Match": tag}).status_code == 304
    packed = client.get("/static/sheet.css", headers={"If-None-Match": tag, "Accept-Encoding": "gzip"})
    assert packed.status_code == 200


def test_an_address_of_nothing_has_no_digest(app: Flask) -> None:
    assert address(app, "missing.css") == "/static/missing.css"
