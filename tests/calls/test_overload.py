"""What callers hear whose call is not begun since too many wait, and what the owner hears of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bridge.booking.ledger.told_failed import ToldFailed, remember
from bridge.booking.told_failed import undo_told_failed
from bridge.model import Booking, Contact, Wish
from bridge.service.booked_before import BookedBefore
from bridge.service.desk import OurDesk
from bridge.service.kept_offers import Offers
from bridge.store.patience import asked_at
from bridge.web.shell import IS_SHED
from tests.cast.config import ANNA, BEN
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line, at

_NOT_BOOKED = (
    "Too many people are calling at this moment, so that did not work just now. Please try again in a moment."
)
_NOTHING_TOLD = {
    "available": [],
    "message": "Too many people are calling at this moment. Please ask again in a moment.",
}


_BOOKED = {"status": "success"}
_WITH_BEN = {"contact_details": {"host": "Ben"}}
_LOOK_SECONDS = 0.25


@dataclass(frozen=True)
class _SlowDesk(OurDesk):
    """Takes its time to say what was booked before."""

    asked: list[Wish] = field(default_factory=list)

    def booked_before(self, wish: Wish) -> Booking | None:
        self.asked.append(wish)
        self.context.sleep(_LOOK_SECONDS)
        return super().booked_before(wish)


class _Shedding:
    """Hands requests on as the worker does that are to be answered at once."""

    def __init__(self, serve: Any) -> None:
        self._serve = serve

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self._serve({**environ, IS_SHED: True}, start_response)


@contextmanager
def too_many(line: Line) -> Iterator[None]:
    """Have requests come in as the worker hands on those that it sheds."""
    served = line.app.wsgi_app
    line.app.wsgi_app = _Shedding(served)  # type: ignore[method-assign]
    yield
    line.app.wsgi_app = served  # type: ignore[method-assign]


def test_a_shed_call_hears_the_kept_offer_while_it_is_true_and_is_never_booked(open_line: OpenLine) -> None:
    line = open_line(ANNA)
    offered = line.available()
    with too_many(line):
        assert line.available() == offered
        assert line.post("/available", {"contact_details": {"preferred_time": "15:00"}}) == _NOTHING_TOLD
        assert line.book(at(10)) == {"status": "failed", "reason": _NOT_BOOKED}
        german = line.book(at(10), language="de")
        assert german["reason"].startswith("Im Moment rufen zu viele Menschen an")
        assert line.find() == {"available": [], "spoken": _NOTHING_TOLD["message"]}
        line.app.test_client().post("/book", data=b"{}", headers={"x-telli-signature": "a" * 64})
    line.clock.turn(seconds=1)  # by then another process may have booked
    with too_many(line):
        assert line.post("/available", {}) == _NOTHING_TOLD
    line.book(at(8))
    line.post("/available", {"contact_details": {"preferred_time": "15:00"}})  # sees that, and keeps no offer
    with too_many(line):
        assert line.post("/available", {}) == _NOTHING_TOLD
    assert [booking.interval.start for booking in line.confirmed()] == [at(8)]


def test_a_shed_repeat_of_what_was_booked_hears_that_it_is(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both(ANNA, BEN)
    assert line.book(at(10), payload=_WITH_BEN) == _BOOKED
    with too_many(line):
        assert line.book(at(10), payload=_WITH_BEN) == _BOOKED
        assert line.book(at(10), payload={**_WITH_BEN, "dry_run": True})["status"] == "failed"
        assert line.book(at(11), payload=_WITH_BEN)["status"] == "failed"
        assert line.book(at(10), "lee", payload=_WITH_BEN)["status"] == "failed"
        assert line.book(at(10), "kim")["status"] == "failed", "it asks for anybody"
        assert line.book(at(10), "")["status"] == "failed", "nobody's is nobody's repeat"
    line.bridge.journal.write_down()
    [told] = [each for each in line.bridge.journal.last() if each["outcome"] == "booked"][:-1]
    assert told["booking_id"] == line.confirmed()[0].id


def test_a_shed_repeat_of_what_has_changed_since_hears_what_any_call_does(open_line: OpenLine) -> None:
    line = open_line(ANNA)
    assert line.book(at(10)) == _BOOKED
    line.bridge.reception.move(line.confirmed()[0], at(11))
    with too_many(line):
        assert line.book(at(10))["reason"] == _NOT_BOOKED
    line.bridge.reception.move(line.confirmed()[0], at(10))
    with too_many(line):
        assert line.book(at(10)) == _BOOKED
    line.bridge.reception.cancel(line.confirmed()[0])
    with too_many(line):
        assert line.book(at(10))["reason"] == _NOT_BOOKED


def test_what_a_shed_repeat_was_told_is_booked_is_not_undone(open_line: OpenLine) -> None:
    line = open_line(ANNA)
    line.book(at(10))
    [booking] = line.confirmed()
    remember(line.bridge.context, ToldFailed(booking.id, booking.version))
    with too_many(line):
        assert line.book(at(10)) == _BOOKED
    undo_told_failed(line.bridge.context)
    assert len(line.confirmed()) == 1


def test_looks_at_what_was_booked_before_take_half_of_the_time_at_most(open_line: OpenLine) -> None:
    line = open_line(ANNA)
    line.book(at(10))
    context = line.bridge.context
    desk = _SlowDesk(context, Offers.of(line.config, context, line.bridge.free_busy))
    before, event_type = BookedBefore(context, desk), line.bridge.reception.event_type(None)
    wish = Wish(event_type, Contact("kim"), at(10), fingerprint="none")
    for _ in range(3):
        before.look(wish)
    assert len(desk.asked) == 1
    line.clock.turn(seconds=_LOOK_SECONDS)
    before.look(wish)
    assert len(desk.asked) == 2


def test_the_owner_hears_of_a_flood_once_and_until_it_is_over(open_line_on_both: OpenLine) -> None:
    line = open_line_on_both(ANNA)
    watch = line.bridge.background._kinds["watch_calls"]
    with too_many(line):
        for number in range(30):
            line.book(at(10), f"caller-{number}")
    line.bridge.journal.write_down()
    assert outcomes(line) == ["shed"], "a row for each would be a flood of its own"
    watch("")
    watch("")
    (alert,) = line.bridge.alerts.open()
    assert alert.text.startswith("Since Monday, November 23 at 7:00 AM more people have called at once")
    line.clock.turn(minutes=11)
    watch("")
    assert line.bridge.alerts.open() == []


def outcomes(line: Line) -> list[Any]:
    return [each["outcome"] for each in line.bridge.journal.last()]


def test_the_deadline_counts_from_when_a_call_came_in(open_line: OpenLine) -> None:
    line = open_line(ANNA)
    with asked_at(line.clock.monotonic() - 4.9):
        assert line.available() == []
        assert line.book(at(10))["status"] == "failed"
    assert line.available()
    assert line.book(at(10))["status"] == "success"
