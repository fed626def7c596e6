"""The embedded calendars as an account that the provider contract can test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import Connection

from bridge.errors import StoreUnavailable
from bridge.local_calendar.importing import import_ics
from bridge.local_calendar.keeping import ImportedTime
from bridge.local_calendar.provider import LocalCalendars
from bridge.store.engine import Store
from bridge.store.sql import local_events, local_series
from bridge.store.sql.local_events import LocalEvent
from bridge.store.sql.local_series import Series
from providers.base import CalendarProvider, Interval
from tests.contracts.account import BERLIN, WINDOW, AccountUnderTest, ForeignEvent, Repeat, StoredEvent
from tests.local.files import calendar, entry

ZONES = {"anna": "Europe/Berlin", "ben": "Europe/Berlin"}
_SHOWN = {"busy": "BUSY", "tentative": "TENTATIVE", "oof": "OOF", "workingElsewhere": "WORKINGELSEWHERE"}


@dataclass
class Faults:
    """What shall happen to the next transaction, in whichever store it is opened."""

    down: bool = False
    refuse: bool = False
    lose: bool = False


class FaultyStore(Store):
    """A store whose transactions can fail to begin, or lose the news of their commit."""

    def __init__(self, url: str, faults: Faults) -> None:
        super().__init__(url)
        self._faults = faults

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads."""
        self._check()
        with super().read() as connection:
            yield connection

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """Read what need not be as of one moment."""
        self._check()
        with super().look() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that commits at the end, as far as the caller hears."""
        self._check()
        if self._faults.refuse:
            self._faults.refuse = False
            raise StoreUnavailable("the disk is full")
        with super().write() as connection:
            yield connection
        if self._faults.lose:
            self._faults.lose = False
            raise StoreUnavailable("the connection was lost")

    def _check(self) -> None:
        if self._faults.down:
            raise StoreUnavailable("the database is gone")


class LocalAccount(AccountUnderTest):
    """Two embedded calendars in one database."""

    calendar = "anna"
    other_calendar = "ben"
    unknown_calendar = "nobody"
    can_decline = False
    can_invite = False

    def __init__(self, url: str) -> None:
        self._url = url
        self._faults = Faults()
        self._stores: list[Store] = []
        self._numbers = count(1)
        self._store = Store(url)

    def close(self) -> None:
        """Give back every connection."""
        for store in (self._store, *self._stores):
            store.close()

    def make_provider(self) -> CalendarProvider:
        store = FaultyStore(self._url, self._faults)
        self._stores.append(store)
        return LocalCalendars(store, ZONES)

    def add_foreign(self, calendar: str, event: ForeignEvent) -> str:
        uid = f"foreign-{next(self._numbers)}@example.com"
        imported = ImportedTime(self._store, ZONES, timedelta(days=600))
        result = import_ics(imported, calendar, ics(event, uid), WINDOW.start - timedelta(days=300))
        assert (result.added, result.skipped) == (1, ())
        return f"ics::{uid}"

    def move_as_person(self, calendar: str, event_id: str, interval: Interval) -> None:
        with self._store.write() as connection:
            local_events.move_event(connection, _event(connection, calendar, event_id), interval)

    def delete_as_person(self, calendar: str, event_id: str) -> None:
        with self._store.write() as connection:
            local_events.cancel_event(connection, _event(connection, calendar, event_id))

    def stored(self, calendar: str, event_id: str) -> StoredEvent:
        with self._store.write() as connection:
            draft = _event(connection, calendar, event_id).draft
        return StoredEvent(
            title=draft.title,
            description=draft.description,
            location=draft.location,
            interval=draft.interval,
            attendees=frozenset(attendee.email for attendee in draft.attendees),
            private=draft.private,
        )

    def expire(self, cursor: str) -> str:
        return f"{cursor}000000"  # of a database that was set back since

    def break_calendar(self, calendar: str) -> None:
        start = datetime(2026, 1, 1, tzinfo=UTC)
        broken = Series("broken@example.com", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", start, None)
        with self._store.write() as connection:
            local_series.put(connection, calendar, [broken], [])

    def go_down(self) -> None:
        self._faults.down = True

    def refuse_next_write(self) -> None:
        self._faults.refuse = True

    def lose_next_answer(self) -> None:
        self._faults.lose = True


def ics(event: ForeignEvent, uid: str) -> bytes:
    """Return a file as a calendar program would export it."""
    shown = _SHOWN.get(event.status)
    common = {
        "UID": uid,
        "SUMMARY": event.title,
        "STATUS": "CANCELLED" if event.cancelled else "CONFIRMED",
        "TRANSP": "TRANSPARENT" if event.status == "free" else "OPAQUE",
        **({"X-MICROSOFT-CDO-BUSYSTATUS": shown} if shown else {}),
    }
    if event.days is not None:
        first, until = (f"{day:%Y%m%d}" for day in event.days)
        dates = {"DTSTART;VALUE=DATE": first, "DTEND;VALUE=DATE": until}
        return calendar(entry(**common, **dates))
    assert event.interval is not None
    if event.repeat is None:
        start, end = (f"{moment:%Y%m%dT%H%M%SZ}" for moment in event.interval)
        return calendar(entry(**common, DTSTART=start, DTEND=end))
    return calendar(*_series(common, event.interval, event.repeat))


def _series(common: dict[str, str], interval: Interval, repeat: Repeat) -> Iterator[str]:
    start, end = (moment.astimezone(BERLIN) for moment in interval)
    times = [start + timedelta(days=repeat.every_days * number) for number in range(repeat.count)]
    skipped = ",".join(_wall(times[number]) for number in sorted(repeat.skipped))
    yield entry(
        **common,
        **{"DTSTART;TZID=Europe/Berlin": _wall(start), "DTEND;TZID=Europe/Berlin": _wall(end)},
        RRULE=f"FREQ=DAILY;INTERVAL={repeat.every_days};COUNT={repeat.count}",
        **({"EXDATE;TZID=Europe/Berlin": skipped} if skipped else {}),
    )
    for number, elsewhere in repeat.moved.items():
        begin, finish = (f"{moment:%Y%m%dT%H%M%SZ}" for moment in elsewhere)
        replaced = {"RECURRENCE-ID;TZID=Europe/Berlin": _wall(times[number])}
        yield entry(**common, **replaced, DTSTART=begin, DTEND=finish)


def _wall(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%S}"


def _event(connection: Connection, calendar: str, event_id: str) -> LocalEvent:
    found = local_events.event(connection, calendar, event_id, to_change=True)
    assert found is not None
    return found
