"""`bridge invite`: links by which colleagues connect their own accounts."""

from __future__ import annotations

import click

from bridge.cli.instants import local_text
from bridge.cli.output import Exit, Refused
from bridge.cli.session import Session, config_option, json_option
from bridge.cli.tables import Grid
from bridge.parts import Bridge
from bridge.speech.instants import format_instant

_NONE = "No link is open; `bridge invite HOST` makes one."


@click.command()
@click.argument("host", required=False)
@click.option("--list", "is_list", is_flag=True, help="Show which links are open, instead of making one.")
@click.option("--withdraw", is_flag=True, help="End HOST's open link, instead of making one.")
@json_option
@config_option
@click.pass_obj
def invite(session: Session, host: str | None, is_list: bool, withdraw: bool) -> None:
    """Print a link by which HOST connects their own account, without the admin password.

    It is good for 7 days and once, for the accounts that HOST's calendars name; it replaces a former one.
    """
    if (host is None) is not is_list or (is_list and withdraw):
        raise click.UsageError("name a HOST to make or to withdraw a link, or ask for the --list")
    with session.bridge() as bridge:
        if host is None:
            _show(session, bridge)
        elif withdraw:
            _withdraw(session, bridge, host)
        else:
            _make(session, bridge, host)


def _make(session: Session, bridge: Bridge, host: str) -> None:
    token = bridge.invitations.invite(host)
    address = f"{bridge.config.bridge.public_url}/invite/{token}"
    name = bridge.config.hosts[host].name
    session.output.note(f"Send this to {name}; it is good for 7 days, and shown only now:")
    session.output.result({"host": host, "address": address}, address)


def _show(session: Session, bridge: Bridge) -> None:
    found = bridge.invitations.open()
    value = [
        {
            "host": each.host.id,
            "made_iso": format_instant(each.made_at),
            "expires_iso": format_instant(each.expires_at),
            "accounts": [f"{provider}:{account}" for provider, account in each.accounts],
        }
        for each in found
    ]
    zone = bridge.config.bridge.timezone
    rows = [
        [each.host.id, local_text(each.expires_at, zone), ", ".join(account for _, account in each.accounts)]
        for each in found
    ]
    shown = Grid("Open links", ["host", "good until", "still to connect"], rows) if rows else _NONE
    session.output.result(value, shown)


def _withdraw(session: Session, bridge: Bridge, host: str) -> None:
    if not bridge.invitations.withdraw(host):
        raise Refused(f"{host} has no open link; see `bridge invite --list`", Exit.NOT_FOUND)
    session.output.result({"status": "withdrawn", "host": host}, f"{host}'s link opens nothing any more.")
