"""Graph: who asks, whether the description allows it, how many at once, and who answers."""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlsplit

from tests.vendors.common import Answer, Json, Request
from tests.vendors.common.faults import AFTER, Fault, Faults
from tests.vendors.microsoft import description
from tests.vendors.microsoft.answers import Refused
from tests.vendors.microsoft.faults import refusal
from tests.vendors.microsoft.listing import Listing, Reading
from tests.vendors.microsoft.routes import Place, find
from tests.vendors.microsoft.schedule import get_schedule
from tests.vendors.microsoft.shapes import zone_of
from tests.vendors.microsoft.state import Account, World
from tests.vendors.microsoft.subscriptions import Subscriptions
from tests.vendors.microsoft.tokens import CALENDARS, SHARED_CALENDARS, Tokens
from tests.vendors.microsoft.writing import Writing

VERSION = "/v1.0"
AT_ONCE = 4
_IMMUTABLE = 'IdType="ImmutableId"'


@dataclass(slots=True)
class Graph:
    """All operations the bridge has a use for; `violations` are requests Graph would not understand."""

    world: World
    tokens: Tokens
    subscriptions: Subscriptions
    faults: Faults
    base_url: str
    listing: Listing = field(default_factory=Listing)
    writing: Writing = field(init=False)
    violations: list[str] = field(default_factory=list)
    parts: list[Request] = field(default_factory=list)
    most_at_once: Counter[str] = field(default_factory=Counter)
    _running: Counter[str] = field(default_factory=Counter)
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.writing = Writing(self.world)

    def place_of(self, request: Request) -> Place | None:
        """Return which operation a request is."""
        return find(request.verb, request.path.removeprefix(VERSION))

    def mailbox_of(self, request: Request, place: Place | None) -> str | None:
        """Return whose mailbox a request is about."""
        try:
            issued = self.tokens.bearer(request.headers.get("authorization", ""))
        except Refused:
            return None
        return place.user if place is not None and place.user else issued.email

    def enter(self, mailbox: str | None) -> bool:
        """Count a request that begins; False when the mailbox is asked too much at once."""
        if mailbox is None:
            return True
        with self._counting:
            self._running[mailbox] += 1
            self.most_at_once[mailbox] = max(self.most_at_once[mailbox], self._running[mailbox])
            return self._running[mailbox] <= AT_ONCE

    def leave(self, mailbox: str | None) -> None:
        """Count a request that ends."""
        if mailbox is not None:
            with self._counting:
                self._running[mailbox] -= 1

    def perform(self, request: Request) -> Answer:
        """Do what is asked, for whom the token allows it."""
        place = self.place_of(request)
        if place is None:
            self.violations.append(f"no operation {request.verb} {request.path}")
            raise Refused(400, "BadRequest", "Resource not found for the segment.")
        self._check(request, place)
        account = self._account(request, place)
        if place.operation == "batch":
            return self._batch(request)
        with self.world.lock:
            answer = self._perform(account, place, request)
        found = description.answer_complaints(place.described, request.verb, answer.status, answer.body)
        self.violations.extend(f"the fake's own answer: {text}" for text in found)
        return answer

    def _check(self, request: Request, place: Place) -> None:
        try:
            body = request.body
        except ValueError:
            self.violations.append(f"{place.operation}: the body is no JSON")
            raise Refused(400, "BadRequest") from None
        found = list(description.complaints(place.described, request.verb, request.parameters, body))
        if _IMMUTABLE not in request.headers.get("prefer", ""):
            found.append(f"{place.operation}: does not ask for immutable ids")
        if found:
            self.violations.extend(found)
            raise Refused(400, "BadRequest", "; ".join(found))

    def _account(self, request: Request, place: Place) -> Account:
        """Return the mailbox's account if the token reaches it."""
        issued = self.tokens.bearer(request.headers.get("authorization", ""))
        scopes = {scope.rpartition("/")[2] for scope in issued.scopes}
        if not scopes & {CALENDARS, ".default"}:
            raise Refused(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        if issued.email is None:
            named = place.user or next(iter(self.world.accounts))
            if place.template.startswith("/me"):
                raise Refused(400, "BadRequest", "/me request is only valid with delegated authentication.")
        else:
            named = place.user or issued.email
        account = self.world.account(named)
        if issued.email not in (None, account.email):
            self._check_shared(account, str(issued.email), scopes, request)
        if account.disabled:
            raise Refused(404, "MailboxNotEnabledForRESTAPI", "The mailbox is inactive or on-premise.")
        return account

    def _check_shared(self, owner: Account, by: str, scopes: set[str], request: Request) -> None:
        is_shared = by in owner.shared_with and SHARED_CALENDARS in scopes
        if not is_shared or (request.verb != "GET" and not owner.shared_with[by]):
            raise Refused(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")

    def _perform(self, account: Account, place: Place, request: Request) -> Answer:
        group, _, name = place.operation.partition(".")
        if group == "subscriptions":
            return self._subscription(account, place, request)
        if group == "calendars":
            return self._calendars(account, place, request)
        if place.operation == "getSchedule":
            return Answer(200, get_schedule(self.world, account, request.body, request.headers))
        if group == "events" and name not in ("list", "create"):
            return self._event(account, name, place, request)
        calendar = account.calendar(place.calendar)
        if calendar.broken:
            raise Refused(403, calendar.broken)
        reading = Reading(
            account, calendar, request.parameters, request.headers, f"{self.base_url}{request.path}"
        )
        if name == "create":
            item = self.writing.create(account, calendar, request.body)
            return Answer(201, self.listing.get(replace(reading, query={}), item))
        read = {
            "calendarView": self.listing.view,
            "delta": self.listing.delta,
            "events.list": self.listing.events,
        }
        return Answer(200, read[place.operation](reading))

    def _event(self, account: Account, name: str, place: Place, request: Request) -> Answer:
        event_id = str(place.event)
        if name == "delete":
            self.writing.delete(account, place.calendar, event_id)
            return Answer(204)
        if name == "cancel":
            self.writing.cancel(account, place.calendar, event_id)
            return Answer(202)
        calendar, item = self.writing.find(account, place.calendar, event_id)
        query = request.parameters
        if name == "update":
            etag = request.headers.get("if-match")
            item = self.writing.change(account, place.calendar, event_id, request.body, etag)
            query = {}
        if calendar.broken:
            raise Refused(403, calendar.broken)
        zone_of(request.headers)
        reading = Reading(account, calendar, query, request.headers, "")
        return Answer(200, self.listing.get(reading, item))

    def _calendars(self, account: Account, place: Place, request: Request) -> Answer:
        if place.operation == "calendars.get":
            calendar = account.calendar(place.calendar)
            if calendar.broken:
                raise Refused(403, calendar.broken)
            one = self._calendar(account, calendar.id, request.parameters)
            asking = self.tokens.bearer(request.headers.get("authorization", "")).email
            if "canEdit" in one and asking is not None:
                one["canEdit"] = account.shared_with.get(asking, calendar.can_edit)
            return Answer(200, one)
        found = [self._calendar(account, each, request.parameters) for each in account.calendars]
        return Answer(200, {"@odata.context": "https://graph/$metadata", "value": found})

    def _calendar(self, account: Account, calendar_id: str, query: dict[str, str]) -> Json:
        calendar = account.calendars[calendar_id]
        full: Json = {
            "id": calendar.id,
            "name": calendar.name,
            "canEdit": calendar.can_edit,
            "isDefaultCalendar": calendar is account.default,
            "allowedOnlineMeetingProviders": list(calendar.providers),
            "owner": {"name": "A Person", "address": account.email},
        }
        names = query.get("$select", ",".join(full)).split(",")
        return {name: value for name, value in full.items() if name in names}

    def _subscription(self, account: Account, place: Place, request: Request) -> Answer:
        if place.operation == "subscriptions.create":
            return Answer(201, self.subscriptions.create(account, request.body))
        if place.operation == "subscriptions.renew":
            return Answer(200, self.subscriptions.renew(str(place.subscription), request.body))
        self.subscriptions.end(str(place.subscription))
        return Answer(204)

    def _batch(self, request: Request) -> Answer:
        """Perform the parts one by one, and answer them the wrong way round."""
        wanted = request.body["requests"]
        ids = {each["id"] for each in wanted}
        if not 1 <= len(wanted) <= 20 or len(ids) != len(wanted):
            self.violations.append("batch: 1 to 20 parts with ids of their own")
            raise Refused(400, "BadRequest")
        answered = [self._part(each, request) for each in wanted]
        return Answer(200, {"responses": [each for each in reversed(answered) if each is not None]})

    def _part(self, wanted: Json, outer: Request) -> Json | None:
        parts = urlsplit(wanted["url"])
        part = Request(
            verb=wanted["method"],
            path=f"{VERSION}{parts.path}",
            query=parse_qsl(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in wanted.get("headers", {}).items()}
            | {"authorization": outer.headers.get("authorization", "")},
            content=json.dumps(wanted["body"]).encode() if "body" in wanted else b"",
        )
        place = self.place_of(part)
        part = replace(
            part,
            operation=place.operation if place else "unknown",
            account=self.mailbox_of(part, place),
        )
        self.parts.append(part)
        answer = self._part_answer(part)
        if answer is None:
            return None
        return {
            "id": wanted["id"],
            "status": answer.status,
            "headers": {"Content-Type": "application/json", **answer.headers},
            "body": answer.body if answer.content is None else answer.content.decode(),
        }

    def _part_answer(self, part: Request) -> Answer | None:
        """Return a part's answer; None leaves it out."""
        planned = self.faults.strike(part.operation, part.account)
        if planned is not None and planned.fault is Fault.DROP:
            return None
        if planned is not None and planned.fault not in AFTER:
            return refusal(planned)
        try:
            return self.perform(part)
        except Refused as refused:
            return refused.answer
