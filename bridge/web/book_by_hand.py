"""The owner's form by which an appointment is made by hand, at the same desk where calls are answered."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bridge.attendee import CallerRequest
from bridge.model import EventType, FieldSource
from bridge.scheduling.days import date_of
from bridge.service.appointments import Appointments
from bridge.speech.instants import parse_instant
from bridge.speech.reasons import speech_of
from bridge.web.appointment_words import AppointmentWords
from bridge.web.gate import Gate
from bridge.web.own_link import day_of
from bridge.web.pages import page_blueprint
from providers.times import instant

_ASKED = (FieldSource.LLM, FieldSource.CONTACT)  # of whoever books; the other fields fill in themselves
_PERSON = ("name", "phone", "email", "host")
_FIELD = "field "  # before a booking field's name in the form


@dataclass(frozen=True)
class BookByHand:
    """Makes appointments for people who did not call the agent."""

    appointments: Appointments
    words: AppointmentWords

    def form(self) -> str:
        """Show the free times of a day, and who shall come."""
        return self._page(self._kind(request.args.get("type", "")), request.args.get("day", ""))

    def book(self) -> AnyResponse | tuple[str, int]:
        """Book what the form says, or say on it why not."""
        kind = self._kind(request.form.get("type", ""))
        start = self._start(kind)
        if start is None:
            problem = self.words.language.translate("Choose a time.")
            return self._page(kind, request.form.get("day", ""), problem=problem), 400
        caller = CallerRequest.from_payload(dict(self._caller(kind)))
        event_type = self.words.context.event_types[kind.id]
        done = self.appointments.book(event_type, caller, start)
        if done.booking is None:
            day = f"{start.astimezone(kind.timezone):%Y-%m-%d}"
            return self._page(kind, day, problem=done.reason), 409
        flash(self.words.language.translate("The appointment is booked."), "success")
        return redirect(url_for("appointment.see", booking_id=done.booking.id), 303)

    def _page(self, kind: EventType, day: str, *, problem: str = "") -> str:
        words, zone, form = self.words, kind.timezone, request.form
        shown = day_of(day) or date_of(zone, words.context.now())
        found, said = self.appointments.times(kind, shown, "00:00", speech_of(words.language.code))
        by_day = [(start.astimezone(zone).date(), start) for start in found]
        # Of the next day that has any, where this one has none.
        times = [each for each in by_day if each[0] == by_day[0][0]]
        return render_template(
            "book_by_hand.html",
            kinds=[each for event_type in words.context.event_types.values() for each in event_type.kinds],
            kind=kind,
            name_of=_name_of,
            day=shown.isoformat(),
            times=times,
            said=said,
            is_that_day=bool(times) and times[0][0] == shown,
            problem=problem,
            hosts=[words.context.hosts[host] for host in kind.team.hosts if len(kind.team.hosts) > 1],
            fields=[(f"{_FIELD}{field.name}", field) for field in kind.fields if field.source in _ASKED],
            given=form,
            # Sent twice it is one appointment, as with a call that is repeated.
            mark=form.get("mark") or secrets.token_hex(8),
            day_in_words=lambda instant: words.language.day(instant, zone),
            clock=lambda instant: words.language.clock(instant, zone),
        )

    def _kind(self, name: str) -> EventType:
        """Return the event type or service of this name, else the first there is."""
        kinds = [each for event_type in self.words.context.event_types.values() for each in event_type.kinds]
        return next((each for each in kinds if _name_of(each) == name), kinds[0])

    def _start(self, kind: EventType) -> datetime | None:
        """Return the free time that was chosen, or another by the event type's clock."""
        other = request.form.get("other", "")
        if not other:
            return parse_instant(request.form.get("start"))
        try:
            return instant(datetime.fromisoformat(other), kind.timezone)
        except (ValueError, OverflowError):
            return None

    def _caller(self, kind: EventType) -> Iterator[tuple[str, object]]:
        form = request.form
        fields = {field.name: form.get(f"{_FIELD}{field.name}", "") for field in kind.fields}
        said = {**fields, **{name: form.get(name, "") for name in _PERSON}}
        details = {name: text.strip() for name, text in said.items() if text.strip()}
        yield "external_contact_id", f"page-{form.get('mark', '')}"
        yield "contact_details", {**details, "service": kind.service or kind.id}


def _name_of(kind: EventType) -> str:
    return f"{kind.id}/{kind.service}" if kind.service else kind.id


def book_by_hand_blueprint(pages: BookByHand, gate: Gate) -> Blueprint:
    """Return `/admin/appointments/new`."""
    blueprint = page_blueprint("by_hand", pages.words.language.translate, gate)
    blueprint.add_url_rule("/admin/appointments/new", "form", pages.form)
    blueprint.add_url_rule("/admin/appointments/new", "book", pages.book, methods=["POST"])
    return blueprint
