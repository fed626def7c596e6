"""The Calendar API: who asks, whether the description allows it, and who answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.vendors.common import Answer
from tests.vendors.google import fields, freebusy, listing
from tests.vendors.google.answers import Refused, insufficient_scope
from tests.vendors.google.channels import Channels
from tests.vendors.google.description import Json, Method, Query, complaints, response_schema
from tests.vendors.google.events import Events
from tests.vendors.google.state import Calendar, World
from tests.vendors.google.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a method of the API, as it was understood."""

    method: Method
    path: Mapping[str, str]
    query: Query
    body: Any
    headers: Mapping[str, str]

    @property
    def single(self) -> dict[str, str]:
        """Return the query parameters, the last of each name."""
        return dict(self.query)


@dataclass(slots=True)
class Api:
    """All methods that the bridge has a use for; `violations` are requests Google would not understand."""

    world: World
    tokens: Tokens
    channels: Channels
    events: Events
    paging: listing.Paging = field(default_factory=listing.Paging)
    violations: list[str] = field(default_factory=list)

    def account_of(self, headers: Mapping[str, str]) -> str | None:
        """Return the account a request speaks for."""
        try:
            return self.tokens.bearer(headers.get("authorization", "").removeprefix("Bearer "))[0]
        except Refused:
            return None

    def check(self, asked: Asked) -> None:
        """Note what the description does not allow, and refuse it."""
        found = complaints(asked.method, asked.query, asked.body)
        schema = response_schema(asked.method)
        try:
            selection = fields.parse(asked.single.get("fields", "*"))
        except ValueError:
            found.append(f"{asked.method.id}: fields cannot be read")
        else:
            names = fields.unknown_names(selection, schema) if schema else ()
            found.extend(f"{asked.method.id}: fields names the unknown {name}" for name in names)
        if found:
            self.violations.extend(found)
            raise Refused(400, "invalid", "; ".join(found))

    def perform(self, asked: Asked) -> Answer:
        """Do what is asked, for the account whose token it bears."""
        account, scopes = self.tokens.bearer(asked.headers.get("authorization", "").removeprefix("Bearer "))
        if not scopes & asked.method.scopes:
            raise insufficient_scope(asked.method.id)
        with self.world.lock:
            body = self._perform(account, asked)
            if body is None:
                return Answer(204)
            encoded = json.loads(json.dumps(body))
        return Answer(200, fields.selected(fields.parse(asked.single.get("fields", "*")), encoded))

    def _perform(self, account: str, asked: Asked) -> Json | None:
        kind = asked.method.id
        if kind == "freebusy.query":
            return freebusy.query(self.world, account, asked.body)
        if kind == "calendarList.list":
            return self._calendar_list(account, asked.single)
        if kind == "calendarList.get":
            return _entry(self.world.calendar_for(account, asked.path["calendarId"]), account)
        if kind == "channels.stop":
            self.channels.stop(asked.body)
            return None
        if kind.startswith("events."):
            return self._event_method(account, kind.removeprefix("events."), asked)
        self.violations.append(f"{kind}: this fake does not have it")
        raise Refused(501, "notImplemented")

    def _calendar_list(self, account: str, query: dict[str, str]) -> Json:
        entries = [_entry(calendar, account) for calendar in self.world.visible(account)]
        begin = int(query.get("pageToken", "0"))
        size = min(int(query.get("maxResults", "100")), 250, self.paging.size)
        answer: Json = {"kind": "calendar#calendarList", "items": entries[begin : begin + size]}
        if begin + size < len(entries):
            answer["nextPageToken"] = str(begin + size)
        return answer

    def _event_method(self, account: str, name: str, asked: Asked) -> Json | None:
        calendar = self.world.calendar_for(account, asked.path["calendarId"])
        query, etag = asked.single, asked.headers.get("if-match")
        event_id = asked.path.get("eventId", "")
        if name in ("list", "get") and calendar.broken:
            raise Refused(503, "backendError", "Backend Error")
        if name == "list":
            private = [value for key, value in asked.query if key == "privateExtendedProperty"]
            return listing.list_events(self.world, account, calendar, query, private, self.paging)
        if name == "insert":
            return self.events.insert(account, calendar, asked.body, query)
        if name == "get":
            return self.events.get(calendar, event_id, query)
        if name == "patch":
            return self.events.patch(account, calendar, event_id, asked.body, query, etag)
        if name == "delete":
            self.events.delete(account, calendar, event_id, query, etag)
            return None
        if name == "watch":
            return self.channels.watch(calendar, asked.body)
        self.violations.append(f"events.{name}: this fake does not have it")
        raise Refused(501, "notImplemented")


def _entry(calendar: Calendar, account: str) -> Json:
    """Return a calendar as the account's list shows it."""
    found: Json = {
        "kind": "calendar#calendarListEntry",
        "id": calendar.id,
        "summary": calendar.summary,
        "timeZone": calendar.timezone,
        "accessRole": calendar.roles[account],
        "conferenceProperties": {"allowedConferenceSolutionTypes": list(calendar.conferences)},
    }
    return found | ({"primary": True} if calendar.id == account else {})
