"""What people, administrators and bad luck do to the fake: the API for tests."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from copy import deepcopy
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.vendors.google.api import Api
from tests.vendors.google.channels import Open
from tests.vendors.google.description import Json
from tests.vendors.google.oauth import ServiceAccount, SignIn
from tests.vendors.google.state import MEET, Calendar, Moment, Sent, instant, is_live, when
from tests.vendors.google.tokens import DEFAULT_SCOPES, Issued


class People:
    """The methods by which tests act on the fake; each may be called from any thread."""

    def __init__(self, api: Api, sign_in: SignIn) -> None:
        self.api = api
        self.world = api.world
        self.tokens = api.tokens
        self.channels = api.channels
        self.sign_in = sign_in

    # accounts and calendars

    def add_account(
        self, email: str, calendars: Sequence[str] = (), *, timezone: str = "Europe/Berlin", meet: bool = True
    ) -> str:
        """Add an account with its primary calendar and more, all its own; return the address."""
        with self.world.lock:
            self.world.accounts.add(email)
            for calendar_id in (email, *calendars):
                self.add_calendar(email, calendar_id, timezone=timezone, meet=meet)
        return email

    def add_calendar(
        self, email: str, calendar_id: str, *, timezone: str = "Europe/Berlin", meet: bool = True
    ) -> str:
        """Add a calendar that the account owns; return its id."""
        with self.world.lock:
            self.world.calendars[calendar_id] = Calendar(
                id=calendar_id,
                summary=f"Calendar {calendar_id}",
                timezone=timezone,
                roles={email: "owner"},
                conferences=(MEET,) if meet else (),
            )
        return calendar_id

    def share(self, calendar: str, email: str, role: str) -> None:
        """Give an account a role in a calendar: none, freeBusyReader, reader, writer, owner."""
        with self.world.lock:
            self.world.calendars[calendar].roles[email] = role

    def break_calendar(self, calendar: str, reason: str = "internalError") -> None:
        """From now on free/busy has this error inside its 200, and events cannot be read (503)."""
        self.world.calendars[calendar].broken = reason

    def lag(self, calendar: str) -> None:
        """Let free/busy know nothing that is put in from now on; listings do."""
        with self.world.lock:
            place = self.world.calendars[calendar]
            place.shown_until = place.changes

    def mend_calendar(self, calendar: str) -> None:
        """Undo `break_calendar`."""
        self.world.calendars[calendar].broken = None

    # what people do in their calendars

    def add_event(self, calendar: str, start: Moment, end: Moment, **members: Any) -> str:
        """Enter an event as a person; return its id. Dates make it all-day.

        `members` are the API's own: transparency, eventType, attendees, status, recurrence, ...
        """
        with self.world.lock:
            place = self.world.calendars[calendar]
            event_id = members.pop("id", None) or uuid.uuid4().hex[:26]
            event = {
                "kind": "calendar#event",
                "id": event_id,
                "status": "confirmed",
                "summary": "Private matter",
                "iCalUID": f"{event_id}@google.com",
                "sequence": 0,
                "eventType": "default",
                "organizer": {"email": calendar},
                "start": when(start, place.timezone),
                "end": when(end, place.timezone),
            }
            self.world.put(place, event | deepcopy(members))
        return str(event_id)

    def change_event(self, calendar: str, event_id: str, **members: Any) -> None:
        """Change an event as a person."""
        with self.world.lock:
            place = self.world.calendars[calendar]
            self.world.put(place, place.events[event_id] | deepcopy(members))

    def move_event(self, calendar: str, event_id: str, start: Moment, end: Moment) -> None:
        """Drag an event elsewhere as a person; dates make it all-day."""
        zone = self.world.calendars[calendar].timezone
        self.change_event(calendar, event_id, start=when(start, zone), end=when(end, zone))

    def delete_event(self, calendar: str, event_id: str) -> None:
        """Delete an event as a person."""
        self.change_event(calendar, event_id, status="cancelled")

    def restore_event(self, calendar: str, event_id: str) -> None:
        """Undo a deletion as a person."""
        self.change_event(calendar, event_id, status="confirmed")

    def put_elsewhere(self, calendar: str, event_id: str, to: str) -> None:
        """Move an event into another calendar, as `events.move` does: its id stays."""
        with self.world.lock:
            place = self.world.calendars[calendar]
            self.world.put(self.world.calendars[to], deepcopy(place.events[event_id]))
            self.delete_event(calendar, event_id)

    def events(self, calendar: str, *, cancelled: bool = False) -> list[Json]:
        """Return the calendar's live events as stored, by start; deleted ones too if wanted."""
        with self.world.lock:
            place = self.world.calendars[calendar]
            found = [deepcopy(event) for event in place.events.values() if cancelled or is_live(event)]
            return sorted(found, key=lambda event: instant(event["start"], place))

    def mails(self) -> list[Sent]:
        """Return the mails Google sent to guests."""
        return list(self.world.mails)

    def open_channels(self) -> list[Open]:
        """Return the open push channels."""
        return self.channels.listed()

    def wait_for_pushes(self) -> None:
        """Return when every push message due has been sent."""
        self.channels.wait()

    def expire_sync_tokens(self, calendar: str) -> None:
        """Answer 410 to every sync token given so far."""
        self.world.calendars[calendar].epoch += 1

    # consents and tokens

    def consent(self, auth_url: str, email: str, *, untick: Sequence[str] = (), deny: bool = False) -> str:
        """Decide on a consent page as a person; return the address the browser is sent to.

        `untick` names scopes by their end: "calendar.events".
        """
        query = dict(parse_qsl(urlsplit(auth_url).query))
        problem = self.sign_in.problem(query)
        if problem is not None:
            raise ValueError(problem)
        scopes = [each for each in query["scope"].split() if not each.endswith(tuple(untick) or "\n")]
        with self.world.lock:
            return self.sign_in.decide(query, email, scopes, allow=not deny)

    def issue(self, email: str, scopes: Sequence[str] = DEFAULT_SCOPES) -> Issued:
        """Give tokens without a consent page."""
        return self.tokens.issue(email, frozenset(scopes))

    def end_access(self, email: str) -> None:
        """Let the account's access tokens die; its refresh token still works."""
        self.tokens.end_access(email)

    def end_consent(self, email: str) -> None:
        """Let the account's consent end: invalid_grant from now on."""
        self.tokens.end_consent(email)

    def set_tokens(
        self, *, seconds: int = 3599, rotate: bool = False, withhold_refresh: bool = False
    ) -> None:
        """Say how long access tokens live, and what becomes of refresh tokens."""
        self.tokens.seconds, self.tokens.rotate = seconds, rotate
        self.tokens.withhold_refresh = withhold_refresh

    def add_service_account(self, email: str, scopes: Sequence[str]) -> Json:
        """Add a service account that may act for every account with these scopes; return its key file."""
        # Half of Google's size: drawing a key and checking it at each load take a sixth of the time.
        key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - plainly fake
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.api.events.service_accounts.add(email)
        self.sign_in.service_accounts[email] = ServiceAccount(public, frozenset(scopes))
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {
            "type": "service_account",
            "project_id": "fake-project",
            "private_key_id": "fake-key",
            "private_key": private.decode(),
            "client_email": email,
            "client_id": "100000000000000000001",
            "token_uri": self.sign_in.base_url + "/token",
        }

    # meetings, pages

    def set_meet(self, *, reads: int = 1, fails: bool = False) -> None:
        """Say after how many readings a Meet link is there (0: at once), or that it never will be."""
        self.api.events.meet_reads, self.api.events.meet_fails = reads, fails

    def set_pages(self, size: int, *, empty_first: bool = False) -> None:
        """Cut every listing into pages of this size, the first one empty if wanted."""
        self.api.paging.size, self.api.paging.empty_first = size, empty_first

    def violations(self) -> list[str]:
        """Return what Google's own description did not allow."""
        return list(self.api.violations)
