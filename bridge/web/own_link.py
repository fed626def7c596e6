"""Serves `/a/<token>`: a caller's own appointment, to see, move or cancel, without signing in.

The address is all the proof there is, so it says everything: a form has no fields. GET changes nothing, for
mail programs look at every link; whatever changes is asked for once more first. A forged address and one
whose appointment is over are told apart by nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from bridge.errors import BridgeError
from bridge.model import Booking, BookingState, Source
from bridge.service.outcome import BookOutcome
from bridge.service.own_appointments import OwnAppointments
from bridge.service.own_links import OwnLinks
from bridge.speech.instants import parse_instant
from bridge.speech.language import Language
from bridge.speech.reasons import Refusal, Speech, speech_of
from bridge.web.errors import log_fault

_STAMP = "%Y%m%dT%H%MZ"  # a start within an address


def own_link_blueprint(own: OwnAppointments, links: OwnLinks, *, locale: str) -> Blueprint:
    """Return the pages; `locale` is the language of callers whose browser asks for none we speak."""
    pages = _Pages(own, links, locale)
    blueprint = Blueprint("own", __name__, url_prefix="/a/<token>")
    rules: tuple[tuple[str, Callable[..., Any], str], ...] = (
        ("", pages.see, "GET"),
        ("/cancel", pages.ask_cancel, "GET"),
        ("/cancel", pages.cancel, "POST"),
        ("/move/<stamp>", pages.ask_move, "GET"),
        ("/move/<stamp>", pages.move, "POST"),
    )
    for rule, view, method in rules:
        blueprint.add_url_rule(rule, view.__name__, view, methods=[method])
    blueprint.register_error_handler(Exception, pages.answer_error)

    @blueprint.after_request
    def keep_to_oneself(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return blueprint


class _Gone(Exception):
    """No appointment is reached by this address, or none any more."""


class _Pages:
    """The views, with what they need."""

    def __init__(self, own: OwnAppointments, links: OwnLinks, locale: str) -> None:
        self._own = own
        self._links = links
        self._locale = locale

    def see(self, token: str) -> Any:
        """Show the appointment, and where it could be moved to."""
        booking = self._booking(token)
        may_change = booking.state is BookingState.CONFIRMED and self._own.may_change(booking)
        day = day_of(request.args.get("day", ""))
        times, said = self._own.other_times(booking, day, self._speech()) if may_change else ((), "")
        return self._page(
            "own_appointment.html",
            booking,
            token=token,
            may_change=may_change,
            times=[
                (f"{start:{_STAMP}}", start.astimezone(self._own.spoken(booking).zone).date(), start)
                for start in times
            ],
            said="" if times else said,
            day=day.isoformat() if day else "",
        )

    def ask_cancel(self, token: str) -> Any:
        """Ask whether the appointment is really to be cancelled."""
        return self._page("own_question.html", self._open(token), token=token, start=None)

    def cancel(self, token: str) -> Any:
        """Cancel the appointment; cancelled before is done."""
        booking = self._booking(token)
        if booking.state is BookingState.CONFIRMED:
            done = self._own.cancel(booking, self._speech(), Source.LINK)
            if not done.success:
                return self._refused(booking, token, done)
        return redirect(url_for("own.see", token=token), 303)

    def ask_move(self, token: str, stamp: str) -> Any:
        """Ask whether the appointment is really to be moved."""
        return self._page(
            "own_question.html", self._open(token), token=token, start=_start(stamp), stamp=stamp
        )

    def move(self, token: str, stamp: str) -> Any:
        """Move the appointment; at that time already is done."""
        booking = self._open(token)
        done = self._own.move(booking, _start(stamp), self._speech(), Source.LINK)
        if not done.success:
            return self._refused(booking, token, done)
        return redirect(url_for("own.see", token=token), 303)

    def answer_error(self, error: Exception) -> Any:
        """Show what went wrong; an address that leads nowhere looks the same whatever is wrong with it."""
        if isinstance(error, _Gone):
            return self._message("gone", 404)
        if isinstance(error, BridgeError):
            return self._message(self._speech().reason(error, zone=UTC), 409)
        log_fault(error)
        return self._message(self._speech().reason(Refusal.NO_ANSWER, zone=UTC), 500)

    def _refused(self, booking: Booking, token: str, done: BookOutcome) -> Any:
        return self._page("own_appointment.html", booking, token=token, problem=done.reason, status=409)

    def _booking(self, token: str) -> Booking:
        booking_id = self._links.booking_id(token)
        booking = self._own.to_come(booking_id) if booking_id else None
        if booking is None:
            raise _Gone
        return booking

    def _open(self, token: str) -> Booking:
        booking = self._booking(token)
        self._own.require_open(booking)
        return booking

    def _speech(self) -> Speech:
        return speech_of(self._own.spoken_locale(request.accept_languages.values()) or self._locale)

    def _page(self, template: str, booking: Booking, *, status: int = 200, **shown: Any) -> Any:
        spoken = self._own.spoken(booking)
        shown |= {
            "title": spoken.title,
            "host": spoken.host,
            "place": booking.link or booking.location,
            "begins": booking.interval.start,
            "ends": booking.interval.end,
            "is_cancelled": booking.state is not BookingState.CONFIRMED,
        }
        return make_response(
            render_template(template, **_words(self._speech().language, spoken.zone), **shown), status
        )

    def _message(self, text: str, status: int) -> Any:
        words = _words(self._speech().language, UTC)
        return make_response(render_template("own_message.html", text=text, **words), status)


def _words(language: Language, zone: Any) -> dict[str, Any]:
    return {
        "_": language.translate,
        "lang": language.code.replace("_", "-"),
        "moment": lambda instant: language.moment(instant, zone),
        "on_day": lambda instant: language.day(instant, zone),
        "clock": lambda instant: language.clock(instant, zone),
        "local_date": lambda instant: instant.astimezone(zone).date().isoformat(),
    }


def _start(stamp: str) -> datetime:
    found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z", stamp, re.ASCII)
    start = parse_instant("{}-{}-{}T{}:{}Z".format(*found.groups())) if found else None
    if start is None:
        raise _Gone
    return start


def day_of(text: str) -> date | None:
    """Return the day that a form's field names; None: none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
