"""Commands that book, change and list appointments, by the same flow as the endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import click

from bridge.attendee import CallerRequest
from bridge.cli.caller_options import caller_options, described
from bridge.cli.instants import Moment, day_of, instant, local_text, start_of
from bridge.cli.names import EVENT_TYPE, HOST
from bridge.cli.output import Exit
from bridge.cli.session import Session, config_option, json_option
from bridge.cli.tables import Grid
from bridge.model import Booking, BookingState, Source
from bridge.parts import Bridge
from bridge.service.no_shows import NoShows
from bridge.service.outcome import BookOutcome
from bridge.speech.instants import format_instant

_SHORTEST_ID = 4
_SHOWN_ID = 8
_NONE_COMING = "No bookings are coming; --all shows the others."


def booking_id(text: str) -> str:
    """Return an id, or the beginning of one, as ids are stored.

    BadParameter: it is too short to mean one booking.
    """
    found = text.strip().lower()
    if len(found) < _SHORTEST_ID:
        few = f"give at least {_SHORTEST_ID} characters of the id that `bridge bookings` shows."
        raise click.BadParameter(few)
    return found


@click.command()
@click.argument("event_type", type=EVENT_TYPE)
@click.argument("start", type=instant)
@click.option("--contact-id", default="", help="Who books; the same id and start again is the same booking.")
@caller_options
@click.option("--dry-run", is_flag=True, help="Do everything up to taking the slot.")
@json_option
@config_option
@click.pass_obj
def book(
    session: Session, /, event_type: str, start: Moment, contact_id: str, dry_run: bool, **caller: object
) -> None:
    """Book an appointment at START: "2026-11-24 10:00" or "tomorrow 10:00" in the event type's zone."""
    with session.bridge() as bridge:
        wanted = bridge.reception.event_type(event_type)
        at = start.within(wanted.timezone, bridge.context.now())
        request = CallerRequest.from_payload(described(contact_id, caller))
        outcome = bridge.reception.book(wanted, request, at, dry_run=dry_run, source=Source.TERMINAL)
        _show(session, bridge, outcome, "This could be booked" if dry_run else "Booked")


@click.command()
@click.argument("booking", type=booking_id)
@json_option
@config_option
@click.pass_obj
def cancel(session: Session, booking: str) -> None:
    """Cancel a booking, named by its id or the beginning of it."""
    with session.bridge() as bridge:
        found = bridge.reception.booking(booking)
        _show(session, bridge, bridge.reception.cancel(found, source=Source.TERMINAL), "Cancelled")


@click.command()
@click.argument("booking", type=booking_id)
@click.argument("start", type=instant)
@json_option
@config_option
@click.pass_obj
def reschedule(session: Session, booking: str, start: Moment) -> None:
    """Move a booking to START; the host stays if possible, else another is chosen."""
    with session.bridge() as bridge:
        found = bridge.reception.booking(booking)
        at = start.within(_zone(bridge, found), bridge.context.now())
        _show(session, bridge, bridge.reception.move(found, at, source=Source.TERMINAL), "Moved")


@click.command()
@click.option("--all", "everything", is_flag=True, help="Past, cancelled and failed ones too.")
@click.option("--from", "first", type=day_of, help="From this day on: 2026-11-24, today, monday.")
@click.option("--to", "last", type=day_of, help="Up to this day, itself included.")
@click.option("--host", type=HOST, help="Only those that this host attends.")
@click.option("--event-type", type=EVENT_TYPE, help="Only those of this event type.")
@json_option
@config_option
@click.pass_obj
def bookings(session: Session, /, everything: bool, **chosen: Any) -> None:
    """List the coming bookings, or those of some days, a host or an event type."""
    with session.bridge() as bridge:
        found = [each for each in _listed(bridge, chosen, everything) if _is_chosen(bridge, each, chosen)]
        missed = {each.id: NoShows(bridge.context, bridge.speech).count(each) for each in found}
        rows = [_row(bridge, each, missed[each.id]) for each in found]
        grid = Grid("Bookings", ["booking", "state", "event type", "start", "host", "caller"], rows)
        nothing = "There are no such bookings." if everything or any(chosen.values()) else _NONE_COMING
        listed = [{**booking_json(each), "no_shows": missed[each.id]} for each in found]
        session.output.result(listed, grid if rows else nothing)


def _listed(bridge: Bridge, chosen: Mapping[str, Any], everything: bool) -> list[Booking]:
    live = () if everything else (BookingState.HELD, BookingState.CONFIRMED)
    is_past_asked = everything or chosen["first"] or chosen["last"]
    return bridge.reception.bookings(since=None if is_past_asked else bridge.context.now(), states=live)


def _is_chosen(bridge: Bridge, booking: Booking, chosen: Mapping[str, Any]) -> bool:
    """Tell whether a booking is of the days, the host and the event type asked for; days are its zone's."""
    zone, now, start = _zone(bridge, booking), bridge.context.now(), booking.interval.start
    return (
        (not chosen["first"] or start >= start_of(chosen["first"], zone, now))
        and (not chosen["last"] or start < start_of(chosen["last"], zone, now, days=1))
        and (not chosen["host"] or chosen["host"] in booking.hosts)
        and (not chosen["event_type"] or chosen["event_type"] == booking.event_type)
    )


def booking_json(booking: Booking) -> dict[str, object]:
    """Return a booking as programs read it."""
    return {
        "id": booking.id,
        "state": str(booking.state),
        "event_type": booking.event_type,
        "hosts": list(booking.hosts),
        "resources": list(booking.resources),
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


def _row(bridge: Bridge, booking: Booking, missed: int) -> list[str]:
    who = booking.attendee.name or booking.attendee.phone or booking.contact.contact_id
    if missed:
        who += f" ({missed} no-show{'s' if missed > 1 else ''})"
    hosts = ", ".join(booking.hosts)
    return [
        booking.id[:_SHOWN_ID],
        str(booking.state),
        booking.event_type,
        _start(bridge, booking),
        hosts,
        who,
    ]


def _start(bridge: Bridge, booking: Booking) -> str:
    return local_text(booking.interval.start, _zone(bridge, booking))


def _zone(bridge: Bridge, booking: Booking) -> ZoneInfo:
    event_type = bridge.config.event_types.get(booking.event_type)
    return event_type.timezone if event_type else bridge.config.bridge.timezone


def _show(session: Session, bridge: Bridge, outcome: BookOutcome, done: str) -> None:
    if not outcome.success:
        session.output.result({"status": "failed", "reason": outcome.reason})
        session.output.note(outcome.reason)
        raise SystemExit(int(Exit.REFUSED))
    bridge.background.run_due()  # what an endpoint leaves to its background loop
    booking = outcome.booking
    if booking is None:
        session.output.result({"status": "success"}, f"{done}.")
        return
    what = f"{booking.event_type}, {_start(bridge, booking)}, {', '.join(booking.hosts)}"
    said = f"{done}: {what} (booking {booking.id[:_SHOWN_ID]})."
    session.output.result({"status": "success", "booking": booking_json(booking)}, said)
