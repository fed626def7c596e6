from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from bridge.model import CountDays, OfferRules, Suggest
from bridge.scheduling.offers import (
    busy_window,
    offer,
    window_around,
)
from bridge.scheduling.slots import HostTime
from providers.base import Interval
from tests.scheduling.building import (
    ALWAYS,
    KOLKATA,
    SANTIAGO,
    bookable_starts,
    clock,
    daily,
    event_type,
    free,
    local,
    minutes,
    round_robin,
    schedule,
    span,
    utc,
)

NOW = local("2026-11-23 08:00")  # a Monday
FRIDAY_EVENING = local("2026-11-27 18:00")
CALENDAR, BOOKABLE = CountDays.CALENDAR, CountDays.BOOKABLE


def told(now: datetime = NOW, *, hosts: dict[str, HostTime] | None = None, **rules: Any) -> list[str]:
    """Return the starts offered by an event type with these rules."""
    return clock([slot.start for slot in offer(event_type(**rules), hosts or {"anna": free()}, now)])


def test_by_default_three_slots_three_hours_apart_on_two_days() -> None:
    assert told() == ["23 09:00", "23 12:00", "23 15:00", "24 09:00", "24 12:00", "24 15:00"]


def test_a_slot_ends_after_the_duration() -> None:
    slot = offer(event_type(45), {"anna": free()}, NOW)[0]
    assert slot.end - slot.start == minutes(45)


@pytest.mark.parametrize(
    ("count", "days"),
    [(BOOKABLE, ["30 09:00", "01 09:00"]), (CALENDAR, [])],
)
def test_counted_are_days_with_a_bookable_slot_or_days_of_the_calendar(
    count: CountDays, days: list[str]
) -> None:
    assert told(FRIDAY_EVENING, offer=OfferRules(slots_per_day=1, count_days=count)) == days


def test_calendar_days_are_counted_from_the_later_of_today_and_the_start_date() -> None:
    rules = OfferRules(slots_per_day=1, count_days=CALENDAR)
    assert told(offer=rules) == ["23 09:00", "24 09:00"]
    assert told(offer=rules, start_on=date(2026, 11, 27)) == ["27 09:00"]
    assert told(offer=rules, start_on=date(2026, 11, 2)) == ["23 09:00", "24 09:00"]


@pytest.mark.parametrize("count", CountDays)
def test_nothing_is_offered_past_the_horizon(count: CountDays) -> None:
    rules = OfferRules(days_to_look_ahead=9, slots_per_day=1, count_days=count)
    assert told(offer=rules, horizon_days=1) == ["23 09:00", "24 09:00"]


def test_nothing_is_offered_before_the_start_date() -> None:
    assert told(start_on=date(2026, 12, 1), offer=OfferRules(slots_per_day=1)) == ["01 09:00", "02 09:00"]


def test_a_full_day_is_passed_over() -> None:
    busy = {"anna": free(busy=(span("2026-11-23 09:00", "17:00"),))}
    assert told(hosts=busy, offer=OfferRules(slots_per_day=1)) == ["24 09:00", "25 09:00"]


def test_the_distance_holds_within_a_day_and_not_over_midnight() -> None:
    night = {"anna": free(hours=schedule(daily("23:00-24:00", "00:00-01:00")))}
    assert told(hosts=night, offer=OfferRules(slots_per_day=1))[:2] == ["23 23:00", "24 00:00"]


def test_days_are_those_of_the_event_types_zone() -> None:
    night = {"anna": free(hours=schedule(daily("18:00-21:00")))}  # 22:30 to 01:30 there
    rules = OfferRules(slots_per_day=1, days_to_look_ahead=2)
    assert told(hosts=night, offer=rules, timezone=KOLKATA) == ["23 18:00", "23 19:30"]


def test_spread_offers_the_whole_day() -> None:
    assert told(offer=OfferRules(days_to_look_ahead=1, suggest=Suggest.SPREAD)) == [
        "23 09:00",
        "23 12:30",
        "23 16:00",
    ]


def test_no_start_is_told_twice_however_many_hosts_are_free() -> None:
    hosts = {name: free(name) for name in ("anna", "ben", "carl")}
    assert told(hosts=hosts, team=round_robin(*hosts)) == told()


def test_nothing_is_told_when_nobody_is_known() -> None:
    assert told(hosts={"anna": free(busy=None)}) == []
    assert offer(event_type(), {}, NOW) == ()


def test_later_days_are_looked_at_only_when_asked_for() -> None:
    endless = event_type(horizon_days=10**9)
    starts = bookable_starts(endless, {"anna": free()}, NOW)
    assert clock(list(islice(starts, 2))) == ["23 09:00", "23 09:30"]


def test_bookable_starts_ascend() -> None:
    hosts = {"anna": free(), "ben": free("ben", schedule(zone=KOLKATA))}
    starts = list(bookable_starts(event_type(45, team=round_robin("anna", "ben")), hosts, NOW))
    assert starts == sorted(set(starts))


def test_a_day_without_a_midnight_is_offered_whole() -> None:
    hosts = {"anna": free(hours=schedule(ALWAYS, SANTIAGO))}
    kind = event_type(60, timezone=SANTIAGO, start_on=date(2026, 9, 6), horizon_days=0)
    starts = list(bookable_starts(kind, hosts, utc("2026-09-05 12:00")))
    assert clock(starts, SANTIAGO)[0] == "06 01:00"
    assert len(starts) == 23


@pytest.mark.parametrize(
    ("rules", "window"),
    [
        pytest.param({}, ("2026-11-23 08:00", "2026-12-08 00:30"), id="from now to the end of the horizon"),
        pytest.param({"horizon_days": 0}, ("2026-11-23 08:00", "2026-11-24 00:30"), id="only today"),
        pytest.param(
            {"buffer_before": minutes(10), "buffer_after": minutes(20)},
            ("2026-11-23 07:50", "2026-12-08 00:50"),
            id="with buffers",
        ),
        pytest.param(
            {"start_on": date(2027, 3, 1), "horizon_days": 1},
            ("2027-03-01 00:00", "2027-03-03 00:30"),
            id="from a start date to come",
        ),
        pytest.param(
            {"start_on": date(2026, 3, 1), "horizon_days": 0},
            ("2026-11-23 08:00", "2026-11-24 00:30"),
            id="from a start date gone by",
        ),
    ],
)
def test_busy_time_is_needed_wherever_a_start_could_be_bookable(
    rules: dict[str, Any], window: tuple[str, str]
) -> None:
    kind = event_type(minimum_notice=minutes(600), **rules)
    assert busy_window(kind, NOW) == Interval(local(window[0]), local(window[1]))


def test_the_busy_window_only_shrinks_until_the_day_ends() -> None:
    kind = event_type(buffer_before=minutes(30))
    earlier = busy_window(kind, NOW)
    later = busy_window(kind, NOW + timedelta(hours=15))
    assert earlier.start < later.start
    assert earlier.end == later.end < busy_window(kind, NOW + timedelta(hours=17)).end


def test_busy_time_around_a_start_is_that_of_the_slot_with_its_buffers() -> None:
    kind = event_type(buffer_before=minutes(10), buffer_after=minutes(20))
    assert window_around(kind, local("2026-11-23 10:00")) == span("2026-11-23 09:50", "10:50")


def test_windows_stop_where_dates_do() -> None:
    kind = event_type(buffer_before=minutes(10), horizon_days=10**12, start_on=date.max)
    lowest, highest = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    usual = event_type()
    for instant in (lowest, highest):
        windows = [
            window_around(kind, instant),
            *(busy_window(each, instant) for each in (kind, event_type())),
        ]
        for window in windows:
            assert window.start <= window.end
        assert offer(kind, {"anna": free()}, instant) == ()
        starts = list(islice(bookable_starts(usual, {"anna": free()}, instant), 3))
        assert bool(starts) == (instant == lowest)  # a clock gone back to year 1 still has a tomorrow


def test_varied_looks_over_as_many_days_as_it_suggests() -> None:
    rules = OfferRules(suggest=Suggest.VARIED, days_to_look_ahead=1, slots_per_day=1)
    assert told(offer=rules) == ["23 09:00", "24 16:30", "25 09:00", "26 16:30", "27 09:00", "30 16:30"]


@pytest.mark.parametrize("suggest", list(Suggest))
def test_when_the_clock_goes_back_no_two_offers_sound_alike(suggest: Suggest) -> None:
    rules = OfferRules(slots_per_day=48, between=timedelta(0), suggest=suggest, suggestions=48)
    saturday_evening = local("2026-10-24 23:00")
    starts = offer(
        event_type(horizon_days=1, offer=rules), {"anna": free(hours=schedule(ALWAYS))}, saturday_evening
    )
    spoken = clock([slot.start for slot in starts])
    assert len(spoken) == len(set(spoken))
    assert "25 02:30" in spoken
