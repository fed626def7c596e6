"""Hands SMS to Twilio: the one seam to its API, version 2010-04-01.

Decides what of its answers is final. It knows no idempotency key: after an unclear answer its list of
messages is asked. Two requests and the signature of its callbacks are all that is used, so they are made
here, by the HTTP seam of all vendors, and its own library is not needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from bridge.config import TwilioSection
from bridge.follow_ups.errors import Misconfigured, NotDelivered, Refused, Unclear
from providers.base import Deadline
from providers.errors import ProviderError, WriteUnknown
from providers.http import Call, json_object, retry_after, send, session
from providers.route import Route

_SECONDS = 15.0
_CREATED, _OK = 201, 200
_SERVER_FAULT, _TOO_MANY = 500, 429
_WRONG_ACCOUNT = frozenset({401, 403, 404})
_LISTED = 50

# https://www.twilio.com/docs/api/errors; the texts there name the number, ours do not.
_WHY = {
    21211: "this is no telephone number",
    21217: "this is no telephone number",
    21408: "SMS to that country are not enabled in the account",
    21606: "the sender's number cannot send to this one",
    21608: "a trial account writes only to numbers verified in it",
    21610: "the recipient has answered STOP",
    21612: "the sender's number cannot reach this one",
    21614: "this number cannot take SMS",
    21635: "this is a landline number",
    30003: "the telephone was not reachable",
    30004: "the recipient has blocked it",
    30005: "the number is unknown",
    30006: "this is a landline number, or its carrier takes none",
    30007: "the carrier took it for spam",
    30008: "the carrier did not say why",
}


def why_not(code: int) -> str:
    """Return what one of Twilio's error codes means."""
    meaning = _WHY.get(code)
    return f"Twilio: {meaning} ({code})" if meaning else f"Twilio answered error {code}"


@dataclass(frozen=True, slots=True)
class Message:
    """A message that Twilio has taken."""

    sid: str
    created_at: datetime | None


class Twilio:
    """One account."""

    def __init__(
        self,
        section: TwilioSection,
        route: Route,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        token = section.auth_token.get_secret_value() if section.auth_token else ""
        self._section = section
        self._route = route
        self._auth = (section.account_sid, token)
        self._now = now
        self._monotonic = monotonic
        self._account = f"{section.api_url}/2010-04-01/Accounts/{section.account_sid}"

    def send(self, to: str, text: str, status_callback: str | None) -> Message:
        """Send an SMS. NotDelivered, Refused: it was not taken. Unclear: perhaps it was."""
        form = {"To": to, "Body": text, **self._sender()}
        if status_callback:
            form["StatusCallback"] = status_callback
        answer = self._ask("POST", "/Messages.json", data=form)
        if answer.status_code != _CREATED:
            raise self._fault(answer)
        message = _message(json_object(answer.content))
        if message is None:
            raise Unclear("Twilio's answer cannot be read")
        return message

    def find(self, to: str, text: str, since: datetime) -> Message | None:
        """Return an SMS of this text that was taken since then. NotDelivered: Twilio doesn't tell."""
        sender = {"From": self._section.sender} if self._section.sender else {}
        wanted = {"To": to, **sender, "PageSize": str(_LISTED)}
        answer = self._ask("GET", "/Messages.json", params=wanted)
        listed = json_object(answer.content).get("messages")
        if answer.status_code != _OK or not isinstance(listed, list):
            # Whatever is the matter, it says nothing of the message.
            raise Unclear(f"Twilio does not tell whether it took the message ({answer.status_code})")
        for each in listed:
            found = _message(each) if isinstance(each, dict) else None
            # A trial account puts a remark in front of the text.
            if found and found.created_at and text in str(each.get("body")) and found.created_at >= since:
                return found
        return None

    def try_out(self) -> str:
        """Return what is well with account and sender. NotDelivered, Refused: what is not, and what to do."""
        account = self._ask("GET", ".json")
        if account.status_code in _WRONG_ACCOUNT:
            raise Refused(
                "Twilio refuses account_sid or auth_token: copy both from its console into [twilio]"
            )
        if account.status_code != _OK:
            raise NotDelivered(f"Twilio answered {account.status_code}")
        status = json_object(account.content).get("status")
        if status != "active":
            raise Refused(f"Twilio's account is not active ({status}): its console says why")
        if self._section.messaging_service_sid:
            return "Twilio takes the credentials; whether the messaging service sends, the first SMS shows"
        answer = self._ask("GET", "/IncomingPhoneNumbers.json", params={"PhoneNumber": self._section.sender})
        numbers = json_object(answer.content).get("incoming_phone_numbers")
        if answer.status_code != _OK or not isinstance(numbers, list):
            raise NotDelivered(f"Twilio does not tell which numbers the account has ({answer.status_code})")
        if not numbers:
            raise Refused(
                "the number in from is none of the account's: buy it in Twilio's console, or name another"
            )
        able = (each.get("capabilities") for each in numbers if isinstance(each, dict))
        if not any(isinstance(each, dict) and each.get("sms") for each in able):
            raise Refused("the number in from cannot send SMS: choose one in Twilio's console that can")
        return "Twilio takes the credentials, and the number in from can send SMS"

    def _sender(self) -> Mapping[str, str]:
        section = self._section
        if section.messaging_service_sid:
            return {"MessagingServiceSid": section.messaging_service_sid}
        return {"From": section.sender}

    def _ask(self, verb: str, path: str, **options: Any) -> requests.Response:
        call = Call("twilio", f"{verb} {path}", Deadline(_SECONDS, self._monotonic), writes=verb == "POST")
        try:
            with session(self._route, connections=1) as line:  # messages are too rare to keep one open
                return send(line, call, verb, self._account + path, auth=self._auth, **options)
        except WriteUnknown as error:
            raise Unclear("Twilio did not say whether it took the message") from error
        except ProviderError as error:
            raise NotDelivered("Twilio cannot be reached") from error

    def _fault(self, answer: requests.Response) -> NotDelivered:
        status = answer.status_code
        if status == _TOO_MANY:
            wait = retry_after(answer.headers.get("Retry-After"), self._now())
            return NotDelivered("Twilio asks for patience", timedelta(seconds=wait or 0))
        if status >= _SERVER_FAULT or status // 100 == _OK // 100:
            return Unclear(f"Twilio answered {status}")
        code = json_object(answer.content).get("code")
        if status in _WRONG_ACCOUNT:
            return Misconfigured(f"Twilio answered {status}")
        if isinstance(code, int):
            return Refused(why_not(code))
        return NotDelivered(f"Twilio answered {status}")


def _message(members: Mapping[str, Any]) -> Message | None:
    sid = members.get("sid")
    if not isinstance(sid, str) or not sid:
        return None
    try:
        created_at = parsedate_to_datetime(str(members.get("date_created")))
    except ValueError:
        created_at = None
    return Message(sid, created_at)
