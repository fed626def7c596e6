"""Instants in telli's form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.speech.instants import format_instant, parse_instant

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T09:00:00.000Z",
        "2026-11-24T09:00:00Z",
        "2026-11-24T09:00:00",
        "2026-11-24T09:00:00.000",
        "2026-11-24T09:00Z",
        "2026-11-24t09:00:00z",
        "2026-11-24 09:00:00",
        "2026-11-24 10:00:00 +01:00",
        "2026-11-24T10:00:00+01:00",
        "2026-11-24T10:00:00+0100",
        "2026-11-24T10:00:00+01",
        "2026-11-23T23:30:00-09:30",
        "2026-11-24T09:00:00-00:00",
        "2026-11-24T09:00:00.0000000Z",
        "2026-11-24T09:00:00,0Z",
        f"2026-11-24T09:00:00.{'0' * 5000}Z",
        "  2026-11-24T09:00:00Z\n",
    ],
)
def test_every_spelling_names_the_same_instant(text: str) -> None:
    assert parse_instant(text) == NINE


def test_digits_beyond_microseconds_are_dropped() -> None:
    assert parse_instant("2026-11-24T09:00:00.1234567899Z") == NINE.replace(microsecond=123456)


@pytest.mark.parametrize(
    "value",
    [
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "2024-02-30T10:00:00Z",
        "2023-02-29T10:00:00Z",
        "2016-12-31T23:59:60Z",
        "2026-11-24T24:00:00Z",
        "2026-11-24T25:00:00Z",
        "2026-11-24T10:00:00+24:00",
        "2026-11-24T10:00:00+01:60",
        "2026-11-24T10:00:00+1:00",
        "2026-11-24T10:00.5Z",
        "2026-11-24",
        "20261124T090000Z",
        "2026-W48-2T09:00:00Z",
        "+012026-11-24T09:00:00Z",
        "٢٠٢٦-11-24T09:00:00Z",
        "2026-11-24T09:00:00Zulu",
        "2026-11-24T09:00:00Z\x00",
        "tomorrow at nine",
        "",
        None,
        True,
        1_795_510_800,
        1.5,
        ["2026-11-24T09:00:00Z"],
        {"start_iso": "2026-11-24T09:00:00Z"},
        b"2026-11-24T09:00:00Z",
    ],
)
def test_what_names_no_bookable_instant_is_none(value: object) -> None:
    assert parse_instant(value) is None


@given(st.text(max_size=40) | st.text("0123456789-:+.TZtz ,", max_size=40) | st.none() | st.floats())
def test_nothing_at_all_breaks_the_reading(value: object) -> None:
    instant = parse_instant(value)
    assert instant is None or instant.utcoffset() == timedelta(0)


offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(9000, 1, 1), timezones=offsets).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=0)
    )
)
def test_what_is_written_reads_as_the_same_instant(moment: datetime) -> None:
    assert parse_instant(format_instant(moment.astimezone(UTC))) == moment
    assert parse_instant(moment.isoformat()) == moment


def test_instants_are_written_with_milliseconds_and_z() -> None:
    assert format_instant(NINE) == "2026-11-24T09:00:00.000Z"
    assert format_instant(NINE.replace(year=33, second=7, microsecond=5)) == "0033-11-24T09:00:07.000Z"
