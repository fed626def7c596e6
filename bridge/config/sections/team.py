"""Reads who attends an event type: all fixed hosts, and one of each group."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from bridge.config.problems.found import Problems, TomlPath
from bridge.config.problems.wording import kind, shown, suggestion
from bridge.config.sections.hosts import Hosts
from bridge.config.table import Needed, Table, read_table
from bridge.config.values.env_and_files import Unresolved
from bridge.config.values.numbers import whole
from bridge.config.values.text import Line, choice
from bridge.model import Assignment, Member, Team
from bridge.said import Said

_ = str  # marks a text for the catalogues

Group = tuple[Member, ...]


class MemberTable(Table):
    """A host of one event type, with a weight and a priority that hold for it."""

    section: ClassVar[str] = "event_types.<name>.hosts"

    host: Annotated[Line, Needed('which host is meant, such as host = "anna"')] = ""
    weight: Annotated[int, whole(0, 1_000_000)] | None = None
    priority: Annotated[int, whole(0, 4)] | None = None


class HostsTable(Table):
    """The keys that say who attends; naming nobody leaves it open."""

    hosts: tuple[object, ...] = ()
    fixed_hosts: tuple[object, ...] = ()
    groups: tuple[object, ...] = ()

    @property
    def names_nobody(self) -> bool:
        """Tell whether no key names anybody."""
        return not (self.hosts or self.fixed_hosts or self.groups)


class TeamTable(HostsTable):
    """The keys of an event type that say who attends, and by which rule."""

    section: ClassVar[str] = "event_types.<name>"

    assignment: Annotated[Assignment, choice(Assignment)] = Assignment.LEAST_RECENTLY_BOOKED


@dataclass(frozen=True)
class TeamReader:
    """Reads one event type's team; `at` is the event type's path."""

    hosts: Hosts
    at: TomlPath
    problems: Problems
    _seen: set[str] = field(default_factory=set)

    def read(self, table: HostsTable, broken: frozenset[str], assignment: Assignment) -> Team:
        """Return who attends, noting hosts that don't exist or stand there twice."""
        if table.hosts and table.groups:
            text = Said('cannot stand beside "hosts"; write one of them')
            self.problems.add((*self.at, "groups"), text)
        if table.names_nobody and broken.isdisjoint({"hosts", "fixed_hosts", "groups"}):
            text = Said('names nobody; write who attends, such as ["anna"]')
            self.problems.add((*self.at, "hosts"), text)
        fixed = self._members(table.fixed_hosts, (*self.at, "fixed_hosts"))
        groups = [self._members(table.hosts, (*self.at, "hosts"))] if table.hosts else []
        groups += [self._group(raw, (*self.at, "groups", place)) for place, raw in enumerate(table.groups)]
        if assignment is Assignment.WEIGHTED:
            self._check_weights(groups)
        return Team(tuple(member.host for member in fixed), tuple(groups), assignment)

    def _group(self, raw: object, at: TomlPath) -> Group:
        if not isinstance(raw, list):
            if not isinstance(raw, Unresolved):
                text = _('must be a list of hosts in square brackets, such as ["anna", "ben"], not {kind}')
                self.problems.add(at, Said(text, kind=kind(raw)))
            return ()
        if not raw:
            self.problems.add(at, Said("is an empty group; name its hosts or leave it out"))
        return self._members(tuple(raw), at)

    def _members(self, raw: tuple[object, ...], at: TomlPath) -> Group:
        read = [self._member(entry, (*at, place)) for place, entry in enumerate(raw)]
        return tuple(member for member in read if member)

    def _member(self, raw: object, at: TomlPath) -> Member | None:
        if isinstance(raw, Unresolved):
            return None
        if isinstance(raw, str):
            return self._known(raw, MemberTable(), at)
        if isinstance(raw, dict) and at[len(self.at)] != "fixed_hosts":
            table = read_table(MemberTable, raw, at=at, problems=self.problems).table
            return self._known(raw["host"], table, (*at, "host")) if table.host else None
        self.problems.add(at, Said("must be a host's name in quotes, not {kind}", kind=kind(raw)))
        return None

    def _known(self, host: str, own: MemberTable, at: TomlPath) -> Member | None:
        if self.hosts.names is not None and host not in self.hosts.names:
            text = _("{value} is not a host: there is no section [hosts.<name>] of this name{suggestion}")
            meant = suggestion(host, tuple(self.hosts.names))
            self.problems.add(at, Said(text, value=shown(host), suggestion=meant))
            return None
        if host in self._seen:
            text = Said("{value} stands in this event type twice; once is enough", value=shown(host))
            self.problems.add(at, text)
            return None
        self._seen.add(host)
        known = self.hosts.known.get(host)
        defaults = (known.weight, known.priority) if known else (100, 2)
        weight = defaults[0] if own.weight is None else own.weight
        priority = defaults[1] if own.priority is None else own.priority
        return Member(str(host), weight, priority)

    def _check_weights(self, groups: list[Group]) -> None:
        for group in groups:
            if group and all(member.weight == 0 for member in group):
                names = ", ".join(member.host for member in group)
                text = Said('cannot be "weighted" when every weight of a group is 0 ({names})', names=names)
                self.problems.add((*self.at, "assignment"), text)
