"""The demo's Google: as much of its sign-in and calendars as shows a connection, its loss and its return.

It knows one account, whose calendar is empty. Until somebody consents in this run the consent counts as
ended: what an earlier demo in the same folder was given is good no more.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from providers.google.settings import REQUIRED_SCOPES

ACCOUNT = "carla@example.com"
CLIENT = "demo-client"
_HOUR = 3600
_KIND = "Bearer"


@dataclass
class DemoGoogle:
    """What the vendor remembers: whether the account's consent stands."""

    is_connected: bool = False

    def consent(self, address: str) -> str:
        """Return where Google's page sends the browser back to, on this machine: its owner says yes."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        answer = {"state": asked.get("state", ""), "code": "demo-code", "scope": " ".join(REQUIRED_SCOPES)}
        back = asked.get("redirect_uri", "")
        is_ours = back.startswith("http://127.0.0.1:") and back.isprintable()
        return f"{back if is_ours else '/'}?{urlencode(answer)}"

    def post(self, path: str, content: bytes) -> tuple[int, object]:
        """Return status and JSON of a request to the token endpoint or for free/busy time."""
        if path.endswith("/revoke"):
            self.is_connected = False
            return 200, {}
        if path.endswith("/token"):
            return self._token({name: values[0] for name, values in parse_qs(content.decode()).items()})
        if not self.is_connected:
            return _REFUSED
        wanted = json.loads(content).get("items", [])
        return 200, {"calendars": {each["id"]: {"busy": []} for each in wanted}}

    def get(self, path: str) -> tuple[int, object]:
        """Return status and JSON of a question about calendars and events."""
        if not self.is_connected:
            return _REFUSED
        mine = {"id": ACCOUNT, "summary": "Carla", "primary": True, "accessRole": "owner", "timeZone": "UTC"}
        if path.endswith("/calendarList"):
            return 200, {"items": [mine]}
        if "/calendarList/" in path:
            return 200, mine
        if path.endswith("/events"):
            return 200, {"items": [], "timeZone": "UTC", "accessRole": "owner", "nextSyncToken": "demo"}
        return 404, {"error": {"code": 404, "message": "Not Found"}}

    def _token(self, asked: Mapping[str, str]) -> tuple[int, object]:
        if asked.get("grant_type") == "authorization_code":
            self.is_connected = True
        if not self.is_connected:
            return 400, {"error": "invalid_grant", "error_description": "Token has been revoked."}
        claims = {"aud": CLIENT, "email": ACCOUNT}
        return 200, {
            **{name: f"demo {name}" for name in ("access_token", "refresh_token")},
            "token_type": _KIND,
            "expires_in": _HOUR,
            "scope": " ".join(REQUIRED_SCOPES),
            # Unsigned: it comes straight from the token endpoint.
            "id_token": ".".join((_segment({"alg": "none"}), _segment(claims), _segment({}))),
        }


_REFUSED = (401, {"error": {"code": 401, "message": "Invalid Credentials", "errors": []}})


def _segment(members: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(members).encode()).decode().rstrip("=")
