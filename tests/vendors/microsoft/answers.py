"""What the fake answers: JSON, pages, and refusals as Graph words them."""

from __future__ import annotations

import uuid

from tests.vendors.common import Answer
from tests.vendors.common import Refused as RefusedByVendor


class Refused(RefusedByVendor):
    """A refusal in Graph's words: `members` stand beside code and message."""

    def __init__(
        self, status: int, code: str, message: str = "", *, retry_after: str | None = None, **members: str
    ) -> None:
        error = {
            "code": code,
            "message": message or f"{code}, in Microsoft's words.",
            "innerError": {"request-id": str(uuid.uuid4()), "date": "2026-12-01T09:00:00"},
        }
        headers = {"Retry-After": retry_after} if retry_after is not None else {}
        named = {f"@event.{name}": value for name, value in members.items()}
        super().__init__(Answer(status, {"error": error | named}, headers), code)


def not_found() -> Refused:
    """Return what Graph says of an id that leads nowhere."""
    return Refused(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def malformed() -> Refused:
    """Return what Graph says of an id that is none."""
    return Refused(400, "ErrorInvalidIdMalformed", "Id is malformed.")
