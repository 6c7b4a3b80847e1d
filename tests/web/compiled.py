"""Templates that are compiled once for all the applications that the tests of this process make, as code is."""

from typing import Final

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class Compiled(BytecodeCache):
    """What has been compiled, by the name and the file of the template; for environments that are made alike."""

    def __init__(self) -> None:
        """Nothing has been."""
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """The template's code is in the bucket, if it was compiled from the same source."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """The template's code is kept."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


OF_THE_SITE: Final = Compiled()
