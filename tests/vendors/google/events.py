"""events.insert, get, patch, update, delete, and what they do to guests' calendars."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from copy import deepcopy
from typing import Literal

from tests.vendors.google.answers import Refused
from tests.vendors.google.description import Json
from tests.vendors.google.rooms import ask_rooms
from tests.vendors.google.state import Calendar, World, guests, instant, is_live, merged, shown

_ID = re.compile(r"[a-v0-9]{5,1024}")
_WRITING = ("owner", "writer", "writerWithoutPrivateAccess")


class Events:
    """The writing of events.

    `meet_reads` is after how many readings a Meet link is there; `meet_fails` that it never is.
    `deleted_patch` is what happens to a patch of a deleted event: as one report has it, 403, or it is
    answered and stays deleted.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.meet_reads = 1
        self.meet_fails = False
        self.deleted_patch: Literal["forbidden", "answered"] = "forbidden"
        self.service_accounts: set[str] = set()  # those that act for themselves and may invite nobody

    def insert(self, account: str, calendar: Calendar, body: Json, query: dict[str, str]) -> Json:
        """Make an event under its own id, or refuse the id for ever."""
        _may_write(account, calendar)
        event = deepcopy(body)
        event_id = event.setdefault("id", uuid.uuid4().hex)
        if not _ID.fullmatch(event_id) or "iCalUID" in body:
            raise Refused(400, "invalid", "Invalid resource id value.")
        if event_id in calendar.events:
            raise Refused(409, "duplicate", "The requested identifier already exists.")
        if guests(event) and account in self.service_accounts:
            raise Refused(
                403,
                "forbiddenForServiceAccounts",
                "Service accounts cannot invite attendees without Domain-Wide Delegation of Authority.",
            )
        _check_times(event, calendar)
        _check_private(event)
        self._begin_meeting(calendar, event, query)
        event |= {"kind": "calendar#event", "iCalUID": f"{event_id}@google.com", "sequence": 0}
        event.setdefault("status", "confirmed")
        event.setdefault("eventType", "default")
        event["creator"] = {"email": account}
        event["organizer"] = {"email": calendar.id}
        for attendee in event.get("attendees", ()):
            attendee.setdefault("responseStatus", "needsAction")
        self._world.put(calendar, event)
        self._tell_guests(calendar, event, "created", query)
        answer = _answered(event, calendar, query)
        ask_rooms(self._world, calendar, event)
        return answer

    def get(self, calendar: Calendar, event_id: str, query: dict[str, str]) -> Json:
        """Return an event, a deleted one too; a meeting in the making comes closer."""
        event = _stored(calendar, event_id)
        request = event.get("conferenceData", {}).get("createRequest")
        answer = shown(event, calendar, query.get("timeZone"), most=_most(query))
        if request and request["status"]["statusCode"] == "pending":
            request["reads"] = request.get("reads", 0) + 1
            if request["reads"] >= self.meet_reads:
                self._finish_meeting(event)
                answer = shown(event, calendar, query.get("timeZone"), most=_most(query))
            answer["conferenceData"]["createRequest"].pop("reads", None)
        return answer

    def patch(
        self,
        account: str,
        calendar: Calendar,
        event_id: str,
        body: Json,
        query: dict[str, str],
        etag: str | None,
    ) -> Json:
        """Change what the body names."""
        _may_write(account, calendar)
        event = _stored(calendar, event_id)
        _check_etag(event, etag)
        if not is_live(event):
            if self.deleted_patch == "forbidden":
                raise Refused(403, "forbidden", "Forbidden")
            return _answered(event, calendar, query)
        changed = merged(event, body)
        _check_times(changed, calendar)
        changed["sequence"] = event.get("sequence", 0) + 1
        if _is_new_request(event, body):
            self._begin_meeting(calendar, changed, query)
        self._world.put(calendar, changed)
        self._tell_guests(calendar, changed, "updated", query, before=guests(event))
        answer = _answered(changed, calendar, query)
        ask_rooms(self._world, calendar, changed, before=guests(event))
        return answer

    def delete(
        self, account: str, calendar: Calendar, event_id: str, query: dict[str, str], etag: str | None
    ) -> None:
        """Delete an event; its id stays taken."""
        _may_write(account, calendar)
        event = _stored(calendar, event_id)
        if not is_live(event):
            raise Refused(410, "deleted", "Resource has been deleted")
        _check_etag(event, etag)
        cancelled = event | {"status": "cancelled"}
        self._world.put(calendar, cancelled)
        self._tell_guests(calendar, cancelled, "cancelled", query)
        ask_rooms(self._world, calendar, cancelled)

    def _begin_meeting(self, calendar: Calendar, event: Json, query: dict[str, str]) -> None:
        request = event.get("conferenceData", {}).get("createRequest")
        if query.get("conferenceDataVersion") != "1":
            event.pop("conferenceData", None)
        elif request:
            if request["conferenceSolutionKey"]["type"] not in calendar.conferences:
                raise Refused(400, "invalid", "Invalid conference type value.")
            request["status"] = {"statusCode": "pending"}
            if self.meet_reads == 0:
                self._finish_meeting(event)

    def _finish_meeting(self, event: Json) -> None:
        conference = event["conferenceData"]
        conference["createRequest"].pop("reads", None)
        conference["createRequest"]["status"]["statusCode"] = "failure" if self.meet_fails else "success"
        if self.meet_fails:
            return
        link = f"https://meet.example.com/{event['id'][:10]}"
        event["hangoutLink"] = link
        conference["conferenceId"] = event["id"][:10]
        conference["entryPoints"] = [
            {"entryPointType": "phone", "uri": "tel:+49301234567"},
            {"entryPointType": "video", "uri": link},
        ]

    def _tell_guests(
        self,
        calendar: Calendar,
        event: Json,
        about: str,
        query: dict[str, str],
        before: Sequence[str] | None = None,
    ) -> None:
        """Put copies into guests' own calendars, send mails if wanted; `before` were guests so far."""
        for guest in guests(event):
            theirs = self._world.calendars.get(guest)
            if theirs is None or theirs is calendar or guest not in self._world.accounts:
                continue
            copy = deepcopy(event) | {"organizer": {"email": calendar.id}}
            copy.pop("extendedProperties", None)
            old = theirs.events.get(event["id"])
            if old is not None and "attendees" in old:
                copy["attendees"] = old["attendees"]
            self._world.put(theirs, copy)
        if query.get("sendUpdates") == "all":
            now = [each for each in guests(event) if each != calendar.id.lower()]
            stayed = now if before is None else [each for each in now if each in before]
            self._world.mail(event, about, stayed)
            self._world.mail(event, "created", [each for each in now if each not in stayed])
            self._world.mail(event, "cancelled", [each for each in before or () if each not in guests(event)])


def _most(query: dict[str, str]) -> int | None:
    return int(query["maxAttendees"]) if "maxAttendees" in query else None


def _answered(event: Json, calendar: Calendar, query: dict[str, str]) -> Json:
    answer = shown(event, calendar, most=_most(query))
    if query.get("conferenceDataVersion") != "1":
        for name in ("conferenceData", "hangoutLink"):
            answer.pop(name, None)
    return answer


def _stored(calendar: Calendar, event_id: str) -> Json:
    if event_id not in calendar.events:
        raise Refused(404, "notFound", "Not Found")
    return calendar.events[event_id]


def _may_write(account: str, calendar: Calendar) -> None:
    if calendar.roles.get(account) not in _WRITING:
        raise Refused(403, "requiredAccessLevel", "You need to have writer access to this calendar.")


def _check_etag(event: Json, etag: str | None) -> None:
    if etag is not None and etag != event["etag"]:
        raise Refused(412, "conditionNotMet", "Precondition Failed")


def _check_times(event: Json, calendar: Calendar) -> None:
    for name in ("start", "end"):
        moment = event.get(name)
        if not moment or ("date" in moment) == ("dateTime" in moment):
            raise Refused(400, "invalid", f"Invalid {name} time.")
    if instant(event["end"], calendar) < instant(event["start"], calendar):
        raise Refused(400, "timeRangeEmpty", "The specified time range is empty.")


def _check_private(event: Json) -> None:
    private = event.get("extendedProperties", {}).get("private", {})
    size = sum(len(name.encode()) + len(value.encode()) for name, value in private.items())
    too_long = any(len(name) > 44 or len(value) > 1024 for name, value in private.items())
    if too_long or len(private) > 300 or size > 32_768:
        raise Refused(400, "invalid", "Invalid extended property.")


def _is_new_request(event: Json, body: Json) -> bool:
    """Tell whether a conference is asked for that was not asked for before; the same id is ignored."""
    old, new = (each.get("conferenceData", {}).get("createRequest", {}) for each in (event, body))
    return bool(new) and new["requestId"] != old.get("requestId")
