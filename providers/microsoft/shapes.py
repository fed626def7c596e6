"""Read the contract's values out of Graph's JSON.

Decides which members are read, and refuses what is not as documented. Never asks for a title,
a description or an address of an attendee. Source: learn.microsoft.com, resource types event and
dateTimeTimeZone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from providers.base import Event, EventRef, Interval
from providers.errors import UnexpectedResponse
from providers.http import Call
from providers.microsoft.bodies import BOOKING_ID, EVENT_KEY
from providers.microsoft.judging import blocks_by_default
from providers.microsoft.zones import UTC_ZONE, is_utc, zone_named
from providers.times import all_day, instant

T = TypeVar("T")
Json = Mapping[str, Any]

JUDGED_FIELDS = "id,start,end,showAs,isAllDay,isCancelled,responseStatus,originalStartTimeZone"
EVENT_FIELDS = f"{JUDGED_FIELDS},iCalUId,type,isOnlineMeeting,onlineMeetingProvider,onlineMeeting"

EXPAND = f"singleValueExtendedProperties($filter=id eq '{BOOKING_ID}' or id eq '{EVENT_KEY}')"


def member(call: Call, holder: Any, name: str, kind: type[T]) -> T:
    """Return a member that Graph promises. UnexpectedResponse: it is missing or of another kind."""
    value = holder.get(name) if isinstance(holder, Mapping) else None
    if not isinstance(value, kind):
        raise UnexpectedResponse(call.provider, call.operation, status=200, field=name)
    return value


def _understood(call: Call, field: str, made: Callable[[], T]) -> T:
    try:
        return made()
    except (ValueError, OverflowError):
        raise UnexpectedResponse(call.provider, call.operation, status=200, field=field) from None


def interval_of(call: Call, item: Json, floating_zone: ZoneInfo) -> Interval:
    """Return the time an event takes.

    An all-day event is told as midnights, whatever zone is asked for, and means the local days of the zone
    it was made in; where it names none, or UTC, those of `floating_zone`.
    """
    if (plain := _plain(item)) is not None:
        return plain
    begins, ends = member(call, item, "start", dict), member(call, item, "end", dict)
    first, last = _stamp(call, begins), _stamp(call, ends)
    if item.get("isAllDay") is True and _is_midnight(first) and _is_midnight(last):
        zone = _own_zone(item) or floating_zone
        found = _understood(call, "start", lambda: all_day(first.date(), last.date(), zone))
    else:
        found = Interval(_moment(call, first, begins, is_end=False), _moment(call, last, ends, is_end=True))
    if found.end < found.start:
        raise UnexpectedResponse(call.provider, call.operation, status=200, field="end")
    return found


def _plain(item: Json) -> Interval | None:
    """Return the time of an event told in UTC that is not all day: nearly all of them, at half the cost."""
    try:
        begins, ends = item["start"], item["end"]
        if item.get("isAllDay") is True or begins["timeZone"] != "UTC" or ends["timeZone"] != "UTC":
            return None
        found = Interval(
            datetime.fromisoformat(f"{begins['dateTime']}Z"), datetime.fromisoformat(f"{ends['dateTime']}Z")
        )
    except (KeyError, TypeError, ValueError):
        return None
    return found if found.start <= found.end else None


def _stamp(call: Call, holder: Json) -> datetime:
    """Return the time as it is written; seven digits of a second are cut to six."""
    text = member(call, holder, "dateTime", str)
    return _understood(call, "dateTime", lambda: datetime.fromisoformat(text))


def _is_midnight(stamp: datetime) -> bool:
    return stamp.tzinfo is None and stamp.time() == time.min


def _moment(call: Call, stamp: datetime, holder: Json, *, is_end: bool) -> datetime:
    """Return the instant of a wall-clock time in the zone that is told beside it."""
    if stamp.tzinfo is not None:  # documented to carry no offset; where one does, it holds
        return _understood(call, "dateTime", lambda: stamp.astimezone(UTC))
    name = member(call, holder, "timeZone", str)
    if name == "UTC":
        return stamp.replace(tzinfo=UTC)
    zone = zone_named(name)
    if zone is None:
        raise UnexpectedResponse(call.provider, call.operation, status=200, field="timeZone")
    return _understood(call, "dateTime", lambda: instant(stamp, zone, is_end=is_end))


def _own_zone(item: Json) -> ZoneInfo | None:
    """Return the zone the event was made in, None where it names none that means anything."""
    name = item.get("originalStartTimeZone")
    return zone_named(name) if isinstance(name, str) and not is_utc(name) else None


def event_of(call: Call, calendar: str, item: Any) -> Event:
    """Return an event: id, etag, UID, status, start, end, our properties, meeting link."""
    event_id = member(call, item, "id", str)
    etag, uid = item.get("@odata.etag"), item.get("iCalUId")
    properties = _properties(item)
    link = _link(item)
    return Event(
        ref=EventRef(
            calendar,
            event_id,
            etag=etag if isinstance(etag, str) else None,
            ical_uid=uid if isinstance(uid, str) and uid else None,
        ),
        interval=interval_of(call, item, UTC_ZONE),
        cancelled=item.get("isCancelled") is True,
        blocks=blocks_by_default(item),
        booking_id=properties.get(BOOKING_ID.casefold()),
        event_key=properties.get(EVENT_KEY.casefold()),
        link=link,
        conference_pending=link is None and item.get("isOnlineMeeting") is True,
    )


def _properties(item: Json) -> dict[str, str]:
    """Return our properties by their names in small letters: Graph writes the set's id as it likes."""
    listed = item.get("singleValueExtendedProperties")
    return {
        str(each.get("id")).casefold(): str(each.get("value"))
        for each in (listed if isinstance(listed, list) else ())
        if isinstance(each, Mapping)
    }


def _link(item: Json) -> str | None:
    meeting = item.get("onlineMeeting")
    link = meeting.get("joinUrl") if isinstance(meeting, Mapping) else None
    return link if isinstance(link, str) and link else None
