"""The owner's page of one appointment: how it came about, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bridge.errors import NotFound
from bridge.model import Booking
from bridge.service.appointments import Appointments
from bridge.service.outcome import BookOutcome
from bridge.speech.instants import parse_instant
from bridge.speech.reasons import speech_of
from bridge.web.appointment_words import AppointmentWords
from bridge.web.gate import Gate
from bridge.web.own_link import day_of
from bridge.web.pages import add_missing, page_blueprint


@dataclass(frozen=True)
class AppointmentPage:
    """What the page shows and does."""

    appointments: Appointments
    words: AppointmentWords

    def see(self, booking_id: str) -> str:
        """Show all that is known of it."""
        booking = self.appointments.one(booking_id)
        past = self.appointments.past_of(booking)
        again = {
            each.id for each in past.follow_ups if self.appointments.outbox.may_send_again(each, booking)
        }
        return self._page("appointment.html", booking, past=past, again=again)

    def times(self, booking_id: str) -> str:
        """Show when it could be instead."""
        booking = self.appointments.one(booking_id)
        event_type = self.words.context.find_event_type(booking)
        if event_type is None:
            raise NotFound("this appointment is not offered any more")
        zone, language = event_type.timezone, self.words.language
        begins = booking.interval.start.astimezone(zone)
        day = day_of(request.args.get("day", "")) or begins.date()
        found, said = self.appointments.times(event_type, day, f"{begins:%H:%M}", speech_of(language.code))
        times = [(start.astimezone(zone).date(), start) for start in found if start != booking.interval.start]
        return self._page("appointment_times.html", booking, times=times, said=said, day=day.isoformat())

    def cancel(self, booking_id: str) -> AnyResponse:
        """Cancel it."""
        return self._done(booking_id, self.appointments.cancel, self.say("The appointment is cancelled."))

    def move(self, booking_id: str) -> AnyResponse:
        """Move it to a time that was shown."""
        start = parse_instant(request.form.get("start"))
        if start is None:
            return redirect(url_for("appointment.times", booking_id=booking_id), 303)
        text = self.say("The appointment is moved.")
        return self._done(booking_id, lambda booking: self.appointments.move(booking, start), text)

    def miss(self, booking_id: str) -> AnyResponse:
        """Note that its caller did not come."""
        return self._done(booking_id, self.appointments.miss, self.say("It is noted that nobody came."))

    def unmiss(self, booking_id: str) -> AnyResponse:
        """Note that its caller came after all."""
        text = self.say("It is noted that the caller came after all.")
        return self._done(booking_id, self.appointments.unmiss, text)

    def send_again(self, booking_id: str) -> AnyResponse:
        """Have one of its follow-ups delivered once more."""
        booking = self.appointments.one(booking_id)
        if self.appointments.send_again(booking, request.form.get("follow_up", "")):
            flash(self.say("It is being sent again."), "success")
        return self._back(booking_id)

    def _done(self, booking_id: str, change: Callable[[Booking], BookOutcome], text: str) -> AnyResponse:
        outcome = change(self.appointments.one(booking_id))
        flash(text if outcome.success else outcome.reason, "success" if outcome.success else "problem")
        return self._back(booking_id)

    def _back(self, booking_id: str) -> AnyResponse:
        return redirect(url_for("appointment.see", booking_id=booking_id), 303)

    def _page(self, template: str, booking: Booking, **shown: Any) -> str:
        return render_template(
            template,
            booking=booking,
            may_change=self.appointments.may_change(booking),
            may_be_missed=self.appointments.may_be_missed(booking),
            **self.words.for_templates(),
            **shown,
        )

    def say(self, text: str) -> str:
        """Return a text in the owner's language."""
        return self.words.language.translate(text)


def appointment_blueprint(page: AppointmentPage, gate: Gate) -> Blueprint:
    """Return `/admin/appointments/<id>` and what lies under it."""
    say = page.words.language.translate
    blueprint = page_blueprint("appointment", say, gate)
    add_missing(blueprint, say("There is no such appointment"), say)
    one = "/admin/appointments/<booking_id>"
    blueprint.add_url_rule(one, "see", page.see)
    blueprint.add_url_rule(f"{one}/times", "times", page.times)
    changes = {
        "cancel": page.cancel,
        "move": page.move,
        "no-show": page.miss,
        "came": page.unmiss,
        "send-again": page.send_again,
    }
    for path, change in changes.items():
        blueprint.add_url_rule(f"{one}/{path}", path.replace("-", "_"), change, methods=["POST"])
    return blueprint
