"""Reads an event type's services: appointments of other length, hosts or place under the same address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field, PlainValidator

from bridge.config.named_tables import read_named
from bridge.config.problems.found import Problems, TomlPath
from bridge.config.sections.hosts import Hosts
from bridge.config.sections.meeting import (
    MeetingTable,
    check_meeting,
    check_organisers,
    organising,
    platform_named,
)
from bridge.config.sections.resources import lists_of_resources
from bridge.config.sections.team import HostsTable, TeamReader
from bridge.config.sections.vendors import Vendors
from bridge.config.table import Needed, Read
from bridge.config.values.numbers import minutes
from bridge.config.values.text import Line, Paragraph, WebAddress
from bridge.model import EventType

_DAY = 24 * 60


class ServiceTable(HostsTable):
    """A service as TOML writes it; what it leaves out is as the event type says."""

    section: ClassVar[str] = "event_types.<name>.services.<name>"

    title: Annotated[Line, Needed('what callers call it, such as "First visit"')] = ""
    duration: Annotated[timedelta, minutes(1, _DAY)] | None = Field(None, alias="duration_minutes")
    start_increment: Annotated[timedelta, minutes(1, _DAY)] | None = Field(
        None, alias="start_increment_minutes"
    )
    buffer_before: Annotated[timedelta, minutes(0, _DAY)] | None = Field(None, alias="buffer_before_minutes")
    buffer_after: Annotated[timedelta, minutes(0, _DAY)] | None = Field(None, alias="buffer_after_minutes")
    meeting_platform: Annotated[str | None, PlainValidator(platform_named)] = None
    address: Paragraph | None = None
    link: WebAddress | None = None
    description: Paragraph | None = None
    resources: tuple[object, ...] | None = None


@dataclass(frozen=True)
class ServiceReader:
    """Reads the services of one event type."""

    base: EventType
    hosts: Hosts
    vendors: Vendors
    problems: Problems

    def read(self, raw: Mapping[str, object]) -> Mapping[str, EventType]:
        """Return the services by their names, each a whole event type."""
        if not raw:
            return {}
        at = ("event_types", self.base.id, "services")
        read = read_named(ServiceTable, raw, at, problems=self.problems, context={"vendors": self.vendors})
        return {name: self._service(name, each, (*at, name)) for name, each in read.items()}

    def _service(self, name: str, read: Read[ServiceTable], at: TomlPath) -> EventType:
        base, table = self.base, read.table
        team = base.team
        if not table.names_nobody:
            read_team = TeamReader(self.hosts, at, self.problems).read(table, read.broken, team.assignment)
            team = replace(read_team, resources=team.resources)
        if table.resources is not None:
            known = self.hosts.resources
            lists = lists_of_resources(table.resources, known, (*at, "resources"), self.problems)
            team = replace(team, resources=lists)
        own = {key: value for key in _INHERITED if (value := getattr(table, key)) is not None}
        duration = own.get("duration", base.duration)
        # An increment that only repeats the event type's length would lay a longer service on its grid.
        laid = duration if base.start_increment == base.duration else base.start_increment
        service = replace(
            base,
            service=name,
            title=table.title,
            team=team,
            **{"start_increment": laid, **own},
        )
        self._check_place(service, read.broken, at)
        return service

    def _check_place(self, service: EventType, broken: frozenset[str], at: TomlPath) -> None:
        place = MeetingTable.model_construct(
            meeting_platform=service.meeting_platform, address=service.address, link=service.link
        )
        check_meeting(place, broken, organising(service.team, self.hosts), at=at, problems=self.problems)
        check_organisers(
            service.meeting_platform,
            service.team,
            self.hosts,
            vendors=self.vendors,
            at=at,
            problems=self.problems,
        )


_INHERITED = (
    "duration",
    "start_increment",
    "buffer_before",
    "buffer_after",
    "meeting_platform",
    "address",
    "link",
    "description",
)
