"""What every answer says of itself, and what is refused before any page: another site's requests, and prefetching."""

from flask import Flask, Response, abort, request

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex",
}
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
STATIC = "/static/"


def init_app(app: Flask, *, secure: bool) -> None:
    """Every answer has the headers; `secure` says that the site is reached by HTTPS alone."""

    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith(STATIC):
            response.headers["Cache-Control"] = "no-store"
        if secure:
            response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        return response

    app.before_request(_refuse_other_sites)
    app.before_request(_refuse_prefetch)
    app.after_request(add_headers)


def _refuse_other_sites() -> None:
    """A browser says where a request comes from; what changes something comes from here."""
    if request.method not in SAFE and request.headers.get("Sec-Fetch-Site", "same-origin") not in (
        "same-origin",
        "none",
    ):
        abort(403)


def _refuse_prefetch() -> None:
    """A page that nobody looked at must not be on the log as looked at."""
    if "prefetch" in request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose") == "prefetch":
        abort(403)
