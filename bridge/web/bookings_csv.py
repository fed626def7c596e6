"""Writes appointments as a file for spreadsheets, in which no cell is a formula."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from io import StringIO
from zoneinfo import ZoneInfo

from bridge.model import Booking

# Excel takes a file without this mark for one of its own old encoding, and "Müller" for "MÃ¼ller".
_UTF8 = "\ufeff"
_COLUMNS = ("id", "state", "event type", "start", "end", "hosts", "name", "phone", "email", "made")
# What callers said stands in cells, and a spreadsheet would carry it out (owasp.org, CSV Injection).
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_of(found: Iterable[Booking], zone_of: Callable[[Booking], ZoneInfo]) -> str:
    """Return appointments line by line, times by each one's own clock."""
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    writer.writerows([harmless(cell) for cell in _cells(each, zone_of(each))] for each in found)
    return _UTF8 + text.getvalue()


def harmless(cell: str) -> str:
    """Return a cell that a spreadsheet shows and does not carry out."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_BEGINS_A_FORMULA) else cell


def _cells(booking: Booking, zone: ZoneInfo) -> tuple[str, ...]:
    caller = booking.attendee
    start, end, made = (
        f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"
        for instant in (booking.interval.start, booking.interval.end, booking.made_at)
    )
    hosts = ", ".join(booking.hosts)
    named = (caller.name, caller.phone or "", caller.email or "")
    return (booking.id, str(booking.state), booking.event_type, start, end, hosts, *named, made)
