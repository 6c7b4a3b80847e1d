"""What an export says of itself to whoever opens the folder: what it shows, what it does not, how to check it."""

from typing import Final

from casetrack.audit.checkpoint import Checkpoint
from casetrack.audit.note import VerifierKey
from casetrack.audit.policy import NONE, Policy
from casetrack.services.extracts import Extract

TEXT: Final = """\
The audit log of {origin}

This folder holds the first {size} entries of the log, all of them, as hashes that say nothing of anybody; and, in
disclosures.jsonl, what some of these entries say. Which ones: {scope}.
{witnesses}

WHAT IT SHOWS
- Nothing in these entries was changed, removed, added or moved since the log signed the checkpoint.
- Every payload in disclosures.jsonl is what its entry in the log was made of.
- Nothing is missing from disclosures.jsonl that its maker put there.
- If you hold an older checkpoint of this log: everything that was in the log then is still in it.

WHAT IT DOES NOT SHOW
- That everything was logged. The database refuses to do a thing without its event; a log alone cannot show it.
- That disclosures.jsonl has every entry of its scope. Its maker signed that these are the ones that it chose.
- That there is no newer checkpoint, and that others were shown the same log. Compare checkpoints with others who hold
  some; that is what witnesses are for.
- That what somebody did is what its entry says, beyond what casetrack saw.

WHAT ENTRIES SAY
A payload is JSON: who did what, when, to which case, as ids, codes and dates. No name of a person is in it, and no word
that somebody typed. An account or a case is a random id; whoever may know whose it is looks it up in casetrack.

HOW TO CHECK IT WITH CASETRACK
1. Keep a policy of your own: a file that says which log and which witnesses you believe. The file "policy" is what the
   maker believes. Compare its lines "log" and "witness", letter by letter, with what you were told another way.
2. casetrack audit verify FOLDER --policy YOUR-POLICY --maker "{maker}"
   and, for each older checkpoint that you hold: --held CHECKPOINT
   It needs no database, no keys and no network.
3. It names files here that are not part of what was signed. Believe nothing of those. It ends well all the same: what
   was signed holds, and an earlier export into the same folder leaves such files in "tile/".

HOW TO CHECK IT WITHOUT CASETRACK
Every form in this folder is published. The layout is docs/formats/audit-log.md in the source of casetrack, section 12.
1. "checkpoint" and "manifest" are signed notes (c2sp.org/signed-note, c2sp.org/tlog-checkpoint). Verify the first with
   a line "log" of the policy, and the second with the line in "signer". Go has this in golang.org/x/mod/sumdb/note.
   Further signatures on the checkpoint are cosignatures of witnesses (c2sp.org/tlog-cosignature).
2. Lines 2 to 4 of the manifest are the checkpoint's own first three lines: compare them.
3. The lines after the fifth, up to the empty one, are what sha256sum writes. In this folder:
   sed -n '6,/^$/p' manifest | sed '/^$/d' | sha256sum --check
4. "tile/" is the tree (c2sp.org/tlog-tiles): hash the entries of every bundle, and the tiles up to the root, which must
   be that of the checkpoint. Go has this in golang.org/x/mod/sumdb/tlog. A leaf hash is SHA-256 of 00 and the 57 bytes.
5. For each line of disclosures.jsonl, the last 32 bytes of the entry with that index are the SHA-256 of
   "casetrack/audit-payload/v1", a zero byte, the salt, the length of the payload in four bytes, and the payload.

HANDLE WITH CARE
What entries say shows who works on which case and when. Keep this folder as you would keep the case.
"""


def readme(checkpoint: Checkpoint, extract: Extract, policy: Policy, maker: VerifierKey) -> str:
    """The text, of which the same export has the same; no time and no name of a person is in it."""
    witnesses = (
        "No witness was asked for: see below what that leaves open."
        if policy.quorum == NONE
        else "Witnesses cosigned the checkpoint, as the policy asks for."
    )
    return TEXT.format(
        origin=checkpoint.origin, size=checkpoint.size, scope=extract, witnesses=witnesses, maker=maker.format()
    )
