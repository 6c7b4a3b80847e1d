"""What every secret in memory has in common."""

from typing import NoReturn


class HeldKey:
    """A secret held in memory: it is shown only as an id, and is neither pickled nor copied."""

    __slots__ = ("_id",)

    def __init__(self, key_id: str) -> None:
        """Known in logs and tracebacks by this id, which tells nothing of the secret."""
        self._id = key_id

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._id}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} does not leave this process")
