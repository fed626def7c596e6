"""Protects the pages: cookies, forms and what a browser may load. Knows no page.

Everything comes from this server and nothing may be framed; a form is taken only from a page of this
session; a page is never kept by a cache.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Flask, Response, current_app
from flask_wtf.csrf import CSRFProtect

from bridge.vault import Vault

SESSION_LASTS = timedelta(hours=12)

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",  # Flask-WTF wants to see it on https
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
    )
    CSRFProtect(app)
    headers = {**_HEADERS, "Strict-Transport-Security": _HTTPS_ONLY} if is_https else _HEADERS

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response


def protect(blueprint: Blueprint) -> None:
    """Take a blueprint's forms only from pages of the same session, and let nobody keep its pages."""

    @blueprint.before_request
    def check_form() -> None:
        current_app.extensions["csrf"].protect()

    @blueprint.after_request
    def keep_nothing(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response
