"""Correct the texts and guests of an event that is in the calendar.

Reads what the event says, so that what people added to it stays. Decides nothing about its time.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from providers.amending import Amendment
from providers.base import Deadline, Event, EventRef
from providers.caldav import ical
from providers.caldav.client import Client
from providers.caldav.discovery import Places
from providers.caldav.events import entry_there, put
from providers.caldav.reading import event_of
from providers.errors import EventChanged


def amend_event(
    client: Client, places: Places, ref: EventRef, amendment: Amendment, deadline: Deadline
) -> Event:
    """Bring the event's texts and guests to what is wanted; the server tells the guests it invited."""
    with suppress(EventChanged):  # guests answer invitations at any moment, and each answer is a new version
        return _amended(client, places, ref, amendment, deadline)
    return _amended(client, places, ref, amendment, deadline)


def _amended(
    client: Client, places: Places, ref: EventRef, amendment: Amendment, deadline: Deadline
) -> Event:
    reading = client.call("amend_event", deadline)
    place = places.place(reading, ref.calendar)
    entry = entry_there(client, reading, place, ref)
    event = event_of(client, reading, place, entry)
    guests = amendment.now.attendees
    inviter = places.inviter(reading) if guests else None
    text = ical.amended(reading, entry.text, amendment, now=client.clocks.now(), organizer=inviter)
    if text is not None:
        call = client.call("amend_event", deadline, writes=True)
        event = put(client, call, place, replace(entry, text=text))
    return replace(event, uninvited=bool(guests) and inviter is None)
