"""The owner's pages of appointments: lists, a search, one of them, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bridge.attendee.text import clean
from bridge.errors import NotFound
from bridge.model import Booking
from bridge.service.appointments import AT_ONCE, Appointments
from bridge.service.outcome import BookOutcome
from bridge.speech import explained
from bridge.speech.instants import parse_instant
from bridge.speech.language import Language
from bridge.speech.reasons import speech_of
from bridge.web.bookings_csv import csv_of
from bridge.web.gate import Gate
from bridge.web.own_link import day_of
from bridge.web.pages import add_error, page_blueprint

_LONGEST_SEARCH = 100
_MOST_PAGES = 10_000


@dataclass(frozen=True)
class AppointmentPages:
    """What the pages show; times are told in the event type's zone, else in `zone`."""

    appointments: Appointments
    language: Language
    zone: ZoneInfo

    def overview(self) -> str:
        """Show a page of what is to come, or of what is over."""
        number = min(max(request.args.get("page", 0, type=int), 0), _MOST_PAGES)
        past, host = self._chosen()
        found = self.appointments.listed(past=past, host=host, skip=number * AT_ONCE, most=AT_ONCE + 1)
        return self._list(found, past=past, host=host, number=number)

    def search(self) -> str | AnyResponse:
        """Show whose name or number has what was typed; by POST, so that it stands in no server's log."""
        text = clean(request.form.get("text"), _LONGEST_SEARCH)
        if not text:
            return redirect(url_for("appointments.overview"), 303)
        return self._list(self.appointments.search(text), past=False, host="", text=text)

    def as_csv(self) -> Response:
        """Return all of a list as a file."""
        past, host = self._chosen()
        found = self.appointments.listed(past=past, host=host)
        response = Response(csv_of(found, self.zone_of), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = "attachment; filename=appointments.csv"
        return response

    def one(self, booking_id: str) -> str:
        """Show all that is known of one."""
        booking = self.appointments.one(booking_id)
        return self._page("appointment.html", booking, past=self.appointments.past_of(booking))

    def times(self, booking_id: str) -> str:
        """Show when it could be instead."""
        booking, day = self.appointments.one(booking_id), day_of(request.args.get("day", ""))
        times, said = self.appointments.times(booking, day, speech_of(self.language.code))
        zone = self.zone_of(booking)
        by_day = [(start.astimezone(zone).date(), start) for start in times]
        shown = day or booking.interval.start.astimezone(zone).date()
        return self._page("appointment_times.html", booking, times=by_day, said=said, day=shown.isoformat())

    def cancel(self, booking_id: str) -> AnyResponse:
        """Cancel it."""
        text = self.language.translate("The appointment is cancelled.")
        return self._done(booking_id, self.appointments.cancel, text)

    def move(self, booking_id: str) -> AnyResponse:
        """Move it to a time that was shown."""
        start = parse_instant(request.form.get("start"))
        if start is None:
            return redirect(url_for("appointments.times", booking_id=booking_id), 303)
        text = self.language.translate("The appointment is moved.")
        return self._done(booking_id, lambda booking: self.appointments.move(booking, start), text)

    def miss(self, booking_id: str) -> AnyResponse:
        """Note that its caller did not come."""
        text = self.language.translate("It is noted that nobody came.")
        return self._done(booking_id, self.appointments.miss, text)

    def zone_of(self, booking: Booking) -> ZoneInfo:
        """Return where the appointment's clock is."""
        event_type = self.appointments.context.event_types.get(booking.event_type)
        return event_type.timezone if event_type else self.zone

    def _chosen(self) -> tuple[bool, str]:
        """Return whether what is over is asked for, and of which host, "" of all."""
        host = request.args.get("host", "")
        return "past" in request.args, host if host in self.appointments.context.hosts else ""

    def _done(self, booking_id: str, do: Callable[[Booking], BookOutcome], text: str) -> AnyResponse:
        outcome = do(self.appointments.one(booking_id))
        flash(text if outcome.success else outcome.reason, "success" if outcome.success else "problem")
        return redirect(url_for("appointments.one", booking_id=booking_id), 303)

    def _list(self, found: list[Booking], *, past: bool, host: str, number: int = 0, text: str = "") -> str:
        return render_template(
            "appointments.html",
            found=found[:AT_ONCE],
            is_more=len(found) > AT_ONCE,
            past=past,
            host=host,
            number=number,
            text=text,
            hosts=self.appointments.context.hosts,
            **self._words(),
        )

    def _page(self, template: str, booking: Booking, **shown: Any) -> str:
        return render_template(
            template,
            booking=booking,
            may_change=self.appointments.may_change(booking),
            may_be_missed=self.appointments.may_be_missed(booking),
            **self._words(),
            **shown,
        )

    def _words(self) -> dict[str, Any]:
        language, context = self.language, self.appointments.context
        kinds, hosts = context.event_types, context.hosts

        def at(booking: Booking, instant: datetime) -> str:
            return language.moment(instant, self.zone_of(booking))

        return {
            "at": at,
            "clock": lambda booking, instant: language.clock(instant, self.zone_of(booking)),
            "day_of": lambda booking, instant: language.day(instant, self.zone_of(booking)),
            "title": lambda booking: getattr(context.find_event_type(booking), "title", booking.event_type),
            "kinds": kinds,
            "host_name": lambda host: hosts[host].name if host in hosts else host,
            "words": explained,
            "in_words": lambda words, name: explained.in_words(language, words, name),
        }


def appointments_blueprint(pages: AppointmentPages, gate: Gate) -> Blueprint:
    """Return `/admin/appointments` and what lies under it."""
    say = pages.language.translate
    blueprint = page_blueprint("appointments", say, gate)
    add_error(blueprint, NotFound, say("There is no such appointment"), {NotFound: 404})
    top, one = "/admin/appointments", "/admin/appointments/<booking_id>"
    blueprint.add_url_rule(top, "overview", pages.overview)
    blueprint.add_url_rule(top, "search", pages.search, methods=["POST"])
    blueprint.add_url_rule(f"{top}.csv", "as_csv", pages.as_csv)
    blueprint.add_url_rule(one, "one", pages.one)
    blueprint.add_url_rule(f"{one}/times", "times", pages.times)
    blueprint.add_url_rule(f"{one}/cancel", "cancel", pages.cancel, methods=["POST"])
    blueprint.add_url_rule(f"{one}/move", "move", pages.move, methods=["POST"])
    blueprint.add_url_rule(f"{one}/no-show", "miss", pages.miss, methods=["POST"])
    return blueprint
