"""Shows browsers a page where no address of the bridge answers them; programs get what they always got."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import (
    HTTPException,
    MethodNotAllowed,
    RequestEntityTooLarge,
    RequestTimeout,
    ServiceUnavailable,
)

from bridge.web.admission import HTML, Answer
from bridge.web.pages import http_error_page
from bridge.web.security import HEADERS
from bridge.web.telli import wrong_method


def error_pages_blueprint(translate: Callable[[str], str]) -> Blueprint:
    """Return what answers for all addresses that are no page's own."""
    blueprint = Blueprint("errors", __name__)

    @blueprint.app_errorhandler(HTTPException)
    def unanswered(error: HTTPException) -> HTTPException | tuple[str, int]:
        is_browser = HTML in request.headers.get("Accept", "")
        return http_error_page(error, translate) if is_browser else error

    @blueprint.app_errorhandler(MethodNotAllowed)
    def wrong(error: MethodNotAllowed) -> Response | HTTPException | tuple[str, int]:
        return wrong_method(error) or unanswered(error)

    return blueprint


def refusal_pages(app: Flask, translate: Callable[[str], str]) -> Callable[[int], Answer | None]:
    """Return what shows browsers why the door turned them away, before there is a request to answer."""
    errors = {each.code: each for each in (RequestEntityTooLarge, RequestTimeout, ServiceUnavailable)}

    @cache
    def page(status: int) -> Answer | None:
        if status not in errors:
            return None
        with app.test_request_context():  # of nobody: whose request it was is not looked at
            text, _ = http_error_page(errors[status](), translate)
        return [("Content-Type", f"{HTML}; charset=utf-8"), *HEADERS.items()], text.encode()

    return page
