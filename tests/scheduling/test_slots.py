from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bridge.model import EventType
from bridge.scheduling.slots import HostTime, Rule, failing_rules
from providers.base import Interval
from tests.scheduling.building import (
    ALWAYS,
    BERLIN,
    KOLKATA,
    LORD_HOWE,
    SANTIAGO,
    daily,
    event_type,
    free,
    local,
    minutes,
    schedule,
    span,
    utc,
)

MONDAY = "2026-11-23"
NOW = local("2026-11-23 08:00")
OPEN, STEP, NOTICE, START_DATE, HORIZON, FREE, LIMITS, TRAVEL, KNOWN = Rule


def at(clock: str) -> datetime:
    """Return a time of that Monday, or of another day when one is named."""
    return local(clock if len(clock) > 5 else f"{MONDAY} {clock}")


def check(kind: EventType, time: HostTime, start: datetime, *broken: Rule, now: datetime = NOW) -> None:
    assert tuple(failing_rules(kind, time, start, now)) == broken


@pytest.mark.parametrize(
    ("start", "broken"),
    [
        ("09:00", ()),
        ("08:30", (OPEN,)),
        ("16:30", ()),
        ("17:00", (OPEN,)),
        ("2026-11-28 10:00", (OPEN,)),
        ("2026-11-24 16:30", ()),
    ],
)
def test_a_slot_lies_inside_the_open_hours(start: str, broken: tuple[Rule, ...]) -> None:
    check(event_type(), free(), at(start), *broken)


def test_a_slot_does_not_reach_over_a_pause() -> None:
    split = free(hours=schedule(daily("09:00-12:00", "13:00-17:00")))
    check(event_type(60), split, at("11:00"))
    check(event_type(60, start_increment=minutes(30)), split, at("11:30"), OPEN)


def test_a_slot_may_reach_over_midnight_where_the_hours_do() -> None:
    night = free(hours=schedule(daily("22:00-24:00", "00:00-02:00")))
    check(event_type(60, start_increment=minutes(30)), night, at("23:30"))


def test_a_slot_lies_inside_the_event_types_own_hours_too() -> None:
    narrow = event_type(open_hours=daily("10:00-11:00"))
    check(narrow, free(), at("10:30"))
    check(narrow, free(), at("09:30"), OPEN)
    check(event_type(open_hours=daily("06:00-24:00")), free(), at("08:30"), OPEN)


def test_the_event_types_own_hours_are_in_its_own_zone() -> None:
    morning = event_type(open_hours=daily("14:00-16:00"), timezone=KOLKATA)  # 09:30 to 11:30 in Berlin
    check(morning, free(), at("09:30"))
    check(morning, free(), at("11:30"), OPEN)


def test_buffers_may_lie_outside_the_open_hours() -> None:
    padded = event_type(buffer_before=minutes(30), buffer_after=minutes(30))
    check(padded, free(), at("09:00"))
    check(padded, free(), at("16:30"))


@pytest.mark.parametrize(
    ("increment", "offset", "allowed", "refused"),
    [
        pytest.param(60, 0, ("09:00", "10:00"), ("09:30", "09:01"), id="an hour"),
        pytest.param(30, 0, ("09:00", "09:30"), ("09:20",), id="half an hour"),
        pytest.param(90, 0, ("09:00", "09:30"), ("09:15",), id="90 minutes step by 30"),
        pytest.param(45, 0, ("09:15", "10:30"), ("09:10",), id="45 minutes step by 15"),
        pytest.param(40, 0, ("09:20", "10:40"), ("09:10",), id="40 minutes step by 20"),
        pytest.param(50, 0, ("09:10", "10:50"), ("09:15",), id="50 minutes step by 10"),
        pytest.param(25, 0, ("09:05", "10:25"), ("09:01",), id="25 minutes step by 5"),
        pytest.param(7, 0, ("09:01", "10:59"), (), id="7 minutes step by 1"),
        pytest.param(60, 20, ("09:20", "10:20"), ("10:00",), id="shifted"),
        pytest.param(30, 75, ("09:15", "09:45"), ("10:00",), id="shifted by more than the step"),
    ],
)
def test_a_start_is_on_the_step(
    increment: int, offset: int, allowed: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    kind = event_type(5, start_increment=minutes(increment), start_offset=minutes(offset))
    for start in allowed:
        check(kind, free(), at(start))
    for start in refused:
        check(kind, free(), at(start), STEP)


def test_a_start_with_seconds_is_on_no_step() -> None:
    check(event_type(), free(), at("09:00") + timedelta(seconds=1), STEP)
    check(event_type(), free(), at("09:00") + timedelta(microseconds=1), STEP)


def test_the_step_is_counted_by_the_event_types_clock() -> None:
    hourly = event_type(60, timezone=KOLKATA)
    check(hourly, free(), at("09:30"))  # 14:00 there
    check(hourly, free(), at("10:00"), STEP)


def test_the_step_follows_a_clock_that_changes_by_half_an_hour() -> None:
    hourly = event_type(60, timezone=LORD_HOWE)
    always = free(hours=schedule(ALWAYS, LORD_HOWE))
    now = local("2026-10-03 22:00", LORD_HOWE)
    check(hourly, always, utc("2026-10-03 14:30"), now=now)  # 01:00 at +10:30
    check(hourly, always, utc("2026-10-03 15:30"), STEP, now=now)  # would be 02:00, is 02:30 at +11
    check(hourly, always, utc("2026-10-03 16:00"), now=now)  # 03:00


def test_a_start_keeps_the_notice() -> None:
    short = event_type(minimum_notice=minutes(120))
    check(short, free(), at("10:00"))
    check(short, free(), at("09:30"), NOTICE)
    check(short, free(), at("10:00"), NOTICE, now=NOW + timedelta(microseconds=1))


def test_a_start_is_never_in_the_past() -> None:
    check(event_type(), free(), at("09:00"), now=at("09:00"))
    check(event_type(), free(), at("09:00"), NOTICE, now=at("09:00") + timedelta(microseconds=1))


def test_a_start_is_not_before_the_start_date() -> None:
    later = event_type(start_on=date(2026, 11, 24))
    check(later, free(), at("16:00"), START_DATE)
    check(later, free(), at("2026-11-24 09:00"))


def test_the_start_date_is_a_day_of_the_event_types_zone() -> None:
    there = event_type(start_on=date(2026, 11, 24), timezone=KOLKATA)
    night = free(hours=schedule(ALWAYS))
    check(there, night, at("19:00"), START_DATE)  # 23:30 of the 23rd
    check(there, night, at("19:30"))  # 00:00 of the 24th


def test_a_start_is_within_the_horizon() -> None:
    near = event_type(horizon_days=1)
    check(near, free(), at("2026-11-24 16:30"))
    check(near, free(), at("2026-11-25 09:00"), HORIZON)
    check(event_type(horizon_days=0), free(), at("2026-11-24 09:00"), HORIZON)


def test_the_horizon_is_counted_from_the_later_of_today_and_the_start_date() -> None:
    later = event_type(horizon_days=1, start_on=date(2026, 12, 1))
    check(later, free(), at("2026-12-02 16:30"))
    check(later, free(), at("2026-12-03 09:00"), HORIZON)
    check(event_type(horizon_days=1, start_on=date(2026, 1, 1)), free(), at("2026-11-24 09:00"))


@pytest.mark.parametrize(
    ("busy", "start", "broken"),
    [
        pytest.param("10:00-11:00", "09:30", (), id="ends where busy time begins"),
        pytest.param("10:00-11:00", "11:00", (), id="begins where busy time ends"),
        pytest.param("10:00-11:00", "10:30", (FREE,), id="inside"),
        pytest.param("10:10-10:11", "10:00", (FREE,), id="a minute inside"),
        pytest.param("09:00-09:31", "09:30", (FREE,), id="a minute over the start"),
        pytest.param("09:59-10:30", "09:30", (FREE,), id="a minute over the end"),
        pytest.param("10:15-10:15", "10:00", (), id="without length"),
    ],
)
def test_a_slot_overlaps_no_busy_time(busy: str, start: str, broken: tuple[Rule, ...]) -> None:
    first, last = busy.split("-")
    check(event_type(), free(busy=(span(f"{MONDAY} {first}", last),)), at(start), *broken)


@pytest.mark.parametrize(
    ("start", "broken"),
    [
        pytest.param("11:30", (FREE,), id="its buffer before is over the meeting"),
        pytest.param("12:00", (), id="its buffer before ends with the meeting's end"),
        pytest.param("09:30", (), id="its buffer after ends with the meeting's start"),
        pytest.param("09:35", (FREE,), id="its buffer after is over the meeting"),
    ],
)
def test_buffers_keep_free_what_is_before_and_after_a_slot(start: str, broken: tuple[Rule, ...]) -> None:
    """The meeting takes 10:10 to 11:40; before a slot 20 minutes stay free, after it 10."""
    padded = event_type(start_increment=minutes(5), buffer_before=minutes(20), buffer_after=minutes(10))
    check(padded, free(busy=(span(f"{MONDAY} 10:10", "11:40"),)), at(start), *broken)


def test_buffers_stack_on_those_of_a_claim() -> None:
    """The other booking is at 11:00 with a buffer of 10 minutes before it, which its claim holds."""
    kind = event_type(start_increment=minutes(10), buffer_after=minutes(10))
    taken = free(claims=(span(f"{MONDAY} 10:50", "11:30"),))
    check(kind, taken, at("10:10"))
    check(kind, taken, at("10:20"), FREE)


def test_busy_time_may_reach_over_the_ends_of_dates() -> None:
    for busy in (
        Interval(datetime.min.replace(tzinfo=UTC), at("10:00")),
        Interval(at("10:00"), datetime.max.replace(tzinfo=UTC)),
    ):
        padded = event_type(buffer_before=minutes(30), buffer_after=minutes(30))
        broken = [
            any(failing_rules(padded, free(busy=(busy,)), at(each), NOW)) for each in ("09:00", "11:00")
        ]
        assert broken == [busy.start != at("10:00"), busy.end != at("10:00")]


def test_the_limit_of_a_day_counts_bookings_on_the_event_types_local_day() -> None:
    kind = event_type(max_bookings_per_day=2)
    full = free(booked=(at("09:00"), at("15:00")))
    check(kind, full, at("11:00"), LIMITS)
    check(kind, full, at("2026-11-24 09:00"))
    check(kind, free(booked=(at("09:00"),)), at("11:00"))
    abroad = event_type(max_bookings_per_day=1, timezone=KOLKATA)
    night = free(hours=schedule(ALWAYS), booked=(at("20:00"),))  # 00:30 of the 24th there
    check(abroad, night, at("19:00"))
    check(abroad, night, at("2026-11-24 10:00"), LIMITS)


def test_the_limit_of_a_week_counts_bookings_in_the_iso_week() -> None:
    kind = event_type(max_bookings_per_week=1, horizon_days=20)
    sunday = free(hours=schedule(ALWAYS), booked=(at("2026-11-29 09:00"),))
    check(kind, sunday, at("09:00"), LIMITS)
    check(kind, sunday, at("2026-11-29 20:00"), LIMITS)
    check(kind, sunday, at("2026-11-30 00:00"))


def test_an_unknown_host_is_not_bookable() -> None:
    check(event_type(), free(busy=None), at("09:00"), KNOWN)
    check(event_type(), free(busy=None, claims=(span(f"{MONDAY} 09:00", "10:00"),)), at("09:00"), FREE, KNOWN)


def test_every_rule_that_fails_is_named() -> None:
    kind = event_type(start_on=date(2026, 11, 24), max_bookings_per_day=1)
    taken = free(booked=(at("07:00"),), busy=(span(f"{MONDAY} 07:00", "08:00"),))
    check(kind, taken, at("07:10"), OPEN, STEP, NOTICE, START_DATE, FREE, LIMITS)


def test_a_day_that_begins_at_one_is_bookable_from_then_on() -> None:
    always = free(hours=schedule(ALWAYS, SANTIAGO))
    kind = event_type(60, timezone=SANTIAGO, start_on=date(2026, 9, 6))
    now = utc("2026-09-05 12:00")
    check(kind, always, utc("2026-09-06 04:00"), now=now)
    check(kind, always, utc("2026-09-06 03:00"), START_DATE, now=now)


@pytest.mark.parametrize("zone", [BERLIN, KOLKATA, SANTIAGO])
def test_absurd_starts_are_simply_not_bookable(zone: object) -> None:
    kind = event_type(buffer_before=minutes(30), buffer_after=minutes(30), timezone=zone)
    always = free(hours=schedule(ALWAYS, holidays="DE"), claims=(span(f"{MONDAY} 09:00", "10:00"),))
    lowest, highest = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    for start in (lowest, lowest + minutes(10), utc("0001-12-31 23:59"), utc("0002-01-01")):
        assert NOTICE in failing_rules(kind, always, start, NOW)
    for start in (highest, highest - minutes(10), utc("9999-01-01"), utc("9998-12-31 23:30")):
        assert HORIZON in failing_rules(kind, always, start, NOW)
    for now in (lowest, highest):
        for start in (lowest, at("09:00"), highest):
            assert any(failing_rules(kind, always, start, now))
