"""A system that takes webhooks as Calendly documents it: by their signature, up to three minutes old."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.vendors.common import Answer, Fake, Fault, Planned, Refused, Request, Route
from tests.vendors.described import complaints

KEY = "plainly-fake-signing-key"
_TOLERATED = 180
DESCRIPTION = "calendly-2024.yaml"


class FakeInbox(Fake):
    """What arrived, in order; `now` is the receiver's clock."""

    def __init__(self, port: int = 0, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(port)
        self.now = now
        self.told: list[dict[str, Any]] = []
        self.statuses: list[int] = []  # of the next answers, when they are none of 204

    def toml(self, more: str = "") -> str:
        """Return the sections that lead here."""
        return (
            f'[network]\nallow_private_addresses = true\n[[webhooks]]\nurl = "{self.url}/hooks/calendly/"\n'
            f'signing_key = "{KEY}"\n{more}\n'
        )

    def routes(self) -> Sequence[Route]:
        return [Route("POST", r"/hooks/.*", "hook", self._take)]

    def refusal(self, planned: Planned) -> Answer:
        if planned.fault is Fault.REDIRECT:
            return Answer(302, headers={"Location": f"{self.url}/elsewhere"})
        return super().refusal(planned)

    def _take(self, request: Request) -> Answer:
        fields = dict(part.split("=", 1) for part in request.headers["calendly-webhook-signature"].split(","))
        signed = f"{fields['t']}.".encode() + request.content
        expected = hmac.new(KEY.encode(), signed, "sha256").hexdigest()
        is_late = abs(self.now().timestamp() - int(fields["t"])) > _TOLERATED
        if not hmac.compare_digest(expected, fields["v1"]) or is_late:
            raise Refused(Answer(401, {"error": "signature"}))
        if self.statuses:
            return Answer(self.statuses.pop(0))
        self.told.append(json.loads(request.content))
        return Answer(204)

    def events(self) -> list[str]:
        """Return the events told, in order."""
        return [each["event"] for each in self.told]

    def violations(self) -> list[str]:
        """Return where something told is not in Calendly's shapes."""
        found: list[str] = []
        for each in self.told:
            payload = each["payload"]
            found += complaints(DESCRIPTION, "Invitee", payload)
            found += complaints(DESCRIPTION, "Event", payload["scheduled_event"])
        return found
