"""Read what a vendor's answer promises.

Decides that a missing member, or one of another kind, is never read as nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from providers.http import Call

T = TypeVar("T")
Json = Mapping[str, Any]


def member(call: Call, holder: Any, name: str, kind: type[T]) -> T:
    """Return a member that the vendor's description promises. UnexpectedResponse: it is not there."""
    value = holder.get(name) if isinstance(holder, dict) else None
    # By kind, not by truth: [] is an answer, null in its place is none.
    if not isinstance(value, kind):
        raise call.unexpected(name)
    return value


def understood(call: Call, field: str, made: Callable[[], T]) -> T:
    """Return what is made of a member. UnexpectedResponse: nothing can be."""
    try:
        return made()
    except (ValueError, OverflowError, KeyError, OSError):  # the last two: ZoneInfo, by the kind of nonsense
        raise call.unexpected(field) from None
