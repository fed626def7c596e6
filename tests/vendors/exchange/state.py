"""What Exchange keeps: mailboxes, folders, entries, what changed when, and which mails went out."""

from __future__ import annotations

import secrets
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.vendors.exchange.soap import Failed

DOMAIN = "CONTOSO"
CALENDAR = "IPF.Appointment"
MAIL = "IPF.Note"
# In the order of their digits in merged free/busy.
STATUSES = ("Free", "Tentative", "Busy", "OOF", "NoData", "WorkingElsewhere")
GUESTS = ("RequiredAttendees", "OptionalAttendees", "Resources")

Span = tuple[datetime, datetime]
Property = tuple[str, ...]  # what an extended property is known by: see `properties.key_of`


@dataclass(frozen=True, slots=True)
class Series:
    """How an entry comes back; occurrences are numbered from 0."""

    every_days: int
    count: int
    skipped: frozenset[int] = frozenset()
    moved: Mapping[int, Span] = field(default_factory=dict)


@dataclass(slots=True)
class Guest:
    """Whom an entry invites: `kind` is one of GUESTS."""

    email: str
    name: str = ""
    kind: str = "RequiredAttendees"
    response: str = "Unknown"


@dataclass(slots=True)
class Item:
    """An entry of a calendar; times in UTC, `all_day` ones from midnight to midnight of its zone."""

    start: datetime
    end: datetime
    zone: str = "Europe/Berlin"
    all_day: bool = False
    id: str = field(default_factory=lambda: f"AAMkAGFh{secrets.token_hex(20)}=")
    uid: str = field(default_factory=lambda: f"040000008200E00074C5B7101A82E008{uuid.uuid4().hex.upper()}")
    subject: str = ""
    body: str = ""
    body_type: str = "Text"
    location: str = ""
    show_as: str = "Busy"
    cancelled: bool = False
    response: str = ""  # of the mailbox's owner; "" is what follows from whose entry it is
    organizer: str = ""  # "" is the mailbox's owner
    guests: list[Guest] = field(default_factory=list)
    invited: bool = False
    properties: dict[Property, tuple[dict[str, str], str]] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)  # plain members that nothing here depends on
    categories: list[str] = field(default_factory=list)
    series: Series | None = None
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    version: int = 0
    touched: dict[str, int] = field(default_factory=dict)  # by member: the version that last changed it
    first_change: int = 0
    last_change: int = 0
    deleted: bool = False

    @property
    def change_key(self) -> str:
        """Return the version as Exchange writes it."""
        return f"DwAAABYAAAfake{self.version:08d}"

    @property
    def is_meeting(self) -> bool:
        """Tell whether others take part."""
        return bool(self.guests or self.organizer)

    def settle(self) -> None:
        """Let an all-day entry reach from midnight to midnight."""
        if self.all_day:
            zone = ZoneInfo(self.zone)
            first, last = self.start.astimezone(zone), self.end.astimezone(zone)
            until = last.date() + timedelta(days=last.time() != time.min or last.date() == first.date())
            self.start = datetime.combine(first.date(), time.min, zone).astimezone(UTC)
            self.end = datetime.combine(until, time.min, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Single:
    """A single entry, or an occurrence of a series; `kind` as Exchange calls it."""

    item: Item
    id: str
    start: datetime
    end: datetime
    kind: str = "Single"
    original: datetime | None = None


def singles(item: Item) -> Iterator[Single]:
    """Yield what an entry puts into the calendar: itself, or the occurrences that take place."""
    if item.series is None:
        yield Single(item, item.id, item.start, item.end)
        return
    zone = ZoneInfo(item.zone)
    for number in range(item.series.count):
        shift = timedelta(days=number * item.series.every_days)
        start, end = (
            (each.astimezone(zone).replace(tzinfo=None) + shift).replace(tzinfo=zone).astimezone(UTC)
            for each in (item.start, item.end)
        )
        own_id = f"{item.id[:-1]}{number:04d}="
        if number in item.series.moved:
            yield Single(item, own_id, *item.series.moved[number], "Exception", start)
        elif number not in item.series.skipped:
            yield Single(item, own_id, start, end, "Occurrence", start)


def master(item: Item) -> Single:
    """Return an entry as one, its series too."""
    kind = "Single" if item.series is None else "RecurringMaster"
    return Single(item, item.id, item.start, item.end, kind)


@dataclass(slots=True)
class Folder:
    """A folder; `broken` is the code that reading its content is answered with."""

    name: str
    kind: str = MAIL
    distinguished: str | None = None
    parent: str | None = None
    id: str = field(default_factory=lambda: f"AAMkAGFi{secrets.token_hex(20)}=")
    items: dict[str, Item] = field(default_factory=dict)
    changes: int = 0
    generation: int = 0
    broken: str | None = None

    def live(self) -> list[Item]:
        """Return the entries that are not deleted."""
        return [item for item in self.items.values() if not item.deleted]


@dataclass(slots=True)
class Mailbox:
    """A mailbox with its owner. `grants`: who else may "read" or "write" its folders, by address.

    `impersonates`: may act as everybody (a service account). `is_room`: answers invitations by itself.
    """

    email: str
    password: str
    name: str
    zone: str
    impersonates: bool = False
    is_room: bool = False
    grants: dict[str, str] = field(default_factory=dict)
    folders: dict[str, Folder] = field(default_factory=dict)
    schedule_error: str | None = None
    schedule_view: str | None = None  # how much others see at most: "None", "MergedOnly", "FreeBusy"
    schedule_unknown: bool = False
    disabled: bool = False

    @property
    def account(self) -> str:
        """Return the account's name in the domain."""
        return self.email.partition("@")[0]

    def folder(self, distinguished: str) -> Folder:
        """Return a folder that every mailbox has."""
        return next(each for each in self.folders.values() if each.distinguished == distinguished)


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that Exchange sent about an entry: "created", "updated" or "cancelled"."""

    uid: str
    about: str
    to: tuple[str, ...]


class World:
    """All mailboxes; `lock` guards everything in it."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.mailboxes: dict[str, Mailbox] = {}
        self.mails: list[Sent] = []
        self.versions = 0
        self.refuses_strangers_with = "ErrorAccessDenied"

    def mailbox(self, email: str) -> Mailbox:
        """Return a mailbox. Failed: there is none."""
        found = self.mailboxes.get(email.lower())
        if found is None:
            raise Failed("ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it.")
        if found.disabled:
            raise Failed("ErrorMailboxStoreUnavailable", "The mailbox database is temporarily unavailable.")
        return found

    def require(self, who: Mailbox, owner: Mailbox, right: str) -> None:
        """Let nobody in who was granted nothing. Failed: somebody was not."""
        granted = "write" if who is owner else owner.grants.get(who.email)
        if granted is None:
            raise Failed(self.refuses_strangers_with, "Access is denied. Check credentials and try again.")
        if right == "write" and granted != "write":
            raise Failed("ErrorAccessDenied", "Access is denied. Check credentials and try again.")

    def folder(self, who: Mailbox, folder_id: str, right: str = "read") -> tuple[Mailbox, Folder]:
        """Return a folder with its owner. Failed: there is none, or it is none of theirs."""
        for owner in self.mailboxes.values():
            if folder_id in owner.folders:
                self.require(who, self.mailbox(owner.email), right)
                return owner, owner.folders[folder_id]
        if not folder_id.startswith("AAMk"):
            raise Failed("ErrorInvalidIdMalformed", "Id is malformed.")
        raise Failed("ErrorFolderNotFound", "The specified folder could not be found in the store.")

    def item(self, who: Mailbox, item_id: str, right: str = "read") -> tuple[Mailbox, Folder, Single]:
        """Return a live entry or occurrence with where it lies. Failed: there is none, or none of theirs."""
        for owner in self.mailboxes.values():
            for folder in owner.folders.values():
                found = _in(folder, item_id)
                if found is not None:
                    self.require(who, self.mailbox(owner.email), right)
                    if folder.broken:
                        raise Failed(folder.broken)
                    return owner, folder, found
        if not item_id.startswith("AAMk"):
            raise Failed("ErrorInvalidIdMalformed", "Id is malformed.")
        raise Failed("ErrorItemNotFound", "The specified object was not found in the store.")

    def put(self, folder: Folder, item: Item, touched: Sequence[str] = ()) -> Item:
        """Keep an entry as it is now, under a new version."""
        item.settle()
        self.versions += 1
        item.version = self.versions
        item.touched.update(dict.fromkeys(touched, self.versions))
        folder.changes += 1
        item.last_change = folder.changes
        item.first_change = item.first_change or folder.changes
        folder.items[item.id] = item
        return item

    def mail(self, item: Item, about: str, to: Sequence[str]) -> None:
        """Note a mail."""
        if to:
            self.mails.append(Sent(item.uid, about, tuple(sorted(to))))


def _in(folder: Folder, item_id: str) -> Single | None:
    item = folder.items.get(item_id)
    if item is not None:
        return None if item.deleted else master(item)
    owner = folder.items.get(f"{item_id[:-5]}=")  # an occurrence's id ends in its number
    if owner is None or owner.series is None or owner.deleted:
        return None
    return next((each for each in singles(owner) if each.id == item_id), None)
