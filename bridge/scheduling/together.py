"""Decides where hosts can meet who attend one appointment in person: all at one place.

Whoever is nowhere in particular, in open hours that name no place, suits anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain

from bridge.model import EventType
from bridge.scheduling.hours import places_of
from bridge.scheduling.slots import HostTime, starts_by_place
from providers.base import Interval
from providers.intervals import Span, intersect, union


def meeting_places(event_type: EventType, times: Mapping[str, HostTime]) -> tuple[str, ...]:
    """Return where the hosts could meet; nothing where it is no matter, since one attends or nobody comes."""
    if not event_type.is_in_person or len(event_type.team.fixed) + len(event_type.team.groups) < 2:
        return ()
    known = [times[host].host.schedule for host in event_type.team.hosts if host in times]
    return tuple(dict.fromkeys(place for each in known for place in places_of(each) if place))


def places_at(event_type: EventType, times: Mapping[str, HostTime], start: datetime) -> Mapping[str, str]:
    """Return of the hosts who are somewhere at this start where that is, as far as it matters."""
    if not meeting_places(event_type, times):
        return {}
    instant, found = Interval(start, start + timedelta.resolution), {}
    for host in (each for each in event_type.team.hosts if each in times):
        by_place = starts_by_place(event_type, times[host].host.schedule, instant)
        found[host] = next((place for place, starts in by_place.items() if starts), "")
    return {host: place for host, place in found.items() if place}


def starts_at(
    event_type: EventType, time: HostTime, place: str, spans: Sequence[Span], days: Interval
) -> Sequence[Span]:
    """Return those of a host's starts in these days at which the host can be at a place."""
    by_place = starts_by_place(event_type, time.host.schedule, days)
    return intersect(spans, union(chain(by_place.get(place, ()), by_place.get("", ()))))
