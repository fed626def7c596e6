"""The commands that ask what could be booked."""

from __future__ import annotations

import click

from bridge.cli.instants import Moment, instant, local_text
from bridge.cli.names import EVENT_TYPE, HOST
from bridge.cli.session import Session, config_option, json_option
from bridge.cli.tables import Grid
from bridge.service.search import MOST
from bridge.speech.instants import format_instant


@click.command()
@click.argument("event_type", type=EVENT_TYPE)
@click.option("--at", type=instant, help='As if it were then: "2026-11-24 10:00", "tomorrow 10:00".')
@json_option
@config_option
@click.pass_obj
def slots(session: Session, event_type: str, at: Moment | None) -> None:
    """Show what /available would answer now, or then.

    The calendars are asked now in either case; what they hold by then, nobody knows.
    """
    with session.bridge() as bridge:
        wanted = bridge.reception.event_type(event_type)
        now = at.within(wanted.timezone, bridge.context.now()) if at else None
        found = bridge.reception.offer(wanted, now=now)
        rows = [[local_text(slot.start, wanted.timezone), format_instant(slot.start)] for slot in found.slots]
        grid = Grid(f"{wanted.title} ({wanted.timezone})", ["start", "start_iso"], rows)
        nothing = f"Nothing can be offered; `bridge explain {event_type} INSTANT` says why."
        session.output.result(
            {
                "available": [
                    {"start_iso": format_instant(slot.start), "end_iso": format_instant(slot.end)}
                    for slot in found.slots
                ]
            },
            grid if rows else nothing,
        )
        if not found.is_complete:
            session.output.note(
                "Not every calendar answered, so some hosts are left out; see `bridge check`."
            )


@click.command()
@click.argument("event_type", type=EVENT_TYPE)
@click.argument("wish", nargs=-1)
@click.option("--time", "preferred_time", default="", help="A time of day: 14:30, 2 pm, after 16:00.")
@click.option("--daypart", "preferred_daypart", default="", help="morning, afternoon, evening, ...")
@click.option("--weekday", "preferred_weekday", default="", help="One weekday, or several.")
@click.option("--earliest", "earliest_date", default="", help="Nothing before this day.")
@click.option("--host", type=HOST, default="", help="Only with this host.")
@click.option("--service", default="", help="Which service of the event type, by its name.")
@click.option("--limit", type=click.IntRange(1, MOST), help="How many times at most.")
@json_option
@config_option
@click.pass_obj
def find(
    session: Session, /, event_type: str, wish: tuple[str, ...], limit: int | None, **members: str
) -> None:
    """Find the times nearest to a WISH, as the agents' tool does: next thursday afternoon, 2026-12-03."""
    with session.bridge() as bridge:
        wanted = bridge.reception.event_type(event_type)
        found = bridge.reception.find(wanted, {"preferred_date": " ".join(wish), **members}, limit=limit)
        rows = [[local_text(slot.start, wanted.timezone), format_instant(slot.start)] for slot in found.slots]
        session.output.result(
            {
                "available": [
                    {"start_iso": format_instant(slot.start), "end_iso": format_instant(slot.end)}
                    for slot in found.slots
                ],
                "spoken": found.spoken,
            },
            Grid(f"{wanted.title} ({wanted.timezone})", ["start", "start_iso"], rows)
            if rows
            else found.spoken,
        )
        if rows:
            session.output.note(found.spoken)
