"""Vendors call when a calendar changes: channels are opened, heeded and replaced."""

from __future__ import annotations

from datetime import timedelta

from bridge.booking.watch import PushChannels
from bridge.store.sql import channels
from tests.booking.salon import Salon
from tests.practice.building import ANNA, tomorrow_at
from tests.practice.conftest import Opener
from tests.vendors.google import FakeGoogle

HALF_AN_HOUR = timedelta(minutes=30)


def channels_of(practice: Salon) -> PushChannels:
    return PushChannels(practice.bridge.context, "https://calendar.example.com")


def known(practice: Salon) -> list[str]:
    with practice.bridge.store.read() as connection:
        return [channel.id for channel in channels.of_calendar(connection, practice.calendars()[0])]


def test_a_channel_is_opened_once_and_replaced_a_day_before_it_ends(
    open_practice: Opener, google: FakeGoogle
) -> None:
    practice = open_practice(google=google)
    channels, (calendar,) = channels_of(practice), practice.calendars()
    channels.keep_open(calendar, practice.patience())
    channels.keep_open(calendar, practice.patience())
    (first,) = known(practice)
    practice.clock.turn(days=6, hours=1)
    practice.bridge.connections.keep_fresh()
    channels.keep_open(calendar, practice.patience())
    (second,) = known(practice)
    assert second != first
    assert [channel.id for channel in google.open_channels()] == [second]


def test_a_message_has_the_calendar_followed_at_once(open_practice: Opener, google: FakeGoogle) -> None:
    practice = open_practice(google=google)
    channels, (calendar,) = channels_of(practice), practice.calendars()
    practice.book("kim", tomorrow_at(10))
    practice.bridge.plan_standing()
    practice.bridge.background.run_due()
    channels.keep_open(calendar, practice.patience())
    practice.bridge.background.run_due()
    (event,) = google.events(ANNA)
    google.move_event(ANNA, event["id"], tomorrow_at(15), tomorrow_at(15) + HALF_AN_HOUR)
    practice.bridge.background.run_due()
    assert practice.confirmed()[0].interval.start == tomorrow_at(10), "nothing is due yet"
    (channel,) = known(practice)
    assert channels.channel_token("google", channel)
    assert channels.channel_token("microsoft", channel) is None
    channels.changed(channel, ends=False)
    practice.bridge.background.run_due()
    assert practice.confirmed()[0].interval.start == tomorrow_at(15)


def test_an_unknown_channel_changes_nothing(open_practice: Opener, google: FakeGoogle) -> None:
    practice = open_practice(google=google)
    channels = channels_of(practice)
    assert channels.channel_token("google", "nobody") is None
    channels.changed("nobody", ends=False)


def test_without_https_no_channel_is_opened(open_practice: Opener, google: FakeGoogle) -> None:
    practice = open_practice(google=google)
    practice.bridge.plan_standing()
    practice.bridge.background.run_due()
    assert not known(practice)
    assert not google.open_channels()
