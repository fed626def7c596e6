"""Reads where an appointment takes place, and checks that every possible organiser can offer it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import PlainValidator, ValidationInfo

from bridge.config.problems.found import Problems, TomlPath
from bridge.config.sections.hosts import Hosts
from bridge.config.sections.vendors import Vendors, vendors_of
from bridge.config.table import Table
from bridge.config.values.text import Paragraph, WebAddress, one_of, plain
from bridge.model import Host, MeetingPlatform, Team
from bridge.said import Said
from bridge.scheduling.hours import places_of

_ = str  # marks a text for the catalogues

_NEEDS: dict[str, tuple[str, Said]] = {
    MeetingPlatform.IN_PERSON: ("address", Said('where to come, such as "Hauptstr. 1, 10827 Berlin"')),
    MeetingPlatform.LINK: ("link", Said('where to meet, such as "https://meet.example.com/anna"')),
}


def platform_named(value: object, info: ValidationInfo) -> str:
    """Return a platform by its name: one of ours, or one that a configured vendor makes."""
    made = [platform for rules in vendors_of(info).values() for platform in sorted(rules.conferences)]
    word = one_of(plain(value), [*map(str, MeetingPlatform), *made])
    return word if word in made else MeetingPlatform(word)


class MeetingTable(Table):
    """The keys of an event type that say where it takes place."""

    section: ClassVar[str] = "event_types.<name>"

    meeting_platform: Annotated[str, PlainValidator(platform_named)] = MeetingPlatform.PHONE
    address: Paragraph = ""
    link: WebAddress = ""
    description: Paragraph = ""


def check_meeting(
    table: MeetingTable,
    broken: frozenset[str],
    organising: Sequence[Host],
    *,
    at: TomlPath,
    problems: Problems,
) -> None:
    """Note what the meeting platform needs beside it and doesn't have, nor each organiser by themselves."""
    key, example = _NEEDS.get(table.meeting_platform, (None, Said()))
    if key == "link" and organising and all(host.link for host in organising):
        return
    if key == "address" and organising and all(all(places_of(host.schedule)) for host in organising):
        return
    if key and not getattr(table, key) and key not in broken:
        text = _('is missing; meeting_platform = "{platform}" needs {example}')
        problems.add((*at, key), Said(text, platform=table.meeting_platform, example=example))


def check_organisers(
    platform: str, team: Team, hosts: Hosts, *, vendors: Vendors, at: TomlPath, problems: Problems
) -> None:
    """Note every possible organiser whose booking calendar cannot make the meeting's link."""
    makers = [name for name, rules in vendors.items() if platform in rules.conferences]
    for host in organising(team, hosts) if makers else ():
        if host.booking_calendar.provider not in makers:
            text = Said(
                '"{platform}" needs a {makers} booking calendar, but {host} has "{calendar}"',
                platform=platform,
                makers=", ".join(makers),
                host=host.id,
                calendar=host.booking_calendar,
            )
            problems.add((*at, "meeting_platform"), text)


def organising(team: Team, hosts: Hosts) -> list[Host]:
    """Return the possible organisers that are known."""
    return [hosts.known[name] for name in organisers(team) if name in hosts.known]


def organisers(team: Team) -> tuple[str, ...]:
    """Return whose calendar an event may lie in: the first fixed host's, else one of the first group."""
    if team.fixed:
        return team.fixed[:1]
    return tuple(member.host for member in team.groups[0]) if team.groups else ()
