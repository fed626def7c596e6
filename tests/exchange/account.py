"""A mailbox of the fake Exchange server, as the provider contract needs it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from providers.base import CalendarProvider, Interval
from providers.exchange import ExchangeCalendars, ExchangeSettings, Lines
from providers.http import Clocks
from providers.route import Route
from providers.tokens import TokenSource
from tests.contracts.account import AccountUnderTest, ForeignEvent, StoredEvent
from tests.providers.google import Waiting
from tests.vendors.common import FakeTokens
from tests.vendors.exchange import PASSWORD, FakeExchange, Fault

ANNA = "anna@contoso.example.com"
_OUR_NAMES = {"BookingId": "booking_id", "EventKey": "event_key"}
_STATUSES = {
    "busy": "Busy",
    "tentative": "Tentative",
    "oof": "OOF",
    "free": "Free",
    "workingElsewhere": "WorkingElsewhere",
}


WRITES = ("CreateItem", "UpdateItem", "DeleteItem")


def settings_of(exchange: FakeExchange, **settings: Any) -> ExchangeSettings:
    return ExchangeSettings(exchange.endpoint, route=Route(ca_file=exchange.ca_bundle), **settings)


def provider_at(
    exchange: FakeExchange,
    mailbox: str = ANNA,
    *,
    signed_in_as: str = ANNA,
    clocks: Clocks | None = None,
    tokens: TokenSource | None = None,
    **settings: Any,
) -> ExchangeCalendars:
    """Return the provider of a mailbox, by somebody's password."""
    clocks = clocks or Waiting().clocks()
    token = f"{exchange.user(signed_in_as)}:{PASSWORD}"
    return ExchangeCalendars(
        mailbox,
        tokens or FakeTokens(lambda: token, "exchange"),
        Lines(settings_of(exchange, **settings), clocks.monotonic),
        clocks=clocks,
    )


class MailboxAccount(AccountUnderTest):
    """Anna's own calendar and one beside it."""

    calendar = "calendar"
    other_calendar = "Second"
    unknown_calendar = "Lost"
    key_stays_spent = False
    longest_title = 255

    def __init__(self, exchange: FakeExchange) -> None:
        self.exchange = exchange
        exchange.add_mailbox(ANNA)
        self._ids = {"calendar": "calendar", "Second": exchange.add_calendar(ANNA, "Second")}

    def make_provider(self) -> CalendarProvider:
        return provider_at(self.exchange, auth="basic")

    def add_foreign(self, calendar: str, event: ForeignEvent) -> str:
        members: dict[str, Any] = {
            "subject": event.title,
            "show_as": _STATUSES[event.status],
            "cancelled": event.cancelled,
            "calendar": self._ids[calendar],
        }
        if event.declined:
            members |= {"response": "Decline", "organizer": "kim@example.org"}
        if event.days is not None:
            return self.exchange.add_days(ANNA, *event.days, **members)
        assert event.interval is not None
        if event.repeat is None:
            return self.exchange.add_event(ANNA, *event.interval, **members)
        repeat = event.repeat
        return self.exchange.add_series(
            ANNA,
            event.interval,
            every_days=repeat.every_days,
            count=repeat.count,
            skipped=repeat.skipped,
            moved=dict(repeat.moved),
            **members,
        )

    def move_as_person(self, calendar: str, event_id: str, interval: Interval) -> None:
        self.exchange.move_event(ANNA, event_id, *interval)

    def delete_as_person(self, calendar: str, event_id: str) -> None:
        self.exchange.delete_event(ANNA, event_id)

    def stored(self, calendar: str, event_id: str) -> StoredEvent:
        found = self.exchange.events(ANNA, self._ids[calendar])
        return _stored(next(each for each in found if each["id"] == event_id))

    def expire(self, cursor: str) -> str:
        for calendar in self._ids.values():
            self.exchange.expire_sync(ANNA, calendar)
        return cursor

    def break_calendar(self, calendar: str) -> None:
        self.exchange.break_calendar(ANNA, self._ids[calendar])

    def go_down(self) -> None:
        self.exchange.fail_next(Fault.UNAVAILABLE, times=None)

    def refuse_next_write(self) -> None:
        self.exchange.fail_next(Fault.QUOTA, operation=WRITES)

    def lose_next_answer(self) -> None:
        self.exchange.fail_next(Fault.DROP_AFTER, operation=WRITES)


def _stored(event: Mapping[str, Any]) -> StoredEvent:
    private: dict[str, str] = {}
    for name, value in event["properties"].items():
        own = name.rpartition(" ")[2]
        private |= json.loads(value) if own == "Private" else {_OUR_NAMES[own]: value}
    return StoredEvent(
        title=event["subject"],
        description=event["body"],
        location=event["location"],
        interval=Interval(event["start"], event["end"]),
        attendees=frozenset(event["guests"]),
        private=private,
    )
