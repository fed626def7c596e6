"""Lists the calendars there are, each by its exact name, with what is known of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bridge.booking.context import BookingContext
from bridge.connections.accounts import Key
from bridge.model import Ability, CalendarName, Condition
from bridge.store.sql import published
from providers.base import Deadline

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class ListedCalendar:
    """A calendar; `hosts` have it in the configuration. `answered_at` is None where it never did."""

    name: CalendarName
    title: str
    can_write: bool
    hosts: tuple[str, ...] = ()
    answered_at: datetime | None = None
    failing: tuple[Condition, ...] = ()

    @property
    def toml(self) -> str:
        """Return the lines that a host's section may have of it."""
        lines = [f'busy_calendars = ["{self.name}"]']
        return "\n".join([*lines, f'booking_calendar = "{self.name}"'] if self.can_write else lines)


@dataclass(frozen=True)
class AccountCalendars:
    """The calendars of accounts, and those that are only published."""

    context: BookingContext

    def of(self, provider: str, account: str) -> list[ListedCalendar]:
        """Ask the vendor for every calendar of an account. ProviderError: it does not say."""
        deadline = Deadline(_SECONDS, self.context.monotonic)
        listed = self.context.accounts.provider(CalendarName(provider, account, "")).list_calendars(
            deadline=deadline
        )
        main, known = self.context.vendors[provider].main_calendar, self._known()
        found = []
        for each in listed:
            name = CalendarName(provider, account, main if each.is_primary and main else each.id)
            found.append(self._listed(name, each.name, known, can_write=each.can_write))
        return found

    def configured(self) -> Mapping[Key, list[ListedCalendar]]:
        """Return what the configuration names of each account, without asking anybody.

        `can_write` tells of these whether they take bookings.
        """
        known, found = self._known(), defaultdict(list)
        for name in self._named():
            title = self.context.vendors[name.provider].shown(name.calendar)
            listed = self._listed(name, title, known, can_write=self._takes_bookings(name))
            found[name.provider, name.account].append(listed)
        return found

    def published(self) -> list[ListedCalendar]:
        """Return the calendars that are only read at a link, with when it was read last."""
        known = self._known()
        with self.context.store.read() as connection:
            read = {
                name: published.get(connection, str(name))
                for name in self._named()
                if not name.account and self.context.vendors[name.provider].only_shows_busy(name)
            }
        return [
            self._listed(
                name, name.calendar, known, can_write=False, answered_at=link.good_at if link else None
            )
            for name, link in read.items()
        ]

    def _named(self) -> Collection[CalendarName]:
        return dict.fromkeys(name for host in self.context.hosts.values() for name in host.calendars)

    def _takes_bookings(self, name: CalendarName) -> bool:
        return any(host.booking_calendar == name for host in self.context.hosts.values())

    def _known(self) -> Mapping[str, list[Condition]]:
        """Return what is known of each calendar's health, by its name."""
        known: dict[str, list[Condition]] = {}
        for each in self.context.health.every():
            known.setdefault(each.subject, []).append(each)
        return known

    def _listed(
        self,
        name: CalendarName,
        title: str,
        known: Mapping[str, list[Condition]],
        *,
        can_write: bool,
        answered_at: datetime | None = None,
    ) -> ListedCalendar:
        found = known.get(str(name), [])
        answers = [each.good_at for each in found if each.ability is Ability.READ and each.good_at]
        return ListedCalendar(
            name=name,
            title=title,
            can_write=can_write,
            hosts=tuple(host.name for host in self.context.hosts.values() if name in host.calendars),
            answered_at=answered_at or next(iter(answers), None),
            failing=tuple(each for each in found if each.error),
        )
