"""The pages: handlers that read, begin, call one use case and answer, one module for each noun."""

from casetrack.web.refusals import failed, refused
from casetrack.web.site import init_app

__all__ = ["failed", "init_app", "refused"]
