"""What is refused of a log that somebody was given in files, of the policy it is held against, and by witnesses."""

from dataclasses import dataclass
from typing import ClassVar

from casetrack.audit.errors import N_, LogRefused

# Of policies


@dataclass(eq=False)
class PolicyMalformed(LogRefused):
    """One line of a policy is not what may stand there."""

    line: int
    sentence: ClassVar[str] = N_("Line {line} of the policy is wrong.")


@dataclass(eq=False)
class PolicyMissing(LogRefused):
    """The settings name a file of witnesses that is not there, or cannot be read."""

    sentence: ClassVar[str] = N_("There is no file of the name that the settings have for the policy ([audit] policy).")


@dataclass(eq=False)
class QuorumMissing(LogRefused):
    """Fewer witnesses cosigned a checkpoint than a policy asks for."""

    sentence: ClassVar[str] = N_("The checkpoint is not cosigned by as many witnesses as the policy asks for.")


@dataclass(eq=False)
class PolicyWithoutLog(LogRefused):
    """A policy names no log."""

    sentence: ClassVar[str] = N_("The policy names no log, so nothing is believed.")


# Of witnesses


@dataclass(eq=False)
class SubmissionMalformed(LogRefused):
    """One line of what a witness is asked to cosign is wrong: 1 the old size, then the hashes, the end."""

    line: int
    sentence: ClassVar[str] = N_("Line {line} of the request to the witness is wrong.")


@dataclass(eq=False)
class OldSizeDiffers(LogRefused):
    """A witness was asked to go on from another size than the one that it cosigned last, which is `cosigned`."""

    old_size: int
    cosigned: int
    sentence: ClassVar[str] = N_(
        "The request goes on from {old_size} entries, and the last checkpoint that this witness cosigned "
        "has {cosigned}."
    )


# Of a log in files


@dataclass(eq=False)
class TilePathMalformed(LogRefused):
    """A path is not that of a tile or of a bundle."""

    sentence: ClassVar[str] = N_("This is not the path of a file of a log.")


@dataclass(eq=False)
class LeafTooLong(LogRefused):
    """A leaf has more bytes than a bundle can say that it has."""

    index: int
    sentence: ClassVar[str] = N_("Entry {index} has more than 65,535 bytes, and no place in a bundle.")


@dataclass(eq=False)
class FileMissing(LogRefused):
    """A file of the log is not there."""

    path: str
    sentence: ClassVar[str] = N_("The file {path} of the log is missing.")


@dataclass(eq=False)
class TileMalformed(LogRefused):
    """A tile has more or fewer hashes than its name says."""

    path: str
    sentence: ClassVar[str] = N_("The file {path} does not have as many hashes of 32 bytes as its name says.")


@dataclass(eq=False)
class BundleMalformed(LogRefused):
    """A bundle has more or fewer entries than its name says."""

    path: str
    sentence: ClassVar[str] = N_("The file {path} does not have as many entries as its name says.")


@dataclass(eq=False)
class TilesDiffer(LogRefused):
    """The tiles at the right edge of the tree do not make the root that was signed."""

    size: int
    sentence: ClassVar[str] = N_("The tiles of the {size} entries do not make the root that the checkpoint signed.")


@dataclass(eq=False)
class TileChanged(LogRefused):
    """A full tile is not the one that the tile above it stands on."""

    path: str
    sentence: ClassVar[str] = N_("The file {path} is not the one that the tile above it was made of.")


@dataclass(eq=False)
class EntryChanged(LogRefused):
    """An entry of a bundle is not the one whose hash is in the tree."""

    index: int
    sentence: ClassVar[str] = N_("Entry {index} is not the one that is in the log: it was changed, moved or added.")


# Of an export


@dataclass(eq=False)
class DisclosureMalformed(LogRefused):
    """A line of what is disclosed is not a disclosure, or is of an entry out of its order; the first is number 1."""

    line: int
    sentence: ClassVar[str] = N_(
        "Line {line} of the disclosures is wrong: each is an index, a payload and a salt, in the order of the entries."
    )


@dataclass(eq=False)
class FileChanged(LogRefused):
    """A file beside the tree is not the one that the manifest lists."""

    path: str
    sentence: ClassVar[str] = N_("The file {path} is not the one that the manifest lists: it was changed or exchanged.")


@dataclass(eq=False)
class ManifestMalformed(LogRefused):
    """One line of a manifest is wrong: what it says, origin, size, root, scope, and then the files."""

    line: int
    sentence: ClassVar[str] = N_("Line {line} of the manifest is wrong.")


@dataclass(eq=False)
class ManifestOfAnother(LogRefused):
    """A manifest is of another checkpoint than the one beside it."""

    sentence: ClassVar[str] = N_("The manifest is not of the checkpoint that is beside it.")


@dataclass(eq=False)
class HeldRefused(LogRefused):
    """The log does not go on from a checkpoint that somebody held; the first is number 1."""

    number: int
    because: LogRefused
    sentence: ClassVar[str] = N_("Held checkpoint {number} is refused. {because}")
