"""Tells hosts' busy time by what is kept of it, for pages: no vendor is asked, and nobody is waited for.

Calendars without an account answer from the database; of all others the last answer counts. What no answer
tells of is unknown, never free.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bridge.calendars.accounts import Accounts
from bridge.calendars.availability import Busy
from bridge.calendars.health import Health
from bridge.calendars.identities import Identities
from bridge.calendars.last_answers import key_of
from bridge.model import Ability, CalendarName, Host
from bridge.store.engine import Store
from bridge.store.sql import last_answers
from providers.base import BusyQuery, Deadline, Interval
from providers.errors import ProviderError, ProviderUnavailable
from providers.intervals import clip, merge, subtract

_Asked = tuple[CalendarName, BusyQuery]

_NOT_ASKED = "was not asked about this time yet"


@dataclass(frozen=True, slots=True)
class KeptCalendar:
    """When a calendar is busy, as far as it is `known`; None: it never answered.

    `answered_at` is None where the busy time lies in the database, so that it is of this moment. `problem`
    says why callers are offered none of its host's time, whatever it answered before.
    """

    name: CalendarName
    known: Interval | None = None
    busy: tuple[Interval, ...] = ()
    answered_at: datetime | None = None
    problem: str = ""

    def unknown(self, window: Interval) -> list[Interval]:
        """Return of a stretch what no answer tells of."""
        return [Interval(*span) for span in subtract([window], [self.known] if self.known else [])]


@dataclass(frozen=True, slots=True)
class KeptBusy:
    """What is kept of hosts' calendars within a window; into those of `refusing` nothing can be written."""

    hosts: Mapping[str, Host]
    window: Interval
    calendars: Mapping[str, tuple[KeptCalendar, ...]]
    refusing: frozenset[str] = frozenset()

    def within(self, window: Interval) -> Busy:
        """Return it as if the calendars had been asked about a stretch; what is not all known is unknown."""
        failures: dict[CalendarName, ProviderError] = {}
        for kept in self._every():
            if kept.problem or kept.unknown(window):
                why = kept.problem or _NOT_ASKED
                failures[kept.name] = ProviderUnavailable(kept.name.provider, "free_busy", why)
        return self._as_busy(window, failures)

    def as_far_as_known(self) -> Busy:
        """Return it for a whole window: what no answer tells of counts as busy."""
        return self._as_busy(
            self.window,
            {
                kept.name: ProviderUnavailable(kept.name.provider, "free_busy", kept.problem or _NOT_ASKED)
                for kept in self._every()
                if kept.problem or kept.known is None
            },
        )

    def _every(self) -> Iterator[KeptCalendar]:
        for calendars in self.calendars.values():
            yield from calendars

    def _as_busy(self, window: Interval, failures: Mapping[CalendarName, ProviderError]) -> Busy:
        return Busy(
            by_host={host: self._of_host(host, window, failures) for host in self.hosts},
            failures=failures,
            answered_at={},
            window=window,
            by_calendar={
                kept.name: clip(kept.busy, window) for kept in self._every() if kept.name not in failures
            },
            refusing=self.refusing,
        )

    def _of_host(
        self, host: str, window: Interval, failures: Mapping[CalendarName, ProviderError]
    ) -> tuple[Interval, ...] | None:
        kept = self.calendars[host]
        if any(each.name in failures for each in kept):
            return None
        checked = self.hosts[host].busy_calendars
        busy = [span for each in kept if each.name in checked for span in each.busy]
        unknown = [span for each in kept for span in each.unknown(window)]
        return merge(clip([*busy, *unknown], window))


@dataclass(frozen=True, slots=True)
class KeptTime:
    """Where busy time is kept."""

    store: Store
    accounts: Accounts
    health: Health
    identities: Identities

    def of(
        self,
        hosts: Iterable[Host],
        window: Interval,
        deadline: Deadline,
        *,
        at_least: Interval | None = None,
    ) -> KeptBusy:
        """Return what is kept of the hosts' busy time within a window.

        Where the database holds less, it is asked for what lies in `at_least`.
        """
        known = {host.id: host for host in hosts}
        every = {(name, _query(host, name)) for host in known.values() for name in host.calendars}
        near = self._in_database([asked for asked in every if not asked[0].account], window, deadline)
        if at_least and (short := [asked for asked, kept in near.items() if kept.problem]):
            near |= self._in_database(short, at_least, deadline)
        failing = {each.subject: each.error for each in self.health.every() if each.ability is Ability.READ}
        names = {name for name, _ in every if name.account}
        met = self.identities.known(names)
        by = {name: self.identities.kept_by(name, met) for name in names}
        with self.store.read() as connection:
            heard = last_answers.of_calendars(connection, set(by.values()))

        def kept(host: Host, name: CalendarName) -> KeptCalendar:
            query = _query(host, name)
            if not name.account:
                return near[name, query]
            problem, last = failing.get(str(name), ""), heard.get(key_of(by[name], query))
            if last is None:
                return KeptCalendar(name, problem=problem)
            return KeptCalendar(name, last.window, clip(last.busy, window), last.asked_at, problem)

        return KeptBusy(
            known,
            window,
            {host.id: tuple(kept(host, name) for name in host.calendars) for host in known.values()},
            frozenset(host.id for host in known.values() if self.health.refusal(host.booking_calendar)),
        )

    def _in_database(
        self, wanted: Iterable[_Asked], window: Interval, deadline: Deadline
    ) -> dict[_Asked, KeptCalendar]:
        """Ask calendars without an account, which answer from the database."""
        by_provider: dict[str, list[_Asked]] = defaultdict(list)
        for asked in wanted:
            by_provider[asked[0].provider].append(asked)
        found = {}
        for group in by_provider.values():
            provider = self.accounts.provider(group[0][0])
            answers = provider.free_busy([query for _, query in group], window, deadline=deadline)
            for name, query in group:
                answer = answers[query]
                found[name, query] = (
                    KeptCalendar(name, problem=answer.detail)
                    if isinstance(answer, ProviderError)
                    else KeptCalendar(name, window, answer)
                )
        return found


def _query(host: Host, name: CalendarName) -> BusyQuery:
    return BusyQuery(name.calendar, host.busy_policy, str(host.schedule.timezone))
