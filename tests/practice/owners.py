"""The owners of calendars at both vendors, with the verbs of what people do there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bridge.model import Booking
from bridge.store.sql import writes
from tests.cast.at_vendors import ANNA_GOOGLE, BEN_MICROSOFT
from tests.cast.clock import HALF_AN_HOUR, tomorrow_at
from tests.cast.salon import Salon
from tests.vendors.google import FakeGoogle
from tests.vendors.google import Fault as GoogleFault
from tests.vendors.microsoft import FakeMicrosoft
from tests.vendors.microsoft import Fault as MicrosoftFault


class There:
    """One vendor's calendars as their owner handles them, and the salon that books there."""

    account: str
    main: str
    fake: Any

    def __init__(self, salon: Salon) -> None:
        self.salon = salon
        self.at = self.main  # the calendar in which the event lies
        self.booking = self.book("kim", 10)
        self.reads()

    def book(self, who: str, hour: int) -> Booking:
        return self.salon.booked("cut", who, tomorrow_at(hour))

    def works(self) -> None:
        self.salon.bridge.background.run_due()

    def reads(self, **after: float) -> None:
        """Let some time pass and everything due be done."""
        self.salon.clock.turn(**(after or {"seconds": 61}))
        self.salon.plan_standing()
        self.works()

    @property
    def state(self) -> str:
        return str(self.salon.booking(self.booking).state)

    @property
    def start(self) -> datetime:
        return self.salon.booking(self.booking).interval.start

    def told(self) -> set[str]:
        return {alert.key.partition(":")[0] for alert in self.salon.bridge.alerts.open()}

    def event_id(self, booking: Booking | None = None) -> str:
        with self.salon.bridge.store.read() as connection:
            made = writes.of_booking(connection, (booking or self.booking).id)
        return next(str(write.event_id) for write in reversed(made) if write.event_id)

    def events(self, calendar: str) -> list[Any]:
        raise NotImplementedError

    def add_calendar(self, name: str) -> str:
        raise NotImplementedError

    def put_elsewhere(self, to: str) -> None:
        raise NotImplementedError

    def move(self, start: datetime) -> None:
        raise NotImplementedError

    def delete(self, booking: Booking | None = None) -> None:
        raise NotImplementedError

    def restore(self) -> None:
        raise NotImplementedError

    def oddity(self, name: str, *, is_so: bool) -> None:
        raise NotImplementedError

    def hide(self, calendar: str) -> None:
        """Let a calendar of the account be unreadable."""
        raise NotImplementedError

    def break_feed(self) -> None:
        raise NotImplementedError


class AtGoogle(There):
    account, main = ANNA_GOOGLE, ANNA_GOOGLE
    fake: FakeGoogle

    def events(self, calendar: str) -> list[Any]:
        return self.fake.events(calendar)

    def add_calendar(self, name: str) -> str:
        return self.fake.add_calendar(self.account, name)

    def put_elsewhere(self, to: str) -> None:
        self.fake.put_elsewhere(self.at, self.event_id(), to)
        self.at = to

    def move(self, start: datetime) -> None:
        self.fake.move_event(self.at, self.event_id(), start, start + HALF_AN_HOUR)

    def delete(self, booking: Booking | None = None) -> None:
        self.fake.delete_event(self.at, self.event_id(booking))

    def restore(self) -> None:
        self.fake.restore_event(self.at, self.event_id())

    def oddity(self, name: str, *, is_so: bool) -> None:
        day = tomorrow_at(0).date()
        if name == "all_day" and is_so:
            self.fake.move_event(self.at, self.event_id(), str(day), str(day + timedelta(days=1)))
        elif name == "all_day":
            self.move(tomorrow_at(10))
        elif name == "free":
            self.fake.change_event(
                self.at, self.event_id(), transparency="transparent" if is_so else "opaque"
            )
        else:
            answer = {"email": self.account, "self": True, "responseStatus": "declined"}
            self.fake.change_event(self.at, self.event_id(), attendees=[answer] if is_so else [])

    def hide(self, calendar: str) -> None:
        self.fake.break_calendar(calendar)

    def break_feed(self) -> None:
        self.fake.fail_next(GoogleFault.FORBIDDEN, operation="events.list", times=None)


class AtMicrosoft(There):
    account, main = BEN_MICROSOFT, "calendar"
    fake: FakeMicrosoft

    def events(self, calendar: str) -> list[Any]:
        return self.fake.events(self.account, calendar)

    def add_calendar(self, name: str) -> str:
        return self.fake.add_calendar(self.account, name)

    def put_elsewhere(self, to: str) -> None:
        self.fake.put_elsewhere(self.account, self.event_id(), to)
        self.at = to

    def move(self, start: datetime) -> None:
        self.fake.move_event(self.account, self.event_id(), start, start + HALF_AN_HOUR)

    def delete(self, booking: Booking | None = None) -> None:
        self.fake.delete_event(self.account, self.event_id(booking))

    def restore(self) -> None:
        self.fake.restore_event(self.account, self.event_id())

    def oddity(self, name: str, *, is_so: bool) -> None:
        day = tomorrow_at(0).date()
        if name == "all_day" and is_so:
            days = (day, day + timedelta(days=1))
            self.fake.change_event(self.account, self.event_id(), days=days)
        elif name == "all_day":
            self.move(tomorrow_at(10))
        elif name == "free":
            self.fake.change_event(self.account, self.event_id(), show_as="free" if is_so else "busy")
        else:
            answer = "declined" if is_so else "organizer"
            self.fake.change_event(self.account, self.event_id(), response=answer)

    def hide(self, calendar: str) -> None:
        self.fake.break_calendar(self.account, calendar)

    def break_feed(self) -> None:
        self.fake.fail_next(MicrosoftFault.SERVER_ERROR, operation="delta", times=None)
