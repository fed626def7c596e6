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

FIGURES = ("weight", "priority", "bookings", "calibration", "shortfall", "last booked")

_RULES = {
    "weight_zero": "all others have weight 0",
    "shortfall": "the largest shortfall",
    "weight": "an equal shortfall and a larger weight",
    "priority": "the highest priority",
    "least_recently_booked": "its last booking was made longest ago, or never",
    "config_order": "all else is equal, and it comes first in the configuration",
    "only_one": "nobody else could be chosen",
    "kept_host": "they saw this caller last",
}


def rule_words(rule: str) -> str:
    """Return why a rule puts a host first."""
    return _RULES.get(rule, rule)


def figures_row(member: Mapping[str, Any], zone: ZoneInfo) -> list[str]:
    """Return a member's figures as cells, in the order of `FIGURES`."""
    last = member["last_booked_at"]
    return [
        str(member["weight"]),
        str(member["priority"]),
        str(member["bookings"]),
        number_text(Fraction(member["calibration"])),
        number_text(Fraction(member["shortfall"])),
        local_text(datetime.fromisoformat(last), zone) if last else "never",
    ]


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
    return Grid(title, ["host", "was", *FIGURES], rows)


def _fate(member: Mapping[str, Any], chosen: str) -> str:
    if member["host"] == chosen:
        return "chosen"
    return "bookable" if member["bookable"] else "not bookable"
