"""Commands that book, change and list appointments, by the same flow as the endpoints."""

from __future__ import annotations

import click

from bridge.app import Bridge
from bridge.attendee import CallerRequest
from bridge.cli.instants import local_text, read_instant
from bridge.cli.opening import Session, json_option, refusals
from bridge.cli.output import Exit, Output, table
from bridge.instants import format_instant
from bridge.model import Booking, BookingState
from bridge.outcome import BookOutcome


@click.command()
@click.argument("event_type")
@click.argument("start")
@click.option("--contact-id", default="", help="Who books; the same id and start again is the same booking.")
@click.option("--name", default="", help="The caller's name.")
@click.option("--email", default="", help="The caller's e-mail address.")
@click.option("--phone", default="", help="The caller's telephone number.")
@click.option("--dry-run", is_flag=True, help="Do everything up to taking the slot.")
@json_option
@click.pass_obj
def book(
    session: Session, /, event_type: str, start: str, contact_id: str, dry_run: bool, **details: str
) -> None:
    """Book an appointment at START, such as 2026-11-24T09:00:00Z."""
    payload = {
        "contact_id": contact_id,
        "contact_details": {key: text for key, text in details.items() if text},
    }
    with refusals(session.output), session.bridge() as bridge:
        wanted = bridge.reception.event_type(event_type)
        caller = CallerRequest.from_payload(payload)
        outcome = bridge.reception.book(wanted, caller, read_instant(start), dry_run=dry_run)
        done = "This could be booked." if dry_run else "Booked."
        _show_outcome(session.output, bridge, outcome, done)


@click.command()
@click.argument("booking")
@json_option
@click.pass_obj
def cancel(session: Session, booking: str) -> None:
    """Cancel a booking, named by its id or the beginning of it."""
    with refusals(session.output), session.bridge() as bridge:
        found = bridge.reception.booking(booking)
        _show_outcome(session.output, bridge, bridge.reception.cancel(found), "Cancelled.")


@click.command()
@click.argument("booking")
@click.argument("start")
@json_option
@click.pass_obj
def reschedule(session: Session, booking: str, start: str) -> None:
    """Move a booking to START; the host stays if possible, else another is chosen."""
    with refusals(session.output), session.bridge() as bridge:
        found = bridge.reception.booking(booking)
        _show_outcome(session.output, bridge, bridge.reception.move(found, read_instant(start)), "Moved.")


@click.command()
@click.option("--all", "everything", is_flag=True, help="Past, cancelled and failed ones too.")
@json_option
@click.pass_obj
def bookings(session: Session, everything: bool) -> None:
    """List the coming bookings."""
    with refusals(session.output), session.bridge() as bridge:
        live = (BookingState.HELD, BookingState.CONFIRMED)
        found = (
            bridge.reception.bookings()
            if everything
            else bridge.reception.bookings(since=bridge.context.now(), states=live)
        )
        rows = [_row(bridge, each) for each in found]
        columns = ["booking", "state", "event type", "start", "host", "caller"]
        session.output.result(
            [booking_json(each) for each in found],
            table("Bookings", columns, rows) if rows else None,
            "" if rows else "There are no bookings.",
        )


def booking_json(booking: Booking) -> dict[str, object]:
    """Return a booking as programs read it."""
    return {
        "id": booking.id,
        "state": str(booking.state),
        "event_type": booking.event_type,
        "hosts": list(booking.hosts),
        "start_iso": format_instant(booking.interval.start),
        "end_iso": format_instant(booking.interval.end),
        "calendar": str(booking.calendar),
        "contact_id": booking.contact.contact_id,
        "external_contact_id": booking.contact.external_contact_id,
        "name": booking.attendee.name,
        "email": booking.attendee.email,
        "phone": booking.attendee.phone,
        "location": booking.location,
        "link": booking.link,
        "made_at": format_instant(booking.made_at),
        "changed_by_person": booking.by_person,
    }


def _row(bridge: Bridge, booking: Booking) -> list[str]:
    event_type = bridge.config.event_types.get(booking.event_type)
    zone = event_type.timezone if event_type else bridge.config.bridge.timezone
    who = booking.attendee.name or booking.attendee.phone or booking.contact.contact_id
    start = local_text(booking.interval.start, zone)
    return [booking.id[:8], str(booking.state), booking.event_type, start, ", ".join(booking.hosts), who]


def _show_outcome(output: Output, bridge: Bridge, outcome: BookOutcome, done: str) -> None:
    if not outcome.success:
        output.fail(outcome.reason, Exit.REFUSED)
    bridge.background.run_due()  # what an endpoint leaves to its background loop
    booking = outcome.booking
    value: dict[str, object] = {"status": "success"}
    if booking is None:
        output.result(value, sentence=done)
        return
    output.result(
        {**value, "booking": booking_json(booking)}, sentence=f"{done} {' '.join(_row(bridge, booking))}"
    )
