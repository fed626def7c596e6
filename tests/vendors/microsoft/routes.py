"""Which request is which of Graph's operations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

_PLACES = {
    "/calendars": {"GET": "calendars.list"},
    "/calendar": {"GET": "calendars.get"},
    "/calendars/{calendar-id}": {"GET": "calendars.get"},
    "/calendar/calendarView": {"GET": "calendarView"},
    "/calendars/{calendar-id}/calendarView": {"GET": "calendarView"},
    "/calendarView/delta": {"GET": "delta"},
    "/calendars/{calendar-id}/calendarView/delta": {"GET": "delta"},
    "/calendar/events": {"GET": "events.list", "POST": "events.create"},
    "/calendars/{calendar-id}/events": {"GET": "events.list", "POST": "events.create"},
    "/events/{event-id}": {"GET": "events.get", "PATCH": "events.update", "DELETE": "events.delete"},
    "/calendars/{calendar-id}/events/{event-id}": {
        "GET": "events.get",
        "PATCH": "events.update",
        "DELETE": "events.delete",
    },
    "/events/{event-id}/cancel": {"POST": "events.cancel"},
    "/calendars/{calendar-id}/events/{event-id}/cancel": {"POST": "events.cancel"},
    "/calendar/getSchedule": {"POST": "getSchedule"},
}
_ELSEWHERE = {
    "/$batch": {"POST": "batch"},
    "/subscriptions": {"POST": "subscriptions.create"},
    "/subscriptions/{subscription-id}": {"PATCH": "subscriptions.renew", "DELETE": "subscriptions.end"},
}


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[a-z-]+\})", template)
    names = [
        f"(?P<{part[1:-1].replace('-', '_')}>[^/]+)" if part.startswith("{") else re.escape(part)
        for part in parts
    ]
    return re.compile("".join(names))


_TABLE = [
    *((_pattern(template), template, verbs) for template, verbs in _ELSEWHERE.items()),
    *((_pattern(f"/me{template}"), f"/me{template}", verbs) for template, verbs in _PLACES.items()),
    *(
        (_pattern("/users/{user-id}" + template), "/users/{user-id}" + template, verbs)
        for template, verbs in _PLACES.items()
    ),
]


@dataclass(frozen=True, slots=True)
class Place:
    """An operation with what its path names; `template` as Microsoft's description writes it."""

    operation: str
    template: str
    user: str | None = None
    calendar: str | None = None
    event: str | None = None
    subscription: str | None = None

    @property
    def described(self) -> str:
        """Return the template under which the description is asked about what it lacks for users alike."""
        return (
            self.template.replace("/users/{user-id}/calendars", "/me/calendars")
            if self._is_delta
            else self.template
        )

    @property
    def _is_delta(self) -> bool:
        return self.template.endswith("calendarView/delta") and "{calendar-id}" in self.template


def find(verb: str, path: str) -> Place | None:
    """Return the operation of a path behind the version, None when this fake has none."""
    for pattern, template, verbs in _TABLE:
        match = pattern.fullmatch(path)
        if match and verb in verbs:
            named = {name: unquote(value) for name, value in match.groupdict().items()}
            return Place(
                verbs[verb],
                template,
                user=named.get("user_id"),
                calendar=named.get("calendar_id"),
                event=named.get("event_id"),
                subscription=named.get("subscription_id"),
            )
    return None
