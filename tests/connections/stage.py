"""A salon with Google calendars: its database, the vendor's fake, and as many bridge processes as wanted."""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Mapping
from html import unescape
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

from bridge.alerts import Alerts
from bridge.config import Config
from bridge.connections import Connections
from bridge.connections.context import ConnectionContext
from bridge.connections.invitations import Invitations
from bridge.connections.sentences import Sentences
from bridge.local_calendar.uploads import Uploads
from bridge.parts import Bridge
from bridge.service.appointments import Appointments
from bridge.service.no_shows import NoShows
from bridge.service.system import System
from bridge.service.today import Today
from bridge.service.trial_calls import TrialCalls
from bridge.signin import AdminSignIn
from bridge.speech.language import language
from bridge.store.notes import state_folder
from bridge.surroundings import Surroundings, configuration_file
from bridge.vault import Vault
from bridge.vendors.advice import Adviser
from bridge.vendors.contract import Outside
from bridge.vendors.local import feed_titles, imported_time
from bridge.vendors.plugging import connections_of, plug_in
from bridge.vendors.registry import VENDORS
from bridge.web.addresses import Address
from bridge.web.calendars import CalendarPages
from bridge.web.site import OwnersSide, add_pages
from tests.cast import config
from tests.cast.clock import PresentClock
from tests.cast.config import SECRET, Staff
from tests.vendors.google import FakeGoogle

SITE = "https://bridge.example.com"
PASSWORD = "plainly fake password"
PASSWORD_HASH = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")  # cheap, only for tests
ANNA = "anna@example.com"
BEN = "ben@example.com"

ADMIN = f'[admin]\npassword_hash = "{PASSWORD_HASH}"\n'

_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_MAIN = re.compile(r"<main.*?</main>", re.DOTALL)


class Process:
    """What one server process holds: an application, its connections, its way to the database."""

    def __init__(self, config: Config, clock: PresentClock) -> None:
        keys = [key.get_secret_value() for key in config.bridge.secret_keys]
        self.clock = clock
        around = Surroundings(
            now=clock.now, monotonic=clock.monotonic, sleep=clock.sleep, lease_now=clock.now
        )
        self.bridge = Bridge(config, around)
        self.store = self.bridge.store
        self.vault = Vault(keys)
        spoken = language(config.bridge.locale)
        self.alerts = Alerts(self.store, clock.now, language=spoken, zone=config.bridge.timezone)
        folder = state_folder(self.store.file)
        outside = Outside(store=self.store, clocks=clock.clocks(), state_folder=folder)
        plugged = plug_in(config, VENDORS, outside)
        connecting = ConnectionContext(
            store=self.store,
            vault=self.vault,
            clocks=clock.clocks(),
            sentences=Sentences(spoken.translate),
            alerts=self.alerts,
            public_url=config.bridge.public_url,
            advise_ended=Adviser(VENDORS, plugged, spoken, config.bridge.public_url).advise_ended,
        )
        self.connections: Connections = connections_of(config, plugged, connecting, VENDORS)
        self.app = Flask("bridge", static_folder=None)
        self.app.url_rule_class = Address
        self.uploads = Uploads(
            imported_time(config, self.store),
            feed_titles(config),
            now=clock.now,
            lease_now=clock.now,
            new_id=lambda: uuid.uuid4().hex,
            wake=lambda: None,
        )
        add_pages(self.app, self.vault, self._owners(config))

    def _owners(self, config: Config) -> OwnersSide:
        bridge, now, zone = self.bridge, self.clock.now, config.bridge.timezone
        return OwnersSide(
            config=config,
            admin=AdminSignIn(self.store, *config.admin.secrets(), now=now),
            connections=self.connections,
            invitations=Invitations(self.store, self.connections, config.hosts, now),
            system=System(config, bridge.context, bridge.background.lag, configuration_file(), os.environ),
            trials=TrialCalls.of(config, bridge.context, self.connections.sign_ins),
            calendars=CalendarPages.of(bridge, self.uploads),
            today=Today(bridge.context, bridge.reception, bridge.journal, self.connections, zone),
            appointments=Appointments(
                bridge.context,
                bridge.reception,
                NoShows(bridge.context, bridge.speech),
                bridge.outbox,
            ),
        )

    def token(self, account: str, provider: str = "google", *, seconds: float = 5.0) -> str:
        """Return the account's access token."""
        source = self.connections.token_source(provider, account)
        return source.access_token(deadline=self.clock.deadline(seconds))

    def browser(self, *, address: str = "192.0.2.7") -> Browser:
        """Return a browser that knows nothing yet."""
        return Browser(self, address)


class Served(Protocol):
    """Whatever has an application that answers browsers."""

    @property
    def app(self) -> Flask:
        """Return the application."""


class Browser:
    """Somebody's browser: keeps cookies, sends forms from the page it last saw."""

    def __init__(self, process: Served, address: str) -> None:
        self._client = process.app.test_client()
        self._address = {"REMOTE_ADDR": address, "HTTP_ACCEPT": "text/html"}
        self.page = ""
        self.seen: list[str] = []

    def at(self, process: Process) -> Browser:
        """Return this browser where another process answers its requests."""
        other = process.browser(address=self._address["REMOTE_ADDR"])
        other.page = self.page
        other._client._cookies = self._client._cookies
        return other

    def get(self, address: str) -> TestResponse:
        """Open an address: a path of the bridge, or a whole one that a vendor sent the browser to."""
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return self._see(self._client.get(path, base_url=SITE, environ_base=self._address))

    def post(
        self, path: str, form: Mapping[str, Any] | None = None, *, token: str | None = None
    ) -> TestResponse:
        """Send a form of the page in view."""
        found = _CSRF.search(self.page)
        csrf = token if token is not None else unescape(found.group(1)) if found else ""
        content = {**(form or {}), "csrf_token": csrf}
        return self._see(self._client.post(path, data=content, base_url=SITE, environ_base=self._address))

    def sign_in(self, password: str = PASSWORD, code: str = "") -> TestResponse:
        """Sign in from the sign-in page."""
        self.get("/")
        return self.post("/", {"password": password, "code": code})

    def begin(self, account: str | None = None, provider: str = "google") -> str:
        """Press Connect; return where the browser is sent."""
        answer = self.get(f"/connect/{provider}" + (f"?account={account}" if account else ""))
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def cookie(self) -> str:
        """Return the cookie of its session, "" where it has none."""
        found = self._client.get_cookie("__Host-bridge", domain=urlsplit(SITE).hostname or "")
        return found.value if found else ""

    def main(self) -> str:
        """Return what the page in view says, without its marks."""
        found = _MAIN.search(self.page)
        text = re.sub(r"<[^>]+>", " ", found.group(0) if found else self.page)
        return " ".join(unescape(text).split())

    def _see(self, answer: TestResponse) -> TestResponse:
        text = answer.get_data().decode("utf-8", "replace")  # a backup is none
        self.seen.append(f"{answer.status} {answer.headers} {text}")
        if answer.mimetype == "text/html":
            self.page = answer.text
        answer.close()
        return answer


def signed_in(served: Served) -> Browser:
    """Return the owner's browser, where the pages are open."""
    owner = Browser(served, "192.0.2.7")
    owner.sign_in()
    return owner


def salon_config(
    google: FakeGoogle, url: str, *, keys: tuple[str, ...] = (SECRET,), more: str = ""
) -> Config:
    """Return the configuration as read from `salon_toml`."""
    return config.read_toml(salon_toml(google, url, keys=keys, more=more))


def salon_toml(google: FakeGoogle, url: str, *, keys: tuple[str, ...] = (SECRET,), more: str = "") -> str:
    """Return a config file: Anna's own calendar takes bookings, a team calendar is checked."""
    calendars = [f"google:{ANNA}/primary", f"google:{ANNA}/team@example.com"]
    anna = Staff("anna", lines=f"busy_calendars = {json.dumps(calendars)}", calendar=calendars[0])
    bridge = f'public_url = "{SITE}"\nsecret_key = {json.dumps(keys)}\ntimezone = "Europe/Berlin"'
    rest = f"""
{ADMIN}
[google]
client_id = "{google.client_id}"
client_secret = "{google.client_secret}"
api_url = "{google.api_url}"
auth_url = "{google.auth_url}"
token_url = "{google.token_url}"
{more}
"""
    return config.salon_toml(url, anna, bridge=bridge, rest=rest)
