"""A fake telli: the part of its API that keeps contacts. Source: ../shared/facts/telli.md, Contact API."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

from tests.vendors.common import Answer, Fake, Json, Refused, Request, Route

KEY = "fake-telli-key"
USUAL = ("next_appointment_at", "appointment_status", "appointment_host", "appointment_link")


class FakeTelli(Fake):
    """One account's contacts, found by telli's id or the account's own."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.key = KEY
        self.contacts: dict[str, Json] = {}
        self.calls: list[tuple[str, str]] = []  # which contact by which agent
        self.properties = {*USUAL}  # those that exist in the account

    def add_contact(self, contact_id: str, external_id: str = "", **members: object) -> None:
        """Know a contact; members left out are null."""
        nothing = dict.fromkeys(
            (
                "type",
                "externalUrl",
                "salutation",
                "firstName",
                "lastName",
                "phoneNumber",
                "timezoneIana",
                "email",
            )
        )
        ids = {"id": contact_id, "externalId": external_id or None}
        self.contacts[contact_id] = {**nothing, **ids, "properties": [], **members}

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", r"/v2/contacts/([^/]+)", "contact", self._contact),
            Route("GET", r"/v1/verify-api-key", "verify", self._verify),
            Route("POST", r"/v1/schedule-call", "schedule call", self._schedule),
            Route("PATCH", r"/v2/contacts/([^/]+)", "write contact", self._write),
            Route("GET", r"/v2/external/contacts/([^/]+)", "external contact", self._external),
        ]

    def _contact(self, request: Request) -> Answer:
        return self._answer(request, "id")

    def _external(self, request: Request) -> Answer:
        return self._answer(request, "externalId")

    def _write(self, request: Request) -> Answer:
        self._answer(request, "id")
        told = request.body["properties"]
        assert set(request.body) == {"properties"} and all(set(each) == {"key", "value"} for each in told)
        if {each["key"] for each in told} - self.properties:
            raise Refused(Answer(400, {"message": "Unknown property"}))
        contact = self.contacts[unquote(request.parts[0])]
        kept = {each["key"]: each["value"] for each in contact["properties"]}
        changed = kept | {each["key"]: each["value"] for each in told}
        contact["properties"] = [{"key": key, "value": value} for key, value in changed.items()]
        return Answer(200, contact)

    def _schedule(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            raise Refused(Answer(401, {"message": "Unauthorized"}))
        assert set(request.body) <= {"contact_id", "agent_id", "max_retry_days", "override_from_number"}
        contact_id = request.body["contact_id"]
        if contact_id not in self.contacts:
            raise Refused(Answer(400, {"message": "Contact not found"}))
        self.calls.append((contact_id, request.body["agent_id"]))
        return Answer(200, {"status": "success", "contact_id": contact_id, "loop_id": "loop-1"})

    def written(self, contact_id: str) -> Json:
        """Return a contact's properties by their keys."""
        return {each["key"]: each["value"] for each in self.contacts[contact_id]["properties"]}

    def _verify(self, request: Request) -> Answer:
        self._admit(request)
        return Answer(200, {"valid": True})

    def _admit(self, request: Request) -> None:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            raise Refused(Answer(401, {"message": "Unauthorized"}))

    def _answer(self, request: Request, member: str) -> Answer:
        self._admit(request)
        wanted = unquote(request.parts[0])
        found = next((each for each in self.contacts.values() if each[member] == wanted), None)
        if found is None:
            raise Refused(Answer(404, {"message": "Contact not found"}))
        return Answer(200, found)
