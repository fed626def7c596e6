"""Asks telli's contact API who a contact is: one question, answered with the contact's record.

Source: `GET /v2/contacts/{id}`, `GET /v2/external/contacts/{externalId}`, `Authorization: Bearer <api key>`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from bridge.model import Contact
from providers.base import Deadline
from providers.errors import AccessDenied
from providers.http import Call, send, session
from providers.route import Route

PROVIDER = "telli"
_FOUND, _NO_SUCH, _TOO_MANY = 200, 404, 429
_REFUSED = (401, 403)
_SERVER_FAULT = 500
_CONNECTIONS = 8


class ContactApi:
    """The contacts of one telli account. Safe to share between threads."""

    def __init__(self, url: str, keys: Sequence[str], route: Route) -> None:
        """Ask at this address; of several keys, while they rotate, any may be the one that telli knows."""
        self._url = url.rstrip("/")
        self._keys = tuple(keys)
        self._session = session(route, connections=_CONNECTIONS)

    def record(self, contact: Contact, deadline: Deadline) -> Mapping[str, object] | None:
        """Return the contact's record, None where telli knows none.

        AccessDenied: telli takes none of the keys. Another ProviderError: it does not answer as documented.
        """
        call = Call(PROVIDER, "contact", deadline)
        if contact.contact_id:
            path = f"/v2/contacts/{quote(contact.contact_id, safe='')}"
        else:
            path = f"/v2/external/contacts/{quote(contact.external_contact_id, safe='')}"
        for key in self._keys:
            answer = send(self._session, call, "GET", self._url + path, headers=_bearer(key))
            if answer.status_code not in _REFUSED:
                return _read(call, answer.status_code, answer.content)
        raise AccessDenied(PROVIDER, call.operation, "the API key is refused")


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Accept": "application/json"}


def _read(call: Call, status: int, content: bytes) -> Mapping[str, object] | None:
    if status == _NO_SUCH:
        return None
    if status == _TOO_MANY or status >= _SERVER_FAULT:
        raise call.fault(f"HTTP {status}")
    try:
        record = json.loads(content) if status == _FOUND else None
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise call.unexpected("contact", status)
    return record
