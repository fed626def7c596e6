"""Tell what changed in a calendar.

Decides what a cursor is (the window and Graph's delta link) and when a listing starts over. The delta only
says which events changed: it shows no properties of ours, and of a series' occurrences hardly anything, so
those events are then read from the calendar. Source: learn.microsoft.com/graph/delta-query-events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from providers.answers import member
from providers.base import Changes, Deadline, Event, Interval
from providers.errors import ProviderError
from providers.http import Call
from providers.microsoft.client import Client, Question
from providers.microsoft.errors import Refusal
from providers.microsoft.json import interval_of, utc_text
from providers.microsoft.listing import LOOK_AHEAD, LOOK_BACK, events_path, overlapping
from providers.microsoft.zones import UTC_ZONE

RENEW_AFTER = timedelta(days=30)  # the window does not move along; so it must be laid anew in time
PAGE_SIZE = 500

# Also told with 400 and 404; resyncRequired with 410.
_EXPIRED_CODES = frozenset(
    {"syncstatenotfound", "syncstateinvalid", "resyncrequired", "errorinvalidsyncstatedata"}
)


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where the next reading begins."""

    window: Interval
    link: str

    def text(self) -> str:
        """Return it as one opaque text."""
        start, end = (moment.isoformat() for moment in self.window)
        return json.dumps({"start": start, "end": end, "link": self.link})

    @classmethod
    def parse(cls, text: str | None) -> _Cursor | None:
        """Return the cursor in a text, None when it is none."""
        try:
            found = json.loads(text or "")
            start, end = (datetime.fromisoformat(found[name]) for name in ("start", "end"))
            return cls(Interval(start, end), str(found["link"]))
        except (ValueError, TypeError, KeyError):
            return None


@dataclass(slots=True)
class _Told:
    """What a delta told: ids of changed and of removed events, the time they take, the next link."""

    changed: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    times: list[Interval] = field(default_factory=list)
    link: str = ""


def changes(client: Client, calendar: str, cursor: str | None, deadline: Deadline) -> Changes:
    """Return what changed since the cursor; everything current when it is None, expired or long in use."""
    call = client.call("changes", deadline)
    now = client.clocks.now()
    known = _Cursor.parse(cursor)
    if known is not None and not client.is_within_graph(known.link):
        known = None  # of a time when another cloud was configured
    told = _since(client, call, known) if known is not None else None
    if known is None or told is None:
        return _afresh(client, call, calendar, deleted=())
    # The window is fixed in the link; bookings further ahead than it reaches would be followed by nobody.
    if known.window.start + LOOK_BACK + RENEW_AFTER < now:
        return _afresh(client, call, calendar, deleted=tuple(sorted(told.removed)))
    events = _events(client, call, calendar, told)
    following = _Cursor(known.window, told.link).text()
    return Changes(events, tuple(sorted(told.removed)), following, complete=False)


def _since(client: Client, call: Call, cursor: _Cursor) -> _Told | None:
    """Return what the delta tells since a cursor, None when that has expired."""
    try:
        return _told(client, call, Question("GET", cursor.link, page_size=PAGE_SIZE))
    except _CursorExpired:
        return None


def _afresh(client: Client, call: Call, calendar: str, *, deleted: tuple[str, ...]) -> Changes:
    """Return everything current: first the delta is drained, so that nothing falls in between."""
    now = client.clocks.now()
    window = Interval(now - LOOK_BACK, now + LOOK_AHEAD)
    path = events_path(client, calendar)
    query = {"startDateTime": utc_text(window.start), "endDateTime": utc_text(window.end)}
    # No $select and no $expand, which the delta does not take: details are read from the calendar afterwards.
    question = Question("GET", f"{path}/calendarView/delta", query=query, page_size=PAGE_SIZE)
    told = _told(client, call, question, is_first=True)
    events = overlapping(client, call, calendar, window)
    return Changes(events, deleted, _Cursor(window, told.link).text(), complete=True)


class _CursorExpired(ProviderError):
    """The delta link is too old, or of another mailbox."""


def _expired(call: Call, refusal: Refusal) -> ProviderError | None:
    if refusal.status == 410 or refusal.code.casefold() in _EXPIRED_CODES or refusal.status == 400:
        return _CursorExpired(call.provider, call.operation, str(refusal))
    return None


def _told(client: Client, call: Call, question: Question, *, is_first: bool = False) -> _Told:
    told = _Told()
    for entry in _entries(client, call, question, told, is_first=is_first):
        _sort_out(call, entry, told)
    return told


def _entries(
    client: Client, call: Call, question: Question, told: _Told, *, is_first: bool
) -> Iterator[Mapping[str, Any]]:
    """Return the entries of every page, and leave the link for the next time in `told`."""
    while True:
        body = client.ask(
            call,
            question,
            lambda answer: answer.body,
            meaning=lambda refusal: None if is_first else _expired(call, refusal),
        )
        yield from member(call, body, "value", list)
        if "@odata.deltaLink" in body:
            told.link = client.within_graph(call, body["@odata.deltaLink"])
            return
        link = client.within_graph(call, body.get("@odata.nextLink"))
        # By report such links have led on for ever (msgraph-sdk-dotnet #3070, #3082).
        if link == question.path:
            raise call.unexpected("@odata.nextLink")
        question = Question("GET", link, page_size=PAGE_SIZE)


def _sort_out(call: Call, entry: Any, told: _Told) -> None:
    """Note an entry; an event told twice is what it was told last."""
    event_id = member(call, entry, "id", str)
    told.changed.discard(event_id)
    told.removed.discard(event_id)
    if "@removed" in entry:
        told.removed.add(event_id)
    elif entry.get("type") != "seriesMaster":  # its occurrences are told themselves
        told.changed.add(event_id)
        told.times.append(interval_of(call, entry, UTC_ZONE))


def _events(client: Client, call: Call, calendar: str, told: _Told) -> tuple[Event, ...]:
    """Return the changed events as the calendar shows them now; one gone since will be told next time."""
    if not told.changed:
        return ()
    start, end = min(each.start for each in told.times), max(each.end for each in told.times)
    # A day more: whole days are told as midnights in UTC or the mailbox's zone (microsoft-graph-docs #1802).
    around = Interval(start - timedelta(days=1), end + timedelta(days=1))
    listed = overlapping(client, call, calendar, around)
    return tuple(event for event in listed if event.ref.event_id in told.changed)
