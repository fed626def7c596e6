"""Bodies as they come over a real socket, under gunicorn: chunked, broken off, compressed."""

from __future__ import annotations

import gzip
import http.client
import json
import signal
import socket
import time
from collections.abc import Iterator

import pytest

from bridge.service.signing import sign
from tests.cast.ports import reserved_port
from tests.web.diary import KEY
from tests.web.telli_caller import CALLER
from tests.zygote import Child, Zygote


@pytest.fixture(scope="module")
def port(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A gunicorn with one worker and nothing of the project's settings."""
    no_settings = tmp_path_factory.mktemp("wire") / "none.py"
    no_settings.touch()
    with reserved_port() as number:
        options = ["--config", str(no_settings), "--bind", f"127.0.0.1:{number}"]
        options += ["--worker-class", "gthread", "--threads", "2", "--log-level", "error"]
        process = zygote.start("tests.cast.server", *options, "tests.web.served:app")
        wait_for(number, process)
        yield number
        process.send_signal(signal.SIGTERM)
        process.finish()


def wait_for(number: int, server: Child) -> None:
    while True:
        assert server.poll() is None, "the server did not start"
        try:
            socket.create_connection(("127.0.0.1", number)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


def send(
    port: int, pieces: list[bytes], headers: dict[str, str], path: str = "/available"
) -> tuple[int, bytes]:
    """Post a body in chunks."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", path, body=iter(pieces), headers=headers, encode_chunked=True)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def signed(body: bytes) -> dict[str, str]:
    return {"x-telli-signature": sign(body, KEY), "transfer-encoding": "chunked"}


def body_of(size: int) -> bytes:
    frame = json.dumps({**CALLER, "note": ""}, separators=(",", ":"))
    return frame.replace('"note":""', f'"note":"{"x" * (size - len(frame))}"').encode("ascii")


def test_a_chunked_body_of_64_kib_is_read_whole(port: int) -> None:
    body = body_of(65_536)
    pieces = [body[place : place + 1_000] for place in range(0, len(body), 1_000)]
    assert send(port, pieces, signed(body))[0] == 200


def test_a_chunked_body_of_one_byte_more_is_413_and_never_a_part_of_itself(port: int) -> None:
    body = body_of(65_537)
    assert send(port, [body], signed(body)) == (413, b'{"error": "body too large"}')
    cut = body[:65_536]
    assert send(port, [body], signed(cut))[0] == 413


def test_a_body_that_breaks_off_is_401(port: int) -> None:
    body = json.dumps(CALLER, separators=(",", ":")).encode("ascii")
    request = (
        f"POST /available HTTP/1.1\r\nHost: x\r\nx-telli-signature: {sign(body, KEY)}\r\n"
        f"Content-Length: {len(body) + 10}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(request.encode("ascii") + body)
        wire.shutdown(socket.SHUT_WR)
        answer = wire.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert answer.endswith(b'{"error": "invalid signature"}')


def test_a_compressed_body_is_not_inflated(port: int) -> None:
    body = json.dumps(CALLER, separators=(",", ":")).encode("ascii")
    headers = {**signed(body), "content-encoding": "gzip"}
    assert send(port, [gzip.compress(body)], headers)[0] == 401
    assert send(port, [body], headers)[0] == 200


def test_the_connection_is_fit_for_the_next_request_after_a_refusal(port: int) -> None:
    body = json.dumps(CALLER, separators=(",", ":")).encode("ascii")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        statuses = []
        for headers in [{}, {"x-telli-signature": sign(body, KEY)}]:
            connection.request("POST", "/available", body=body, headers=headers)
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
        assert statuses == [401, 200]
    finally:
        connection.close()
