"""Makes meetings at Zoom, by its API v2 and server-to-server OAuth: the one seam to it.

Zoom knows no idempotency key: the booking's id stands in the agenda, by which meetings are found again. Only
id and link are read of its answers: `start_url` signs in as the host, and goes nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from bridge.config import ZoomSection
from bridge.follow_ups.errors import Misconfigured, NotDelivered, Refused, Unclear
from bridge.follow_ups.meetings.maker import Meeting, Wanted
from providers.base import Deadline
from providers.errors import ProviderError, WriteUnknown
from providers.http import Call, json_object, retry_after, send, session
from providers.route import Route

_SCHEDULED = 2  # the type of a meeting at a time
_OK, _CREATED, _DONE = 200, 201, 204
_BAD_REQUEST, _UNAUTHORIZED, _NO_SUCH, _TOO_MANY, _SERVER_FAULT = 400, 401, 404, 429, 500
_NO_SUCH_USER = 1001
_ACCOUNTS_OWN = "me"  # whose application it is; stands in for organisers who are no user there
_PAGE = 300
_LONGEST_TOPIC = 200
_RENEWED_BEFORE = 60.0  # seconds that a token is not used any more before it ends


@dataclass(frozen=True, slots=True)
class _Access:
    """A token, the address of its region, and until when it serves."""

    token: str
    base: str
    until: float


class Zoom:
    """One account."""

    def __init__(
        self,
        section: ZoomSection,
        route: Route,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._section = section
        self._route = route
        self._now = now
        self._monotonic = monotonic
        self._access: _Access | None = None

    def make(self, wanted: Wanted, deadline: Deadline) -> Meeting:
        """Make a meeting. Unclear: perhaps it was made."""
        answer = self._of_user(wanted.organiser, "make", "POST", deadline, json=_body(wanted))
        if answer.status_code != _CREATED:
            raise self._fault(answer, writes=True)
        made = _meeting(json_object(answer.content))
        if made is None:
            raise Unclear("Zoom's answer cannot be read")
        return made

    def change(self, meeting_id: str, wanted: Wanted, deadline: Deadline) -> Meeting | None:
        """Let a meeting be as wanted; None: it is gone."""
        path = f"/meetings/{quote(meeting_id, safe='')}"
        for operation, verb, done, options in (
            ("change", "PATCH", _DONE, {"json": _body(wanted)}),
            ("read", "GET", _OK, {}),
        ):
            answer = self._ask(operation, verb, path, deadline, **options)
            if answer.status_code == _NO_SUCH:
                return None
            if answer.status_code != done:
                raise self._fault(answer)
        read = _meeting(json_object(answer.content))
        if read is None:
            raise NotDelivered("Zoom's answer cannot be read")
        return read

    def remove(self, meeting_id: str, deadline: Deadline) -> None:
        """Remove a meeting; one that is gone already is done."""
        answer = self._ask("remove", "DELETE", f"/meetings/{quote(meeting_id, safe='')}", deadline)
        if answer.status_code not in (_DONE, _NO_SUCH):
            raise self._fault(answer)

    def find(self, organiser: str, booking_id: str, deadline: Deadline) -> Sequence[Meeting]:
        """Return the organiser's meetings whose agenda names a booking."""
        meetings = (
            _meeting(each)
            for each in self._listed(organiser, deadline)
            if booking_id in str(each.get("agenda")).split()
        )
        return [each for each in meetings if each]

    def serves(self, organiser: str, deadline: Deadline) -> bool:
        """Tell whether an organiser is a user of the account."""
        answer = self._ask("list", "GET", _meetings_of(organiser), deadline, params={"page_size": "1"})
        if _is_no_user(answer):
            return False
        if answer.status_code != _OK:
            raise self._fault(answer)
        return True

    def _listed(self, organiser: str, deadline: Deadline) -> Iterator[Mapping[str, Any]]:
        page = ""
        while True:
            params = {"type": "scheduled", "page_size": str(_PAGE), "next_page_token": page}
            answer = self._of_user(organiser, "list", "GET", deadline, params=params)
            members = json_object(answer.content)
            listed = members.get("meetings")
            if answer.status_code != _OK or not isinstance(listed, list):
                raise self._fault(answer)
            yield from (each for each in listed if isinstance(each, dict))
            page = str(members.get("next_page_token") or "")
            if not page:
                return

    def _of_user(
        self, organiser: str, operation: str, verb: str, deadline: Deadline, **options: Any
    ) -> requests.Response:
        answer = self._ask(operation, verb, _meetings_of(organiser), deadline, **options)
        if not _is_no_user(answer):
            return answer
        return self._ask(operation, verb, _meetings_of(_ACCOUNTS_OWN), deadline, **options)

    def _ask(
        self, operation: str, verb: str, path: str, deadline: Deadline, **options: Any
    ) -> requests.Response:
        answer = self._ask_once(operation, verb, path, deadline, **options)
        if answer.status_code != _UNAUTHORIZED:
            return answer
        self._access = None  # withdrawn before its time, or the account has moved to another region
        return self._ask_once(operation, verb, path, deadline, **options)

    def _ask_once(
        self, operation: str, verb: str, path: str, deadline: Deadline, **options: Any
    ) -> requests.Response:
        access = self._admitted(deadline)
        headers = {"Authorization": f"Bearer {access.token}"}
        call = Call("zoom", operation, deadline, writes=verb == "POST")
        return self._sent(call, verb, f"{access.base}{path}", headers=headers, **options)

    def _admitted(self, deadline: Deadline) -> _Access:
        if self._access and self._monotonic() < self._access.until:
            return self._access
        section = self._section
        answer = self._sent(
            Call("zoom", "token", deadline),
            "POST",
            f"{section.login_url}/oauth/token",
            data={"grant_type": "account_credentials", "account_id": section.account_id.get_secret_value()},
            auth=(section.client_id.get_secret_value(), section.client_secret.get_secret_value()),
        )
        members = json_object(answer.content)
        token, lasts = members.get("access_token"), members.get("expires_in")
        if answer.status_code != _OK or not isinstance(token, str) or not isinstance(lasts, int):
            fault = self._fault(answer)
            raise Misconfigured(str(fault)) if isinstance(fault, Refused) else fault
        base = self._region(members.get("api_url"))
        self._access = _Access(token, base, self._monotonic() + lasts - _RENEWED_BEFORE)
        return self._access

    def _region(self, told: object) -> str:
        """Return where the API of the token's region is; by no less safe a way than where it came from."""
        if isinstance(told, str) and urlsplit(told).scheme == urlsplit(self._section.login_url).scheme:
            return f"{told.rstrip('/').removesuffix('/v2')}/v2"
        return self._section.api_url

    def _sent(self, call: Call, verb: str, url: str, **options: Any) -> requests.Response:
        try:
            # One kept open would have ended by the next booking, and leave that one unclear.
            with session(self._route, connections=1) as line:
                return send(line, call, verb, url, **options)
        except WriteUnknown as error:
            raise Unclear("Zoom did not say whether it made the meeting") from error
        except ProviderError as error:
            raise NotDelivered("Zoom cannot be reached") from error

    def _fault(self, answer: requests.Response, *, writes: bool = False) -> NotDelivered:
        status = answer.status_code
        if status == _TOO_MANY:
            wait = retry_after(answer.headers.get("Retry-After"), self._now())
            return NotDelivered("Zoom asks for patience", timedelta(seconds=wait or 0))
        if not _BAD_REQUEST <= status < _SERVER_FAULT:
            return (Unclear if writes else NotDelivered)(f"Zoom answered {status}")
        members = json_object(answer.content)
        code = members.get("code") or members.get("reason")
        said = f" ({code})" if isinstance(code, int | str) else ""
        return Refused(f"Zoom answered {status}{said}")


def _meetings_of(user: str) -> str:
    return f"/users/{quote(user, safe='')}/meetings"


def _body(wanted: Wanted) -> dict[str, Any]:
    start, end = wanted.interval.start, wanted.interval.end
    return {
        "topic": wanted.topic[:_LONGEST_TOPIC],
        "type": _SCHEDULED,
        "start_time": f"{start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "duration": -(-(end - start) // timedelta(minutes=1)),  # whole minutes, rounded up
        "timezone": str(wanted.zone),
        "agenda": f"Booking {wanted.booking_id}",
    }


def _is_no_user(answer: requests.Response) -> bool:
    return answer.status_code == _NO_SUCH and json_object(answer.content).get("code") == _NO_SUCH_USER


def _meeting(members: Mapping[str, Any]) -> Meeting | None:
    number, link = members.get("id"), members.get("join_url")
    if not isinstance(number, int) or not isinstance(link, str) or not link.startswith("https://"):
        return None
    return Meeting(str(number), link)
