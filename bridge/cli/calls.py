"""`bridge calls`: what was asked and answered, and of a refusal why."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import click

from bridge.cli.instants import local_text
from bridge.cli.session import Session, config_option, json_option
from bridge.cli.tables import Grid
from bridge.config import Config
from bridge.journal import REFUSALS, Outcome
from bridge.parts import Bridge
from bridge.scheduling.slots import Rule
from bridge.speech.instants import format_instant

_MOST = 1000
_LOOK_SECONDS = 1.0
# Processes write down their calls at different moments: what is dated earlier may come later.
_LATE = timedelta(seconds=10)
_COLUMNS = ["time", "request", "question", "event type", "outcome", "for", "host", "ms", "why"]


@click.command()
@click.option("--last", "most", type=click.IntRange(1, _MOST), default=50, show_default=True, metavar="N")
@click.option("--refusals", is_flag=True, help="Only those that left a caller with nothing.")
@click.option("--follow", is_flag=True, help="Go on with each call as it comes, until Ctrl+C.")
@json_option
@config_option
@click.pass_obj
def calls(session: Session, most: int, refusals: bool, follow: bool) -> None:
    """List the calls of the last 7 days, the latest last: what was asked, what came of it, and why.

    Who called is not kept. With --follow and --json each call is one line of JSON.
    """
    outcomes = REFUSALS if refusals else ()
    with session.bridge() as bridge:
        found = bridge.journal.last(most, outcomes=outcomes)
        if not follow:
            rows = [_row(each, bridge.config) for each in found]
            shown = Grid("Calls", _COLUMNS, rows) if rows else "Nobody has called yet."
            session.output.result([_json(each) for each in found], shown)
            return
        for each in _following(bridge, found, outcomes):
            if session.output.as_json:
                click.echo(json.dumps(_json(each)))
            else:
                session.output.say("  ".join(cell for cell in _row(each, bridge.config) if cell))


def _following(
    bridge: Bridge, found: list[Mapping[str, Any]], outcomes: Sequence[Outcome]
) -> Iterator[Mapping[str, Any]]:
    """Yield these calls, then each new one."""
    seen: dict[str, datetime] = {}
    since = bridge.context.now()
    while True:
        for each in found:
            if each["request_id"] not in seen:
                seen[each["request_id"]] = each["at"]
                yield each
        since = max([since, *(at for at in seen.values())])
        seen = {name: at for name, at in seen.items() if at >= since - 2 * _LATE}
        time.sleep(_LOOK_SECONDS)
        found = bridge.journal.last(_MOST, since=since - _LATE, outcomes=outcomes)


def _row(call: Mapping[str, Any], config: Config) -> list[str]:
    event_type = config.event_types.get(call["event_type"])
    zone = event_type.timezone if event_type else config.bridge.timezone
    outcome = f"{call['outcome']} (dry run)" if call["dry_run"] else call["outcome"]
    return [
        f"{local_text(call['at'], zone)}:{call['at']:%S}",
        call["request_id"][:8],
        call["question"],
        call["event_type"],
        outcome,
        local_text(call["starts_at"], zone) if call["starts_at"] else "",
        ", ".join(call["hosts"]),
        f"{call['seconds'] * 1000:.0f}",
        "; ".join(_why(call)),
    ]


def _why(call: Mapping[str, Any]) -> Iterator[str]:
    if call["kind"]:
        yield call["kind"].replace("_", " ")
    for each in call["explanation"]:
        yield f"{each['host']}: {_of_host(each)}" if "host" in each else _of_calendars(each)


def _of_host(host: Mapping[str, Any]) -> str:
    parts = [f"{name} is busy" for name in host["busy_calendars"]]
    parts += [f"{name} did not answer" for name in host["silent_calendars"]]
    parts += ["another booking has the time"] if host["claimed"] else []
    told = {Rule.FREE, Rule.KNOWN} if parts else set()
    parts += [f"not {rule}" for rule, holds in host["rules"].items() if not holds and rule not in told]
    return ", ".join(parts) or "bookable"


def _of_calendars(told: Mapping[str, Any]) -> str:
    if "silent_calendars" in told:
        return f"no answer of {', '.join(told['silent_calendars'])}"
    return f"{told['vendor']} did not {told['operation'].replace('_', ' ')}"


def _json(call: Mapping[str, Any]) -> dict[str, object]:
    return {
        "request": call["request_id"],
        "at_iso": format_instant(call["at"]),
        "question": call["question"],
        "event_type": call["event_type"],
        "outcome": call["outcome"],
        "reason": call["kind"],
        "signature": call["signature"],
        "dry_run": call["dry_run"],
        "start_iso": format_instant(call["starts_at"]) if call["starts_at"] else None,
        "told": [format_instant(datetime.fromisoformat(each)) for each in call["told"]],
        "hosts": call["hosts"],
        "booking": call["booking_id"],
        "milliseconds": round(call["seconds"] * 1000, 1),
        "age_seconds": call["age_seconds"],
        "explanation": call["explanation"],
    }
