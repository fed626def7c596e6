"""WebDAV's XML: the questions that are asked, and the answers (207) taken apart.

Sources: RFC 4918 (WebDAV), RFC 4791 (CalDAV), RFC 6578 (sync-collection).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from xml.etree.ElementTree import Element  # nosec B405

from providers.base import Interval
from providers.http import Call
from providers.markup import tree

DAV, CALDAV, SERVER = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
_PREFIXES = {DAV: "d", CALDAV: "c", SERVER: "s"}
_SPACES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/"'

ETAG = f"{DAV}getetag"
CALENDAR_DATA = f"{CALDAV}calendar-data"


@dataclass(frozen=True, slots=True)
class Resource:
    """What an answer says of one address: a status, and the properties that it has."""

    href: str
    status: int
    properties: Mapping[str, Element]

    def text(self, name: str) -> str | None:
        """Return a property's text, None where the resource has no such property."""
        found = self.properties.get(name)
        return None if found is None else (found.text or "").strip()

    def hrefs(self, name: str) -> list[str]:
        """Return the addresses in a property."""
        found = self.properties.get(name)
        inner = found.iter(f"{DAV}href") if found is not None else ()
        return [(each.text or "").strip() for each in inner]

    def kinds(self, name: str) -> frozenset[str]:
        """Return the names of the elements inside a property, however deep."""
        found = self.properties.get(name)
        return frozenset(each.tag for each in found.iter()) if found is not None else frozenset()


@dataclass(frozen=True, slots=True)
class Multistatus:
    """The resources of an answer, in its order; `sync_token` where it ends a sync-collection."""

    resources: Sequence[Resource]
    sync_token: str | None


def multistatus(call: Call, content: bytes) -> Multistatus:
    """Return what a 207 says. ProviderUnavailable, UnexpectedResponse: it is no such thing."""
    root = tree(content)
    if root is None:  # a front end's page, or an answer cut short
        raise call.fault("an answer that is no XML")
    if root.tag != f"{DAV}multistatus":
        raise call.unexpected("multistatus", 207)
    resources = [_resource(call, each) for each in root.iterfind(f"{DAV}response")]
    return Multistatus(resources, root.findtext(f"{DAV}sync-token"))


def _resource(call: Call, response: Element) -> Resource:
    href = response.findtext(f"{DAV}href")
    if not href:
        raise call.unexpected("href", 207)
    status = response.findtext(f"{DAV}status")
    properties: dict[str, Element] = {}
    for some in response.iterfind(f"{DAV}propstat"):
        if 200 <= _status(call, some.findtext(f"{DAV}status")) < 300:
            properties |= {each.tag: each for held in some.iterfind(f"{DAV}prop") for each in held}
    return Resource(href.strip(), 200 if status is None else _status(call, status), properties)


def _status(call: Call, line: str | None) -> int:
    """Return the number in "HTTP/1.1 200 OK"."""
    words = (line or "").split()
    if len(words) < 2 or not words[1].isdecimal():
        raise call.unexpected("status", 207)
    return int(words[1])


def propfind_body(names: Iterable[str]) -> str:
    """Return the question for properties."""
    return f"<d:propfind {_SPACES}>{_properties(names)}</d:propfind>"


def query_body(window: Interval, names: Iterable[str]) -> str:
    """Return the question for the entries that take place in a window."""
    times = f'start="{_moment(window.start)}" end="{_moment(window.end)}"'
    return (
        f'<c:calendar-query {_SPACES}>{_properties(names)}<c:filter><c:comp-filter name="VCALENDAR">'
        f'<c:comp-filter name="VEVENT"><c:time-range {times}/></c:comp-filter></c:comp-filter></c:filter>'
        "</c:calendar-query>"
    )


def multiget_body(hrefs: Iterable[str], names: Iterable[str]) -> str:
    """Return the question for entries by their addresses."""
    told = "".join(f"<d:href>{escape(href)}</d:href>" for href in hrefs)
    return f"<c:calendar-multiget {_SPACES}>{_properties(names)}{told}</c:calendar-multiget>"


def sync_body(token: str) -> str:
    """Return the question for what changed since a token."""
    return (
        f"<d:sync-collection {_SPACES}><d:sync-token>{escape(token)}</d:sync-token>"
        f"<d:sync-level>1</d:sync-level>{_properties([ETAG])}</d:sync-collection>"
    )


def _properties(names: Iterable[str]) -> str:
    told = []
    for name in names:
        space, _, word = name.rpartition("}")
        told.append(f"<{_PREFIXES[space + '}']}:{word}/>")
    return f"<d:prop>{''.join(told)}</d:prop>"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
