"""Events as Graph shows them: zones, all-day events as midnights, members selected and expanded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape, unescape
from typing import Any
from zoneinfo import ZoneInfo

from tests.vendors.common import Json
from tests.vendors.microsoft.answers import Refused
from tests.vendors.microsoft.state import WINDOWS, Account, Item, Single

_ZONES = {windows: ZoneInfo(iana) for iana, windows in WINDOWS.items()}
_IDS = re.compile(r"id eq '([^']+)'")


@dataclass(slots=True)
class Habits:
    """How this Exchange shows things, where reports differ or tests want the worst.

    local_zone: times come in the mailbox's Windows zone whatever is asked for; all_day_as_instants: all-day
    events are converted to the zone asked for like any other; blind_filter: a filter by our properties finds
    nothing.
    """

    local_zone: bool = False
    all_day_as_instants: bool = False
    blind_filter: bool = False


def zone_of(headers: dict[str, str]) -> str:
    """Return the zone that a request prefers."""
    found = re.search(r'outlook\.timezone="([^"]+)"', headers.get("prefer", ""))
    name = found[1] if found else "UTC"
    if name not in _ZONES:
        raise Refused(400, "TimeZoneNotSupportedException", "A valid TimeZone value must be specified.")
    return name


def moment(at: datetime, zone: str) -> Json:
    """Return an instant as Graph writes it: seven digits, the zone apart."""
    wall = at.astimezone(_ZONES[zone]).replace(tzinfo=None)
    return {"dateTime": f"{wall.isoformat(timespec='microseconds')}0", "timeZone": zone}


def midnight(day: date, zone: str) -> Json:
    """Return a day's beginning as Graph writes it for all-day events: in whatever zone."""
    return {"dateTime": f"{day}T00:00:00.0000000", "timeZone": zone}


def read_moment(given: Json) -> datetime:
    """Return the instant that a request names."""
    if given["timeZone"] not in _ZONES:
        raise Refused(400, "TimeZoneNotSupportedException", "A valid TimeZone value must be specified.")
    wall = datetime.fromisoformat(given["dateTime"])
    return wall.replace(tzinfo=_ZONES[given["timeZone"]]).astimezone(UTC)


def as_html(text: str) -> str:
    """Return a text as Exchange keeps it, whatever it came as."""
    lines = "<br>\r\n".join(escape(line, quote=False) for line in text.split("\n"))
    head = '<head>\r\n<meta charset="utf-8"></head>'
    return f'<html>{head}<body>\r\n<div class="plain">{lines}</div>\r\n</body></html>'


def read_text(body: Json) -> str:
    """Return what a person reads of a body."""
    content: str = body.get("content", "")
    if body.get("contentType") != "html":
        return content
    plain = re.sub(r"<br>(?:\r\n)?", "\n", re.sub(r"<head>.*?</head>", "", content, flags=re.DOTALL))
    return unescape(re.sub(r"<[^>]+>", "", plain)).strip("\r\n")


def times(single: Single, zone: str, habits: Habits) -> Json:
    """Return start and end."""
    item = single.item
    if item.days is not None and not habits.all_day_as_instants and item.series is None:
        return {"start": midnight(item.days[0], zone), "end": midnight(item.days[1], zone)}
    return {"start": moment(single.start, zone), "end": moment(single.end, zone)}


def event(account: Account, single: Single, zone: str, habits: Habits) -> Json:
    """Return an event with all its members but the extended properties."""
    item = single.item
    shown_zone = WINDOWS[account.zone] if habits.local_zone else zone
    return {
        "@odata.etag": item.etag,
        "id": single.id,
        "createdDateTime": _stamp(item.created),
        "lastModifiedDateTime": _stamp(datetime.now(UTC)),
        "changeKey": item.etag[3:-1],
        "transactionId": item.transaction,
        "iCalUId": item.ical_uid,
        "subject": item.subject,
        "bodyPreview": item.content[:255],
        "body": {"contentType": "html", "content": as_html(item.content)},
        "isAllDay": item.days is not None,
        "isCancelled": item.cancelled,
        "isOrganizer": item.response == "organizer",
        "showAs": item.show_as,
        "type": single.kind,
        "seriesMasterId": item.id if single.kind in ("occurrence", "exception") else None,
        "originalStartTimeZone": WINDOWS.get(item.zone, item.zone),
        "originalEndTimeZone": WINDOWS.get(item.zone, item.zone),
        "location": {"displayName": item.location},
        "attendees": item.attendees,
        "responseStatus": {"response": item.response, "time": "0001-01-01T00:00:00Z"},
        **_meeting(item),
        **times(single, shown_zone, habits),
    }


def _meeting(item: Item) -> Json:
    """Return the meeting, which may take some readings to be made."""
    made = item.meeting is not None and item.meeting_reads <= 0
    if item.meeting is not None:
        item.meeting_reads -= 1
    return {
        "isOnlineMeeting": item.is_online,
        "onlineMeetingProvider": "teamsForBusiness" if item.is_online else "unknown",
        "onlineMeeting": item.meeting if made else None,
        "onlineMeetingUrl": None,
    }


def master(account: Account, item: Item, zone: str, habits: Habits) -> Json:
    """Return a series as one event."""
    return event(account, Single(item, item.id, item.start, item.end, kind="seriesMaster"), zone, habits)


def occurrence(single: Single, zone: str, habits: Habits) -> Json:
    """Return the little that a delta tells of an occurrence."""
    return {
        "@odata.type": "#microsoft.graph.event",
        "@odata.etag": single.item.etag,
        "id": single.id,
        "seriesMasterId": single.item.id,
        "type": single.kind,
        **times(single, zone, habits),
    }


def shown(full: Json, item: Item, query: dict[str, str]) -> Json:
    """Return what $select and $expand leave of an event and add to it."""
    wanted = query.get("$select")
    names = {*wanted.split(","), "id", "@odata.etag"} if wanted else full.keys()
    found = {name: value for name, value in full.items() if name in names}
    ids = [each.casefold() for each in _IDS.findall(query.get("$expand", ""))]
    properties = [
        {"id": name.replace("5c1f3a52", "5C1F3A52"), "value": value}  # Graph writes the set's id as it likes
        for name, value in item.properties.items()
        if name.casefold() in ids
    ]
    return found | ({"singleValueExtendedProperties": properties} if properties else {})


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}0Z"


def plain(item: Item) -> Any:
    """Return an event as a test looks at it."""
    return {
        "id": item.id,
        "iCalUId": item.ical_uid,
        "subject": item.subject,
        "content": item.content,
        "location": item.location,
        "start": item.start,
        "end": item.end,
        "days": item.days,
        "showAs": item.show_as,
        "isCancelled": item.cancelled,
        "attendees": item.guests(),
        "transactionId": item.transaction,
        "properties": dict(item.properties),
        "joinUrl": (item.meeting or {}).get("joinUrl"),
        "deleted": item.deleted,
        "etag": item.etag,
    }
