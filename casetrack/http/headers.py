"""What every answer says of itself, and what is refused before any page: another site's requests, and prefetching."""

from functools import partial

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

    app.before_request(partial(_refuse_other_sites, secure=secure))
    app.before_request(_refuse_prefetch)
    app.after_request(add_headers)


def _refuse_other_sites(*, secure: bool) -> None:
    """A browser says where a request comes from; what changes something comes from here."""
    if request.method not in SAFE and not _comes_from_here(secure=secure):
        abort(403)


def _comes_from_here(*, secure: bool) -> bool:
    """True unless the browser says otherwise; an older one names only the origin (RFC 6454, section 7) of the page.

    `null` says nothing: browsers send it with every form of a page that sends no referrer, as ours do not. Such a form,
    and a request that says nothing at all, is known by its proof.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    ours = f"{'https' if secure else request.scheme}://{request.host}"
    return request.headers.get("Origin", "null").lower() in ("null", ours.lower())


def _refuse_prefetch() -> None:
    """A page that nobody looked at must not be on the log as looked at."""
    if "prefetch" in request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose") == "prefetch":
        abort(403)
