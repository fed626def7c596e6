"""Push channels: opened and closed by the API, and really called when a calendar changes."""

from __future__ import annotations

import ipaddress
import queue
import threading
import time
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from tests.vendors.google.answers import Refused
from tests.vendors.google.description import Json
from tests.vendors.google.state import Calendar


@dataclass(slots=True)
class Open:
    """An open channel."""

    id: str
    resource: str
    calendar: str
    address: str
    token: str
    expiration: int
    messages: int = 0


class Channels:
    """All channels, and the one thread that sends. Only loopback addresses are called."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._open: dict[str, Open] = {}
        self._outbox: queue.Queue[tuple[str, dict[str, str]] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._send_all, name="fake-google-push", daemon=True)
        self._thread.start()

    def watch(self, calendar: Calendar, body: Json) -> Json:
        """Open a channel and send its first message."""
        if body.get("type") != "web_hook" or not body.get("address") or not body.get("id"):
            raise Refused(400, "badRequest", "type, address and id are needed")
        if body["id"] in self._open:
            raise Refused(400, "channelIdNotUnique", "Channel id not unique")
        if urlsplit(body["address"]).scheme != "https" and not _is_loopback(body["address"]):
            raise Refused(400, "webhookUrlNotHttps", "WebHook callback must be HTTPS")
        seconds = int(body.get("params", {}).get("ttl", 604_800))
        channel = Open(
            id=body["id"],
            resource=uuid.uuid5(uuid.NAMESPACE_URL, calendar.id).hex,
            calendar=calendar.id,
            address=body["address"],
            token=body.get("token", ""),
            expiration=int((time.time() + min(seconds, 604_800)) * 1000),
        )
        self._open[channel.id] = channel
        self._post(channel, "sync")
        return {
            "kind": "api#channel",
            "id": channel.id,
            "resourceId": channel.resource,
            "resourceUri": self._resource(calendar.id),
            "token": channel.token,
            "expiration": str(channel.expiration),
        }

    def stop(self, body: Json) -> None:
        """Close a channel."""
        channel = self._open.get(body["id"])
        if channel is None or channel.resource != body["resourceId"]:
            raise Refused(404, "notFound", f"Channel '{body['id']}' not found for project")
        del self._open[channel.id]

    def changed(self, calendar: Calendar) -> None:
        """Tell every channel of the calendar."""
        for channel in list(self._open.values()):
            if channel.calendar == calendar.id and channel.expiration > time.time() * 1000:
                self._post(channel, "exists")

    def listed(self) -> list[Open]:
        """Return the open channels."""
        return list(self._open.values())

    def wait(self) -> None:
        """Return when everything due has been sent."""
        self._outbox.join()

    def close(self) -> None:
        """Send nothing more."""
        self._open.clear()
        self._outbox.put(None)
        self._thread.join()

    def _resource(self, calendar: str) -> str:
        return f"{self._base_url}/calendar/v3/calendars/{calendar}/events?alt=json"

    def _post(self, channel: Open, state: str) -> None:
        channel.messages += 1
        headers = {
            "X-Goog-Channel-ID": channel.id,
            "X-Goog-Message-Number": str(channel.messages),
            "X-Goog-Resource-ID": channel.resource,
            "X-Goog-Resource-State": state,
            "X-Goog-Resource-URI": self._resource(channel.calendar),
            "X-Goog-Channel-Token": channel.token,
        }
        self._outbox.put((channel.address, headers))

    def _send_all(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while (message := self._outbox.get()) is not None:
                address, headers = message
                try:
                    if _is_loopback(address):
                        session.post(address, headers=headers, timeout=5)
                except requests.RequestException:
                    pass  # delivery is not reliable at Google either
                finally:
                    self._outbox.task_done()
            self._outbox.task_done()


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
