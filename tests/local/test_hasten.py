"""A series that is looked at from shortly before takes place exactly as one counted from its beginning."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.local_calendar.series import expand
from providers.base import Interval
from providers.times import all_day
from tests.local.files import calendar, entry

ZONE = ZoneInfo("Europe/Berlin")
SPAN = Interval(datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 12, 10, tzinfo=UTC))


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 5))}"]
    weekdays = draw(st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), max_size=4))
    if weekdays:
        parts.append(f"BYDAY={','.join(sorted(weekdays))}")
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(['MO', 'SU']))}")
    if draw(st.integers(0, 3)) == 0:
        parts.append("BYMONTH=10,11")
    end = draw(st.sampled_from(["", "", "COUNT", "UNTIL"]))
    if end == "COUNT":
        parts.append(f"COUNT={draw(st.integers(1, 900))}")
    if end == "UNTIL":
        parts.append(
            f"UNTIL={draw(st.sampled_from(['20261115T120000Z', '20200101T000000Z', '20300101T000000Z']))}"
        )
    return ";".join(parts)


@st.composite
def series(draw: st.DrawFn) -> str:
    first = draw(st.dates(date(2015, 1, 1), date(2026, 12, 1)))
    hour, hours = draw(st.integers(0, 23)), draw(st.integers(0, 60))
    kind = draw(st.sampled_from([";TZID=Europe/Berlin", ";TZID=America/New_York", "Z", ""]))
    start = datetime(first.year, first.month, first.day, hour, 30, tzinfo=UTC)
    zulu = "Z" if kind == "Z" else ""
    zone = "" if zulu else kind
    rule = draw(rules())
    rule = rule if zone or zulu else rule.replace("T120000Z", "T120000").replace("T000000Z", "T000000")
    times = {
        f"DTSTART{zone}": f"{start:%Y%m%dT%H%M%S}{zulu}",
        f"DTEND{zone}": f"{start + timedelta(hours=hours):%Y%m%dT%H%M%S}{zulu}",
    }
    excluded = [start + timedelta(days=days) for days in draw(st.lists(st.integers(0, 4300), max_size=5))]
    exceptions = ",".join(f"{moment:%Y%m%dT%H%M%S}{zulu}" for moment in excluded)
    more = {f"EXDATE{zone}": exceptions} if exceptions else {}
    return calendar(entry(UID="a", **times, RRULE=rule, **more)).decode()


def counted(ical: str) -> set[tuple[datetime, datetime]]:
    """Return the occurrences as the library counts them from the first."""
    reach = timedelta(days=3)
    query = recurring_ical_events.of(icalendar.Calendar.from_ical(ical))
    found = query.between(SPAN.start - reach, SPAN.end + reach)
    return {(moment(one["DTSTART"].dt), moment(one["DTEND"].dt)) for one in found}


def moment(value: Any) -> datetime:
    if not isinstance(value, datetime):
        return all_day(value, value, ZONE).start
    return (value.replace(tzinfo=UTC) if value.tzinfo is None else value).astimezone(UTC)


def within(found: set[tuple[datetime, datetime]]) -> set[tuple[datetime, datetime]]:
    return {(start, end) for start, end in found if start < SPAN.end and end > SPAN.start}


@settings(max_examples=80, deadline=None)
@given(series())
def test_beginning_later_changes_nothing_that_is_asked_about(ical: str) -> None:
    found = {(one.interval.start, one.interval.end) for one in expand(ical, SPAN, ZONE)}
    assert within(found) == within(counted(ical))


@settings(max_examples=30, deadline=None)
@given(first=st.dates(date(2015, 1, 1), date(2026, 12, 1)), length=st.integers(1, 5), rule=rules())
def test_days_too(first: date, length: int, rule: str) -> None:
    rule = rule.replace("T120000Z", "").replace("T000000Z", "")
    last = first + timedelta(days=length)
    dates = {"DTSTART;VALUE=DATE": f"{first:%Y%m%d}", "DTEND;VALUE=DATE": f"{last:%Y%m%d}"}
    ical = calendar(entry(UID="a", **dates, RRULE=rule)).decode()
    found = {(one.interval.start, one.interval.end) for one in expand(ical, SPAN, ZONE)}
    assert within(found) == within(counted(ical))
