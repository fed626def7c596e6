"""Puts the parts of a bridge together; the only place that wires them."""

from __future__ import annotations

import os
import random
import threading
import uuid
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from bridge.alerts import Alerts
from bridge.attendee.contact_api import ContactApi
from bridge.background import Background, Precedence
from bridge.background.heartbeat import HEARTBEAT, heartbeat_chores
from bridge.booking.context import BookingContext
from bridge.booking.jobs import LONGEST_WAITS, BookingJobs, plan_standing
from bridge.booking.joins import record_joins
from bridge.booking.ledger import record_meeting
from bridge.booking.probe import note_unreachable
from bridge.booking.told_failed import undo_told_failed
from bridge.booking.warm import Warmth
from bridge.booking.watch import PushChannels
from bridge.calendars.availability import Availability
from bridge.calendars.call_pool import CallPool
from bridge.calendars.counted import CountedAccounts
from bridge.calendars.free_busy import FreeBusy
from bridge.calendars.health import Health
from bridge.calendars.identities import Identities
from bridge.calendars.last_answers import LastAnswers
from bridge.config import Config
from bridge.connections import Connections
from bridge.connections.chores import REFRESH_TOKENS, connection_chores
from bridge.connections.context import ConnectionContext
from bridge.connections.invitations import Invitations
from bridge.connections.sentences import Sentences
from bridge.follow_ups.alert_receivers import alert_receivers
from bridge.follow_ups.delivery import DELIVER, Delivery
from bridge.follow_ups.given_up import GivenUp
from bridge.follow_ups.lanes import with_receivers
from bridge.follow_ups.outbox import Outbox
from bridge.follow_ups.receivers import Means
from bridge.follow_ups.registry import follow_ups_of
from bridge.follow_ups.sms.status import SmsStatus
from bridge.follow_ups.told_alerts import LONGEST_WAIT, TELL_ALERTS, AlertTelling
from bridge.journal import WATCH_CALLS, Figures, Journal, journal_chores
from bridge.local_calendar.feed import Feeds
from bridge.local_calendar.keeping import KEEP_BUSY_TIME, import_chores
from bridge.local_calendar.uploads import Uploads
from bridge.service.contacts import Contacts
from bridge.service.desk import OurDesk
from bridge.service.ended_calls import promise_chores
from bridge.service.kept_offers import Offers
from bridge.service.own_appointments import OwnAppointments, Trust
from bridge.service.own_links import OwnLinks
from bridge.service.privacy import FORGET_PAST, privacy_chores
from bridge.service.reception import Reception
from bridge.service.trial_calls import TrialCalls
from bridge.service.troubles import troubles
from bridge.speech.reasons import Speech
from bridge.store.clock import SharedClock
from bridge.store.engine import Store
from bridge.store.notes import Notes
from bridge.surroundings import Surroundings
from bridge.vault import Vault
from bridge.vendors.advice import Adviser
from bridge.vendors.contract import Outside, PushReader
from bridge.vendors.local import feed_hosts, feed_titles, imported_time
from bridge.vendors.plugging import OpenedAccounts, connections_of, plug_in, refreshed_by
from providers.http import Clocks

_CONTACTS_AT_ONCE = 8  # asked of telli, on threads of their own: it must not keep calendars waiting
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
        self.alert_telling = AlertTelling(self.store, alert_receivers(config, self.speech), clocks)
        self.alerts = self._make_alerts(around)
        self.figures = Figures()
        self.journal = Journal(self.store, self.figures, now=around.now, monotonic=around.monotonic)
        # Whose calendars there are, and how they are reached.
        self.vendors = around.vendors
        outside = Outside(store=self.store, clocks=clocks, state_folder=around.state_folder(self.store.file))
        self.plugged = plug_in(config, self.vendors, outside)
        adviser = Adviser(self.vendors, self.plugged, self.speech.language, config.bridge.public_url)
        self.connections = self._make_connections(clocks, adviser)
        self.imported = imported_time(config, self.store)
        self.uploads = self._make_uploads(around)
        self.feeds = Feeds(self.store, feed_titles(config), feed_hosts(config))
        self.opened = OpenedAccounts(self.plugged, self.connections)
        self.accounts = around.wrap_accounts(CountedAccounts(self.opened, self.figures))
        # What callers ask for, and what goes on when nobody asks.
        pool = around.make_pool()
        self.health = Health(self.store, pool, around.now, alerts=self.alerts, advise=adviser.advise)
        self.free_busy = self._make_free_busy(pool, around)
        self.identities = Identities(self.store, self.accounts, pool, self.vendors, around.monotonic)
        given_up = GivenUp(self.store, self.alerts, around.now)
        self.outbox, self.delivery = self._make_follow_ups(clocks, around, given_up)
        self.sms_status = SmsStatus(self.store, given_up, around.now)
        self.context = self._make_context(pool, around, outside.state_folder)
        self.contacts = self._make_contacts(around)
        self.reception = self._make_reception()
        trust = Trust.of(config)
        self.own_appointments = OwnAppointments(self.context, self.reception, trust, self.outbox.plan_call)
        self.channels = PushChannels(self.context, config.bridge.public_url)
        self.background = self._make_background(around)
        self._has_threads = around.has_threads
        self._started_in, self._lock = -1, threading.Lock()

    def start(self) -> None:
        """Begin the background work in this process, once, also after a fork."""
        if self._started_in == os.getpid():
            return
        with self._lock:
            if self._started_in == os.getpid():
                return
            record_joins(self.context)
            if len(self.config.bridge.secret_keys) > 1:
                self.connections.reseal()
            self.plan_standing()
            if self._has_threads:
                self.background.start()
                self.journal.start()
            self._started_in = os.getpid()

    def stop(self) -> None:
        """End the background work and give up every connection to the database."""
        self.background.stop(patience=_JOB_SECONDS)
        self.delivery.close(patience=_CALL_SECONDS)
        self.contacts.close(patience=_CALL_SECONDS)
        self.context.pool.close(patience=_CALL_SECONDS)
        self.health.write_down()
        self.journal.stop()
        self.context.notes.close()
        self.store.close()

    def plan_standing(self) -> None:
        """Make the jobs that are always due again due now."""
        plan_standing(self.context, self.background, refreshed_by(self.plugged))
        for kind in (REFRESH_TOKENS, WATCH_CALLS, KEEP_BUSY_TIME, FORGET_PAST):
            self.background.plan(kind)
        for receiver in self.delivery.standing():
            self.background.plan(DELIVER, receiver)
        if self.config.alerts.heartbeat_url:
            self.background.plan(HEARTBEAT)

    @property
    def invitations(self) -> Invitations:
        """Return the links by which colleagues connect their own accounts."""
        return Invitations(self.store, self.connections, self.config.hosts, self.context.now)

    @property
    def push_readers(self) -> Mapping[str, PushReader]:
        """Return how the messages of the vendors are read that can call: in use, and where they reach it."""
        if not self.channels.is_possible:
            return {}
        return {name: self.vendors[name].read_push for name in self.plugged if self.vendors[name].pushes}

    def _make_alerts(self, around: Surroundings) -> Alerts:
        language, zone = self.speech.language, self.config.bridge.timezone
        return Alerts(self.store, around.now, language=language, zone=zone, on_new=self.alert_telling.plan)

    def _make_free_busy(self, pool: CallPool, around: Surroundings) -> FreeBusy:
        clock = SharedClock(self.store, around.lease_now, around.monotonic)
        return FreeBusy(self.accounts, pool, self.health, LastAnswers(self.store, pool, clock))

    def _make_connections(self, clocks: Clocks, adviser: Adviser) -> Connections:
        around = ConnectionContext(
            store=self.store,
            vault=self.vault,
            clocks=clocks,
            sentences=Sentences(self.speech.language.translate),
            alerts=self.alerts,
            public_url=self.config.bridge.public_url,
            advise_ended=adviser.advise_ended,
            troubles=lambda: troubles(self.health, self.speech.language, self.config.bridge.timezone),
        )
        return connections_of(self.config, self.plugged, around, self.vendors)

    def _make_uploads(self, around: Surroundings) -> Uploads:
        return Uploads(
            self.imported,
            feed_titles(self.config),
            now=around.now,
            lease_now=around.lease_now,
            new_id=around.new_id,
            wake=lambda: self.background.wake(),  # noqa: PLW0108 - it is made after this
        )

    def _make_follow_ups(
        self, clocks: Clocks, around: Surroundings, given_up: GivenUp
    ) -> tuple[Outbox, Delivery]:
        language, own_link = self.speech.language, self.own_links.address
        config, vendors, store, alerts = self.config, self.vendors, self.store, self.alerts

        def linked(*meeting: str) -> None:
            record_meeting(self.context, *meeting)  # it is made after this

        means = Means(config, vendors, language, own_link, clocks, store, alerts, linked)
        return follow_ups_of(means, given_up, new_id=around.new_id, checkpoint=around.checkpoint)

    def _make_context(self, pool: CallPool, around: Surroundings, folder: Path) -> BookingContext:
        config, known = self.config, self.config.attending
        return BookingContext(
            store=self.store,
            # Two bridges may keep theirs in one folder.
            notes=Notes(folder, f"bridge-told-failed-{self.store.name}-", around.new_id),
            accounts=self.accounts,
            pool=pool,
            identities=self.identities,
            availability=Availability(self.free_busy, self.identities, self.store, known, self.health),
            alerts=self.alerts,
            health=self.health,
            hosts=config.hosts,
            event_types=config.event_types,
            resources=config.resources,
            vendors=self.vendors,
            locale=config.bridge.locale,
            book_seconds=config.bridge.book_deadline.total_seconds(),
            now=around.now,
            monotonic=around.monotonic,
            sleep=around.sleep,
            new_id=around.new_id,
            wake=lambda: self.background.wake(),  # noqa: PLW0108 - it is made after this
            own_link=self.own_links.address,
            lease_now=around.lease_now,
            follow_up=self.outbox.plan,
            checkpoint=around.checkpoint,
        )

    def _make_background(self, around: Surroundings) -> Background:
        resolver, refreshed = around.make_resolver, refreshed_by(self.plugged)
        booking_jobs = BookingJobs(self.context, self.channels, resolver, refreshed)
        return Background(
            self.store,
            {
                **booking_jobs.kinds(),
                **Warmth.of(self.config, self.context, self.free_busy).kinds(),
                **connection_chores(self.connections, around.now),
                **self.alert_telling.kinds(),
                **self.delivery.kinds(),
                **journal_chores(self.store, self.alerts, around.now),
                **heartbeat_chores(self.config, lambda: self.background.lag()),  # noqa: PLW0108
                **import_chores(self.imported, around.now),
                **self.uploads.kinds(),
                **TrialCalls.of(self.config, self.context, self.connections.sign_ins).kinds(),
                **self.sms_status.kinds(),
                **promise_chores(self.context),
                **privacy_chores(self.store, self.config.privacy.keep_bookings_days, around.now),
            },
            now=around.lease_now,
            owner=uuid.uuid4().hex,
            upkeep=(
                lambda: note_unreachable(self.context, self.connections.keep_fresh()),
                lambda: undo_told_failed(self.context),
            ),
            precedence=Precedence(
                with_receivers(booking_jobs.lanes),
                frozenset({REFRESH_TOKENS}),
                {**LONGEST_WAITS, TELL_ALERTS: LONGEST_WAIT},
            ),
        )

    @cached_property
    def own_links(self) -> OwnLinks:
        """Return the addresses of callers' own pages."""
        return OwnLinks(self.vault, self.config.bridge.public_url)

    def _make_contacts(self, around: Surroundings) -> Contacts:
        return Contacts(
            ContactApi.of(self.config) if self.config.telli.lookup_contacts else None,
            CallPool(_CONTACTS_AT_ONCE),
            self.alerts,
            monotonic=around.monotonic,
            seconds=self.config.bridge.book_deadline.total_seconds(),
        )

    def _make_reception(self) -> Reception:
        offers = Offers.of(self.config, self.context, self.free_busy)
        return Reception(
            self.context,
            OurDesk(self.context, offers),
            self.speech,
            default=self.config.default_event_type,
            country=self.config.bridge.country,
            contacts=self.contacts,
        )
