"""Writes appointments as a file for spreadsheets, in which no cell is a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from bridge.model import Booking
from bridge.web.appointment_words import AppointmentWords

# Excel takes a file without this mark for one of its own old encoding, and "Müller" for "MÃ¼ller".
_UTF8 = "\ufeff"
# What callers said stands in cells, and a spreadsheet would carry it out (owasp.org, CSV Injection).
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_of(found: Iterable[Booking], words: AppointmentWords) -> str:
    """Return appointments line by line below headings, times by each one's own clock."""
    say = words.language.translate
    headings = [
        say("Start"),
        say("End"),
        say("What"),
        say("With"),
        say("State"),
        say("Name"),
        say("Phone"),
        say("E-mail"),
        say("Booked on"),
        say("Id"),
    ]
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(headings)
    writer.writerows([harmless(cell) for cell in _cells(each, words)] for each in found)
    return _UTF8 + text.getvalue()


def harmless(cell: str) -> str:
    """Return a cell that a spreadsheet shows and does not carry out."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_BEGINS_A_FORMULA) else cell


def _cells(booking: Booking, words: AppointmentWords) -> tuple[str, ...]:
    caller, zone = booking.attendee, words.zone_of(booking)
    # As spreadsheets know dates in every language.
    start, end, made = (
        f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"
        for instant in (booking.interval.start, booking.interval.end, booking.made_at)
    )
    what = (words.title(booking), words.hosts_of(booking), words.state(booking))
    named = (caller.name, caller.phone or caller.phone_as_said, caller.email or caller.email_as_said)
    return (start, end, *what, *named, made, booking.id)
