"""An account of a CalDAV server, as the provider contract needs it."""

from __future__ import annotations

import json
from itertools import count
from typing import Any, Protocol

from bridge.local_calendar.rereading import Rereading
from providers.base import CalendarProvider, Interval
from providers.caldav import CaldavCalendars, CaldavSettings
from providers.http import Clocks
from providers.tokens import TokenSource
from tests.contracts.account import AccountUnderTest, ForeignEvent, StoredEvent
from tests.providers.google import Waiting
from tests.vendors.caldav import entries
from tests.vendors.caldav.served import Served
from tests.vendors.common import FakeTokens, Fault

READER = Rereading()  # one for all tests, as a process has one: what it remembers depends on texts alone


class Signed(Protocol):
    """A server with an account."""

    @property
    def start(self) -> str: ...

    @property
    def token(self) -> str: ...


def provider_at(
    served: Signed,
    url: str | None = None,
    *,
    clocks: Clocks | None = None,
    tokens: TokenSource | None = None,
    **settings: Any,
) -> CaldavCalendars:
    """Return the provider of an account, found from its server's address."""
    given = {"addresses": frozenset({entries.ANNA}), **settings}
    return CaldavCalendars(
        tokens or FakeTokens(lambda: served.token, "caldav"),
        CaldavSettings(url or served.start, READER, **given),
        clocks=clocks or Waiting().clocks(),
    )


class ServedAccount(AccountUnderTest):
    """The calendars Work and Home of a served account."""

    calendar = "Work"
    other_calendar = "Home"
    unknown_calendar = "Lost"
    key_stays_spent = False

    def __init__(self, served: Served) -> None:
        self.served = served
        self._numbers = count(1)

    def make_provider(self) -> CalendarProvider:
        return provider_at(self.served, zones=dict.fromkeys(("Work", "Home"), "Europe/Berlin"))

    def add_foreign(self, calendar: str, event: ForeignEvent) -> str:
        name = f"person {next(self._numbers)}.ics"
        self._put(calendar, name, entries.written(name.removesuffix(".ics"), event))
        return name

    def move_as_person(self, calendar: str, event_id: str, interval: Interval) -> None:
        self._put(calendar, event_id, entries.moved(self._text(calendar, event_id), interval))

    def delete_as_person(self, calendar: str, event_id: str) -> None:
        self.served.as_person("DELETE", self._path(calendar, event_id))

    def stored(self, calendar: str, event_id: str) -> StoredEvent:
        return entries.stored(self._text(calendar, event_id))

    def expire(self, cursor: str) -> str:
        return json.dumps({"token": "lost"})

    def break_calendar(self, calendar: str) -> None:
        self.served.torn.add(self.served.path(calendar))

    def go_down(self) -> None:
        self.served.go_down()

    def refuse_next_write(self) -> None:
        self.served.fail_next(Fault.FORBIDDEN, operation="write")

    def lose_next_answer(self) -> None:
        self.served.fail_next(Fault.DROP_AFTER, operation="write")

    def _text(self, calendar: str, event_id: str) -> bytes:
        return self.served.as_person("GET", self._path(calendar, event_id)).encoded()

    def _put(self, calendar: str, event_id: str, text: bytes) -> None:
        self.served.as_person("PUT", self._path(calendar, event_id), text, Content_Type="text/calendar")

    def _path(self, calendar: str, event_id: str) -> str:
        name = event_id if event_id.endswith(".ics") else f"{event_id}.ics"
        return f"{self.served.path(calendar)}{name.replace(' ', '%20')}"
