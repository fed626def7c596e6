"""Says of a host what speaks for and against a start: which rule, which calendar, never what is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bridge.calendars.availability import Busy
from bridge.model import CalendarName, EventType
from bridge.scheduling.no_times import in_the_way
from bridge.scheduling.slots import HostTime, Rule, failing_rules
from bridge.scheduling.team import with_host
from providers.intervals import overlaps

_ENOUGH = 12  # starts: each costs every host a judgement, in a call


@dataclass(frozen=True, slots=True)
class HostExplanation:
    """What speaks for and against a host: the rules that fail, calendars that are busy or silent."""

    host: str
    failing: tuple[Rule, ...]
    busy_calendars: tuple[CalendarName, ...]
    silent_calendars: Mapping[CalendarName, str]
    is_claimed: bool

    def as_json(self) -> dict[str, object]:
        """Return it as programs read it."""
        return {
            "host": self.host,
            "rules": {str(rule): rule not in self.failing for rule in Rule},
            "busy_calendars": [str(name) for name in self.busy_calendars],
            "silent_calendars": {str(name): detail for name, detail in self.silent_calendars.items()},
            "claimed": self.is_claimed,
        }


def judge(
    event_type: EventType, time: HostTime, busy: Busy, start: datetime, now: datetime
) -> HostExplanation:
    """Return what speaks for and against a start with a host, by what is known of the host's time."""
    host, padded = time.host, event_type.padded(start)
    return HostExplanation(
        host=host.id,
        failing=tuple(failing_rules(event_type, time, start, now)),
        busy_calendars=tuple(
            name for name in host.busy_calendars if overlaps(busy.by_calendar.get(name, ()), padded)
        ),
        silent_calendars={
            name: busy.failures[name].detail for name in host.calendars if name in busy.failures
        },
        is_claimed=overlaps(time.claims, padded),
    )


def why_empty(
    event_type: EventType, times: Mapping[str, HostTime], busy: Busy, now: datetime
) -> list[dict[str, object]]:
    """Return of each host what keeps an offer empty, as programs read it."""

    def judged(host: str, time: HostTime) -> HostExplanation:
        starts = in_the_way(with_host(event_type, host), times, now)[:_ENOUGH]
        return _together([judge(event_type, time, busy, start, now) for start in starts])

    return [judged(host, time).as_json() for host, time in times.items()]


def _together(judged: Sequence[HostExplanation]) -> HostExplanation:
    """Return what speaks against any of several starts with one host."""
    failing = {rule for each in judged for rule in each.failing}
    return HostExplanation(
        host=judged[0].host,
        failing=tuple(rule for rule in Rule if rule in failing),
        busy_calendars=tuple(dict.fromkeys(name for each in judged for name in each.busy_calendars)),
        silent_calendars=judged[0].silent_calendars,
        is_claimed=any(each.is_claimed for each in judged),
    )
