"""One Google account behind the provider contract.

Decides nothing itself: it names the operations and lists the account's calendars.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from providers.errors import AccessDenied, ConferenceUnavailable
from providers.google import amending, changes, events, freebusy, listing, meet, push
from providers.google.client import PROVIDER, Api, Client, Json
from providers.google.settings import GoogleSettings
from providers.google.transport import Lines
from providers.http import Call, Clocks
from providers.tokens import TokenSource

PRIMARY = "primary"
# CalendarListEntry.accessRole has grown: who knew only owner and writer would call the third read-only.
_WRITING = frozenset({"owner", "writer", "writerWithoutPrivateAccess"})
# Of a freeBusyReader's calendar events.list is 403, or a list without events.
_SHOWING = _WRITING | {"reader"}
# Only what is read: entries also carry colours, reminders and notification settings.
_CALENDAR_FIELDS = (
    "items(id,summary,summaryOverride,timeZone,accessRole,primary,conferenceProperties),nextPageToken"
)


class GoogleCalendars:
    """The calendars of one account; fulfils `providers.base.CalendarProvider`.

    `lines` may be shared by all accounts: they all speak to the same host. `spread_quota` counts requests
    per account where a service account makes them all.
    """

    name = PROVIDER
    can_invite = True
    counts_changes = False

    def __init__(
        self,
        account: str,
        tokens: TokenSource,
        settings: GoogleSettings,
        *,
        clocks: Clocks,
        lines: Lines | None = None,
        spread_quota: bool = False,
    ) -> None:
        self._client = Client(
            account,
            tokens,
            settings,
            clocks=clocks,
            lines=lines or Lines(clocks.monotonic, settings.route),
            spread_quota=spread_quota,
        )

    def list_calendars(self, *, deadline: Deadline) -> Sequence[CalendarInfo]:
        """Return every calendar in the account's list, hidden ones too."""
        call = self._client.call("list_calendars", deadline)
        found: list[CalendarInfo] = []
        token: str | None = None
        while True:
            page = self._calendar_page(call, token)
            found.extend(_calendar(call, entry) for entry in member(call, page, "items", list))
            if page.get("nextPageToken") is None:
                return tuple(found)
            # A token that repeats would page for ever.
            if page["nextPageToken"] == token:
                raise call.unexpected("nextPageToken")
            token = member(call, page, "nextPageToken", str)

    def _calendar_page(self, call: Call, token: str | None) -> Json:
        def request(api: Api) -> Any:
            # Hidden is a matter of Google's own page: such calendars can be booked into.
            return api.calendar_list.list(
                maxResults=250, showHidden=True, pageToken=token, fields=_CALENDAR_FIELDS
            )

        return self._client.ask(call, request, lambda page: page)

    def identity(self, calendar: str, *, deadline: Deadline) -> str:
        """Return the calendar's id, the same for everybody who sees it; only "primary" is looked up.

        Of an account that may not list its calendars, the address is taken for its primary calendar's id.
        """
        if calendar != PRIMARY:
            return calendar.casefold()
        call = self._client.call("identity", deadline)

        def request(api: Api) -> Any:
            return api.calendar_list.get(calendarId=PRIMARY, fields="id")

        try:
            found = self._client.ask(call, request, lambda entry: member(call, entry, "id", str))
        except AccessDenied:
            # The box for the calendar list can be left empty on the consent page, and everything else works.
            # "Usually matches the primary email address": concepts/events-calendars.
            found = self._client.account
        return found.casefold()

    def free_busy(
        self, queries: Sequence[BusyQuery], window: Interval, *, deadline: Deadline
    ) -> Mapping[BusyQuery, BusyAnswer]:
        """Return an answer for each query: busy time, or the error that makes it unknown."""
        return freebusy.free_busy(self._client, queries, window, deadline)

    def create_event(self, calendar: str, event_key: str, draft: EventDraft, *, deadline: Deadline) -> Event:
        """Create an event under a key the caller chose, once however often it is repeated.

        InvitationsRefused: nothing was written, ask again without attendees. The other errors are the
        contract's.
        """
        return events.create_event(self._client, calendar, event_key, draft, deadline)

    def read_event(self, ref: EventRef, *, deadline: Deadline) -> Event:
        """Return the event as it is now, removed ones too."""
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
        """Ask for a Meet link for an event that has none."""
        if conference != events.MEET:
            raise ConferenceUnavailable(PROVIDER, "add_conference", "Google makes only Google Meet links")
        return meet.add_meet(self._client, ref, key, deadline)

    def cancel_event(self, ref: EventRef, *, notify: bool, deadline: Deadline) -> None:
        """Remove the event; one that is gone already is done."""
        events.cancel_event(self._client, ref, notify=notify, deadline=deadline)

    def changes(self, calendar: str, cursor: str | None, *, deadline: Deadline) -> Changes:
        """Return what changed since the cursor; everything current when it is None or expired."""
        return changes.changes(self._client, calendar, cursor, deadline)

    def watch(self, calendar: str, address: str, token: str, *, deadline: Deadline) -> Channel | None:
        """Open a push channel to an https address."""
        return push.watch(self._client, calendar, address, token, deadline)

    def renew(self, channel: Channel, *, deadline: Deadline) -> Channel | None:
        """Return None: Google's channels end when they end (guides/push, "Renew notification channels")."""
        return None

    def unwatch(self, channel: Channel, *, deadline: Deadline) -> None:
        """Close a push channel; one that is gone already is done."""
        push.unwatch(self._client, channel, deadline)


def _calendar(call: Call, entry: Json) -> CalendarInfo:
    """Return a calendar: id, summaryOverride or summary, timeZone, accessRole, what it can make."""
    # Known before it is asked for: a calendar that makes no Meet refuses the whole insert with 400
    # (google-api-nodejs-client #3052).
    conference = entry.get("conferenceProperties")
    allowed = conference.get("allowedConferenceSolutionTypes") if isinstance(conference, Mapping) else None
    role = entry.get("accessRole")
    return CalendarInfo(
        id=member(call, entry, "id", str),
        name=str(entry.get("summaryOverride") or entry.get("summary") or entry["id"]),
        timezone=entry.get("timeZone"),
        can_write=role in _WRITING,
        shows_events=role in _SHOWING,
        is_primary=entry.get("primary") is True,
        conferences=frozenset({"google_meet"} if "hangoutsMeet" in (allowed or ()) else ()),
    )
