"""Reads the addresses of servers that people run themselves, to which passwords go."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from bridge.config.values.text import ExactAddress
from bridge.said import Unfit
from providers.outward import is_public


def own_server(address: str) -> str:
    """Return a server's address. ValueError: a password would go there in the clear, over the internet."""
    parts = urlsplit(address)
    try:
        is_open = parts.scheme == "http" and is_public(parts.hostname or "")
    except ValueError:  # a name: what it means is known when it is connected to
        is_open = False
    if is_open:
        raise Unfit("must begin with https://, since the password would go there in the clear")
    return address


OwnServer = Annotated[ExactAddress, AfterValidator(own_server)]
