"""Places where hosts work, and the minutes between them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridge.config import remarks
from bridge.model import WallRange
from tests.config.samples import config_of, config_text, problems_in, problems_of

_TOWN = """
[places.practice]
address = "Hauptstr. 1, 10827 Berlin"
[places.branch]
address = "Nebenstr. 2, 10827 Berlin"
[travel]
"practice.branch" = 20
"""
_MONDAY = 'monday = ["09:00-12:00 @ practice", "13:00-17:00@branch"]'
_HOURS = f'open_hours = {{ {_MONDAY}, tuesday = ["09:00-12:00"] }}'
_CHRISTMAS = "hosts.anna.date_overrides.2026-12-24"
_NO_PLACE = "is not a place: there is no section [places.<name>] of this name"


def test_hours_may_name_a_place() -> None:
    config = config_of(_TOWN, host=_HOURS)
    week = config.hosts["anna"].schedule.week
    assert week[0] == (WallRange(540, 720, "practice"), WallRange(780, 1020, "branch"))
    assert week[1] == (WallRange(540, 720),)
    places = config.event_types["consultation"].places
    assert places.addresses["branch"] == "Nebenstr. 2, 10827 Berlin"
    assert places.travel == {frozenset({"practice", "branch"}): timedelta(minutes=20)}


@pytest.mark.parametrize(
    ("more", "path", "sentence"),
    [
        ("[places.practice]", "places.practice.address", "is missing; write where to come"),
        ("[places]\npractice = 1", "places.practice", "must be a section of its own, not a number"),
        ("travel = 1", "travel", 'must be a section with lines such as "practice.branch" = 20, not a number'),
        (_TOWN + '"practice" = 1', "travel.practice", "must name two places with a dot between"),
        (_TOWN + '"branch.branch" = 1', 'travel."branch.branch"', "must name two places with a dot between"),
        (_TOWN + "practice.home = 1", "travel.practice", "must be written with both places in quotes"),
        (_TOWN + '"practice.brunch" = 1', 'travel."practice.brunch"', f'"brunch" {_NO_PLACE}; did you mean'),
        (_TOWN + '"branch.practice" = 5', 'travel."branch.practice"', "stands there already"),
        ('[travel]\n"a.b" = "x"', 'travel."a.b"', f'"a" {_NO_PLACE}'),
        (_TOWN.replace("20", '"20"'), 'travel."practice.branch"', "must be a whole number from 0 to 1440"),
        (_TOWN.replace("20", "-1"), 'travel."practice.branch"', "is out of range"),
    ],
)
def test_places_and_ways_that_are_none_are_told(more: str, path: str, sentence: str) -> None:
    ((told_path, told),) = problems_in(f"{more}\n{config_text()}")
    assert told_path == path
    assert sentence in told


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ('open_hours = { monday = ["09:00-12:00 @ practise"] }', "hosts.anna.open_hours.monday"),
        ("date_overrides = { 2026-12-24 = ['09:00-12:00 @ practise'] }", _CHRISTMAS),
    ],
)
def test_hours_at_a_place_that_does_not_exist_are_told(line: str, path: str) -> None:
    assert problems_of(_TOWN, host=line) == [(path, f'"practise" {_NO_PLACE}; did you mean "practice"?')]


@pytest.mark.parametrize("hours", ["09:00-12:00 @", "@ practice", "09:00-12:00 @ a b", "09:00 @ practice"])
def test_hours_with_half_a_place_are_no_hours(hours: str) -> None:
    ((_, told),) = problems_of(_TOWN, host=f'open_hours = {{ monday = ["{hours}"] }}')
    assert told.endswith('is not a stretch of the day such as "09:00-17:00"')


def test_the_hours_of_an_event_type_are_at_no_place() -> None:
    assert problems_of(_TOWN, event_type='open_hours = { monday = ["09:00-12:00 @ practice"] }') == [
        (
            "event_types.consultation.open_hours",
            "names a place; places stand in the hosts' own open_hours",
        )
    ]


def test_in_person_asks_for_an_address_where_hours_name_no_place() -> None:
    in_person = 'meeting_platform = "in_person"'
    assert [path for path, _ in problems_of(_TOWN, host=_HOURS, event_type=in_person)] == [
        "event_types.consultation.address"
    ]
    assert problems_of(_TOWN, host=f"open_hours = {{ {_MONDAY} }}", event_type=in_person) == []


def test_a_way_that_nobody_told_is_remarked() -> None:
    unknown = _TOWN.replace('"practice.branch" = 20', "")
    assert remarks(config_of(_TOWN, host=_HOURS)) == ()
    assert remarks(config_of(unknown, host=_HOURS)) == (
        (
            "hosts.anna.open_hours",
            'is at "practice" and "branch", but [travel] does not say how long the way is',
        ),
    )
