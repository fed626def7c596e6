"""What is sent to addresses that people name: never into the own network, within a time and a size."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from providers.outward import (
    MOST_BYTES,
    AddressForbidden,
    Answered,
    Outward,
    Unreachable,
    is_public,
    looked_up,
)
from providers.route import Route
from tests.providers.secure import Secure
from tests.providers.tunnel import TunnelProxy


class Listener:
    """Takes connections on an address of this machine, and says one thing to each, for ever if asked to."""

    def __init__(
        self, says: bytes, *, address: str = "127.0.0.1", port: int = 0, is_endless: bool = False
    ) -> None:
        self._listener = socket.create_server((address, port))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://{address}:{self.port}"
        self.heard: list[bytes] = []
        self._says, self._is_endless, self._is_over = says, is_endless, threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._listener.accept()
                with line, suppress(OSError):
                    self.heard.append(line.recv(65536))
                    line.sendall(self._says)
                    while self._is_endless and not self._is_over.wait(0.005):
                        line.sendall(b"0")

    def close(self) -> None:
        self._is_over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener(OK)
    yield made
    made.close()


def allowed(**more: object) -> Outward:
    return Outward(Route(is_private_allowed=True), **more)  # type: ignore[arg-type] # handed on


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("192.0.0.192", "224.0.0.1", "255.255.255.255", "198.51.100.1"),
        *("::", "::1", "fc00::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::1", "2001:0:4136:e378:8000:63bf:80ff:fffe"),
    ],
)
def test_addresses_of_the_own_network_are_no_public_ones(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_of_the_internet_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
def test_nothing_is_sent_into_the_own_network_however_it_is_written(listener: Listener, name: str) -> None:
    with pytest.raises(AddressForbidden):
        Outward(Route()).post(f"http://{name}:{listener.port}/", b"{}", {})
    assert listener.heard == []


def test_where_it_is_allowed_it_is_sent_whole(listener: Listener) -> None:
    url = f"{listener.url}/a b/%7E?x=ä&y=%20"
    assert allowed().post(url, b'{"a": 1}', {"X-Sign": "1"}) == Answered(200, b"hi")
    head, _, body = listener.heard[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /a%20b/%7E?x=%C3%A4&y=%20 HTTP/1.1"
    assert {f"Host: 127.0.0.1:{listener.port}", "X-Sign: 1", "Content-Length: 8"} <= set(lines)
    assert not body or body == b'{"a": 1}'  # it may come by itself


def test_the_address_that_was_judged_is_the_one_that_is_asked(listener: Listener) -> None:
    trap = Listener(OK, address="127.0.0.2", port=listener.port)
    answers = [["127.0.0.1"], ["127.0.0.2"]]  # the name's owner changes it after the first look

    def look_up(_host: str, _port: int) -> Sequence[str]:
        return answers.pop(0)

    outward = Outward(Route(), look_up=look_up, may_reach=lambda address: address == "127.0.0.1")
    url = f"http://hooks.example.com:{listener.port}/"
    try:
        assert outward.post(url, b"{}", {}).status == 200
        with pytest.raises(AddressForbidden):
            outward.post(url, b"{}", {})
        assert (len(listener.heard), trap.heard, answers) == (1, [], [])
    finally:
        trap.close()


def test_of_several_addresses_only_public_ones_are_tried(listener: Listener) -> None:
    found = ["127.0.0.3", "127.0.0.1"]  # nobody listens at the first
    outward = Outward(Route(), look_up=lambda *_: [*found, "127.0.0.2"], may_reach=lambda each: each in found)
    assert outward.post(f"http://hooks.example.com:{listener.port}/", b"{}", {}).status == 200


def test_a_redirect_is_an_answer() -> None:
    listener = Listener(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
    assert allowed().post(listener.url, b"{}", {}).status == 302
    assert len(listener.heard) == 1
    listener.close()


def test_no_more_of_an_answer_is_read_than_may_be() -> None:
    listener = Listener(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (MOST_BYTES * 2))
    assert len(allowed().post(listener.url, b"{}", {}).body) == MOST_BYTES
    listener.close()


@pytest.mark.parametrize("says", [b"", b"no HTTP at all\r\n\r\n"])
def test_what_is_no_answer_is_none(says: bytes) -> None:
    listener = Listener(says)
    with pytest.raises(Unreachable):
        allowed().post(listener.url, b"{}", {})
    listener.close()


def test_an_answer_that_trickles_is_cut() -> None:
    # A byte comes every few milliseconds: no wait for one of them is ever too long.
    listener = Listener(b"HTTP/1.1 2", is_endless=True)
    with pytest.raises(Unreachable):
        allowed(seconds=0.05).post(listener.url, b"{}", {})
    listener.close()


def test_nobody_there_and_no_such_name_are_told() -> None:
    with pytest.raises(Unreachable, match="reached"):
        allowed().post("http://127.0.0.1:1/", b"{}", {})
    with pytest.raises(Unreachable):
        allowed().post("http://no-such-name.invalid/", b"{}", {})
    with pytest.raises(Unreachable):
        allowed().post(f"http://{'a' * 70}.example.com/", b"{}", {})  # longer than a name's part may be


class TestOverTls:
    """The certificate is the name's, whatever address was asked, also through a proxy."""

    @pytest.fixture
    def authority(self) -> trustme.CA:
        return trustme.CA()

    @pytest.fixture
    def secure(self, authority: trustme.CA) -> Iterator[Secure]:
        made = Secure(authority, "hooks.example.com", b"{}")
        yield made
        made.close()

    @pytest.fixture
    def ca_file(self, authority: trustme.CA, tmp_path: Path) -> str:
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        return str(tmp_path / "ca.pem")

    def test_the_name_is_verified_not_the_address(self, secure: Secure, ca_file: str) -> None:
        port = secure.url.rpartition(":")[2]
        outward = Outward(
            Route(ca_file=ca_file), look_up=lambda *_: ["127.0.0.1"], may_reach=lambda _address: True
        )
        assert outward.post(f"https://hooks.example.com:{port}/", b"{}", {}).status == 200
        with pytest.raises(Unreachable):
            outward.post(f"https://other.example.com:{port}/", b"{}", {})

    def test_a_proxy_is_told_the_address_that_was_judged(self, secure: Secure, ca_file: str) -> None:
        port = int(secure.url.rpartition(":")[2])
        proxy = TunnelProxy({"203.0.113.7": port, "hooks.example.com": port})
        route = Route(proxy.url, ca_file=ca_file)
        found = {"hooks.example.com": ["203.0.113.7"], "inside.example.com": ["10.0.0.1"]}
        outward = Outward(
            route, look_up=lambda host, _port: found[host], may_reach=lambda each: not each.startswith("10.")
        )
        assert outward.post("https://hooks.example.com/", b"{}", {}).status == 200
        with pytest.raises(AddressForbidden):
            outward.post("https://inside.example.com/", b"{}", {})
        private = Outward(Route(proxy.url, ca_file=ca_file, is_private_allowed=True))
        assert private.post("https://hooks.example.com/", b"{}", {}).status == 200
        assert proxy.asked == ["203.0.113.7:443", "hooks.example.com:443"]
        proxy.close()


def test_a_name_is_looked_up_in_the_system() -> None:
    assert "127.0.0.1" in looked_up("localhost", 80)
