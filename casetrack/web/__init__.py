"""The pages: handlers that read, begin, call one use case and answer, one module for each noun."""

from casetrack.web.site import failed, init_app, refused

__all__ = ["failed", "init_app", "refused"]
