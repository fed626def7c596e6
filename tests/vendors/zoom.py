"""A fake Zoom: server-to-server OAuth, and the part of its API v2 that keeps meetings, in one region.

Source: ../shared/facts/calendars.md 6. Tokens of the region are refused by the address of all others.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from tests.vendors.common import Answer, Fake, Fault, Json, Planned, Refused, Request, Route

ACCOUNT, CLIENT, SECRET = "fake-zoom-account", "fake-zoom-client", "fake-zoom-secret"
OWNER = "owner@example.com"
_REGION = "/eu/v2"
_MEMBERS = {"topic", "type", "start_time", "duration", "timezone", "agenda"}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_PAGE = 2


class FakeZoom(Fake):
    """One account: its users by address, and their meetings."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.users = {OWNER, "anna@example.com", "ben@example.com"}
        self.meetings: list[Json] = []
        self.removed: list[Json] = []
        self.tokens = 0
        self.complaints: list[str] = []

    def toml(self) -> str:
        """Return the section that leads here, at the address of all other regions."""
        return (
            f'[zoom]\naccount_id = "{ACCOUNT}"\nclient_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
            f'login_url = "{self.url}"\napi_url = "{self.url}/v2"\n'
        )

    def routes(self) -> Sequence[Route]:
        of_user, one = rf"{_REGION}/users/([^/]+)/meetings", rf"{_REGION}/meetings/(\d+)"
        return [
            Route("POST", "/oauth/token", "token", self._token),
            Route("POST", of_user, "make", self._make),
            Route("GET", of_user, "list", self._list),
            Route("PATCH", one, "change", self._change),
            Route("GET", one, "read", lambda request: Answer(200, self._one(request))),
            Route("DELETE", one, "remove", self._remove),
        ]

    def refusal(self, planned: Planned) -> Answer:
        if planned.fault is Fault.RATE_429:
            headers = {"Retry-After": planned.retry_after} if planned.retry_after else {}
            return Answer(429, {"code": 429, "message": "You have reached the rate limit."}, headers)
        if planned.fault is Fault.UNAUTHORIZED:
            return Answer(401, {"code": 124, "message": "Invalid access token."})
        if planned.fault is Fault.FORBIDDEN:
            return Answer(403, {"code": 4711, "message": "Invalid access token, does not contain scopes"})
        if planned.fault in (Fault.SERVER_ERROR, Fault.SERVER_ERROR_AFTER):
            return Answer(500, {"code": 500, "message": "Internal error"})
        return super().refusal(planned)

    def answer_to(self, request: Request) -> Answer:
        if request.path.startswith("/v2/"):
            self.complaints.append("asked in another region than the token's")
            raise Refused(Answer(401, {"code": 124, "message": "Invalid access token."}))
        return super().answer_to(request)

    def violations(self) -> list[str]:
        """Return what Zoom does not describe."""
        return self.complaints

    def end_tokens(self) -> None:
        """Withdraw every token."""
        self.tokens += 1

    def double(self, meeting: Json) -> Json:
        """Make a meeting once more, as a request does whose answer was lost."""
        again = {**meeting, "id": self._next_id()}
        self.meetings.append(again)
        return again

    def _token(self, request: Request) -> Answer:
        given = b64decode(request.headers.get("authorization", "Basic ").removeprefix("Basic ")).decode()
        form = request.form
        if given != f"{CLIENT}:{SECRET}":
            raise Refused(
                Answer(401, {"reason": "Invalid client_id or client_secret", "error": "invalid_client"})
            )
        if form != {"grant_type": "account_credentials", "account_id": ACCOUNT}:
            raise Refused(Answer(400, {"reason": "Bad Request", "error": "invalid_request"}))
        self.tokens += 1
        told = {"access_token": f"token-{self.tokens}", "token_type": "bearer", "expires_in": 3600}
        return Answer(200, {**told, "api_url": self.url + _REGION.removesuffix("/v2")})

    def _admit(self, request: Request) -> None:
        if request.headers.get("authorization") != f"Bearer token-{self.tokens}":
            raise Refused(Answer(401, {"code": 124, "message": "Invalid access token."}))

    def _user(self, request: Request) -> str:
        self._admit(request)
        name = unquote(request.parts[0])
        user = OWNER if name == "me" else name
        if user not in self.users:
            raise Refused(Answer(404, {"code": 1001, "message": f"User does not exist: {user}."}))
        return user

    def _make(self, request: Request) -> Answer:
        user, number = self._user(request), self._next_id()
        links = {
            "join_url": f"https://zoom.example/j/{number}",
            "start_url": f"https://zoom.example/s/{number}",
        }
        meeting = {"id": number, "host_email": user, **links, **self._judged(request)}
        self.meetings.append(meeting)
        return Answer(201, meeting)

    def _list(self, request: Request) -> Answer:
        user = self._user(request)
        asked = request.parameters
        start = int(asked.get("next_page_token") or 0)
        size = min(int(asked["page_size"]), _PAGE)
        every = [each for each in self.meetings if each["host_email"] == user]
        page = [{**each, "agenda": each["agenda"][:250]} for each in every[start : start + size]]
        following = str(start + size) if start + size < len(every) else ""
        return Answer(200, {"meetings": page, "next_page_token": following, "page_size": size})

    def _change(self, request: Request) -> Answer:
        self._one(request).update(self._judged(request))
        return Answer(204)

    def _remove(self, request: Request) -> Answer:
        meeting = self._one(request)
        self.meetings.remove(meeting)
        self.removed.append(meeting)
        return Answer(204)

    def _one(self, request: Request) -> Json:
        self._admit(request)
        for meeting in self.meetings:
            if str(meeting["id"]) == request.parts[0]:
                return meeting
        text = f"Meeting does not exist: {request.parts[0]}."
        raise Refused(Answer(404, {"code": 3001, "message": text}))

    def _judged(self, request: Request) -> dict[str, Any]:
        body: dict[str, Any] = request.body
        self.complaints += [f"{request.operation} has no {name}" for name in body.keys() - _MEMBERS]
        if body.get("type") != 2 or not _INSTANT.fullmatch(str(body.get("start_time"))):
            self.complaints.append(f"{request.operation} is of no time")
        if not isinstance(body.get("duration"), int) or len(body.get("topic", "")) > 200:
            self.complaints.append(f"{request.operation} has no duration, or a long topic")
        return body

    def _next_id(self) -> int:
        return 90_000_000_000 + len(self.meetings) + len(self.removed)
