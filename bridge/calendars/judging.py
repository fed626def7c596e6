"""Says of a host what speaks for and against a start: which rule, which calendar, never what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bridge.calendars.availability import Busy
from bridge.model import CalendarName, EventType
from bridge.scheduling.slots import HostTime, Rule, failing_rules
from providers.intervals import overlaps


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
