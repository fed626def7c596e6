"""Paper diaries behind the provider contract; knows nothing of the bridge."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import requests

from providers import http
from providers.amending import Amendment
from providers.base import (
    BusyAnswer,
    BusyQuery,
    CalendarInfo,
    Changes,
    Channel,
    Deadline,
    Event,
    EventDraft,
    EventRef,
    Interval,
)
from providers.busy_policy import AllDay, BusyPolicy
from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    ConferenceUnavailable,
    ConnectionExpired,
    EventChanged,
    EventExists,
    EventNotFound,
    ProviderError,
    ProviderUnavailable,
    UnexpectedResponse,
)
from providers.http import Call
from providers.tokens import TokenSource

NAME = "paper"
Json = dict[str, Any]


class PaperDiaries:
    """One owner's diaries; `tokens` gives "<user name>:<password>"."""

    name = NAME
    can_invite = False
    counts_changes = False

    def __init__(self, url: str, tokens: TokenSource, zone: str = "Europe/Berlin") -> None:
        self._url = url
        self._tokens = tokens
        self._zone = ZoneInfo(zone)
        self._session = http.session()

    def list_calendars(self, *, deadline: Deadline) -> Sequence[CalendarInfo]:
        answer = self._ask("list_calendars", "GET", "", deadline)
        return [CalendarInfo(diary, diary, self._zone.key, can_write=True) for diary in answer["diaries"]]

    def identity(self, calendar: str, *, deadline: Deadline) -> str:
        return f"{self._url}/{calendar}"

    def free_busy(
        self, queries: Sequence[BusyQuery], window: Interval, *, deadline: Deadline
    ) -> Mapping[BusyQuery, BusyAnswer]:
        return {query: self._busy(query, window, deadline) for query in queries}

    def create_event(self, calendar: str, event_key: str, draft: EventDraft, *, deadline: Deadline) -> Event:
        if draft.conference is not None:
            raise ConferenceUnavailable(NAME, "create_event", "paper has no meetings")
        entry = {
            "start": draft.interval.start.isoformat(),
            "end": draft.interval.end.isoformat(),
            "title": draft.title,
            "description": draft.description,
            "location": draft.location,
            "attendees": [each.email for each in draft.attendees],
            "private": dict(draft.private),
        }
        try:
            made = self._put("create_event", EventRef(calendar, event_key), entry, deadline, is_new=True)
        except EventChanged:  # the key is on paper already, by an earlier attempt or for good
            event = self.read_event(EventRef(calendar, event_key), deadline=deadline)
            if event.cancelled or event.booking_id != draft.booking_id:
                raise EventExists(NAME, "create_event", event=event) from None
            return event
        return _event(calendar, made)

    def read_event(self, ref: EventRef, *, deadline: Deadline) -> Event:
        return _event(ref.calendar, self._entry("read_event", ref, deadline))

    def find_event(self, calendar: str, event_key: str, *, deadline: Deadline) -> Event | None:
        live = self._live("find_event", calendar, deadline)
        return next((event for event in live if event.event_key == event_key), None)

    def find_booking(self, calendar: str, booking_id: str, *, deadline: Deadline) -> Sequence[Event]:
        live = self._live("find_booking", calendar, deadline)
        return [event for event in live if event.booking_id == booking_id]

    def list_events(self, calendar: str, window: Interval, *, deadline: Deadline) -> Sequence[Event]:
        live = self._live("list_events", calendar, deadline)
        within = [each for each in live if _overlap(each.interval, window)]
        return sorted(within, key=lambda event: event.interval)

    def move_event(self, ref: EventRef, interval: Interval, *, timezone: str, deadline: Deadline) -> Event:
        entry = self._entry("move_event", ref, deadline)
        if entry.get("cancelled"):
            raise EventNotFound(NAME, "move_event")
        moved = {**entry, "start": interval.start.isoformat(), "end": interval.end.isoformat()}
        return _event(ref.calendar, self._put("move_event", ref, moved, deadline))

    def amend_event(self, ref: EventRef, was: EventDraft, now: EventDraft, *, deadline: Deadline) -> Event:
        entry, amendment = self._entry("amend_event", ref, deadline), Amendment(was, now)
        if entry.get("cancelled"):
            raise EventNotFound(NAME, "amend_event")
        wanted = {
            "title": amendment.title(entry["title"]),
            "description": amendment.description(entry["description"]),
            "location": amendment.location(entry["location"]),
            "attendees": amendment.guests(entry["attendees"], str, lambda guest: guest.email),
            "private": dict(now.private),
        }
        if all(entry[name] == value for name, value in wanted.items()):
            return _event(ref.calendar, entry)
        anyhow = EventRef(ref.calendar, ref.event_id)
        return _event(ref.calendar, self._put("amend_event", anyhow, {**entry, **wanted}, deadline))

    def add_conference(self, ref: EventRef, conference: str, key: str, *, deadline: Deadline) -> Event:
        raise ConferenceUnavailable(NAME, "add_conference", "paper makes no links")

    def cancel_event(self, ref: EventRef, *, notify: bool, deadline: Deadline) -> None:
        try:
            entry = self._entry("cancel_event", ref, deadline)
        except EventNotFound:
            return
        if not entry.get("cancelled"):
            anyhow = EventRef(ref.calendar, ref.event_id)
            self._put("cancel_event", anyhow, {**entry, "cancelled": True}, deadline)

    def changes(self, calendar: str, cursor: str | None, *, deadline: Deadline) -> Changes:
        page, entries = self._read("changes", calendar, deadline)
        since = int(cursor) if cursor and int(cursor) <= page else None
        changed = [_event(calendar, each) for each in entries if since is None or each["page"] > since]
        gone = () if since is None else tuple(each.ref.event_id for each in changed if each.cancelled)
        live = tuple(each for each in changed if not each.cancelled)
        return Changes(live, gone, str(page), complete=since is None)

    def watch(self, calendar: str, address: str, token: str, *, deadline: Deadline) -> Channel | None:
        return None

    def renew(self, channel: Channel, *, deadline: Deadline) -> Channel | None:
        return None

    def unwatch(self, channel: Channel, *, deadline: Deadline) -> None:
        pass

    def _busy(self, query: BusyQuery, window: Interval, deadline: Deadline) -> BusyAnswer:
        try:
            _, entries = self._read("free_busy", query.calendar, deadline)
        except ProviderError as error:
            return error
        without = query.without.event_id if query.without else ""
        blocking = [each for each in entries if each["id"] != without and blocks(each, query.policy)]
        return _merged((_interval(each) for each in blocking), window)

    def _live(self, operation: str, calendar: str, deadline: Deadline) -> list[Event]:
        _, entries = self._read(operation, calendar, deadline)
        return [_event(calendar, each) for each in entries if not each.get("cancelled")]

    def _entry(self, operation: str, ref: EventRef, deadline: Deadline) -> Json:
        _, entries = self._read(operation, ref.calendar, deadline)
        for each in entries:
            if each["id"] == ref.event_id:
                return each
        raise EventNotFound(NAME, operation)

    def _read(self, operation: str, calendar: str, deadline: Deadline) -> tuple[int, list[Json]]:
        answer = self._ask(operation, "GET", f"/{calendar}", deadline)
        if "entries" not in answer:
            raise UnexpectedResponse(NAME, operation, status=200, field="entries")
        return answer["page"], answer["entries"]

    def _put(
        self, operation: str, ref: EventRef, entry: Json, deadline: Deadline, *, is_new: bool = False
    ) -> Json:
        condition = {"If-None-Match": "*"} if is_new else {"If-Match": ref.etag} if ref.etag else {}
        return self._ask(operation, "PUT", f"/{ref.calendar}/{ref.event_id}", deadline, (condition, entry))

    def _ask(
        self,
        operation: str,
        verb: str,
        path: str,
        deadline: Deadline,
        written: tuple[Mapping[str, str], Json] | None = None,
    ) -> Json:
        call = Call(NAME, operation, deadline, writes=written is not None)
        token = self._tokens.access_token(deadline=deadline)
        condition, body = written or ({}, None)
        headers = {"Authorization": f"Basic {base64.b64encode(token.encode()).decode()}", **condition}
        url = f"{self._url}/diaries{path}"
        answer = http.send(self._session, call, verb, url, headers=headers, json=body)
        if answer.status_code == 401:
            self._tokens.rejected(token)
        return _judged(call, answer)


def _judged(call: Call, answer: requests.Response) -> Json:
    kinds: dict[int, type[ProviderError]] = {
        401: ConnectionExpired,
        403: AccessDenied,
        404: CalendarNotFound,
        412: EventChanged,
    }
    if answer.status_code != 200:
        kind = kinds.get(answer.status_code, ProviderUnavailable)
        raise kind(NAME, call.operation, f"HTTP {answer.status_code}")
    body: Json = answer.json()
    return body


def blocks(entry: Json, policy: BusyPolicy) -> bool:
    """Tell whether an entry takes its owner's time."""
    status = entry.get("status", "busy")
    if entry.get("cancelled") or status not in policy.statuses:
        return False
    match policy.all_day_events if entry.get("all_day") else AllDay.BLOCK:
        case AllDay.OUT_OF_OFFICE_ONLY:
            return bool(status == "oof")
        case all_day:
            return all_day is AllDay.BLOCK


def _interval(entry: Json) -> Interval:
    return Interval(datetime.fromisoformat(entry["start"]), datetime.fromisoformat(entry["end"]))


def _event(calendar: str, entry: Json) -> Event:
    private = entry.get("private", {})
    return Event(
        ref=EventRef(calendar, entry["id"], str(entry["page"])),
        interval=_interval(entry),
        cancelled=bool(entry.get("cancelled")),
        blocks=blocks(entry, BusyPolicy()),
        booking_id=private.get("booking_id"),
        event_key=private.get("event_key"),
    )


def _overlap(one: Interval, other: Interval) -> bool:
    return one.start < other.end and one.end > other.start


def _merged(intervals: Iterable[Interval], window: Interval) -> tuple[Interval, ...]:
    merged: list[Interval] = []
    for each in sorted(each for each in intervals if each.start < each.end and _overlap(each, window)):
        start, end = max(each.start, window.start), min(each.end, window.end)
        if merged and start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(end, merged[-1].end))
        else:
            merged.append(Interval(start, end))
    return tuple(merged)
