"""Reads the resources: rooms and devices that appointments take, each with a calendar of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from bridge.config.named_tables import read_named
from bridge.config.problems.found import Problems, TomlPath
from bridge.config.problems.wording import kind, shown, suggestion
from bridge.config.sections.meeting import organisers
from bridge.config.sections.vendors import Vendors, missing_section, not_for_bookings
from bridge.config.table import Needed, Table
from bridge.config.values.calendars import Calendar
from bridge.config.values.env_and_files import Unresolved
from bridge.config.values.text import Line
from bridge.model import EventType, Host, Resource, Schedule, WallRange
from bridge.said import Said

_ = str  # marks a text for the catalogues

_ALWAYS = dict.fromkeys(range(7), (WallRange(0, 24 * 60),))


class ResourceTable(Table):
    """A resource as TOML writes it."""

    section: ClassVar[str] = "resources.<name>"

    name: Annotated[Line, Needed('what people read, such as "Treatment room 1"')] = ""
    calendar: Calendar | None = None


def read_resources(
    tree: Mapping[str, object],
    hosts: Iterable[str],
    *,
    zone: ZoneInfo,
    vendors: Vendors,
    problems: Problems,
) -> Mapping[str, Resource]:
    """Return the resources of a document; none may be called as one of the hosts."""
    if "resources" not in tree:
        return {}
    found = {}
    context = {"vendors": vendors}
    read = read_named(ResourceTable, tree["resources"], ("resources",), problems=problems, context=context)
    for name, each in read.items():
        at, calendar = ("resources", name), each.table.calendar
        if name in hosts:
            problems.add(at, Said("is the name of a host, too; call it otherwise"))
        if calendar is None:
            if "calendar" not in each.broken:
                text = Said('is missing; write its calendar, such as "local:room1"')
                problems.add((*at, "calendar"), text)
            continue
        address = vendors[calendar.provider].address_of_room(calendar)
        problem = None if address else not_for_bookings(calendar, vendors)
        if problem := problem or missing_section(calendar, vendors, tree):
            problems.add((*at, "calendar"), problem)
        found[name] = Resource(
            id=name,
            name=each.table.name,
            email=address,
            takes_entries=not_for_bookings(calendar, vendors) is None,
            schedule=Schedule(zone, _ALWAYS),
            busy_calendars=(calendar,),
            booking_calendar=calendar,
        )
    return found


def check_invited(
    event_types: Mapping[str, EventType],
    hosts: Mapping[str, Host],
    resources: Mapping[str, Resource],
    problems: Problems,
) -> None:
    """Note rooms that can only be invited, where whoever organises cannot: nothing would reserve them."""
    for booked in chain.from_iterable(each.kinds for each in event_types.values()):
        wanted = (resources.get(each) for each in chain.from_iterable(booked.team.resources))
        organising = [hosts[each] for each in organisers(booked.team) if each in hosts]
        at = (
            "event_types",
            booked.id,
            *(("services", booked.service) if booked.service else ()),
            "resources",
        )
        for room in (each for each in wanted if each and not each.takes_entries):
            for host in organising:
                if not room.is_invited_from(host.booking_calendar):
                    problems.add(at, _not_invited(room, host))


def _not_invited(room: Resource, host: Host) -> Said:
    return Said(
        '"{calendar}" only shows when {room} is busy, so appointments must invite it; those of {host}, in '
        '"{organising}", cannot',
        calendar=room.booking_calendar,
        room=room.id,
        host=host.id,
        organising=host.booking_calendar,
    )


def lists_of_resources(
    raw: tuple[object, ...], names: frozenset[str], at: TomlPath, problems: Problems
) -> tuple[tuple[str, ...], ...]:
    """Return the lists of which one each is taken, noting resources that don't exist or stand there twice."""
    seen: set[object] = set()
    found = []
    for place, entry in enumerate(raw):
        if not isinstance(entry, list) or not entry:
            if not isinstance(entry, Unresolved):
                problems.add((*at, place), _no_list(entry))
            continue
        for number, name in enumerate(entry):
            if sentence := _name_problem(name, names, seen):
                problems.add((*at, place, number), sentence)
            seen.add(str(name))
        found.append(tuple(str(name) for name in entry))
    return tuple(found)


def _no_list(entry: object) -> Said:
    if entry == []:
        return Said("is an empty list; leave it out")
    text = _('must be a list of resources in square brackets, such as ["room1"], not {kind}')
    return Said(text, kind=kind(entry))


def _name_problem(name: object, names: frozenset[str], seen: set[object]) -> Said | None:
    if not isinstance(name, str):
        return Said("must be a resource's name in quotes, not {kind}", kind=kind(name))
    if name not in names:
        return Said(
            "{value} is not a resource: there is no section [resources.<name>] of this name{suggestion}",
            value=shown(name),
            suggestion=suggestion(name, sorted(names)),
        )
    return Said("{value} stands here twice; once is enough", value=shown(name)) if name in seen else None
