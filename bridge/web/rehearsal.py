"""Rehearsed bookings (`"dry_run": true` in the signed body): what is one, and what it is told besides."""

from __future__ import annotations

from flask import Response, request

from bridge.service.public_check import SEEN

FORMER_DRY_RUN = "x-bridge-dry-run"  # a header: a proxy that drops it would have made a rehearsal a booking
_ABSENT = object()


def is_dry_run(payload: object) -> bool | None:
    """Tell whether a request is a rehearsal; None where it asks for one in another way than by `true`.

    Such a request is refused: whoever sends it must neither get a booking nor believe to have one.
    """
    wanted = payload.get("dry_run", _ABSENT) if isinstance(payload, dict) else _ABSENT
    if FORMER_DRY_RUN in request.headers or (wanted is not _ABSENT and wanted is not True):
        return None
    return wanted is True


def with_what_was_seen(response: Response) -> Response:
    """Tell a signed rehearsal how the request arrived, for `bridge check --public` to judge the proxy."""
    is_forwarded = "yes" if "X-Forwarded-For" in request.headers else "no"
    response.headers[SEEN] = f"{request.scheme} {request.remote_addr} forwarded={is_forwarded}"
    return response
