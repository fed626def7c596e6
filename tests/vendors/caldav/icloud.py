"""A server with iCloud's quirks, as python-caldav's checks of it tell them.

Everybody begins at one host and has a home on another; free-busy-query is refused, and so are entries without
an end and a UID that another calendar holds; no answer to a PUT names a version, and If-Match: * never holds.
It invites guests itself; `schedules` takes that away, `keeps_tokens` and `keeps_marks` how changes are told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

import icalendar
import recurring_ical_events

from tests.vendors.caldav.served import Served, xml
from tests.vendors.common import Answer, Fake, Refused, Request, Route

ROOT = "/10001/calendars/"
_SPACES = 'xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/"'
_CALENDAR = """<resourcetype><collection/><c:calendar/></resourcetype><displayname>{title}</displayname>
<c:supported-calendar-component-set><c:comp name="{kind}"/></c:supported-calendar-component-set>
<current-user-privilege-set><privilege><read/></privilege><privilege><write/></privilege></current-user-privilege-set>
<c:calendar-timezone>BEGIN:VCALENDAR
BEGIN:VTIMEZONE
TZID:Europe/Berlin
</c:calendar-timezone>"""
_RANGE = re.compile(r'time-range start="(\w+)" end="(\w+)"')
_HREF = re.compile(r"<d:href>([^<]+)</d:href>")


@dataclass(slots=True)
class _Kept:
    """An entry: its text (None: deleted), and the step at which it became so."""

    text: bytes | None
    step: int

    @property
    def etag(self) -> str:
        return f'"C={self.step}@U=fake"'


@dataclass(slots=True)
class _Folder:
    """A calendar with its entries by name."""

    title: str
    kind: str = "VEVENT"
    entries: dict[str, _Kept] = field(default_factory=dict)
    step: int = 1

    def live(self) -> dict[str, _Kept]:
        return {name: kept for name, kept in self.entries.items() if kept.text is not None}


class Front(Fake):
    """The host that everybody begins at; it only tells who one is."""

    def __init__(self, home: ServedByICloud) -> None:
        self._home = home
        super().__init__()

    def routes(self) -> list[Route]:
        return [
            Route("PROPFIND", "/", "principal", self._principal),
            Route("PROPFIND", "/10001/principal/", "home", self._account),
        ]

    def answer_to(self, request: Request) -> Answer:
        self._home.require_password(request)
        return super().answer_to(request)

    def _principal(self, _request: Request) -> Answer:
        told = "<current-user-principal><href>/10001/principal/</href></current-user-principal>"
        return _told("/", told)

    def _account(self, _request: Request) -> Answer:
        home = f"<c:calendar-home-set><href>{self._home.home_url}</href></c:calendar-home-set>"
        own = "<href>mailto:Anna@example.com</href><href>urn:uuid:10001</href>"
        told = f"{home}<c:calendar-user-address-set>{own}</c:calendar-user-address-set>"
        return _told("/10001/principal/", told)


class ServedByICloud(Served):
    """Anna's account with the calendars Work and Home, and a list of things to do."""

    def __init__(self) -> None:
        super().__init__(lambda _environ, _start: (), "anna@example.com")
        self.keeps_tokens = self.keeps_marks = self.schedules = True
        self.invited: list[str] = []
        self.folders = {"work": _Folder("Work"), "home": _Folder("Home"), "tasks": _Folder("Work", "VTODO")}
        self.home_url = f"{self.url}{ROOT}"
        self.front = Front(self)

    @property
    def start(self) -> str:
        return f"{self.front.url}/"

    def path(self, title: str) -> str:
        """Return a calendar's path."""
        return f"{ROOT}{title.lower()}/"

    def close(self) -> None:
        self.front.close()
        super().close()

    def done(self, request: Request) -> Answer:
        folder, _, name = request.path.removeprefix(ROOT).partition("/")
        if request.verb == "OPTIONS":
            features = "1, access-control, calendar-access"
            features += ", calendar-schedule, calendar-auto-schedule" if self.schedules else ""
            return Answer(200, headers={"DAV": features}, content=b"")
        if request.path == ROOT:
            return self._list()
        if folder not in self.folders:
            return Answer(404, content=b"")
        act = {
            "PROPFIND": self._marks,
            "REPORT": self._report,
            "GET": self._get,
            "PUT": self._put,
            "DELETE": self._delete,
        }[request.verb]
        return act(self.folders[folder], name, request)

    def _list(self) -> Answer:
        told = [_response(ROOT, "<resourcetype><collection/></resourcetype>")]
        for name, folder in self.folders.items():
            told.append(_response(f"{ROOT}{name}/", _CALENDAR.format(title=folder.title, kind=folder.kind)))
        inbox = "<resourcetype><collection/><c:schedule-inbox/></resourcetype>"
        return _multistatus([*told, _response(f"{ROOT}inbox/", inbox)])

    def _marks(self, folder: _Folder, _name: str, request: Request) -> Answer:
        told = ""
        if self.keeps_tokens:
            told += f"<sync-token>{_token(folder)}</sync-token>"
        if self.keeps_marks:
            told += f"<s:getctag>FT={folder.step}</s:getctag>"
        return _told(request.path, told)

    def _report(self, folder: _Folder, _name: str, request: Request) -> Answer:
        asked = request.content.decode()
        if "sync-collection" in asked:
            return self._sync(folder, request.path, asked)
        with_text = "calendar-data" in asked
        if "calendar-multiget" in asked:
            names = [href.rpartition("/")[2] for href in _HREF.findall(asked)]
            live = folder.live()
            return _multistatus(
                [_entry(request.path, each, live.get(each), with_text=True) for each in names]
            )
        span = _RANGE.search(asked)
        if "calendar-query" not in asked or span is None:
            return Answer(400, content=b"")
        start, end = (datetime.strptime(f"{each}+0000", "%Y%m%dT%H%M%SZ%z") for each in span.groups())
        found = {name: kept for name, kept in folder.live().items() if _takes_place(kept.text, start, end)}
        return _multistatus([_entry(request.path, *each, with_text=with_text) for each in found.items()])

    def _sync(self, folder: _Folder, path: str, asked: str) -> Answer:
        token = re.search(r"<d:sync-token>HwoQ=(\d+)</d:sync-token>", asked)
        if not self.keeps_tokens or token is None or int(token[1]) > folder.step:
            return xml(403, f"<error {_SPACES}><valid-sync-token/></error>")
        changed = {name: kept for name, kept in folder.entries.items() if kept.step > int(token[1])}
        told = [
            _entry(path, name, kept if kept.text is not None else None, with_text=False)
            for name, kept in changed.items()
        ]
        told.append(f"<sync-token>{_token(folder)}</sync-token>")
        return _multistatus(told)

    def _get(self, folder: _Folder, name: str, _request: Request) -> Answer:
        kept = folder.live().get(name)
        if kept is None:
            return Answer(404, content=b"")
        return Answer(200, headers={"ETag": kept.etag, "Content-Type": "text/calendar"}, content=kept.text)

    def _put(self, folder: _Folder, name: str, request: Request) -> Answer:
        kept = folder.live().get(name)
        wanted = request.headers.get("if-match")
        if wanted is not None and (kept is None or wanted != kept.etag):
            return Answer(412, content=b"")
        if request.headers.get("if-none-match") == "*" and kept is not None:
            return Answer(412, content=b"")
        event: Any = icalendar.Calendar.from_ical(request.content.decode()).events[0]
        if "DTEND" not in event:
            raise Refused(Answer(403, content=b""))
        others = [each for each in self.folders.values() if each is not folder]
        if any(_uid(each.text) == event["UID"] for other in others for each in other.live().values()):
            return xml(403, f"<error {_SPACES}><c:no-uid-conflict/></error>")
        folder.step += 1
        folder.entries[name] = _Kept(self._scheduled(request.content), folder.step)
        return Answer(204 if kept else 201, content=b"")

    def _scheduled(self, content: bytes) -> bytes:
        """Invite whom an entry names, as a server does that schedules by itself."""
        calendar: Any = icalendar.Calendar.from_ical(content.decode())
        for event in calendar.events:
            guests = event.get("ATTENDEE", [])
            for guest in guests if isinstance(guests, list) else [guests]:
                if "ORGANIZER" in event and guest.params.get("SCHEDULE-AGENT", "SERVER") == "SERVER":
                    self.invited.append(str(guest).lower().removeprefix("mailto:"))
                    guest.params["SCHEDULE-STATUS"] = "1.1"
        changed: bytes = calendar.to_ical()
        return changed

    def _delete(self, folder: _Folder, name: str, _request: Request) -> Answer:
        if name not in folder.live():
            return Answer(404, content=b"")
        folder.step += 1
        folder.entries[name] = replace(folder.entries[name], text=None, step=folder.step)
        return Answer(204, content=b"")


def _takes_place(text: bytes | None, start: datetime, end: datetime) -> bool:
    calendar = icalendar.Calendar.from_ical((text or b"").decode())
    try:
        return bool(recurring_ical_events.of(calendar).between(start, end))
    except TypeError:  # times without a zone that it knows: any may be meant
        return True


def _uid(text: bytes | None) -> str:
    found = re.search(r"^UID:(.*?)\r?$", (text or b"").decode(), re.MULTILINE)
    return found[1] if found else ""


def _token(folder: _Folder) -> str:
    return f"HwoQ={folder.step}"


def _entry(path: str, name: str, kept: _Kept | None, *, with_text: bool) -> str:
    href = f"{path}{name}"
    if kept is None:
        return f"<response><href>{href}</href><status>HTTP/1.1 404 Not Found</status></response>"
    text = escape((kept.text or b"").decode())
    data = f"<c:calendar-data>{text}</c:calendar-data>" if with_text else ""
    return _response(href, f"<getetag>{escape(kept.etag)}</getetag>{data}")


def _response(href: str, properties: str) -> str:
    there = f"<propstat><prop>{properties}</prop><status>HTTP/1.1 200 OK</status></propstat>"
    lacking = "<propstat><prop><c:x/></prop><status>HTTP/1.1 404 Not Found</status></propstat>"
    return f"<response><href>{href}</href>{there}{lacking}</response>"


def _multistatus(told: list[str]) -> Answer:
    return xml(207, f"<multistatus {_SPACES}>{''.join(told)}</multistatus>")


def _told(href: str, properties: str) -> Answer:
    return _multistatus([_response(href, properties)])
