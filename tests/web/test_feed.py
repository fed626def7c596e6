"""Who may read an embedded calendar's feed, and how often it is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bridge.local_calendar.address import feed_path, feed_token, is_feed_token
from bridge.local_calendar.feed import Feeds
from bridge.store.engine import Store
from bridge.web.feed import feed_blueprint
from tests.contracts.account import KEY, span
from tests.local.desk import NAME, NOW, OTHER, Desk

KEYS = ["new-fake-secret", "old-fake-secret"]
STRANGE = "Büro 1/2? #&"


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Desk]:
    with closing(Store(sqlite_url)) as store:
        yield Desk(store)


@pytest.fixture
def client(desk: Desk) -> FlaskClient:
    app = Flask(__name__)
    feeds = Feeds(desk.store, {NAME: "Anna", OTHER: "Ben", "Büro 1": "Office"})
    app.register_blueprint(feed_blueprint(feeds, KEYS, lambda: NOW))
    return app.test_client()


def test_the_secret_address_gives_the_calendar(client: FlaskClient, desk: Desk) -> None:
    desk.book(span(1, 9), key=KEY)
    answer = client.get(feed_path(KEYS, NAME))
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.data.startswith(b"BEGIN:VCALENDAR\r\n")
    assert KEY.encode() in answer.data
    assert "private" in answer.headers["Cache-Control"]


def test_an_address_made_with_an_older_key_still_works(client: FlaskClient) -> None:
    assert client.get(feed_path(KEYS[1:], NAME)).status_code == 200
    assert client.get(feed_path(["never-used"], NAME)).status_code == 404


def test_the_first_key_makes_addresses() -> None:
    assert feed_token(KEYS, NAME) == feed_token(KEYS[:1], NAME)
    assert is_feed_token(KEYS[:1], NAME, feed_token(KEYS, NAME))
    assert not is_feed_token(KEYS[1:], NAME, feed_token(KEYS, NAME))


def test_an_address_stays_the_same() -> None:
    assert feed_path(KEYS, NAME) == feed_path(KEYS, NAME)
    assert feed_token(KEYS, NAME) != feed_token(KEYS, OTHER)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?token=",
        "?token=wrong",
        f"?token={feed_token(KEYS, OTHER)}",
        f"?token={feed_token(KEYS, NAME)[:-2]}",
        f"?token={feed_token(KEYS, NAME)}x",
        f"?token={quote('ünïcode')}",
        "?token=%00%ff",
        f"?Token={feed_token(KEYS, NAME)}",
    ],
)
def test_a_wrong_token_and_a_wrong_name_are_told_apart_by_nothing(client: FlaskClient, query: str) -> None:
    wrong = client.get(f"/calendars/{NAME}.ics{query}")
    nobody = client.get(f"/calendars/nobody.ics{query}")
    unknown = client.get(feed_path(KEYS, "nobody"))
    assert wrong.status_code == nobody.status_code == unknown.status_code == 404
    assert wrong.data == nobody.data == unknown.data
    assert dict(wrong.headers) == dict(nobody.headers) == dict(unknown.headers)


def test_a_feed_that_did_not_change_is_not_sent_again(client: FlaskClient, desk: Desk) -> None:
    path = feed_path(KEYS, NAME)
    etag = client.get(path).headers["ETag"]
    for condition in (etag, f"W/{etag}", f'"another", {etag}', "*"):
        answer = client.get(path, headers={"If-None-Match": condition})
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", etag)
    desk.book(span(1, 9), key=KEY)
    answer = client.get(path, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.headers["ETag"] != etag) == (200, True)


def test_head_tells_the_same_without_the_body(client: FlaskClient) -> None:
    path = feed_path(KEYS, NAME)
    assert client.head(path).data == b""
    assert client.head(path).headers["ETag"] == client.get(path).headers["ETag"]


def test_only_reading_is_possible(client: FlaskClient) -> None:
    assert client.post(feed_path(KEYS, NAME)).status_code == 405


def test_a_calendar_of_any_name_has_an_address(client: FlaskClient) -> None:
    assert client.get(feed_path(KEYS, "Büro 1")).status_code == 200
    assert "?token=" in feed_path(KEYS, STRANGE).removeprefix(f"/calendars/{quote(STRANGE, safe='')}.ics")


def test_without_a_key_there_is_no_address() -> None:
    with pytest.raises(ValueError, match="at least one secret key"):
        feed_token([], NAME)
