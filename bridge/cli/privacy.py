"""`bridge export` and `bridge forget`: what is stored about a caller."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from bridge.cli.output import Exit, Refused
from bridge.cli.session import Session, config_option, json_option
from bridge.model import Booking
from bridge.service.privacy import caller_of, stored_of
from bridge.service.privacy import forget as forget_caller
from bridge.speech.instants import format_instant

_BEYOND = (
    "Backups made before still hold it; so do the calendars' own bins, e-mails, telli, and whatever else "
    "was told of bookings (Brevo, Zoom, webhooks), where it has to be removed separately."
)


@click.command()
@click.argument("caller")
@json_option
@config_option
@click.pass_obj
def export(session: Session, caller: str) -> None:
    """Print as JSON all that the database holds about CALLER: telli's contact id, a number or an e-mail."""
    with session.bridge() as bridge:
        found = stored_of(bridge.context, caller_of(caller, bridge.config.bridge.country))
    if found.is_empty:
        raise Refused("nothing is stored about this caller", Exit.NOT_FOUND)
    Session(session.config_path, type(session.output)(as_json=True)).output.result(
        {"bookings": [_told(booking) for booking in found.bookings], **_plain(found.rows)}
    )


@click.command()
@click.argument("caller")
@click.option("--calendars", is_flag=True, help="Remove the past appointments' events from calendars too.")
@json_option
@config_option
@click.pass_obj
def forget(session: Session, caller: str, calendars: bool) -> None:
    """Remove what is stored about CALLER: telli's contact id, a telephone number or an e-mail address.

    That there was an appointment, when and with whom, stays without a name.
    """
    with session.bridge() as bridge:
        who = caller_of(caller, bridge.config.bridge.country)
        done = forget_caller(bridge.context, who, with_events=calendars)
    value = {"bookings": done.bookings, "events_removed": done.events, "events_kept": list(done.kept)}
    beside = "and what is remembered of the caller beside them"
    said = [f"Removed from {done.bookings} bookings: names, numbers, addresses and what was said; {beside}."]
    if calendars:
        said.append(f"{done.events} events were removed from calendars.")
    elif done.bookings:
        said.append("Their events are still in the calendars; --calendars removes them.")
    said += [f"This event could not be removed; please remove it yourself: {each}." for each in done.kept]
    session.output.result(value, *said, _BEYOND)


def _plain(value: Any) -> Any:
    """Return rows as programs read them."""
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _told(booking: Booking) -> dict[str, object]:
    attendee = booking.attendee
    return {
        "id": booking.id,
        "state": str(booking.state),
        "event_type": booking.event_type,
        "service": booking.service,
        "start_iso": format_instant(booking.interval.start),
        "end_iso": format_instant(booking.interval.end),
        "made_iso": format_instant(booking.made_at),
        "hosts": list(booking.hosts),
        "resources": list(booking.resources),
        "calendar": str(booking.calendar),
        "contact_id": booking.contact.contact_id,
        "external_contact_id": booking.contact.external_contact_id,
        "name": attendee.name,
        "email": attendee.email,
        "phone": attendee.phone,
        "phone_as_said": attendee.phone_as_said,
        "email_as_said": attendee.email_as_said,
        "answers": {label: text for label, text, _public in attendee.answers},
        "location": booking.location,
        "link": booking.link,
    }
