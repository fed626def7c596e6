"""Read a calendar's entries: those of a window, or by name.

Decides what an entry is called (its address's last part; ours by their key) and that an answer without an
entry's text is none. Asks for no texts by their content: SOGo, Zimbra and iCloud filter by none or by too
much. A window is asked for with a day more on either side, since a server may place days elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, unquote, urlsplit

from providers.base import EventRef, Interval
from providers.caldav.client import Answer, Client, Question, propfind, report
from providers.caldav.discovery import Place
from providers.caldav.errors import TOO_MANY, Refusal
from providers.caldav.xml import CALENDAR_DATA, ETAG, Resource, multiget_body, propfind_body, query_body
from providers.errors import EndlessAnswer, ProviderError
from providers.http import Call

LOOK_BACK = timedelta(days=31)
LOOK_AHEAD = timedelta(days=400)
_MARGIN = timedelta(days=1)
_AT_ONCE = 100  # entries that are asked for by name
_ENDING = ".ics"
_OCCURRENCE = re.compile(r"#\d{8}(T\d{6}Z?)?$")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it lies in the calendar; `event_id` is what it is called, `etag` None if not told."""

    event_id: str
    etag: str | None
    text: str


def padded(window: Interval) -> Interval:
    """Return the window to ask for."""
    return Interval(window.start - _MARGIN, window.end + _MARGIN)


def entries(client: Client, call: Call, place: Place, window: Interval) -> list[Entry]:
    """Return the entries that take place around a window, a series as one."""
    question = report(place.url, query_body(padded(window), [ETAG, CALENDAR_DATA]))
    return [_entry(call, each) for each in _present(client, call, place, question)]


def versions(client: Client, call: Call, place: Place, window: Interval) -> dict[str, str]:
    """Return the entries that take place around a window, each with its version."""
    question = report(place.url, query_body(padded(window), [ETAG]))
    found = _present(client, call, place, question)
    return {name_in(each.href): strong(each.text(ETAG)) or "" for each in found}


def named(client: Client, call: Call, place: Place, event_ids: Sequence[str]) -> Mapping[str, Entry | None]:
    """Return entries by name, None for each that is not there."""
    found: dict[str, Entry | None] = dict.fromkeys(event_ids)
    for first in range(0, len(event_ids), _AT_ONCE):
        paths = [urlsplit(entry_url(place, each)).path for each in event_ids[first : first + _AT_ONCE]]
        question = report(place.url, multiget_body(paths, [ETAG, CALENDAR_DATA]))
        for each in _present(client, call, place, question):
            entry = _entry(call, each)
            found[entry.event_id] = entry
    return found


def read_entry(client: Client, call: Call, place: Place, ref: EventRef) -> Entry:
    """Return one entry. EventNotFound: the calendar is there and does not hold it."""

    def read(answer: Answer) -> Entry:
        try:
            text = answer.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise call.unexpected("text", answer.status) from None
        if "BEGIN:VCALENDAR" not in text:  # a front end's page
            raise call.fault("an answer that is no entry")
        return Entry(name_of(ref.event_id), strong(answer.headers.get("etag")), text)

    return client.ask(call, Question("GET", entry_url(place, ref.event_id), is_event=True), read)


def see_calendar(client: Client, call: Call, place: Place) -> None:
    """Return when the calendar can be seen. CalendarNotFound, AccessDenied: it cannot (any more)."""
    looking = client.call(call.operation, call.deadline)
    client.resources(looking, propfind(place.url, propfind_body([ETAG])))


def name_in(href: str) -> str:
    """Return what the entry of an address is called; ours by the key it was made under."""
    name = unquote(urlsplit(href).path.rstrip("/").rpartition("/")[2])
    key = name.removesuffix(_ENDING)
    return key if EventRef("", key).is_by_key else name


def name_of(event_id: str) -> str:
    """Return what the entry is called that an event belongs to, a series' of an occurrence."""
    return _OCCURRENCE.sub("", event_id)


def entry_url(place: Place, event_id: str) -> str:
    """Return an entry's address."""
    name = name_of(event_id)
    name = f"{name}{_ENDING}" if EventRef("", name).is_by_key else name
    return f"{place.url}{quote(name, safe='@!$&()*+,;=:~')}"


def strong(etag: str | None) -> str | None:
    """Return a version fit for If-Match: front ends mark it weak (W/), and servers then know it no more."""
    return (etag or "").strip().removeprefix("W/") or None


def _present(client: Client, call: Call, place: Place, question: Question) -> Iterator[Resource]:
    """Yield what is there of what an answer speaks of. ProviderError: a part of the answer is missing."""
    answer = client.resources(call, question, meaning=lambda refusal: _too_much(call, refusal))
    own = unquote(urlsplit(place.url).path).rstrip("/")
    for found in answer.resources:
        if found.status == 507:  # told of the calendar itself: the answer was cut short
            raise EndlessAnswer(call.provider, call.operation, "more entries than the server tells at once")
        if found.status in (404, 410) or unquote(urlsplit(found.href).path).rstrip("/") == own:
            continue
        if not 200 <= found.status < 300:
            raise call.fault(f"HTTP {found.status} of an entry")
        yield found


def _too_much(call: Call, refusal: Refusal) -> ProviderError | None:
    if TOO_MANY in refusal.names:
        return EndlessAnswer(call.provider, call.operation, str(refusal))
    return None


def _entry(call: Call, found: Resource) -> Entry:
    text = found.text(CALENDAR_DATA)
    if not text:
        raise call.unexpected("calendar-data", 207)
    return Entry(name_in(found.href), strong(found.text(ETAG)), text)
