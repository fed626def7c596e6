"""The page of an embedded calendar: its feed's address, files that are put in, and time blocked by hand."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from typing import Self

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bridge.config import Config
from bridge.local_calendar.blocking import Blocks, NoSuchTime, Wanted
from bridge.local_calendar.feed import Feeds
from bridge.local_calendar.unusable import ImportRefused
from bridge.local_calendar.uploads import Uploads
from bridge.model import CalendarName
from bridge.parts import Bridge
from bridge.speech.language import Language, language
from bridge.vendors.local import Local
from bridge.web.admission import UPLOAD_BYTES
from bridge.web.gate import Gate
from bridge.web.pages import add_missing, page_blueprint

_ = str  # marks a text for the catalogues

_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class CalendarPages:
    """What the pages show and change."""

    uploads: Uploads
    feeds: Feeds
    blocks: Blocks
    config: Config

    @classmethod
    def of(cls, bridge: Bridge, uploads: Uploads) -> Self:
        """Return the pages of a bridge's embedded calendars."""
        blocks = Blocks(bridge.store, bridge.imported.zones, bridge.context.now)
        return cls(uploads, bridge.feeds, blocks, bridge.config)

    @cached_property
    def language(self) -> Language:
        """Return the language of the pages."""
        return language(self.config.bridge.locale)

    def one(self, name: str) -> str:
        """Show a calendar: what is blocked, what was put in, where it can be subscribed to."""
        zone, say = self.blocks.zone(name), self.language.translate
        whole = CalendarName(Local.name, "", name)
        latest = [each for each in self.uploads.latest() if each.calendar == name]
        keys = [key.get_secret_value() for key in self.config.bridge.secret_keys]
        address = f"{self.config.bridge.public_url}{self.feeds.path(keys, name)}"
        return render_template(
            "calendar.html",
            name=name,
            title=self.uploads.titles[name],
            hosts=[each for each in self.config.hosts.values() if whole in each.calendars],
            blocks=self.blocks.to_come(name),
            key=uuid.uuid4().hex,
            today=self.blocks.now().astimezone(zone).date().isoformat(),
            at=lambda instant: self.language.moment(instant, zone),
            uploads=latest,
            is_waiting=any(each.is_waiting for each in latest),
            address=address,
            # Calendar apps on telephones take up a feed by this scheme.
            picture=_qr(address.replace("https://", "webcal://", 1), say("The address as a QR code")),
        )

    def put_in(self, name: str) -> Response:
        """Keep a file to be read in the background."""
        file = request.files.get("file")
        try:
            self.uploads.take(name, file.read() if file else b"")
        except ImportRefused as refused:
            flash(refused.said(self.language.translate), "notice")
        return _back(name)

    def renew(self, name: str) -> Response:
        """Let the calendar's feed have another address."""
        self.blocks.zone(name)  # NotFound: there is no such calendar
        self.feeds.renew(name)
        text = self.language.translate("The address is a new one; the former shows nothing any more.")
        flash(text, "success")
        return _back(name)

    def block(self, name: str) -> Response:
        """Block time."""
        say, form = self.language.translate, request.form
        try:
            key = form["key"] if _KEY.fullmatch(form["key"]) else uuid.uuid4().hex
            title = form.get("title", "").strip() or say("Blocked")
            there = self.blocks.add(name, f"block-{key}", title, _wanted())
        except NoSuchTime as refused:
            flash(f"{say('Nothing was blocked.')} {refused.said(say)}", "notice")
            return _back(name)
        flash(say("The time is blocked; callers are not offered it."), "success")
        if there:
            text = self.language.counted(
                "{count} appointment lies in it and stays: cancel or move it under Appointments.",
                "{count} appointments lie in it and stay: cancel or move them under Appointments.",
                there,
            )
            flash(text.format(count=there), "notice")
        return _back(name)

    def unblock(self, name: str) -> Response:
        """Free blocked time again."""
        if self.blocks.remove(name, request.form.get("block", "")):
            flash(self.language.translate("The time is free again."), "success")
        return _back(name)


def calendars_blueprint(pages: CalendarPages, gate: Gate) -> Blueprint:
    """Return `/admin/calendars/<name>` and what lies under it."""
    say = pages.language.translate
    blueprint = page_blueprint("calendars", say, gate)
    add_missing(blueprint, say("There is no such calendar"), say)

    @blueprint.url_value_preprocessor
    def allow_a_file(_endpoint: str | None, _values: object) -> None:
        request.max_content_length = UPLOAD_BYTES  # before the form's protection reads it

    one = "/admin/calendars/<name>"
    blueprint.add_url_rule(one, "one", pages.one)
    blueprint.add_url_rule(f"{one}/import", "put_in", pages.put_in, methods=["POST"])
    blueprint.add_url_rule(f"{one}/renew", "renew", pages.renew, methods=["POST"])
    blueprint.add_url_rule(f"{one}/block", "block", pages.block, methods=["POST"])
    blueprint.add_url_rule(f"{one}/unblock", "unblock", pages.unblock, methods=["POST"])
    return blueprint


def _back(name: str) -> Response:
    return redirect(url_for("calendars.one", name=name), 303)


def _wanted() -> Wanted:
    """Return what the form asks to be blocked. NoSuchTime: it names no days."""
    form = request.form
    try:
        first = date.fromisoformat(form.get("first", ""))
        last = date.fromisoformat(form["last"]) if form.get("last") else first
        clocks = [time.fromisoformat(form[key]) if form.get(key) else None for key in ("begins", "ends")]
    except ValueError:
        raise NoSuchTime(_("Name the day, and if you like from when until when.")) from None
    if (clocks[0] is None) is not (clocks[1] is None):
        raise NoSuchTime(_("Name both times, or none for the whole day."))
    return Wanted(first, last, *clocks)


def _qr(text: str, title: str) -> str:
    """Return a QR code as SVG that needs no style of its own, which the pages' policy would refuse."""
    import segno  # one page draws

    drawn = segno.make(text, error="m", micro=False)
    svg: str = drawn.svg_inline(
        border=3, omitsize=True, dark="#000", light="#fff", svgclass="qr", title=title
    )
    return svg
