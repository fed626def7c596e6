"""Protects the pages: cookies, forms and what a browser may load. Knows no page.

Everything comes from this server and nothing may be framed; a form is taken only from a page of this
session; a page is never kept by a cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Request, Response, current_app
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect
from itsdangerous import BadSignature

from bridge.signin import SESSION_LASTS
from bridge.vault import Vault

if TYPE_CHECKING:  # names that exist for type checkers only
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",  # a callback's address holds a code
    "X-Content-Type-Options": "nosniff",
}
_HTTPS_ONLY = "max-age=31536000"


def secure(app: Flask, vault: Vault, *, public_url: str) -> None:
    """Set how the application's sessions are signed, and how its cookies and forms behave."""
    is_https = public_url.startswith("https:")
    key, older = vault.session_keys()
    app.config.update(
        SECRET_KEY=key,
        SECRET_KEY_FALLBACKS=list(older),
        # A cookie of this name is taken by browsers only over https, for this host, from this host.
        SESSION_COOKIE_NAME="__Host-bridge" if is_https else "bridge",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_LASTS,
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,  # a form holds as long as its session
        WTF_CSRF_CHECK_DEFAULT=False,  # telli signs its requests instead; pages check in `protect`
        # Many a proxy does not pass the Host on, so a Referer proves nothing; the cookie's name does.
        WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = _Sessions()
    CSRFProtect(app)
    headers = {**HEADERS, "Strict-Transport-Security": _HTTPS_ONLY} if is_https else HEADERS
    app.wsgi_app = _adding(headers, app.wsgi_app)  # type: ignore[method-assign]


def has_signed_in(app: Flask, cookie: str) -> bool:
    """Tell whether a session's cookie was given by us to somebody who signed in; whether it is over, not."""
    signed = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined] # ours, below
    try:
        return "token" in signed.loads(cookie, max_age=int(SESSION_LASTS.total_seconds()))
    except BadSignature:
        return False


class _Sessions(SecureCookieSessionInterface):
    """Flask's own sessions, at no cost for requests without a cookie, such as telli's."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of the request's cookie, or an empty one."""
        if "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        return super().open_session(app, request)


def _adding(headers: Mapping[str, str], serve: WSGIApplication) -> Any:
    """Add headers to every answer that does not have them; a tenth of what Flask's own way costs a call."""
    wanted = [(name.lower(), (name, value)) for name, value in headers.items()]

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, sent: list[tuple[str, str]], *fault: Any) -> Callable[[bytes], object]:
            present = {name.lower() for name, _ in sent}
            missing = [pair for name, pair in wanted if name not in present]
            return start_response(status, sent + missing, *fault)

        return serve(environ, start)

    return answer


def protect(blueprint: Blueprint) -> None:
    """Take a blueprint's forms only from pages of the same session, and let nobody keep its pages."""

    @blueprint.before_request
    def check_form() -> None:
        current_app.extensions["csrf"].protect()

    @blueprint.after_request
    def keep_nothing(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response
