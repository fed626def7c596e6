"""One mailbox of an Exchange server behind the provider contract.

Decides nothing itself: it names the operations and lists the mailbox's calendars.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from providers.amending import Amendment
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
from providers.errors import ConferenceUnavailable
from providers.exchange import amending, changes, events, freebusy
from providers.exchange.client import PROVIDER, Client
from providers.exchange.folders import DEFAULT, Folder, Folders
from providers.exchange.lines import Lines
from providers.exchange.schedules import SCHEDULE
from providers.http import Clocks
from providers.tokens import TokenSource


class ExchangeCalendars:
    """The calendars of one mailbox; fulfils `providers.base.CalendarProvider`.

    A calendar is named "calendar" (the default one), by its title or its id, or "schedule:<address>" for a
    colleague's or room's that only shows when it is busy. `tokens` gives "<user name>:<password>".
    """

    name = PROVIDER
    can_invite = True
    counts_changes = False

    def __init__(self, mailbox: str, tokens: TokenSource, lines: Lines, *, clocks: Clocks) -> None:
        self._mailbox = mailbox
        self._client = Client(mailbox, tokens, lines, clocks=clocks)
        self._folders = Folders(self._client)

    def list_calendars(self, *, deadline: Deadline) -> Sequence[CalendarInfo]:
        """Return every calendar of the mailbox, each by the name that the configuration may use."""
        account = self._folders.account(self._client.call("list_calendars", deadline), anew=True)
        others = [_listed(each, account.name_of(each)) for each in account.others]
        return [_listed(account.main, DEFAULT, is_primary=True), *others]

    def identity(self, calendar: str, *, deadline: Deadline) -> str:
        """Return the owner's address for a default calendar, also as a schedule; else the folder's id."""
        if calendar.startswith(SCHEDULE):
            return calendar.removeprefix(SCHEDULE).casefold()
        place = self._folders.place(self._client.call("identity", deadline), calendar)
        return self._mailbox.casefold() if calendar == DEFAULT else place.folder

    def free_busy(
        self, queries: Sequence[BusyQuery], window: Interval, *, deadline: Deadline
    ) -> Mapping[BusyQuery, BusyAnswer]:
        """Return an answer for each query: busy time, or the error that makes it unknown."""
        return freebusy.free_busy(self._client, self._folders, queries, window, deadline)

    def create_event(self, calendar: str, event_key: str, draft: EventDraft, *, deadline: Deadline) -> Event:
        """Create an event under a key the caller chose, once however often it is repeated."""
        if draft.conference is not None:
            raise ConferenceUnavailable(PROVIDER, "create_event", "Exchange makes no meeting links")
        return events.create_event(self._client, self._folders, calendar, event_key, draft, deadline)

    def read_event(self, ref: EventRef, *, deadline: Deadline) -> Event:
        """Return the event as it is now."""
        return events.read_event(self._client, self._folders, ref, deadline)

    def find_event(self, calendar: str, event_key: str, *, deadline: Deadline) -> Event | None:
        """Return the live event made under this key."""
        return events.find_event(self._client, self._folders, calendar, event_key, deadline)

    def find_booking(self, calendar: str, booking_id: str, *, deadline: Deadline) -> Sequence[Event]:
        """Return every live event of this booking in the calendar."""
        return events.find_booking(self._client, self._folders, calendar, booking_id, deadline)

    def list_events(self, calendar: str, window: Interval, *, deadline: Deadline) -> Sequence[Event]:
        """Return the single events that overlap the window, foreign ones too."""
        return events.list_events(self._client, self._folders, calendar, window, deadline)

    def move_event(self, ref: EventRef, interval: Interval, *, timezone: str, deadline: Deadline) -> Event:
        """Change start and end, nothing else, if the event is still at `ref.etag`."""
        return events.move_event(
            self._client, self._folders, ref, interval, timezone=timezone, deadline=deadline
        )

    def amend_event(self, ref: EventRef, was: EventDraft, now: EventDraft, *, deadline: Deadline) -> Event:
        """Bring the event's texts and guests from `was` to `now`."""
        return amending.amend_event(self._client, self._folders, ref, Amendment(was, now), deadline)

    def add_conference(self, ref: EventRef, conference: str, key: str, *, deadline: Deadline) -> Event:
        """Raise ConferenceUnavailable: Exchange makes no meeting links."""
        raise ConferenceUnavailable(PROVIDER, "add_conference", "Exchange makes no meeting links")

    def cancel_event(self, ref: EventRef, *, notify: bool, deadline: Deadline) -> None:
        """Remove the event; one that is gone already is done."""
        events.cancel_event(self._client, self._folders, ref, notify=notify, deadline=deadline)

    def changes(self, calendar: str, cursor: str | None, *, deadline: Deadline) -> Changes:
        """Return what changed since the cursor; everything current when it is None or expired."""
        return changes.changes(self._client, self._folders, calendar, cursor, deadline)

    def watch(self, calendar: str, address: str, token: str, *, deadline: Deadline) -> Channel | None:
        """Return None: for EWS's own push the server would have to be let out to the bridge."""
        return None

    def renew(self, channel: Channel, *, deadline: Deadline) -> Channel | None:
        """Return None: there are no channels."""
        return None

    def unwatch(self, channel: Channel, *, deadline: Deadline) -> None:
        """Do nothing: there are no channels."""


def _listed(folder: Folder, name: str, *, is_primary: bool = False) -> CalendarInfo:
    return CalendarInfo(
        id=name, name=folder.title, timezone=None, can_write=folder.can_write, is_primary=is_primary
    )
