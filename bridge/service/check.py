"""Tries everything a call will need: database, clock, every calendar named, and what is unwise.

Says of each thing what was tried, whether it works, and if not what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from bridge.attendee.contact_api import ContactApi
from bridge.booking.context import BookingContext
from bridge.calendars.set_days import as_set
from bridge.config import Config, remarks
from bridge.config.sections.meeting import organisers
from bridge.errors import BridgeError, CalendarRefused, OutcomeUnknown
from bridge.follow_ups.errors import NotDelivered
from bridge.follow_ups.meetings.zoom import Zoom
from bridge.model import Ability, CalendarName
from bridge.scheduling.hours import open_between
from bridge.scheduling.offers import every_start, offer
from bridge.scheduling.slots import HostTime
from bridge.service.check_calendars import Progress, calendars_tried
from bridge.service.days_off import DaysOff
from bridge.service.findings import Finding, Verdict
from bridge.speech.explained import plain
from bridge.store.dialects import database_now
from bridge.store.schema import require_current
from providers.base import Deadline, EventDraft, Interval
from providers.errors import AccessDenied, ProviderError

_SECONDS = 10.0
_AHEAD = (timedelta(days=4), timedelta(days=366))  # most are open within days, which is soon found
_CLOCKS_MAY_DIFFER = timedelta(seconds=30)


def findings(
    config: Config,
    context: BookingContext,
    *,
    prepare: Callable[[], object] = lambda: None,
    books: bool = False,
    progress: Progress = lambda _more, _count: None,
) -> Iterator[Finding]:
    """Try one thing after another and yield what came of it; `prepare` comes before the database.

    With `books` a test event is made and removed in each booking calendar; `progress` is told how the
    calendars get on.
    """
    hosts, kinds = len(config.hosts), len(config.event_types)
    counted = f"{hosts} host{'s' * (hosts != 1)}, {kinds} event type{'s' * (kinds != 1)}"
    yield Finding("configuration", Verdict.GOOD, counted)
    for path, text in remarks(config):
        yield Finding(path, Verdict.UNWISE, text)
    try:
        prepare()
        require_current(context.store)
    except BridgeError as error:
        yield Finding("database", Verdict.FAILED, str(error))
        return
    yield Finding("database", Verdict.GOOD, "answers and is up to date")
    yield _clock(context)
    yield from _timetables(context)
    yield from calendars_tried(context, progress)
    if config.zoom:
        yield from _zoom(config, context)
    if config.telli.lookup_contacts:
        yield _telli(config, context)
    if books:
        for name in sorted({host.booking_calendar for host in context.hosts.values()}):
            yield _trial(context, name)
    yield from _known(context)
    for alert in context.alerts.open():
        since = f"{alert.raised_at:%Y-%m-%d %H:%M} UTC"
        yield Finding("open alert", Verdict.UNWISE, f"{alert.text} (since {since})")


def _clock(context: BookingContext) -> Finding:
    with context.store.read() as connection:
        apart = abs(database_now(connection) - context.now())
    if apart > _CLOCKS_MAY_DIFFER:
        text = f"this machine and the database differ by {apart.total_seconds():.0f} seconds; set the clocks"
        return Finding("clock", Verdict.FAILED, text)
    return Finding("clock", Verdict.GOOD, "agrees with the database's")


def _telli(config: Config, context: BookingContext) -> Finding:
    """Ask telli whether it takes the keys by which contacts are looked up."""
    try:
        ContactApi.of(config).verify(Deadline(_SECONDS, context.monotonic))
    except AccessDenied:
        text = "telli refuses the keys in api_keys, so nobody's contact is looked up"
        return Finding("telli.lookup_contacts", Verdict.FAILED, text)
    except ProviderError as error:
        text = f"telli's API gives no answer ({plain(error.detail)}): callers are booked as described"
        return Finding("telli.lookup_contacts", Verdict.UNWISE, text)
    return Finding("telli.lookup_contacts", Verdict.GOOD, "telli's contacts can be looked up")


def _zoom(config: Config, context: BookingContext) -> Iterator[Finding]:
    """Ask Zoom whose meetings the account makes, of all who may be organisers of one."""
    if config.zoom is None:
        return
    zoom = Zoom(config.zoom, config.route, context.now, context.monotonic)
    kinds = [kind for each in config.event_types.values() for kind in each.kinds if kind.meets_apart]
    names = {name for kind in kinds for name in organisers(kind.team)}
    for host in (config.hosts[name] for name in sorted(names)):
        subject = f"zoom: {host.id}"
        try:
            is_user = zoom.serves(host.email, Deadline(_SECONDS, context.monotonic))
        except NotDelivered as error:
            text = f"{error}: bookings go without a link until it can be made. Look at the keys of [zoom]"
            yield Finding(subject, Verdict.UNWISE, text)
            continue
        if is_user:
            yield Finding(subject, Verdict.GOOD, "meetings can be made")
        else:
            text = (
                f"{host.email} is no user there: meetings are made as the application's owner, of which "
                "Zoom lets only one take place at a time"
            )
            yield Finding(subject, Verdict.UNWISE, text)


def _timetables(context: BookingContext) -> Iterator[Finding]:
    """Say who is never open, and what nobody can ever be booked for, were all calendars empty."""
    now = context.now()
    with context.store.read() as connection:
        hosts = as_set(connection, context.attending.values(), Interval(now, now + _AHEAD[-1]))
    for host in hosts.values():
        if not any(open_between(host.schedule, Interval(now, now + ahead)) for ahead in _AHEAD):
            text = "is never open in the coming year: give the host open_hours"
            yield Finding(f"hosts.{host.id}", Verdict.FAILED, text)
    for kind in context.event_types.values():
        idle = {each: HostTime(hosts[each], busy=()) for each in kind.team.asked}
        if not offer(kind, idle, now) and not every_start(kind, idle, now):
            text = (
                "nobody can be booked for it, even with empty calendars: compare its hours, its notice, its "
                "horizon and its hosts' hours"
            )
            yield Finding(f"event_types.{kind.id}", Verdict.FAILED, text)
    for each in DaysOff(context).coming():
        if each.change is not None:
            hours = "other hours" if each.hours else "closed"
            text = f"{each.first} to {each.last} {hours}: set on the page Days off, over the configuration"
            yield Finding(", ".join(f"hosts.{host}" for host in each.hosts), Verdict.GOOD, text)


def _known(context: BookingContext) -> Iterator[Finding]:
    """Tell what all processes know of the calendars' health, but what was tried just now."""
    context.health.write_down()
    for each in context.health.every():
        if not each.error or each.ability is Ability.READ:
            continue
        fails_calls = each.ability in (Ability.ANSWER, Ability.WRITE)
        since = f"since {each.since:%Y-%m-%d %H:%M} UTC"
        good = f", well until {each.good_at:%Y-%m-%d %H:%M}" if each.good_at else ""
        text = f"{each.ability}: {plain(each.error)} ({since}{good}). {each.advice}"
        yield Finding(each.subject, Verdict.FAILED if fails_calls else Verdict.UNWISE, text)


def _trial(context: BookingContext, name: CalendarName) -> Finding:
    """Make a test event far from now and remove it, whatever is known of the calendar."""
    now, key = context.now(), context.new_id()
    start = now.replace(hour=3, minute=0, second=0, microsecond=0) + timedelta(days=300)
    private = {"booking_id": f"test-{key[:16]}", "event_key": key}
    title = context.alerts.language.translate("A test of the calendar bridge, removed at once")
    draft = EventDraft(title, Interval(start, start + timedelta(minutes=15)), "UTC", private=private)
    calendar = context.calendar(name, Deadline(_SECONDS, context.monotonic))
    try:
        event = calendar.create_now(key, draft)
        calendar.remove(replace(event.ref, etag=None), notify=False)
    except CalendarRefused as refused:
        why = context.health.refusal(name) or str(refused)
        text = f"a test event was refused ({why})"
        return Finding(str(name), Verdict.FAILED, text)
    except OutcomeUnknown as unknown:
        text = f"a test event on {start:%Y-%m-%d %H:%M} UTC is unclear: {unknown}; look for it, and remove it"
        return Finding(str(name), Verdict.FAILED, text)
    return Finding(str(name), Verdict.GOOD, "a test event was made and removed")
