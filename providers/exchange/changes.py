"""Tell what changed in a calendar.

Decides what a cursor is: Exchange's own state. It tells ids alone; what changed is then read as events, and
without a cursor everything of the time that is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from xml.etree.ElementTree import Element  # nosec B405

from providers.base import Changes, Deadline, Event, Interval
from providers.errors import EventNotFound, ProviderError
from providers.exchange.client import Client
from providers.exchange.errors import CURSOR_EXPIRED
from providers.exchange.events import overlapping
from providers.exchange.folders import Folders, Place
from providers.exchange.items import items_in
from providers.exchange.xml import TYPES, M, Refusal, child, is_true
from providers.http import Call

LOOK_BACK = timedelta(days=31)
LOOK_AHEAD = timedelta(days=400)
_AT_ONCE = 100  # items that are asked for by id
_DELETED = f"{TYPES}Delete"


class _CursorExpired(ProviderError):
    """Exchange knows the state no more, or never gave any such."""


@dataclass(frozen=True, slots=True)
class _Told:
    """Which items changed, which are gone, and where the next reading begins."""

    changed: Sequence[str]
    gone: Sequence[str]
    state: str
    is_all: bool


def changes(
    client: Client, folders: Folders, calendar: str, cursor: str | None, deadline: Deadline
) -> Changes:
    """Return what changed since the cursor; everything current when it is None or expired."""
    call = client.call("changes", deadline)
    place = folders.place(call, calendar)
    if cursor is not None:
        try:
            return _since(client, call, place, cursor)
        except _CursorExpired:
            pass
    # The state first: what changes while the events are listed is then told again.
    told = _told(client, call, place, None)
    now = client.clocks.now()
    events = overlapping(client, call, place, Interval(now - LOOK_BACK, now + LOOK_AHEAD))
    return Changes(tuple(events), (), told.state, complete=True)


def _since(client: Client, call: Call, place: Place, cursor: str) -> Changes:
    told = _told(client, call, place, cursor)
    events, missing = _read(client, call, place, told.changed)
    return Changes(tuple(events), (*told.gone, *missing), told.state, complete=False)


def _told(client: Client, call: Call, place: Place, state: str | None) -> _Told:
    """Return what happened since a state, page by page. EndlessAnswer: no end is in sight."""
    is_there: dict[str, bool] = {}
    is_all = False
    while not is_all:
        request = client.compose.changes(place.folder, state)
        page = client.ask(
            call, request, lambda part: _page(call, part), meaning=lambda refusal: _expired(call, refusal)
        )
        is_there |= dict.fromkeys(page.changed, True) | dict.fromkeys(page.gone, False)
        state, is_all = page.state, page.is_all
    changed = [each for each, is_so in is_there.items() if is_so]
    return _Told(changed, [each for each in is_there if not is_there[each]], state or "", is_all=True)


def _expired(call: Call, refusal: Refusal) -> ProviderError | None:
    if refusal.code == CURSOR_EXPIRED:
        return _CursorExpired(call.provider, call.operation, str(refusal))
    return None


def _page(call: Call, part: Element) -> _Told:
    state = child(call, part, f"{M}SyncState").text
    if not state:
        raise call.unexpected("SyncState")
    listed = child(call, part, f"{M}Changes")
    changed = [_id(call, each) for each in listed if each.tag != _DELETED]
    gone = [_id(call, each) for each in listed if each.tag == _DELETED]
    return _Told(changed, gone, state, is_all=is_true(call, part, "IncludesLastItemInRange", space=M))


def _id(call: Call, change: Element) -> str:
    found = next(change.iter(f"{TYPES}ItemId"), None)
    event_id = found.get("Id") if found is not None else None
    if not event_id:
        raise call.unexpected("ItemId")
    return event_id


def _read(client: Client, call: Call, place: Place, item_ids: Sequence[str]) -> tuple[list[Event], list[str]]:
    """Return the events of these ids, and the ids of those that are gone by now."""
    events: list[Event] = []
    gone: list[str] = []
    for first in range(0, len(item_ids), _AT_ONCE):
        some = item_ids[first : first + _AT_ONCE]
        for item_id, part in zip(some, client.parts(call, client.compose.items(some)), strict=True):
            if isinstance(part, EventNotFound):
                gone.append(item_id)
            elif isinstance(part, ProviderError):
                raise part
            else:
                events += [item.event for item in items_in(call, place.name, part)]
    return events, gone
