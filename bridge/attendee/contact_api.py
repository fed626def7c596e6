"""Asks telli's contact API who a contact is, writes properties of contacts, and has them called.

Source: `GET` and `PATCH /v2/contacts/{id}`, `GET /v2/external/contacts/{externalId}`,
`GET /v1/verify-api-key`, `POST /v1/schedule-call`, with `Authorization: Bearer <api key>`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Self
from urllib.parse import quote

import requests

from bridge.config import Config
from bridge.model import Contact
from providers.base import Deadline
from providers.errors import AccessDenied, RateLimited
from providers.http import Call, send, session
from providers.route import Route

PROVIDER = "telli"
_FOUND, _CREATED, _DONE, _NO_SUCH, _TOO_MANY = 200, 201, 204, 404, 429
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

    @classmethod
    def of(cls, config: Config) -> Self:
        """Return the contacts of the account in the configuration."""
        telli = config.telli
        return cls(telli.api_url, [key.get_secret_value() for key in telli.api_keys], config.route)

    def record(self, contact: Contact, deadline: Deadline) -> Mapping[str, object] | None:
        """Return the contact's record, None where telli knows none.

        AccessDenied: telli takes none of the keys. Another ProviderError: it does not answer as documented.
        """
        call = Call(PROVIDER, "contact", deadline)
        if contact.contact_id:
            path = _path(contact.contact_id)
        else:
            path = f"/v2/external/contacts/{quote(contact.external_contact_id, safe='')}"
        answer = self._asked(call, "GET", path)
        return _read(call, answer.status_code, answer.content)

    def verify(self, deadline: Deadline) -> None:
        """Raise a ProviderError where telli does not answer, or takes none of the keys."""
        call = Call(PROVIDER, "verify", deadline)
        answer = self._asked(call, "GET", "/v1/verify-api-key")
        _read(call, answer.status_code, answer.content)

    def write(self, contact: Contact, properties: Mapping[str, str | None], deadline: Deadline) -> bool:
        """Write properties of a contact, None empties one. False: telli knows no such contact.

        Repeating it does no harm. UnexpectedResponse: telli does not take them. Others as for `record`.
        """
        contact_id = contact.contact_id
        if not contact_id:
            record = self.record(contact, deadline)
            contact_id = str(record.get("id") or "") if record else ""
        if not contact_id:
            return False
        call = Call(PROVIDER, "write_contact", deadline)
        body = {"properties": [{"key": key, "value": value} for key, value in properties.items()]}
        status = self._asked(call, "PATCH", _path(contact_id), json=body).status_code
        if status == _TOO_MANY or status >= _SERVER_FAULT:
            raise call.fault(f"HTTP {status}")
        if status not in (_FOUND, _DONE, _NO_SUCH):
            raise call.unexpected("contact", status)
        return status != _NO_SUCH

    def schedule_call(self, contact_id: str, agent_id: str, deadline: Deadline) -> None:
        """Have an agent call a contact. ProviderUnavailable: it won't. WriteUnknown: perhaps it will."""
        call = Call(PROVIDER, "schedule_call", deadline, writes=True)
        body = {"contact_id": contact_id, "agent_id": agent_id}
        status = self._asked(call, "POST", "/v1/schedule-call", json=body).status_code
        if status == _TOO_MANY:
            raise RateLimited(PROVIDER, call.operation, f"HTTP {status}")
        if status >= _SERVER_FAULT:
            raise call.fault(f"HTTP {status}")
        if status not in (_FOUND, _CREATED):
            raise call.unexpected("call", status)

    def _asked(self, call: Call, verb: str, path: str, **options: Any) -> requests.Response:
        for key in self._keys:
            answer = send(self._session, call, verb, self._url + path, headers=_bearer(key), **options)
            if answer.status_code not in _REFUSED:
                return answer
        raise AccessDenied(PROVIDER, call.operation, "the API key is refused")


def _path(contact_id: str) -> str:
    return f"/v2/contacts/{quote(contact_id, safe='')}"


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
