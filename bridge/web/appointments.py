"""The owner's lists of appointments: what is to come, what is over, filtered or searched, or as a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bridge.attendee.text import clean
from bridge.booking.context import BookingContext
from bridge.model import Booking, BookingFilter, BookingState
from bridge.scheduling.days import day_start, later_day
from bridge.service.appointments import AT_ONCE, Appointments
from bridge.web.appointment_words import AppointmentWords
from bridge.web.bookings_csv import csv_of
from bridge.web.gate import Gate
from bridge.web.own_link import day_of
from bridge.web.pages import page_blueprint

_LONGEST_SEARCH = 100
_MOST_PAGES = 10_000
_OVER = {"coming": False, "past": True, "all": None}
STATES = (BookingState.CONFIRMED, BookingState.CANCELLED, BookingState.NO_SHOW, BookingState.HELD)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an address asks for; "" and None leave open. `first` and `last` are days, both included."""

    when: str = "coming"
    host: str = ""
    event_type: str = ""
    state: str = ""
    first: date | None = None
    last: date | None = None

    @classmethod
    def of(cls, asked: Mapping[str, str], context: BookingContext) -> Self:
        """Return what is asked for; what does not exist counts as open."""
        host, kind, state = (asked.get(name, "") for name in ("host", "type", "state"))
        return cls(
            when=asked["when"] if asked.get("when") in _OVER else "coming",
            host=host if host in context.hosts else "",
            event_type=kind if kind in context.event_types else "",
            state=state if state in STATES else "",
            first=day_of(asked.get("from", "")),
            last=day_of(asked.get("to", "")),
        )

    @property
    def filters(self) -> dict[str, str]:
        """Return what an address says beside the kind of list."""
        named = {
            "host": self.host,
            "type": self.event_type,
            "state": self.state,
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
        }
        return {name: text for name, text in named.items() if text}

    def which(self, zone: ZoneInfo) -> BookingFilter:
        """Return which bookings those are; days are the zone's."""
        return BookingFilter(
            over=_OVER[self.when],
            host=self.host,
            event_type=self.event_type,
            state=BookingState(self.state) if self.state else None,
            since=_begin(zone, self.first),
            before=_begin(zone, self.last, days=1),
        )


def _begin(zone: ZoneInfo, day: date | None, days: int = 0) -> datetime | None:
    try:
        return day_start(zone, later_day(day, days)) if day else None
    except OverflowError:  # beyond the calendar
        return None


@dataclass(frozen=True)
class AppointmentLists:
    """What the lists show."""

    appointments: Appointments
    words: AppointmentWords

    def overview(self) -> str:
        """Show a page of the appointments that are asked for."""
        number = min(max(request.args.get("page", 0, type=int), 0), _MOST_PAGES)
        chosen = self._chosen()
        found = self.appointments.listed(
            chosen.which(self.words.zone), skip=number * AT_ONCE, most=AT_ONCE + 1
        )
        return self._page(found, chosen, number=number)

    def search(self) -> str | AnyResponse:
        """Show whose name or number has what was typed; by POST, so that it stands in no server's log."""
        text = clean(request.form.get("text"), _LONGEST_SEARCH)
        if not text:
            return redirect(url_for("appointments.overview"), 303)
        return self._page(self.appointments.search(text), Chosen(), text=text)

    def as_csv(self) -> Response:
        """Return all of a list as a file."""
        found = self.appointments.listed(self._chosen().which(self.words.zone))
        response = Response(csv_of(found, self.words), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = "attachment; filename=appointments.csv"
        return response

    def _chosen(self) -> Chosen:
        return Chosen.of(request.args, self.words.context)

    def _page(self, found: list[Booking], chosen: Chosen, *, number: int = 0, text: str = "") -> str:
        return render_template(
            "appointments.html",
            found=found[:AT_ONCE],
            is_more=len(found) > AT_ONCE,
            chosen=chosen,
            number=number,
            text=text,
            hosts=self.words.context.hosts,
            kinds=self.words.context.event_types,
            states=STATES,
            **self.words.for_templates(),
        )


def appointments_blueprint(lists: AppointmentLists, gate: Gate) -> Blueprint:
    """Return `/admin/appointments` and its file."""
    blueprint = page_blueprint("appointments", lists.words.language.translate, gate)
    top = "/admin/appointments"
    blueprint.add_url_rule(top, "overview", lists.overview)
    blueprint.add_url_rule(top, "search", lists.search, methods=["POST"])
    blueprint.add_url_rule(f"{top}.csv", "as_csv", lists.as_csv)
    return blueprint
