"""What Exchange keeps: accounts, calendars, events, what changed when, and which mails went out."""

from __future__ import annotations

import secrets
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.vendors.common import Json
from tests.vendors.microsoft.answers import Refused, malformed, not_found

PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"
CONTOSO = "c0a70500-0000-4000-8000-00000000c0a7"
TEAMS = "teamsForBusiness"

WINDOWS = {
    "UTC": "UTC",
    "Europe/Berlin": "W. Europe Standard Time",
    "Europe/London": "GMT Standard Time",
    "America/New_York": "Eastern Standard Time",
    "Asia/Kolkata": "India Standard Time",
    "Asia/Tokyo": "Tokyo Standard Time",
}
IANA = {windows: iana for iana, windows in WINDOWS.items()}

Span = tuple[datetime, datetime]


def _new_uid() -> str:
    return f"040000008200E00074C5B7101A82E008{uuid.uuid4().hex}".upper()


@dataclass(frozen=True, slots=True)
class Series:
    """How an event comes back; occurrences are numbered from 0."""

    every_days: int
    count: int
    skipped: frozenset[int] = frozenset()
    moved: Mapping[int, Span] = field(default_factory=dict)


@dataclass(slots=True)
class Item:
    """An event as Exchange holds it; times in UTC, `days` where it lasts all day."""

    start: datetime
    end: datetime
    zone: str
    days: tuple[date, date] | None = None
    id: str = field(default_factory=lambda: f"AAkALgAAAAAAHYQDEapm{secrets.token_hex(12)}=")
    ical_uid: str = field(default_factory=_new_uid)
    subject: str = ""
    content: str = ""
    location: str = ""
    show_as: str = "busy"
    cancelled: bool = False
    response: str = "organizer"
    attendees: list[Json] = field(default_factory=list)
    transaction: str | None = None
    fingerprint: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    meeting: Json | None = None
    meeting_reads: int = 0
    is_online: bool = False
    series: Series | None = None
    version: int = 0
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    deleted: bool = False

    @property
    def etag(self) -> str:
        """Return the version as Graph writes it."""
        return f'W/"fake{self.version:08d}=="'

    def settle(self) -> None:
        """Let start and end follow the days."""
        if self.days is not None:
            zone = ZoneInfo(self.zone)
            first, until = (datetime.combine(day, time.min, zone) for day in self.days)
            self.start, self.end = first.astimezone(UTC), until.astimezone(UTC)

    def guests(self) -> list[str]:
        """Return the addresses invited."""
        return [each["emailAddress"]["address"].lower() for each in self.attendees]


@dataclass(frozen=True, slots=True)
class Single:
    """A single event, or an occurrence of a series."""

    item: Item
    id: str
    start: datetime
    end: datetime
    kind: str = "singleInstance"


def singles(item: Item) -> Iterator[Single]:
    """Return what an event puts into the calendar: itself, or the occurrences that take place."""
    if item.series is None:
        yield Single(item, item.id, item.start, item.end)
        return
    zone = ZoneInfo(item.zone)
    for number in range(item.series.count):
        own_id = f"{item.id[:-1]}{number:04d}="
        if number in item.series.moved:
            yield Single(item, own_id, *item.series.moved[number], kind="exception")
        elif number not in item.series.skipped:
            shift = timedelta(days=number * item.series.every_days)
            start, end = (
                (each.astimezone(zone).replace(tzinfo=None) + shift).replace(tzinfo=zone).astimezone(UTC)
                for each in (item.start, item.end)
            )
            yield Single(item, own_id, start, end, kind="occurrence")


@dataclass(slots=True)
class Calendar:
    """A calendar; `changed` holds the number of each event's last change, `broken` the code it answers."""

    id: str
    name: str
    providers: tuple[str, ...]
    can_edit: bool = True
    items: dict[str, Item] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    changes: int = 0
    broken: str | None = None

    def live(self) -> list[Item]:
        """Return the events that are not deleted."""
        return [item for item in self.items.values() if not item.deleted]


@dataclass(slots=True)
class Account:
    """A mailbox with its owner; the first calendar is the default one."""

    email: str
    tenant: str
    zone: str
    oid: str = field(default_factory=lambda: str(uuid.uuid4()))
    calendars: dict[str, Calendar] = field(default_factory=dict)
    shared_with: dict[str, bool] = field(default_factory=dict)  # by address: whether to make changes
    disabled: bool = False
    schedule_error: str | None = None
    schedule_left_out: bool = False
    is_room: bool = False  # answers invitations by itself
    hides_items: bool = False  # from getSchedule, though its view shows them

    @property
    def is_personal(self) -> bool:
        """Tell whether it is no company's."""
        return self.tenant == PERSONAL

    @property
    def default(self) -> Calendar:
        """Return the default calendar."""
        return next(iter(self.calendars.values()))

    def calendar(self, calendar_id: str | None) -> Calendar:
        """Return a calendar by id; None and "calendar" are the default one."""
        if calendar_id in (None, "calendar"):
            return self.default
        if not str(calendar_id).startswith("AAMk"):
            raise malformed()
        found = self.calendars.get(str(calendar_id))
        if found is None:
            raise not_found()
        return found


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that Exchange sent about an event: created, updated or cancelled."""

    event_id: str
    about: str
    to: tuple[str, ...]


class World:
    """All accounts; `lock` guards everything in it."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.accounts: dict[str, Account] = {}
        self.mails: list[Sent] = []
        self.versions = 0
        self.on_change: Callable[[Account, Calendar, Item], None] = lambda *_: None

    def account(self, email: str) -> Account:
        """Return an account."""
        found = self.accounts.get(email.lower())
        if found is None:
            raise Refused(404, "Request_ResourceNotFound", "Resource does not exist.")
        return found

    def put(self, account: Account, calendar: Calendar, item: Item) -> Item:
        """Keep an event as it is now, under a new version."""
        item.settle()
        self.versions += 1
        item.version = self.versions
        calendar.changes += 1
        calendar.items[item.id] = item
        calendar.changed[item.id] = calendar.changes
        self.on_change(account, calendar, item)
        return item

    def mail(self, item: Item, about: str, to: Sequence[str] | None = None) -> None:
        """Note a mail to whoever is invited, or to these."""
        recipients = item.guests() if to is None else to
        if recipients:
            self.mails.append(Sent(item.id, about, tuple(sorted(recipients))))

    def mail_change(self, item: Item, before: Sequence[str]) -> None:
        """Note the mails of a change to those who were guests before, who are now, and who are both."""
        now = item.guests()
        self.mail(item, "updated", [each for each in now if each in before])
        self.mail(item, "created", [each for each in now if each not in before])
        self.mail(item, "cancelled", [each for each in before if each not in now])
