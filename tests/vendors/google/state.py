"""What Google keeps: accounts, calendars, events, who may see them, and what changed when."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.vendors.google.answers import Refused
from tests.vendors.google.description import Json

Moment = datetime | date | str

MEET = "hangoutsMeet"


@dataclass(slots=True)
class Calendar:
    """A calendar. `roles` are per account; `changed` holds the number of each event's last change."""

    id: str
    summary: str
    timezone: str
    roles: dict[str, str]
    conferences: tuple[str, ...] = (MEET,)
    events: dict[str, Json] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    changes: int = 0
    epoch: int = 0  # sync tokens of an earlier epoch have expired
    broken: str | None = None
    shown_until: int | None = None  # free/busy knows no change after this one

    @property
    def zone(self) -> ZoneInfo:
        """Return the calendar's zone."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that Google sent about an event: created, updated or cancelled."""

    event_id: str
    about: str
    to: tuple[str, ...]


class World:
    """All accounts and calendars; `lock` guards everything in it."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.accounts: set[str] = set()
        self.calendars: dict[str, Calendar] = {}
        self.mails: list[Sent] = []
        self.on_change: Callable[[Calendar], None] = lambda _calendar: None

    def calendar_for(self, account: str, calendar_id: str) -> Calendar:
        """Return a calendar the account can see, by the id it used."""
        found = self.calendars.get(account if calendar_id == "primary" else calendar_id)
        if found is None or found.roles.get(account, "none") == "none":
            raise Refused(404, "notFound", "Not Found")
        return found

    def visible(self, account: str) -> Iterator[Calendar]:
        """Return the account's calendars, its own first."""
        mine = [each for each in self.calendars.values() if each.roles.get(account, "none") != "none"]
        return iter(sorted(mine, key=lambda each: each.id != account))

    def put(self, calendar: Calendar, event: Json) -> Json:
        """Keep an event as it is now, under a new etag."""
        calendar.changes += 1
        event["etag"] = f'"{3_000_000_000 + calendar.changes}"'
        event["updated"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        event.setdefault("created", event["updated"])
        calendar.events[event["id"]] = event
        calendar.changed[event["id"]] = calendar.changes
        self.on_change(calendar)
        return event

    def mail(self, event: Json, about: str, to: list[str]) -> None:
        """Note a mail."""
        if to:
            self.mails.append(Sent(event["id"], about, tuple(sorted(to))))


def when(moment: Moment, zone: str) -> Json:
    """Return a moment as an event's start or end; a date makes an all-day event."""
    if isinstance(moment, str):
        moment = date.fromisoformat(moment) if len(moment) == 10 else datetime.fromisoformat(moment)
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise ValueError("a moment needs an offset")
        return {"dateTime": moment.astimezone(UTC).isoformat().replace("+00:00", "Z"), "timeZone": zone}
    return {"date": moment.isoformat()}


def instant(moment: Json, calendar: Calendar) -> datetime:
    """Return the instant of an event's start or end, days in the calendar's zone."""
    if moment.get("date"):
        day = date.fromisoformat(moment["date"])
        return datetime.combine(day, time.min, calendar.zone).astimezone(UTC)
    stamp = datetime.fromisoformat(moment["dateTime"])
    if stamp.tzinfo is None:
        stamp = stamp.replace(tzinfo=ZoneInfo(moment["timeZone"]))
    return stamp.astimezone(UTC)


def is_live(event: Json) -> bool:
    """Tell whether an event is not deleted."""
    return event.get("status") != "cancelled"


def guests(event: Json) -> list[str]:
    """Return the addresses invited."""
    return [attendee["email"].lower() for attendee in event.get("attendees") or ()]


def shown(event: Json, calendar: Calendar, zone: str | None = None, *, most: int | None = None) -> Json:
    """Return an event as Google shows it in one calendar: local times, `self`, at most so many attendees."""
    found = deepcopy(event)
    for name in ("start", "end", "originalStartTime"):
        moment = found.get(name)
        if moment and moment.get("dateTime"):
            local = instant(moment, calendar).astimezone(ZoneInfo(zone or calendar.timezone))
            moment["dateTime"] = local.isoformat()
            moment.setdefault("timeZone", calendar.timezone)
    attendees = found.get("attendees")
    for attendee in attendees or ():
        if attendee["email"].lower() == calendar.id.lower():
            attendee["self"] = True
    if attendees and most is not None and len(attendees) > most:
        found["attendees"] = [each for each in attendees if each.get("self")]
        found["attendeesOmitted"] = True
    return found


def merged(old: Any, patch: Any) -> Any:
    """Return what a patch makes of a value: objects merge, null removes, lists are replaced."""
    if not isinstance(old, dict) or not isinstance(patch, dict):
        return deepcopy(patch)
    result = dict(old)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def window(query: dict[str, str]) -> tuple[datetime, datetime]:
    """Return the bounds a listing asks for, wide ones where it asks for none."""
    now = datetime.now(UTC)
    low = datetime.fromisoformat(query["timeMin"]) if "timeMin" in query else now - timedelta(days=3650)
    high = datetime.fromisoformat(query["timeMax"]) if "timeMax" in query else low + timedelta(days=7300)
    if high <= low:
        raise Refused(400, "timeRangeEmpty", "The specified time range is empty.")
    return low.astimezone(UTC), high.astimezone(UTC)
