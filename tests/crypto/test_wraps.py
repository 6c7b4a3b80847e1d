"""A wrap opens for one recipient, from one sender, in one context; anything else is refused."""

from dataclasses import replace
from typing import Any, NoReturn
from uuid import UUID

import pytest
from cryptography.exceptions import UnsupportedAlgorithm

from casetrack.crypto import hpke
from casetrack.crypto.datakeys import OFFER, DataKey
from casetrack.crypto.errors import CannotOpen, Reason, SuiteUnsupported
from casetrack.crypto.keysets import HolderKeyset, PublicKeyset
from casetrack.crypto.wraps import Wrap, check_suite, unwrap, wrap
from tests.crypto import by_the_book
from tests.crypto.samples import (
    CASE,
    DEPLOYMENT,
    GIVEN_NAME,
    HOLDERS,
    OTHER_CASE,
    OTHER_TRANSFER,
    ROW,
    TRANSFER,
    data_key,
    flipped,
)

KEY = data_key()
WRAP = wrap(KEY, sender=HOLDERS.kent, recipient=HOLDERS.refuge.public, transfer=TRANSFER)
OTHER = wrap(data_key(4), sender=HOLDERS.kent, recipient=HOLDERS.refuge.public, transfer=TRANSFER)


def opened(
    tried: Wrap,
    *,
    recipient: HolderKeyset = HOLDERS.refuge,
    sender: PublicKeyset = HOLDERS.kent.public,
    deployment: str = DEPLOYMENT,
) -> DataKey:
    return unwrap(tried, recipient=recipient, sender=sender, deployment=deployment)


def info_of(tried: Wrap, recipient: PublicKeyset) -> bytes:
    return by_the_book.wrap_info(
        DEPLOYMENT,
        tried.case,
        tried.number,
        tried.commitment,
        recipient=recipient.holder,
        key_id=recipient.key_id,
        sender=tried.sender,
        transfer=tried.transfer,
    )


def signed_again(tried: Wrap, sender: HolderKeyset, recipient: PublicKeyset) -> Wrap:
    """The same row with a good signature: what a dishonest sender could make."""
    signed = by_the_book.wrap_signed(info_of(tried, recipient), recipient.version, sender.public.version, tried.sealed)
    return replace(tried, signature=sender.sign(signed))


@pytest.mark.parametrize("transfer", [None, TRANSFER])
def test_a_wrapped_key_opens_what_it_sealed(transfer: UUID | None) -> None:
    made = wrap(KEY, sender=HOLDERS.kent, recipient=HOLDERS.refuge.public, transfer=transfer)
    key = opened(made)
    assert key.open(GIVEN_NAME, ROW, KEY.seal(GIVEN_NAME, ROW, "Beispiel")) == "Beispiel"
    assert (key.place, key.commitment()) == (KEY.place, KEY.commitment())


def test_a_row_says_who_what_and_for_which_transfer() -> None:
    assert (WRAP.case, WRAP.number, WRAP.commitment) == (CASE, 3, KEY.commitment())
    assert (WRAP.recipient, WRAP.recipient_version, WRAP.sender, WRAP.sender_version) == ("refuge", 1, "kent", 1)
    assert (WRAP.transfer, len(WRAP.sealed), len(WRAP.signature)) == (TRANSFER, 1168, 64)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"case": OTHER_CASE}, Reason.SIGNATURE),
        ({"number": 4}, Reason.SIGNATURE),
        ({"number": -1}, Reason.SHAPE),
        ({"number": 2**32}, Reason.SHAPE),
        ({"commitment": flipped(WRAP.commitment, 0)}, Reason.SIGNATURE),
        ({"commitment": b""}, Reason.SIGNATURE),
        ({"recipient": "kent"}, Reason.KEY),
        ({"recipient_version": 2}, Reason.KEY),
        ({"sender": "refuge"}, Reason.KEY),
        ({"sender_version": 2}, Reason.KEY),
        ({"transfer": OTHER_TRANSFER}, Reason.SIGNATURE),
        ({"transfer": None}, Reason.SIGNATURE),
        ({"transfer": UUID(int=0)}, Reason.SHAPE),
        ({"sealed": flipped(WRAP.sealed, 1167)}, Reason.SIGNATURE),
        ({"sealed": OTHER.sealed}, Reason.SIGNATURE),
        ({"signature": OTHER.signature}, Reason.SIGNATURE),
        ({"signature": flipped(WRAP.signature, 0)}, Reason.SIGNATURE),
        ({"signature": b""}, Reason.SIGNATURE),
    ],
)
def test_a_row_changed_in_one_place_is_refused(changes: dict[str, Any], reason: Reason) -> None:
    assert opened(WRAP).place == KEY.place
    with pytest.raises(CannotOpen) as refused:
        opened(replace(WRAP, **changes))
    assert refused.value.reason is reason


def test_another_deployment_opens_nothing() -> None:
    with pytest.raises(CannotOpen) as refused:
        opened(WRAP, deployment="casetrack.exampl")
    assert refused.value.reason is Reason.SIGNATURE


def test_keys_of_another_holder_or_the_same_name_open_nothing() -> None:
    impostor = HolderKeyset.generate("refuge", 1)
    for recipient in (HOLDERS.kent, impostor, HolderKeyset.generate("refuge", 2)):
        with pytest.raises(CannotOpen):
            opened(WRAP, recipient=recipient)


def test_a_wrap_signed_by_anyone_else_is_refused() -> None:
    impostor = HolderKeyset.generate("kent", 1)
    for sender in (impostor.public, HOLDERS.refuge.public, replace(HOLDERS.kent.public, version=2)):
        with pytest.raises(CannotOpen):
            opened(WRAP, sender=sender)


def test_a_key_planted_by_someone_who_can_write_rows_is_refused() -> None:
    planted = wrap(
        data_key(), sender=HolderKeyset.generate("kent", 1), recipient=HOLDERS.refuge.public, transfer=TRANSFER
    )
    with pytest.raises(CannotOpen) as refused:
        opened(planted)
    assert refused.value.reason is Reason.SIGNATURE


def test_what_was_sealed_in_another_context_is_refused_though_it_is_signed() -> None:
    for changes in ({"case": OTHER_CASE}, {"number": 4}, {"transfer": OTHER_TRANSFER}, {"transfer": None}):
        tried = signed_again(replace(WRAP, **changes), HOLDERS.kent, HOLDERS.refuge.public)
        with pytest.raises(CannotOpen) as refused:
            opened(tried)
        assert refused.value.reason is Reason.SEAL


def test_what_was_sealed_to_another_is_refused_though_it_is_signed() -> None:
    theirs = wrap(KEY, sender=HOLDERS.kent, recipient=HOLDERS.service.public, transfer=TRANSFER)
    tried = signed_again(replace(theirs, recipient="refuge"), HOLDERS.kent, HOLDERS.refuge.public)
    with pytest.raises(CannotOpen) as refused:
        opened(tried)
    assert refused.value.reason is Reason.SEAL


@pytest.mark.parametrize(("secret", "reason"), [(bytes(32), Reason.COMMITMENT), (bytes(31), Reason.SHAPE)])
def test_a_key_that_is_not_the_one_committed_to_is_refused_though_it_is_signed(secret: bytes, reason: Reason) -> None:
    lying = replace(WRAP, sealed=HOLDERS.refuge.public.seal(secret, info_of(WRAP, HOLDERS.refuge.public)))
    with pytest.raises(CannotOpen) as refused:
        opened(signed_again(lying, HOLDERS.kent, HOLDERS.refuge.public))
    assert refused.value.reason is reason


def test_an_offer_key_names_its_transfer() -> None:
    offer = data_key(OFFER)
    made = wrap(offer, sender=HOLDERS.kent, recipient=HOLDERS.refuge.public, transfer=TRANSFER)
    assert opened(made).commitment() == offer.commitment()
    with pytest.raises(ValueError, match="wrapped for a transfer"):
        wrap(offer, sender=HOLDERS.kent, recipient=HOLDERS.refuge.public, transfer=None)
    unnamed = signed_again(replace(made, transfer=None), HOLDERS.kent, HOLDERS.refuge.public)
    with pytest.raises(CannotOpen) as refused:
        opened(unnamed)
    assert refused.value.reason is Reason.SHAPE


def test_an_offer_key_does_not_pass_for_a_case_key_nor_the_reverse() -> None:
    offer = wrap(data_key(OFFER), sender=HOLDERS.kent, recipient=HOLDERS.refuge.public, transfer=TRANSFER)
    for tried in (replace(offer, number=3), replace(WRAP, number=OFFER)):
        with pytest.raises(CannotOpen) as refused:
            opened(tried)
        assert refused.value.reason is Reason.SIGNATURE


def test_the_nil_transfer_is_refused_because_it_would_read_as_none() -> None:
    with pytest.raises(ValueError, match="never the nil UUID"):
        wrap(KEY, sender=HOLDERS.kent, recipient=HOLDERS.refuge.public, transfer=UUID(int=0))


def test_a_row_shows_no_bytes_when_it_is_printed() -> None:
    assert WRAP.sealed.hex() not in repr(WRAP)
    assert "sealed" not in repr(WRAP)
    assert "signature" not in repr(WRAP)


def test_this_machine_can_wrap() -> None:
    check_suite()


def test_a_machine_that_cannot_wrap_says_so_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> NoReturn:
        raise UnsupportedAlgorithm("ML-KEM-768 is not supported by this backend.")

    monkeypatch.setattr(hpke, "Suite", unsupported)
    with pytest.raises(SuiteUnsupported, match="does not offer X-Wing"):
        check_suite()
