"""Shows browsers a page where no address of the bridge answers them; programs get what they always got."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from bridge.web.pages import http_error_page
from bridge.web.telli import wrong_method

HTML = "text/html"


def error_pages_blueprint(translate: Callable[[str], str]) -> Blueprint:
    """Return what answers for all addresses that are no page's own."""
    blueprint = Blueprint("errors", __name__)

    @blueprint.app_errorhandler(HTTPException)
    def unanswered(error: HTTPException) -> HTTPException | tuple[str, int]:
        # Browsers say that they want a page; telli, calendar apps and curl do not.
        is_browser = HTML in request.headers.get("Accept", "")
        return http_error_page(error, translate) if is_browser else error

    @blueprint.app_errorhandler(MethodNotAllowed)
    def wrong(error: MethodNotAllowed) -> Response | HTTPException | tuple[str, int]:
        return wrong_method(error) or unanswered(error)

    return blueprint
