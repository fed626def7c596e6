"""The HTTP seam: how long, how often, and what a broken line means."""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from providers.base import Deadline
from providers.errors import NoTimeLeft, ProviderError, ProviderUnavailable, RateLimited, WriteUnknown
from providers.http import Call, Clocks, Patience, json_object, repeat, retry_after, send, session

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class Time:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clocks(self, chance: float = 1.0) -> Clocks:
        return Clocks(now=lambda: NOW, monotonic=self.monotonic, sleep=self.sleep, random=lambda: chance)

    def call(self, seconds: float, *, writes: bool = False) -> Call:
        return Call("vendor", "ask", Deadline(seconds, self.monotonic), writes)


class Failing:
    """A request that fails so often before it succeeds."""

    def __init__(self, *errors: ProviderError) -> None:
        self._errors = list(errors)
        self.asked = 0

    def __call__(self) -> str:
        self.asked += 1
        if self._errors:
            raise self._errors.pop(0)
        return "answer"


def unavailable() -> ProviderUnavailable:
    return ProviderUnavailable("vendor", "ask")


def test_a_session_that_is_let_go_hangs_up() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        made = session()
        gc.collect(0)  # what is younger by a collection comes first at the last one
        call, url = Time().call(60), f"http://127.0.0.1:{listener.getsockname()[1]}/"
        asking = threading.Thread(target=send, args=(made, call, "GET", url))
        asking.start()
        line, _ = listener.accept()
        with closing(line):
            line.recv(1024)
            line.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            asking.join()
            del made, asking
            gc.collect()  # a connection left open would be a ResourceWarning, and warnings are errors
            assert line.recv(1024) == b""


def test_what_is_unavailable_is_asked_again_after_growing_pauses() -> None:
    time, request = Time(), Failing(unavailable(), unavailable(), unavailable())
    assert repeat(time.call(10), request, time.clocks()) == "answer"
    assert time.slept == [0.1, 0.2, 0.4]


@pytest.mark.parametrize(("chance", "pause"), [(0.0, 0.05), (1.0, 0.1)])
def test_pauses_are_spread_by_chance(chance: float, pause: float) -> None:
    time = Time()
    repeat(time.call(10), Failing(unavailable()), time.clocks(chance))
    assert time.slept == [pause]


def test_after_four_attempts_it_is_given_up() -> None:
    time, request = Time(), Failing(*(unavailable() for _ in range(9)))
    with pytest.raises(ProviderUnavailable):
        repeat(time.call(60), request, time.clocks())
    assert request.asked == 4


def test_nothing_is_asked_again_when_the_deadline_comes_before_the_answer_could() -> None:
    time, request = Time(), Failing(unavailable())
    with pytest.raises(ProviderUnavailable):
        repeat(time.call(0.1), request, time.clocks())
    assert (request.asked, time.slept) == (1, [])


def test_a_write_is_not_asked_again_with_less_than_a_second_left() -> None:
    time, request = Time(), Failing(unavailable())
    with pytest.raises(ProviderUnavailable):
        repeat(time.call(1.05, writes=True), request, time.clocks())
    assert request.asked == 1


def test_a_write_in_doubt_is_never_repeated() -> None:
    time, request = Time(), Failing(WriteUnknown("vendor", "ask"))
    with pytest.raises(WriteUnknown):
        repeat(time.call(60, writes=True), request, time.clocks())
    assert request.asked == 1


def test_the_wait_a_vendor_asks_for_is_kept_inside_the_deadline() -> None:
    time, request = Time(), Failing(RateLimited("vendor", "ask", retry_after=1.5))
    assert repeat(time.call(3), request, time.clocks()) == "answer"
    assert time.slept == [1.5]


def test_a_wait_longer_than_the_deadline_is_not_begun() -> None:
    time, request = Time(), Failing(RateLimited("vendor", "ask", retry_after=5))
    with pytest.raises(RateLimited):
        repeat(time.call(3), request, time.clocks())
    assert (request.asked, time.slept) == (1, [])


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Sat, 21 Nov 2026 09:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 09:00:30 -0000", 30.0),
        ("Sat, 21 Nov 2026 10:00:30 +0100", 30.0),
        ("Sat, 21 Nov 2026 08:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("9" * 400, 999_999_999.0),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_an_account_that_said_later_is_left_alone_until_then() -> None:
    time = Time()
    patience = Patience(time.monotonic)
    patience.check(time.call(5))
    patience.note(RateLimited("vendor", "ask", retry_after=10))
    patience.note(RateLimited("vendor", "ask", retry_after=2))
    patience.note(RateLimited("vendor", "ask"))
    with pytest.raises(RateLimited) as caught:
        patience.check(time.call(5))
    assert caught.value.retry_after == 10
    time.now += 10
    patience.check(time.call(5))


@pytest.mark.parametrize(
    ("left", "writes", "expected"),
    [(5.0, False, (2.0, 5.0)), (1.5, True, (1.5, 1.5)), (0.5, False, (0.5, 0.5))],
)
def test_time_outs_come_from_the_deadline(left: float, writes: bool, expected: tuple[float, float]) -> None:
    assert Time().call(left, writes=writes).time_outs() == pytest.approx(expected)


@pytest.mark.parametrize(("left", "writes"), [(0.0, False), (0.99, True)])
def test_what_cannot_end_in_time_is_not_begun(left: float, writes: bool) -> None:
    with pytest.raises(ProviderUnavailable):
        Time().call(left, writes=writes).time_outs()


Serve = Callable[[socket.socket], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Serve], str]]:
    """Return a function that serves one connection as told, on an address it returns."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def start(behave: Serve) -> str:
        def run() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with closing(connection):
                    connection.recv(65536)
                    behave(connection)

        threads.append(threading.Thread(target=run, daemon=True))
        threads[-1].start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/path?secret=in-the-address"

    yield start
    listener.close()
    for thread in threads:
        thread.join()


def hang(connection: socket.socket) -> None:
    connection.recv(1)  # until the other side gives up


def drop(_connection: socket.socket) -> None:
    pass


def cut(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")


def babble(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n")


@pytest.mark.parametrize("behave", [hang, drop, cut, babble])
@pytest.mark.parametrize(("writes", "error"), [(False, ProviderUnavailable), (True, WriteUnknown)])
def test_a_line_that_breaks_after_the_request_leaves_only_writes_in_doubt(
    serve: Callable[[Serve], str], behave: Serve, writes: bool, error: type[ProviderError]
) -> None:
    time = Time()
    with session() as made, pytest.raises(error) as caught:
        send(made, time.call(1.01 if writes else 0.2, writes=writes), "POST", serve(behave), json={})
    assert "secret" not in str(caught.value)


def test_what_signs_in_by_sending_again_begins_nothing_that_cannot_end_in_time(
    serve: Callable[[Serve], str],
) -> None:
    time = Time()

    def refuse(connection: socket.socket) -> None:
        time.now += 4
        connection.sendall(b"HTTP/1.1 401 Who\r\nContent-Length: 0\r\n\r\n")

    def again(answer: requests.Response, **options: Any) -> requests.Response:
        found: requests.Response = answer.connection.send(answer.request, **options)
        return found

    made = session()
    made.hooks["response"].append(again)
    with made, pytest.raises(NoTimeLeft):
        send(made, time.call(4.9, writes=True), "POST", serve(refuse), json={})


@pytest.mark.parametrize("writes", [False, True])
@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "nowhere.invalid"])
def test_a_line_that_never_came_up_leaves_no_doubt(host: str, writes: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://{host.format(port=port)}/"
    with session() as made, pytest.raises(ProviderUnavailable):
        send(made, Time().call(5, writes=writes), "POST", url, json={})


def test_a_redirect_is_an_answer_and_is_not_followed(serve: Callable[[Serve], str]) -> None:
    def elsewhere(connection: socket.socket) -> None:
        connection.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
        )

    with session() as made:
        assert send(made, Time().call(5), "GET", serve(elsewhere)).status_code == 302


def test_no_proxy_variable_and_no_netrc_is_looked_at() -> None:
    with session() as made:
        assert made.trust_env is False


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b'{"a": 1', b"[1]", b"null", b"\xff", b"[" * 100_000],
    ids=["empty", "page", "cut short", "list", "null", "no text", "nested"],
)
def test_what_is_no_json_object_has_no_members(content: bytes) -> None:
    assert json_object(content) == {}


def test_a_json_object_has_its_members() -> None:
    assert json_object('{"a": "ä"}'.encode()) == {"a": "ä"}
