"""Who attends an appointment in somebody else's embedded calendar sees it in the own feed."""

from __future__ import annotations

import icalendar

from tests.cast.config import ANNA, BEN, CARL
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at


def shown(line: Line, calendar: str) -> list[object]:
    feed = icalendar.Calendar.from_ical(line.bridge.feeds.content(calendar, now=line.clock.now()))
    return [event.start for event in feed.events]


def test_a_co_hosts_feed_shows_what_they_attend_as_it_is_now(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both(ANNA, BEN, CARL, cut='fixed_hosts = ["anna", "ben"]\ndefault = true')
    versions = [line.bridge.feeds.version("ben", now=line.clock.now())]

    def has_changed() -> bool:
        versions.append(line.bridge.feeds.version("ben", now=line.clock.now()))
        return versions[-1] != versions[-2]

    line.book(at(10))
    assert shown(line, "anna") == shown(line, "ben") == [at(10)]
    assert shown(line, "carl") == []
    assert has_changed()
    assert not has_changed()
    line.bridge.reception.move(line.confirmed()[0], at(14))
    assert shown(line, "ben") == [at(14)]
    assert has_changed()
    line.bridge.reception.cancel(line.confirmed()[0])
    line.go_on()
    assert shown(line, "ben") == []
    assert has_changed()
