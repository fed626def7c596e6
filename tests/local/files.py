"""Builds iCalendar files line by line, so that tests show what they import."""

from __future__ import annotations


def entry(**properties: str) -> str:
    """Return a VEVENT; names with parameters or dashes are given as `**{"DTSTART;VALUE=DATE": ...}`."""
    lines = [f"{name}:{value}" for name, value in properties.items()]
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])


def calendar(*parts: str) -> bytes:
    """Return a whole file: entries, time zones or properties of the calendar."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Test//EN"]
    return "\r\n".join([*head, *parts, "END:VCALENDAR", ""]).encode()
