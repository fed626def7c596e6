"""Serves the embedded calendars' feeds to whoever has their secret address.

A wrong name and a wrong token are told apart by nothing. Calendar programs ask every few minutes: what did
not change is answered without being written again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import Blueprint, Response, abort, request

from bridge.local_calendar.address import is_feed_token
from bridge.local_calendar.feed import Feeds


def feed_blueprint(feeds: Feeds, secret_keys: Sequence[str], now: Callable[[], datetime]) -> Blueprint:
    """Return `GET /calendars/<name>.ics?token=...`."""
    blueprint = Blueprint("feed", __name__)

    @blueprint.get("/calendars/<calendar>.ics")
    def serve(calendar: str) -> Response:
        renewals = feeds.renewals(calendar) if feeds.has(calendar) else 0
        fits = is_feed_token(secret_keys, calendar, request.args.get("token", ""), renewals)
        if not fits or not feeds.has(calendar):
            abort(404)
        moment = now()
        version = feeds.version(calendar, now=moment)
        if request.if_none_match.contains_weak(version):
            response = Response(status=304)
        else:
            content = feeds.content(calendar, now=moment)
            response = Response(content, content_type="text/calendar; charset=utf-8")
            response.headers["Content-Disposition"] = "inline; filename=calendar.ics"
        response.set_etag(version)
        response.headers["Cache-Control"] = "private, no-cache"  # kept, but asked about each time
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return blueprint
