"""The administrator's page of keys."""

from http import HTTPStatus

import pytest

from casetrack.services.keysets import HolderKeys, list_keysets, renew_keyset
from casetrack.services.renewing_service import renew_service
from casetrack.services.renewing_tags import remake_tags
from casetrack.web.keysets import PROVIDERS
from tests.services.acts import kept, opened, read
from tests.services.keeping import case_keeper, keeper, resealed, rewrapped, vetted
from tests.web.site import Place
from tests.world import ACCOUNTS, NORTH, SOUTH


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


def test_the_tags_that_older_keys_made_are_counted_until_they_are_made_again(place: Place) -> None:
    opened(place.world)
    renew_keyset(keeper(place.world), NORTH.code)
    rewrapped(place.world, NORTH.code)
    left = held(place).tags_left
    assert left > 0
    assert tags_shown(place) == [(each.rows.tags, each.rows.tags > 0) for each in held(place).keysets]

    while remake_tags(case_keeper(place.world)) is not None:
        """Some are left."""
    assert held(place).tags_left == 0
    newest, *older = tags_shown(place)
    assert newest == (left, False)
    assert set(older) == {(0, False)}


def test_the_accounts_that_older_keys_of_casetrack_sealed_are_counted_until_they_are_sealed_again(
    place: Place,
) -> None:
    renew_service(keeper(place.world), vetted(place.world))
    shown = place.browser("administrator").get("/admin/keys").text
    assert "still let in until whoever runs casetrack has sealed them again" in shown
    assert f"None: {len(ACCOUNTS)} accounts and tokens are sealed by it" in shown
    assert "To be sealed again" in shown

    assert resealed(place.world) == len(ACCOUNTS)
    assert "To be sealed again" not in place.browser("administrator").get("/admin/keys").text


def held(place: Place) -> HolderKeys:
    """The keys of the organisation, as the inventory of the command line has them too."""
    with place.world.work("administrator") as work:
        (found,) = (each for each in list_keysets(work) if each.holder == NORTH)
    return found


def tags_shown(place: Place) -> list[tuple[int, bool]]:
    """How many tags each version of its keys has made by the page, and whether they are to be made again."""
    _, *rows = place.browser("administrator").get("/admin/keys").text.split("<tr ")
    of_it = [row for row in rows if f'rowheader">{NORTH.name}' in row]
    cells = [row.partition('aria-hidden="true">Tags it made</span><div>')[2].partition("</div>")[0] for row in of_it]
    return [(int(cell.split()[0]), "To be made again" in cell) for cell in cells]


def test_keys_that_do_not_open_are_said_to_be_broken(place: Place) -> None:
    keysets = kept(place.world).keysets
    whole = keysets[SOUTH.code, 1]
    keysets[SOUTH.code, 1] = type(whole)(whole.public, bytes(len(whole.sealed or b"")))
    shown = place.browser("administrator").get("/admin/keys").text
    keysets[SOUTH.code, 1] = whole

    assert "Broken" in shown
