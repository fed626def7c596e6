"""Words what telli is answered: exactly the documented members, in JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bridge.model import Booking, Slot
from bridge.speech.instants import format_instant
from bridge.web.canonical import stringify

NOTHING_AVAILABLE = b'{"available":[]}'
SUCCESS = b'{"status":"success"}'


def offer_answer(slots: Sequence[Slot]) -> bytes:
    """Return the answer of `/available`, which may be kept as long as the offer."""
    offered = ",".join(
        f'{{"start_iso":"{format_instant(slot.start)}","end_iso":"{format_instant(slot.end)}"}}'
        for slot in slots
    )
    return f'{{"available":[{offered}]}}'.encode()


def failure_answer(reason: str) -> bytes:
    """Return the answer of a `/book` that did not book."""
    return stringify({"status": "failed", "reason": reason})


def success_answer(booking: Booking, host_names: Mapping[str, str]) -> bytes:
    """Return the answer of a `/book` that booked, with the appointment for agents that can speak it."""
    host = booking.hosts[0] if booking.hosts else ""
    described = {
        "id": booking.id,
        "start_iso": format_instant(booking.interval.start),
        "end_iso": format_instant(booking.interval.end),
        "host": host_names.get(host, host),
        "location": booking.location,
        "link": booking.link,
    }
    return stringify({"status": "success", "booking": described})
