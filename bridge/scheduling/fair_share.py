"""Reckons for round robin what each member of a group was given this month, and what would have been fair.

Fractions are exact. It decides by records alone and never by who is free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from bridge.model import EventType, Member, Schedule
from bridge.scheduling.days import LAST, date_of, day_start, local_days
from providers.base import Interval
from providers.intervals import clip, union


@dataclass(frozen=True, slots=True)
class HostRecord:
    """What a host was given of one event type.

    `booked_at` is when the live bookings were made that were made this month, `last_booked_at` when the
    last live one of all, `joined_at` when the host first appeared in the event type.
    """

    host: str
    booked_at: tuple[datetime, ...] = ()
    last_booked_at: datetime | None = None
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """A member's part in the month; `place` is its place in the config.

    `calibration` are bookings reckoned as given to someone who was not there to be given them,
    `shortfall` how many are missing to the fair share, below zero how many are too many.
    """

    member: Member
    place: int
    bookings: int
    calibration: Fraction
    shortfall: Fraction
    last_booked_at: datetime | None

    def as_json(self) -> dict[str, object]:
        """Return the figures as JSON can hold them, fractions as `7/3`."""
        last = self.last_booked_at
        return {
            "host": self.member.host,
            "weight": self.member.weight,
            "priority": self.member.priority,
            "bookings": self.bookings,
            "calibration": str(self.calibration),
            "shortfall": str(self.shortfall),
            "last_booked_at": last.isoformat() if last else None,
        }


def month_start(event_type: EventType, now: datetime) -> datetime:
    """Return when the calendar month began whose bookings count, in the event type's zone."""
    return day_start(event_type.timezone, date_of(event_type.timezone, now).replace(day=1))


def figures(
    event_type: EventType,
    group: Sequence[Member],
    records: Mapping[str, HostRecord],
    now: datetime,
    *,
    schedules: Mapping[str, Schedule],
) -> tuple[Figures, ...]:
    """Return the figures of every member of a group, in the order of the config."""
    since = month_start(event_type, now)
    kept = [_this_month(records.get(member.host, HostRecord(member.host)), since) for member in group]
    month = Interval(since, LAST)
    calibrations = [
        _before_joining(own, kept, since) + _while_away(own, kept, month, schedules.get(own.host))
        for own in kept
    ]
    given = [len(own.booked_at) + extra for own, extra in zip(kept, calibrations, strict=True)]
    shares = _shares(group, sum(given, Fraction(0)))
    return tuple(
        Figures(member, place, len(own.booked_at), extra, share - had, own.last_booked_at)
        for place, (member, own, extra, share, had) in enumerate(
            zip(group, kept, calibrations, shares, given, strict=True)
        )
    )


def _this_month(record: HostRecord, since: datetime) -> HostRecord:
    booked = tuple(made for made in record.booked_at if made >= since)
    return HostRecord(record.host, booked, record.last_booked_at, record.joined_at)


def _shares(group: Sequence[Member], total: Fraction) -> list[Fraction]:
    weights = sum(member.weight for member in group)
    return [total * member.weight / weights if weights else Fraction(0) for member in group]


def _before_joining(own: HostRecord, group: Sequence[HostRecord], since: datetime) -> Fraction:
    """Return the mean of what the earlier hosts were given this month before this one joined.

    Someone who joined once more is reckoned only what was missing to it.
    """
    joined = own.joined_at
    if joined is None or joined <= since:
        return Fraction(0)
    earlier = [other for other in group if other.joined_at is None or other.joined_at < joined]
    if not earlier:
        return Fraction(0)
    given = sum(made < joined for other in earlier for made in other.booked_at)
    had = sum(made < joined for made in own.booked_at)
    return max(Fraction(given, len(earlier)) - had, Fraction(0))


def _while_away(
    own: HostRecord, group: Sequence[HostRecord], month: Interval, schedule: Schedule | None
) -> Fraction:
    """Return what the others were given on the host's days off, divided by their number."""
    others = [other for other in group if other.host != own.host]
    if schedule is None or not schedule.time_off or not others:
        return Fraction(0)
    days_off = union(local_days(schedule.timezone, away.first, away.last) for away in schedule.time_off)
    # Days before the host joined are reckoned already.
    there = Interval(max(month.start, own.joined_at or month.start), month.end)
    given = sum(
        begin <= made < end
        for begin, end in clip(days_off, there)
        for other in others
        for made in other.booked_at
    )
    return Fraction(given, len(others))
