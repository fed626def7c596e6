"""Push: subscriptions are validated before they exist, and really called when a calendar changes."""

from __future__ import annotations

import ipaddress
import queue
import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import requests

from tests.vendors.common import Json
from tests.vendors.microsoft.answers import Refused, not_found
from tests.vendors.microsoft.state import Account, Calendar, Item

LONGEST = timedelta(minutes=10_080)


@dataclass(slots=True)
class Subscription:
    """An open subscription; `calendar` is None for the default one."""

    id: str
    mailbox: str
    calendar: str | None
    resource: str
    url: str
    lifecycle_url: str | None
    state: str
    expires: datetime


class Subscriptions:
    """All subscriptions, and the one thread that sends. Only loopback addresses are called."""

    def __init__(self) -> None:
        self._open: dict[str, Subscription] = {}
        self._outbox: queue.Queue[tuple[str, Json] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._send_all, name="fake-microsoft-push", daemon=True)
        self._thread.start()

    def create(self, account: Account, body: Json) -> Json:
        """Open a subscription once its address has answered with the token."""
        calendar = _calendar_of(body["resource"], account)
        if len(body.get("clientState") or "") > 128:
            raise Refused(400, "InvalidRequest", "clientState is too long.")
        expires = _expiry(body)
        if urlsplit(body["notificationUrl"]).scheme != "https" and not _is_loopback(body["notificationUrl"]):
            raise Refused(400, "InvalidRequest", "notificationUrl must be https.")
        for name in ("notificationUrl", "lifecycleNotificationUrl"):
            if body.get(name):
                _validate(body[name])
        made = Subscription(
            id=str(uuid.uuid4()),
            mailbox=account.email,
            calendar=calendar,
            resource=body["resource"],
            url=body["notificationUrl"],
            lifecycle_url=body.get("lifecycleNotificationUrl"),
            state=body.get("clientState") or "",
            expires=expires,
        )
        self._open[made.id] = made
        return _shown(made)

    def renew(self, subscription_id: str, body: Json) -> Json:
        """Give a subscription a new term."""
        found = self._of(subscription_id)
        found.expires = _expiry(body)
        return _shown(found)

    def end(self, subscription_id: str) -> None:
        """End a subscription."""
        self._of(subscription_id)
        del self._open[subscription_id]

    def _of(self, subscription_id: str) -> Subscription:
        found = self._open.get(subscription_id)
        if found is None:
            raise Refused(404, "ResourceNotFound", "The object was not found.")
        return found

    def changed(self, account: Account, calendar: Calendar, item: Item) -> None:
        """Tell every subscription of the calendar."""
        wanted = None if calendar is account.default else calendar.id
        for each in list(self._open.values()):
            if (each.mailbox, each.calendar) == (account.email, wanted) and each.expires > datetime.now(UTC):
                kind = "deleted" if item.deleted else "updated"
                self._post(each, each.url, {"changeType": kind, **_resource(account, item)})

    def lifecycle(self, event: str) -> None:
        """Tell every subscription that it is missed, removed or to be authorised again."""
        for each in list(self._open.values()):
            if event == "subscriptionRemoved":
                del self._open[each.id]
            if each.lifecycle_url:
                self._post(each, each.lifecycle_url, {"lifecycleEvent": event})

    def listed(self) -> list[Subscription]:
        """Return the open subscriptions."""
        return list(self._open.values())

    def wait(self) -> None:
        """Return when everything due has been sent."""
        self._outbox.join()

    def close(self) -> None:
        """Send nothing more."""
        self._open.clear()
        self._outbox.put(None)
        self._thread.join()

    def _post(self, to: Subscription, url: str, entry: Json) -> None:
        common = {
            "subscriptionId": to.id,
            "subscriptionExpirationDateTime": to.expires.isoformat(),
            "clientState": to.state,
            "tenantId": "c0a70500-0000-4000-8000-00000000c0a7",
            "resource": to.resource,
        }
        self._outbox.put((url, {"value": [common | entry]}))

    def _send_all(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while (message := self._outbox.get()) is not None:
                url, body = message
                try:
                    if _is_loopback(url):
                        session.post(url, json=body, timeout=5, verify=False)
                except requests.RequestException:
                    pass  # delivery is not reliable at Microsoft either
                finally:
                    self._outbox.task_done()
            self._outbox.task_done()


def _calendar_of(resource: str, account: Account) -> str | None:
    """Return the calendar a resource names: only a mailbox's events are documented."""
    parts = resource.strip("/").split("/")
    rest = parts[1:] if parts[0] == "me" else parts[2:]
    if rest == ["events"]:
        return None
    if len(rest) == 3 and rest[0] == "calendars" and rest[2] == "events" and rest[1] in account.calendars:
        return rest[1]
    raise not_found()


def _expiry(body: Json) -> datetime:
    expires = datetime.fromisoformat(body["expirationDateTime"])
    if expires > datetime.now(UTC) + LONGEST:
        raise Refused(
            400, "ExtensionError", "Subscription expiration can only be 10080 minutes in the future."
        )
    return expires


def _validate(url: str) -> None:
    token = f"Validation: Testing client application reachability for subscription Request-Id: {uuid.uuid4()}"
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.post(url, params={"validationToken": token}, timeout=5, verify=False)
        except requests.RequestException:
            raise Refused(400, "ValidationError", "Subscription validation request failed.") from None
    kind = answer.headers.get("content-type", "")
    if answer.status_code != 200 or answer.text != token or not kind.startswith("text/plain"):
        raise Refused(400, "ValidationError", "Subscription validation request failed.")


def _resource(account: Account, item: Item) -> Json:
    place = f"Users/{account.oid}/Events/{item.id}"
    return {
        "resource": place,
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.Event",
            "@odata.id": place,
            "@odata.etag": item.etag,
            "id": item.id,
        },
    }


def _shown(each: Subscription) -> Json:
    return {
        "id": each.id,
        "resource": each.resource,
        "changeType": "created,updated,deleted",
        "clientState": None,
        "notificationUrl": each.url,
        "lifecycleNotificationUrl": each.lifecycle_url,
        "expirationDateTime": each.expires.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
