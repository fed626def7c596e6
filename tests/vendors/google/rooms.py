"""Rooms and equipment of a Workspace: they answer invitations by themselves, and enter what they take."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

from tests.vendors.google.description import Json
from tests.vendors.google.state import Calendar, World, guests, instant, is_live

RESOURCES = "@resource.calendar.google.com"


def ask_rooms(world: World, calendar: Calendar, event: Json, before: Sequence[str] = ()) -> None:
    """Let each invited room take an event where it is free, else decline; `before` were guests so far.

    Their answers are a change of the event after the one that invited them.
    """
    rooms = [each for each in event.get("attendees") or () if each["email"].endswith(RESOURCES)]
    for name in {*before, *guests(event)} - {each["email"].lower() for each in rooms if is_live(event)}:
        _leave(world, world.calendars.get(name), event)
    if not rooms or not is_live(event):
        return
    answered = deepcopy(event)
    for attendee in answered["attendees"]:
        room = world.calendars.get(attendee["email"].lower())
        if room is None or attendee not in rooms:
            continue
        # Only who is added as a resource is one (reference, attendees[].resource).
        is_taken = not attendee.get("resource") or _is_taken(room, event)
        attendee["responseStatus"] = "declined" if is_taken else "accepted"
        if is_taken:
            _leave(world, room, event)
        else:
            copy = deepcopy(event) | {"organizer": {"email": calendar.id}}
            copy.pop("extendedProperties", None)
            copy["attendees"] = [attendee | {"responseStatus": "accepted"}]
            world.put(room, copy)
    world.put(calendar, answered)


def _leave(world: World, room: Calendar | None, event: Json) -> None:
    if room is not None and room.id.endswith(RESOURCES) and event["id"] in room.events:
        world.put(room, room.events[event["id"]] | {"status": "cancelled"})


def _is_taken(room: Calendar, event: Json) -> bool:
    start, end = instant(event["start"], room), instant(event["end"], room)
    return any(
        is_live(other)
        and other["id"] != event["id"]
        and instant(other["start"], room) < end
        and instant(other["end"], room) > start
        for other in room.events.values()
    )
