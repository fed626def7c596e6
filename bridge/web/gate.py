"""Tells who is signed in, by what their browser's signed cookies say. Knows no page's content."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, current_app, flash, g, redirect, request, session, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from bridge.signin import AdminSignIn, Sessions, Visitor
from bridge.signin.admin import Welcome
from bridge.signin.allowance import origin

_LONGEST_PATH = 200
_KNOWN_FOR = timedelta(days=400)  # the longest that browsers keep a cookie


class Gate:
    """Who may see the pages: a browser whose session is open in the database."""

    def __init__(self, admin: AdminSignIn, sessions: Sessions, *, translate: Callable[[str], str]) -> None:
        self.admin = admin
        self.sessions = sessions
        self._translate = translate

    @property
    def is_open(self) -> bool:
        """Tell whether this browser is signed in. StoreUnavailable, once for a request: nobody knows."""
        if "is_signed_in" not in g:
            g.is_signed_in = False  # for the page that will say that the database is gone
            token = session.get("token")
            g.is_signed_in = isinstance(token, str) and self.sessions.is_open(token)
        return bool(g.is_signed_in)

    @property
    def token(self) -> str:
        """Return the secret of this browser's session, "" where there is none."""
        return str(session.get("token", ""))

    @property
    def browser(self) -> str:
        """Return what names this browser's session, and lets nobody take it over."""
        return hashlib.sha256(f"{self.token}{session.get('guest', '')}".encode()).hexdigest()

    def visitor(self) -> Visitor:
        """Return who is asking: an address, and what marks a browser that was signed in before."""
        kept = request.cookies.get(_cookie_of_browser(), "")
        try:
            mark = _serializer().loads(kept, max_age=int(_KNOWN_FOR.total_seconds())) if kept else None
        except BadSignature:
            mark = None
        known = hashlib.sha256(str(mark).encode()).hexdigest() if mark else None
        return Visitor(origin(request.remote_addr or ""), known)

    def let_in(self, password: str, code: str) -> tuple[Response, Welcome]:
        """Sign this browser in under a session of its own; return the way to where it wanted to go.

        SignInRefused: password or code are wrong.
        """
        visitor = self.visitor()
        welcome = self.admin.check(password, code, visitor)
        wanted = session.get("wanted")
        session.clear()
        session.permanent = True
        session["token"] = self.sessions.begin(visitor.address)
        response = redirect(wanted if isinstance(wanted, str) else url_for("signin.page"), 303)
        # A new mark each time: one that was copied does not share its owner's allowance for long.
        response.set_cookie(
            _cookie_of_browser(),
            _serializer().dumps(secrets.token_urlsafe(16)),
            max_age=_KNOWN_FOR,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response, welcome

    def close(self) -> None:
        """Sign this browser out."""
        self.sessions.end(self.token)
        session.clear()

    def guard(self, blueprint: Blueprint, *, but: Callable[[], bool] = lambda: False) -> None:
        """Send whoever is not signed in to the sign-in page, and back to a page asked for by name.

        `but` tells of a request that it is for everybody.
        """

        @blueprint.before_request
        def require() -> Response | None:
            if self.is_open or but():
                return None
            if session.pop("token", None) is not None:
                flash(self._translate("You were signed out after a while. Please sign in again."), "notice")
            if request.method == "GET" and not request.query_string and len(request.path) <= _LONGEST_PATH:
                session["wanted"] = request.path
            return redirect(url_for("signin.page"), 303)


def _cookie_of_browser() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-browser"


def _serializer() -> URLSafeTimedSerializer:
    config = current_app.config
    # The library signs with the last key of its list.
    keys = [*reversed(config["SECRET_KEY_FALLBACKS"]), config["SECRET_KEY"]]
    return URLSafeTimedSerializer(keys, salt="browser that signed in before")
