"""What strangers can do to a served bridge: nothing that a caller notices, and nothing is read from them."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.service.signing import sign
from bridge.store.dialects import database_now
from bridge.store.engine import Store
from bridge.store.sql import bookings, journal, leases
from tests.cast import server
from tests.cast.clock import tomorrow_at
from tests.cast.config import API_KEY, salon_toml
from tests.cast.server import Server
from tests.serving.callers import caller, post_once
from tests.zygote import Zygote

PATIENT = "deadline_seconds = 5\nbook_deadline_seconds = 10"  # of these it waits 4 for a thread
_KIMS_TURN = "caller:contact:kim"
_FOR_A_WHILE = timedelta(seconds=15)
GOOD = "a" * 64  # a signature's shape, and nobody's signature


@pytest.fixture(scope="module")
def ours(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the project's own settings."""
    folder = tmp_path_factory.mktemp("shell")
    config = salon_toml(f"sqlite:///{folder}/bridge.db", bridge=PATIENT)
    with server.running(zygote, config, folder) as running:
        yield running


def of_gunicorn(zygote: Zygote, folder: Path, kind: str) -> AbstractContextManager[Server]:
    """Return a server with a kind of worker of gunicorn's own."""
    config = salon_toml(f"sqlite:///{folder}/bridge.db", bridge=PATIENT)
    return server.running(zygote, config, folder, "--worker-class", kind, "--threads", "2")


@pytest.fixture(scope="module")
def gthread(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with of_gunicorn(zygote, tmp_path_factory.mktemp("gthread"), "gthread") as running:
        yield running


@pytest.fixture(scope="module")
def sync(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with of_gunicorn(zygote, tmp_path_factory.mktemp("sync"), "sync") as running:
        yield running


@pytest.fixture(scope="module", params=["ours", "gthread", "sync"])
def any_kind(request: pytest.FixtureRequest) -> Server:
    """A server with the project's own kind of worker, and with gunicorn's."""
    found: Server = request.getfixturevalue(request.param)
    return found


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=100)


def told(port: int, head: str, body: bytes = b"") -> bytes:
    """Send bytes as they are, and return all that comes back until the server closes."""
    with connected(port) as line:
        line.sendall(head.replace("\n", "\r\n").encode() + body)
        return all_of(line)


def all_of(line: socket.socket) -> bytes:
    parts = []
    while part := line.recv(65536):
        parts.append(part)
    return b"".join(parts)


def head(path: str, length: int, more: str = "", method: str = "POST") -> str:
    return f"{method} {path} HTTP/1.1\nhost: bridge\ncontent-length: {length}\nconnection: close\n{more}\n"


@pytest.mark.parametrize(
    ("path", "length", "more", "status"),
    [
        ("/available", 5_000_000, f"x-telli-signature: {GOOD}\n", b"413"),
        ("/cut/book", 65_537, f"x-telli-signature: {GOOD}\n", b"413"),
        ("/cut/book", 60_000, "", b"401"),
        ("/cut/book", 60_000, "x-telli-signature: nonsense\n", b"401"),
        ("/notify/microsoft", 60_000, "", b"404"),
        ("/notify/google", 60_000, "", b"404"),
        ("/", 9_000, "cookie: bridge=x\n", b"413"),
        ("/", 300_000_000, "content-type: multipart/form-data; boundary=x\n", b"400"),
        ("/nothing/here", 300_000_000, "", b"404"),
    ],
)
def test_what_has_nothing_to_show_is_answered_before_its_body_is_sent(
    any_kind: Server, path: str, length: int, more: str, status: bytes
) -> None:
    assert told(any_kind.port, head(path, length, more)).startswith(b"HTTP/1.1 " + status)


def test_a_browser_that_is_turned_away_gets_a_page(any_kind: Server) -> None:
    more = "cookie: bridge=x\naccept: text/html,*/*\n"
    answer = told(any_kind.port, head("/admin/calendars/anna/import", 9_000_000, more))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"Content-Type: text/html" in answer and b"Content-Security-Policy: default-src 'self'" in answer
    assert b"That was too large" in answer and answer.endswith(b"</html>")


def test_a_body_that_trickles_ends_after_a_time(ours: Server, gthread: Server, sync: Server) -> None:
    begun = head("/available", 100, f"x-telli-signature: {GOOD}\n").replace("\n", "\r\n").encode() + b"{"
    with ExitStack() as stack:
        lines = [stack.enter_context(connected(each.port)) for each in (ours, gthread, sync)]
        for line in lines:
            line.sendall(begun)
        assert all(all_of(line).startswith(b"HTTP/1.1 408 ") for line in lines)


def test_a_body_may_come_in_pieces_and_in_chunks(any_kind: Server) -> None:
    raw = json.dumps(caller("kim", tomorrow_at(10))).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(raw[n : n + 7]), raw[n : n + 7]) for n in range(0, len(raw), 7))
    start = f"POST /available HTTP/1.1\nhost: bridge\nx-telli-signature: {sign(raw, API_KEY)}\n"
    chunked = f"{start}connection: close\ntransfer-encoding: chunked\n\n"
    assert b'"start_iso"' in told(any_kind.port, chunked, chunks + b"0\r\n\r\n")
    with connected(any_kind.port) as line:
        whole = (
            f"{start}connection: close\ncontent-length: {len(raw)}\n\n".replace("\n", "\r\n").encode() + raw
        )
        for piece in (whole[:20], whole[20:200], whole[200:-1], whole[-1:]):
            line.sendall(piece)
        assert b'"start_iso"' in line.makefile("rb").read()


def test_requests_that_follow_each_other_at_once_are_all_answered(ours: Server) -> None:
    raw = b"{}"
    one = f"POST /available HTTP/1.1\nhost: bridge\nx-telli-signature: {sign(raw, API_KEY)}\n"
    first = (one + f"content-length: {len(raw)}\n\n").replace("\n", "\r\n").encode() + raw
    last = (one + f"connection: close\ncontent-length: {len(raw)}\n\n").replace("\n", "\r\n").encode() + raw
    assert told(ours.port, "", first * 3 + last).count(b"HTTP/1.1 200 OK") == 4


@pytest.mark.parametrize(
    "begun", [b"", b"POST /avail", head("/available", 99, f"x-telli-signature: {GOOD}\n")]
)
def test_as_many_slow_connections_as_come_silence_nobody(ours: Server, begun: bytes | str) -> None:
    sent = begun.replace("\n", "\r\n").encode() if isinstance(begun, str) else begun
    with ExitStack() as stack:
        for _ in range(100):
            line = stack.enter_context(connected(ours.port))
            line.sendall(sent)
        for _ in range(5):
            assert post_once(ours.port, "/available", {})[0] == 200


def test_whoever_reads_no_answer_and_does_not_go_keeps_nobody_waiting(ours: Server) -> None:
    with ExitStack() as stack:
        for _ in range(30):
            line = stack.enter_context(connected(ours.port))
            line.sendall(head("/healthz", 0, method="GET").replace("\n", "\r\n").encode())
        assert post_once(ours.port, "/available", {})[0] == 200


def test_what_is_no_http_is_refused(ours: Server) -> None:
    assert told(ours.port, "\n\n\nrubbish\n\n").startswith(b"HTTP/1.1 400 ")
    assert told(ours.port, "x" * 40_000).startswith(b"HTTP/1.1 4")


def test_a_script_name_sent_along_changes_no_path(any_kind: Server) -> None:
    for name in ("SCRIPT_NAME", "Script-Name"):
        more = f"{name}: /outside\n"
        assert b" 404 " in told(any_kind.port, head("/outside/healthz", 0, more, "GET")).partition(b"\r\n")[0]


def test_a_stopping_server_ends_though_strangers_hold_on(zygote: Zygote, tmp_path: Path) -> None:
    config = salon_toml(f"sqlite:///{tmp_path}/bridge.db")
    with server.running(zygote, config, tmp_path) as running, ExitStack() as stack:
        for _ in range(10):
            line = stack.enter_context(connected(running.port))
            line.sendall(b"POST /avail")
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait() == 0


def signed(path: str, payload: object) -> bytes:
    raw = json.dumps(payload).encode()
    more = f"x-telli-signature: {sign(raw, API_KEY)}\n"
    return head(path, len(raw), more).replace("\n", "\r\n").encode() + raw


def test_a_call_whose_caller_hung_up_while_it_waited_is_not_begun(zygote: Zygote, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/bridge.db"
    options = ("--workers", "1", "--threads", "1")
    with (
        server.running(zygote, salon_toml(url, bridge=PATIENT), tmp_path, *options) as running,
        closing(Store(url)) as store,
        connected(running.port) as kims,
    ):
        with store.write() as connection:
            assert leases.acquire(connection, _KIMS_TURN, "another", _FOR_A_WHILE, database_now(connection))
        kims.sendall(signed("/book", caller("kim", tomorrow_at(10))))  # it waits, and keeps the only thread
        with connected(running.port) as lees:
            lees.sendall(signed("/book", caller("lee", tomorrow_at(11))))
        with store.write() as connection:
            leases.release(connection, _KIMS_TURN, "another")
        assert b'"success"' in kims.makefile("rb").read()
        assert running.post("/book", caller("max", tomorrow_at(12)))[0] == 200  # lee's came before it
        with store.read() as connection:
            assert {each.contact.contact_id for each in bookings.listed(connection)} == {"kim", "max"}


def test_more_calls_than_four_a_thread_are_refused_in_words(zygote: Zygote, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/bridge.db"
    options = ("--workers", "1", "--threads", "1")
    with (
        server.running(zygote, salon_toml(url, bridge=PATIENT), tmp_path, *options) as running,
        closing(Store(url)) as store,
        ExitStack() as stack,
    ):
        with store.write() as connection:
            assert leases.acquire(connection, _KIMS_TURN, "another", _FOR_A_WHILE, database_now(connection))
        lines = []
        for number in range(6):  # one has the thread, four wait, and one is too many
            lines.append(stack.enter_context(connected(running.port)))
            who = "kim" if number == 0 else f"caller-{number}"
            lines[-1].sendall(signed("/book", caller(who, tomorrow_at(10 + number))))
        told = [line.makefile("rb").read() for line in reversed(lines[1:])]
        assert all(b"not work just now" in each for each in told), "those that waited for four seconds too"
        with store.write() as connection:
            leases.release(connection, _KIMS_TURN, "another")
        assert b'"success"' in lines[0].makefile("rb").read()
        with store.read() as connection:
            (kims,) = bookings.listed(connection)
            assert kims.contact.contact_id == "kim"
            shed = [each for each in journal.last(connection, 9) if each["outcome"] == "shed"]
        assert shed[0]["starts_at"] == tomorrow_at(15), "the one too many does not wait at all"


def test_a_repeat_of_what_was_booked_hears_so_though_nobody_has_time(zygote: Zygote, tmp_path: Path) -> None:
    url, address = f"sqlite:///{tmp_path}/bridge.db", "127.0.0.1"
    config = salon_toml(url).replace("[bridge]\n", "[bridge]\nbook_deadline_seconds = 60\n")
    lees, options = caller("lee", tomorrow_at(9)), ("--workers", "1", "--threads", "1")
    with (
        server.running(zygote, config, tmp_path, *options) as running,
        closing(Store(url)) as store,
        ExitStack() as stack,
    ):
        assert running.post("/book", lees)[1]["status"] == "success"
        with store.write() as connection:
            lease = timedelta(seconds=60)
            assert leases.acquire(connection, _KIMS_TURN, "another", lease, database_now(connection))
        lines = []
        for number in range(5):  # one has the thread, and four wait
            lines.append(stack.enter_context(socket.create_connection((address, running.port), timeout=60)))
            who = "kim" if number == 0 else f"caller-{number}"
            lines[-1].sendall(signed("/book", caller(who, tomorrow_at(10 + number))))
        repeats = (running.post("/book", lees)[1]["status"] for _ in range(50))
        assert "success" in repeats, "there is a moment's time for a look, often enough"
        with store.write() as connection:
            leases.release(connection, _KIMS_TURN, "another")
        assert b'"success"' in lines[0].makefile("rb").read()


def test_bookings_that_wait_leave_a_thread_to_offers(zygote: Zygote, tmp_path: Path) -> None:
    url, address = f"sqlite:///{tmp_path}/bridge.db", "127.0.0.1"
    patient = "[bridge]\ndeadline_seconds = 60\nbook_deadline_seconds = 60\n"
    options = ("--workers", "1", "--threads", "4")
    with (
        server.running(zygote, salon_toml(url).replace("[bridge]\n", patient), tmp_path, *options) as running,
        closing(Store(url)) as store,
        ExitStack() as stack,
    ):
        with store.write() as connection:
            lease = timedelta(seconds=60)
            assert leases.acquire(connection, _KIMS_TURN, "another", lease, database_now(connection))
        lines = []
        for hour in range(10, 15):  # as many as there are threads, and one more
            lines.append(stack.enter_context(socket.create_connection((address, running.port), timeout=60)))
            lines[-1].sendall(signed("/book", caller("kim", tomorrow_at(hour))))
        offered = running.post("/available", {"contact_id": "lee"})[1]
        assert offered["available"] and "message" not in offered
        with store.write() as connection:
            leases.release(connection, _KIMS_TURN, "another")
        assert all(b"status" in line.makefile("rb").read() for line in lines)
