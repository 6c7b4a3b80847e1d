"""The log of a world in memory, given out into a dictionary of files."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from casetrack.audit.export import MANIFEST_FILE, Examined
from casetrack.audit.policy import Policy
from casetrack.services.audit import Use
from casetrack.services.exporting import NO_WITNESSES, Maker, export_log, note_export
from casetrack.services.extracts import Extract
from tests.services.evidence import MemoryEvidence, believed
from tests.world import World


@dataclass
class Files:
    """Where the files go."""

    content: dict[str, bytes] = field(default_factory=dict)

    def put(self, path: str, content: Iterable[bytes]) -> None:
        """The file has that content."""
        self.content[path] = b"".join(content)

    def read(self, path: str) -> bytes | None:
        """What a file has."""
        return self.content.get(path)

    def lines(self, path: str) -> Iterator[bytes]:
        """Its lines."""
        yield from self.content[path].splitlines(keepends=True)


def exported(world: World, extract: Extract, *, witnesses: Policy = NO_WITNESSES) -> tuple[Files, Examined]:
    """The log is given out to the national auditor, which is on the log."""
    files = Files()
    with world.work("auditor") as work:
        maker = Maker.of(work)
        source, trusted = MemoryEvidence(world), believed(world)
        examined = export_log(source, trusted, extract, files, maker=maker, witnesses=witnesses, step=lambda _: None)
        note_export(work, extract, examined, files.content[MANIFEST_FILE], Use.INTEGRITY)
    return files, examined
