"""A small, honest service behind telli's endpoints: a list of free slots, kept in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask

from bridge.attendee import CallerRequest, read_attendee
from bridge.config import WriteBack
from bridge.errors import BridgeError, NotFound, SlotTaken
from bridge.journal import Call
from bridge.model import Booking, BookingState, CalendarName, EventType, Member, Slot, Team
from bridge.service.kept_offers import Offer
from bridge.service.known_callers import KnownCaller
from bridge.service.outcome import BookOutcome
from bridge.speech.reasons import Refusal, Speech
from bridge.web.contact_lookup import contact_lookup_blueprint
from bridge.web.telli import Details, telli_blueprint
from providers.base import Interval

KEY = "telli_test_key"
OLD_KEY = "telli_former_key"
NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def event_type(name: str, **settings: object) -> EventType:
    team = Team(groups=((Member("anna"),),))
    return EventType(name, "30-minute consultation", ZoneInfo("Europe/Berlin"), team, **settings)  # type: ignore[arg-type]


def slot(start: datetime) -> Slot:
    return Slot(start, start + HALF_HOUR)


@dataclass
class Diary:
    """Offers its free slots and books them; a `fault` is raised from whatever is asked."""

    speech: Speech = field(default_factory=lambda: Speech("en_US"))
    event_types: Sequence[EventType] = (event_type("consultation"), event_type("strict", require_email=True))
    default: str | None = "consultation"
    free: list[Slot] = field(default_factory=lambda: [slot(NINE), slot(NINE + timedelta(hours=3))])
    told: Offer | None = None
    fault: Exception | None = None
    booked: list[Booking] = field(default_factory=list)

    def event_type(self, name: str | None) -> EventType:
        for each in self.event_types:
            if each.id == (self.default if name is None else name):
                return each
        raise NotFound(f"there is no event type {name!r}; there are: consultation, strict")

    def available(self, _event_type: EventType, _request: CallerRequest) -> Offer:
        if self.fault:
            raise self.fault
        if self.told is None or self.told.slots != tuple(self.free):
            self.told = Offer(tuple(self.free), answered_at=0.0)
        return self.told

    def at_hand(self, _event_type: EventType, _request: CallerRequest) -> Offer | None:
        return self.told

    def speech_for(
        self, request: CallerRequest, event_type: EventType | None = None, *, ask: bool = True
    ) -> Speech:
        return self.speech

    def book(
        self, event_type: EventType, request: CallerRequest, start: datetime | None, *, dry_run: bool
    ) -> BookOutcome:
        if self.fault:
            raise self.fault
        try:
            return self._book(event_type, request, start, dry_run=dry_run)
        except BridgeError as error:
            reason = self.speech.reason(error, zone=event_type.timezone, slots=self.free)
            return BookOutcome(False, reason)

    def booked_before(
        self, _event_type: EventType, _request: CallerRequest, _start: datetime | None
    ) -> BookOutcome | None:
        return None

    def _book(
        self, event_type: EventType, request: CallerRequest, start: datetime | None, *, dry_run: bool
    ) -> BookOutcome:
        if start is None:
            return BookOutcome(False, self.speech.reason(Refusal.START, zone=event_type.timezone))
        attendee = read_attendee(event_type, request, country="DE")
        if slot(start) not in self.free:
            raise SlotTaken("taken")
        if dry_run:
            return BookOutcome(True)
        self.free.remove(slot(start))
        booking = Booking(
            id=f"b-{len(self.booked) + 1}",
            event_type=event_type.id,
            state=BookingState.CONFIRMED,
            interval=Interval(start, start + HALF_HOUR),
            hosts=("anna",),
            calendar=CalendarName("local", "", "anna"),
            contact=request.contact,
            attendee=attendee,
            version=1,
            made_at=NINE - timedelta(days=1),
            location="Hauptstr. 1, 10827 Berlin",
        )
        self.booked.append(booking)
        return BookOutcome(True, booking=booking)


@dataclass
class Notes:
    """What is noted of calls, without a database."""

    calls: list[Call] = field(default_factory=list)

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(str(call.outcome), call.kind) for call in self.calls]

    def begin(self, question: str, came_at: float | None = None) -> Call:
        return Call(f"request-{len(self.calls)}", NINE, 0.0, question)

    def note(self, call: Call) -> None:
        self.calls.append(call)

    def age(self, asked_at: float) -> float:
        return 1.0 - asked_at


def app_of(diary: Diary, *, booking_details: bool = False, notes: Notes | None = None) -> Flask:
    """Return an app with telli's endpoints alone; one number is known."""
    app = Flask("tests.web")
    app.register_blueprint(
        telli_blueprint(
            diary,
            keys=[KEY, OLD_KEY],
            speech=diary.speech,
            journal=notes or Notes(),
            details=Details({"anna": "Anna Weber"}, of_bookings=booking_details),
        )
    )
    app.register_blueprint(
        contact_lookup_blueprint(
            lambda said: KnownCaller("+4930123456", "Kim Example") if said == "+4930123456" else None,
            keys=[KEY, OLD_KEY],
            names=WriteBack(),
            journal=notes or Notes(),
        )
    )
    return app
