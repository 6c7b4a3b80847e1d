"""Column types: codes that are enumerations in Python, and instants that are always UTC."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

Code = TypeVar("Code", bound=StrEnum)


class Coded(TypeDecorator[Code], Generic[Code]):
    """A code of a closed list, kept as its text; the database's own check refuses any other."""

    impl = Text
    cache_ok = True

    def __init__(self, codes: type[Code]) -> None:
        """Codes of that enumeration."""
        super().__init__()
        self.codes = codes

    def process_bind_param(self, value: Code | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - as SQLAlchemy calls it
        """The text that is kept."""
        return None if value is None else self.codes(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Code | None:  # noqa: ARG002 - as SQLAlchemy calls it
        """The code that was kept."""
        return None if value is None else self.codes(value)


class InstantType(TypeDecorator[datetime]):
    """An instant: aware when it goes in, and in UTC when it comes out, whatever zone the server speaks."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as SQLAlchemy calls it
        """The instant in UTC; a time that does not say its zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must say its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as SQLAlchemy calls it
        """The instant in UTC."""
        return None if value is None else value.astimezone(UTC)
