"""Says in one short sentence, fit to be read aloud, why there is no appointment, and what is free instead.

No word of it is jargon, none comes from an exception's text, and it is never empty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from bridge.errors import (
    AlreadyMoved,
    BridgeError,
    CancelledByStaff,
    EmailDoubtful,
    MissingField,
    ServiceUnknown,
    SeveralAppointments,
    SlotNotOffered,
)
from bridge.model import Slot
from bridge.scheduling.no_times import NoTimes
from bridge.speech.language import language

MOST_OFFERS = 3
_MOST_SPOKEN = 6


class Refusal(StrEnum):
    """What has a sentence but no error of its own."""

    START = "start"
    OTHER_REQUEST = "other_request"
    DRY_RUN = "dry_run"
    FAULT = "fault"
    NO_ANSWER = "no_answer"
    NUMBER = "number"
    KIND = "kind"
    CROWDED = "crowded"


def _(message: str) -> str:
    """Mark a text for the catalogue; it is translated when it is spoken."""
    return message


_SLOT_GONE = _("Appointment slot is no longer available")  # telli's documented words, without a full stop
_UNREACHABLE = _("The calendar cannot be reached right now. Please try again in a moment.")
_TAKES_NONE = _("The calendar takes no new appointments at the moment. The business has been told.")
_NOT_SAVED = _("The appointment could not be saved. Please try again in a moment.")

_SENTENCES = {
    "slot_taken": _SLOT_GONE,
    "slot_not_offered": _("Appointments are not offered at that time."),
    "already_moved": _("The appointment has already been moved to {time}."),
    "cancelled_by_staff": _(
        "The appointment on {time} has been cancelled by the business. Please agree on another time."
    ),
    "no_appointment": _("There is no such appointment."),
    "too_late_to_change": _(
        "It is too late to change this appointment without speaking to somebody at the business."
    ),
    "booking_closed": _("This appointment can no longer be changed."),
    "missing_field": _("Please ask for the following and then book again: {field}."),
    "email_doubtful": _(
        "The e-mail address was understood as “{heard}”. "
        "Please ask the caller to spell it and then book again."
    ),
    "too_many_bookings": _("This caller has other appointments ahead, and cannot book one more."),
    "too_many_no_shows": _(
        "This caller did not come to earlier appointments, and can only book by speaking to somebody at the "
        "business."
    ),
    "not_begun": _("This appointment has not begun yet."),
    "service_unknown": _("There is no such appointment. Possible are {services}."),
    "missing_email": _("Please ask for the e-mail address and then book again."),
    "availability_unknown": _UNREACHABLE,
    "takes_no_appointments": _TAKES_NONE,
    "outcome_unknown": _(
        "The calendar did not confirm the appointment in time. Please try again in a moment."
    ),
    "calendar_refused": _("The appointment could not be entered in the calendar."),
    "hold_lost": _("The appointment could not be booked. Please try again in a moment."),
    "overloaded": _(
        # Not that nothing is booked: it may be a repeat, of a request whose answer was lost.
        "Too many people are calling at this moment, so that did not work just now. "
        "Please try again in a moment."
    ),
    "store_unavailable": _NOT_SAVED,
    "schema_outdated": _NOT_SAVED,
    "not_found": _("No such appointment was found."),
    Refusal.START: _("The start time is missing or could not be understood."),
    Refusal.OTHER_REQUEST: _("This request is not about booking an appointment."),
    Refusal.DRY_RUN: _("This was meant as a test, in a way that is not understood: nothing was booked."),
    Refusal.NUMBER: _("Please ask for the telephone number and then try again."),
    Refusal.KIND: _("This kind of appointment is not offered."),
    Refusal.CROWDED: _("Too many people are calling at this moment. Please ask again in a moment."),
    Refusal.NO_ANSWER: _("Something went wrong. Please try again in a moment."),
    Refusal.FAULT: _(
        "Something went wrong and the appointment was not booked. Please try again in a moment."
    ),
}

# By the rule that fails (docs/behaviour.md, Bookable); of several the first here is spoken: it says most.
_RULES = {
    "notice": _("It is too late to book that time."),
    "start_date": _("Appointments are only offered from a later date on."),
    "horizon": _("That date is too far ahead to be booked."),
    "open": _("Appointments are not offered at that time."),
    "step": _("No appointment starts at that time."),
    "limits": _("No more appointments can be booked on that day."),
    "known": _UNREACHABLE,
    "free": _SLOT_GONE,
    "travel": _SLOT_GONE,
}


_NOTHING_FREE = _("There are no free appointments at the moment.")

_NO_TIMES = {
    NoTimes.CLOSED: _("No appointments are offered {on_day}."),
    NoTimes.FULL: _("Everything is booked {on_day}."),
    NoTimes.TOO_SOON: _("It is too late for an appointment {on_day}."),
    NoTimes.TOO_FAR: _("That is too far ahead: nothing can be booked yet {on_day}."),
    NoTimes.UNKNOWN: _UNREACHABLE,
    NoTimes.REFUSED: _TAKES_NONE,
}


@cache
def speech_of(locale: str, own_zone: ZoneInfo | None = None) -> Speech:
    """Return the sentences of a locale like `de_DE`, to a caller whose clock may be another."""
    return Speech(locale, own_zone)


class Speech:
    """Sentences in the language of one locale.

    Times are told by the clock of the zone that is asked for, and once more by `own_zone`, the caller's,
    where that shows another time.
    """

    def __init__(self, locale: str, own_zone: ZoneInfo | None = None) -> None:
        self.locale = locale
        self.language = language(locale)
        self._own_zone = own_zone

    def here(self) -> Speech:
        """Return the same for appointments to come to, where nobody else's clock counts."""
        return speech_of(self.locale) if self._own_zone else self

    def said(self, instant: datetime, zone: tzinfo) -> str:
        """Return a time as people say it, also by the caller's own clock."""
        told = self.language.said(instant, zone)
        own_zone = self._elsewhere([instant], zone)
        if own_zone is None:
            return told
        form = self.language.translate("{time} ({own_time} in your time zone)")
        return form.format(time=told, own_time=self.language.said(instant, own_zone))

    def reason(self, refusal: BridgeError | Refusal, *, zone: tzinfo, slots: Sequence[Slot] = ()) -> str:
        """Return why there is no appointment, with up to three next offers in that zone's time."""
        sentence = self._sentence(refusal, zone)
        if not slots:
            return sentence
        return f"{sentence.removesuffix('.')}. {self.next_times(slots, zone=zone)}"

    def next_times(self, slots: Sequence[Slot], *, zone: tzinfo) -> str:
        """Return "The next free times are ..." for at least one offer, three at most."""
        starts = [slot.start for slot in slots[:MOST_OFFERS]]
        moments = [self.language.said(start, zone) for start in starts]
        sentence = self.language.counted(
            "The next free time is {times}.", "The next free times are {times}.", len(moments)
        )
        return sentence.format(times=self.language.listed(moments)) + self._by_own_clock(starts, zone)

    def free_times(self, slots: Sequence[Slot], *, zone: tzinfo) -> str:
        """Return "Free are ..." with as many times as anybody listens to, ascending."""
        starts = [slot.start for slot in slots[:_MOST_SPOKEN]]
        sentence = self.language.translate("Free are {times}.")
        times = self.language.moments(starts, zone)
        return sentence.format(times=times) + self._by_own_clock(starts, zone)

    def no_times(self, why: NoTimes, day: date) -> str:
        """Return why a day has nothing."""
        sentence = self.language.translate(_NO_TIMES[why]).format(on_day=self.language.on_day(day))
        return sentence[:1].upper() + sentence[1:]

    def nothing_free(self, *, is_certain: bool) -> str:
        """Return that there is nothing to offer; it is not certain while a calendar is silent."""
        sentence = _NOTHING_FREE if is_certain else _UNREACHABLE
        return self.language.translate(sentence)

    def nothing_then(self) -> str:
        """Return that the day has times, but not when they were asked for."""
        return self.language.translate("Nothing is free at that time.")

    def understood_as(self, said: str, day: date) -> str:
        """Return what a date was taken for that can't have been meant as it was said."""
        sentence = self.language.translate("“{said}” was taken to mean an appointment {on_day}.")
        return sentence.format(said=said, on_day=self.language.on_day(day))

    def sentence_of(self, kind: str) -> str:
        """Return the sentence of a kind, "…" for what only the call knew; "" where it has none."""
        sentence = _SENTENCES.get(kind)
        return re.sub(r"\{\w+\}", "…", self.language.translate(sentence)) if sentence else ""

    def _sentence(self, refusal: BridgeError | Refusal, zone: tzinfo) -> str:
        sentence = self.language.translate(_source_text(refusal))
        match refusal:
            case AlreadyMoved() | CancelledByStaff():
                return sentence.format(time=self.said(refusal.start, zone))
            case SeveralAppointments():
                return refusal.sentence
            case EmailDoubtful():
                return sentence.format(heard=refusal.heard)
            case MissingField():
                return sentence.format(field=refusal.field)
            case ServiceUnknown():
                return sentence.format(services=self.language.listed(refusal.titles))
        return sentence

    def _elsewhere(self, instants: Sequence[datetime], zone: tzinfo) -> ZoneInfo | None:
        """Return the caller's own zone where its clock shows another time then."""
        own = self._own_zone
        differs = own and any(
            each.astimezone(own).utcoffset() != each.astimezone(zone).utcoffset() for each in instants
        )
        return own if differs else None

    def _by_own_clock(self, starts: Sequence[datetime], zone: tzinfo) -> str:
        """Return a sentence that tells times by the caller's own clock, "" where that shows the same."""
        own_zone = self._elsewhere(starts, zone)
        if own_zone is None:
            return ""
        sentence = self.language.translate("In your time zone that is {times}.")
        return " " + sentence.format(times=self.language.moments(starts, own_zone))


def _source_text(refusal: BridgeError | Refusal) -> str:
    if isinstance(refusal, SlotNotOffered):
        failed = {rule.replace(" ", "_") for rule in refusal.rules}
        spoken = [sentence for rule, sentence in _RULES.items() if rule in failed]
        if spoken:
            return spoken[0]
    code = refusal if isinstance(refusal, Refusal) else refusal.code
    return _SENTENCES.get(code, _SENTENCES[Refusal.FAULT])
