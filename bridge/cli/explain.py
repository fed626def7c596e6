"""The command that says why a start can be booked or not: every rule, host by host."""

from __future__ import annotations

from collections.abc import Iterator

import click

from bridge.calendars.judging import HostExplanation
from bridge.cli.choices import decision_grids, decision_json
from bridge.cli.instants import Moment, instant, local_text
from bridge.cli.names import EVENT_TYPE
from bridge.cli.session import Session, config_option, json_option
from bridge.cli.tables import Grid
from bridge.model import EventType
from bridge.scheduling.hours import HoursFrom
from bridge.scheduling.slots import Rule
from bridge.service.explain import Explanation, HostDay
from bridge.service.explain import explain as explain_start
from bridge.speech.instants import format_instant

_NAMES = {rule: rule.replace("_", " ") for rule in Rule}


@click.command()
@click.argument("event_type", type=EVENT_TYPE)
@click.argument("start", metavar="INSTANT", type=instant)
@json_option
@config_option
@click.pass_obj
def explain(session: Session, event_type: str, start: Moment) -> None:
    """Show for every host which rules allow or forbid a start, and which calendar is busy.

    INSTANT is a start such as "2026-11-24 10:00", "tomorrow 10:00" or 2026-11-24T09:00:00Z; without an offset
    it is read in the event type's zone.
    """
    with session.bridge() as bridge:
        wanted = bridge.reception.event_type(event_type)
        at = start.within(wanted.timezone, bridge.context.now())
        found = explain_start(bridge.context, wanted, at, bridge.context.deadline())
    verdict = "can be booked" if found.is_bookable else "cannot be booked"
    if found.is_apart:
        verdict = f"{verdict}, since its hosts are at different places then"
    title = f"{wanted.title}, {local_text(found.start, wanted.timezone)} ({wanted.timezone}): {verdict}"
    rows = [_row(wanted, host, found.days[host.host]) for host in found.hosts]
    grid = Grid(title, ["host", "holds", "fails", "why"], rows)
    decisions = [part for booking in found.booked for part in decision_grids(booking, wanted.timezone)]
    session.output.result(_json(found), grid, *decisions)


def _row(event_type: EventType, host: HostExplanation, day: HostDay) -> list[str]:
    holds = ", ".join(name for rule, name in _NAMES.items() if rule not in host.failing)
    fails = ", ".join(name for rule, name in _NAMES.items() if rule in host.failing)
    why = "; ".join(_reasons(event_type, host)) or "bookable"
    return [host.host, holds, fails or "-", f"{why}; {_hours_from(day)}" if _hours_from(day) else why]


def _reasons(event_type: EventType, host: HostExplanation) -> Iterator[str]:
    notice = event_type.minimum_notice.total_seconds() / 60
    because = {
        Rule.OPEN: "the slot is not within the open hours",
        Rule.STEP: "no appointment starts at that minute",
        Rule.NOTICE: f"it is past, or less than {notice:.0f} minutes ahead" if notice else "it is past",
        Rule.START_DATE: f"appointments begin on {event_type.start_on}",
        Rule.HORIZON: f"it is more than {event_type.horizon_days} days ahead",
        Rule.LIMITS: "the day or week holds as many bookings as it may",
        Rule.TRAVEL: "the way from or to an appointment at another place does not fit in between",
    }
    yield from (text for rule, text in because.items() if rule in host.failing)
    yield from (f"{name} is busy" for name in host.busy_calendars)
    yield from (f"{name} did not answer: {why}" for name, why in host.silent_calendars.items())
    if host.is_claimed:
        yield "another booking has the time"


def _hours_from(day: HostDay) -> str:
    """Return where the hours of a day come from that is not as in every week, else nothing."""
    if day.change:
        made = f"{day.change.made_at:%Y-%m-%d %H:%M} UTC"
        return f"the hours of {day.day} were set on the page Days off by {day.change.made_by}, {made}"
    return "" if day.source is HoursFrom.WEEK else f"{day.source} decides about the hours of {day.day}"


def _json(found: Explanation) -> dict[str, object]:
    return {
        "event_type": found.event_type.id,
        "start_iso": format_instant(found.start),
        "bookable": found.is_bookable,
        "apart": found.is_apart,
        "hosts": [{**host.as_json(), "hours_from": found.days[host.host].source} for host in found.hosts],
        "bookings": [
            {"id": each.id, "hosts": each.hosts, "decision": decision_json(each)} for each in found.booked
        ],
    }
