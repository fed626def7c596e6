"""Reads published calendars in the background, and keeps when their entries take place.

Decides what a reading means. A server that does not answer says nothing: what was read before holds until it
is too old. Any other answer that is no whole calendar makes it unknown at once, and so does an entry that
cannot be read, for it may take the very time that is asked for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bridge.local_calendar.apart import Limits
from bridge.local_calendar.files import take_apart
from bridge.local_calendar.keeping import reach_from, will_do, worked_out
from bridge.local_calendar.reading import Order
from bridge.local_calendar.unusable import ImportRefused
from bridge.published.link import NAME, READ, SECONDS, Version, fetch
from bridge.store.engine import Store
from bridge.store.sql import busy_times, last_answers, published
from bridge.store.sql.busy_times import BusySpan
from bridge.store.sql.published import ReadLink
from providers.base import Deadline
from providers.errors import ProviderError, ProviderUnavailable, RateLimited
from providers.http import Clocks
from providers.occurrence import Occurrence
from providers.outward import Outward, is_public
from providers.route import Route

UNHEARD = ProviderUnavailable.__name__
_LONGEST = 300  # of the words for a failure, which may name an entry by whatever its UID is
_SOON = timedelta(minutes=2)  # after nobody answered
# Outlook writes the time of the question into every entry; that alone is no change.
_RESTLESS = re.compile(rb"(?mi)^DTSTAMP[;:][^\r\n]*")
_SUMMED_UP = re.compile(rb"(?mi)^BEGIN:VFREEBUSY")


@dataclass(frozen=True, slots=True)
class Publication:
    """A calendar that is published under a link.

    Its days without a time lie in `zone` (IANA); `ahead` is how far callers may book.
    """

    calendar: str
    url: str = field(repr=False)  # often as good as a password
    zone: str
    ahead: timedelta
    refresh: timedelta
    max_age: timedelta

    @property
    def name(self) -> str:
        """Return the name under which its busy time is kept."""
        return f"{NAME}:{self.calendar}"

    @property
    def source(self) -> str:
        """Return what tells its link from another, and does not give it away."""
        return hashlib.sha256(self.url.encode()).hexdigest()


@dataclass(frozen=True)
class PublishedTime:
    """The busy time of published calendars.

    `route` is the way to their links, each read within `seconds`; `may_reach` tells whether an IP address is
    none of the own network.
    """

    store: Store
    route: Route
    clocks: Clocks
    seconds: float = SECONDS
    may_reach: Callable[[str], bool] = is_public
    limits: Limits = field(default_factory=Limits)

    def refresh(self, publication: Publication) -> timedelta:
        """Read a calendar's link and keep what it says; return in how long to do so again."""
        name, began = publication.name, self.clocks.now()
        with self.store.read() as connection:
            stored = published.get(connection, name)
            span = busy_times.spans(connection, [name]).get(name)
        link = stored if stored and stored.source == publication.source else ReadLink(publication.source)
        is_long = span is not None and will_do(span, began, publication.ahead, publication.zone)
        wanted = BusySpan(name, reach_from(began, publication.ahead), publication.zone, began)
        found, again = None, publication.refresh
        try:
            link, found = self._read(publication, link, wanted, is_kept=is_long and link.good_at is not None)
        except ProviderError as error:
            link = _failed(link, error)
            if isinstance(error, ProviderUnavailable) and not isinstance(error, RateLimited):
                again = min(_SOON, publication.refresh)
        with self.store.write_alone() as connection:
            if published.get(connection, name) != stored:
                return publication.refresh  # another process has read it meanwhile
            published.put(connection, name, link)
            if found is not None:
                busy_times.replace_all(connection, name, found)
                busy_times.keep_span(connection, wanted)
                last_answers.outdate(connection, [name], began)
        return again

    def _read(
        self, publication: Publication, link: ReadLink, wanted: BusySpan, *, is_kept: bool
    ) -> tuple[ReadLink, Sequence[Occurrence] | None]:
        """Return what to note of the link, and when its entries take place if that is not as it was."""
        known = Version(link.etag, link.last_modified) if is_kept else Version()
        deadline = Deadline(self.seconds, self.clocks.monotonic)
        fetched = fetch(publication.url, known, self._way, deadline)
        version = fetched.version
        good = replace(
            link,
            good_at=wanted.as_of,
            etag=version.etag,
            last_modified=version.last_modified,
            kind="",
            failure="",
        )
        if fetched.content is None:
            return good, None
        digest = hashlib.sha256(_RESTLESS.sub(b"", fetched.content)).hexdigest()
        if is_kept and digest == link.digest:
            return good, None
        return replace(good, digest=digest), self._entries(fetched.content, wanted)

    def _way(self, seconds: float) -> Outward:
        return Outward(self.route, seconds=seconds, may_reach=self.may_reach)

    def _entries(self, content: bytes, wanted: BusySpan) -> Sequence[Occurrence]:
        """Return when the entries of a file take place. ProviderError: not all of them can be read."""
        if _SUMMED_UP.search(content):  # the import leaves these out, as if nothing were taken
            raise ProviderError(NAME, READ, "it tells busy times in a way that is not read (VFREEBUSY)")
        try:
            ((groups, left_out),) = take_apart([content])
        except ImportRefused as refused:
            raise ProviderError(NAME, READ, str(refused).rstrip(".")) from refused
        if left_out:
            uid, why = left_out[0]
            raise ProviderError(NAME, READ, f"its entry {uid} cannot be read: {why}")
        orders = [Order(found.uid, found.written(), len(found.entries)) for found in groups]
        times, problem = worked_out(orders, wanted, self.limits)
        if problem:
            raise ProviderError(NAME, READ, problem)
        return times


def _failed(link: ReadLink, error: ProviderError) -> ReadLink:
    """Return what to note of a link after a failure; silence takes nothing back of what was said before."""
    is_silence = isinstance(error, ProviderUnavailable)
    if is_silence and link.kind not in {"", UNHEARD}:
        return link
    return replace(
        link, kind=UNHEARD if is_silence else type(error).__name__, failure=error.detail[:_LONGEST]
    )
