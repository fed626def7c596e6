"""Words what telli is answered: exactly the documented members, in JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from bridge.model import Booking, Slot
from bridge.service.kept_offers import Offer
from bridge.service.search import Found
from bridge.speech.instants import format_instant
from bridge.speech.reasons import Speech
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


def nothing_answer(message: str) -> bytes:
    """Return the answer of `/available` with nothing but a sentence that says why."""
    return stringify({"available": [], "message": message})


def detailed_offer_answer(
    told: Offer | Found, speech: Speech, zone: tzinfo, host_names: Mapping[str, str]
) -> bytes:
    """Return the answer of `/available` with words for each slot, and a sentence to read out."""
    slots = [
        {
            "start_iso": format_instant(slot.start),
            "end_iso": format_instant(slot.end),
            "spoken": speech.said(slot.start, zone),
            "host": ", ".join(host_names.get(host, host) for host in hosts),
            "timezone": str(zone),
        }
        for slot, hosts in zip(told.slots, told.hosts, strict=True)
    ]
    return stringify({"available": slots, "message": _message(told, speech, zone)})


def _message(told: Offer | Found, speech: Speech, zone: tzinfo) -> str:
    if isinstance(told, Found):
        return told.spoken
    if not told.slots:
        return speech.nothing_free(is_certain=told.is_complete)
    return speech.free_times(told.slots, zone=zone)


def failure_answer(reason: str) -> bytes:
    """Return the answer of a `/book` that did not book."""
    return stringify({"status": "failed", "reason": reason})


def success_answer(booking: Booking, host_names: Mapping[str, str]) -> bytes:
    """Return the answer of a `/book` that booked, with the appointment for agents that can speak it."""
    described = {
        "id": booking.id,
        "start_iso": format_instant(booking.interval.start),
        "end_iso": format_instant(booking.interval.end),
        "host": ", ".join(host_names.get(host, host) for host in booking.hosts),
        "location": booking.location,
        "link": booking.link,
    }
    return stringify({"status": "success", "booking": described})
