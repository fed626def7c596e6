"""One account of a CalDAV server behind the provider contract.

Decides nothing itself: it names the operations and lists the account's calendars.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

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
from providers.caldav import amending, changes, events, freebusy
from providers.caldav.client import PROVIDER, Client
from providers.caldav.discovery import Account, Calendar, Places
from providers.caldav.settings import CaldavSettings
from providers.errors import ConferenceUnavailable
from providers.http import Clocks
from providers.tokens import TokenSource


class CaldavCalendars:
    """The calendars of one account; fulfils `providers.base.CalendarProvider`.

    A calendar is named by its title, its path or its last part; `tokens` gives "<user name>:<password>".
    """

    name = PROVIDER
    can_invite = True  # where its server does; each event tells when it was made without
    counts_changes = False

    def __init__(self, tokens: TokenSource, settings: CaldavSettings, *, clocks: Clocks) -> None:
        self._client = Client(tokens, settings, clocks=clocks)
        self._places = Places(self._client)

    def list_calendars(self, *, deadline: Deadline) -> Sequence[CalendarInfo]:
        """Return every calendar for appointments, each by the name that the configuration knows it by."""
        account = self._places.account(self._client.call("list_calendars", deadline), anew=True)
        given = {found.url: name for name in self._client.settings.zones if (found := account.find(name))}
        return [_listed(account, each, given.get(each.url)) for each in account.calendars]

    def identity(self, calendar: str, *, deadline: Deadline) -> str:
        """Return the calendar's host and path.

        Of a calendar that somebody shares, most servers tell each who shares it another path.
        """
        place = self._places.place(self._client.call("identity", deadline), calendar)
        parts = urlsplit(place.url)
        return f"{parts.netloc.lower()}{unquote(parts.path).rstrip('/')}"

    def free_busy(
        self, queries: Sequence[BusyQuery], window: Interval, *, deadline: Deadline
    ) -> Mapping[BusyQuery, BusyAnswer]:
        """Return an answer for each query: busy time, or the error that makes it unknown."""
        return freebusy.free_busy(self._client, self._places, queries, window, deadline)

    def create_event(self, calendar: str, event_key: str, draft: EventDraft, *, deadline: Deadline) -> Event:
        """Create an event under a key the caller chose, once however often it is repeated."""
        if draft.conference is not None:
            raise ConferenceUnavailable(PROVIDER, "create_event", "CalDAV knows no meetings")
        return events.create_event(self._client, self._places, calendar, event_key, draft, deadline)

    def read_event(self, ref: EventRef, *, deadline: Deadline) -> Event:
        """Return the event as it is now."""
        return events.read_event(self._client, self._places, ref, deadline)

    def find_event(self, calendar: str, event_key: str, *, deadline: Deadline) -> Event | None:
        """Return the live event made under this key."""
        return events.find_event(self._client, self._places, calendar, event_key, deadline)

    def find_booking(self, calendar: str, booking_id: str, *, deadline: Deadline) -> Sequence[Event]:
        """Return every live event of this booking in the calendar."""
        return events.find_booking(self._client, self._places, calendar, booking_id, deadline)

    def list_events(self, calendar: str, window: Interval, *, deadline: Deadline) -> Sequence[Event]:
        """Return the single events that overlap the window, foreign ones too."""
        return events.list_events(self._client, self._places, calendar, window, deadline)

    def move_event(self, ref: EventRef, interval: Interval, *, timezone: str, deadline: Deadline) -> Event:
        """Change start and end, nothing else, if the event is still at `ref.etag`."""
        return events.move_event(
            self._client, self._places, ref, interval, timezone=timezone, deadline=deadline
        )

    def amend_event(self, ref: EventRef, was: EventDraft, now: EventDraft, *, deadline: Deadline) -> Event:
        """Bring the event's texts and guests from `was` to `now`."""
        return amending.amend_event(self._client, self._places, ref, Amendment(was, now), deadline)

    def add_conference(self, ref: EventRef, conference: str, key: str, *, deadline: Deadline) -> Event:
        """Raise ConferenceUnavailable: CalDAV knows no meetings."""
        raise ConferenceUnavailable(PROVIDER, "add_conference", "CalDAV knows no meetings")

    def cancel_event(self, ref: EventRef, *, notify: bool, deadline: Deadline) -> None:
        """Remove the event; one that is gone already is done."""
        events.cancel_event(self._client, self._places, ref, deadline)

    def changes(self, calendar: str, cursor: str | None, *, deadline: Deadline) -> Changes:
        """Return what changed since the cursor; everything current when it is None or expired."""
        return changes.changes(self._client, self._places, calendar, cursor, deadline)

    def watch(self, calendar: str, address: str, token: str, *, deadline: Deadline) -> Channel | None:
        """Return None: hardly a server tells of changes, and none by a standard that others share."""
        return None

    def renew(self, channel: Channel, *, deadline: Deadline) -> Channel | None:
        """Return None: there are no channels."""
        return None

    def unwatch(self, channel: Channel, *, deadline: Deadline) -> None:
        """Do nothing: there are no channels."""


def _listed(account: Account, calendar: Calendar, given: str | None) -> CalendarInfo:
    return CalendarInfo(
        id=given or account.name_of(calendar),
        name=calendar.title or calendar.path,
        timezone=calendar.timezone,
        can_write=calendar.can_write,
    )
