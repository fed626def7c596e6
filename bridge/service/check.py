"""Tries everything a call will need: database, clock, every calendar named, and what is unwise.

Says of each thing what was tried, whether it works, and if not what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bridge.booking.context import BookingContext
from bridge.config import Config, remarks
from bridge.errors import BridgeError
from bridge.model import CalendarName, Host
from bridge.store.engine import database_now
from bridge.store.migrate import require_current
from bridge.vendors.contract import Vendor
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
    yield Finding("configuration", Verdict.GOOD, _counted(config))
    for path, text in remarks(config):
        yield Finding(path, Verdict.UNWISE, text)
    database = _database(context, prepare)
    yield database
    if database.verdict is Verdict.FAILED:
        return
    yield _clock(context)
    yield from _calendars(context)
    for alert in context.alerts.open():
        yield Finding(
            "open alert", Verdict.UNWISE, f"{alert.text} (since {alert.raised_at:%Y-%m-%d %H:%M} UTC)"
        )


def _counted(config: Config) -> str:
    hosts, event_types = len(config.hosts), len(config.event_types)
    return f"{hosts} host{'s' * (hosts != 1)}, {event_types} event type{'s' * (event_types != 1)}"


def _database(context: BookingContext, prepare: Callable[[], object]) -> Finding:
    try:
        prepare()
        require_current(context.store)
    except BridgeError as error:
        return Finding("database", Verdict.FAILED, str(error))
    return Finding("database", Verdict.GOOD, "answers and is up to date")


def _clock(context: BookingContext) -> Finding:
    with context.store.read() as connection:
        apart = abs(database_now(connection) - context.now())
    if apart > _CLOCKS_MAY_DIFFER:
        text = f"this machine and the database differ by {apart.total_seconds():.0f} seconds; set the clocks"
        return Finding("clock", Verdict.FAILED, text)
    return Finding("clock", Verdict.GOOD, "agrees with the database's")


def _calendars(context: BookingContext) -> Iterator[Finding]:
    tried: dict[CalendarName, ProviderError | None] = {}
    for host in context.hosts.values():
        for name in host.calendars:
            if name not in tried:
                tried[name] = _try_reading(context, host, name)
                yield _read_finding(name, context.vendor(name), tried[name])
        if tried[host.booking_calendar] is None:
            yield from _writable(context, host)


def _try_reading(context: BookingContext, host: Host, name: CalendarName) -> ProviderError | None:
    deadline = Deadline(_SECONDS, context.monotonic)
    now = context.now()
    query = BusyQuery(name.calendar, host.busy_policy, str(host.timezone))
    try:
        provider = context.accounts.provider(name)
        answer = provider.free_busy([query], Interval(now, now + timedelta(days=7)), deadline=deadline)[query]
    except ProviderError as error:
        return error
    return answer if isinstance(answer, ProviderError) else None


def _read_finding(name: CalendarName, vendor: Vendor, error: ProviderError | None) -> Finding:
    if error is None:
        return Finding(str(name), Verdict.GOOD, "free/busy can be read")
    said = f"{type(error).__name__}: {error.detail or 'no further word'}"
    return Finding(str(name), Verdict.FAILED, f"{said}. {vendor.explain(error)}")


def _writable(context: BookingContext, host: Host) -> Iterator[Finding]:
    name = host.booking_calendar
    try:
        deadline = Deadline(_SECONDS, context.monotonic)
        listed = context.accounts.provider(name).list_calendars(deadline=deadline)
    except ProviderError as error:
        yield Finding(str(name), Verdict.FAILED, f"the account's calendars cannot be listed: {error.detail}")
        return
    info = _entry(listed, name, context.vendor(name))
    if info is None:
        yield Finding(str(name), Verdict.FAILED, "the account does not list this calendar")
    elif not info.can_write:
        yield Finding(
            str(name), Verdict.FAILED, f"bookings of {host.id} go here, but it is read-only for the account"
        )
    else:
        yield from _conference(context, host, name, info)


def _entry(listed: Sequence[CalendarInfo], name: CalendarName, vendor: Vendor) -> CalendarInfo | None:
    for info in listed:
        if info.id == name.calendar or (name.calendar == vendor.main_calendar and info.is_primary):
            return info
    return None


def _conference(
    context: BookingContext, host: Host, name: CalendarName, info: CalendarInfo
) -> Iterator[Finding]:
    wanted = {
        event_type.conference
        for event_type in context.event_types.values()
        if host.id in event_type.team.hosts and event_type.conference
    }
    for platform in sorted(wanted):
        if platform in info.conferences:
            yield Finding(str(name), Verdict.GOOD, f"can make {platform} links")
        else:
            yield Finding(
                str(name), Verdict.UNWISE, f"cannot make {platform} links: bookings there have none"
            )
