"""Reads the places where hosts work, and how long the ways between them take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, ClassVar

from bridge.config.named_tables import read_named
from bridge.config.problems.found import Problems, TomlPath
from bridge.config.problems.wording import kind, shown, suggestion
from bridge.config.table import Needed, Table
from bridge.config.values.env_and_files import Unresolved
from bridge.config.values.numbers import whole_number
from bridge.config.values.open_hours import WEEKDAYS
from bridge.config.values.text import Line
from bridge.model import Places, WallRange
from bridge.said import Said, Unfit

_ = str  # marks a text for the catalogues

_DAY = 24 * 60
_EXAMPLE = '"practice.branch" = 20'


class PlaceTable(Table):
    """A place as TOML writes it."""

    section: ClassVar[str] = "places.<name>"

    address: Annotated[Line, Needed('where to come, such as "Hauptstr. 1, 10827 Berlin"')] = ""


def read_places(tree: Mapping[str, object], problems: Problems) -> Places:
    """Return the places of a document and the ways between them."""
    read = read_named(PlaceTable, tree["places"], ("places",), problems=problems) if "places" in tree else {}
    travel = _travel(tree.get("travel", {}), frozenset(read), problems)
    return Places({name: found.table.address for name, found in read.items()}, travel)


def check_places(
    hours: Mapping[int, Sequence[WallRange]] | Mapping[date, Sequence[WallRange]],
    places: Places,
    at: TomlPath,
    problems: Problems,
) -> None:
    """Note places in a host's hours, of weekdays or dates, that do not exist."""
    for day, ranges in hours.items():
        key = WEEKDAYS[day] if isinstance(day, int) else day.isoformat()
        for place in dict.fromkeys(each.place for each in ranges if each.place):
            if place not in places.addresses:
                problems.add((*at, key), _unknown(place, places.addresses))


def _unknown(place: str, places: Iterable[str]) -> Said:
    return Said(
        "{value} is not a place: there is no section [places.<name>] of this name{suggestion}",
        value=shown(place),
        suggestion=suggestion(place, sorted(places)),
    )


def _travel(raw: object, places: frozenset[str], problems: Problems) -> Mapping[frozenset[str], timedelta]:
    if not isinstance(raw, dict):
        if not isinstance(raw, Unresolved):
            text = _("must be a section with lines such as {example}, not {kind}")
            problems.add(("travel",), Said(text, example=_EXAMPLE, kind=kind(raw)))
        return {}
    found: dict[frozenset[str], timedelta] = {}
    for key, value in raw.items():
        for sentence in _way_problems(key, value, places, found):
            problems.add(("travel", key), sentence)
            break
        else:
            found[frozenset(key.split("."))] = timedelta(minutes=value)
    return found


def _way_problems(
    key: str, value: object, places: frozenset[str], found: Mapping[frozenset[str], timedelta]
) -> Iterator[Said]:
    """Yield what is wrong with a line, what says most first."""
    if isinstance(value, dict):  # TOML reads an unquoted dot as a section of its own
        yield Said("must be written with both places in quotes, such as {example}", example=_EXAMPLE)
    ends = key.split(".")
    if len(ends) != 2 or ends[0] == ends[1]:
        yield Said("must name two places with a dot between, such as {example}", example=_EXAMPLE)
    for end in ends:
        if end not in places:
            yield _unknown(end, places)
    if frozenset(ends) in found:
        yield Said("stands there already the other way round; a way takes as long in both directions")
    try:
        whole_number(value, 0, _DAY)
    except Unfit as error:
        yield error.sentence
