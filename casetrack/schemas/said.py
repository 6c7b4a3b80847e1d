"""What somebody says: the schema that every other is a kind of, and the sentences of what it refuses."""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, pre_load

from casetrack.domain.words import N_
from casetrack.schemas.fields import Day

PARTS = ("day", "month", "year", "time")


class Said(Schema):
    """Only what is asked for may be said: a name that the schema does not know is refused."""

    class Meta:
        """As marshmallow reads it."""

        unknown = RAISE

    error_messages: ClassVar[dict[str, str]] = {  # type: ignore[misc]  # marshmallow types it for an instance
        "unknown": N_("This was not asked for."),
        "type": N_("Send the answers as an object, each by its name."),
    }

    @pre_load
    def parts_joined(self, said: Any, **_: Any) -> Any:  # noqa: ANN401 - whatever was sent, not looked at yet
        """A date that came in parts, as `name-day`, `name-month`, `name-year` and `name-time`, is one answer."""
        if not isinstance(said, Mapping):
            return said
        joined = dict(said)
        for name, field in self.load_fields.items():
            if isinstance(field, Day):
                parts = {part: joined.pop(f"{name}-{part}") for part in PARTS if f"{name}-{part}" in joined}
                if parts:
                    joined[name] = parts
        return joined
