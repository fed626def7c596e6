"""When imported entries make a host busy."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from providers.base import BusyQuery, EventRef
from providers.busy_policy import DEFAULT_BUSY_STATUSES, AllDay, BusyPolicy
from tests.contracts.account import WINDOW, plenty, span
from tests.local.desk import NAME, OTHER, Desk, days
from tests.local.files import entry

BERLIN = {"start": "DTSTART;TZID=Europe/Berlin", "end": "DTEND;TZID=Europe/Berlin"}


def meeting(day: str, start: str, end: str, uid: str = "meeting@example.com", **more: str) -> str:
    times = {BERLIN["start"]: f"{day}T{start}", BERLIN["end"]: f"{day}T{end}"}
    return entry(UID=uid, **times, **more)


def test_a_weekly_meeting_keeps_its_wall_clock_time_over_both_clock_changes(desk: Desk) -> None:
    desk.load(meeting("20260105", "090000", "100000", RRULE="FREQ=WEEKLY"))
    assert desk.busy(days("2026-03-22", "2026-04-01")) == ["2026-03-23T08:00/09:00", "2026-03-30T07:00/08:00"]
    assert desk.busy(days("2026-10-18", "2026-10-28")) == ["2026-10-19T07:00/08:00", "2026-10-26T08:00/09:00"]


def test_a_meeting_at_an_hour_that_does_not_exist_takes_place_after_the_change(desk: Desk) -> None:
    desk.load(meeting("20260322", "023000", "024500", RRULE="FREQ=WEEKLY;COUNT=3"))
    assert desk.busy(days("2026-03-28", "2026-04-06")) == ["2026-03-29T01:30/01:45", "2026-04-05T00:30/00:45"]


def test_excluded_dates_do_not_block(desk: Desk) -> None:
    excluded = {"EXDATE;TZID=Europe/Berlin": "20261202T090000,20261204T090000"}
    desk.load(meeting("20261201", "090000", "100000", RRULE="FREQ=DAILY;COUNT=4", **excluded))
    assert desk.busy() == ["2026-12-01T08:00/09:00", "2026-12-03T08:00/09:00"]


def test_additional_dates_block_also_as_periods(desk: Desk) -> None:
    more = {"RDATE;VALUE=PERIOD": "20261203T120000Z/PT2H,20261204T120000Z/20261204T123000Z"}
    desk.load(meeting("20261201", "090000", "100000", **more))
    assert desk.busy() == [
        "2026-12-01T08:00/09:00",
        "2026-12-03T12:00/14:00",
        "2026-12-04T12:00/12:30",
    ]


def test_additional_dates_block_also_long_before_and_after_the_others(desk: Desk) -> None:
    more = {"RDATE;TZID=Europe/Berlin": "20260105T090000,20270105T090000"}
    desk.load(meeting("20260601", "090000", "100000", **more))
    for window in (days("2026-01-01", "2026-01-10"), days("2027-01-01", "2027-01-10")):
        assert desk.busy(window) == [f"{window.start.year}-01-05T08:00/09:00"]


def test_a_moved_occurrence_blocks_where_it_went_only(desk: Desk) -> None:
    moved = {"RECURRENCE-ID;TZID=Europe/Berlin": "20261202T090000"}
    desk.load(
        meeting("20261201", "090000", "100000", RRULE="FREQ=DAILY;COUNT=3"),
        meeting("20261210", "150000", "160000", **moved),
    )
    assert desk.busy() == ["2026-12-01T08:00/09:00", "2026-12-03T08:00/09:00", "2026-12-10T14:00/15:00"]


def test_an_occurrence_moved_into_the_window_from_far_away_blocks(desk: Desk) -> None:
    moved = {"RECURRENCE-ID;TZID=Europe/Berlin": "20260105T090000"}
    desk.load(
        meeting("20260105", "090000", "100000", RRULE="FREQ=WEEKLY;COUNT=2"),
        meeting("20261210", "150000", "160000", **moved),
    )
    assert desk.busy() == ["2026-12-10T14:00/15:00"]


def test_a_cancelled_occurrence_does_not_block(desk: Desk) -> None:
    replaced = {"RECURRENCE-ID;TZID=Europe/Berlin": "20261202T090000"}
    desk.load(
        meeting("20261201", "090000", "100000", RRULE="FREQ=DAILY;COUNT=3"),
        meeting("20261202", "090000", "100000", STATUS="CANCELLED", **replaced),
    )
    assert desk.busy() == ["2026-12-01T08:00/09:00", "2026-12-03T08:00/09:00"]


def test_a_newer_version_of_a_series_replaces_the_older_in_the_same_file(desk: Desk) -> None:
    desk.load(
        meeting("20261201", "090000", "100000", SEQUENCE="1"),
        meeting("20261202", "110000", "120000", SEQUENCE="2"),
    )
    assert desk.busy() == ["2026-12-02T10:00/11:00"]


def test_entries_that_carelessly_share_a_uid_all_block(desk: Desk) -> None:
    result = desk.load(meeting("20261201", "090000", "100000"), meeting("20261202", "110000", "120000"))
    assert result.added == 2
    assert desk.busy() == ["2026-12-01T08:00/09:00", "2026-12-02T10:00/11:00"]


def test_an_all_day_entry_blocks_the_days_of_its_calendars_zone_for_any_host(desk: Desk) -> None:
    day = {"DTSTART;VALUE=DATE": "20261201", "DTEND;VALUE=DATE": "20261202"}
    desk.load(entry(UID="a", **day))
    desk.load(entry(UID="a", **day), name=OTHER)
    for zone in ("Europe/Berlin", "Asia/Tokyo"):
        assert desk.busy(zone=zone) == ["2026-11-30T23:00/2026-12-01T23:00"]
        assert desk.busy(zone=zone, name=OTHER) == ["2026-12-01T05:00/2026-12-02T05:00"]


def test_an_all_day_series_has_as_many_hours_as_each_day(desk: Desk) -> None:
    desk.load(entry(UID="a", **{"DTSTART;VALUE=DATE": "20261024"}, RRULE="FREQ=DAILY;INTERVAL=2;COUNT=2"))
    desk.load(entry(UID="b", **{"DTSTART;VALUE=DATE": "20261025"}))
    window = days("2026-10-20", "2026-10-30")
    assert desk.busy(window) == ["2026-10-23T22:00/2026-10-26T23:00"]


def test_floating_times_are_the_hosts(desk: Desk) -> None:
    desk.load(entry(UID="a", DTSTART="20261201T090000", DTEND="20261201T100000"))
    assert desk.busy(zone="Europe/Berlin") == ["2026-12-01T08:00/09:00"]
    assert desk.busy(zone="Asia/Tokyo") == ["2026-12-01T00:00/01:00"]
    assert desk.busy(zone="Pacific/Kiritimati") == ["2026-11-30T19:00/20:00"]


def test_floating_times_at_the_edge_of_the_window_are_not_lost(desk: Desk) -> None:
    desk.load(entry(UID="a", DTSTART="20261201T090000", DTEND="20261201T100000", RRULE="FREQ=DAILY;COUNT=2"))
    assert desk.busy(days("2026-11-30", "2026-12-01"), zone="Pacific/Kiritimati") == [
        "2026-11-30T19:00/20:00"
    ]
    assert desk.busy(days("2026-12-02", "2026-12-03"), zone="Pacific/Midway") == ["2026-12-02T20:00/21:00"]


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        ({"DURATION": "PT45M"}, ["2026-12-01T08:00/08:45"]),
        ({"DURATION": "P1D"}, ["2026-12-01T08:00/2026-12-02T08:00"]),
        ({}, []),
        ({"DTEND;TZID=Europe/Berlin": "20261201T090000"}, []),
        ({"DTEND": "20261201T090000Z"}, ["2026-12-01T08:00/09:00"]),
    ],
    ids=["duration", "a day", "no end", "no length", "end in another zone"],
)
def test_an_entry_lasts_as_long_as_it_says(desk: Desk, length: dict[str, str], expected: list[str]) -> None:
    desk.load(entry(UID="a", **{BERLIN["start"]: "20261201T090000"}, **length))
    assert desk.busy() == expected


def test_an_all_day_entry_without_end_lasts_a_day(desk: Desk) -> None:
    desk.load(entry(UID="a", **{"DTSTART;VALUE=DATE": "20261201"}))
    desk.load(entry(UID="b", **{"DTSTART;VALUE=DATE": "20261205"}, DURATION="P2D"))
    assert desk.busy() == ["2026-11-30T23:00/2026-12-01T23:00", "2026-12-04T23:00/2026-12-06T23:00"]


@pytest.mark.parametrize(
    ("properties", "status"),
    [
        ({}, "busy"),
        ({"TRANSP": "OPAQUE"}, "busy"),
        ({"TRANSP": "TRANSPARENT"}, "free"),
        ({"STATUS": "TENTATIVE"}, "tentative"),
        ({"STATUS": "tentative"}, "tentative"),
        ({"STATUS": "NEEDS-ACTION"}, "busy"),
        ({"STATUS": "TENTATIVE", "TRANSP": "TRANSPARENT"}, "free"),
        ({"X-MICROSOFT-CDO-BUSYSTATUS": "FREE"}, "free"),
        ({"X-MICROSOFT-CDO-BUSYSTATUS": "FREE", "TRANSP": "OPAQUE"}, "busy"),
        ({"X-MICROSOFT-CDO-BUSYSTATUS": "Tentative"}, "tentative"),
        ({"X-MICROSOFT-CDO-BUSYSTATUS": "OOF"}, "oof"),
        ({"X-MICROSOFT-CDO-BUSYSTATUS": "WORKINGELSEWHERE"}, "workingElsewhere"),
        ({"X-MICROSOFT-CDO-BUSYSTATUS": "HOLIDAY"}, "unknown"),
    ],
)
def test_how_an_entry_shows_its_time_is_read_in_every_spelling(
    desk: Desk, properties: dict[str, str], status: str
) -> None:
    desk.load(meeting("20261201", "090000", "100000", **properties))
    every = DEFAULT_BUSY_STATUSES | {"workingElsewhere"}
    only, others = BusyPolicy(frozenset({status})), BusyPolicy(every - {status})
    shown = [] if status == "free" else ["2026-12-01T08:00/09:00"]
    assert desk.busy(policy=BusyPolicy(every)) == shown
    if status != "free":
        assert desk.busy(policy=only) == shown
    assert desk.busy(policy=others) == []


def test_what_outlook_calls_all_day_is_all_day(desk: Desk) -> None:
    times = {BERLIN["start"]: "20261201T000000", BERLIN["end"]: "20261202T000000"}
    desk.load(entry(UID="a", **times, **{"X-MICROSOFT-CDO-ALLDAYEVENT": "TRUE"}))
    assert desk.busy() == ["2026-11-30T23:00/2026-12-01T23:00"]
    assert desk.busy(policy=BusyPolicy(all_day_events=AllDay.IGNORE)) == []


def test_a_series_that_began_decades_ago_still_blocks(desk: Desk) -> None:
    desk.load(entry(UID="a", **{"DTSTART;VALUE=DATE": "16040229"}, RRULE="FREQ=YEARLY"))
    desk.load(meeting("19700105", "090000", "100000", RRULE="FREQ=WEEKLY"))
    assert desk.busy(days("2028-02-28", "2028-03-02")) == [
        "2028-02-28T08:00/09:00",
        "2028-02-28T23:00/2028-02-29T23:00",
    ]


def test_an_ended_series_blocks_no_more(desk: Desk) -> None:
    desk.load(meeting("20261101", "090000", "100000", RRULE="FREQ=DAILY;UNTIL=20261201T080000Z"))
    assert desk.busy() == ["2026-11-30T08:00/09:00", "2026-12-01T08:00/09:00"]


def test_what_is_kept_answers_for_other_windows_as_well(desk: Desk) -> None:
    desk.load(meeting("20260105", "090000", "100000", RRULE="FREQ=WEEKLY"))
    first = date(2026, 11, 2)
    expected = [f"{first + timedelta(weeks=week)}T08:00/09:00" for week in range(20)]
    for window in (WINDOW, days("2026-11-01", "2026-11-20"), days("2027-01-01", "2027-03-01"), WINDOW):
        inside = [text for text in expected if f"{window.start:%Y-%m-%d}" <= text < f"{window.end:%Y-%m-%d}"]
        assert desk.busy(window) == inside


def test_an_import_is_seen_at_once_although_answers_are_kept(desk: Desk) -> None:
    desk.load(meeting("20261201", "090000", "100000", RRULE="FREQ=DAILY;COUNT=2"))
    assert len(desk.busy()) == 2
    desk.load(meeting("20261203", "120000", "130000", uid="another@example.com"))
    assert len(desk.busy()) == 3
    desk.load(meeting("20261201", "090000", "100000", RRULE="FREQ=DAILY;COUNT=1"))
    assert desk.busy() == ["2026-12-01T08:00/09:00", "2026-12-03T11:00/12:00"]


def test_a_copy_of_the_event_that_is_moved_does_not_block_its_move(desk: Desk) -> None:
    mine = desk.book(span(1, 9), key="a" * 32, name=OTHER)
    assert mine.ref.ical_uid is not None
    desk.load(entry(UID=mine.ref.ical_uid, DTSTART="20261201T090000Z", DTEND="20261201T093000Z"))
    query = BusyQuery(NAME, without=EventRef(OTHER, mine.ref.event_id, ical_uid=mine.ref.ical_uid))
    assert desk.provider.free_busy([query], WINDOW, deadline=plenty())[query] == ()
    assert desk.busy() == ["2026-12-01T09:00/09:30"]


def test_a_long_entry_blocks_although_it_began_long_before(desk: Desk) -> None:
    desk.load(entry(UID="a", DTSTART="20261001T000000Z", DTEND="20261202T120000Z"))
    desk.load(meeting("20261101", "090000", "100000"))
    assert desk.busy() == ["2026-11-30T00:00/2026-12-02T12:00"]


def test_the_last_occurrence_of_a_series_lasts_beyond_its_last_start(desk: Desk) -> None:
    trip = {"DTSTART": "20261101T080000Z", "DTEND": "20261106T080000Z"}
    desk.load(entry(UID="a", **trip, RRULE="FREQ=WEEKLY;UNTIL=20261129T080000Z"))
    desk.load(entry(UID="b", **trip, RRULE="FREQ=WEEKLY;COUNT=5"), name=OTHER)
    window = days("2026-12-03", "2026-12-10")
    assert desk.busy(window) == ["2026-12-03T00:00/2026-12-04T08:00"]
    assert desk.busy(window, name=OTHER) == ["2026-12-03T00:00/2026-12-04T08:00"]


def test_a_change_of_this_and_all_later_occurrences_moves_them_all(desk: Desk) -> None:
    later = {"RECURRENCE-ID;TZID=Europe/Berlin;RANGE=THISANDFUTURE": "20261128T090000"}
    desk.load(
        meeting("20261127", "090000", "100000", RRULE="FREQ=DAILY;COUNT=3"),
        meeting("20261201", "150000", "160000", **later),
    )
    assert desk.busy() == ["2026-12-01T14:00/15:00", "2026-12-02T14:00/15:00"]


def test_a_series_moved_as_a_whole_ends_as_much_later(desk: Desk) -> None:
    later = {"RECURRENCE-ID;TZID=Europe/Berlin;RANGE=THISANDFUTURE": "20261102T090000"}
    desk.load(
        meeting("20261101", "090000", "100000", RRULE="FREQ=DAILY;COUNT=20"),
        meeting("20261122", "150000", "160000", **later),
    )
    assert desk.busy(days("2026-12-09", "2026-12-20")) == ["2026-12-09T14:00/15:00", "2026-12-10T14:00/15:00"]


def test_an_old_series_moved_by_months_still_blocks(desk: Desk) -> None:
    later = {"RECURRENCE-ID;TZID=Europe/Berlin;RANGE=THISANDFUTURE": "20200108T090000"}
    desk.load(
        meeting("20200101", "090000", "100000", RRULE="FREQ=WEEKLY"),
        meeting("20200610", "150000", "160000", **later),
    )
    assert desk.busy() == ["2026-12-02T14:00/15:00", "2026-12-09T14:00/15:00"]


def test_a_series_that_ends_in_another_zone_than_it_begins_keeps_its_length(desk: Desk) -> None:
    times = {BERLIN["start"]: "20200707T090000", "DTEND": "20200707T080000Z"}
    desk.load(entry(UID="a", **times, RRULE="FREQ=WEEKLY"))
    assert desk.busy() == ["2026-12-01T08:00/09:00", "2026-12-08T08:00/09:00"]
    june = days("2026-06-01", "2026-06-15")
    assert desk.busy(june) == ["2026-06-02T07:00/08:00", "2026-06-09T07:00/08:00"]
