"""Answers as Google words them."""

from __future__ import annotations

from collections.abc import Mapping

from tests.vendors.common import Answer
from tests.vendors.common import Refused as RefusedByVendor


class Refused(RefusedByVendor):
    """The API's error answer, raised wherever it is found out."""

    def __init__(
        self,
        status: int,
        reason: str,
        message: str = "",
        *,
        domain: str = "global",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        entry = {"domain": domain, "reason": reason, "message": message or reason}
        body = {"error": {"code": status, "message": message or reason, "errors": [entry]}}
        super().__init__(Answer(status, body, dict(headers or {})), reason)


def insufficient_scope(method: str) -> Refused:
    """Return the answer to a token without the scope."""
    refused = Refused(
        403,
        "insufficientPermissions",
        "Request had insufficient authentication scopes.",
        headers={
            "WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="insufficient_scope"'
        },
    )
    refused.answer.body["error"]["details"] = [
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "domain": "googleapis.com",
            "metadata": {"service": "calendar-json.googleapis.com", "method": method},
        }
    ]
    return refused
