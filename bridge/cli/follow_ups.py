"""`bridge followups`: what is still to be told of bookings, and what could not be."""

from __future__ import annotations

import click

from bridge.cli.instants import local_text
from bridge.cli.session import Session, config_option, json_option
from bridge.cli.tables import Grid
from bridge.errors import NotFound
from bridge.model import FollowUp, FollowUpState
from bridge.parts import Bridge
from bridge.speech.instants import format_instant

_OPEN = (FollowUpState.WAITING, FollowUpState.GIVEN_UP)
_SHOWN_ID = 8


@click.group(invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="What was sent, dropped or needless too.")
@json_option
@config_option
@click.pass_context
def followups(context: click.Context, everything: bool) -> None:
    """List what waits to be told of bookings and what could not be, the newest first."""
    if context.invoked_subcommand:
        return
    session: Session = context.obj
    with session.bridge() as bridge:
        found = bridge.outbox.listed(*(FollowUpState if everything else _OPEN))
        zone = bridge.config.bridge.timezone
    rows = [
        [
            each.id[:_SHOWN_ID],
            str(each.state),
            each.change,
            (each.booking_id or "")[:_SHOWN_ID],
            each.receiver,
            each.recipient,
            local_text(each.done_at or each.due_at, zone),
            each.why or each.note,
        ]
        for each in found
    ]
    grid = Grid("Follow-ups", ["id", "state", "of", "booking", "by", "to", "when", "why"], rows)
    session.output.result([_json(each) for each in found], grid if rows else "Nothing waits to be told.")


@followups.command()
@click.argument("follow_up")
@json_option
@config_option
@click.pass_obj
def retry(session: Session, follow_up: str) -> None:
    """Deliver one that was given up or dropped after all, named by its id or the beginning of it."""
    with session.bridge() as bridge:
        found = _one(bridge, follow_up, (FollowUpState.GIVEN_UP, FollowUpState.DROPPED))
        bridge.outbox.retry(found)
        bridge.background.run_due()
    session.output.result({"status": "success", "id": found.id}, "It is being sent again.")


@followups.command()
@click.argument("follow_up")
@json_option
@config_option
@click.pass_obj
def drop(session: Session, follow_up: str) -> None:
    """Deliver one never, named by its id or the beginning of it."""
    with session.bridge() as bridge:
        found = _one(bridge, follow_up, _OPEN)
        bridge.outbox.drop(found)
    session.output.result({"status": "success", "id": found.id}, "It will not be sent.")


def _one(bridge: Bridge, prefix: str, states: tuple[FollowUpState, ...]) -> FollowUp:
    found = [each for each in bridge.outbox.listed(*states) if each.id.startswith(prefix.lower())]
    if len(found) == 1:
        return found[0]
    which = f"with an id that begins with {prefix[:40]!r}; `bridge followups --all` lists them"
    raise NotFound(f"there are several {which}" if found else f"there is none {which}")


def _json(follow_up: FollowUp) -> dict[str, object]:
    return {
        "id": follow_up.id,
        "booking": follow_up.booking_id,
        "state": str(follow_up.state),
        "change": follow_up.change,
        "receiver": follow_up.receiver,
        "recipient": follow_up.recipient,
        "planned_iso": format_instant(follow_up.planned_at),
        "due_iso": format_instant(follow_up.due_at),
        "done_iso": format_instant(follow_up.done_at) if follow_up.done_at else None,
        "why": follow_up.why,
        "note": follow_up.note,
    }
