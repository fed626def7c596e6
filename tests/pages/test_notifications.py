"""Vendors' push messages: answered in their shapes, and heeded only when they are theirs."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bridge.errors import StoreUnavailable
from bridge.vendors.registry import VENDORS
from bridge.web.admission import MOST_BYTES
from bridge.web.notify import notify_blueprint

TOKEN = "plainly-fake-channel-token"


@dataclass
class Notices:
    """The channels of a test, and what was planned."""

    channels: dict[tuple[str, str], str] = field(
        default_factory=lambda: {("google", "channel-1"): TOKEN, ("microsoft", "subscription-1"): TOKEN}
    )
    planned: list[tuple[str, ...]] = field(default_factory=list)
    is_down: bool = False
    asked: int = 0

    def channel_tokens(self, provider: str, channels: Collection[str]) -> Mapping[str, str]:
        if self.is_down:
            raise StoreUnavailable("the database is busy")
        self.asked += 1
        return {each: self.channels[provider, each] for each in channels if (provider, each) in self.channels}

    def changed(self, channel_id: str, *, ends: bool) -> None:
        self.planned.append((channel_id, "ends" if ends else "changed"))


@pytest.fixture
def notices() -> Notices:
    return Notices()


@pytest.fixture
def client(notices: Notices) -> Iterator[FlaskClient]:
    app = Flask(__name__)
    app.register_blueprint(
        notify_blueprint(notices, {name: VENDORS[name].read_push for name in ("google", "microsoft")})
    )
    with app.test_client() as made:
        yield made


def google(channel: str = "channel-1", token: str = TOKEN, state: str = "exists") -> dict[str, str]:
    return {
        "X-Goog-Channel-ID": channel,
        "X-Goog-Channel-Token": token,
        "X-Goog-Resource-State": state,
        "X-Goog-Resource-ID": "resource",
        "X-Goog-Message-Number": "7",
    }


def graph(**members: Any) -> dict[str, Any]:
    return {"subscriptionId": "subscription-1", "clientState": TOKEN, "changeType": "updated", **members}


def test_a_message_of_google_is_planned_and_answered_emptily(client: FlaskClient, notices: Notices) -> None:
    answer = client.post("/notify/google", headers=google())
    assert (answer.status_code, answer.data) == (204, b"")
    assert notices.planned == [("channel-1", "changed")]


def test_googles_first_message_means_nothing(client: FlaskClient, notices: Notices) -> None:
    assert client.post("/notify/google", headers=google(state="sync")).status_code == 204
    assert notices.planned == []


@pytest.mark.parametrize(
    "headers",
    [
        google(token="guessed"),
        google(token=""),
        google(channel="subscription-1"),
        google(channel="closed"),
        google(channel="closed", token=""),
        google(token="\xff\xfe"),
    ],
)
def test_a_message_with_the_wrong_channel_or_token_changes_nothing_and_learns_nothing(
    client: FlaskClient, notices: Notices, headers: dict[str, str]
) -> None:
    right = client.post("/notify/google", headers=google())
    notices.planned.clear()
    wrong = client.post("/notify/google", headers=headers)
    assert notices.planned == []
    assert (wrong.status_code, wrong.data, dict(wrong.headers)) == (
        right.status_code,
        right.data,
        dict(right.headers),
    )


def test_what_is_no_message_of_google_is_refused(client: FlaskClient, notices: Notices) -> None:
    assert client.post("/notify/google").status_code == 400
    assert client.get("/notify/google").status_code == 405
    assert notices.planned == []


def test_a_vendor_that_does_not_push_has_no_address(client: FlaskClient, notices: Notices) -> None:
    assert client.post("/notify/local", headers=google()).status_code == 404
    assert client.post("/notify/nobody", headers=google()).status_code == 404
    assert notices.planned == []


def test_a_new_subscription_gets_its_token_back_as_plain_text(client: FlaskClient) -> None:
    answer = client.post("/notify/microsoft?validationToken=Validation%3A%20%3Cb%3E%26")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.text == "Validation: &lt;b&gt;&amp;"


def test_messages_of_graph_are_planned_by_their_kind(client: FlaskClient, notices: Notices) -> None:
    body = {"value": [graph(), graph(lifecycleEvent="missed"), graph(lifecycleEvent="subscriptionRemoved")]}
    answer = client.post("/notify/microsoft", json=body)
    assert (answer.status_code, answer.data) == (202, b"")
    assert [kind for _, kind in notices.planned] == ["changed", "changed", "ends"]


def test_of_several_messages_only_ours_are_heeded(client: FlaskClient, notices: Notices) -> None:
    body = {
        "value": [
            graph(clientState="guessed"),
            graph(subscriptionId="closed"),
            graph(clientState=None),
            graph(subscriptionId=["subscription-1"]),
            graph(),
            "nonsense",
        ]
    }
    assert client.post("/notify/microsoft", json=body).status_code == 202
    assert notices.planned == [("subscription-1", "changed")]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"value": 1}', b"[" * 60_000, b"\xff", b"null"])
def test_a_body_that_is_none_of_graphs_changes_nothing(
    client: FlaskClient, notices: Notices, body: bytes
) -> None:
    assert client.post("/notify/microsoft", data=body).status_code == 202
    assert notices.planned == []


def test_a_hundred_messages_cost_one_look_at_the_channels(client: FlaskClient, notices: Notices) -> None:
    body = {"value": [graph(subscriptionId=f"subscription-{number}") for number in range(100)]}
    assert client.post("/notify/microsoft", json=body).status_code == 202
    assert notices.asked == 1
    assert notices.planned == [("subscription-1", "changed")]


def test_a_body_beyond_all_measure_is_not_read(client: FlaskClient) -> None:
    body = json.dumps({"value": [graph(filler="x" * MOST_BYTES)]})
    assert client.post("/notify/microsoft", data=body).status_code == 413


def test_while_the_database_is_gone_the_vendor_is_asked_to_come_again(
    client: FlaskClient, notices: Notices
) -> None:
    notices.is_down = True
    assert client.post("/notify/google", headers=google()).status_code == 503
    assert client.post("/notify/microsoft", json={"value": [graph()]}).status_code == 503
