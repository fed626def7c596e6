"""Checks the bearer tokens of custom tools and of the office's own systems."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from flask import Request


def bears_one_of(tokens: Sequence[bytes], request: Request) -> bool:
    """Tell whether a request shows one of the tokens; without any, none does."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    offered = given.strip().encode()
    # Every token is compared, so that the time taken tells nothing.
    known = [hmac.compare_digest(offered, token) for token in tokens]
    return scheme.lower() == "bearer" and any(known)
