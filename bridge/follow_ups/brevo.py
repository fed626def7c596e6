"""Keeps Brevo's contacts as their bookings are: made or changed by one request, whatever was there before.

Source: `POST /contacts`, `PUT /contacts/{identifier}` of Brevo's API v3. Repeating either does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import requests

from bridge.config import BrevoSection
from bridge.config.sections.brevo import FIELD
from bridge.follow_ups.errors import Misconfigured, NotDelivered, Refused
from bridge.follow_ups.receivers import OVER, UNTOLD, Means, Receipt, status_of
from bridge.model import Booking, BookingState, EventType, FollowUp, Host, booked
from providers.base import Deadline
from providers.errors import ProviderError
from providers.http import Call, json_object, retry_after, send, session
from providers.route import Route

SECONDS = 10.0
_CONTACT = "contact"
_PHONE = "SMS"  # Brevo's own attribute: a number belongs to one contact only
_SENT = frozenset({200, 201, 204})
_NO_SUCH = 404
_KEY_REFUSED = frozenset({401, 403})
_LATER = frozenset({402, 425, 429})  # the account may be put right within two days
_SERVER_FAULT = 500
_OF_THE_NUMBER = frozenset({"duplicate_parameter", "invalid_parameter"})
_CODE = re.compile(r"[a-z_]{1,40}")
_YES = frozenset({"yes", "y", "true", "on", "1", "ja", "j"})


@dataclass(frozen=True)
class Brevo:
    """The receiver that keeps contacts."""

    section: BrevoSection
    hosts: Mapping[str, Host]
    event_types: Mapping[str, EventType]
    route: Route
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    seconds: float = SECONDS

    def tells(self, change: str) -> bool:
        """Tell whether a change concerns a contact."""
        return change != UNTOLD

    def recipients(self, booking: Booking) -> Iterable[str]:
        """Yield the caller's contact, where they have an address or a number and agreed."""
        identifier = self._identifier(booking)
        if identifier and self._agreed(booking):
            yield f"{_CONTACT}:{identifier}"

    def reminds(self, _booking: Booking) -> str | None:
        """Return nobody: Brevo's own campaigns remind."""
        return None

    def deliver(self, follow_up: FollowUp, booking: Booking, *, was_told: bool) -> Receipt | None:
        """Make or change the contact; one that is not the caller's any more leaves the lists."""
        identifier = follow_up.recipient.partition(":")[2]
        is_theirs = follow_up.recipient in set(self.recipients(booking))
        event_type = booked(self.event_types, booking)
        lists = list(event_type.brevo_list_ids) if event_type else []
        if is_theirs and status_of(booking) != OVER:
            is_no_show = booking.state is BookingState.NO_SHOW
            self._keep(booking, list(self.section.no_show_list_ids) if is_no_show else lists)
            if follow_up.change == "no_show_undone" and self.section.no_show_list_ids:
                self._change(identifier, {"unlinkListIds": list(self.section.no_show_list_ids)})
            return Receipt()
        if not was_told:
            return None
        if is_theirs:
            self._keep(booking, [])
        else:
            attributes = {name: OVER for fact, name in self.section.attributes.items() if fact == "status"}
            self._change(
                identifier, {"attributes": attributes, **({"unlinkListIds": lists} if lists else {})}
            )
        return Receipt()

    def try_out(self) -> str:
        """Return that Brevo takes the key. NotDelivered: it does not."""
        answer = self._asked("GET", "/account")
        if answer.status_code in _KEY_REFUSED:
            raise Refused("Brevo refuses the key, or this machine's address: look under SMTP & API in Brevo")
        self._judge(answer)
        return "Brevo takes the key"

    def _keep(self, booking: Booking, lists: list[int]) -> None:
        attributes = dict(self._attributes(booking))
        body: dict[str, Any] = {"attributes": attributes, "updateEnabled": True}
        if booking.attendee.email:
            body["email"] = booking.attendee.email
        if lists:
            body["listIds"] = lists
        answer = self._asked("POST", "/contacts", body)
        if _code(answer) in _OF_THE_NUMBER and _PHONE in attributes and "email" in body:
            # Another contact has this number, or it is none for SMS: better a contact without it than none.
            del attributes[_PHONE]
            answer = self._asked("POST", "/contacts", body)
        self._judge(answer)

    def _change(self, identifier: str, body: Mapping[str, Any]) -> None:
        answer = self._asked("PUT", f"/contacts/{quote(identifier, safe='')}", body)
        if answer.status_code != _NO_SUCH:  # somebody has removed the contact: there is nothing to change
            self._judge(answer)

    def _judge(self, answer: requests.Response) -> None:
        status = answer.status_code
        if status in _SENT:
            return
        said = f"Brevo answered {status} {_code(answer)}".strip()
        if status in _KEY_REFUSED:
            raise Misconfigured(said)
        if status in _LATER or status >= _SERVER_FAULT:
            wait = retry_after(answer.headers.get("Retry-After"), self.now())
            raise NotDelivered(said, timedelta(seconds=wait or 0))
        raise Refused(said)

    def _asked(self, verb: str, path: str, body: Mapping[str, Any] | None = None) -> requests.Response:
        call = Call("brevo", "contacts", Deadline(self.seconds, self.monotonic))
        headers = {"api-key": self.section.api_key.get_secret_value(), "Accept": "application/json"}
        url = f"{self.section.api_url}{path}"
        try:
            with session(self.route, connections=1) as line:  # contacts change too rarely to keep one open
                return send(line, call, verb, url, json=body, headers=headers)
        except ProviderError as error:
            raise NotDelivered("Brevo cannot be reached") from error

    def _attributes(self, booking: Booking) -> Iterable[tuple[str, str]]:
        """Yield the attributes that have a value, by Brevo's names."""
        event_type, attendee = booked(self.event_types, booking), booking.attendee
        begins = booking.interval.start.astimezone(event_type.timezone if event_type else None)
        first, _, last = attendee.name.partition(" ")
        host = self.hosts.get(booking.hosts[0])
        facts = {
            "name": attendee.name,
            "first_name": first,
            "last_name": last.strip(),
            "phone": attendee.phone or "",
            "event_type": event_type.title if event_type else booking.event_type,
            "host": host.name if host else booking.hosts[0],
            "start": f"{begins:%Y-%m-%d}",
            "time": f"{begins:%H:%M}",
            "link": booking.link,
            "status": status_of(booking),
        }
        for fact, attribute in self.section.attributes.items():
            field = fact.removeprefix(FIELD)
            value = facts[fact] if fact in facts else self._answer(booking, field)
            if value:
                yield attribute, value

    def _identifier(self, booking: Booking) -> str | None:
        is_told = self.section.attributes.get("phone") == _PHONE
        return booking.attendee.email or (booking.attendee.phone if is_told else None)

    def _agreed(self, booking: Booking) -> bool:
        wanted = self.section.consent_field
        return not wanted or self._answer(booking, wanted).strip().casefold() in _YES

    def _answer(self, booking: Booking, name: str) -> str:
        """Return what was answered to a field, by its label or name; "" for nothing."""
        event_type = booked(self.event_types, booking)
        field = event_type.field_called(name) if event_type else None
        answers = {label: said for label, said, _public in booking.attendee.answers}
        return answers.get(field.label, "") if field else ""


def brevo_of(means: Means) -> Mapping[str, Brevo]:
    """Return the receiver, if the configuration has an account."""
    config, section = means.config, means.config.brevo
    if section is None:
        return {}
    receiver = Brevo(
        section, config.hosts, config.event_types, config.route, means.clocks.now, means.clocks.monotonic
    )
    return {"brevo": receiver}


def _code(answer: requests.Response) -> str:
    """Return Brevo's word for what is wrong; it names nobody."""
    if answer.status_code in _SENT:
        return ""
    code = json_object(answer.content).get("code")
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""
