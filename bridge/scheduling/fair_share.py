"""Reckons for round robin what each member of a group was given this month, and what would have been fair.

Fractions are exact. It decides by records alone and never by who is free.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from bridge.model import EventType, Member, Schedule
from bridge.scheduling.days import date_of, day_start, local_days
from providers.intervals import Span, subtract, union


@dataclass(frozen=True, slots=True)
class HostRecord:
    """What a host was given of one event type.

    `booked_at` is when the live bookings were made that were made this month, `last_booked_at` when the
    last live one of all, `joined_at` when the host first appeared in the event type. Turns need the second
    alone, shares all three.
    """

    host: str
    booked_at: tuple[datetime, ...] = ()
    last_booked_at: datetime | None = None
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Since when a member waits for a booking; `place` is its place in the config."""

    member: Member
    place: int
    last_booked_at: datetime | None

    def as_json(self) -> dict[str, object]:
        """Return what turns go by, as JSON can hold it."""
        last = self.last_booked_at
        return {
            "host": self.member.host,
            "priority": self.member.priority,
            "last_booked_at": last.isoformat() if last else None,
        }


@dataclass(frozen=True, slots=True)
class Figures(Turn):
    """A member's part in the month too.

    `calibration` are bookings reckoned as given to someone who was not there to be given them,
    `shortfall` how many are missing to the fair share, below zero how many are too many.
    """

    bookings: int
    calibration: Fraction
    shortfall: Fraction

    def as_json(self) -> dict[str, object]:
        """Return the figures as JSON can hold them, fractions as `7/3`."""
        return {
            **Turn.as_json(self),  # not super(): in a class with slots it knows another class
            "weight": self.member.weight,
            "bookings": self.bookings,
            "calibration": str(self.calibration),
            "shortfall": str(self.shortfall),
        }


def month_start(event_type: EventType, now: datetime) -> datetime:
    """Return when the calendar month began whose bookings count, in the event type's zone."""
    return day_start(event_type.timezone, date_of(event_type.timezone, now).replace(day=1))


def turns(group: Sequence[Member], records: Mapping[str, HostRecord]) -> tuple[Turn, ...]:
    """Return since when every member of a group waits, in the order of the config."""
    return tuple(
        Turn(member, place, records[member.host].last_booked_at if member.host in records else None)
        for place, member in enumerate(group)
    )


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
    calibrations = _calibrations(group, kept, schedules)
    given = [len(own.booked_at) + extra for own, extra in zip(kept, calibrations, strict=True)]
    shares = _shares(group, sum(given, Fraction(0)))
    return tuple(
        Figures(member, place, own.last_booked_at, len(own.booked_at), extra, share - had)
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


def _calibrations(
    group: Sequence[Member], kept: Sequence[HostRecord], schedules: Mapping[str, Schedule]
) -> list[Fraction]:
    """Return what absent members are reckoned of the bookings that those who were there were given.

    Of each an absent one gets its own weight's part beside theirs, less what it was given itself meanwhile:
    so the share is the weight's from the day of joining or return on. Weight 0 shares in nothing.
    """
    days_off = [_days_off(schedules.get(record.host)) for record in kept]
    first = min((made for record in kept for made in record.booked_at), default=None)
    # Most have been there all month: of them nobody asks for each booking.
    doubtful = [at for at, own in enumerate(kept) if days_off[at] or (first and not _has_joined(own, first))]
    given = Counter(
        (giver, frozenset(at for at in doubtful if _is_absent(kept[at], days_off[at], made)))
        for giver, record in enumerate(kept)
        for made in record.booked_at
    )
    reckoned = [Fraction(0)] * len(kept)
    for (giver, absent), count in given.items():
        present = sum(member.weight for at, member in enumerate(group) if at not in absent)
        for at in absent if present else ():  # with nobody there, nobody was there more than the others
            if at == giver:
                reckoned[at] -= count
            elif giver not in absent and group[giver].weight:
                reckoned[at] += count * Fraction(group[at].weight, present)
    return reckoned


def _days_off(schedule: Schedule | None) -> list[Span]:
    if schedule is None:
        return []
    zone, set_days = schedule.timezone, schedule.set_days
    closed = [local_days(zone, day, day) for day, hours in set_days.items() if not hours]
    opened = union(local_days(zone, day, day) for day, hours in set_days.items() if hours)
    away = union(local_days(zone, each.first, each.last) for each in schedule.time_off)
    return union([*closed, *subtract(away, opened)])


def _is_absent(own: HostRecord, days_off: Sequence[Span], made: datetime) -> bool:
    return not _has_joined(own, made) or any(begin <= made < end for begin, end in days_off)


def _has_joined(own: HostRecord, made: datetime) -> bool:
    return own.joined_at is None or own.joined_at <= made
