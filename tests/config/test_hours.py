"""How open hours are written, and the sentence for each way they cannot be."""

from __future__ import annotations

import pytest

from bridge.model import WallRange
from tests.config.samples import config_of, problems_of

_NO_RANGE = 'is not a stretch of the day such as "09:00-17:00"'
_NO_TIME = "names a time that does not exist; a day goes from 00:00 to 24:00"


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (
            "22:00-02:00",
            (
                'ends before it starts; for hours past midnight write two entries: "22:00-24:00" on this day '
                'and "00:00-02:00" on the next'
            ),
        ),
        (
            "17:00-09:00",
            (
                'ends before it starts; for hours past midnight write two entries: "17:00-24:00" on this day '
                'and "00:00-09:00" on the next'
            ),
        ),
        ("22:00-00:00", 'ends at 00:00; midnight as an end is written "22:00-24:00"'),
        (
            "09:00-09:00",
            'has no length; write "00:00-24:00" for a whole day and [] for a closed one',
        ),
        ("09:00", _NO_RANGE),
        ("9-17", _NO_RANGE),
        ("09:00-17:00 Uhr", _NO_RANGE),
        ("", _NO_RANGE),
        ("9am-5pm", _NO_RANGE),
        ("09:00-24:01", _NO_TIME),
        ("24:00-24:00", _NO_TIME),
        ("09:60-10:00", _NO_TIME),
        ("08:00-25:00", _NO_TIME),
    ],
)
def test_a_stretch_that_cannot_be_is_told(written: str, sentence: str) -> None:
    assert problems_of(host=f'open_hours = {{ tuesday = ["00:00-08:00", "{written}"] }}') == [
        ("hosts.anna.open_hours.tuesday[1]", f'"{written}" {sentence}')
    ]


@pytest.mark.parametrize(
    ("written", "ranges"),
    [
        ('["00:00-24:00"]', ((0, 1440),)),
        ('["9:00-17:30"]', ((540, 1050),)),
        ('[" 09:00 – 17:00 "]', ((540, 1020),)),
        ('["13:00-17:00", "09:00-12:00"]', ((540, 720), (780, 1020))),
        ('["09:00-12:00", "12:00-13:00"]', ((540, 720), (720, 780))),
        ("[]", ()),
    ],
)
def test_hours_are_read_in_order(written: str, ranges: tuple[tuple[int, int], ...]) -> None:
    week = config_of(host=f"open_hours = {{ sunday = {written} }}").hosts["anna"].schedule.week
    assert week == {6: tuple(WallRange(*pair) for pair in ranges)}


def test_overlapping_hours_are_told_where_the_later_one_stands() -> None:
    assert problems_of(host='open_hours = { monday = ["11:00-14:00", "09:00-12:00"] }') == [
        ("hosts.anna.open_hours.monday[0]", '"11:00-14:00" overlaps "09:00-12:00" of the same day')
    ]


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("Monday", 'is not known here; did you mean "monday"?'),
        ("montag", 'is not known here; did you mean "monday"?'),
        ("weekend", "is not known here"),
        (
            "weight",
            "is not known here; it belongs to [hosts.anna]: write it above the line [hosts.anna.open_hours]",
        ),
        ("title", "is not known here; it belongs to [event_types.<name>]"),
    ],
)
def test_what_is_no_weekday_is_told(key: str, sentence: str) -> None:
    assert problems_of(host=f"open_hours = {{ {key} = [] }}") == [(f"hosts.anna.open_hours.{key}", sentence)]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ('"09:00-17:00"', '"09:00-17:00"'),
        ("9", "9"),
        ("{ a = 1 }", ""),
    ],
)
def test_hours_outside_a_list_are_told(value: str, told: str) -> None:
    sentence = f'{told} must be a list in square brackets, such as ["09:00-12:00", "13:00-17:00"]'.lstrip()
    assert problems_of(host=f"open_hours = {{ monday = {value} }}") == [
        ("hosts.anna.open_hours.monday", sentence)
    ]


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ('"24.12.2026"', '"24.12.2026" is not a date such as "2026-12-24"'),
        ('"2026-02-29"', '"2026-02-29" names a date that does not exist'),
        ('"9999-12-31"', '"9999-12-31" must lie in the years 2000 to 2199'),
    ],
)
def test_an_override_of_no_date_is_told(key: str, sentence: str) -> None:
    path = f"hosts.anna.date_overrides.{key.strip(chr(34)) if '.' not in key else key}"
    assert problems_of(host=f"date_overrides = {{ {key} = [] }}") == [(path, sentence)]


def test_every_problem_of_a_week_is_told_at_once() -> None:
    assert len(problems_of(host='open_hours = { monday = ["x", "y"], tuesday = 1, nonday = [] }')) == 4


def test_an_event_type_may_have_hours_of_its_own() -> None:
    event_type = config_of(event_type='open_hours = { monday = ["10:00-16:00"] }').event_types["consultation"]
    assert event_type.open_hours == {0: (WallRange(600, 960),)}
    assert config_of().event_types["consultation"].open_hours is None
    assert problems_of(event_type='open_hours = { monday = ["16:00-10:00"] }')[0][0] == (
        "event_types.consultation.open_hours.monday[0]"
    )
