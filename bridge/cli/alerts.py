"""`bridge alerts`: what needs a person, and how to close what is settled."""

from __future__ import annotations

import click

from bridge.alerts import alert_id
from bridge.cli.instants import local_text
from bridge.cli.session import Session, config_option, json_option
from bridge.cli.tables import Grid
from bridge.errors import NotFound
from bridge.speech.instants import format_instant


@click.group(invoke_without_command=True)
@json_option
@config_option
@click.pass_context
def alerts(context: click.Context) -> None:
    """List what needs a person, the oldest first; each closes by itself when its cause is gone."""
    if context.invoked_subcommand:
        return
    session: Session = context.obj
    with session.bridge() as bridge:
        found = bridge.alerts.open()
        zone = bridge.config.bridge.timezone
    value = [
        {
            "id": alert_id(each.key),
            "key": each.key,
            "text": each.text,
            "raised_iso": format_instant(each.raised_at),
        }
        for each in found
    ]
    rows = [[alert_id(each.key), local_text(each.raised_at, zone), each.text] for each in found]
    shown = Grid("Alerts", ["id", "since", "what"], rows) if rows else "Nothing needs a person."
    session.output.result(value, shown)


@alerts.command()
@click.argument("alert")
@json_option
@config_option
@click.pass_obj
def close(session: Session, alert: str) -> None:
    """Close an alert by hand. It is raised again only when its cause comes anew.

    ALERT is an id that `bridge alerts` shows, or the beginning of one.
    """
    with session.bridge() as bridge:
        found = [each for each in bridge.alerts.open() if alert_id(each.key).startswith(alert.lower())]
        if len(found) != 1:
            which = f"with an id that begins with {alert[:40]!r}; `bridge alerts` lists them"
            raise NotFound(f"there are several {which}" if found else f"there is no open alert {which}")
        bridge.alerts.resolve(found[0].key)
    session.output.result({"status": "success", "id": alert_id(found[0].key)}, f"Closed: {found[0].text}")
