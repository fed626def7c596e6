"""Days that the owner sets by hand: time off, special hours, public holidays, and their undoing.

What is set replaces a host's day of the configuration. It is shown with the appointments that lie in it
before it is saved, and holds from the next call on, in every process.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bridge.booking.context import BookingContext
from bridge.errors import BridgeError, NotFound
from bridge.model import Booking, BookingState, Host, WallRange
from bridge.scheduling.days import date_of, local_days
from bridge.scheduling.hours import (
    HoursFrom,
    hours_of,
    places_of,
    public_holidays,
    special_days,
    with_set_days,
)
from bridge.store.sql import attendances, booking_search, revisions, set_days
from bridge.store.sql.set_days import DayChange, Hours
from providers.base import Interval

MOST_DAYS = 366  # at once
_AHEAD = timedelta(days=400)
_TAKES_PLACE = (BookingState.HELD, BookingState.CONFIRMED)
_ONE_DAY = timedelta(days=1)
_MOST_TOLD = 50  # appointments, by name


class DaysChanged(BridgeError):
    """Somebody else set some of these days, or undid it, since they were looked at."""

    code = "days_changed"

    def __init__(self, change: DayChange) -> None:
        super().__init__("these days were changed meanwhile")
        self.change = change


@dataclass(frozen=True, slots=True)
class DaysWish:
    """Days to set for hosts; `hours` are () for closed days, None for those of the configuration."""

    hosts: tuple[str, ...]
    days: tuple[date, ...]
    hours: Hours
    note: str = ""


@dataclass(frozen=True, slots=True)
class Inside:
    """The first appointments that lie in days, and how many do."""

    first: Sequence[Booking]
    count: int


@dataclass(frozen=True, slots=True)
class DaysPreview:
    """What saving would bring; `seen` is the revision of set days that this is true of."""

    hosts: Mapping[str, Host]
    inside: Inside
    seen: int


@dataclass(frozen=True, slots=True)
class DaysOfHosts:
    """Days in a row that are not as in every week; `change` is None where the configuration says so."""

    hosts: tuple[str, ...]
    first: date
    last: date
    hours: tuple[WallRange, ...]
    source: HoursFrom
    change: int | None

    def goes_on_with(self, later: DaysOfHosts) -> bool:
        """Tell whether a later day is the next of this stretch."""
        is_same = (self.hours, self.source, self.change) == (later.hours, later.source, later.change)
        return is_same and later.first - self.last == _ONE_DAY and self.source is not HoursFrom.HOLIDAY


@dataclass(frozen=True)
class DaysOff:
    """What the page of days off shows and does."""

    context: BookingContext

    def coming(self) -> list[DaysOfHosts]:
        """Return the days from today on that are not as in every week, of all hosts, soonest first."""
        hosts = self.context.hosts
        today = self.context.now().date() - _ONE_DAY
        with self.context.store.read() as connection:
            held = set_days.holding(connection, list(hosts), today, today + _AHEAD)
        found: dict[DaysOfHosts, list[str]] = defaultdict(list)
        for host in hosts.values():
            for stretch in self._unusual(host, held.get(host.id, {})):
                found[stretch].append(host.id)
        told = [replace(stretch, hosts=tuple(names)) for stretch, names in found.items()]
        return sorted(told, key=lambda each: (each.first, each.last, each.hosts))

    def changes(self, most: int) -> list[DayChange]:
        """Return the latest changes, the newest first."""
        with self.context.store.read() as connection:
            return set_days.latest(connection, most)

    def change(self, number: int) -> DayChange:
        """Return one change. NotFound: there is none of this number."""
        with self.context.store.read() as connection:
            found = set_days.get(connection, number)
        if found is None:
            raise NotFound("there is no such change")
        return found

    def preview(self, wish: DaysWish) -> DaysPreview:
        """Return what the hosts' days would be, and the appointments that lie in them."""
        first, last = wish.days[0], wish.days[-1]
        with self.context.store.read() as connection:
            seen = revisions.current(connection, revisions.DAYS)
            held = set_days.holding(connection, wish.hosts, first - _AHEAD, last + _AHEAD)
        wanted = dict.fromkeys(wish.days, (wish.hours, 0))
        hosts = {
            name: _as_held(self.context.hosts[name], {**held.get(name, {}), **wanted}) for name in wish.hosts
        }
        return DaysPreview(hosts, self.appointments(dict.fromkeys(wish.hosts, wish.days)), seen)

    def appointments(self, days: Mapping[str, Sequence[date]]) -> Inside:
        """Return the appointments that are not over and lie in days of hosts."""
        wanted = {name: frozenset(own) for name, own in days.items() if name in self.context.hosts}
        every = sorted(day for own in wanted.values() for day in own)
        if not every:
            return Inside((), 0)
        zones = {name: self.context.hosts[name].schedule.timezone for name in wanted}
        spans = [local_days(zone, every[0], every[-1]) for zone in set(zones.values())]
        since = max(self.context.now(), min(span.start for span in spans))
        window = Interval(since, max(since, *(span.end for span in spans)))
        with self.context.store.read() as connection:
            attended = attendances.within(connection, list(wanted), window, _TAKES_PLACE)
            inside = {
                each.booking_id: None  # in order, and once where several attend
                for each in attended
                if date_of(zones[each.host], each.interval.start) in wanted[each.host]
            }
            first = booking_search.by_ids(connection, list(inside)[:_MOST_TOLD])
        return Inside(tuple(first.values()), len(inside))

    def save(self, wish: DaysWish, *, by: str, seen: int) -> int:
        """Set the days; return the number of the change. DaysChanged: somebody set others since `seen`."""
        days = {host: dict.fromkeys(wish.days, wish.hours) for host in wish.hosts}
        # Alone: nobody else may set the same days, nor book one of them, between the look and the change.
        with self.context.store.write_alone() as connection:
            first, last = wish.days[0], wish.days[-1]
            changed = set_days.changed_since(connection, wish.hosts, first, last, seen)
            if changed and changed.undone_at is None and changed.days == days:
                return changed.number  # the button was pressed twice
            if changed:
                raise DaysChanged(changed)
            return set_days.add(connection, days, at=self.context.now(), by=by, note=wish.note)

    def undo(self, number: int, *, by: str) -> bool:
        """Let a change hold no more; tell whether it did."""
        with self.context.store.write_alone() as connection:
            return set_days.undo(connection, number, at=self.context.now(), by=by)

    def holidays(self, region: str, language: str) -> dict[date, str]:
        """Return a region's public holidays of the coming twelve months, by day."""
        today = self.context.now().date()
        named = {
            **public_holidays(region, today.year, language),
            **public_holidays(region, today.year + 1, language),
        }
        until = today + timedelta(days=365)
        return {day: name for day, name in sorted(named.items()) if today <= day < until}

    def places(self) -> list[str]:
        """Return the places that hours may name."""
        found = (place for host in self.context.hosts.values() for place in places_of(host.schedule))
        return [place for place in dict.fromkeys(found) if place]

    def usually_open(self, hosts: Sequence[str], days: Sequence[date]) -> tuple[date, ...]:
        """Return the days on which one of the hosts is open in every week."""
        weeks = [self.context.hosts[name].schedule.week for name in hosts]
        return tuple(day for day in days if any(week.get(day.weekday()) for week in weeks))

    def _unusual(self, host: Host, held: Mapping[date, tuple[Hours, int]]) -> Iterator[DaysOfHosts]:
        """Yield the stretches of days of a host on which something else than the week decides."""
        schedule = _as_held(host, held).schedule
        today = date_of(schedule.timezone, self.context.now())
        stretch = None
        for day in special_days(schedule, today, today + _AHEAD):
            source, hours = hours_of(schedule, day)
            if source is HoursFrom.WEEK:
                continue
            here = DaysOfHosts((), day, day, hours, source, held[day][1] if day in held else None)
            if stretch and stretch.goes_on_with(here):
                stretch = replace(stretch, last=day)
                continue
            if stretch:
                yield stretch
            stretch = here
        if stretch:
            yield stretch


def _as_held(host: Host, held: Mapping[date, tuple[Hours, int]]) -> Host:
    """Return a host with the days that hold."""
    said = tuple((day, hours) for day, (hours, _) in sorted(held.items()) if hours is not None)
    return with_set_days(host, said) if said else host
