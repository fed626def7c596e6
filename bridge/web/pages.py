"""What every page shares: the layout's files, the language, times, and how an error looks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from urllib.parse import urlsplit

from babel.dates import format_date
from flask import Blueprint, render_template
from flask_wtf.csrf import CSRFError
from markupsafe import Markup, escape
from werkzeug.exceptions import (
    HTTPException,
    MethodNotAllowed,
    NotFound,
    RequestEntityTooLarge,
    RequestTimeout,
    ServiceUnavailable,
)

from bridge.errors import BridgeError, StoreUnavailable
from bridge.errors import NotFound as NotThere
from bridge.speech.language import Language
from bridge.web.errors import log_fault
from bridge.web.gate import Gate
from bridge.web.security import protect

_HERE = Path(__file__).parent
_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the navigation: a page's endpoint and its name, and whose pages lie under it too."""

    endpoint: str
    label: str
    under: tuple[str, ...] = ()

    def leads_to(self, blueprint: str | None) -> bool:
        """Tell whether a blueprint's pages are found by this entry."""
        return blueprint in (self.endpoint.partition(".")[0], *self.under)


def shared_blueprint(gate: Gate, language: Language, zone: tzinfo, links: Sequence[Link]) -> Blueprint:
    """Return `/static` and all that the layout of pages needs."""
    shared = Blueprint(
        "pages",
        __name__,
        template_folder=str(_HERE / "templates"),
        static_folder=str(_HERE / "static"),
        static_url_path="/static",
    )
    names = {
        "_": language.translate,
        "counted": language.counted,
        "begun": lambda text: text[:1].upper() + text[1:],
        "moment": lambda instant: language.moment(instant, zone),
        "day": lambda instant: str(format_date(instant.astimezone(zone), "long", locale=language.locale)),
        "lang": language.code.replace("_", "-"),
        "links": links,
        "gate": gate,
        "version_of": _versions(),
    }
    shared.record_once(lambda state: state.app.jinja_env.globals.update(names))
    shared.add_app_template_filter(_linked, "linked")
    return shared


def _linked(text: str) -> Markup:
    """Return a sentence whose web addresses lead there, each told without what people need not read."""
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        told = urlsplit(found[0])
        link = Markup('<a href="{}" rel="noreferrer">{}</a>').format(found[0], f"{told.netloc}{told.path}")
        parts += [escape(text[end : found.start()]), link]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _versions() -> Mapping[str, str]:
    """Return what tells each static file from its former ones, so that browsers may keep it for long."""
    files = (_HERE / "static").iterdir()
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:12] for file in files}


def page_blueprint(
    name: str,
    translate: Callable[[str], str],
    gate: Gate | None = None,
    *,
    but: Callable[[], bool] = lambda: False,
) -> Blueprint:
    """Return a blueprint for pages: its forms are protected, its errors are pages too.

    With a gate, only for those who are signed in; `but` tells of a request that it is for everybody.
    """
    blueprint = Blueprint(name, __name__)
    if gate is not None:  # first, so that who was signed out is told that and not of an old form
        gate.guard(blueprint, but=but)
    protect(blueprint)

    @blueprint.errorhandler(CSRFError)
    def form_too_old(_error: CSRFError) -> tuple[str, int]:
        text = translate(
            "This page was open for too long, or your browser keeps no cookies for this address; "
            "go back, reload it and try again."
        )
        return error_page(translate("Nothing was done"), text, 400)

    @blueprint.errorhandler(StoreUnavailable)
    def no_database(error: StoreUnavailable) -> tuple[str, int]:
        log_fault(error)
        text = translate("The bridge's database cannot be used right now; try again in a minute.")
        return error_page(translate("Please wait a moment"), text, 503)

    @blueprint.errorhandler(Exception)
    def fault(error: Exception) -> tuple[str, int]:
        if isinstance(error, HTTPException):
            return http_error_page(error, translate)
        text = translate("Something went wrong inside the bridge; its log has more under {id}.")
        return error_page(translate("This did not work"), text.format(id=log_fault(error)), 500)

    return blueprint


def http_error_page(error: HTTPException, translate: Callable[[str], str]) -> tuple[str, int]:
    """Return a page for what ends a request with a number of HTTP."""
    title = translate("This did not work")
    if isinstance(error, NotFound):
        title = translate("There is no such page")
        text = _gone(translate)
    elif isinstance(error, MethodNotAllowed):
        text = translate("This address only takes what a form or another program sends it.")
    elif isinstance(error, RequestEntityTooLarge):
        title = translate("That was too large")
        text = translate("More was sent than this page takes; a file may have 5 MB at most.")
    elif isinstance(error, RequestTimeout):
        title = translate("That took too long")
        text = translate(
            "It did not arrive in time; go back and try again, over another connection if need be."
        )
    elif isinstance(error, ServiceUnavailable):
        title = translate("Please wait a moment")
        text = translate("Too much is asked of the bridge at once; try again in a minute.")
    elif (error.code or 500) >= 500:
        text = translate("Something went wrong inside the bridge; its log has more.")
    else:
        text = translate("The bridge could not make sense of this request; go back and try again.")
    return error_page(title, text, error.code or 500)


def _gone(translate: Callable[[str], str]) -> str:
    return translate("The address may be misspelt, or what was shown there is gone.")


def error_page(title: str, text: str, status: int) -> tuple[str, int]:
    """Return a page that says in a sentence what happened and what to do."""
    return render_template("error.html", title=title, text=text), status


def add_missing(blueprint: Blueprint, title: str, translate: Callable[[str], str]) -> None:
    """Show a page where something is not there; the error's own text is a terminal's, in English."""

    @blueprint.errorhandler(NotThere)
    def missing(_error: NotThere) -> tuple[str, int]:
        return error_page(title, _gone(translate), 404)


def add_error(
    blueprint: Blueprint, kind: type[BridgeError], title: str, status: Mapping[type[BridgeError], int]
) -> None:
    """Show a kind of refusal, whose text is fit to be shown, as a page."""

    @blueprint.errorhandler(kind)
    def refused(error: BridgeError) -> tuple[str, int]:
        return error_page(title, str(error), status.get(type(error), 400))
