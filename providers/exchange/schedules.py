"""Ask when colleagues and rooms are busy, seen through another mailbox.

Decides how GetUserAvailability is cut to its limits. It tells no ids: whole days block under every policy,
and an event is left out by its time. What Exchange has no data of is unknown, and so are events that
contradict the view beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from xml.etree.ElementTree import Element  # nosec B405

from providers.base import BusyAnswer, BusyQuery, Interval
from providers.errors import ProviderError, ProviderUnavailable
from providers.exchange.client import Client
from providers.exchange.items import named_status
from providers.exchange.soap import VIEW_MINUTES
from providers.exchange.xml import TYPES, M, child, moment, text
from providers.http import Call
from providers.intervals import busy_answer
from providers.times import joined, pieces

SCHEDULE = "schedule:"
_ADDRESSES_A_QUESTION = 100
_DAYS_A_QUESTION = 42
_NO_DATA = "4"
_SHOWN = {"1": "tentative", "2": "busy", "3": "oof", "5": "workingElsewhere"}


@dataclass(frozen=True, slots=True)
class Taken:
    """A stretch of somebody's time with the status it is shown as."""

    status: str
    interval: Interval


Found = list[Taken] | ProviderError


def seen(client: Client, call: Call, addresses: Sequence[str], window: Interval) -> Mapping[str, Found]:
    """Return what is known of each address over the whole window."""
    found: dict[str, Found] = {address: [] for address in addresses}
    for first in range(0, len(addresses), _ADDRESSES_A_QUESTION):
        some = addresses[first : first + _ADDRESSES_A_QUESTION]
        for piece in pieces(window, _DAYS_A_QUESTION):
            for address, part in _asked(client, call, some, piece):
                found[address] = joined(found[address], part)
    return found


def _asked(
    client: Client, call: Call, addresses: Sequence[str], window: Interval
) -> Iterator[tuple[str, Found]]:
    # A window shorter than the view's interval is refused.
    window = Interval(window.start, max(window.end, window.start + timedelta(minutes=VIEW_MINUTES)))
    try:
        parts = client.parts(call, client.compose.availability(addresses, window))
    except ProviderError as error:
        yield from ((address, error) for address in addresses)
        return
    for address, part in zip(addresses, parts, strict=True):
        yield address, part if isinstance(part, ProviderError) else _schedule(call, part, window)


def _schedule(call: Call, part: Element, window: Interval) -> Found:
    try:
        view = child(call, part, f"{M}FreeBusyView")
        kind = text(call, view, "FreeBusyViewType")
        merged = view.findtext(f"{TYPES}MergedFreeBusy") or ""
        if kind == "None" or _NO_DATA in merged:
            return ProviderUnavailable(call.provider, call.operation, "no data for this schedule")
        if kind == "MergedOnly":  # all that another organisation may show
            return _shown(call, merged, window)
        listed = view.find(f"{TYPES}CalendarEventArray")
        taken = [_taken(call, each) for each in (listed if listed is not None else ())]
        if not taken and merged.strip("0"):
            raise call.unexpected("CalendarEventArray")
    except ProviderError as error:
        return error
    return taken


def _taken(call: Call, event: Element) -> Taken:
    interval = Interval(
        moment(call, event, "StartTime", is_utc=True), moment(call, event, "EndTime", is_utc=True)
    )
    return Taken(named_status(text(call, event, "BusyType")), interval)


def _shown(call: Call, merged: str, window: Interval) -> list[Taken]:
    """Return the stretches of a view that tells a figure for each half hour."""
    step = timedelta(minutes=VIEW_MINUTES)
    if not merged or window.start + len(merged) * step < window.end:
        raise call.unexpected("MergedFreeBusy")
    return [
        Taken(
            _SHOWN.get(figure, "unknown"), Interval(window.start + at * step, window.start + (at + 1) * step)
        )
        for at, figure in enumerate(merged)
        if figure != "0"
    ]


def answer(query: BusyQuery, found: Found, window: Interval) -> BusyAnswer:
    """Return the time that counts as busy under the query's policy."""
    if isinstance(found, ProviderError):
        return found
    busy = [each.interval for each in found if each.status in query.policy.statuses]
    # They have no ids: of several at the very time one is the event left out, the others still count.
    if query.without_at in busy:
        busy.remove(query.without_at)
    return busy_answer(busy, window)
