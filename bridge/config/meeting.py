"""Reads where an appointment takes place, and checks that every possible organiser can offer it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from bridge.config.hosts import Hosts
from bridge.config.problems import Problems, TomlPath
from bridge.config.table import Table
from bridge.config.text import Paragraph, WebAddress, choice
from bridge.model import MeetingPlatform, Team

_VENDOR = {MeetingPlatform.GOOGLE_MEET: "google", MeetingPlatform.MICROSOFT_TEAMS: "microsoft"}
_NEEDS = {
    MeetingPlatform.IN_PERSON: ("address", 'where to come, such as "Hauptstr. 1, 10827 Berlin"'),
    MeetingPlatform.LINK: ("link", 'where to meet, such as "https://meet.example.com/anna"'),
}


class MeetingTable(Table):
    """The keys of an event type that say where it takes place."""

    section: ClassVar[str] = "event_types.<name>"

    meeting_platform: Annotated[MeetingPlatform, choice(MeetingPlatform)] = MeetingPlatform.PHONE
    address: Paragraph = ""
    link: WebAddress = ""
    description: Paragraph = ""


def check_meeting(table: MeetingTable, broken: frozenset[str], *, at: TomlPath, problems: Problems) -> None:
    """Note what the meeting platform needs beside it and doesn't have."""
    key, example = _NEEDS.get(table.meeting_platform, (None, ""))
    if key and not getattr(table, key) and key not in broken:
        text = f'is missing; meeting_platform = "{table.meeting_platform}" needs {example}'
        problems.add((*at, key), text)


def check_organisers(
    platform: MeetingPlatform, team: Team, hosts: Hosts, *, at: TomlPath, problems: Problems
) -> None:
    """Note every possible organiser whose booking calendar cannot make the meeting's link."""
    vendor = _VENDOR.get(platform)
    for name in organisers(team) if vendor else ():
        host = hosts.known.get(name)
        if host and host.booking_calendar.provider != vendor:
            text = f'"{platform}" needs a {vendor} booking calendar, but {name} has "{host.booking_calendar}"'
            problems.add((*at, "meeting_platform"), text)


def organisers(team: Team) -> tuple[str, ...]:
    """Return whose calendar an event may lie in: the first fixed host's, else one of the first group."""
    if team.fixed:
        return team.fixed[:1]
    return tuple(member.host for member in team.groups[0]) if team.groups else ()
