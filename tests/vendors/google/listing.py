"""events.list: bounds, series, pages, sync tokens."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime

from tests.vendors.google.answers import Refused
from tests.vendors.google.description import Json
from tests.vendors.google.recurrence import singles
from tests.vendors.google.state import Calendar, World, instant, is_live, shown, window

_NOT_WITH_SYNC = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
)


@dataclass(slots=True)
class Paging:
    """How listings are cut: `size` caps every page, `empty_first` puts an empty page before the rest."""

    size: int = 250
    empty_first: bool = False


def list_events(
    world: World, account: str, calendar: Calendar, query: dict[str, str], private: list[str], paging: Paging
) -> Json:
    """Answer a listing."""
    role = calendar.roles[account]
    found = [] if role == "freeBusyReader" else _found(calendar, query, private)
    answer: Json = {
        "kind": "calendar#events",
        "summary": calendar.summary,
        "timeZone": query.get("timeZone", calendar.timezone),
        "accessRole": role,
    }
    begin, size = _page(query, paging)
    answer["items"] = found[begin : begin + size]
    if begin + size < len(found) or (size == 0 and found):
        answer["nextPageToken"] = _token({"page": begin + size, "empty": size == 0})
    else:
        answer["nextSyncToken"] = _token(
            {"calendar": calendar.id, "epoch": calendar.epoch, "seen": calendar.changes}
        )
    return answer


def _found(calendar: Calendar, query: dict[str, str], private: list[str]) -> list[Json]:
    most = int(query["maxAttendees"]) if "maxAttendees" in query else None
    if "syncToken" in query:
        since = _since(calendar, query)
        changed = sorted(calendar.changed.items(), key=lambda entry: entry[1])
        return [
            _brief(shown(calendar.events[each], calendar, most=most))
            for each, number in changed
            if number > since
        ]
    return [
        shown(event, calendar, query.get("timeZone"), most=most)
        for event in _matching(calendar, query)
        if all(_has(event, wanted) for wanted in private)
    ]


def _matching(calendar: Calendar, query: dict[str, str]) -> list[Json]:
    low, high = window(query)
    expand = query.get("singleEvents") == "true"
    events = list(singles(calendar, low, high) if expand else calendar.events.values())
    found = [
        event
        for event in events
        if (is_live(event) or query.get("showDeleted") == "true") and _lies_in(calendar, event, low, high)
    ]
    if query.get("orderBy") == "startTime":
        if not expand:
            raise Refused(
                400, "badRequest", "The requested ordering is not available for the particular query."
            )
        found.sort(key=lambda event: instant(event["start"], calendar))
    return found


def _lies_in(calendar: Calendar, event: Json, low: datetime, high: datetime) -> bool:
    """Tell whether an event overlaps; a series is taken to go on for ever."""
    start, end = instant(event["start"], calendar), instant(event["end"], calendar)
    return start < high and (end > low or "recurrence" in event)


def _has(event: Json, wanted: str) -> bool:
    name, _, value = wanted.partition("=")
    return bool(event.get("extendedProperties", {}).get("private", {}).get(name) == value)


def _brief(event: Json) -> Json:
    """Return a deleted event as a sync shows it: no more than its id is promised."""
    if is_live(event):
        return event
    return {name: event[name] for name in ("kind", "etag", "id", "status") if name in event}


def _since(calendar: Calendar, query: dict[str, str]) -> int:
    for name in _NOT_WITH_SYNC:
        if name in query:
            raise Refused(400, "badRequest", f"{name} cannot be used with a sync token")
    if query.get("showDeleted") == "false":
        raise Refused(400, "badRequest", "showDeleted cannot be false with a sync token")
    token = _read(query["syncToken"])
    if token.get("calendar") != calendar.id:
        raise Refused(400, "invalid", "Sync token is of another listing")
    if token["epoch"] != calendar.epoch:
        raise Refused(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
    return int(token["seen"])


def _page(query: dict[str, str], paging: Paging) -> tuple[int, int]:
    """Return where the page begins and how much it holds."""
    size = min(int(query.get("maxResults", "250")), 2500, paging.size)
    if "pageToken" in query:
        return int(_read(query["pageToken"])["page"]), size
    return 0, 0 if paging.empty_first else size


def _token(content: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def _read(token: str) -> Json:
    try:
        found: Json = json.loads(base64.urlsafe_b64decode(token.encode()))
    except ValueError:
        raise Refused(400, "invalid", "Invalid token") from None
    return found
