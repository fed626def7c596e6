"""Commands that ask what could be booked, and why."""

from __future__ import annotations

import click

from bridge.cli.instants import local_text, read_instant
from bridge.cli.opening import Session, json_option, refusals
from bridge.cli.output import table
from bridge.explain import Explanation, HostExplanation
from bridge.explain import explain as explain_start
from bridge.instants import format_instant
from bridge.model import Slot
from bridge.scheduling.slots import Rule


@click.command()
@click.argument("event_type")
@click.option(
    "--at", metavar="INSTANT", help="As if it were then, such as 2026-11-24T09:00 (UTC unless it says so)."
)
@json_option
@click.pass_obj
def slots(session: Session, event_type: str, at: str | None) -> None:
    """Show what /available would answer now, or then."""
    with refusals(session.output), session.bridge(now=read_instant(at) if at else None) as bridge:
        wanted = bridge.reception.event_type(event_type)
        found = bridge.reception.available(wanted)
        rows = [[local_text(slot.start, wanted.timezone), format_instant(slot.start)] for slot in found]
        session.output.result(
            {"available": [_slot_json(slot) for slot in found]},
            table(f"{wanted.title} ({wanted.timezone})", ["start", "start_iso"], rows) if rows else None,
            "" if rows else f"Nothing can be offered; `bridge explain {event_type} INSTANT` says why.",
        )


@click.command()
@click.argument("event_type")
@click.argument("instant")
@json_option
@click.pass_obj
def explain(session: Session, event_type: str, instant: str) -> None:
    """Show for every host which rules allow or forbid a start, and which calendar is busy.

    INSTANT is a start such as 2026-11-24T09:00:00Z; without an offset it is UTC, as in telli's requests.
    """
    with refusals(session.output), session.bridge() as bridge:
        wanted = bridge.reception.event_type(event_type)
        found = explain_start(bridge.context, wanted, read_instant(instant), bridge.context.deadline())
        hosts = [_host_row(host) for host in found.hosts]
        verdict = "can be booked" if found.is_bookable else "cannot be booked"
        title = f"{wanted.title}, {local_text(found.start, wanted.timezone)}: {verdict}"
        session.output.result(_json(found), table(title, ["host", *Rule, "why"], hosts))
        for booking in found.booked:
            who, why = ", ".join(booking.hosts), _rules(booking.decision)
            session.output.say(f"Booked: {booking.id[:8]} with {who}, chosen by {why}.")


def _rules(decision: object) -> str:
    parts = [f"{part['rule']} ({part['chosen']})" for part in decision] if isinstance(decision, tuple) else []
    return ", ".join(parts) or "no choice: all hosts are fixed"


def _host_row(host: HostExplanation) -> list[str]:
    marks = ["no" if rule in host.failing else "yes" for rule in Rule]
    return [host.host, *marks, _why(host)]


def _why(host: HostExplanation) -> str:
    reasons = [f"{name} is busy" for name in host.busy_calendars]
    reasons += [f"{name} did not answer ({detail})" for name, detail in host.silent_calendars.items()]
    if host.is_claimed:
        reasons.append("another booking of the bridge has the time")
    return "; ".join(reasons)


def _json(found: Explanation) -> dict[str, object]:
    return {
        "event_type": found.event_type.id,
        "start_iso": format_instant(found.start),
        "bookable": found.is_bookable,
        "hosts": [
            {
                "host": host.host,
                "rules": {str(rule): rule not in host.failing for rule in Rule},
                "busy_calendars": [str(name) for name in host.busy_calendars],
                "silent_calendars": {str(name): detail for name, detail in host.silent_calendars.items()},
                "claimed": host.is_claimed,
            }
            for host in found.hosts
        ],
        "bookings": [
            {"id": each.id, "hosts": each.hosts, "decision": each.decision} for each in found.booked
        ],
    }


def _slot_json(slot: Slot) -> dict[str, str]:
    return {"start_iso": format_instant(slot.start), "end_iso": format_instant(slot.end)}
