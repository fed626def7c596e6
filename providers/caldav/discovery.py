"""Find an account's calendars on its server, and which of them a name means.

Decides where to begin (the address given, then /.well-known/caldav), what is a calendar for appointments, and
for how long what was found is believed. Sources: RFC 6764, RFC 5397, RFC 4791 section 6.2.1, RFC 6638.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import unquote, urljoin, urlsplit
from zoneinfo import ZoneInfo

from providers.caldav.client import Client, Question, propfind
from providers.caldav.settings import DEFAULT_ZONE
from providers.caldav.xml import CALDAV, DAV, Resource, propfind_body
from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    ProviderError,
    ProviderUnavailable,
    UnexpectedResponse,
)
from providers.http import Call

T = TypeVar("T")

_BELIEVED_SECONDS = 3600.0
_WELL_KNOWN = "/.well-known/caldav"
_PRINCIPAL = f"{DAV}current-user-principal"
_HOME = f"{CALDAV}calendar-home-set"
_ADDRESSES = f"{CALDAV}calendar-user-address-set"
_KINDS = f"{DAV}resourcetype"
_NAME = f"{DAV}displayname"
_ENTRIES = f"{CALDAV}supported-calendar-component-set"
_RIGHTS = f"{DAV}current-user-privilege-set"
_ZONE = f"{CALDAV}calendar-timezone"
_WRITING = {f"{DAV}{name}" for name in ("all", "write", "write-content", "bind")}
_TZID = re.compile(r"^TZID:(.+?)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar of the account; its address ends with a slash."""

    url: str
    title: str
    can_write: bool
    timezone: str | None

    @property
    def path(self) -> str:
        """Return its path, as people read it."""
        return unquote(urlsplit(self.url).path)


@dataclass(frozen=True, slots=True)
class Place:
    """A calendar under the name that it was asked for by; its days lie in `zone` (IANA).

    `owner` holds the addresses of its people, in small letters.
    """

    name: str
    url: str
    zone: str
    owner: frozenset[str]


@dataclass(frozen=True, slots=True)
class Account:
    """What a server says of an account; `addresses` are its owner's, in small letters."""

    homes: Sequence[str]
    addresses: Sequence[str]
    calendars: Sequence[Calendar]

    def name_of(self, calendar: Calendar) -> str:
        """Return a name that means this calendar alone: its title, else its path."""
        titles = Counter(each.title for each in self.calendars)
        is_plain = titles[calendar.title] == 1 and "/" not in calendar.title
        return calendar.title if is_plain and calendar.title else calendar.path

    def find(self, name: str) -> Calendar | None:
        """Return the calendar that a name means: a path, its last part, or a title."""
        path = name if name.startswith("/") else urlsplit(name).path if "://" in name else ""
        if path:
            wanted = unquote(path).rstrip("/")
            return next((each for each in self.calendars if each.path.rstrip("/") == wanted), None)
        for meant in (
            [each for each in self.calendars if each.title == name],
            [each for each in self.calendars if each.title.casefold() == name.casefold()],
            [each for each in self.calendars if each.path.rstrip("/").rpartition("/")[2] == name],
        ):
            if meant:  # of two with one title nobody knows which is meant
                return meant[0] if len(meant) == 1 else None
        return None


class Places:
    """Where an account's calendars lie, kept for a while. Safe to share between threads."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._looking = threading.Lock()
        self._account: Account | None = None
        self._believed_until = float("-inf")
        self._schedules: bool | None = None

    def account(self, call: Call, *, anew: bool = False) -> Account:
        """Return what is known of the account; `anew`: as it is now."""
        if not anew and (known := self._believed()):
            return known
        # One looks while the others wait: several calendars are asked for at once.
        if not self._looking.acquire(timeout=call.deadline.remaining()):
            raise ProviderUnavailable(call.provider, call.operation, "no time left")
        try:
            if not anew and (known := self._believed()):
                return known
            # For reading, whatever it is needed for: nothing is written on the way to a calendar.
            self._account = discovered(self._client, self._client.call(call.operation, call.deadline))
            self._believed_until = self._client.clocks.monotonic() + _BELIEVED_SECONDS
            return self._account
        finally:
            self._looking.release()

    def _believed(self) -> Account | None:
        return self._account if self._client.clocks.monotonic() < self._believed_until else None

    def place(self, call: Call, name: str) -> Place:
        """Return the calendar that a name means. CalendarNotFound: none, or more than one."""
        was_known = self._account is not None
        found = self._place(self.account(call), name)
        if found is None and was_known:  # it may be new
            found = self._place(self.account(call, anew=True), name)
        if found is None:
            raise CalendarNotFound(call.provider, call.operation, "the account has no calendar of this name")
        return found

    def at(self, call: Call, name: str, ask: Callable[[Place], T]) -> T:
        """Return what is answered at the calendar that a name means, also where it lies elsewhere by now."""
        place = self.place(call, name)
        try:
            return ask(place)
        except CalendarNotFound:
            there = self._place(self.account(call, anew=True), name)
            if there is None or there.url == place.url:
                raise
            return ask(there)

    def _place(self, account: Account, name: str) -> Place | None:
        settings, found = self._client.settings, account.find(name)
        if found is None:
            return None
        zone = settings.zones.get(name) or found.timezone or DEFAULT_ZONE
        return Place(name, found.url, zone, settings.addresses | set(account.addresses))

    def inviter(self, call: Call) -> str | None:
        """Return as whom the server invites guests by itself (RFC 6638), None where it does not."""
        account = self.account(call)
        if self._schedules is None:
            asking = self._client.call(call.operation, call.deadline)
            self._schedules = "calendar-auto-schedule" in _features(self._client, asking, account.homes[0])
        return next(iter(account.addresses), None) if self._schedules else None


def discovered(client: Client, call: Call) -> Account:
    """Return the account's calendars. CalendarNotFound: its server shows none."""
    principal = _principal(client, call)
    told = _asked(client, call, principal, [_HOME, _ADDRESSES])
    homes = [client.trusted(call, principal, href) for found in told for href in found.hrefs(_HOME)]
    if not homes:
        raise CalendarNotFound(call.provider, call.operation, "the server names no calendars of this account")
    addresses = [address for found in told for address in _addresses(found)]
    calendars = {each.url: each for home in homes for each in _calendars(client, call, home)}
    return Account(homes, addresses, list(calendars.values()))


def _principal(client: Client, call: Call) -> str:
    """Return the address of who is signed in."""
    start = client.settings.url
    refused: ProviderError | None = None
    for url in dict.fromkeys((start, urljoin(start, _WELL_KNOWN), urljoin(start, "/"))):
        try:
            for found in _asked(client, call, url, [_PRINCIPAL]):
                if hrefs := found.hrefs(_PRINCIPAL):
                    return client.trusted(call, url, hrefs[0])
        except (AccessDenied, CalendarNotFound, UnexpectedResponse) as error:
            refused = refused or error
        except ProviderError as error:
            # A page, or a verb that is not taken, at the one address says nothing of the next.
            if type(error) is not ProviderError:
                raise
            refused = refused or error
    raise refused or CalendarNotFound(call.provider, call.operation, "the server does not know CalDAV")


def _asked(
    client: Client, call: Call, url: str, names: Sequence[str], *, depth: int = 0
) -> Sequence[Resource]:
    return client.resources(call, propfind(url, propfind_body(names), depth=depth)).resources


def _addresses(principal: Resource) -> Iterator[str]:
    """Yield the mail addresses of an account's owner."""
    for href in principal.hrefs(_ADDRESSES):
        if href.lower().startswith("mailto:"):
            yield unquote(href[len("mailto:") :]).lower()


def _calendars(client: Client, call: Call, home: str) -> Iterator[Calendar]:
    for found in _asked(client, call, home, [_KINDS, _NAME, _ENTRIES, _RIGHTS, _ZONE], depth=1):
        if f"{CALDAV}calendar" not in found.kinds(_KINDS) or not _takes_events(found):
            continue
        url = client.trusted(call, home, found.href)
        rights = found.kinds(_RIGHTS)
        yield Calendar(
            url if url.endswith("/") else f"{url}/",
            (found.text(_NAME) or "").strip(),
            can_write=not rights or bool(_WRITING & rights),
            timezone=_zone(found.text(_ZONE) or ""),
        )


def _zone(definition: str) -> str | None:
    """Return the IANA name in a VTIMEZONE, None where it has none."""
    named = _TZID.search(definition)
    try:
        return ZoneInfo(named[1]).key if named else None
    except (ValueError, KeyError, OSError):  # by the kind of nonsense
        return None


def _takes_events(found: Resource) -> bool:
    """Tell whether a calendar is for appointments; a list of things to do is one too, by its kind."""
    told = found.properties.get(_ENTRIES)
    return told is None or any(each.get("name") == "VEVENT" for each in told)


def _features(client: Client, call: Call, url: str) -> frozenset[str]:
    told = client.ask(call, Question("OPTIONS", url), lambda answer: answer.headers.get("dav", ""))
    return frozenset(word.strip().lower() for word in told.split(","))
