"""Gets what lies at a published calendar's link: whole, within a size and a time, and only if it is newer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from providers.base import Deadline
from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    EndlessAnswer,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
)
from providers.outward import AddressForbidden, Answered, Outward, TooLarge, Truncated, Unreachable

NAME = "ics"
READ = "read"  # the operation that errors name
SECONDS = 10.0  # for all of it, redirects too
MOST_BYTES = 5_000_000
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_PUBLISHED = frozenset({401, 403, 404, 410})
_LATER = frozenset({408, 425})
_LONGEST_TAG = 500  # of what a server calls a version; a longer one is not kept
# Since August 2025 some tenants of Microsoft 365 send those to an error page who name neither a system nor a
# browser: https://github.com/nextcloud/server/pull/54575
_AGENT = "calendar-bridge (Linux) like Chrome/139"
_ASKED = {"Accept": "text/calendar, */*;q=0.1", "User-Agent": _AGENT}


@dataclass(frozen=True, slots=True)
class Version:
    """What the server calls what it sent, empty where it does not say."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What lies at the link, None when it is still the version that was asked about."""

    content: bytes | None
    version: Version


def fetch(url: str, known: Version, way: Callable[[float], Outward], deadline: Deadline) -> Fetched:
    """Return what lies at a link if it is not the version known. ProviderError: that was not told.

    `way` makes the way out for so many seconds.
    """
    conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    headers = _ASKED | {name: value for name, value in conditions.items() if value}
    for _ in range(1 + _MOST_REDIRECTS):
        answer = _get(url, headers, way(deadline.remaining()))
        if answer.status not in _REDIRECTS:
            return _fetched(answer, known)
        # Each is judged anew on its way: the last may lie in the own network.
        url = _next(url, answer.headers.get("location", ""))
    raise ProviderError(NAME, READ, "the link leads from one address to the next without end")


def _get(url: str, headers: Mapping[str, str], outward: Outward) -> Answered:
    try:
        return outward.get(url, headers, most=MOST_BYTES)
    except AddressForbidden as error:
        raise AccessDenied(NAME, READ, str(error)) from error
    except Unreachable as error:
        raise ProviderUnavailable(NAME, READ, str(error)) from error
    except TooLarge as error:
        raise EndlessAnswer(NAME, READ, str(error)) from error
    except Truncated as error:
        raise ProviderError(NAME, READ, str(error)) from error


def _next(url: str, location: str) -> str:
    """Return where a redirect leads. Never from https to http: whoever listens could read the link."""
    try:
        found = urljoin(url, location)
        before, after = urlsplit(url), urlsplit(found)
        is_sound = bool(location and after.hostname) and after.port != 0
    except ValueError:  # a bracket or a port that is none
        is_sound = False
    if not is_sound or after.scheme not in {"https", before.scheme}:
        raise ProviderError(NAME, READ, "the link leads to an address that is not followed")
    return found


def _fetched(answer: Answered, known: Version) -> Fetched:
    version = Version(*(_kept(answer.headers.get(name, "")) for name in ("etag", "last-modified")))
    status = f"HTTP {answer.status}"
    match answer.status:
        case 200:
            return Fetched(answer.body, version)
        case 304 if known != Version():
            return Fetched(None, known)
        case 429:
            raise RateLimited(NAME, READ, status)
        case code if code in _NOT_PUBLISHED:
            raise CalendarNotFound(NAME, READ, status)
        case code if code >= 500 or code in _LATER:
            raise ProviderUnavailable(NAME, READ, status)
    raise ProviderError(NAME, READ, status)


def _kept(value: str) -> str:
    is_sound = len(value) <= _LONGEST_TAG and value.isascii() and value.isprintable()
    return value if is_sound else ""
