"""Tries everything a call will need: database, clock, every calendar named, and what is unwise.

Says of each thing what was tried, whether it works, and if not what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bridge.booking.context import BookingContext
from bridge.config import Config, remarks
from bridge.errors import BridgeError
from bridge.model import CalendarName, Host
from bridge.store.engine import database_now
from bridge.store.migrate import require_current
from providers.base import BusyQuery, CalendarInfo, Deadline, Interval
from providers.errors import ProviderError

_SECONDS = 10.0
_CLOCKS_MAY_DIFFER = timedelta(seconds=30)


class Verdict(StrEnum):
    """What came of trying something."""

    GOOD = "ok"
    UNWISE = "note"
    FAILED = "fails"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried."""

    subject: str
    verdict: Verdict
    text: str


def findings(
    config: Config, context: BookingContext, *, prepare: Callable[[], object] = lambda: None
) -> Iterator[Finding]:
    """Try one thing after another and yield what came of it; `prepare` comes before the database."""
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
    yield from _calendars(context)
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


def _calendars(context: BookingContext) -> Iterator[Finding]:
    tried: dict[CalendarName, Finding] = {}
    for host in context.hosts.values():
        for name in host.calendars:
            if name not in tried:
                tried[name] = _reading(context, host, name)
                yield tried[name]
        if tried[host.booking_calendar].verdict is Verdict.GOOD:
            yield from _booking(context, host)


def _reading(context: BookingContext, host: Host, name: CalendarName) -> Finding:
    """Ask a calendar for the busy time of a week, as an offer does."""
    query = BusyQuery(name.calendar, host.busy_policy, str(host.schedule.timezone))
    now, deadline = context.now(), Deadline(_SECONDS, context.monotonic)
    try:
        provider = context.accounts.provider(name)
        answer = provider.free_busy([query], Interval(now, now + timedelta(days=7)), deadline=deadline)[query]
    except ProviderError as error:
        answer = error
    if not isinstance(answer, ProviderError):
        return Finding(str(name), Verdict.GOOD, "free/busy can be read")
    said = f"{type(answer).__name__}: {answer.detail or 'no further word'}"
    return Finding(str(name), Verdict.FAILED, f"{said}. {context.health.advise(name, answer)}")


def _booking(context: BookingContext, host: Host) -> Iterator[Finding]:
    """Look whether bookings of a host can be written where they go, with the links they promise."""
    name = host.booking_calendar
    is_main = name.calendar == context.vendor(name).main_calendar
    try:
        deadline = Deadline(_SECONDS, context.monotonic)
        listed = context.accounts.provider(name).list_calendars(deadline=deadline)
    except ProviderError as error:
        yield Finding(str(name), Verdict.FAILED, f"the account's calendars cannot be listed: {error.detail}")
        return
    meant = (each for each in listed if each.id == name.calendar or (is_main and each.is_primary))
    calendar = next(meant, None)
    if calendar is None:
        yield Finding(str(name), Verdict.FAILED, "the account does not list this calendar")
    elif not calendar.can_write:
        text = f"bookings of {host.id} go here, but it is read-only for the account"
        yield Finding(str(name), Verdict.FAILED, text)
    else:
        yield from _links(context, host, calendar)


def _links(context: BookingContext, host: Host, calendar: CalendarInfo) -> Iterator[Finding]:
    subject = str(host.booking_calendar)
    kinds = [kind for kind in context.event_types.values() if host.id in kind.team.hosts]
    for platform in sorted({kind.conference for kind in kinds if kind.conference}):
        if platform in calendar.conferences:
            yield Finding(subject, Verdict.GOOD, f"can make {platform} links")
        else:
            text = f"cannot make {platform} links: bookings there have none"
            yield Finding(subject, Verdict.UNWISE, text)
