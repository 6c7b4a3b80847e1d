"""What an attacker seals with keys of their own: a keyset that nobody certified, and what it wraps and signs."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from casetrack.crypto.datakeys import DataKey, KeyPlace
from casetrack.crypto.fields import FieldLabel
from casetrack.crypto.keysets import HolderKeyset, PublicKeyset
from casetrack.crypto.seals import digest, seal_message
from casetrack.crypto.wraps import wrap
from casetrack.domain.case import AgeGroup
from casetrack.domain.ids import CaseId
from casetrack.persistence.inspection import SqlEvidence
from casetrack.services.ports import KeptCase
from casetrack.services.seals import form_of
from tests.persistence.attacks import Attack, Attacker, changed, joined, planted
from tests.world import NAME


def every(attacker: Attacker) -> Iterator[Attack]:
    """Each organisation's keys planted or replaced; each data key replaced; each case sealed anew."""
    mine = {}
    for row in attacker.rows["keysets"]:
        keyset = HolderKeyset.generate(row["holder"], 2)
        mine[row["holder"]] = keyset, _public(row)
        public = {"kem_public": keyset.public.kem_public, "sign_public": keyset.public.sign_public}
        new = planted("plant a keyset", row["holder"], "keysets", row, version=2, **_certified(keyset), **public)
        yield new
        yield changed("replace a keyset", row["holder"], "keysets", row, **_certified(keyset), **public)
    for row in attacker.rows["wraps"]:
        if row["number"] is not None:
            yield from _of_a_key(attacker, row, *mine[row["recipient"]])
    with Session(attacker.engine) as session:
        kept = list(SqlEvidence(session).cases())
    for each in kept:
        keyset, _ = mine[each.seal.seal.holder]
        yield _sealed_anew(attacker, each, keyset)


def _of_a_key(attacker: Attacker, row: Mapping[str, Any], keyset: HolderKeyset, to: PublicKeyset) -> Iterator[Attack]:
    """A data key of the attacker's own, with its commitment, and what is then sealed under it."""
    key = DataKey.generate(KeyPlace(NAME, CaseId(row["case_id"]), row["number"]))
    made = wrap(key, sender=keyset, recipient=to, transfer=row["transfer_id"])
    new = {name: getattr(made, name) for name in ("commitment", "sender", "sender_version", "sealed", "signature")}
    name = f"{row['case_id']}/{row['number']}/{row['recipient']}"
    wrapped = changed("replace a wrap", name, "wraps", row, **new)
    yield wrapped
    yield changed(
        "replace a wrap, as if the holder's own keys had signed", name, "wraps", row, **{**new, "sender_version": 1}
    )
    (of_key,) = (
        each
        for each in attacker.rows["case_keys"]
        if (each["case_id"], each["number"]) == (row["case_id"], row["number"])
    )
    under = [
        changed("", "", "sealed_values", value, stored=key.seal(_label(value), value["id"], "Forged"))
        for value in attacker.rows["sealed_values"]
        if (value["case_id"], value["part"]) == (row["case_id"], of_key["part"])
    ]
    committed = changed("", "", "case_keys", of_key, commitment=key.commitment())
    keys = next(each for each in attacker.rows["keysets"] if each["holder"] == keyset.public.holder)
    public = {"kem_public": keyset.public.kem_public, "sign_public": keyset.public.sign_public}
    mine = planted("", "", "keysets", keys, version=2, **_certified(keyset), **public)
    yield joined("replace a wrap, its commitment and all that lies under it", name, wrapped, committed, mine, *under)


def _sealed_anew(attacker: Attacker, kept: KeptCase, keyset: HolderKeyset) -> Attack:
    """A case that says something else, with a seal of its holder's that the attacker's keys have made."""
    case = replace(kept.case, age_group=AgeGroup.CHILD if kept.case.age_group is AgeGroup.ADULT else AgeGroup.ADULT)
    form = form_of(replace(kept, case=case))
    (row,) = (each for each in attacker.rows["cases"] if each["id"] == case.id)
    signature = keyset.sign(seal_message(NAME, form))
    new = {
        "age_group": case.age_group.value,
        "seal_digest": digest(form),
        "seal_signature": signature,
        "seal_keyset": 2,
    }
    newest = max(
        (each for each in attacker.rows["events"] if each["case_id"] == case.id and each["case_version"]),
        key=lambda each: each["case_version"],
    )
    payload = newest["payload"].replace(kept.seal.digest.hex().encode(), digest(form).hex().encode())
    told = changed("", "", "events", newest, payload=payload)
    keys = next(each for each in attacker.rows["keysets"] if each["holder"] == keyset.public.holder)
    public = {"kem_public": keyset.public.kem_public, "sign_public": keyset.public.sign_public}
    mine = planted("", "", "keysets", keys, version=2, **_certified(keyset), **public)
    return joined("seal a case anew", case.reference, changed("", "", "cases", row, **new), told, mine)


def _certified(keyset: HolderKeyset) -> dict[str, bytes]:
    """It certifies itself, as nobody else will; its private half is nothing that the holder's root would open."""
    return {"certificate": keyset.sign(keyset.public.digest), "sealed": bytes(200)}


def _public(row: Mapping[str, Any]) -> PublicKeyset:
    return PublicKeyset(row["holder"], row["version"], row["kem_public"], row["sign_public"], row["certificate"])


def _label(row: Mapping[str, Any]) -> FieldLabel:
    return FieldLabel(row["label_table"], row["label_column"])
