"""Parts of a URL that are checked before a page sees them."""

from werkzeug.routing import BaseConverter, ValidationError

from casetrack.domain.errors import MistypedReference
from casetrack.domain.references import Reference, read_reference


class ReferenceConverter(BaseConverter):
    """`CT-XXXX-XXXC` with its check character; anything else is no page."""

    regex = r"[A-Za-z0-9-]{8,14}"

    def to_python(self, value: str) -> Reference:
        """The reference as it is kept."""
        try:
            return read_reference(value)
        except MistypedReference:
            raise ValidationError from None
