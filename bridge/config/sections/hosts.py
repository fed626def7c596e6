"""Reads the hosts: who they are, when they are open, which calendars tell of their time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, PlainValidator

from bridge.config.named_tables import read_named
from bridge.config.problems.found import Problems
from bridge.config.sections.places import check_places
from bridge.config.sections.vendors import Vendors, missing_section, not_for_bookings
from bridge.config.table import Needed, Read, Table
from bridge.config.values.calendars import Calendar
from bridge.config.values.dates import Days
from bridge.config.values.localities import HolidayRegion, Zone
from bridge.config.values.numbers import whole
from bridge.config.values.open_hours import DateOverrides, OpenHours
from bridge.config.values.text import Email, Emails, Line, Phone, WebAddress, choice, one_of, plain
from bridge.model import CalendarName, Host, Places, Schedule
from bridge.said import Said, Unfit
from providers.busy_policy import DEFAULT_BUSY_STATUSES, AllDay, BusyPolicy

_STATUSES = ("busy", "tentative", "oof", "unknown", "workingElsewhere")


def _status(value: object) -> str:
    return one_of(plain(value), _STATUSES)


def _with_busy(found: tuple[str, ...]) -> tuple[str, ...]:
    if "busy" not in found:
        raise Unfit('must hold "busy"; without it meetings would be booked over')
    return found


class HostTable(Table):
    """A host as TOML writes it."""

    section: ClassVar[str] = "hosts.<name>"

    name: Annotated[Line, Needed('what people read, such as "Anna Weber"')] = ""
    email: Annotated[Email, Needed('the host\'s address, such as "anna@example.com"')] = ""
    phone: Phone | None = None
    link: WebAddress = ""
    notify: Emails = ()
    busy_calendars: tuple[Calendar, ...] = ()
    booking_calendar: Calendar | None = None
    timezone: Zone | None = None
    busy_statuses: Annotated[
        tuple[Annotated[str, PlainValidator(_status)], ...], AfterValidator(_with_busy)
    ] = tuple(DEFAULT_BUSY_STATUSES)
    all_day_events: Annotated[AllDay, choice(AllDay)] = AllDay.BLOCK
    public_holidays: HolidayRegion | None = None
    time_off: tuple[Days, ...] = ()
    weight: Annotated[int, whole(0, 1_000_000)] = 100
    priority: Annotated[int, whole(0, 4)] = 2
    open_hours: OpenHours = Field(default_factory=dict)
    date_overrides: DateOverrides = Field(default_factory=dict)

    def takes_bookings(self, vendors: Vendors) -> CalendarName | None:
        """Return the booking calendar: the one named, else the first checked one that can be written to."""
        writable = (name for name in self.busy_calendars if not_for_bookings(name, vendors) is None)
        return self.booking_calendar or next(writable, None)


@dataclass(frozen=True)
class Hosts:
    """The hosts whose calendars are known, and the names of all, in order; None where these cannot be read.

    `resources` are the names of what they share.
    """

    known: Mapping[str, Host]
    names: Mapping[str, object] | None
    resources: frozenset[str] = frozenset()


def read_hosts(
    tree: Mapping[str, object], *, zone: ZoneInfo, places: Places, vendors: Vendors, problems: Problems
) -> Hosts:
    """Return the hosts of a document; `zone` is of those that name none."""
    known, raw = {}, tree.get("hosts", {})
    read = read_named(HostTable, raw, ("hosts",), problems=problems, context={"vendors": vendors})
    for name, found in read.items():
        for place, sentence in _calendar_problems(found, vendors, tree):
            problems.add(("hosts", name, *place), sentence)
        check_places(found.table.open_hours, places, ("hosts", name, "open_hours"), problems)
        check_places(found.table.date_overrides, places, ("hosts", name, "date_overrides"), problems)
        booking_calendar = found.table.takes_bookings(vendors)
        if booking_calendar:
            known[name] = _host(name, found.table, booking_calendar, zone)
    shared = tree.get("resources")
    return Hosts(
        known,
        raw if isinstance(raw, dict) else None,
        frozenset(shared) if isinstance(shared, dict) else frozenset(),
    )


def _calendar_problems(
    read: Read[HostTable], vendors: Vendors, tree: Mapping[str, object]
) -> Iterator[tuple[tuple[str | int, ...], Said]]:
    table = read.table
    for number, name in enumerate(table.busy_calendars):
        if missing := missing_section(name, vendors, tree):
            yield ("busy_calendars", number), missing
    chosen = table.booking_calendar
    if chosen:
        problem = not_for_bookings(chosen, vendors) or missing_section(chosen, vendors, tree)
        if problem:
            yield ("booking_calendar",), problem
    elif not table.takes_bookings(vendors) and read.broken.isdisjoint({"booking_calendar", "busy_calendars"}):
        # A name that works as it stands, if there is a vendor that needs no section.
        example = min(vendors.values(), key=lambda rules: rules.section is not None).example
        text = Said('is missing; write the calendar that takes bookings, such as "{name}"', name=example)
        yield ("booking_calendar",), text


def _host(name: str, table: HostTable, booking_calendar: CalendarName, zone: ZoneInfo) -> Host:
    return Host(
        id=name,
        name=table.name,
        email=table.email,
        notify=table.notify,
        phone=table.phone,
        link=table.link,
        schedule=_schedule(table, zone),
        busy_calendars=tuple(dict.fromkeys(table.busy_calendars)) or (booking_calendar,),
        booking_calendar=booking_calendar,
        busy_policy=BusyPolicy(frozenset(table.busy_statuses), table.all_day_events),
        weight=table.weight,
        priority=table.priority,
    )


def _schedule(table: HostTable, zone: ZoneInfo) -> Schedule:
    return Schedule(
        timezone=table.timezone or zone,
        week=table.open_hours,
        overrides=table.date_overrides,
        public_holidays=table.public_holidays,
        time_off=table.time_off,
    )
