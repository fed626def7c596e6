"""Rooms and devices in the configuration."""

from __future__ import annotations

import pytest

from bridge.model import CalendarName
from tests.config.samples import config_of, config_text, problems_in, problems_of

_ROOMS = """
[resources.room1]
name = "Treatment room 1"
calendar = "local:room1"
[resources.room2]
name = "Treatment room 2"
calendar = "local:room2"
"""
_NONE = "is not a resource: there is no section [resources.<name>] of this name"


def test_a_resource_has_one_calendar_and_is_always_open() -> None:
    config = config_of(_ROOMS, event_type='resources = [["room1", "room2"]]')
    room = config.resources["room1"]
    assert room.name == "Treatment room 1"
    assert room.calendars == (CalendarName("local", "", "room1"),)
    assert config.event_types["consultation"].team.resources == (("room1", "room2"),)
    assert config.event_types["consultation"].team.asked == ("anna", "room1", "room2")


@pytest.mark.parametrize(
    ("lines", "resources"),
    [("", (("room1",),)), ('resources = [["room2"]]', (("room2",),)), ("resources = []", ())],
)
def test_a_service_takes_what_it_says_else_what_its_event_type_does(
    lines: str, resources: tuple[tuple[str, ...], ...]
) -> None:
    service = f'[event_types.consultation.services.long]\ntitle = "Long"\nhosts = ["anna"]\n{lines}'
    config = config_of(_ROOMS + service, event_type='resources = [["room1"]]')
    assert config.event_types["consultation"].services["long"].team.resources == resources


@pytest.mark.parametrize(
    ("more", "path", "sentence"),
    [
        ("[resources.room1]\nname = 'x'", "resources.room1.calendar", "is missing; write its calendar"),
        (
            _ROOMS.replace("[resources.room2]", "[resources.anna]"),
            "resources.anna",
            "is the name of a host, too",
        ),
        (
            _ROOMS.replace("local:room2", "google:a@example.com/x"),
            "resources.room2.calendar",
            "needs a [google]",
        ),
    ],
)
def test_what_is_wrong_with_a_resource_is_told(more: str, path: str, sentence: str) -> None:
    ((told_path, told),) = problems_in(config_text() + more)
    assert told_path == path
    assert sentence in told


@pytest.mark.parametrize(
    ("written", "path", "sentence"),
    [
        ('["room1"]', "resources[0]", "must be a list of resources in square brackets"),
        ("[[]]", "resources[0]", "is an empty list; leave it out"),
        ('[["rooom1"]]', "resources[0][0]", f'"rooom1" {_NONE}; did you mean "room1"?'),
        ('[["room1"], ["room1"]]', "resources[1][0]", '"room1" stands here twice; once is enough'),
        ("[[1]]", "resources[0][0]", "must be a resource's name in quotes, not a number"),
    ],
)
def test_lists_of_resources_that_are_none_are_told(written: str, path: str, sentence: str) -> None:
    ((told_path, told),) = problems_of(_ROOMS, event_type=f"resources = {written}")
    assert told_path == f"event_types.consultation.{path}"
    assert told.startswith(sentence)


def test_a_room_that_can_only_be_invited_needs_organisers_who_can() -> None:
    room = '[resources.room1]\nname = "Room 1"\ncalendar = "microsoft:a@example.com/schedule:r@example.com"\n'
    more = f'{room}[microsoft]\nclient_id = "fake"\nclient_secret = "fake"\n'
    wants = 'resources = [["room1"]]'
    ((path, told),) = problems_of(more, event_type=wants)
    assert path == "event_types.consultation.resources"
    assert "only shows when room1 is busy, so appointments must invite it; those of anna" in told
