"""Tell what changed in a calendar.

Decides what a cursor is: the server's own token where it keeps one (RFC 6578), else the calendar's mark
(ctag) and the version of every entry of the time that is looked at. An entry that is missing there is asked
for by name before it is called deleted, since it may only have left that time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from providers.base import Changes, Deadline, Event, Interval
from providers.caldav.client import Client, propfind, report
from providers.caldav.discovery import Place, Places
from providers.caldav.errors import Refusal
from providers.caldav.listing import LOOK_AHEAD, LOOK_BACK, Entry, entries, name_in, named, versions
from providers.caldav.reading import event_of, events_at, told_times
from providers.caldav.xml import DAV, SERVER, propfind_body, sync_body
from providers.errors import EventNotFound, ProviderError
from providers.http import Call

_TOKEN, _MARK = f"{DAV}sync-token", f"{SERVER}getctag"
_MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where the next reading begins: a token, or a mark with the versions of entries."""

    token: str = ""
    mark: str = ""
    versions: Mapping[str, str] | None = None

    def text(self) -> str:
        """Return it as one opaque text."""
        if self.token:
            return json.dumps({"token": self.token})
        return json.dumps({"mark": self.mark, "versions": self.versions})

    @classmethod
    def parse(cls, text: str | None) -> _Cursor | None:
        """Return the cursor in a text, None when it is none."""
        try:
            found = json.loads(text or "")
            if "token" in found:
                return cls(token=str(found["token"]))
            return cls(mark=str(found["mark"]), versions=dict(found["versions"]))
        except (ValueError, TypeError, KeyError):
            return None


@dataclass(frozen=True, slots=True)
class _Told:
    """Which entries changed and which are gone, and where the next reading begins."""

    changed: Sequence[str]
    gone: Sequence[str]
    cursor: _Cursor


def changes(client: Client, places: Places, calendar: str, cursor: str | None, deadline: Deadline) -> Changes:
    """Return what changed since the cursor; everything current when it is None or expired."""
    call = client.call("changes", deadline)
    return places.at(call, calendar, lambda place: _changes(client, call, place, _Cursor.parse(cursor)))


def _changes(client: Client, call: Call, place: Place, known: _Cursor | None) -> Changes:
    told = _told(client, call, place, known) if known is not None else None
    if told is None:
        # The mark first: what changes while the entries are read is then told again.
        beginning = _now(client, call, place)
        events, _ = _sorted_out(client, call, place, entries(client, call, place, _window(client)))
        return Changes(tuple(events), (), beginning.text(), complete=True)
    there = named(client, call, place, told.changed)
    events, cancelled = _sorted_out(client, call, place, [each for each in there.values() if each])
    missing = [name for name, entry in there.items() if entry is None]
    gone = sorted({*told.gone, *missing, *cancelled})
    return Changes(tuple(events), tuple(gone), told.cursor.text(), complete=False)


def _sorted_out(
    client: Client, call: Call, place: Place, there: Sequence[Entry]
) -> tuple[list[Event], list[str]]:
    """Return the events of entries, and which entries are cancelled.

    Of one that cannot be read nothing is told: it is none of ours.
    """
    events: list[Event] = []
    cancelled: list[str] = []
    told = told_times(client, place, there, _window(client), place.zone)
    for entry, times in zip(there, told, strict=True):
        if isinstance(times, str):
            continue
        if times:
            events += events_at(call, place, entry, times)
            continue
        try:  # it may lie beyond the time that is looked at
            events.append(event_of(client, call, place, entry))
        except EventNotFound:
            cancelled.append(entry.event_id)
    return events, cancelled


def _window(client: Client) -> Interval:
    now = client.clocks.now()
    return Interval(now - LOOK_BACK, now + LOOK_AHEAD)


def _now(client: Client, call: Call, place: Place) -> _Cursor:
    """Return where a reading begins that comes after a full one."""
    token, mark = _marks(client, call, place)
    if token:
        return _Cursor(token=token)
    return _Cursor(mark=mark, versions=versions(client, call, place, _window(client)))


def _marks(client: Client, call: Call, place: Place) -> tuple[str, str]:
    found = client.resources(call, propfind(place.url, propfind_body([_TOKEN, _MARK]))).resources
    if not found:
        raise call.unexpected("response", 207)
    return found[0].text(_TOKEN) or "", found[0].text(_MARK) or ""


class _CursorExpired(ProviderError):
    """The server knows the token no more, or never took any."""


def _expired(call: Call, refusal: Refusal) -> ProviderError | None:
    # By RFC 6578 it is 403 with a precondition; servers say 400, 409, 410, 412 and 501 as well.
    if "valid-sync-token" in refusal.names or refusal.status in (400, 409, 410, 412, 415, 501):
        return _CursorExpired(call.provider, call.operation, str(refusal))
    return None


def _told(client: Client, call: Call, place: Place, known: _Cursor) -> _Told | None:
    """Return what happened since a cursor, None when it has expired."""
    return _since(client, call, place, known.token) if known.token else _beside(client, call, place, known)


def _since(client: Client, call: Call, place: Place, token: str) -> _Told | None:
    """Return what the server tells since a token, None when that has expired."""
    state: dict[str, bool] = {}
    for _ in range(_MOST_PAGES):
        question = report(place.url, sync_body(token), depth=0)
        try:
            answer = client.resources(call, question, meaning=lambda refusal: _expired(call, refusal))
        except _CursorExpired:
            return None
        is_cut = False
        for found in answer.resources:
            if found.status == 507:  # there is more, from the new token on
                is_cut = True
            elif name := _entry_name(place, found.href):
                state[name] = found.status not in (404, 410)
        if not answer.sync_token:
            raise call.unexpected("sync-token", 207)
        token = answer.sync_token
        if not is_cut:
            break
    return _Told(
        [name for name, is_there in state.items() if is_there],
        [name for name, is_there in state.items() if not is_there],
        _Cursor(token=token),
    )


def _entry_name(place: Place, href: str) -> str:
    """Return an entry's name, empty for the calendar itself, which is told of too."""
    path, own = (unquote(urlsplit(each).path).rstrip("/") for each in (href, place.url))
    return "" if path == own else name_in(href)


def _beside(client: Client, call: Call, place: Place, known: _Cursor) -> _Told | None:
    """Compare the versions of entries with those of last time, unless the calendar's mark is the same."""
    token, mark = _marks(client, call, place)
    before = known.versions or {}
    if token:  # the server keeps tokens by now
        return None
    if mark and mark == known.mark:
        return _Told((), (), known)
    after = versions(client, call, place, _window(client))
    left = [name for name in before if name not in after]
    there = named(client, call, place, left)
    changed = [name for name, etag in after.items() if before.get(name) != etag]
    return _Told(
        changed, [name for name, entry in there.items() if entry is None], _Cursor(mark=mark, versions=after)
    )
