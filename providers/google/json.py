"""Translate between Google's JSON and the contract's values.

Decides which members are read and written, what of a host's time an event takes where Google's free/busy
answer is not enough, and refuses what is not as documented; a status it does not know blocks. Never asks
for a title, a description or an address of an attendee: only of the bridge's own events, for their rooms'
answers, and amending.py.
Sources: schema Event of the discovery document,
developers.google.com/workspace/calendar/api/guides/calendar-status.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from providers.answers import Json, member, understood
from providers.base import Event, EventAttendee, EventDraft, EventRef, Interval
from providers.busy_policy import DEFAULT_POLICY
from providers.http import Call
from providers.times import all_day, instant

# Only what is read: titles, texts and guests of people's own events never reach the bridge.
EVENT_FIELDS = (
    "id,etag,iCalUID,status,transparency,eventType,start,end,attendees(self,responseStatus),"
    "extendedProperties/private,hangoutLink,conferenceData(createRequest/status,entryPoints(entryPointType,uri))"
)
# Of an event of ours, read by itself: which of the rooms it invites have not declined.
OWN_FIELDS = EVENT_FIELDS.replace("(self,responseStatus)", "(self,responseStatus,resource,email)")
JUDGED_FIELDS = (
    "id,iCalUID,status,transparency,eventType,workingLocationProperties/type,start,end,"
    "attendees(self,responseStatus)"
)
LIST_FIELDS = f"items({EVENT_FIELDS}),nextPageToken,nextSyncToken,timeZone,accessRole"

_BUSY_TYPES = frozenset({"default", "focusTime", "fromGmail", "birthday"})

# Not in the reference; as reported by users of the API.
_KEY_CHARACTERS = 44
_VALUE_CHARACTERS = 1024
_PRIVATE_BYTES = 32_000


def zone_of(call: Call, holder: Json) -> ZoneInfo:
    """Return the zone that a list answer names: the calendar's."""
    name = member(call, holder, "timeZone", str)
    return understood(call, "timeZone", lambda: ZoneInfo(name))


def is_all_day(item: Json) -> bool:
    """Tell whether the event takes local days and not hours."""
    start = item.get("start")
    return isinstance(start, Mapping) and "date" in start


def interval_of(call: Call, item: Json, calendar_zone: ZoneInfo, floating_zone: ZoneInfo) -> Interval:
    """Return the time an event takes: days in the calendar's zone, naive times in their own or the given."""
    start, end = member(call, item, "start", dict), member(call, item, "end", dict)
    if is_all_day(item):
        first, until = member(call, start, "date", str), member(call, end, "date", str)
        found = understood(
            call, "date", lambda: all_day(date.fromisoformat(first), date.fromisoformat(until), calendar_zone)
        )
    else:
        found = Interval(
            _moment(call, start, floating_zone, is_end=False), _moment(call, end, floating_zone, is_end=True)
        )
    if found.end < found.start:
        raise call.unexpected("end")
    return found


def _moment(call: Call, holder: Json, floating_zone: ZoneInfo, *, is_end: bool) -> datetime:
    text = member(call, holder, "dateTime", str)
    stamp = understood(call, "dateTime", lambda: datetime.fromisoformat(text))
    if stamp.tzinfo is not None:
        return understood(call, "dateTime", lambda: stamp.astimezone(UTC))
    zone = zone_of(call, holder) if "timeZone" in holder else floating_zone
    return instant(stamp, zone, is_end=is_end)


def stamp(call: Call, holder: Json, name: str) -> datetime:
    """Return an instant with an offset, in UTC."""
    try:  # not `understood`: a busy calendar has thousands of these
        found = datetime.fromisoformat(member(call, holder, name, str))
    except ValueError:
        raise call.unexpected(name) from None
    if found.tzinfo is None:
        raise call.unexpected(name)
    return found if found.tzinfo is UTC else found.astimezone(UTC)


def event_of(call: Call, calendar: str, item: Json, calendar_zone: ZoneInfo) -> Event:
    """Return an event: id, etag, iCalUID, status, start, end, private properties, meeting link."""
    # Properties under `private` are of this calendar's copy alone: a guest's copy has none of ours
    # (guides/extended-properties).
    private = _private(item)
    conference = item.get("conferenceData")
    return Event(
        ref=EventRef(
            calendar, member(call, item, "id", str), etag=item.get("etag"), ical_uid=item.get("iCalUID")
        ),
        interval=interval_of(call, item, calendar_zone, calendar_zone),
        cancelled=item.get("status") == "cancelled",
        blocks=DEFAULT_POLICY.blocks(status_of(item)),
        booking_id=private.get("booking_id"),
        event_key=private.get("event_key"),
        link=_link(item, conference if isinstance(conference, Mapping) else {}),
        conference_pending=_conference_status(conference) == "pending",
        declined=_own_answer(item) == "declined",
        all_day=is_all_day(item),
        rooms=frozenset(_rooms(item)),
    )


def _private(item: Json) -> Json:
    extended = item.get("extendedProperties")
    private = extended.get("private") if isinstance(extended, Mapping) else None
    return private if isinstance(private, Mapping) else {}


def _conference_status(conference: Any) -> str | None:
    # The meeting is made after the insert has answered; `pending` may still end in `failure`
    # (guides/create-events#conferencing).
    for name in ("createRequest", "status", "statusCode"):
        conference = conference.get(name) if isinstance(conference, Mapping) else None
    return conference if isinstance(conference, str) else None


def _link(item: Json, conference: Json) -> str | None:
    if isinstance(link := item.get("hangoutLink"), str):
        return link
    entries = conference.get("entryPoints")
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Mapping) and entry.get("entryPointType") == "video":
            return str(entry.get("uri")) if entry.get("uri") else None
    return None


def rfc3339(moment: datetime) -> str:
    """Return an instant as Google takes it in bodies and queries."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def times_body(interval: Interval, timezone: str) -> dict[str, Any]:
    """Return start and end for a request; a null `date` undoes it where a person made the event all-day."""
    start, end = ({"dateTime": rfc3339(moment), "date": None, "timeZone": timezone} for moment in interval)
    return {"start": start, "end": end}


def draft_body(event_key: str, draft: EventDraft) -> dict[str, Any]:
    """Return a new event for a request. Google shows descriptions as HTML, so they are escaped."""
    body: dict[str, Any] = {
        # Lower-case base32hex of 5 to 1024 characters, and spent for ever: a deleted event keeps it.
        "id": event_key,
        "summary": draft.title,
        "description": escape(draft.description, quote=False),
        "location": draft.location,
        "status": "confirmed",
        "extendedProperties": {"private": _fitting(draft.private)},
    }
    for name, moment in times_body(draft.interval, draft.timezone).items():
        body[name] = {key: value for key, value in moment.items() if value is not None}
    if draft.attendees:
        body["attendees"] = [guest_body(each) for each in draft.attendees]
    if draft.conference is not None:
        body |= meet_body(event_key)
    return body


def meet_body(key: str) -> dict[str, Any]:
    """Return the request for a Meet link; a repetition under the same key asks for the same meeting."""
    kind = {"type": "hangoutsMeet"}
    return {"conferenceData": {"createRequest": {"requestId": key, "conferenceSolutionKey": kind}}}


def guest_body(guest: EventAttendee) -> dict[str, Any]:
    """Return somebody to be invited, or a resource, for a request; only who is added can be one."""
    body: dict[str, Any] = {"email": guest.email}
    if guest.name:
        body["displayName"] = guest.name
    return body | ({"resource": True} if guest.is_resource else {})


def _fitting(private: Mapping[str, str]) -> dict[str, str]:
    """Return the private properties within Google's limits: the bridge's own first, too much is left out."""
    ours = ("booking_id", "event_key")
    # Our own two come first: without them the event is nobody's.
    ordered = sorted(private.items(), key=lambda entry: entry[0] not in ours)
    kept: dict[str, str] = {}
    room = _PRIVATE_BYTES
    for key, value in ((key[:_KEY_CHARACTERS], value[:_VALUE_CHARACTERS]) for key, value in ordered):
        room -= len(key.encode()) + len(value.encode())
        if room >= 0:
            kept[key] = value
    return kept


def status_of(item: Mapping[str, Any]) -> str:
    """Return the event's status in Graph's words; `free` is also what was cancelled or declined."""
    answer = _own_answer(item)
    kind = item.get("eventType", "default")
    # A declined invitation stays in the calendar, crossed out; whoever declined is not there.
    if item.get("status") == "cancelled" or answer == "declined":
        return "free"
    if kind == "workingLocation":  # always transparent; being at the office is no news
        where = item.get("workingLocationProperties")
        is_office = isinstance(where, Mapping) and where.get("type") == "officeLocation"
        return "free" if is_office else "workingElsewhere"
    # "Show me as available": the owner's own word goes before the kind of event.
    if item.get("transparency") == "transparent":
        return "free"
    if kind == "outOfOffice":
        return "oof"
    # An invitation not answered yet is tentative, as Outlook shows it.
    if item.get("status") == "tentative" or answer in ("tentative", "needsAction"):
        return "tentative"
    return "busy" if kind in _BUSY_TYPES else "unknown"


def _rooms(item: Json) -> Iterator[str]:
    """Yield the addresses of resources that have not declined; nobody else's."""
    attendees = item.get("attendees")
    for each in attendees if isinstance(attendees, list) else ():
        is_room = isinstance(each, Mapping) and each.get("resource") is True
        if is_room and each.get("responseStatus") != "declined":
            yield str(each.get("email", "")).lower()


def _own_answer(item: Mapping[str, Any]) -> Any:
    attendees = item.get("attendees")
    for attendee in attendees if isinstance(attendees, list) else ():
        if isinstance(attendee, Mapping) and attendee.get("self") is True:
            return attendee.get("responseStatus")
    return None
