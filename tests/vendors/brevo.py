"""A fake Brevo: the part of its API v3 that keeps contacts. Its own description judges what is asked.

Source: ../shared/facts/calendars.md 7, ../shared/data/specs/brevo-v3-official-2024-11.yml.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from tests.vendors.common import Answer, Fake, Fault, Json, Planned, Refused, Request, Route
from tests.vendors.described import complaints

KEY = "fake-brevo-key"
DESCRIPTION = "brevo-v3-official-2024-11.yml"
_MEMBERS = {
    "createContact": {"email", "ext_id", "attributes", "listIds", "updateEnabled"},
    "updateContact": {"attributes", "ext_id", "listIds", "unlinkListIds"},
}
_PHONE = "SMS"


class FakeBrevo(Fake):
    """One account: its attributes and lists, and its contacts by number."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.key = KEY
        self.known = {"FIRSTNAME", "LASTNAME", "SMS", "CALENDLY_EVENT_TYPE", "MEETING_DATE", "BOOKING_STATUS"}
        self.known |= {"MEETING_TIME", "COMPANY"}
        self.contacts: list[Json] = []
        self.complaints: list[str] = []

    def toml(self, more: str = "") -> str:
        """Return the section that leads here."""
        return f'[brevo]\napi_key = "{KEY}"\napi_url = "{self.url}/v3"\n{more}\n'

    def routes(self) -> Sequence[Route]:
        return [
            Route("POST", r"/v3/contacts", "create", self._create),
            Route("GET", r"/v3/account", "account", self._account),
            Route("PUT", r"/v3/contacts/([^/]+)", "update", self._update),
        ]

    def refusal(self, planned: Planned) -> Answer:
        if planned.fault is Fault.RATE_429:
            headers = {"Retry-After": planned.retry_after} if planned.retry_after else {}
            return Answer(429, {"code": "too_many_requests", "message": "Rate limit"}, headers)
        return super().refusal(planned)

    def contact(self, email: str) -> Json:
        """Return the contact with this address."""
        [found] = [each for each in self.contacts if each["email"] == email]
        return found

    def _create(self, request: Request) -> Answer:
        body = self._judged(request, "createContact")
        phone = body.get("attributes", {}).get(_PHONE)
        if not (body.get("email") or body.get("ext_id") or phone):
            raise _refused("missing_parameter", "email, ext_id or SMS is needed")
        if phone and not (phone.startswith("+") and phone[1:].isdecimal()):
            raise _refused("invalid_parameter", "Invalid phone number")
        by_email = [each for each in self.contacts if body.get("email") and each["email"] == body["email"]]
        by_phone = [each for each in self.contacts if phone and each["attributes"].get(_PHONE) == phone]
        found = by_email or ([] if body.get("email") else by_phone)
        if [each for each in by_phone if each not in found]:
            raise _refused("duplicate_parameter", "SMS is already associated with another Contact")
        if found and not body.get("updateEnabled"):
            raise _refused("duplicate_parameter", "Contact already exist")
        contact = found[0] if found else self._new(body.get("email"))
        self._apply(contact, body)
        return Answer(204) if found else Answer(201, {"id": contact["id"]})

    def _update(self, request: Request) -> Answer:
        body, wanted = self._judged(request, "updateContact"), unquote(request.parts[0])
        for contact in self.contacts:
            if wanted in (contact["email"], contact["attributes"].get(_PHONE)):
                self._apply(contact, body)
                return Answer(204)
        raise Refused(Answer(404, {"code": "document_not_found", "message": "Contact does not exist"}))

    def _account(self, request: Request) -> Answer:
        self._admit(request)
        return Answer(200, {"email": "owner@example.com", "companyName": "Salon Example", "plan": []})

    def _admit(self, request: Request) -> None:
        if request.headers.get("api-key") != self.key:
            raise Refused(Answer(401, {"code": "unauthorized", "message": "Key not found"}))

    def _judged(self, request: Request, shape: str) -> Json:
        self._admit(request)
        body: Json = request.body
        self.complaints += complaints(DESCRIPTION, shape, body)
        self.complaints += [f"{shape} has no {name}" for name in body.keys() - _MEMBERS[shape]]
        return body

    def _new(self, email: str | None) -> Json:
        contact: Json = {"id": len(self.contacts) + 1, "email": email, "attributes": {}, "lists": set()}
        self.contacts.append(contact)
        return contact

    def _apply(self, contact: Json, body: dict[str, Any]) -> None:
        attributes = body.get("attributes", {})
        contact["attributes"] |= {name: value for name, value in attributes.items() if name in self.known}
        contact["lists"] |= set(body.get("listIds", ()))
        contact["lists"] -= set(body.get("unlinkListIds", ()))

    def violations(self) -> list[str]:
        """Return what Brevo's description does not allow."""
        return self.complaints


def _refused(code: str, message: str) -> Refused:
    return Refused(Answer(400, {"code": code, "message": message}))
