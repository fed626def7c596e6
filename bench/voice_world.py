"""Made-up businesses with calendars more or less full, and callers with days and hours of their own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bridge.model import CalendarName, EventType, Host, Member, Schedule, Team, WallRange
from bridge.scheduling.slots import HostTime
from bridge.scheduling.team import bookable_days
from bridge.scheduling.wishes import Part, Preference
from providers.base import Interval

ZONE = ZoneInfo("Europe/Berlin")
DAYS = 14
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Business:
    """Hours are (weekdays, from, to) in minutes; `booked` the lengths of what is in the calendars."""

    name: str
    hosts: int
    minutes: int
    hours: Sequence[tuple[Sequence[int], int, int]]
    booked: Sequence[int]
    notice: int = 120
    after: int = 0


BUSINESSES = (
    Business(
        name="hairdresser",
        hosts=2,
        minutes=45,
        hours=[((1, 2, 4), 540, 1080), ((3,), 540, 1200), ((5,), 540, 840)],
        booked=[30, 45, 45, 60, 90, 120],
    ),
    Business(
        name="physiotherapist",
        hosts=3,
        minutes=30,
        hours=[(range(4), 480, 720), (range(4), 780, 1140), ((4,), 480, 840)],
        booked=[20, 30, 30, 30, 45, 60],
    ),
    Business(
        name="law firm",
        hosts=1,
        minutes=60,
        hours=[(range(4), 540, 750), (range(4), 840, 1050), ((4,), 540, 780)],
        booked=[30, 60, 60, 90],
        notice=1440,
        after=15,
    ),
    Business("car workshop", 1, 30, [(range(5), 450, 990)], [30, 60, 90, 120, 180]),
    Business("sales team", 5, 30, [(range(5), 540, 1020)], [15, 30, 30, 60, 60]),
)
FULL = (0.40, 0.70, 0.90, 0.98)


@dataclass(frozen=True)
class Hours:
    """What callers mean by parts of the day, in minutes: morning until, afternoon from, evening from."""

    morning: int = 720
    afternoon: int = 720
    evening: int = 990


MATCHING = Hours()
NOT_MATCHING = (Hours(660, 840, 930), Hours(660, 840, 1080))


@dataclass(frozen=True)
class Caller:
    """`wish` is what they could say, `suits` what they can in truth."""

    wish: Preference
    suits: Callable[[datetime], bool]


@dataclass(frozen=True)
class Week:
    """One moment in the life of a business."""

    event_type: EventType
    times: dict[str, HostTime]
    now: datetime

    def days(self) -> list[list[datetime]]:
        """Return the engine's own starts, by day."""
        return list(bookable_days(self.event_type, self.times, self.now))

    def idle_starts(self) -> list[datetime]:
        """Return the starts there would be if nothing were in the calendars."""
        idle = {name: HostTime(time.host, ()) for name, time in self.times.items()}
        return [start for day in bookable_days(self.event_type, idle, self.now) for start in day]

    def fine_starts(self) -> list[datetime]:
        """Return the bookable starts on a 15-minute grid."""
        fine = replace(self.event_type, start_increment=15 * _MINUTE)
        return [start for day in bookable_days(fine, self.times, self.now) for start in day]


def weeks(dice: random.Random, each: int) -> Iterator[Week]:
    """Yield `each` weeks of every business at every fullness."""
    for business in BUSINESSES:
        for full in FULL:
            for _ in range(each):
                yield _week(business, full, dice)


def _week(business: Business, full: float, dice: random.Random) -> Week:
    today = date(2026, 1, 5) + timedelta(days=dice.randrange(364))
    hour = dice.uniform(8, 18) if dice.random() < 0.7 else dice.uniform(18, 24)
    now = _at(today, int(hour * 60))
    names = [f"host{number}" for number in range(business.hosts)]
    times = {name: HostTime(_host(name, business), _busy(business, full, today, dice)) for name in names}
    event_type = EventType(
        business.name,
        business.name,
        ZONE,
        Team(groups=(tuple(Member(name) for name in names),)),
        duration=business.minutes * _MINUTE,
        start_increment=business.minutes * _MINUTE,
        minimum_notice=business.notice * _MINUTE,
        buffer_after=business.after * _MINUTE,
        horizon_days=DAYS,
    )
    return Week(event_type, times, now)


def _host(name: str, business: Business) -> Host:
    week: dict[int, tuple[WallRange, ...]] = {}
    for weekdays, start, end in business.hours:
        for weekday in weekdays:
            week[weekday] = (*week.get(weekday, ()), WallRange(start, end))
    calendar = CalendarName("local", "", name)
    return Host(name, name, f"{name}@example.com", Schedule(ZONE, week), (calendar,), calendar)


def _busy(business: Business, full: float, today: date, dice: random.Random) -> tuple[Interval, ...]:
    busy = []
    for number in range(DAYS + 1):
        day = today + timedelta(days=number)
        share = full + (1 - full) * 0.35 * max(0.0, 1 - number / 7)
        for weekdays, opens, closes in business.hours:
            begin = opens if day.weekday() in weekdays else closes
            while begin < closes:
                end = begin + dice.choice(business.booked)
                if end <= closes and dice.random() < share:
                    busy.append(Interval(_at(day, begin), _at(day, end)))
                begin = end
    return tuple(busy)


def _at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC) + minute * _MINUTE


def caller(week: Week, hours: Hours, dice: random.Random, *, undemanding: bool = False) -> Caller:
    """Return a caller of that business; `undemanding` ones mostly wish for nothing."""
    today = week.now.astimezone(ZONE).date()
    parts = {
        "morning": Part(0, hours.morning),
        "afternoon": Part(hours.afternoon, 1440),
        "evening": Part(hours.evening, 1440),
    }
    open_days = sorted(next(iter(week.times.values())).host.schedule.week)
    weekday = frozenset({dice.choice(open_days)})
    half = dice.choice([parts["morning"], parts["afternoon"]])
    wishes = {
        "any": (20, Preference()),
        "morning": (18, Preference(part=parts["morning"])),
        "afternoon": (12, Preference(part=parts["afternoon"])),
        "evening": (15, Preference(part=parts["evening"])),
        "weekday": (12, Preference(weekdays=weekday)),
        "weekday and half-day": (10, Preference(weekdays=weekday, part=half)),
        "later": (6, Preference(earliest=today + timedelta(days=5))),
        "soon": (7, Preference()),
    }
    weights = [weight for weight, _ in wishes.values()]
    kind = dice.choices(list(wishes), weights)[0]
    if undemanding and dice.random() < 0.6:
        kind = "soon" if dice.random() < 0.3 else "any"
    wish = wishes[kind][1]
    last = week.now + timedelta(hours=48) if kind == "soon" else datetime.max.replace(tzinfo=UTC)
    halves: dict[tuple[date, bool], bool] = {}
    own = random.Random(dice.random())  # noqa: S311 - so that no rule's questions change the next caller

    def suits(start: datetime) -> bool:
        local = start.astimezone(ZONE)
        half_day = (local.date(), local.hour < 12)
        if half_day not in halves:
            halves[half_day] = own.random() < 0.7
        return start <= last and halves[half_day] and _fulfils(local, wish)

    return Caller(wish, suits)


def _fulfils(local: datetime, wish: Preference) -> bool:
    minute = local.hour * 60 + local.minute
    return (
        (wish.part is None or wish.part.start <= minute < wish.part.end)
        and (not wish.weekdays or local.weekday() in wish.weekdays)
        and (wish.earliest is None or local.date() >= wish.earliest)
    )
