"""What tests do to the fake: as the people who own the calendars, as Microsoft, and as bad luck."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.vendors.common import Json
from tests.vendors.microsoft.entra import SignIn
from tests.vendors.microsoft.graph import Graph
from tests.vendors.microsoft.shapes import plain
from tests.vendors.microsoft.state import (
    CONTOSO,
    PERSONAL,
    TEAMS,
    Account,
    Calendar,
    Item,
    Sent,
    Series,
)
from tests.vendors.microsoft.subscriptions import Subscription
from tests.vendors.microsoft.tokens import CALENDARS, Issued

Moment = datetime | str
Day = date | str

_WORK = (TEAMS,)
_HOME: tuple[str, ...] = ("skypeForConsumer",)


def _new_calendar(name: str, providers: tuple[str, ...]) -> Calendar:
    return Calendar(f"AAMkAGFha{secrets.token_hex(12)}=", name, providers)


class People:
    """The verbs of tests. Moments are aware, or ISO text with an offset."""

    def __init__(self, graph: Graph, sign_in: SignIn) -> None:
        self.graph = graph
        self.sign_in = sign_in
        self.world = graph.world

    # accounts and calendars

    def add_account(
        self,
        email: str,
        *,
        personal: bool = False,
        zone: str = "Europe/Berlin",
        teams: bool = True,
        room: bool = False,
    ) -> str:
        """Add an account with its default calendar; a person's own has no Teams, a room answers by itself."""
        providers = _WORK if teams and not personal else _HOME
        tenant = PERSONAL if personal else CONTOSO
        with self.world.lock:
            account = Account(email.lower(), tenant, zone, is_room=room)
            calendar = _new_calendar("Calendar", providers)
            account.calendars[calendar.id] = calendar
            self.world.accounts[account.email] = account
        return account.email

    def add_calendar(
        self, email: str, name: str = "Second", *, can_edit: bool = True, teams: bool = True
    ) -> str:
        """Add a calendar to an account; return its id."""
        calendar = _new_calendar(name, _WORK if teams else ())
        calendar.can_edit = can_edit
        self.world.account(email).calendars[calendar.id] = calendar
        return calendar.id

    def remove_calendar(self, email: str, calendar: str) -> None:
        """Take a calendar away, or no longer share it."""
        del self.world.account(email).calendars[calendar]

    def break_calendar(self, email: str, calendar: str = "calendar", code: str = "ErrorAccessDenied") -> None:
        """From now on this calendar cannot be read."""
        self.world.account(email).calendar(calendar).broken = code

    def share(self, owner: str, with_: str, *, can_write: bool | None = True) -> None:
        """Let an owner share the default calendar with another account; None ends it."""
        shared = self.world.account(owner).shared_with
        shared.pop(with_, None)
        if can_write is not None:
            shared[with_] = can_write

    def disable_mailbox(self, email: str, *, disabled: bool = True) -> None:
        """Switch a mailbox off: 404 to everything, though nothing was deleted."""
        self.world.account(email).disabled = disabled

    def set_schedule(
        self, email: str, *, error: str | None = None, left_out: bool = False, hides_items: bool = False
    ) -> None:
        """Let getSchedule answer with an error for this address, leave it out, or hide its items."""
        account = self.world.account(email)
        account.hides_items = hides_items
        account.schedule_error, account.schedule_left_out = error, left_out

    # events, as people make and change them

    def add_event(
        self, email: str, start: Moment, end: Moment, *, calendar: str = "calendar", **members: Any
    ) -> str:
        """Put in an event; `members` are fields of `state.Item`. Return its id."""
        account = self.world.account(email)
        item = Item(_instant(start), _instant(end), members.pop("zone", account.zone), **members)
        with self.world.lock:
            return self.world.put(account, account.calendar(calendar), item).id

    def add_days(
        self, email: str, first: Day, until: Day, *, calendar: str = "calendar", **members: Any
    ) -> str:
        """Put in an all-day event up to, not including, the day `until`."""
        noon = datetime(2026, 1, 1, tzinfo=UTC)
        days = (_day(first), _day(until))
        return self.add_event(email, noon, noon, calendar=calendar, days=days, **members)

    def add_series(
        self,
        email: str,
        first: tuple[Moment, Moment],
        *,
        every_days: int,
        count: int,
        calendar: str = "calendar",
        **members: Any,
    ) -> str:
        """Put in a series; occurrences are numbered from 0. Return the series' id.

        `skipped` are numbers of occurrences that do not take place, `moved` their numbers with new times.
        """
        moved = {
            int(number): (_instant(span[0]), _instant(span[1]))
            for number, span in members.pop("moved", {}).items()
        }
        series = Series(every_days, count, frozenset(members.pop("skipped", ())), moved)
        return self.add_event(email, *first, calendar=calendar, series=series, **members)

    def change_event(self, email: str, event_id: str, **members: Any) -> None:
        """Change fields of an event."""
        with self.world.lock:
            account, calendar, item = self._find(email, event_id)
            for name, value in members.items():
                setattr(item, name, value)
            self.world.put(account, calendar, item)

    def move_event(self, email: str, event_id: str, start: Moment, end: Moment) -> None:
        """Drag an event to another time."""
        self.change_event(email, event_id, start=_instant(start), end=_instant(end), days=None)

    def delete_event(self, email: str, event_id: str) -> None:
        """Delete an event as a person."""
        self.change_event(email, event_id, deleted=True)

    def restore_event(self, email: str, event_id: str) -> None:
        """Take an event out of the deleted items as a person."""
        self.change_event(email, event_id, deleted=False)

    def put_elsewhere(self, email: str, event_id: str, calendar: str) -> None:
        """Move an event into another calendar of the account; its immutable id stays."""
        with self.world.lock:
            account, before, item = self._find(email, event_id)
            self.world.put(account, account.calendar(calendar), item)
            del before.items[item.id]
            gone = Item(item.start, item.end, item.zone, id=item.id, deleted=True)
            self.world.put(account, before, gone)

    def _find(self, email: str, event_id: str) -> tuple[Account, Calendar, Item]:
        account = self.world.account(email)
        holding = [each for each in account.calendars.values() if event_id in each.items]
        # Where it was before it was put elsewhere, a deleted one of the same id stays.
        for calendar in sorted(holding, key=lambda each: each.items[event_id].deleted):
            return account, calendar, calendar.items[event_id]
        raise KeyError(event_id)

    def events(self, email: str, calendar: str = "calendar", *, deleted: bool = False) -> list[Json]:
        """Return the calendar's live events as stored, by start; deleted ones too if wanted."""
        with self.world.lock:
            place = self.world.account(email).calendar(calendar)
            found = sorted(place.items.values(), key=lambda item: item.start)
            return [deepcopy(plain(item)) for item in found if deleted or not item.deleted]

    def mails(self) -> list[Sent]:
        """Return the mails Exchange sent to guests."""
        return list(self.world.mails)

    # how this Microsoft behaves

    def set_pages(self, size: int, *, empty_first: bool = False, next_link: str | None = None) -> None:
        """Cut every listing into pages of this size; let the link lead elsewhere if wanted."""
        listing = self.graph.listing
        listing.page_size, listing.empty_first, listing.next_link = size, empty_first, next_link

    def set_habits(self, *, local_zone: bool = False, all_day_as_instants: bool = False) -> None:
        """Say how times are shown: see `shapes.Habits`."""
        habits = self.graph.listing.habits
        habits.local_zone, habits.all_day_as_instants = local_zone, all_day_as_instants

    def set_memory(self, **members: Any) -> None:
        """Say what becomes of used transaction ids and deleted items: see `writing.Remembering`."""
        for name, value in members.items():
            setattr(self.graph.writing.remembering, name, value)

    def set_teams(self, *, reads: int = 0, fails: bool = False) -> None:
        """Say after how many readings a Teams link is there, or that it never will be."""
        self.graph.writing.teams_reads, self.graph.writing.teams_fails = reads, fails

    def expire_delta(self, email: str, calendar: str = "calendar") -> None:
        """Answer 410 to every delta link given so far."""
        self.graph.listing.expire(self.world.account(email).calendar(calendar))

    def subscriptions(self) -> list[Subscription]:
        """Return the open subscriptions."""
        return self.graph.subscriptions.listed()

    def send_lifecycle(self, event: str) -> None:
        """Send reauthorizationRequired, subscriptionRemoved or missed to every subscription."""
        self.graph.subscriptions.lifecycle(event)

    def wait_for_pushes(self) -> None:
        """Return when every notification due has been sent."""
        self.graph.subscriptions.wait()

    # consents and tokens

    def consent(self, auth_uri: str, email: str, *, deny: bool = False, aadsts: int | None = None) -> str:
        """Decide on a consent page as a person; return the address the browser is sent to.

        `aadsts` lets Entra refuse with this number instead.
        """
        query = dict(parse_qsl(urlsplit(auth_uri).query))
        problem = self.sign_in.problem(query)
        if problem is not None:
            raise ValueError(problem)
        with self.world.lock:
            return self.sign_in.decide(query, email.lower(), accept=not deny, aadsts=aadsts)

    def need_admin(self, email: str) -> None:
        """Let this account's company want an administrator's approval."""
        self.sign_in.needs_admin.add(email.lower())

    def issue(self, email: str | None, scopes: Sequence[str] = (CALENDARS,)) -> Issued:
        """Give tokens without a page; None is the application itself."""
        named = None if email is None else email.lower()
        return self.graph.tokens.issue(named, frozenset(scopes if named else (".default",)))

    def end_access(self, email: str | None) -> None:
        """Let the account's access tokens die; its refresh token still works."""
        self.graph.tokens.end_access(email)

    def end_consent(self, email: str, aadsts: int = 50173) -> None:
        """Let the account's consent end: refused with this number from now on."""
        self.graph.tokens.end_consent(email.lower(), aadsts)

    def restore_consent(self, email: str) -> None:
        """Let an administrator mend what had ended the consent: the same refresh token works again."""
        self.graph.tokens.consent_again(email.lower())

    def set_tokens(self, *, seconds: int = 3599, strict: bool = False) -> None:
        """Say how long access tokens live, and whether a refresh token works once only."""
        self.graph.tokens.seconds, self.graph.tokens.strict = seconds, strict

    def most_at_once(self, mailbox: str) -> int:
        """Return how many requests for a mailbox ran at the same time."""
        return self.graph.most_at_once[mailbox]

    def violations(self) -> list[str]:
        """Return what Microsoft's own description did not allow."""
        return list(self.graph.violations)


def _instant(moment: Moment) -> datetime:
    found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    if found.tzinfo is None:
        raise ValueError("a moment needs an offset")
    return found.astimezone(UTC)


def _day(day: Day) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day
