"""The options that describe a caller, for the commands that book as telli would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

_OPTIONS = (
    click.option("--name", default="", help="The caller's name."),
    click.option("--email", default="", help="The caller's e-mail address."),
    click.option("--phone", default="", help="The caller's telephone number."),
    click.option(
        "--detail",
        "details",
        multiple=True,
        metavar="KEY=VALUE",
        help="Another member of contact_details, such as appointment_reason=checkup.",
    ),
)


def caller_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options to a command, which receives them as keywords."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def described(contact_id: str, caller: Mapping[str, Any]) -> dict[str, object]:
    """Return the members of a request that describe the caller. UsageError: a detail is no KEY=VALUE."""
    given = {key: text for key, text in caller.items() if key != "details" and text}
    for detail in caller.get("details", ()):
        key, equals, value = detail.partition("=")
        if not key or not equals:
            raise click.UsageError(f'"{detail}" is no detail; write it like appointment_reason=checkup.')
        given[key] = value
    return {"contact_id": contact_id, "external_contact_id": "", "contact_details": given}
