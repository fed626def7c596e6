"""A fake Twilio that keeps the messages it takes, and refuses what Twilio's own description doesn't hold.

The description lies beside the project (../shared/data), which holds no copy; where it is not there, nothing
is complained of.
"""

from __future__ import annotations

import functools
import json
import re
from base64 import b64decode
from collections.abc import Sequence
from email.utils import format_datetime
from pathlib import Path

from tests.cast.clock import TurnableClock
from tests.vendors.common import Answer, Fake, Fault, Json, Planned, Refused, Request, Route

ACCOUNT, TOKEN, SENDER = "AC" + "0" * 32, "fake-twilio-token", "+4930901820"
_SPEC = Path(__file__).parents[3].parent / "shared" / "data" / "specs" / "twilio_api_v2010.json"
_ACCOUNTS = "/2010-04-01/Accounts/{AccountSid}"
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class FakeTwilio(Fake):
    """One account; `refused` holds numbers with the error code they are refused with."""

    def __init__(self, clock: TurnableClock) -> None:
        super().__init__()
        self.messages: list[Json] = []
        self.refused: dict[str, int] = {}
        self.clock = clock
        self.status = "active"
        self.numbers: Json = {SENDER: {"sms": True, "voice": True}}

    def routes(self) -> Sequence[Route]:
        account = f"/2010-04-01/Accounts/{ACCOUNT}"
        return [
            Route("POST", f"{account}/Messages\\.json", "send", self._send),
            Route("GET", f"{account}/Messages\\.json", "list", self._list),
            Route("GET", f"{account}\\.json", "account", self._account),
            Route("GET", f"{account}/IncomingPhoneNumbers\\.json", "numbers", self._numbers),
        ]

    def toml(self) -> str:
        """Return the section of this account."""
        return (
            f'[twilio]\naccount_sid = "{ACCOUNT}"\nauth_token = "{TOKEN}"\nfrom = "{SENDER}"\n'
            f'api_url = "{self.url}"\n'
        )

    def texts(self, to: str) -> list[str]:
        """Return what a number was written."""
        return [str(each["body"]) for each in self.messages if each["to"] == to]

    def refusal(self, planned: Planned) -> Answer:
        if planned.fault is not Fault.RATE_429:
            return super().refusal(planned)
        told = {"code": 20429, "message": "Too Many Requests", "status": 429}
        return Answer(429, told, {"Retry-After": planned.retry_after or "1"})

    def violations(self) -> list[str]:
        known = _known()
        sent = [(request.operation, name) for request in self.requests for name in _names(request)]
        return sorted({f"{what}: {name}" for what, name in sent if known and name not in known[what]})

    def _send(self, request: Request) -> Answer:
        self._admit(request)
        form = request.form
        to, sender = form.get("To", ""), form.get("From", "")
        if not _E164.fullmatch(to):
            raise Refused(_error(21211, f"The 'To' number {to} is not a valid phone number."))
        if to in self.refused:
            raise Refused(_error(self.refused[to], f"The message to {to} cannot be sent."))
        if not 0 < len(form.get("Body", "")) <= 1600:
            raise Refused(_error(21617, "The concatenated message body exceeds the 1600 character limit."))
        message = {
            "sid": f"SM{len(self.messages):032x}",
            "status": "queued",
            "to": to,
            "from": sender,
            "body": form["Body"],
            "num_segments": "1",
            "error_code": None,
            "date_created": format_datetime(self.clock.now()),
            "date_sent": None,
            "account_sid": ACCOUNT,
        }
        self.messages.append(message)
        return Answer(201, message)

    def _list(self, request: Request) -> Answer:
        self._admit(request)
        wanted = {name.lower(): text for name, text in request.parameters.items() if name in ("To", "From")}
        found = [
            each for each in reversed(self.messages) if all(each[key] == text for key, text in wanted.items())
        ]
        return Answer(200, {"messages": found, "page": 0, "page_size": 50, "next_page_uri": None})

    def _account(self, request: Request) -> Answer:
        self._admit(request)
        return Answer(200, {"sid": ACCOUNT, "status": self.status, "type": "Full"})

    def _numbers(self, request: Request) -> Answer:
        self._admit(request)
        wanted = request.parameters.get("PhoneNumber")
        found = [
            {"phone_number": number, "capabilities": able}
            for number, able in self.numbers.items()
            if wanted in (None, number)
        ]
        return Answer(200, {"incoming_phone_numbers": found, "page": 0, "next_page_uri": None})

    def _admit(self, request: Request) -> None:
        scheme, _, given = {k.lower(): v for k, v in request.headers.items()}.get(
            "authorization", ""
        ).partition(" ")
        if scheme != "Basic" or b64decode(given).decode() != f"{ACCOUNT}:{TOKEN}":
            raise Refused(Answer(401, {"code": 20003, "message": "Authenticate", "status": 401}))


def _error(code: int, message: str) -> Answer:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Answer(400, {"code": code, "message": message, "more_info": more, "status": 400})


def _names(request: Request) -> list[str]:
    return list(request.form if request.verb == "POST" else request.parameters)


@functools.lru_cache(maxsize=1)
def _known() -> dict[str, set[str]]:
    if not _SPEC.is_file():
        return {}
    paths = json.loads(_SPEC.read_text(encoding="utf-8"))["paths"]
    path = paths[f"{_ACCOUNTS}/Messages.json"]
    numbers = paths[f"{_ACCOUNTS}/IncomingPhoneNumbers.json"]["get"]["parameters"]
    form = path["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    query = {each["name"] for each in path["get"]["parameters"] if each["in"] == "query"}
    asked = {each["name"] for each in numbers if each["in"] == "query"}
    return {
        "send": set(form["properties"]),
        "list": query,
        "account": set(),
        "numbers": asked,
        "unknown": set(),
    }
