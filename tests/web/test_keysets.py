"""The administrator's page of keys."""

from http import HTTPStatus

import pytest

from casetrack.services.keysets import renew_keyset
from casetrack.web.keysets import PROVIDERS
from tests.services.acts import kept, read
from tests.services.keeping import keeper, rewrapped
from tests.web.site import Place
from tests.world import NORTH, SOUTH


@pytest.fixture(scope="module")
def place() -> Place:
    """The site, which these tests share."""
    return Place()


def test_every_version_is_shown_with_its_fingerprint_and_how_to_compare_it(place: Place) -> None:
    renew_keyset(keeper(place.world), NORTH.code)
    shown = place.browser("administrator").get("/admin/keys").text

    for keyset in kept(place.world).keysets.values():
        assert keyset.public.fingerprint in shown
    assert "Ring your colleague" in shown
    assert "Working" in shown
    assert PROVIDERS["file"] in shown
    assert read(kept(place.world).entries[-1])["action"] == "keyset:list"
    rewrapped(place.world, NORTH.code)


def test_the_page_is_among_an_administrators_pages_and_nobody_elses(place: Place) -> None:
    assert 'href="/admin/keys"' in place.browser("administrator").get("/admin/accounts").text
    for name in ("worker", "auditor"):
        browser = place.browser(name)
        assert 'href="/admin/keys"' not in browser.get("/help").text
        assert browser.get("/admin/keys").status_code == HTTPStatus.FORBIDDEN


def test_keys_that_do_not_open_are_said_to_be_broken(place: Place) -> None:
    keysets = kept(place.world).keysets
    whole = keysets[SOUTH.code, 1]
    keysets[SOUTH.code, 1] = type(whole)(whole.public, bytes(len(whole.sealed or b"")))
    shown = place.browser("administrator").get("/admin/keys").text
    keysets[SOUTH.code, 1] = whole

    assert "Broken" in shown
