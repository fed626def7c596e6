"""Desks of hosts at every kind of vendor, and what their owners do there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from providers.base import EventRef, Interval
from tests.caldav.account import ServedAccount
from tests.cast.at_vendors import ANNA_GOOGLE, BEN_MICROSOFT, google_section, microsoft_section
from tests.cast.clock import HALF_AN_HOUR
from tests.cast.config import Staff
from tests.cast.salon import Salon
from tests.vendors.caldav.icloud import ServedByICloud
from tests.vendors.exchange import PASSWORD, FakeExchange
from tests.vendors.google import FakeGoogle
from tests.vendors.microsoft import FakeMicrosoft

FAYE, SERVICE = "faye@contoso.example.com", "bridge@contoso.example.com"


@dataclass(frozen=True)
class Desk:
    """A host's calendar at a vendor, and what its owner does there to the event of an id."""

    staff: Staff
    events: Callable[[], dict[str, datetime]]
    move: Callable[[str, datetime], object]
    delete: Callable[[str], object]
    section: str = ""


def at_google(google: FakeGoogle, folder: Path) -> Desk:
    google.add_account(ANNA_GOOGLE)
    return Desk(
        Staff("anna", "00:00-24:00", calendar=f"google:{ANNA_GOOGLE}/primary"),
        lambda: {
            each["id"]: datetime.fromisoformat(each["start"]["dateTime"])
            for each in google.events(ANNA_GOOGLE)
        },
        lambda event, start: google.move_event(ANNA_GOOGLE, event, start, start + HALF_AN_HOUR),
        lambda event: google.delete_event(ANNA_GOOGLE, event),
        google_section(google, folder),
    )


def at_microsoft(microsoft: FakeMicrosoft) -> Desk:
    microsoft.add_account(BEN_MICROSOFT)
    return Desk(
        Staff("ben", "00:00-24:00", calendar=f"microsoft:{BEN_MICROSOFT}/calendar"),
        lambda: {each["id"]: each["start"] for each in microsoft.events(BEN_MICROSOFT)},
        lambda event, start: microsoft.move_event(BEN_MICROSOFT, event, start, start + HALF_AN_HOUR),
        lambda event: microsoft.delete_event(BEN_MICROSOFT, event),
        f"{microsoft_section(microsoft)}allow_private_addresses = true\n",  # its [network] is everybody's
    )


def at_exchange(exchange: FakeExchange) -> Desk:
    exchange.add_mailbox(FAYE)
    exchange.add_mailbox(SERVICE, impersonates=True)
    signed_in = f"username = '{exchange.user(SERVICE)}'\npassword = \"{PASSWORD}\"\nimpersonation = true\n"
    return Desk(
        Staff("faye", "00:00-24:00", calendar=f"exchange:{FAYE}/calendar"),
        lambda: {each["id"]: each["start"] for each in exchange.events(FAYE)},
        lambda event, start: exchange.move_event(FAYE, event, start, start + HALF_AN_HOUR),
        lambda event: exchange.delete_event(FAYE, event),
        f'[exchange]\nurl = "{exchange.endpoint}"\n{signed_in}',
    )


def at_icloud(icloud: ServedByICloud) -> Desk:
    person = ServedAccount(icloud)
    work = icloud.folders["work"]
    return Desk(
        Staff("carl", "00:00-24:00", calendar="caldav:carl/Work"),
        lambda: {name: person.stored("Work", name).interval.start for name in work.live()},
        lambda event, start: person.move_as_person("Work", event, Interval(start, start + HALF_AN_HOUR)),
        lambda event: person.delete_as_person("Work", event),
        f'[caldav.carl]\nurl = "{icloud.start}"\n'
        f'username = "{icloud.user}"\npassword = "{icloud.password}"\n',
    )


def embedded(name: str, salon: list[Salon], lines: str = "", section: str = "") -> Desk:
    """Return the desk of a host of the salon that will be opened."""

    def ref(event: str) -> EventRef:
        return EventRef(name, event)

    def move(event: str, start: datetime) -> None:
        there = Interval(start, start + HALF_AN_HOUR)
        provider = salon[0].provider(salon[0].config.hosts[name].booking_calendar)
        provider.move_event(ref(event), there, timezone="UTC", deadline=salon[0].patience())

    def delete(event: str) -> None:
        provider = salon[0].provider(salon[0].config.hosts[name].booking_calendar)
        provider.cancel_event(ref(event), notify=False, deadline=salon[0].patience())

    def events() -> dict[str, datetime]:
        return {each.ref.event_id: each.interval.start for each in salon[0].events(name)}

    return Desk(Staff(name, "00:00-24:00", lines), events, move, delete, section)
