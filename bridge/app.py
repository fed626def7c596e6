"""The composition root: the only place that puts the parts together."""

from __future__ import annotations

import logging
import os
import random
import threading
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask

from bridge.alerts import Alerts
from bridge.background import Background, Precedence
from bridge.booking.context import BookingContext
from bridge.booking.job_kinds import BookingJobs, plan_standing
from bridge.booking.joins import record_joins
from bridge.booking.watch import PushChannels
from bridge.calendars.availability import Availability
from bridge.calendars.call_pool import CallPool
from bridge.calendars.free_busy import FreeBusy
from bridge.calendars.health import Health
from bridge.calendars.identities import Identities
from bridge.config import Config, load_config
from bridge.connections import Connections
from bridge.connections.chores import REFRESH_TOKENS, connection_chores
from bridge.connections.context import ConnectionContext
from bridge.connections.sentences import Sentences
from bridge.errors import BridgeError
from bridge.local_calendar.feed import Feeds
from bridge.service.desk import OurDesk
from bridge.service.kept_offers import Offers
from bridge.service.reception import Reception
from bridge.signin import AdminSignIn
from bridge.speech.reasons import Speech
from bridge.store.engine import Store
from bridge.store.migrate import migrate, require_current
from bridge.surroundings import Surroundings
from bridge.vault import Vault
from bridge.vendors.advice import Adviser
from bridge.vendors.contract import Outside, PushReader
from bridge.vendors.local import feed_titles
from bridge.vendors.plugging import OpenedAccounts, connections_of, plug_in
from bridge.vendors.registry import VENDORS
from bridge.web.admission import MOST_BYTES, Door
from bridge.web.feed import feed_blueprint
from bridge.web.health import health_blueprint
from bridge.web.notify import notify_blueprint
from bridge.web.shell import Shell, believing
from bridge.web.site import add_pages
from bridge.web.telli import telli_blueprint
from bridge.web.tools import tools_blueprint
from providers.http import Clocks

_log = logging.getLogger(__name__)

_CALL_SECONDS = 1.0  # and for a call to a calendar, or a note of its outcome
_JOB_SECONDS = 5.0  # how long a stopping process waits for the job under way


class Bridge:
    """A bridge put together from its configuration, with a database that is up to date."""

    def __init__(self, config: Config, surroundings: Surroundings | None = None) -> None:
        around = surroundings or Surroundings()
        clocks = Clocks(around.now, around.monotonic, around.sleep, random.random)
        # What is kept, and in which words people are told.
        self.config = config
        self.store = Store(config.bridge.database_url.get_secret_value())
        self.vault = Vault([key.get_secret_value() for key in config.bridge.secret_keys])
        self.speech = Speech(config.bridge.locale)
        self.alerts = Alerts(
            self.store, around.now, language=self.speech.language, zone=config.bridge.timezone
        )
        # Whose calendars there are, and how they are reached.
        self.vendors = around.vendors
        outside = Outside(store=self.store, clocks=clocks)
        self.plugged = plug_in(config, self.vendors, outside)
        self.connections = self._make_connections(clocks)
        self.feeds = Feeds(self.store, feed_titles(config))
        self.opened = OpenedAccounts(self.plugged, self.connections)
        self.accounts = around.wrap_accounts(self.opened)
        # What callers ask for, and what goes on when nobody asks.
        pool = around.make_pool()
        self.health = Health(
            self.store,
            pool,
            around.now,
            alerts=self.alerts,
            advise=Adviser(self.vendors, self.plugged, self.speech.language, config.bridge.public_url).advise,
        )
        self.free_busy = FreeBusy(self.accounts, pool, around.monotonic, self.health)
        self.identities = Identities(self.store, self.accounts, pool, self.vendors)
        self.context = self._make_context(pool, around)
        self.reception = self._make_reception()
        self.channels = PushChannels(self.context, config.bridge.public_url)
        self.background = self._make_background(around)
        self._started_in = -1
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin the background work in this process, once, also after a fork."""
        if self._started_in == os.getpid():
            return
        with self._lock:
            if self._started_in == os.getpid():
                return
            self.record_joins()
            if len(self.config.bridge.secret_keys) > 1:
                self.connections.reseal()
            self.plan_standing()
            self.background.start()
            self._started_in = os.getpid()

    def stop(self) -> None:
        """End the background work and give up every connection to the database."""
        self.background.stop(patience=_JOB_SECONDS)
        self.context.pool.close(patience=_CALL_SECONDS)
        self.health.write_down()
        self.store.close()

    def record_joins(self) -> None:
        """Remember which hosts are new in an event type."""
        record_joins(self.context)

    def plan_standing(self) -> None:
        """Make the jobs that are always due again due now."""
        plan_standing(self.context, self.background)
        self.background.plan(REFRESH_TOKENS)

    @property
    def push_readers(self) -> Mapping[str, PushReader]:
        """Return how the messages of the vendors are read that can call: in use, and where they reach it."""
        if not self.channels.is_possible:
            return {}
        return {name: self.vendors[name].read_push for name in self.plugged if self.vendors[name].pushes}

    def _make_connections(self, clocks: Clocks) -> Connections:
        around = ConnectionContext(
            store=self.store,
            vault=self.vault,
            clocks=clocks,
            sentences=Sentences(self.speech.language.translate),
            alerts=self.alerts,
            public_url=self.config.bridge.public_url,
        )
        return connections_of(self.config, self.plugged, around, self.vendors)

    def _make_context(self, pool: CallPool, around: Surroundings) -> BookingContext:
        config = self.config
        return BookingContext(
            store=self.store,
            accounts=self.accounts,
            pool=pool,
            identities=self.identities,
            availability=Availability(self.free_busy, self.identities, self.store, config.hosts, self.health),
            alerts=self.alerts,
            health=self.health,
            hosts=config.hosts,
            event_types=config.event_types,
            vendors=self.vendors,
            locale=config.bridge.locale,
            book_seconds=config.bridge.book_deadline.total_seconds(),
            now=around.now,
            monotonic=around.monotonic,
            sleep=around.sleep,
            new_id=around.new_id,
            wake=lambda: self.background.wake(),  # noqa: PLW0108 - it is made after this
            lease_now=around.lease_now,
            checkpoint=around.checkpoint,
        )

    def _make_background(self, around: Surroundings) -> Background:
        booking_jobs = BookingJobs(self.context, self.channels)
        return Background(
            self.store,
            {**booking_jobs.kinds(), **connection_chores(self.connections, around.now)},
            now=around.lease_now,
            owner=uuid.uuid4().hex,
            upkeep=self.connections.keep_fresh,
            precedence=Precedence(booking_jobs.lane, frozenset({REFRESH_TOKENS})),
        )

    def _make_reception(self) -> Reception:
        section = self.config.bridge
        offers = Offers(
            self.context,
            self.free_busy,
            max_age=section.busy_max_age.total_seconds(),
            seconds=section.deadline.total_seconds(),
        )
        return Reception(
            self.context,
            OurDesk(self.context, offers),
            self.speech,
            default=self.config.default_event_type,
            country=section.country,
        )


def configuration_file() -> Path:
    """Return the file that BRIDGE_CONFIG names (default: config.toml)."""
    return Path(os.environ.get("BRIDGE_CONFIG") or "config.toml").absolute()


def load() -> Config:
    """Read the configuration file that BRIDGE_CONFIG names (default: config.toml)."""
    return load_config(configuration_file(), os.environ, VENDORS)


def bring_up_to_date(config: Config) -> Path | None:
    """Migrate a SQLite database, which every process does that opens it; return the copy made before.

    Another database needs `bridge migrate`.
    """
    url = config.bridge.database_url.get_secret_value()
    return migrate(url).copy if url.startswith("sqlite") else None


def create_app(config: Config, surroundings: Surroundings | None = None) -> Flask:
    """Return the bridge as a Flask application; `app.extensions["bridge"]` is the `Bridge`.

    SQLite is brought up to date first. SchemaOutdated: another database needs `bridge migrate`.
    """
    bring_up_to_date(config)
    app = assemble(config, surroundings)
    require_current(app.extensions["bridge"].store)
    return app


def assemble(config: Config, surroundings: Surroundings | None = None) -> Flask:
    """Return the same application without a look at its database, which was looked at before."""
    bridge = Bridge(config, surroundings)
    app = Flask("bridge", static_folder=None)
    app.extensions["bridge"] = bridge
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.wsgi_app = believing(  # type: ignore[method-assign]
        app.wsgi_app, proxies=config.bridge.trusted_proxies, networks=config.server.proxies
    )
    app.wsgi_app = _starting(bridge, app.wsgi_app)  # type: ignore[method-assign]
    for blueprint in _blueprints(bridge):
        app.register_blueprint(blueprint)
    password_hash = config.admin.password_hash
    add_pages(
        app,
        config.bridge,
        vault=bridge.vault,
        admin=AdminSignIn(
            bridge.store, password_hash.get_secret_value() if password_hash else None, now=bridge.context.now
        ),
        connections=bridge.connections,
        now=bridge.context.now,
    )
    door = Door(bridge.push_readers.keys(), app.config["SESSION_COOKIE_NAME"])
    app.extensions["door"] = door
    app.wsgi_app = Shell(app.wsgi_app, door)  # type: ignore[method-assign]
    return app


def _blueprints(bridge: Bridge) -> Iterator[Blueprint]:
    """Yield what programs ask for: telli, vendors that notify, calendar apps, a watch on the server."""
    config = bridge.config
    yield telli_blueprint(
        bridge.reception,
        keys=[key.get_secret_value() for key in config.telli.api_keys],
        speech=bridge.speech,
        booking_details=config.telli.booking_details,
        host_names={host.id: host.name for host in config.hosts.values()},
    )
    yield tools_blueprint(
        bridge.reception,
        tokens=[token.get_secret_value() for token in config.telli.tool_tokens],
        speech=bridge.speech,
    )
    yield notify_blueprint(bridge.channels, bridge.push_readers)
    secret_keys = [key.get_secret_value() for key in config.bridge.secret_keys]
    yield feed_blueprint(bridge.feeds, secret_keys, bridge.context.now)
    yield health_blueprint(lambda: require_current(bridge.store))


def _starting(bridge: Bridge, serve: Any) -> Any:
    """Start the background work with the first request, for servers that do not start it themselves."""

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        try:
            bridge.start()
        except BridgeError as error:  # a call must not fail for it; the next one tries again
            _log.warning("the background work cannot start: %s", error)
        return serve(environ, start_response)

    return answer
