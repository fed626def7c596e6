"""Words a booking as Calendly's webhooks do: its shapes, its signature, and which events a change means.

Source: Calendly's description of 2024 ("WebhookPayload", "Invitee", "Event") and its pages on webhooks of
rescheduled events and on signatures. Addresses in it are the bridge's own: nothing answers there.
"""

from __future__ import annotations

import hmac
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bridge.model import Booking, BookingState, EventType, Host, MeetingPlatform, WebhookEvent, booked
from bridge.store.sql.webhook_invitees import Known

SIGNATURE = "Calendly-Webhook-Signature"
_CONFERENCES = {
    "google_meet": "google_conference",
    "microsoft_teams": "microsoft_teams_conference",
    "zoom": "zoom_conference",
}
_IN_WORK = "processing"  # a link that is not there yet
# What a receiver keeps; a link that came later, or another wording, makes no other invitee.
_SAID = ("name", "email", "text_reminder_number", "questions_and_answers")
_WHEN = ("start_time", "end_time")
_NO_TRACKING = dict.fromkeys(
    ("utm_campaign", "utm_source", "utm_medium", "utm_content", "utm_term", "salesforce_uuid")
)

Invitee = Mapping[str, Any]


def signature(body: bytes, key: str, moment: datetime) -> str:
    """Return the header by which a receiver knows that a body is ours, and how old it is."""
    stamp = str(int(moment.timestamp()))
    return f"t={stamp},v1={hmac.digest(key.encode(), f'{stamp}.'.encode() + body, 'sha256').hex()}"


@dataclass(frozen=True)
class Calendly:
    """The bookings of one business in Calendly's words; `own_link` is where a caller changes a booking."""

    public_url: str
    hosts: Mapping[str, Host]
    event_types: Mapping[str, EventType]
    own_link: Callable[[str], str]

    def body(self, event: WebhookEvent, invitee: Invitee, booking: Booking, moment: datetime) -> bytes:
        """Return what is posted about an invitee; `moment` is when the change was."""
        told = {
            "event": str(event),
            "created_at": _instant(moment),
            "created_by": self._at("users", booking.hosts[0]),
            "payload": invitee,
        }
        return json.dumps(told, ensure_ascii=False).encode()

    def steps(
        self, known: Known | None, booking: Booking, moment: datetime
    ) -> Iterator[tuple[WebhookEvent, Known]]:
        """Yield the events between what a receiver knows and how a booking is, each with what it knows then.

        A move is an end that names its successor, and the beginning of that one. `moment` is when it was
        changed.
        """
        is_over = booking.state not in (BookingState.CONFIRMED, BookingState.NO_SHOW)
        if known is not None and known.invitee["status"] == "active" and not is_over:
            for event, then in self._brought_up(known, booking, moment):
                yield event, then
                known = then
        if known is None or known.invitee["status"] != "active":
            was_moved = known is not None and known.invitee["rescheduled"]
            if not was_moved and booking.state is not BookingState.CONFIRMED:
                return
            old_uri = known.invitee["uri"] if known and was_moved else None
            number = known.number + 1 if known else 1
            known = Known(number, {**self._invitee(booking, number), "old_invitee": old_uri})
            yield WebhookEvent.CREATED, known
        if is_over:
            yield WebhookEvent.CANCELED, Known(known.number, self._canceled(known.invitee, booking, moment))
        elif booking.state is BookingState.NO_SHOW and not known.invitee["no_show"]:
            told = {"uri": self._at("invitee_no_shows", _id(booking, known.number, "no-show"))}
            no_show = {**known.invitee, "no_show": {**told, "created_at": _instant(moment)}}
            yield WebhookEvent.NO_SHOW, Known(known.number, no_show)
        elif booking.state is BookingState.CONFIRMED and known.invitee["no_show"]:
            yield WebhookEvent.NO_SHOW_DELETED, Known(known.number, {**known.invitee, "no_show": None})

    def _brought_up(
        self, known: Known, booking: Booking, moment: datetime
    ) -> Iterator[tuple[WebhookEvent, Known]]:
        """Yield the end of an invitee who is another one now, or the same with a link that came late."""
        fresh = self._invitee(booking, known.number)
        if _differ(known.invitee, fresh):
            new_uri = self._invitee(booking, known.number + 1)["uri"]
            canceled = self._canceled(known.invitee, booking, moment, new_uri)
            yield WebhookEvent.CANCELED, Known(known.number, canceled)
        elif _has_its_link_now(known.invitee, fresh):  # Calendly has no event for it
            kept = {key: known.invitee[key] for key in ("old_invitee", "no_show")}
            yield WebhookEvent.CREATED, Known(known.number, {**fresh, **kept})

    def _invitee(self, booking: Booking, number: int) -> Invitee:
        event = self._event(booking, number)
        event_type = booked(self.event_types, booking)
        attendee, page = booking.attendee, self.own_link(booking.id)
        answers = [
            {"question": label, "answer": said, "position": place}
            for place, (label, said, _public) in enumerate(attendee.answers)
        ]
        return {
            "uri": f"{event['uri']}/invitees/{_id(booking, number, 'invitee')}",
            "event": event["uri"],
            "name": attendee.name,
            "first_name": None,
            "last_name": None,
            "email": attendee.email or "",
            "status": "active",
            "timezone": str(event_type.timezone) if event_type else "UTC",
            "text_reminder_number": attendee.phone,
            "questions_and_answers": answers,
            "rescheduled": False,
            "old_invitee": None,
            "new_invitee": None,
            "cancel_url": page,
            "reschedule_url": page,
            "created_at": event["created_at"],
            "updated_at": event["updated_at"],
            "routing_form_submission": None,
            "payment": None,
            "no_show": None,
            "reconfirmation": None,
            "scheduling_method": None,
            "invitee_scheduled_by": None,
            "tracking": _NO_TRACKING,
            "scheduled_event": event,
        }

    def _event(self, booking: Booking, number: int) -> Mapping[str, Any]:
        event_type = booked(self.event_types, booking)
        made = _instant(booking.moved_at or booking.made_at)
        hosts = [self.hosts[host] for host in booking.hosts if host in self.hosts]
        return {
            "uri": self._at("scheduled_events", _id(booking, number, "event")),
            "name": event_type.title if event_type else booking.event_type,
            "status": "active",
            "start_time": _instant(booking.interval.start),
            "end_time": _instant(booking.interval.end),
            "event_type": self._at("event_types", booking.event_type),
            "location": _location(event_type, booking),
            "event_memberships": [
                {"user": self._at("users", host.id), "user_email": host.email, "user_name": host.name}
                for host in hosts
            ],
            "event_guests": [],
            "invitees_counter": {"total": 1, "active": 1, "limit": 1},
            "calendar_event": None,
            "created_at": made,
            "updated_at": made,
        }

    def _canceled(
        self, invitee: Invitee, booking: Booking, moment: datetime, new_uri: str | None = None
    ) -> Invitee:
        by_host = booking.staff_changed_at is not None
        first = self.hosts.get(booking.hosts[0])
        cancellation = {
            "canceled_by": (first.name if first else booking.hosts[0]) if by_host else invitee["name"],
            "reason": None,
            "canceler_type": "host" if by_host else "invitee",
            "created_at": _instant(moment),
        }
        event = {**invitee["scheduled_event"], "status": "canceled", "cancellation": cancellation}
        event["invitees_counter"] = {"total": 1, "active": 0, "limit": 1}
        return {
            **invitee,
            "status": "canceled",
            "rescheduled": new_uri is not None,
            "new_invitee": new_uri,
            "cancellation": cancellation,
            "updated_at": _instant(moment),
            "scheduled_event": event,
        }

    def _at(self, kind: str, name: str) -> str:
        return f"{self.public_url}/api/{kind}/{name}"


def _location(event_type: EventType | None, booking: Booking) -> Mapping[str, Any] | None:
    platform = event_type.meeting_platform if event_type else MeetingPlatform.LINK
    if platform in _CONFERENCES:
        status = "pushed" if booking.link else _IN_WORK
        # `data` is what the maker of meetings tells besides; Zoom's and Teams' shapes require the member.
        return {
            "type": _CONFERENCES[platform],
            "status": status,
            "join_url": booking.link or None,
            "data": None,
        }
    if platform == MeetingPlatform.PHONE:
        return {"type": "outbound_call", "location": booking.attendee.phone}
    kind = "physical" if platform == MeetingPlatform.IN_PERSON else "custom"
    return {"type": kind, "location": booking.location or booking.link}


def _has_its_link_now(told: Invitee, fresh: Invitee) -> bool:
    was, now = (each["scheduled_event"]["location"] or {} for each in (told, fresh))
    return was.get("status") == _IN_WORK and now.get("status") != _IN_WORK


def _differ(told: Invitee, fresh: Invitee) -> bool:
    old, new = told["scheduled_event"], fresh["scheduled_event"]
    hosts = [[each["user"] for each in event["event_memberships"]] for event in (old, new)]
    return (
        any(told[key] != fresh[key] for key in _SAID)
        or any(old[key] != new[key] for key in _WHEN)
        or hosts[0] != hosts[1]
    )


def _id(booking: Booking, number: int, part: str) -> str:
    # The same at each try: who was told of it twice finds the same invitee.
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"booking:{booking.id}/{number}/{part}"))


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
