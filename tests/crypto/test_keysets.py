"""A public half is believed by its certificate, a private half by its holder's root."""

from dataclasses import replace

import pytest

from casetrack.crypto.errors import CannotOpen, Reason
from casetrack.crypto.keysets import HolderKeyset, PublicKeyset, believed, certify, check_certificate, continued, trust
from casetrack.crypto.roots import RootKey
from tests.crypto import by_the_book
from tests.crypto.samples import DEPLOYMENT, HOLDERS, flipped, made

SERVICE = HOLDERS.service
SECOND = made("kent", 2)
THIRD = made("kent", 3)
CHAIN = (
    certify(DEPLOYMENT, HOLDERS.kent.public, SERVICE),
    certify(DEPLOYMENT, SECOND.public, HOLDERS.kent),
    certify(DEPLOYMENT, THIRD.public, SECOND),
)
ROOT = RootKey("kent", bytes(range(32)))


def swapped(public: PublicKeyset, **changes: str | int | bytes) -> PublicKeyset:
    return replace(public, **changes)  # type: ignore[arg-type] # each change is of its own field's type


def test_the_newest_of_a_certified_chain_is_believed() -> None:
    assert trust(CHAIN, SERVICE.public, DEPLOYMENT) == CHAIN[2]
    assert trust(CHAIN[:1], SERVICE.public, DEPLOYMENT) == CHAIN[0]


@pytest.mark.parametrize("known", range(len(CHAIN) + 1))
def test_as_much_of_a_chain_is_believed_as_is_certified(known: int) -> None:
    planted = tuple(replace(each, certificate=bytes(64)) for each in CHAIN[known:])
    assert believed((*CHAIN[:known], *planted), SERVICE.public, DEPLOYMENT) == CHAIN[:known]


def test_what_comes_after_a_version_that_is_missing_is_not_believed() -> None:
    assert believed((CHAIN[0], CHAIN[2]), SERVICE.public, DEPLOYMENT) == CHAIN[:1]
    assert believed(CHAIN[1:], SERVICE.public, DEPLOYMENT) == ()


@pytest.mark.parametrize("proved", range(1, len(CHAIN) + 1))
def test_what_the_root_proved_is_gone_on_from(proved: int) -> None:
    assert continued(CHAIN[:proved], CHAIN, DEPLOYMENT) == CHAIN
    uncertified = tuple(replace(each, certificate=bytes(64)) for each in CHAIN[proved:])
    assert continued(CHAIN[:proved], (*CHAIN[:proved], *uncertified), DEPLOYMENT) == CHAIN[:proved]


@pytest.mark.parametrize("proved", range(1, len(CHAIN) + 1))
def test_where_what_was_proved_is_not_there_nothing_is_believed(proved: int) -> None:
    another = (*CHAIN[: proved - 1], HOLDERS.refuge.public, *CHAIN[proved:])
    for chain in ((), CHAIN[: proved - 1], another):
        assert continued(CHAIN[:proved], chain, DEPLOYMENT) == ()


def test_the_certificate_of_what_was_proved_says_nothing() -> None:
    bare = replace(CHAIN[0], certificate=bytes(64))
    assert continued(CHAIN[:1], (bare, *CHAIN[1:]), DEPLOYMENT) == (bare, *CHAIN[1:])


def test_the_service_certifies_its_own_first_keyset() -> None:
    own = certify(DEPLOYMENT, SERVICE.public, SERVICE)
    assert trust([own], own, DEPLOYMENT) == own


@pytest.mark.parametrize(
    "chain",
    [
        (),
        CHAIN[1:],
        (CHAIN[0], CHAIN[2]),
        (CHAIN[1], CHAIN[0]),
        (CHAIN[0], CHAIN[0]),
        (HOLDERS.kent.public,),
        (certify(DEPLOYMENT, HOLDERS.kent.public, HOLDERS.kent),),
        (certify(DEPLOYMENT, HOLDERS.kent.public, HOLDERS.refuge),),
        (CHAIN[0], replace(CHAIN[1], holder="refuge")),
        (CHAIN[0], certify(DEPLOYMENT, HOLDERS.refuge.public, HOLDERS.kent)),
    ],
    ids=[
        "empty",
        "no first",
        "a gap",
        "order",
        "twice",
        "uncertified",
        "by itself",
        "by another",
        "two holders",
        "one certifies another",
    ],
)
def test_a_broken_chain_is_not_believed(chain: tuple[PublicKeyset, ...]) -> None:
    with pytest.raises(CannotOpen) as refused:
        trust(chain, SERVICE.public, DEPLOYMENT)
    assert refused.value.reason is Reason.CERTIFICATE


def test_a_later_version_is_certified_by_the_one_before_it_only() -> None:
    for by in (SERVICE, THIRD, HOLDERS.refuge):
        with pytest.raises(CannotOpen):
            certify(DEPLOYMENT, SECOND.public, by)
        signed = by.sign(by_the_book.certificate_message(DEPLOYMENT, SECOND.public.digest, by.public.digest))
        with pytest.raises(CannotOpen):
            check_certificate(DEPLOYMENT, replace(SECOND.public, certificate=signed), by.public)


@pytest.mark.parametrize(
    "changes",
    [
        {"holder": "refuge"},
        {"kem_public": flipped(CHAIN[0].kem_public, 5)},
        {"sign_public": HOLDERS.refuge.public.sign_public},
        {"certificate": flipped(CHAIN[0].certificate, 0)},
        {"certificate": b""},
        {"certificate": CHAIN[1].certificate},
    ],
    ids=["holder", "kem", "sign", "a bit", "none", "another's"],
)
def test_a_row_changed_in_one_place_is_not_believed(changes: dict[str, str | bytes]) -> None:
    check_certificate(DEPLOYMENT, CHAIN[0], SERVICE.public)
    with pytest.raises(CannotOpen) as refused:
        check_certificate(DEPLOYMENT, swapped(CHAIN[0], **changes), SERVICE.public)
    assert refused.value.reason is Reason.CERTIFICATE


def test_a_version_written_over_is_not_believed() -> None:
    with pytest.raises(CannotOpen):
        check_certificate(DEPLOYMENT, swapped(CHAIN[1], version=1), HOLDERS.kent.public)


def test_a_certificate_is_of_one_deployment_and_one_certifier() -> None:
    with pytest.raises(CannotOpen):
        check_certificate("another.example", CHAIN[0], SERVICE.public)
    with pytest.raises(CannotOpen):  # The same signing key under another name.
        check_certificate(DEPLOYMENT, CHAIN[0], replace(SERVICE.public, holder="refuge"))


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 0},
        {"version": -1},
        {"version": 2**32},
        {"kem_public": bytes(1215)},
        {"sign_public": bytes(33)},
    ],
)
def test_a_row_of_another_shape_is_no_keyset(changes: dict[str, int | bytes]) -> None:
    with pytest.raises(CannotOpen) as refused:
        swapped(CHAIN[0], **changes)
    assert refused.value.reason is Reason.SHAPE


def test_a_signature_is_by_one_keyset_over_one_message() -> None:
    signature = HOLDERS.kent.sign(b"message")
    HOLDERS.kent.public.verify(b"message", signature)
    for by, message, tried in (
        (HOLDERS.refuge.public, b"message", signature),
        (HOLDERS.kent.public, b"massage", signature),
        (HOLDERS.kent.public, b"message", flipped(signature, 63)),
        (HOLDERS.kent.public, b"message", b""),
    ):
        with pytest.raises(CannotOpen) as refused:
            by.verify(message, tried)
        assert refused.value.reason is Reason.SIGNATURE


def test_a_kept_keyset_opens_and_still_does_its_work() -> None:
    kept = HOLDERS.kent.sealed(ROOT)
    opened = HolderKeyset.open(kept, ROOT, public=CHAIN[0])
    assert opened.public == CHAIN[0]
    HOLDERS.kent.public.verify(b"message", opened.sign(b"message"))
    assert opened.open_sealed(HOLDERS.kent.public.seal(b"plain", b"info"), b"info") == b"plain"
    assert HolderKeyset.open(opened.sealed(ROOT), ROOT, public=CHAIN[0]).sign(b"m") == opened.sign(b"m")


def test_a_kept_keyset_is_of_one_root_and_one_public_half() -> None:
    kept = HOLDERS.kent.sealed(ROOT)
    for root, public in (
        (RootKey("kent", bytes(32)), CHAIN[0]),
        (RootKey("refuge", bytes(range(32))), CHAIN[0]),
        (RootKey("refuge", bytes(range(32))), replace(CHAIN[0], holder="refuge")),
        (ROOT, CHAIN[1]),
        (ROOT, replace(CHAIN[0], sign_public=HOLDERS.refuge.public.sign_public)),
        (ROOT, replace(CHAIN[0], kem_public=HOLDERS.refuge.public.kem_public)),
    ):
        with pytest.raises(CannotOpen):
            HolderKeyset.open(kept, root, public=public)


def test_a_keyset_is_kept_under_its_own_holders_root_only() -> None:
    with pytest.raises(ValueError, match="own holder's root"):
        HOLDERS.kent.sealed(RootKey("refuge", bytes(32)))


def test_a_fingerprint_is_eight_groups_that_change_with_every_part() -> None:
    fingerprint = CHAIN[0].fingerprint
    groups = fingerprint.split(" ")
    assert [len(group) for group in groups] == [4] * 8
    assert fingerprint == HOLDERS.kent.public.fingerprint
    changed = (
        swapped(CHAIN[0], holder="kend"),
        swapped(CHAIN[0], version=2),
        swapped(CHAIN[0], kem_public=flipped(CHAIN[0].kem_public, 0)),
        swapped(CHAIN[0], sign_public=flipped(CHAIN[0].sign_public, 0)),
    )
    assert len({fingerprint, *(public.fingerprint for public in changed)}) == 5
