"""`bridge invite`: a link by which a colleague connects their own account."""

from __future__ import annotations

import click

from bridge.cli.session import Session, config_option, json_option


@click.command()
@click.argument("host")
@json_option
@config_option
@click.pass_obj
def invite(session: Session, host: str) -> None:
    """Print a link by which HOST connects their own account, without the admin password.

    It is good for 7 days and once, for the accounts that HOST's calendars name; it replaces a former one.
    """
    with session.bridge() as bridge:
        token = bridge.invitations.invite(host)
        name, site = bridge.config.hosts[host].name, bridge.config.bridge.public_url
    address = f"{site}/invite/{token}"
    session.output.note(f"Send this to {name}; it is good for 7 days, and shown only now:")
    session.output.result({"host": host, "address": address}, address)
