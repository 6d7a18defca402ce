"""Headers that every answer carries: a browser runs, frames and guesses nothing that we did not mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFETY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # What a reporter searches for is nobody else's business: outlets that we link to never see the address.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def with_safety_headers(answer: WSGIApplication) -> WSGIApplication:
    """The application with these headers on all its answers. Around it, since they are the same for all of them, and
    each that is put into Flask's headers is compared with all others."""
    return with_headers(answer, tuple(SAFETY_HEADERS.items()))


def with_headers(answer: WSGIApplication, added: tuple[tuple[str, str], ...]) -> WSGIApplication:
    """The application with `added` behind the headers of every answer."""

    def answer_with(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *failure: Any) -> Any:  # noqa: ANN401 as WSGI has it
            return start_response(status, [*headers, *added], *failure)

        return answer(environ, start)

    return answer_with
