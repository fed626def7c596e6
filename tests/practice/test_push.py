"""Vendors call when a calendar changes: channels are opened, heeded and replaced."""

from __future__ import annotations

from datetime import timedelta

from bridge.booking.watch import PushChannels
from bridge.store.sql import channels
from tests.cast.at_vendors import ANNA_GOOGLE
from tests.cast.clock import tomorrow_at
from tests.cast.fixtures import OpenThere
from tests.cast.salon import Salon
from tests.providers.listener import Listener
from tests.vendors.google import FakeGoogle
from tests.vendors.microsoft import FakeMicrosoft

HALF_AN_HOUR = timedelta(minutes=30)


def channels_of(salon: Salon) -> PushChannels:
    return PushChannels(salon.bridge.context, "https://calendar.example.com")


def known(salon: Salon) -> list[str]:
    with salon.bridge.store.read() as connection:
        return [channel.id for channel in channels.of_calendar(connection, salon.calendars()[0])]


def test_a_channel_is_opened_once_and_replaced_a_day_before_it_ends(
    open_at_vendors: OpenThere, google: FakeGoogle
) -> None:
    salon = open_at_vendors(google=google)
    channels, (calendar,) = channels_of(salon), salon.calendars()
    channels.keep_open(calendar, salon.patience())
    channels.keep_open(calendar, salon.patience())
    (first,) = known(salon)
    salon.clock.turn(days=6, hours=1)
    salon.bridge.connections.keep_fresh()
    channels.keep_open(calendar, salon.patience())
    (second,) = known(salon)
    assert second != first
    assert [channel.id for channel in google.open_channels()] == [second]


def test_a_channel_that_the_vendor_wants_renewed_is_renewed_and_no_second_one_opened(
    open_at_vendors: OpenThere, microsoft: FakeMicrosoft
) -> None:
    salon, listener = open_at_vendors(microsoft=microsoft), Listener()
    channels = PushChannels(salon.bridge.context, listener.address.removesuffix("/notify/microsoft"))
    (calendar,) = salon.calendars()
    channels.keep_open(calendar, salon.patience())
    (first,) = known(salon)
    channels.changed(first, ends=True)  # as it does for reauthorizationRequired
    channels.keep_open(calendar, salon.patience())
    assert known(salon) == [first]
    assert [each.id for each in microsoft.subscriptions()] == [first]
    microsoft.send_lifecycle("subscriptionRemoved")
    channels.changed(first, ends=True)  # and for subscriptionRemoved
    channels.keep_open(calendar, salon.patience())
    (second,) = known(salon)
    assert second != first
    listener.close()


def test_a_message_has_the_calendar_followed_at_once(open_at_vendors: OpenThere, google: FakeGoogle) -> None:
    salon = open_at_vendors(google=google)
    channels, (calendar,) = channels_of(salon), salon.calendars()
    salon.book("kim", tomorrow_at(10))
    salon.bridge.plan_standing()
    salon.bridge.background.run_due()
    channels.keep_open(calendar, salon.patience())
    salon.bridge.background.run_due()
    (event,) = google.events(ANNA_GOOGLE)
    google.move_event(ANNA_GOOGLE, event["id"], tomorrow_at(15), tomorrow_at(15) + HALF_AN_HOUR)
    salon.bridge.background.run_due()
    assert salon.confirmed()[0].interval.start == tomorrow_at(10), "nothing is due yet"
    (channel,) = known(salon)
    assert set(channels.channel_tokens("google", [channel, "nobody"])) == {channel}
    assert not channels.channel_tokens("microsoft", [channel])
    channels.changed(channel, ends=False)
    salon.bridge.background.run_due()
    assert salon.confirmed()[0].interval.start == tomorrow_at(15)


def test_an_unknown_channel_changes_nothing(open_at_vendors: OpenThere, google: FakeGoogle) -> None:
    salon = open_at_vendors(google=google)
    channels = channels_of(salon)
    channels.changed("nobody", ends=False)


def test_without_https_no_channel_is_opened(open_at_vendors: OpenThere, google: FakeGoogle) -> None:
    salon = open_at_vendors(google=google)
    salon.bridge.plan_standing()
    salon.bridge.background.run_due()
    assert not known(salon)
    assert not google.open_channels()
