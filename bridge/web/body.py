"""Reads a request's body whole or not at all.

Werkzeug and gunicorn cut a chunked body at MAX_CONTENT_LENGTH without a word, and Content-Length may
lie, so the cap is kept by counting what arrives. Nothing is inflated or decoded here.
"""

from __future__ import annotations

from flask import Request
from werkzeug.exceptions import ClientDisconnected

from bridge.web.admission import MOST_BYTES
from bridge.web.errors import BodyIncomplete, BodyTooLarge


def read_body(request: Request, most: int = MOST_BYTES) -> bytes:
    """Return the raw body. BodyTooLarge: it has more bytes than `most`. BodyIncomplete: it broke off."""
    announced = request.content_length or 0
    if announced > most:
        raise BodyTooLarge
    # One byte more than allowed tells a body that is too long from one that just fits; the app's own cap
    # is lifted for this request, for it would cut there.
    room = most + 1
    request.max_content_length = room + 1
    parts: list[bytes] = []
    try:
        stream = request.stream
        while room and (part := stream.read(room)):
            parts.append(part)
            room -= len(part)
    except (ClientDisconnected, OSError) as error:
        raise BodyIncomplete from error
    if not room:
        raise BodyTooLarge
    body = b"".join(parts)
    if len(body) < announced:  # gunicorn ends such a body as if it were whole
        raise BodyIncomplete
    return body
