"""Reading calendars: views, pages, filters, and what changed since."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from tests.vendors.common import Json
from tests.vendors.microsoft.answers import Refused
from tests.vendors.microsoft.shapes import Habits, event, master, occurrence, shown, zone_of
from tests.vendors.microsoft.state import Account, Calendar, Item, Single, singles

_BY_PROPERTY = re.compile(
    r"singleValueExtendedProperties/any\((\w+): ?\1/id eq '([^']+)' and \1/value eq '((?:[^']|'')*)'\)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading request: whose, of which calendar, how it shall be shown, and its address for links."""

    account: Account
    calendar: Calendar
    query: dict[str, str]
    headers: dict[str, str]
    address: str

    def link(self, **more: str) -> str:
        """Return an address that carries the query on, with other parameters."""
        return f"{self.address}?{urlencode(more, safe='$', quote_via=quote)}"


@dataclass(frozen=True, slots=True)
class _Since:
    """What a delta or skip token stands for."""

    calendar: str
    low: datetime
    high: datetime
    change: int
    offset: int = 0
    upto: int = 0
    inside: frozenset[str] = frozenset()


@dataclass(slots=True)
class Listing:
    """All ways of reading; `page_size` cuts every page, `empty_first` sends an empty one ahead."""

    habits: Habits = field(default_factory=Habits)
    page_size: int = 1000
    empty_first: bool = False
    next_link: str | None = None
    tokens: dict[str, _Since] = field(default_factory=dict)

    def view(self, reading: Reading) -> Json:
        """Return the single events in a window, series expanded."""
        low, high = _window(reading.query)
        if (high - low).days > 1825:
            raise Refused(400, "ErrorInvalidRequest", "The range is too long.")
        zone = zone_of(reading.headers)
        found = sorted(_inside(reading.calendar.live(), low, high), key=lambda single: single.start)
        return self._page(
            reading,
            [
                shown(event(reading.account, single, zone, self.habits), single.item, reading.query)
                for single in found
            ],
        )

    def events(self, reading: Reading) -> Json:
        """Return events, series as one, by an extended property."""
        wanted = _BY_PROPERTY.fullmatch(reading.query.get("$filter", ""))
        if wanted is None:
            raise Refused(400, "ErrorInvalidUrlQueryFilter", "The filter cannot be understood.")
        name, value = wanted[2].casefold(), wanted[3].replace("''", "'")
        zone = zone_of(reading.headers)
        found = [
            shown(self._one(reading.account, item, zone), item, reading.query)
            for item in reading.calendar.live()
            if not self.habits.blind_filter
            and any(known.casefold() == name and held == value for known, held in item.properties.items())
        ]
        return self._page(reading, found)

    def _one(self, account: Account, item: Item, zone: str) -> Json:
        if item.series is not None:
            return master(account, item, zone, self.habits)
        return event(account, next(singles(item)), zone, self.habits)

    def get(self, reading: Reading, item: Item) -> Json:
        """Return one event."""
        return shown(self._one(reading.account, item, zone_of(reading.headers)), item, reading.query)

    def _page(self, reading: Reading, found: list[Json]) -> Json:
        size = min(int(reading.query.get("$top", "10")), 1000, self.page_size)
        begin = int(reading.query.get("$skip", "0"))
        if self.empty_first and "$skip" not in reading.query:
            size = 0
        answer: Json = {"@odata.context": "https://graph/$metadata", "value": found[begin : begin + size]}
        if begin + size < len(found):
            more = {name: value for name, value in reading.query.items() if name != "$skip"}
            answer["@odata.nextLink"] = self.next_link or reading.link(**more, **{"$skip": str(begin + size)})
        return answer

    def delta(self, reading: Reading) -> Json:
        """Return what changed, and the link for the next time."""
        if "$expand" in reading.query:
            raise Refused(500, "InternalServerError", "Value cannot be null.\r\nParameter name: type")
        token = reading.query.get("$deltatoken") or reading.query.get("$skiptoken")
        if token is not None:
            since = self.tokens.get(token)
            if since is None or since.calendar != reading.calendar.id:
                raise Refused(410, "syncStateNotFound", "The sync state generation is not found.")
        else:
            low, high = _window(reading.query)
            since = _Since(reading.calendar.id, low, high, change=-1)
        return self._delta_page(reading, since)

    def _delta_page(self, reading: Reading, since: _Since) -> Json:
        upto = since.upto or reading.calendar.changes
        entries = list(self._entries(reading, since, upto))
        wanted = re.search(r"odata\.maxpagesize=(\d+)", reading.headers.get("prefer", ""))
        size = min(int(wanted[1]) if wanted else 10, self.page_size)
        page = entries[since.offset : since.offset + size]
        answer: Json = {"@odata.context": "https://graph/$metadata", "value": page}
        token = f"fake-{secrets.token_hex(12)}"
        if since.offset + size < len(entries):
            following = replace(since, offset=since.offset + size, upto=upto)
            answer["@odata.nextLink"] = reading.link(**{"$skiptoken": token})
        else:
            inside = {single.item.id for single in _inside(reading.calendar.live(), since.low, since.high)}
            following = replace(since, change=upto, offset=0, upto=0, inside=frozenset(inside))
            answer["@odata.deltaLink"] = reading.link(**{"$deltatoken": token})
        self.tokens[token] = following
        return answer

    def _entries(self, reading: Reading, since: _Since, upto: int) -> Iterator[Json]:
        zone = zone_of(reading.headers)
        calendar = reading.calendar
        changed = [
            item for item in calendar.items.values() if since.change < calendar.changed[item.id] <= upto
        ]
        for item in sorted(changed, key=lambda item: calendar.changed[item.id]):
            inside = list(_inside([] if item.deleted else [item], since.low, since.high))
            if inside and item.series is not None:
                yield master(reading.account, item, zone, self.habits)
                yield from (occurrence(single, zone, self.habits) for single in inside)
            elif inside:
                full = event(reading.account, inside[0], zone, self.habits)
                yield {"@odata.type": "#microsoft.graph.event"} | full
            elif item.id in since.inside:
                yield {"id": item.id, "@removed": {"reason": "deleted"}}

    def expire(self, calendar: Calendar) -> None:
        """Forget every token of a calendar."""
        self.tokens = {token: since for token, since in self.tokens.items() if since.calendar != calendar.id}


def _window(query: dict[str, str]) -> tuple[datetime, datetime]:
    low, high = (_instant(query[name]) for name in ("startDateTime", "endDateTime"))
    if high < low:
        raise Refused(400, "ErrorInvalidRequest", "The end must not be before the start.")
    return low, high


def _instant(text: str) -> datetime:
    stamp = datetime.fromisoformat(text)
    return (stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).astimezone(UTC)


def _inside(items: Iterable[Item], low: datetime, high: datetime) -> Iterator[Single]:
    for item in items:
        for single in singles(item):
            if (single.start < high and single.end > low) or single.start == single.end == low:
                yield single
