"""What people write in their own words, looked over before any of it is kept: some of it belongs elsewhere.

The person's names are opened for that, in memory, where the actor may be shown them anyway; a token may not, so that
nobody can find a name out by asking. What was found is in no event and no error: only which kind of thing it is.
"""

from collections.abc import Iterable

from casetrack.domain import access
from casetrack.domain.actions import Action
from casetrack.domain.case import Case, IdentityState
from casetrack.domain.errors import BelongsElsewhere
from casetrack.domain.events import WordsKept
from casetrack.domain.misplaced import Misplaced, find_misplaced
from casetrack.domain.references import Reference
from casetrack.domain.transfer import Transfer
from casetrack.services.fields import IDENTITY, named
from casetrack.services.sealing import open_fields
from casetrack.services.work import UnitOfWork

_CALLED = [named(IDENTITY)[name] for name in ("given_names", "family_name", "other_names")]


def check_words(
    work: UnitOfWork,
    case: Case | None,
    to: Action,
    *texts: str,
    by_name: bool = True,
    offer: Transfer | None = None,
) -> None:
    """Nothing in the texts, or in the reason, belongs elsewhere; or it is said why it stays, and journalled.

    `BelongsElsewhere` otherwise. Not `by_name` where nothing may be opened yet; nor where the actor's holder has
    nothing of the case, as the receiver of an `offer`, by which it is then known whose case it is.
    """
    kinds = refuse_misplaced(work, case, *texts, by_name=by_name)
    if kinds and work.purpose.keeping:
        kept = WordsKept(
            action=to,
            at=work.now,
            by=work.actor.account,
            case=offer.case if offer else case.id if case else None,
            transfer=offer.id if offer else None,
            found=kinds,
            reason=work.purpose.keeping.value,
        )
        work.note(kept, about=case, sides=(offer.from_holder, offer.to_holder) if offer else ())


def refuse_misplaced(work: UnitOfWork, case: Case | None, *texts: str, by_name: bool = True) -> tuple[str, ...]:
    """The same of what is not kept yet; gives the kinds of thing that stay, for a reason."""
    written = (*texts, work.purpose.words)
    found = (
        misplaced_in(work, case, written) if by_name else [each for text in written for each in find_misplaced(text)]
    )
    if found and work.purpose.keeping is None:
        raise BelongsElsewhere
    return tuple(sorted({each.kind.value for each in found}))


def misplaced_in(work: UnitOfWork, case: Case | None, texts: Iterable[str]) -> tuple[Misplaced, ...]:
    """What in the texts of a case that is in hand seems to belong elsewhere."""
    written = [text for text in texts if text.strip()]
    names = _names(work, case) if written and case is not None else ()
    return tuple(found for text in written for found in find_misplaced(text, names))


def look_over(work: UnitOfWork, reference: Reference, texts: Iterable[str]) -> tuple[Misplaced, ...]:
    """The same, to show it to whoever wrote the texts."""
    return misplaced_in(work, work.open(reference, to=Action.CASE_VIEW), texts)


def _names(work: UnitOfWork, case: Case) -> tuple[str, ...]:
    """What the person is called, if the actor may be shown that."""
    if case.identity is not IdentityState.GIVEN or Action.IDENTITY_REVEAL not in access.permitted(work.actor, case):
        return ()
    return tuple(str(name) for name in open_fields(work, case, _CALLED).values() if name)
