"""The JSON API: the same nouns as the pages, one module for each, at /api/v1 and by bearer token.

No cookie is read or set here, and nothing that is sealed leaves. What leaves is named in `schemas/shown.py` and
`schemas/offers.py`; what is refused is a problem (RFC 9457).
"""

from casetrack.api.problems import failed, refused
from casetrack.api.site import init_app

__all__ = ["failed", "init_app", "refused"]
