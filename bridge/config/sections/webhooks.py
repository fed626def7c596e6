"""The sections webhooks: which addresses are told of bookings, as Calendly tells them."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, SecretStr

from bridge.config.problems.found import Problems
from bridge.config.problems.wording import kind
from bridge.config.table import Needed, Table, read_table
from bridge.config.values.env_and_files import Unresolved
from bridge.config.values.secret_values import Secret
from bridge.config.values.text import ExactAddress, choice
from bridge.model import WebhookEvent
from bridge.said import Said, Unfit


def _some(events: tuple[WebhookEvent, ...]) -> tuple[WebhookEvent, ...]:
    if not events:
        raise Unfit("is an empty list; leave the key out for all events")
    return events


class WebhookTable(Table):
    """An address as TOML writes it."""

    section: ClassVar[str] = "webhooks"

    url: Annotated[ExactAddress, Needed('where to post, such as "https://hooks.example.com/calendly"')] = ""
    events: Annotated[tuple[Annotated[WebhookEvent, choice(WebhookEvent)], ...], AfterValidator(_some)] = (
        tuple(WebhookEvent)
    )
    signing_key: Annotated[Secret, Needed("what the receiver verifies with, best as env:NAME")] = SecretStr(
        ""
    )


def read_webhooks(raw: object, problems: Problems) -> tuple[WebhookTable, ...]:
    """Return the addresses in their order, noting what is wrong with them."""
    if not isinstance(raw, list):
        if not isinstance(raw, Unresolved):
            problems.add(
                ("webhooks",), Said("must be sections written [[webhooks]], not {kind}", kind=kind(raw))
            )
        return ()
    found: dict[str, WebhookTable] = {}
    for place, entry in enumerate(raw):
        table = read_table(WebhookTable, entry, at=("webhooks", place), problems=problems).table
        if table.url in found:
            text = Said("stands there twice; put the events into one section")
            problems.add(("webhooks", place, "url"), text)
        found[table.url] = table
    return tuple(found.values())
