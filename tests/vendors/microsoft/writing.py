"""Changing calendars: transactions, versions, invitations, Teams, deleted items."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.vendors.common import Json
from tests.vendors.microsoft.answers import Refused, malformed, not_found
from tests.vendors.microsoft.rooms import ask_rooms
from tests.vendors.microsoft.shapes import read_moment, read_text
from tests.vendors.microsoft.state import IANA, TEAMS, Account, Calendar, Item, World, singles

TEAMS_BLOCK = "\n________\nMicrosoft Teams meeting: "


@dataclass(slots=True)
class Remembering:
    """What this Exchange does with used transaction ids and deleted items, where reports differ.

    seconds: how long a transactionId is remembered; duplicate_status: 400 or 409; names_existing: the error
    tells which event there is; answers_deleted: "error", "replay" (201 with the event that was deleted) or
    "forget" for the id of a deleted event; keeps_deleted: an immutable id still leads to a deleted event.
    """

    seconds: float = 86_400.0
    duplicate_status: int = 409
    names_existing: bool = True
    answers_deleted: str = "error"
    keeps_deleted: bool = True


@dataclass(slots=True)
class Writing:
    """All ways of writing."""

    world: World
    remembering: Remembering = field(default_factory=Remembering)
    teams_reads: int = 0
    teams_fails: bool = False
    zones_are_off: timedelta = timedelta(0)  # by how much its rules for zones differ from everybody else's

    def create(self, account: Account, calendar: Calendar, body: Json) -> Item:
        """Make an event, once for each transactionId and content."""
        if not calendar.can_edit:
            raise Refused(403, "ErrorAccessDenied")
        fingerprint = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        known = self._of_transaction(account, body.get("transactionId"))
        if known is not None:
            return self._repeated(known, fingerprint)
        item = Item(
            start=self._read(body["start"]),
            end=self._read(body["end"]),
            zone=IANA[body["start"]["timeZone"]],
            subject=body["subject"][:255],
            content=read_text(body.get("body", {})),
            location=body.get("location", {}).get("displayName", ""),
            show_as=body.get("showAs", "busy"),
            attendees=body.get("attendees", []),
            transaction=body.get("transactionId"),
            fingerprint=fingerprint,
            properties=_properties(body),
        )
        if item.end < item.start:
            raise Refused(400, "ErrorPropertyValidationFailure", "The end must not be before the start.")
        self._meet(account, calendar, item, body)
        self.world.put(account, calendar, item)
        self.world.mail(item, "created")
        ask_rooms(self.world, account, calendar, item)
        return item

    def _read(self, given: Json) -> datetime:
        off = timedelta(0) if given["timeZone"] == "UTC" else self.zones_are_off
        return read_moment(given) + off

    def _of_transaction(self, account: Account, transaction: str | None) -> Item | None:
        oldest = datetime.now(UTC) - timedelta(seconds=self.remembering.seconds)
        for calendar in account.calendars.values():
            for item in calendar.items.values():
                if transaction and item.transaction == transaction and item.created >= oldest:
                    if item.deleted and self.remembering.answers_deleted == "forget":
                        continue
                    return item
        return None

    def _repeated(self, known: Item, fingerprint: str) -> Item:
        refuses_deleted = known.deleted and self.remembering.answers_deleted == "error"
        if known.fingerprint == fingerprint and not refuses_deleted:
            return known
        raise Refused(
            self.remembering.duplicate_status,
            "ErrorDuplicateTransactionId",
            "The TransactionId specified in the request has already been used to create a different event.",
            **({"existingEventId": known.id} if self.remembering.names_existing else {}),
        )

    def _meet(self, account: Account, calendar: Calendar, item: Item, body: Json) -> None:
        """Make a Teams meeting if the calendar can; if not, say nothing and leave it out."""
        if not body.get("isOnlineMeeting") or self.teams_fails:
            return
        if body.get("onlineMeetingProvider") != TEAMS or TEAMS not in calendar.providers:
            return
        url = f"https://teams.example.com/l/meetup-join/{item.id[-9:-1]}"
        item.is_online = True
        item.meeting = {"joinUrl": url}
        item.meeting_reads = self.teams_reads
        item.content += f"{TEAMS_BLOCK}{url}"

    def find(self, account: Account, calendar_id: str | None, event_id: str) -> tuple[Calendar, Item]:
        """Return an event by its id, deleted ones too where ids outlive deletion."""
        if not event_id.startswith("AAk"):
            raise malformed()
        calendars = [account.calendar(calendar_id)] if calendar_id else list(account.calendars.values())
        for calendar in calendars:
            item = calendar.items.get(event_id) or _as_single(calendar, event_id)
            if item is not None and (not item.deleted or self.remembering.keeps_deleted):
                return calendar, item
        raise not_found()

    def change(
        self, account: Account, calendar_id: str | None, event_id: str, body: Json, etag: str | None
    ) -> Item:
        """Change an event if it is still at its version."""
        calendar, item = self.find(account, calendar_id, event_id)
        if etag is not None and etag != item.etag:
            raise Refused(
                412, "ErrorIrresolvableConflict", "The send or update operation could not be performed."
            )
        if "isAllDay" in body and not body["isAllDay"]:
            item.days = None
        if item.days is not None and "start" in body:
            raise Refused(
                400, "ErrorPropertyValidationFailure", "All-day events last from midnight to midnight."
            )
        if "start" in body:
            item.start, item.end = self._read(body["start"]), self._read(body["end"])
        item.subject = body.get("subject", item.subject)[:255]
        item.location = body.get("location", {}).get("displayName", item.location)
        guests_before = item.guests()
        item.attendees = body.get("attendees", item.attendees)
        item.properties |= _properties(body)
        if "body" in body:
            item.content = read_text(body["body"])
            if TEAMS_BLOCK not in item.content:  # whoever overwrites it loses the meeting
                item.meeting = None
        if not item.is_online:  # later changes of these members are ignored (resource type event)
            self._meet(account, calendar, item, body)
        self.world.put(account, calendar, item)
        self.world.mail_change(item, guests_before)
        ask_rooms(self.world, account, calendar, item)
        return item

    def delete(self, account: Account, calendar_id: str | None, event_id: str) -> None:
        """Put an event into the deleted items; as organiser tell whoever is invited."""
        calendar, item = self.find(account, calendar_id, event_id)
        if item.deleted:
            raise Refused(403, "ErrorCannotDeleteObject", "Object cannot be deleted.")
        self._remove(account, calendar, item)

    def cancel(self, account: Account, calendar_id: str | None, event_id: str) -> None:
        """Cancel a meeting as its organiser."""
        calendar, item = self.find(account, calendar_id, event_id)
        if item.response != "organizer" or not item.attendees or item.deleted:
            text = "Your request can't be completed. You need to be an organizer to cancel a meeting."
            raise Refused(400, "ErrorInvalidRequest", text)
        self._remove(account, calendar, item)

    def _remove(self, account: Account, calendar: Calendar, item: Item) -> None:
        item.deleted = True
        if item.response == "organizer":
            self.world.mail(item, "cancelled")
        self.world.put(account, calendar, item)
        ask_rooms(self.world, account, calendar, item)


def _properties(body: Json) -> dict[str, str]:
    return {each["id"]: each["value"] for each in body.get("singleValueExtendedProperties", ())}


def _as_single(calendar: Calendar, event_id: str) -> Item | None:
    """Return an occurrence as an event of its own."""
    for item in calendar.items.values():
        for single in singles(item) if item.series is not None else ():
            if single.id == event_id:
                return Item(single.start, single.end, item.zone, id=single.id, show_as=item.show_as)
    return None


def as_day(value: Any) -> date | None:
    """Return a day given as such or as ISO text."""
    if isinstance(value, str) and len(value) == 10:
        return date.fromisoformat(value)
    return value if isinstance(value, date) and not isinstance(value, datetime) else None
