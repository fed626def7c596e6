"""Words and rows for how a host of a group was, or would be, chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from bridge.cli.instants import local_text
from bridge.cli.tables import Grid
from bridge.model import Booking
from bridge.speech.explained import CHOICES
from bridge.speech.instants import format_instant

_COLUMNS = {
    "weight": "weight",
    "priority": "priority",
    "bookings": "bookings",
    "calibration": "calibration",
    "shortfall": "shortfall",
    "last_booked_at": "last booked",
}


def rule_words(rule: str) -> str:
    """Return why a rule puts a host first."""
    return CHOICES.get(rule, rule)


def figures_head(members: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what a table of these members' figures is headed: those that all of them have."""
    return [_COLUMNS[name] for name in _COLUMNS if all(name in member for member in members)]


def figures_row(member: Mapping[str, Any], zone: ZoneInfo) -> list[str]:
    """Return a member's figures as cells, in the order of `figures_head`."""
    return [_cell(name, member[name], zone) for name in _COLUMNS if name in member]


def _cell(name: str, figure: Any, zone: ZoneInfo) -> str:
    if name == "last_booked_at":
        return local_text(datetime.fromisoformat(figure), zone) if figure else "never"
    return number_text(Fraction(figure))


def member_json(member: Mapping[str, Any]) -> dict[str, Any]:
    """Return a member's figures as programs read them: times in the form of all others."""
    last = member.get("last_booked_at")
    return {**member, **({"last_booked_at": format_instant(datetime.fromisoformat(last))} if last else {})}


def decision_json(booking: Booking) -> list[dict[str, Any]]:
    """Return how a booking's hosts were chosen, as programs read it."""
    parts: list[Any] = [*booking.decision]
    return [{**part, "members": [member_json(each) for each in part["members"]]} for part in parts]


def number_text(number: Fraction) -> str:
    """Return a fraction exactly and, where it is no whole number, as a decimal too: 7/3 (2.33)."""
    return str(number) if number.denominator == 1 else f"{number} ({float(number):.2f})"


def decision_grids(booking: Booking, zone: ZoneInfo) -> Sequence[Grid | str]:
    """Return who was chosen for a booking, by which rule and which figures of each member."""
    state, made = str(booking.state).replace("_", "-"), local_text(booking.made_at, zone)
    head = f"Booking {booking.id[:8]} ({state}) with {', '.join(booking.hosts)}, made {made}"
    if not booking.decision:
        return [f"{head}; nobody had to be chosen."]
    return [f"{head}.", *(_grid(part, zone) for part in booking.decision)]


def _grid(part: Mapping[str, Any], zone: ZoneInfo) -> Grid:
    chosen, way = part["chosen"], part["assignment"].replace("_", " ")
    rows = [[member["host"], _fate(member, chosen), *figures_row(member, zone)] for member in part["members"]]
    title = f"{chosen} was chosen ({way}): {rule_words(part['rule'])}"
    return Grid(title, ["host", "was", *figures_head(part["members"])], rows)


def _fate(member: Mapping[str, Any], chosen: str) -> str:
    if member["host"] == chosen:
        return "chosen"
    return "bookable" if member["bookable"] else "not bookable"
