"""Translate between Graph's JSON and the contract's values.

Decides which members are read and written, what our properties are called, what of a host's time an event
takes, and refuses what is not as documented; a status it does not know blocks. Never asks for a title, a
description or an address of an attendee: only of the bridge's own events, for their rooms' answers, and
amending.py. Source:
learn.microsoft.com, resource types event, dateTimeTimeZone and singleValueLegacyExtendedProperty.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from providers.answers import Json, member, understood
from providers.base import Event, EventAttendee, EventDraft, EventRef, Interval
from providers.busy_policy import DEFAULT_POLICY
from providers.http import Call
from providers.microsoft.zones import UTC_ZONE, is_utc, windows_name, zone_named
from providers.times import all_day, instant

TEAMS = "teamsForBusiness"
LONGEST_SUBJECT = 255  # Exchange cuts longer ones by itself, by users' reports; so the text is known

# Our own set of named properties: nobody else's of the same name can be mistaken for them.
_PROPERTY = "String {{5c1f3a52-7a0f-4d0c-9e86-b3a1d1f0a6c4}} Name {}"
BOOKING_ID, EVENT_KEY, PRIVATE = (_PROPERTY.format(name) for name in ("BookingId", "EventKey", "Private"))

JUDGED_FIELDS = "id,start,end,showAs,isAllDay,isCancelled,responseStatus,originalStartTimeZone"
EVENT_FIELDS = f"{JUDGED_FIELDS},iCalUId,type,isOnlineMeeting,onlineMeetingProvider,onlineMeeting"
# Of an event of ours, read by itself: which of the rooms it invites have not declined. Graph selects no less.
OWN_FIELDS = f"{EVENT_FIELDS},attendees"

EXPAND = f"singleValueExtendedProperties($filter=id eq '{BOOKING_ID}' or id eq '{EVENT_KEY}')"

# Samples of getSchedule write "Busy" where its reference writes "busy".
_STATUSES = {
    each.casefold(): each for each in ("free", "tentative", "busy", "oof", "workingElsewhere", "unknown")
}


def interval_of(call: Call, item: Json, floating_zone: ZoneInfo) -> Interval:
    """Return the time an event takes.

    An all-day event is told as midnights, whatever zone is asked for, and means the local days of the zone
    it was made in; where it names none, or UTC, those of `floating_zone`.
    """
    if (plain := _plain(item)) is not None:
        return plain
    begins, ends = member(call, item, "start", dict), member(call, item, "end", dict)
    first, last = _stamp(call, begins), _stamp(call, ends)
    # Users report midnights in UTC and in the mailbox's zone alike (microsoft-graph-docs #1802).
    if item.get("isAllDay") is True and _is_midnight(first) and _is_midnight(last):
        zone = _own_zone(item) or floating_zone
        found = understood(call, "start", lambda: all_day(first.date(), last.date(), zone))
    else:
        found = Interval(_moment(call, first, begins, is_end=False), _moment(call, last, ends, is_end=True))
    if found.end < found.start:
        raise call.unexpected("end")
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
    return understood(call, "dateTime", lambda: datetime.fromisoformat(text))


def _is_midnight(stamp: datetime) -> bool:
    return stamp.tzinfo is None and stamp.time() == time.min


def _moment(call: Call, stamp: datetime, holder: Json, *, is_end: bool) -> datetime:
    """Return the instant of a wall-clock time in the zone that is told beside it."""
    if stamp.tzinfo is not None:  # documented to carry no offset; where one does, it holds
        return understood(call, "dateTime", lambda: stamp.astimezone(UTC))
    name = member(call, holder, "timeZone", str)
    if name == "UTC":
        return stamp.replace(tzinfo=UTC)
    zone = zone_named(name)
    if zone is None:
        raise call.unexpected("timeZone")
    return understood(call, "dateTime", lambda: instant(stamp, zone, is_end=is_end))


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
        blocks=DEFAULT_POLICY.blocks(status_of(item)),
        booking_id=properties.get(BOOKING_ID.casefold()),
        event_key=properties.get(EVENT_KEY.casefold()),
        link=link,
        conference_pending=link is None and item.get("isOnlineMeeting") is True,
        declined=_is_declined(item),
        all_day=item.get("isAllDay") is True,
        rooms=frozenset(_rooms(item)),
    )


def property_of(item: Any, name: str) -> str | None:
    """Return a property of ours, None where the event does not bear it."""
    return _properties(item).get(name.casefold()) if isinstance(item, Mapping) else None


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


def named_status(shown: Any) -> str:
    """Return a status as the policy spells it; what is none of the documented words is `unknown`."""
    return _STATUSES.get(shown.casefold(), "unknown") if isinstance(shown, str) else "unknown"


def status_of(item: Mapping[str, Any]) -> str:
    """Return the event's status; `free` is also what was cancelled or declined."""
    if _is_declined(item) or item.get("isCancelled") is True:
        return "free"
    return named_status(item.get("showAs"))


def _is_declined(item: Mapping[str, Any]) -> bool:
    # Declining removes the event as a rule, but a client can keep it.
    answer = item.get("responseStatus")
    return isinstance(answer, Mapping) and answer.get("response") == "declined"


def utc_text(moment: datetime) -> str:
    """Return an instant as Graph takes it in queries."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def utc_moment(moment: datetime) -> dict[str, str]:
    """Return an instant as Graph takes it in bodies: a wall-clock time with its zone apart.

    For questions, and where a zone would be in doubt.
    """
    return {"dateTime": moment.astimezone(UTC).replace(tzinfo=None).isoformat(), "timeZone": "UTC"}


def zoned_moment(moment: datetime, timezone: str) -> dict[str, str]:
    """Return an instant as a wall-clock time of a zone, by its Windows name: that is the event's own zone.

    In UTC where Windows has no name for the zone, or the clock there shows this time twice.
    """
    name = windows_name(timezone)
    wall = moment.astimezone(ZoneInfo(timezone)) if name else moment
    if name is None or wall.utcoffset() != wall.replace(fold=1 - wall.fold).utcoffset():
        return utc_moment(moment)
    return {"dateTime": wall.replace(tzinfo=None).isoformat(), "timeZone": name}


def times_body(interval: Interval, timezone: str = "UTC") -> dict[str, Any]:
    """Return start and end for a request; no longer all day where a person made it so."""
    start, end = (zoned_moment(moment, timezone) for moment in interval)
    return {"start": start, "end": end, "isAllDay": False}


def draft_body(event_key: str, draft: EventDraft) -> dict[str, Any]:
    """Return a new event for a request. Its text goes as text, so that nothing in it can be markup."""
    body: dict[str, Any] = {
        # Documented for just this, to avoid redundant POSTs of a client that tries again; how long
        # Exchange remembers it stands nowhere.
        "transactionId": str(UUID(event_key)),
        "subject": one_line(draft.title)[:LONGEST_SUBJECT],
        "body": {"contentType": "text", "content": draft.description},
        "location": {"displayName": location_of(draft)},
        "showAs": "busy",
        "start": zoned_moment(draft.interval.start, draft.timezone),
        "end": zoned_moment(draft.interval.end, draft.timezone),
        "singleValueExtendedProperties": _private(event_key, draft),
    }
    if draft.attendees:  # Exchange invites whoever is listed; there is no way to be silent
        body["attendees"] = [guest_body(each) for each in draft.attendees]
    if draft.conference is not None:
        # Cannot be unset later, nor the provider changed (resource type event).
        body |= {"isOnlineMeeting": True, "onlineMeetingProvider": TEAMS}
    return body


def guest_body(guest: EventAttendee) -> dict[str, Any]:
    """Return somebody to be invited, or a resource, for a request."""
    kind = "resource" if guest.is_resource else "required"
    return {"emailAddress": {"address": guest.email, "name": guest.name or guest.email}, "type": kind}


def address_of(guest: Any) -> str:
    """Return the address of somebody invited."""
    address = guest.get("emailAddress") if isinstance(guest, Mapping) else None
    return str(address.get("address", "")) if isinstance(address, Mapping) else ""


def location_of(draft: EventDraft) -> str:
    """Return where an event takes place: as Outlook itself does, in its rooms where nothing else is said."""
    rooms = ", ".join(guest.name for guest in draft.attendees if guest.is_resource)
    return one_line(draft.location or rooms)


def _rooms(item: Json) -> Iterator[str]:
    """Yield the addresses of resources that have not declined; nobody else's."""
    guests = item.get("attendees")
    for each in guests if isinstance(guests, list) else ():
        status = each.get("status") if isinstance(each, Mapping) else None
        is_refusal = isinstance(status, Mapping) and status.get("response") == "declined"
        if not is_refusal and isinstance(each, Mapping) and each.get("type") == "resource":
            yield address_of(each).lower()


def one_line(text: str) -> str:
    """Return a text as a subject or a place may be."""
    return " ".join(text.splitlines())


def _private(event_key: str, draft: EventDraft) -> list[dict[str, str]]:
    found = [{"id": BOOKING_ID, "value": draft.booking_id}, {"id": EVENT_KEY, "value": event_key}]
    answers = answers_property(draft)
    return [*found, answers] if answers["value"] != "{}" else found


def answers_property(draft: EventDraft) -> dict[str, str]:
    """Return the property that holds what else a booking knows."""
    others = {name: value for name, value in draft.private.items() if name not in ("booking_id", "event_key")}
    return {"id": PRIVATE, "value": json.dumps(others, ensure_ascii=False)}


def having_property(name: str, value: str) -> str:
    """Return the filter for events with a property of ours."""
    # OData doubles a quote within a text.
    quoted = value.replace("'", "''")
    return f"singleValueExtendedProperties/Any(ep: ep/id eq '{name}' and ep/value eq '{quoted}')"
