"""Puts the bridge behind HTTP, as Flask serves it, from the configuration file on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from flask import Blueprint, Flask

from bridge.config import Config, load_config
from bridge.parts import Bridge
from bridge.service.appointments import Appointments
from bridge.service.ended_calls import EndedCalls
from bridge.service.gauges import figures_now
from bridge.service.known_callers import KnownCallers
from bridge.service.no_shows import NoShows
from bridge.service.system import System
from bridge.service.today import Today
from bridge.service.trial_calls import TrialCalls
from bridge.signin import AdminSignIn
from bridge.store.migrate import migrate
from bridge.store.schema import require_current
from bridge.surroundings import Surroundings, configuration_file
from bridge.vendors.registry import VENDORS
from bridge.web.addresses import Address
from bridge.web.admission import MOST_BYTES, TWILIO, Door
from bridge.web.calendars import CalendarPages
from bridge.web.contact_lookup import contact_lookup_blueprint
from bridge.web.ended_calls import ended_calls_blueprint
from bridge.web.error_pages import refusal_pages
from bridge.web.feed import feed_blueprint
from bridge.web.health import health_blueprint
from bridge.web.notify import notify_blueprint
from bridge.web.office import office_blueprint
from bridge.web.own_link import own_link_blueprint
from bridge.web.security import has_signed_in
from bridge.web.shell import Shell, believing, starting
from bridge.web.site import OwnersSide, add_pages
from bridge.web.telli import Details, telli_blueprint
from bridge.web.tools import tools_blueprint
from bridge.web.twilio import twilio_blueprint

_WAITING = 0.4  # of the time for an answer: what is left is enough to ask the calendars


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
    app.url_rule_class = Address
    app.extensions["bridge"] = bridge
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.wsgi_app = believing(  # type: ignore[method-assign]
        app.wsgi_app, proxies=config.bridge.trusted_proxies, networks=config.server.proxies
    )
    app.wsgi_app = starting(bridge.start, app.wsgi_app)  # type: ignore[method-assign]
    for blueprint in _blueprints(bridge):
        app.register_blueprint(blueprint)
    zone = config.bridge.timezone
    owners = OwnersSide(
        config=config,
        admin=AdminSignIn(bridge.store, *config.admin.secrets(), now=bridge.context.now),
        connections=bridge.connections,
        invitations=bridge.invitations,
        system=System(config, bridge.context, bridge.background.lag, configuration_file(), os.environ),
        trials=TrialCalls.of(config, bridge.context, bridge.connections.sign_ins),
        calendars=CalendarPages.of(bridge, bridge.uploads),
        today=Today(bridge.context, bridge.reception, bridge.journal, bridge.connections, zone),
        appointments=Appointments(
            bridge.context, bridge.reception, NoShows(bridge.context, bridge.speech), bridge.outbox
        ),
    )
    add_pages(app, bridge.vault, owners)
    app.extensions["door"] = door = _door(app, bridge)
    app.wsgi_app = Shell(app.wsgi_app, door)  # type: ignore[method-assign]
    return app


def _door(app: Flask, bridge: Bridge) -> Door:
    section, telli = bridge.config.bridge, bridge.config.telli
    return Door(
        {*bridge.push_readers, *([TWILIO] if bridge.config.twilio else [])},
        app.config["SESSION_COOKIE_NAME"],
        bridge.journal.note_unsigned,
        partial(has_signed_in, app),
        hears_of_calls=telli.webhook_secret is not None,
        patience=_WAITING * section.deadline.total_seconds(),
        book_patience=_WAITING * section.book_deadline.total_seconds(),
        page=refusal_pages(app, bridge.speech.language.translate),
    )


def _blueprints(bridge: Bridge) -> Iterator[Blueprint]:
    """Yield what programs ask for: telli and the office, vendors that notify, calendar apps, a watch."""
    config = bridge.config
    api_keys = [key.get_secret_value() for key in config.telli.api_keys]
    yield telli_blueprint(
        bridge.reception,
        keys=api_keys,
        speech=bridge.speech,
        details=Details.of(config),
        journal=bridge.journal,
    )
    yield contact_lookup_blueprint(
        KnownCallers(bridge.context, config.bridge.country).by_number,
        keys=api_keys,
        names=config.telli.write_back,
        journal=bridge.journal,
    )
    if config.telli.webhook_secret:
        yield ended_calls_blueprint(
            EndedCalls(bridge.context, config.bridge.country),
            secret=config.telli.webhook_secret.get_secret_value(),
            now=bridge.context.now,
            journal=bridge.journal,
        )
    yield tools_blueprint(
        bridge.reception,
        bridge.own_appointments,
        tokens=[token.get_secret_value() for token in config.telli.tool_tokens],
        speech=bridge.speech,
        journal=bridge.journal,
    )
    yield office_blueprint(
        NoShows(bridge.context, bridge.speech),
        tokens=[token.get_secret_value() for token in config.telli.office_tokens],
        speech=bridge.speech,
    )
    yield from _blueprints_beside_calls(bridge)


def _blueprints_beside_calls(bridge: Bridge) -> Iterator[Blueprint]:
    config = bridge.config
    yield own_link_blueprint(bridge.own_appointments, bridge.own_links, locale=config.bridge.locale)
    if config.twilio:
        yield twilio_blueprint(bridge.sms_status, config.twilio, config.bridge.public_url)
    yield notify_blueprint(bridge.channels, bridge.push_readers)
    keys = [key.get_secret_value() for key in config.bridge.secret_keys]
    yield feed_blueprint(bridge.feeds, keys, bridge.context.now)
    yield health_blueprint(lambda: require_current(bridge.store))
    if config.bridge.metrics_token:
        from bridge.web.metrics import metrics_blueprint  # with Prometheus's client, 2 MB

        now = partial(figures_now, bridge.context, bridge.background.lag)
        yield metrics_blueprint(now, config.bridge.metrics_token)
