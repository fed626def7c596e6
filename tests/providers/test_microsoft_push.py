"""Microsoft's push messages: opening, renewing, ending, reading."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from providers.base import Channel
from providers.errors import ProviderError
from providers.microsoft.calendars import MicrosoftCalendars
from providers.microsoft.push import Notification, read_notifications, validation_answer
from tests.providers.listener import Listener
from tests.providers.microsoft import BEN, Waiting, calendars, soon, span
from tests.vendors.microsoft import FakeMicrosoft, Fault, tokens_of

STATE = "fake-channel-token"


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.close()


@pytest.fixture
def provider(ms: FakeMicrosoft) -> MicrosoftCalendars:
    return calendars(ms, waiting=Waiting(datetime.now(UTC)))


def opened(provider: MicrosoftCalendars, listener: Listener, calendar: str = "calendar") -> Channel:
    channel = provider.watch(calendar, listener.address, STATE, deadline=soon())
    assert channel is not None
    return channel


def test_a_channel_opens_after_the_handshake_for_less_than_a_week(
    provider: MicrosoftCalendars, listener: Listener
) -> None:
    channel = opened(provider, listener)
    assert timedelta(days=6) < channel.expires_at - datetime.now(UTC) < timedelta(days=7)
    assert channel.resource == "/me/events"


def test_a_change_is_told_with_the_channel_and_its_token(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, listener: Listener
) -> None:
    channel = opened(provider, listener)
    ms.add_event(BEN, *span(1, 9))
    ms.wait_for_pushes()
    assert listener.messages == [Notification(channel.id, STATE, "changed")]


@pytest.mark.parametrize("event", ["reauthorizationRequired", "subscriptionRemoved", "missed"])
def test_lifecycle_messages_are_told_apart(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, listener: Listener, event: str
) -> None:
    channel = opened(provider, listener)
    ms.send_lifecycle(event)
    ms.wait_for_pushes()
    assert listener.messages == [Notification(channel.id, STATE, event)]


def test_a_renewed_channel_is_the_same_with_a_new_term(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, listener: Listener
) -> None:
    channel = opened(provider, listener)
    ms.subscriptions()[0].expires = datetime.now(UTC) + timedelta(hours=1)
    renewed = provider.renew(channel, deadline=soon())
    assert renewed is not None
    assert renewed.id == channel.id
    assert renewed.expires_at - datetime.now(UTC) > timedelta(days=6)


def test_a_channel_that_microsoft_removed_cannot_be_renewed(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, listener: Listener
) -> None:
    channel = opened(provider, listener)
    ms.send_lifecycle("subscriptionRemoved")
    assert provider.renew(channel, deadline=soon()) is None


def test_a_closed_channel_tells_nothing_and_closing_twice_is_done(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, listener: Listener
) -> None:
    channel = opened(provider, listener)
    provider.unwatch(channel, deadline=soon())
    provider.unwatch(channel, deadline=soon())
    ms.add_event(BEN, *span(1, 9))
    ms.wait_for_pushes()
    assert listener.messages == []
    assert ms.subscriptions() == []


def test_another_calendar_is_watched_where_microsoft_takes_it(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, listener: Listener
) -> None:
    second = ms.add_calendar(BEN)
    channel = opened(provider, listener, second)
    ms.add_event(BEN, *span(1, 9))
    ms.add_event(BEN, *span(1, 9), calendar=second)
    ms.wait_for_pushes()
    assert [message.channel for message in listener.messages] == [channel.id]


def test_a_calendar_that_microsoft_does_not_take_has_no_channel(
    ms: FakeMicrosoft, provider: MicrosoftCalendars, listener: Listener
) -> None:
    second = ms.add_calendar(BEN)
    ms.fail_next(Fault.BAD_REQUEST, operation="subscriptions.create")
    assert provider.watch(second, listener.address, STATE, deadline=soon()) is None


def test_an_address_that_does_not_answer_the_handshake_is_an_error(
    provider: MicrosoftCalendars, listener: Listener
) -> None:
    listener.answers_validation = False
    with pytest.raises(ProviderError):
        provider.watch("calendar", listener.address, STATE, deadline=soon())


def test_an_application_watches_a_mailbox_by_its_name(ms: FakeMicrosoft, listener: Listener) -> None:
    waiting = Waiting(datetime.now(UTC))
    settings = ms.settings(app_only=True)
    provider = calendars(ms, tokens=tokens_of(ms, None), settings=settings, waiting=waiting)
    assert opened(provider, listener).resource == f"/users/{BEN}/events"


def test_the_handshakes_token_comes_back_as_text_without_markup() -> None:
    assert validation_answer({"validationToken": "Validation: Testing 1-2_3"}) == "Validation: Testing 1-2_3"
    assert validation_answer({"validationToken": "<script>"}) == "&lt;script&gt;"
    assert validation_answer({"validationToken": "x" * 5000}) is None
    assert validation_answer({"validationToken": ""}) is None
    assert validation_answer({}) is None


@pytest.mark.parametrize(
    "body", [None, [], "x", 1, {}, {"value": None}, {"value": [1, {}, {"subscriptionId": 5}]}]
)
def test_what_is_no_message_is_left_out(body: Any) -> None:
    assert read_notifications(body) == ()


def test_a_message_without_token_has_an_empty_one_and_an_unknown_event_is_a_change() -> None:
    body = {"value": [{"subscriptionId": "a"}, {"subscriptionId": "b", "lifecycleEvent": "new"}]}
    assert read_notifications(body) == (Notification("a", ""), Notification("b", ""))


def test_a_message_does_not_show_its_token() -> None:
    assert "secret" not in repr(Notification("a", "secret"))
