"""Every column of the database: sealed, an opaque mark, or in clear and why. A test holds the table against the rows.

What says something of a person is sealed (`fields.py` says under which part). What stands in clear must, for a reason
that stands here; where it may leave to is said beside it.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How readable a column is to somebody who has the database and no keys."""

    SEALED = "sealed"
    """Ciphertext."""
    MARK = "mark"
    """A hash, a commitment, a signature, a random id or a salt: it says nothing by itself."""
    CLEAR = "clear"


class Leaves(StrEnum):
    """Where a column's values may go, beside the pages of those who hold the case."""

    NOWHERE = "nowhere"
    SIDES = "sides"
    """To the other side of an offer."""
    LISTS = "lists"
    """Into lists, the journal and the API, to those who may know of the case."""


@dataclass(frozen=True)
class Column:
    """One column, how readable it is, and why it is so."""

    table: str
    name: str
    kind: Kind
    why: str
    leaves: Leaves = Leaves.NOWHERE


def _columns(table: str, names: str, kind: Kind, why: str, leaves: Leaves = Leaves.NOWHERE) -> tuple[Column, ...]:
    return tuple(Column(table, name, kind, why, leaves) for name in names.split())


def _clear(table: str, names: str, why: str, leaves: Leaves = Leaves.NOWHERE) -> tuple[Column, ...]:
    return _columns(table, names, Kind.CLEAR, why, leaves)


def _marks(table: str, names: str, why: str = "random, or a digest of what is kept elsewhere") -> tuple[Column, ...]:
    return _columns(table, names, Kind.MARK, why)


def _sealed(table: str, names: str, why: str) -> tuple[Column, ...]:
    return _columns(table, names, Kind.SEALED, why)


SEAL = "seal_digest seal_previous seal_signature"
SEALER = "who signed, with which keyset: needed to find the public key to check by"

CASES = (
    *_marks("cases", f"id {SEAL}"),
    *_clear("cases", "seal_holder seal_keyset", SEALER),
    *_clear("cases", "reference pseudonym", "random: how people name the case to each other", Leaves.LISTS),
    *_clear("cases", "version", "counts changes, to notice that two people changed the same part", Leaves.LISTS),
    *_clear("cases", "status close_reason", "lists are of open cases; the reason is a code", Leaves.LISTS),
    *_clear("cases", "opened_at", "lists are ordered by it", Leaves.LISTS),
    *_clear("cases", "nation age_group", "decide which rules and limits run, without any key", Leaves.LISTS),
    *_clear("cases", "identity", "whether there is a name to reveal, never the name", Leaves.LISTS),
    *_clear("cases", "exploitation home encounter", "force areas, of a million people each", Leaves.LISTS),
    *_clear("cases", "support_worker investigation_worker", "whose work it is", Leaves.LISTS),
    *_clear("cases", "phase waiting high_risk", "what lists show: codes derived from milestones", Leaves.LISTS),
    *_clear(
        "cases",
        "due_support due_investigation milestone_support milestone_investigation do_now_support do_now_investigation",
        "what is late must be seen without keys; nothing that a sealed date could be told from",
        Leaves.LISTS,
    ),
    *_marks("holdings", "seal_signature"),
    *_clear("holdings", "seal_holder seal_keyset", SEALER),
    *_clear(
        "holdings",
        "case_id position part holder number since until via before after accepted",
        "row-level security asks it who may see what",
        Leaves.LISTS,
    ),
    *_clear("holdings", "pseudonym", "what a former holder knew the case by: two random words", Leaves.LISTS),
    *_marks("milestone_records", "id"),
    *_clear("milestone_records", "case_id position recorded_at", "in the order of writing", Leaves.LISTS),
    *_clear("milestone_records", "code state outcome at", "clocks run from codes and dates", Leaves.LISTS),
    *_sealed("sealed_values", "stored", "under the data key of its part"),
    *_marks("sealed_values", "id digest"),
    *_clear("sealed_values", "case_id part label_table label_column subject", "which field; binds the ciphertext"),
    *_clear("sealed_values", "version superseded", "which version of the case brought it, and which replaced it"),
    *_marks(
        "index_tags", "tag", "a few bits of a hash under the holder's index root: it shows which of its cases are alike"
    ),
    *_clear(
        "index_tags",
        "case_id part holder keyset_version index_name",
        "whose tag it is, of which kind of value, and by which keys: row-level security asks who may look",
    ),
    *_sealed("file_chunks", "sealed", "under the file's own key, padded to whole chunks"),
    *_marks("file_chunks", "file_id hash"),
    *_clear("file_chunks", "case_id part number", "row-level security asks whose it is; the order of the chunks"),
    *_marks("case_keys", "commitment"),
    *_clear("case_keys", "case_id number part retired", "which key opens which part"),
    *_sealed("wraps", "sealed", "a data key, for one holder's keyset"),
    *_marks("wraps", "id commitment signature"),
    *_clear("wraps", "case_id number transfer_id recipient recipient_version sender sender_version", "whose keys open"),
)
TRANSFERS = (
    *_sealed("transfers", "preview answer", "under the offer's key, which its two sides have"),
    *_marks("transfers", f"id commitment {SEAL}"),
    *_clear("transfers", "seal_holder seal_keyset", SEALER),
    *_clear(
        "transfers",
        "case_id version case_version from_holder to_holder moves_support moves_investigation state",
        "row-level security asks it who is offered what",
        Leaves.SIDES,
    ),
    *_clear(
        "transfers", "reason decline_reason already_moved high_risk", "inboxes are ordered by urgency", Leaves.SIDES
    ),
    *_clear("transfers", "sent_by sent_at seen_at answered_at answered_by", "waiting times are counted", Leaves.SIDES),
)
TWO_PEOPLE = (
    *_sealed("proposals", "words", "a letter to the organisation whose person decides; gone when its case is erased"),
    *_marks("proposals", f"id subject words_digest {SEAL}"),
    *_clear("proposals", "seal_holder seal_keyset", SEALER),
    *_clear(
        "proposals",
        "kind case_id case_version version state rule reason from_holder to_holder",
        "row-level security asks who decides on what; the codes of a rule and a reason",
        Leaves.LISTS,
    ),
    *_clear(
        "proposals",
        "proposed_by proposed_at decided_by decided_at",
        "the two people, who are never the same",
        Leaves.LISTS,
    ),
    *_marks("legal_holds", f"id {SEAL}"),
    *_clear("legal_holds", "seal_holder seal_keyset", SEALER),
    *_clear("legal_holds", "case_id version reason holder", "the database refuses to erase what is held", Leaves.LISTS),
    *_clear("legal_holds", "set_by set_at lifted_by lifted_at", "who set it and lifted it, and when", Leaves.LISTS),
    *_marks("tombstones", f"case_id proposal reference_digest {SEAL}"),
    *_clear("tombstones", "seal_holder seal_keyset", SEALER),
    *_clear(
        "tombstones",
        "version sealed_version repeated lost",
        "what the log is verified by: the last version of the case, and how much went with it",
    ),
    *_clear("tombstones", "holders", "row-level security asks who was responsible last"),
    *_clear(
        "tombstones",
        "rule reason proposed_by proposed_holder proposed_at approved_by approved_holder erased_at",
        "by whom it was erased, under which rule and when: what must be answered for",
        Leaves.LISTS,
    ),
)
LOG = (
    *_sealed("events", "words", "what a person typed as a reason, to the audit desk's keyset"),
    *_marks("events", "id salt commitment"),
    *_clear(
        "events",
        "at time_ms action account holder case_id aggregate_id case_version step aspect refusal attempted "
        "holders_then payload purpose subject",
        "who did what and when, in ids, codes and dates: the log is read without the keys of a case",
    ),
    *_marks("event_shown", "salt"),
    *_clear("event_shown", "event position case_id", "whom a list showed"),
    *_marks("leaves", "event leaf"),
    *_clear("leaves", "number", "the place in the log"),
    *_clear("log_queue", "event queued_at", "what waits for its place"),
    *_marks("checkpoints", "frontier"),
    *_clear("checkpoints", "size last_leaf note at", "published: anybody may hold it"),
    *_marks("cosignatures", "key_id"),
    *_clear("cosignatures", "size name line at", "what witnesses said of it: published with it"),
)
PEOPLE = (
    *_sealed("accounts", "password", "an Argon2id hash"),
    *_marks("accounts", "id password_digest seal_signature"),
    *_clear("accounts", "seal_keyset", SEALER),
    *_clear(
        "accounts",
        "sign_in_name display_name role holder national closed_at epoch",
        "staff, by whom colleagues and auditors must be able to call them",
    ),
    *_clear("accounts", "signed_in_at", "an administrator finds the accounts that nobody uses"),
    *_sealed("sessions", "sealed", "under a key that only the browser's cookie gives"),
    *_marks("sessions", "id token mac"),
    *_clear("sessions", "account auth epoch since seen", "when a session ends, and whose it is"),
    *_marks("tokens", "id digest seal_signature"),
    *_clear("tokens", "seal_keyset", SEALER),
    *_clear("tokens", "name account epoch until revoked_at", "what its maker called the program, and its end"),
    *_marks("links", "digest mac"),
    *_clear("links", "account use epoch until used_at", "for whom and what, and whether it was used"),
    *_marks("failures", "id throttle"),
    *_clear("failures", "at refused_at", "when signing in failed, and when a try too soon after it was refused"),
    *_clear("shifts", "account purpose at", "the code of the purpose of a shift"),
    *_marks("quota_uses", "id"),
    *_clear("quota_uses", "account at reveals opened", "how often somebody was shown who people are, and never whom"),
    *_marks("quota_raises", "id"),
    *_clear("quota_raises", "account by at until", "who may be shown more, who allowed it, and until when"),
    *_sealed("drafts", "sealed", "answers not sent yet, to the keyset of the account's own holder"),
    *_clear("drafts", "account kind at", "whose draft of what"),
    *_marks("answers", "key"),
    *_clear("answers", "account answer at", "what the API answered, to give it again: references and versions"),
)
HOLDERS = (
    *_clear(
        "holders",
        "code name kind nation region valid_from valid_to successor seat phone",
        "public facts of organisations",
        Leaves.LISTS,
    ),
    *_sealed("keysets", "sealed", "the private half, under the holder's root"),
    *_marks("keysets", "kem_public sign_public certificate"),
    *_marks("keysets", "agreed", "the id of the proposal on which two people agreed that the private half go"),
    *_clear("keysets", "holder version", "whose keys, and which of them"),
    *_clear("keysets", "destroyed", "that there is no private half any more, for whoever verifies"),
)

COLUMNS = (*CASES, *TRANSFERS, *TWO_PEOPLE, *LOG, *PEOPLE, *HOLDERS)
