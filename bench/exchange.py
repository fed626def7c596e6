"""Measure what the Exchange client costs a free/busy call: HTTP requests, and time beside bare clients.

The bare ones take the text of each entry's two times out of the answer; ours puts the question together,
reads XML, and judges each entry. Run: python -m bench.exchange [--rounds N] [--busy N]
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bench.measure import FIRST, WINDOW, Canned, Question, Token, real_clocks, report
from providers.exchange import ExchangeCalendars, ExchangeSettings, Lines
from providers.exchange.soap import Composer

ACCOUNT = "anna@example.com"
_PATH = "/EWS/Exchange.asmx"
_CALENDARS = ["Work", "Home", "Team", "Shifts"]
_TIMES = re.compile(rb"<t:Start>([^<]+)</t:Start><t:End>([^<]+)</t:End>")
_SPACE = "http://schemas.microsoft.com/exchange/services/2006"


def _answer(busy: int, _path: str, body: bytes, _base: str) -> bytes:
    if b"<m:GetUserAvailability" in body:
        events = "".join(map(_taken, _starts(busy)))
        kind = "<t:FreeBusyViewType>FreeBusy</t:FreeBusyViewType>"
        view = f"{kind}<t:CalendarEventArray>{events}</t:CalendarEventArray>"
        told = f"{_part('Response', '')}<m:FreeBusyView>{view}</m:FreeBusyView>"
        one = f"<m:FreeBusyResponse>{told}</m:FreeBusyResponse>"
        return _enveloped("GetUserAvailability", f"<m:FreeBusyResponseArray>{one}</m:FreeBusyResponseArray>")
    if b"<m:GetFolder" in body:
        folders = (f"<m:Folders>{_folder(name)}</m:Folders>" for name in ("Calendar", "Deleted Items"))
        return _messages("GetFolder", *folders)
    if b"<m:FindFolder" in body:
        listed = "".join(map(_folder, _CALENDARS))
        root = f'<m:RootFolder IncludesLastItemInRange="true"><t:Folders>{listed}</t:Folders></m:RootFolder>'
        return _messages("FindFolder", root)
    listed = "".join(_entry(number, start) for number, start in enumerate(_starts(busy)))
    root = f'<m:RootFolder IncludesLastItemInRange="true"><t:Items>{listed}</t:Items></m:RootFolder>'
    return _messages("FindItem", *[root] * body.count(b"<t:FolderId "))


def _starts(busy: int) -> list[datetime]:
    return [FIRST + timedelta(hours=3 * number) for number in range(busy)]


def _taken(start: datetime) -> str:
    end = start + timedelta(hours=1)
    times = (
        f"<t:StartTime>{start:%Y-%m-%dT%H:%M:%S}</t:StartTime><t:EndTime>{end:%Y-%m-%dT%H:%M:%S}</t:EndTime>"
    )
    return f"<t:CalendarEvent>{times}<t:BusyType>Busy</t:BusyType></t:CalendarEvent>"


def _entry(number: int, start: datetime) -> str:
    end = start + timedelta(hours=1)
    return (
        f'<t:CalendarItem><t:ItemId Id="AAMk{number:032x}" ChangeKey="DwAA"/><t:ParentFolderId Id="f"/>'
        f"<t:DateTimeCreated>2026-11-01T09:00:00Z</t:DateTimeCreated><t:UID>{number:032x}</t:UID>"
        f"<t:Start>{start:%Y-%m-%dT%H:%M:%SZ}</t:Start><t:End>{end:%Y-%m-%dT%H:%M:%SZ}</t:End>"
        "<t:IsAllDayEvent>false</t:IsAllDayEvent><t:LegacyFreeBusyStatus>Busy</t:LegacyFreeBusyStatus>"
        "<t:IsCancelled>false</t:IsCancelled><t:MyResponseType>Organizer</t:MyResponseType></t:CalendarItem>"
    )


def _folder(name: str) -> str:
    return (
        f'<t:CalendarFolder><t:FolderId Id="{name}"/><t:ParentFolderId Id="root"/>'
        f"<t:FolderClass>IPF.Appointment</t:FolderClass><t:DisplayName>{name}</t:DisplayName></t:CalendarFolder>"
    )


def _messages(operation: str, *parts: str) -> bytes:
    told = "".join(_part(f"{operation}Response", each) for each in parts)
    return _enveloped(operation, f"<m:ResponseMessages>{told}</m:ResponseMessages>")


def _part(name: str, inside: str) -> str:
    done = "<m:ResponseCode>NoError</m:ResponseCode>"
    return f'<m:{name}Message ResponseClass="Success">{done}{inside}</m:{name}Message>'


def _enveloped(operation: str, inside: str) -> bytes:
    spaces = f'xmlns:m="{_SPACE}/messages" xmlns:t="{_SPACE}/types"'
    body = f"<m:{operation}Response {spaces}>{inside}</m:{operation}Response>"
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    return f'<s:Envelope xmlns:s="{soap}"><s:Body>{body}</s:Body></s:Envelope>'.encode()


def _intervals(answer: bytes) -> list[tuple[datetime, datetime]]:
    """Do with an answer what everybody must do, and no more."""
    stamp = datetime.fromisoformat
    return sorted((stamp(start.decode()), stamp(end.decode())) for start, end in _TIMES.findall(answer))


def _question() -> Question:
    compose = Composer(ACCOUNT, impersonates=False)
    content = compose.envelope(compose.view(["Calendar"], WINDOW))
    headers = {"Authorization": "Basic fake", "Content-Type": "text/xml; charset=utf-8"}
    return Question("POST", _PATH, headers, content, _intervals)


def _calendars(server: Canned) -> ExchangeCalendars:
    clocks = real_clocks()
    lines = Lines(ExchangeSettings(f"{server.url}{_PATH}", auth="basic"), clocks.monotonic)
    return ExchangeCalendars(ACCOUNT, Token(), lines, clocks=clocks)


def main() -> None:
    """Print the tables."""
    asked = {
        "one calendar": ["calendar"],
        "five calendars": ["calendar", *_CALENDARS],
        "one room": ["schedule:room1@example.com"],
    }
    report(__doc__, _answer, _calendars, _question(), asked)


if __name__ == "__main__":
    main()
