"""Tells who is signed in, by what their browser's signed cookie says. Knows no page's content."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, request, session, url_for
from werkzeug.wrappers import Response

from bridge.signin import AdminSignIn
from bridge.web.security import SESSION_LASTS

_LONGEST_PATH = 200


class Gate:
    """Who may see the pages. A browser stays signed in for twelve hours, until the password changes."""

    def __init__(
        self, admin: AdminSignIn, *, now: Callable[[], datetime], translate: Callable[[str], str]
    ) -> None:
        self.admin = admin
        self._now = now
        self._translate = translate

    @property
    def is_open(self) -> bool:
        """Tell whether this browser is signed in."""
        since = session.get("signed_in_at")
        if not isinstance(since, int) or not self.admin.accepts(session.get("badge")):
            return False
        return 0 <= self._now().timestamp() - since < SESSION_LASTS.total_seconds()

    @property
    def browser(self) -> str:
        """Return what names this browser's session, and lets nobody take it over."""
        return hashlib.sha256(str(session.get("id", "")).encode()).hexdigest()

    def let_in(self) -> str:
        """Sign this browser in under a session of its own; return where it wanted to go."""
        wanted = session.get("wanted")
        session.clear()
        session.permanent = True
        session["id"] = secrets.token_urlsafe(32)
        session["signed_in_at"] = int(self._now().timestamp())
        session["badge"] = self.admin.badge
        return wanted if isinstance(wanted, str) else url_for("connect.overview")

    def close(self) -> None:
        """Sign this browser out."""
        session.clear()

    def guard(self, blueprint: Blueprint, *, but: Callable[[], bool] = lambda: False) -> None:
        """Send whoever is not signed in to the sign-in page, and back to a page asked for by name.

        `but` tells of a request that it is for everybody.
        """

        @blueprint.before_request
        def require() -> Response | None:
            if self.is_open or but():
                return None
            if session.pop("signed_in_at", None) is not None:
                flash(self._translate("You were signed out after a while. Please sign in again."), "notice")
            if request.method == "GET" and not request.query_string and len(request.path) <= _LONGEST_PATH:
                session["wanted"] = request.path
            return redirect(url_for("signin.page"), 303)
