"""What tests do to the fake: as the people who own the calendars, as administrators, and as bad luck."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from tests.vendors.common import Json
from tests.vendors.exchange.availability import Availability
from tests.vendors.exchange.doors import Doors
from tests.vendors.exchange.folders import furnish
from tests.vendors.exchange.reading import Reading
from tests.vendors.exchange.state import (
    CALENDAR,
    DOMAIN,
    Folder,
    Guest,
    Item,
    Mailbox,
    Sent,
    Series,
    World,
)

PASSWORD = "plainly fake"
Moment = datetime | str
Day = date | str


class People:
    """The verbs of tests. Moments are aware, or ISO text with an offset."""

    def __init__(self, world: World, doors: Doors) -> None:
        self.world = world
        self.doors = doors
        self.reading = Reading(world)
        self.availability = Availability(world)

    # mailboxes, folders, rights

    def add_mailbox(self, email: str, *, password: str = PASSWORD, **members: Any) -> str:
        """Add a mailbox with its folders; `members` are fields of `state.Mailbox`. Return its address."""
        email = email.lower()
        name = members.pop("name", email.partition("@")[0].title())
        mailbox = Mailbox(email, password, name, members.pop("zone", "Europe/Berlin"), **members)
        furnish(mailbox)
        with self.world.lock:
            self.world.mailboxes[email] = mailbox
        return email

    def add_calendar(self, email: str, name: str = "Second") -> str:
        """Add a calendar beside a mailbox's own; return its id."""
        mailbox = self.world.mailbox(email)
        folder = Folder(name, CALENDAR, None, mailbox.folder("calendar").id)
        mailbox.folders[folder.id] = folder
        return folder.id

    def remove_calendar(self, email: str, calendar: str) -> None:
        """Take a calendar away."""
        del self.world.mailbox(email).folders[calendar]

    def calendar_id(self, email: str) -> str:
        """Return the id of a mailbox's own calendar."""
        return self.world.mailbox(email).folder("calendar").id

    def break_calendar(
        self, email: str, calendar: str = "calendar", code: str | None = "ErrorItemCorrupt"
    ) -> None:
        """From now on this calendar's content cannot be read; None ends it."""
        self._calendar(email, calendar).broken = code

    def grant(self, owner: str, to: str, right: str | None = "write") -> None:
        """Let somebody "read" or "write" an owner's folders; None ends it."""
        grants = self.world.mailbox(owner).grants
        grants.pop(to.lower(), None)
        if right is not None:
            grants[to.lower()] = right

    def change_mailbox(self, email: str, **members: Any) -> None:
        """Change fields of `state.Mailbox`: what others see of it, whether it may impersonate, its state."""
        mailbox = self.world.mailboxes[email.lower()]
        for name, value in members.items():
            setattr(mailbox, name, value)

    def set_password(self, email: str, password: str) -> None:
        """Change a password: whoever came in with the old one is out, by whichever connection."""
        self.change_mailbox(email, password=password)
        self.doors.forget(email.lower())

    def user(self, email: str) -> str:
        """Return the name by which a mailbox's owner signs in to the domain."""
        return f"{DOMAIN}\\{self.world.mailboxes[email.lower()].account}"

    # entries, as people make and change them

    def add_event(
        self, email: str, start: Moment, end: Moment, *, calendar: str = "calendar", **members: Any
    ) -> str:
        """Put in an entry; `members` are fields of `state.Item`, `guests` addresses. Return its id."""
        folder = self._calendar(email, calendar)
        zone = members.pop("zone", self.world.mailbox(email).zone)
        guests = [Guest(each) for each in members.pop("guests", ())]
        item = Item(_instant(start), _instant(end), zone, guests=guests, **members)
        with self.world.lock:
            return self.world.put(folder, item).id

    def add_days(
        self, email: str, first: Day, until: Day, *, calendar: str = "calendar", **members: Any
    ) -> str:
        """Put in an all-day entry up to, not including, the day `until`."""
        zone = ZoneInfo(self.world.mailbox(email).zone)
        start, end = (datetime.combine(_day(each), time.min, zone) for each in (first, until))
        return self.add_event(email, start, end, calendar=calendar, all_day=True, **members)

    def add_series(
        self, email: str, first: tuple[Moment, Moment], *, every_days: int, count: int, **members: Any
    ) -> str:
        """Put in a series; occurrences are numbered from 0. Return the series' id.

        `skipped` are numbers of occurrences that do not take place, `moved` their numbers with new times.
        """
        wanted: Mapping[Any, tuple[Moment, Moment]] = members.pop("moved", {})
        moved = {int(each): (_instant(span[0]), _instant(span[1])) for each, span in wanted.items()}
        series = Series(every_days, count, frozenset(members.pop("skipped", ())), moved)
        return self.add_event(email, *first, series=series, **members)

    def change_event(self, email: str, event_id: str, **members: Any) -> None:
        """Change fields of an entry; whoever knows its old version no longer overwrites it."""
        with self.world.lock:
            folder, item = self._find(email, event_id)
            for name, value in members.items():
                setattr(item, name, value)
            touched = [_MEMBERS.get(name, name) for name in members]
            self.world.put(folder, item, touched)

    def move_event(self, email: str, event_id: str, start: Moment, end: Moment) -> None:
        """Drag an entry to another time."""
        self.change_event(email, event_id, start=_instant(start), end=_instant(end), all_day=False)

    def delete_event(self, email: str, event_id: str) -> None:
        """Delete an entry for good."""
        self.change_event(email, event_id, deleted=True)

    def answer(self, owner: str, event_id: str, guest: str, response: str) -> None:
        """Let a guest answer an owner's invitation: "Accept", "Tentative" or "Decline"."""
        with self.world.lock:
            folder, item = self._find(owner, event_id)
            for each in item.guests:
                each.response = response if each.email == guest.lower() else each.response
            self.world.put(folder, item)

    def events(self, email: str, calendar: str = "calendar", *, deleted: bool = False) -> list[Json]:
        """Return a calendar's live entries as kept, by start; deleted ones too if wanted."""
        with self.world.lock:
            found = sorted(self._calendar(email, calendar).items.values(), key=lambda item: item.start)
            return [_plain(deepcopy(item)) for item in found if deleted or not item.deleted]

    def mails(self) -> list[Sent]:
        """Return the mails that Exchange sent to guests."""
        return list(self.world.mails)

    def set_limits(self, *, most: int = 1000, most_in_view: int | None = None, most_days: int = 42) -> None:
        """Say how much is told at once: see `reading.Reading` and `availability.Availability`."""
        self.reading.most, self.reading.most_in_view = most, most_in_view
        self.availability.most_days = most_days

    def expire_sync(self, email: str, calendar: str = "calendar") -> None:
        """Know no state any more that was given for a calendar so far."""
        self._calendar(email, calendar).generation += 1

    def _calendar(self, email: str, calendar: str) -> Folder:
        mailbox = self.world.mailboxes[email.lower()]
        return (
            mailbox.folder(calendar)
            if calendar in {"calendar", "deleteditems"}
            else mailbox.folders[calendar]
        )

    def _find(self, email: str, event_id: str) -> tuple[Folder, Item]:
        for folder in self.world.mailboxes[email.lower()].folders.values():
            if event_id in folder.items:
                return folder, folder.items[event_id]
        raise KeyError(event_id)


_MEMBERS = {
    "start": "Start",
    "end": "End",
    "subject": "Subject",
    "body": "Body",
    "location": "Location",
    "all_day": "IsAllDayEvent",
    "show_as": "LegacyFreeBusyStatus",
}


def _plain(item: Item) -> Json:
    """Return an entry as plain values; `properties` by what they are known by."""
    told = asdict(item)
    told["properties"] = {" ".join(key): value for key, (_, value) in item.properties.items()}
    told["guests"] = {each.email: each.kind for each in item.guests}
    told["change_key"] = item.change_key
    return told


def _instant(moment: Moment) -> datetime:
    found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    if found.tzinfo is None:
        raise ValueError("a moment needs an offset")
    return datetime.fromtimestamp(found.timestamp(), UTC)  # of whichever class it was


def _day(day: Day) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day
