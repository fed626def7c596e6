"""One Microsoft account behind the provider contract.

Decides nothing itself: it names the operations and lists the account's calendars.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from providers.amending import Amendment
from providers.answers import member
from providers.base import (
    BusyAnswer,
    BusyQuery,
    CalendarInfo,
    Changes,
    Channel,
    Deadline,
    Event,
    EventDraft,
    EventRef,
    Interval,
)
from providers.errors import AccessDenied, CalendarNotFound, ConferenceUnavailable
from providers.http import Call, Clocks
from providers.microsoft import amending, changes, events, freebusy, listing, push, teams
from providers.microsoft.client import PROVIDER, Client, Question
from providers.microsoft.mailboxes import Mailboxes
from providers.microsoft.schedules import SCHEDULE
from providers.microsoft.settings import MicrosoftSettings
from providers.microsoft.teams import TeamsCalendars, makes_teams
from providers.tokens import TokenSource

_TEAMS = "microsoft_teams"
_IDENTITY_FIELDS = "id,isDefaultCalendar,owner"
_CALENDAR_FIELDS = "id,name,canEdit,isDefaultCalendar,allowedOnlineMeetingProviders"


class MicrosoftCalendars:
    """The calendars of one account; fulfils `providers.base.CalendarProvider`.

    "calendar" is the default one, "schedule:<address>" a colleague or room of which only busy time is seen,
    "shared:<address>" the default calendar of another owner, any other id is Graph's. `shared` are the owners
    whose calendars are listed with the account's own. All accounts of a process share `mailboxes`.
    """

    name = PROVIDER
    can_invite = True
    counts_changes = False

    def __init__(
        self,
        account: str,
        tokens: TokenSource,
        settings: MicrosoftSettings,
        *,
        clocks: Clocks,
        mailboxes: Mailboxes | None = None,
        shared: Collection[str] = (),
    ) -> None:
        # Four at once per application and mailbox (throttling-limits): all accounts share the counting.
        counted = mailboxes or Mailboxes(clocks.monotonic, settings.route)
        self._account = account
        self._shared = sorted(shared)
        self._client = Client(account, tokens, settings, clocks=clocks, mailboxes=counted)
        self._teams = TeamsCalendars(clocks.monotonic)

    def list_calendars(self, *, deadline: Deadline) -> Sequence[CalendarInfo]:
        """Return every calendar in the account's list, the default one as "calendar"."""
        call = self._client.call("list_calendars", deadline)
        # Graph's default page is short, and every further one a round trip.
        query = {"$select": _CALENDAR_FIELDS, "$top": "100"}
        question = Question("GET", f"{self._client.base}/calendars", query=query)
        found = [
            _calendar(call, item) for items in listing.pages(self._client, call, question) for item in items
        ]
        found += self._shared_calendars(call)
        for info in found:
            # At hand now; asked for while booking it would cost the caller a round trip.
            self._teams.note(info.id, can=_TEAMS in info.conferences)
        return tuple(found)

    def _shared_calendars(self, call: Call) -> Iterator[CalendarInfo]:
        """Yield the calendars that other owners share; Graph lists them only where somebody opened them."""
        for owner in self._shared:
            name = f"{listing.SHARED}{owner}"
            path = listing.calendar_path(self._client, name)
            question = Question("GET", path, query={"$select": _CALENDAR_FIELDS})
            with suppress(AccessDenied, CalendarNotFound):  # it is shared no longer, or not yet
                info = self._client.ask(call, question, lambda answer: _calendar(call, answer.body))
                yield replace(info, id=name, is_primary=False)

    def identity(self, calendar: str, *, deadline: Deadline) -> str:
        """Return the owner's address, with the calendar's id unless it is the owner's default calendar.

        An id is of the mailbox it is seen through. So an owner's default calendar and schedule are known
        everywhere; another owner's calendar in this account's list is known only as that.
        """
        if calendar.startswith(SCHEDULE):
            return calendar.removeprefix(SCHEDULE).casefold()
        call = self._client.call("identity", deadline)
        path = listing.calendar_path(self._client, calendar)
        question = Question("GET", path, query={"$select": _IDENTITY_FIELDS})
        is_shared = calendar.startswith(listing.SHARED)
        owner = calendar.removeprefix(listing.SHARED) if is_shared else self._account
        return self._client.ask(
            call, question, lambda answer: _identity(call, answer.body, owner, is_default=is_shared)
        )

    def free_busy(
        self, queries: Sequence[BusyQuery], window: Interval, *, deadline: Deadline
    ) -> Mapping[BusyQuery, BusyAnswer]:
        """Return an answer for each query: busy time, or the error that makes it unknown."""
        return freebusy.free_busy(self._client, queries, window, deadline)

    def create_event(self, calendar: str, event_key: str, draft: EventDraft, *, deadline: Deadline) -> Event:
        """Create an event under a key the caller chose, once however often it is repeated."""
        if draft.conference not in (None, _TEAMS):
            raise ConferenceUnavailable(PROVIDER, "create_event", "Microsoft makes only Teams meetings")
        if draft.conference is not None:
            self._teams.require(self._client, calendar, deadline)
        return events.create_event(self._client, calendar, event_key, draft, deadline)

    def read_event(self, ref: EventRef, *, deadline: Deadline) -> Event:
        """Return the event as it is now."""
        return events.read_event(self._client, ref, deadline)

    def find_event(self, calendar: str, event_key: str, *, deadline: Deadline) -> Event | None:
        """Return the live event made under this key."""
        return events.find_event(self._client, calendar, event_key, deadline)

    def find_booking(self, calendar: str, booking_id: str, *, deadline: Deadline) -> Sequence[Event]:
        """Return every live event of this booking in the calendar."""
        return events.find_booking(self._client, calendar, booking_id, deadline)

    def list_events(self, calendar: str, window: Interval, *, deadline: Deadline) -> Sequence[Event]:
        """Return the single events that overlap the window, foreign ones too."""
        return listing.overlapping(self._client, self._client.call("list_events", deadline), calendar, window)

    def move_event(self, ref: EventRef, interval: Interval, *, timezone: str, deadline: Deadline) -> Event:
        """Change start and end, nothing else, if the event is still at `ref.etag`."""
        return events.move_event(self._client, ref, interval, timezone=timezone, deadline=deadline)

    def amend_event(self, ref: EventRef, was: EventDraft, now: EventDraft, *, deadline: Deadline) -> Event:
        """Bring the event's texts and guests from `was` to `now`."""
        return amending.amend_event(self._client, ref, Amendment(was, now), deadline)

    def add_conference(self, ref: EventRef, conference: str, key: str, *, deadline: Deadline) -> Event:
        """Make the event a Teams meeting; Graph makes one of it only once."""
        if conference != _TEAMS:
            raise ConferenceUnavailable(PROVIDER, "add_conference", "Microsoft makes only Teams meetings")
        self._teams.require(self._client, ref.calendar, deadline)
        return teams.add_teams(self._client, ref, deadline)

    def cancel_event(self, ref: EventRef, *, notify: bool, deadline: Deadline) -> None:
        """Remove the event; one that is gone already is done."""
        events.cancel_event(self._client, ref, notify=notify, deadline=deadline)

    def changes(self, calendar: str, cursor: str | None, *, deadline: Deadline) -> Changes:
        """Return what changed since the cursor; everything current when it is None or expired."""
        return changes.changes(self._client, calendar, cursor, deadline)

    def watch(self, calendar: str, address: str, token: str, *, deadline: Deadline) -> Channel | None:
        """Open a push channel to an https address; None where Graph has none."""
        return push.watch(self._client, calendar, address, token, deadline)

    def renew(self, channel: Channel, *, deadline: Deadline) -> Channel | None:
        """Return the channel with a new term, None when Graph has removed it."""
        return push.renew(self._client, channel, deadline)

    def unwatch(self, channel: Channel, *, deadline: Deadline) -> None:
        """Close a push channel; one that is gone already is done."""
        push.unwatch(self._client, channel, deadline)


def _identity(call: Call, item: Any, account: str, *, is_default: bool) -> str:
    """Return what tells a calendar from all others: id, isDefaultCalendar, owner.address.

    `is_default`: it is its owner's default calendar, whatever it says of itself to somebody else.
    """
    calendar_id, owner = member(call, item, "id", str), item.get("owner")
    # "If set" (resources/calendar): where Graph names nobody, it is the account's own.
    address = owner.get("address") if isinstance(owner, Mapping) else None
    own = str(address or account).casefold()
    return own if is_default or item.get("isDefaultCalendar") is True else f"{own}/{calendar_id}"


def _calendar(call: Call, item: Any) -> CalendarInfo:
    """Return a calendar: id, name, canEdit, isDefaultCalendar, what it can make. Graph tells no zone."""
    own_id = member(call, item, "id", str)
    is_default = item.get("isDefaultCalendar") is True
    return CalendarInfo(
        # A word people can write into a configuration; Graph's own ids are long and opaque.
        id=listing.DEFAULT if is_default else own_id,
        name=str(item.get("name") or own_id),
        timezone=None,  # the mailbox settings have one, but want a permission of their own
        can_write=item.get("canEdit") is True,
        is_primary=is_default,
        conferences=frozenset({_TEAMS} if makes_teams(item) else ()),
    )
