"""The page of the embedded calendars: files are put in there, and what came of them is told."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bridge.errors import NotFound
from bridge.local_calendar.unusable import ImportRefused
from bridge.local_calendar.uploads import Uploads
from bridge.speech.language import Language
from bridge.web.admission import UPLOAD_BYTES
from bridge.web.gate import Gate
from bridge.web.pages import add_error, page_blueprint


def calendars_blueprint(uploads: Uploads, gate: Gate, language: Language) -> Blueprint:
    """Return `/admin/calendars`, where a file is put into an embedded calendar."""
    say = language.translate
    blueprint = page_blueprint("calendars", say, gate)
    add_error(blueprint, NotFound, say("There is no such calendar"), {NotFound: 404})

    @blueprint.url_value_preprocessor
    def allow_a_file(_endpoint: str | None, _values: object) -> None:
        request.max_content_length = UPLOAD_BYTES  # before the form's protection reads it

    @blueprint.get("/admin/calendars")
    def overview() -> str:
        latest = uploads.latest()
        return render_template(
            "calendars.html",
            titles=uploads.titles,
            uploads={name: [each for each in latest if each.calendar == name] for name in uploads.titles},
            is_waiting=any(each.is_waiting for each in latest),
        )

    @blueprint.post("/admin/calendars/<name>/import")
    def put_in(name: str) -> Response:
        file = request.files.get("file")
        try:
            uploads.take(name, file.read() if file else b"")
        except ImportRefused as refused:
            flash(refused.said(say), "notice")
        return redirect(url_for("calendars.overview"), 303)

    return blueprint
