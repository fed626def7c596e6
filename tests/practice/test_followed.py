"""Bookings follow their events at both vendors, whatever people do there and whatever cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.cast.clock import HALF_AN_HOUR, tomorrow_at
from tests.cast.fixtures import OpenThere
from tests.practice.owners import AtGoogle, AtMicrosoft, There
from tests.vendors.google import FakeGoogle
from tests.vendors.google import Fault as GoogleFault
from tests.vendors.microsoft import FakeMicrosoft


@pytest.fixture(params=["google", "microsoft"])
def there(
    request: pytest.FixtureRequest, open_at_vendors: OpenThere, google: FakeGoogle, microsoft: FakeMicrosoft
) -> Iterator[There]:
    if request.param == "google":
        AtGoogle.fake = google
        yield AtGoogle(open_at_vendors(google=google))
    else:
        AtMicrosoft.fake = microsoft
        yield AtMicrosoft(open_at_vendors(microsoft=microsoft))


def test_an_event_put_into_another_calendar_is_followed_again_and_again(there: There) -> None:
    second, third = there.add_calendar("second"), there.add_calendar("third")
    for hour, calendar in ((11, second), (12, third), (13, there.main)):
        there.put_elsewhere(calendar)
        there.reads()
        there.move(tomorrow_at(hour))
        there.reads()
        assert there.state == "confirmed"
        assert there.start == tomorrow_at(hour)
    there.put_elsewhere(second)
    there.reads()
    there.delete()
    there.reads()
    there.reads()
    assert there.state == "cancelled"


def test_an_event_put_elsewhere_is_removed_when_its_appointment_is_cancelled(there: There) -> None:
    second = there.add_calendar("second")
    there.put_elsewhere(second)
    there.salon.reception.cancel(there.booking)
    there.reads()
    assert there.events(second) == []


def test_one_unreadable_calendar_hides_no_deletion_of_another(there: There) -> None:
    there.hide(there.add_calendar("hidden"))
    there.delete()
    there.reads()
    there.reads()
    assert there.state == "cancelled"


def test_a_calendar_that_shows_only_free_busy_hides_no_deletion_of_another(
    open_at_vendors: OpenThere, google: FakeGoogle
) -> None:
    AtGoogle.fake = google
    there = AtGoogle(open_at_vendors(google=google))
    google.share(google.add_account("boss@example.com"), there.account, "freeBusyReader")
    there.delete()
    there.reads()
    there.reads()
    assert there.state == "cancelled"


def test_undo_three_seconds_after_deleting_cancels_nothing(there: There) -> None:
    there.delete()
    there.reads(seconds=1)
    there.restore()
    there.works()
    there.reads(minutes=2)
    there.reads(minutes=6)
    assert there.state == "confirmed"
    there.salon.is_consistent()


def test_an_event_that_returns_revives_its_booking_and_the_sweeper_leaves_it(there: There) -> None:
    there.delete()
    there.reads()
    there.reads()
    assert there.state == "cancelled"
    there.restore()
    there.reads(minutes=6)
    assert there.state == "confirmed"
    for _ in range(4):
        there.reads(minutes=6)
    there.salon.is_consistent()


def test_an_event_that_returns_to_time_given_away_is_told(there: There) -> None:
    there.delete()
    there.reads()
    there.reads()
    there.book("lee", 10)
    there.reads()
    there.restore()
    there.reads(minutes=6)
    assert there.state == "cancelled"
    assert "returned" in there.told()
    there.delete()
    there.reads(minutes=6)
    assert "returned" not in there.told()


def test_an_event_that_returns_finds_its_time_taken_also_where_no_booking_can_be_written(
    open_at_vendors: OpenThere, google: FakeGoogle
) -> None:
    AtGoogle.fake = google
    there = AtGoogle(open_at_vendors(google=google))
    there.delete()
    there.reads()
    there.reads()
    google.add_event(there.account, tomorrow_at(10), tomorrow_at(11))
    google.fail_next(GoogleFault.FORBIDDEN, operation="events.insert", times=None)
    assert not there.salon.book("lee", tomorrow_at(15)).success
    there.restore()
    there.reads(minutes=6)
    assert there.state == "cancelled"
    assert "returned" in there.told()


def test_an_event_of_a_cancelled_booking_that_returns_is_deleted_again(there: There) -> None:
    there.salon.reception.cancel(there.booking)
    there.reads()
    there.restore()
    there.reads(minutes=6)
    assert there.state == "cancelled"
    assert there.events(there.main) == []


def test_an_event_that_returns_after_its_caller_cancelled_too_is_deleted_again(there: There) -> None:
    there.delete()
    there.reads()
    there.reads()
    there.salon.reception.cancel(there.salon.booking(there.booking))
    there.restore()
    there.reads(minutes=6)
    assert there.state == "cancelled"
    assert there.events(there.main) == []


@pytest.mark.parametrize("oddity", ["declined", "all_day", "free"])
def test_what_is_odd_about_an_event_is_told_while_it_is_so(there: There, oddity: str) -> None:
    there.oddity(oddity, is_so=True)
    there.reads(minutes=6)
    assert oddity in there.told()
    assert (there.state, there.start) == ("confirmed", tomorrow_at(10))
    there.oddity(oddity, is_so=False)
    there.reads(minutes=6)
    assert oddity not in there.told()
    assert (there.state, there.start) == ("confirmed", tomorrow_at(10))


def test_an_event_moved_beyond_every_listing_is_seen(there: There) -> None:
    far = tomorrow_at(10) + timedelta(days=500)
    there.move(far)
    there.reads(minutes=6)
    assert (there.state, there.start) == ("confirmed", far)
    there.move(far + HALF_AN_HOUR)
    there.reads(hours=7)
    assert there.start == far + HALF_AN_HOUR


def test_without_a_feed_events_are_read_one_by_one_until_it_is_back(there: There) -> None:
    there.break_feed()
    there.move(tomorrow_at(15))
    for _ in range(3):
        there.reads(minutes=6)
    assert "following" in there.told()
    assert there.start == tomorrow_at(15)
    there.fake.come_up()
    there.reads(minutes=6)
    assert "following" not in there.told()


def test_without_a_feed_what_is_nowhere_twice_was_deleted(there: There) -> None:
    there.break_feed()
    there.delete()
    there.reads(minutes=6)
    there.reads(minutes=6)
    assert there.state == "confirmed"
    there.reads(seconds=61)
    assert there.state == "cancelled"


def test_without_a_feed_nothing_is_deleted_while_a_calendar_of_the_account_is_unreadable(
    open_at_vendors: OpenThere, microsoft: FakeMicrosoft
) -> None:
    AtMicrosoft.fake = microsoft
    there = AtMicrosoft(open_at_vendors(microsoft=microsoft))
    hidden = there.add_calendar("hidden")
    there.hide(hidden)
    there.break_feed()
    there.delete()
    for _ in range(4):
        there.reads(minutes=6)
    assert there.state == "confirmed"
    assert "missing" in there.told()
    microsoft.world.account(there.account).calendar(hidden).broken = None
    there.reads(minutes=6)
    there.reads(minutes=6)
    assert there.state == "cancelled"
    assert "missing" not in there.told()
