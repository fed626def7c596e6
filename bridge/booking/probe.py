"""Looks in the background whether an account that fails is well again, so that no caller has to find out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from bridge.booking.context import BookingContext
from bridge.calendars.health import account_of
from bridge.model import Ability, CalendarName, Condition
from providers.base import CalendarInfo, Deadline
from providers.errors import (
    AccessDenied,
    CalendarNotFound,
    ConnectionExpired,
    ProviderError,
    RateLimited,
)

_SECONDS = 2.0
_SECONDS_TO_LIST = 10.0
_SOONEST, _LATEST = timedelta(seconds=5), timedelta(minutes=1)
_PROBED = frozenset({Ability.ANSWER, Ability.READ, Ability.WRITE})  # the others show with the next event


def probe(context: BookingContext, account: str) -> timedelta | None:
    """Ask an account for what fails there; return when to ask again, None when nothing fails any more.

    The longer something fails, the rarer it is asked for.
    """
    failing = _failing(context, account)
    if not failing:
        return None
    if wait := _asked_to_wait(context, failing):
        return wait
    calendars = {name for host in context.attending.values() for name in host.calendars}
    mine = sorted(name for name in calendars if account_of(name) == account)
    to_read = [name for name in mine if context.health.fails(name, Ability.READ)]
    if any(each.ability is not Ability.WRITE for each in failing):
        # As long as an offer waits: an account that needs more would fail the next call again.
        context.availability.look_again(to_read or mine, context.now(), Deadline(_SECONDS, context.monotonic))
    to_write = [name for name in mine if context.health.fails(name, Ability.WRITE)]
    if to_write:
        _look_at_rights(context, to_write)
    context.health.write_down()
    still = _failing(context, account) if mine else []
    if not still:
        return None
    age = context.now() - min(each.since for each in still)
    return min(max(age / 4, _SOONEST), _LATEST)


def note_unreachable(context: BookingContext, accounts: Mapping[tuple[str, str], ProviderError]) -> None:
    """Take note that accounts have no token, before a caller finds out; the probe sees when they have one."""
    calendars = {name for host in context.attending.values() for name in host.calendars}
    for name in calendars:
        if error := accounts.get((name.provider, name.account)):
            context.health.failed(name, Ability.READ, error)
    context.health.write_down()


def _failing(context: BookingContext, account: str) -> list[Condition]:
    return [each for each in context.health.failing_of(account) if each.ability in _PROBED]


def _asked_to_wait(context: BookingContext, failing: Iterable[Condition]) -> timedelta | None:
    now = context.now()
    waits = [
        each.not_before - now
        for each in failing
        if each.ability is Ability.ANSWER and each.kind == RateLimited.__name__ and each.not_before
    ]
    return max((wait for wait in waits if wait > timedelta(0)), default=None)


def _look_at_rights(context: BookingContext, names: Iterable[CalendarName]) -> None:
    """Read the access right of calendars that refuse appointments.

    Where it says so too, its change ends the refusal. Where it does not, bookings are let through by time.
    """
    for name in names:
        try:
            listed = context.accounts.provider(name).list_calendars(
                deadline=Deadline(_SECONDS_TO_LIST, context.monotonic)
            )
        except (AccessDenied, CalendarNotFound, ConnectionExpired):
            listed = ()
        except ProviderError:
            continue  # that says nothing of the right
        found = meant(context, name, listed)
        was_by_right = context.health.is_by_right(name)
        if found is None or not found.can_write:
            if not was_by_right:
                context.health.told_by_right(name)
        elif was_by_right:
            context.health.good(name, Ability.WRITE)


def meant(context: BookingContext, name: CalendarName, listed: Iterable[CalendarInfo]) -> CalendarInfo | None:
    """Return the calendar of an account's list that a name means, None if it is not listed."""
    is_main = name.calendar == context.vendor(name).main_calendar
    return next((each for each in listed if each.id == name.calendar or (is_main and each.is_primary)), None)
