"""Tries every calendar that the configuration names, as an offer and a booking would ask it.

All accounts at once, each by one question after the other: vendors count what is asked of an account at a
time, and a caller may be on the phone meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from bridge.booking.context import BookingContext
from bridge.booking.identify import ask_identity, named, unidentified
from bridge.booking.probe import meant
from bridge.model import CalendarName, Host
from bridge.service.findings import Finding, Verdict
from bridge.speech.explained import plain
from providers.base import BusyAnswer, BusyQuery, CalendarInfo, Deadline, Interval
from providers.errors import ProviderError

_SECONDS = 10.0  # for each question
_AT_ONCE = 16
_IN_ONE_QUESTION = 20
_AHEAD = timedelta(days=7)

# So many more calendars were tried, of so many; told by several threads.
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class _Tried:
    """What an account answered: busy times, its list of calendars, and whose identity it did not tell."""

    busy: dict[CalendarName, BusyAnswer] = field(default_factory=dict)
    listed: Sequence[CalendarInfo] | ProviderError = ()
    unidentified: dict[CalendarName, ProviderError] = field(default_factory=dict)

    def good(self, names: Iterable[CalendarName]) -> list[CalendarName]:
        """Return which of the calendars can be read."""
        return [name for name in names if not isinstance(self.busy.get(name, ()), ProviderError)]


def calendars_tried(context: BookingContext, progress: Progress) -> Iterator[Finding]:
    """Ask all calendars, then say of each what came of it, in the order of the configuration."""
    tried = _all_tried(context, progress)
    platforms = _platforms(context)
    told: set[CalendarName] = set()
    for host in context.attending.values():
        for name in host.calendars:
            if name not in told:
                yield _reading(context, name, tried[name].busy[name])
        told.update(host.calendars)
        booked = tried[host.booking_calendar]
        if booked.good([host.booking_calendar]):
            yield from _booking(context, host, booked.listed, platforms[host.id])
    yield from _identities(context, {name: tried[name] for name in tried if tried[name].good([name])})


def _all_tried(context: BookingContext, progress: Progress) -> Mapping[CalendarName, _Tried]:
    """Return by calendar what its account answered."""
    accounts: dict[tuple[str, str], dict[CalendarName, BusyQuery]] = defaultdict(dict)
    for host in context.attending.values():
        for name in host.calendars:
            query = BusyQuery(name.calendar, host.busy_policy, str(host.schedule.timezone))
            accounts[name.provider, name.account].setdefault(name, query)
    count, known_by_vendor = sum(map(len, accounts.values())), frozenset(named(context))

    def tried(queries: Mapping[CalendarName, BusyQuery]) -> _Tried:
        return _account_tried(context, queries, known_by_vendor, lambda more: progress(more, count))

    threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="check")
    try:
        found = threads.map(tried, accounts.values())
        return {
            name: each for queries, each in zip(accounts.values(), found, strict=True) for name in queries
        }
    finally:
        threads.shutdown(wait=False, cancel_futures=True)  # else whoever gives up waits for all of them


def _account_tried(
    context: BookingContext,
    queries: Mapping[CalendarName, BusyQuery],
    known_by_vendor: Collection[CalendarName],
    progress: Callable[[int], None],
) -> _Tried:
    """Ask one account about its calendars, for a list of them, and what their names mean."""
    found, names = _Tried(), list(queries)
    for first in range(0, len(names), _IN_ONE_QUESTION):
        some = names[first : first + _IN_ONE_QUESTION]
        found.busy |= _busy(context, {name: queries[name] for name in some})
        for name in found.good(some):
            if name not in known_by_vendor:
                continue
            try:
                ask_identity(context, name, _deadline(context))
            except ProviderError as error:
                found.unidentified[name] = error
        progress(len(some))
    booked = {host.booking_calendar for host in context.attending.values()}
    if booked & set(found.good(names)):
        try:
            found.listed = context.accounts.provider(names[0]).list_calendars(deadline=_deadline(context))
        except ProviderError as error:
            found.listed = error
    return found


def _busy(
    context: BookingContext, queries: Mapping[CalendarName, BusyQuery]
) -> Mapping[CalendarName, BusyAnswer]:
    """Ask calendars of one account for the busy time of a week, as an offer does."""
    now, name = context.now(), next(iter(queries))
    week = Interval(now, now + _AHEAD)
    try:
        provider = context.accounts.provider(name)
        answers = provider.free_busy([*queries.values()], week, deadline=_deadline(context))
    except ProviderError as error:
        return dict.fromkeys(queries, error)
    return {name: answers[query] for name, query in queries.items()}


def _deadline(context: BookingContext) -> Deadline:
    return Deadline(_SECONDS, context.monotonic)


def _reading(context: BookingContext, name: CalendarName, answer: BusyAnswer) -> Finding:
    context.health.answered(name, answer if isinstance(answer, ProviderError) else None)
    if not isinstance(answer, ProviderError):
        return Finding(str(name), Verdict.GOOD, "free/busy can be read")
    said = plain(answer.detail) or "it could not be read"
    return Finding(str(name), Verdict.FAILED, f"{said}. {context.health.advise(name, answer)}")


def _booking(
    context: BookingContext,
    host: Host,
    listed: Sequence[CalendarInfo] | ProviderError,
    platforms: Collection[str],
) -> Iterator[Finding]:
    """Look whether bookings of a host can be written where they go, with the links they promise."""
    name = host.booking_calendar
    if isinstance(listed, ProviderError):
        yield Finding(
            str(name), Verdict.FAILED, f"the account's calendars cannot be listed: {plain(listed.detail)}"
        )
        return
    calendar = meant(context, name, listed)
    if calendar is None:
        yield Finding(str(name), Verdict.FAILED, "the account does not list this calendar")
    elif not calendar.can_write:
        text = f"bookings of {host.id} go here, but it is read-only for the account"
        yield Finding(str(name), Verdict.FAILED, text)
    else:
        yield from _links(name, calendar, platforms)


def _links(name: CalendarName, calendar: CalendarInfo, platforms: Collection[str]) -> Iterator[Finding]:
    for platform in sorted(platforms):
        if platform in calendar.conferences:
            yield Finding(str(name), Verdict.GOOD, f"can make {platform} links")
        else:
            text = f"cannot make {platform} links: bookings there have none"
            yield Finding(str(name), Verdict.UNWISE, text)


def _platforms(context: BookingContext) -> Mapping[str, Collection[str]]:
    """Return by host whose links the host's event types promise."""
    found: dict[str, set[str]] = defaultdict(set)
    for event_type in context.event_types.values():
        for kind in event_type.kinds:
            if kind.conference:
                for host in kind.team.hosts:
                    found[host].add(kind.conference)
    return found


def _identities(context: BookingContext, tried: Mapping[CalendarName, _Tried]) -> Iterator[Finding]:
    """Say which names are one calendar, and which of them nobody knows to be none of the others."""
    unknown = set(unidentified(context))
    for name, account in tried.items():
        if name in unknown and name in account.unidentified:
            yield _unidentified(context, name, account.unidentified[name])
    known = context.identities.known(tried)
    by_identity = defaultdict(list)
    for name in tried:
        by_identity[known.of(name)].append(str(name))
    for same in by_identity.values():
        if len(same) > 1:
            text = "one calendar: what is booked by one name is taken by all"
            yield Finding(" = ".join(same), Verdict.GOOD, text)


def _unidentified(context: BookingContext, name: CalendarName, error: ProviderError) -> Finding:
    why = f"its vendor does not say which calendar it is ({plain(error.detail)})"
    if name in context.identities.known([name]).known:
        return Finding(str(name), Verdict.UNWISE, f"{why}: bookings go on, known by this name alone")
    return Finding(str(name), Verdict.FAILED, f"{why}, so nothing is offered there")
