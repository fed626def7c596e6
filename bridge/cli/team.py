"""Commands about a team: who is due and why, and callers who did not come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import click

from bridge.booking.ledger import mark_no_show, undo_no_show
from bridge.booking.round_robin import forecast
from bridge.cli.bookings import booking_id, booking_json
from bridge.cli.choices import figures_head, figures_row, member_json, rule_words
from bridge.cli.instants import local_text
from bridge.cli.names import EVENT_TYPE
from bridge.cli.session import Session, config_option, json_option
from bridge.cli.tables import Grid
from bridge.model import EventType, Source
from bridge.scheduling.fair_share import Figures, month_start
from bridge.scheduling.round_robin import Choice, Standings
from bridge.speech.instants import format_instant

_MOST_SIMULATED = 1000


@click.command()
@click.argument("event_type", type=EVENT_TYPE)
@click.option(
    "--simulate",
    type=click.IntRange(0, _MOST_SIMULATED),
    default=0,
    metavar="N",
    help="Show too who the next N bookings would go to.",
)
@json_option
@config_option
@click.pass_obj
def team(session: Session, event_type: str, simulate: int) -> None:
    """Show who of a team is due, why, and what each was given; the most due come first.

    Whoever is due is chosen if bookable. Bookings count from the beginning of the month.
    """
    with session.bridge() as bridge:
        wanted = bridge.reception.event_type(event_type)
        since = month_start(wanted, bridge.context.now())
        due, coming = forecast(bridge.context, wanted, simulate)
    fixed, groups = wanted.team.fixed, wanted.team.groups
    value = {
        "event_type": wanted.id,
        "assignment": str(wanted.team.assignment),
        "since_iso": format_instant(since),
        "fixed_hosts": list(fixed),
        "groups": [_group_json(standing) for standing in due],
        "simulated": [{"hosts": list(choice.hosts), "rules": _rules(choice)} for choice in coming],
    }
    head = f"{wanted.title}: bookings made since {local_text(since, wanted.timezone)} ({wanted.timezone})"
    always = [f"Always attending: {', '.join(fixed)}."] if fixed else []
    always += [] if groups else ["Nobody has to be chosen."]
    shown = [part for number, standing in enumerate(due, 1) for part in _group(wanted, standing, number)]
    session.output.result(value, head, *always, *shown, *(_simulated(coming) if groups else ()))


@click.command("no-show")
@click.argument("booking", type=booking_id)
@click.option("--undo", is_flag=True, help="The caller came after all.")
@json_option
@config_option
@click.pass_obj
def no_show(session: Session, booking: str, undo: bool) -> None:
    """Record that the caller of a booking did not come; it then counts for nobody's share.

    The appointment must have begun. BOOKING is an id or the beginning of it.
    """
    with session.bridge() as bridge:
        found = bridge.reception.booking(booking)
        change = undo_no_show if undo else mark_no_show
        changed = change(bridge.context, found, Source.TERMINAL)
        bridge.background.run_due()  # what a server leaves to its background loop
    said = f"Booking {changed.id[:8]} is {'confirmed again' if undo else 'recorded as a no-show'}."
    session.output.result({"status": "success", "booking": booking_json(changed)}, said)


def _group(event_type: EventType, standing: Standings[Figures], number: int) -> Sequence[Grid | str]:
    zone, way = event_type.timezone, event_type.team.assignment.replace("_", " ")
    which = f"Group {number}, " if len(event_type.team.groups) > 1 else ""
    members = [each.as_json() for each in standing.figures]
    rows = [[str(each["host"]), *figures_row(each, zone)] for each in members]
    first = standing.figures[0].member.host
    return [
        Grid(f"{which}{way}".capitalize(), ["host", *figures_head(members)], rows),
        f"Next: {first} ({rule_words(standing.rule)}).",
    ]


def _simulated(coming: Sequence[Choice]) -> Sequence[Grid | str]:
    if not coming:
        return []
    rows = [
        [str(number), ", ".join(choice.hosts), "; ".join(rule_words(rule) for rule in _rules(choice))]
        for number, choice in enumerate(coming, 1)
    ]
    counts = Counter(host for choice in coming for host in choice.hosts)
    shares = ", ".join(f"{host} {count}" for host, count in counts.most_common())
    title = f"The next {len(coming)} bookings, if all are bookable"
    return [Grid(title, ["booking", "hosts", "because"], rows), f"In all: {shares}."]


def _group_json(standing: Standings[Figures]) -> dict[str, object]:
    return {
        "next": standing.figures[0].member.host,
        "rule": standing.rule,
        "members": [_member_json(each) for each in standing.figures],
    }


def _member_json(each: Figures) -> dict[str, object]:
    decimals = {"calibration_decimal": each.calibration, "shortfall_decimal": each.shortfall}
    return {
        **member_json(each.as_json()),
        **{name: round(float(number), 4) for name, number in decimals.items()},
    }


def _rules(choice: Choice) -> list[str]:
    return [str(part["rule"]) for part in choice.decision]
