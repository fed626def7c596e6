"""A mail server in trouble: what it took is taken, what it may have taken is unclear, and it keeps nobody."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from email.message import EmailMessage

import pytest

from bridge.follow_ups.errors import NotDelivered, Refused, Unclear
from bridge.follow_ups.mail_server import MailServer

_USUAL = {
    "": b"220 ready\r\n",
    "EHLO": b"250 mail.example.com\r\n",
    "MAIL": b"250 OK\r\n",
    "RCPT": b"250 OK\r\n",
    "DATA": b"354 go on\r\n",
    ".": b"250 taken\r\n",
    "QUIT": b"221 bye\r\n",
}


@contextmanager
def speaking(seconds: float = 60, /, **otherwise: bytes) -> Iterator[MailServer]:
    """Serve one connection, by the usual answers but for these; b"" hangs up, b"..." has no end."""
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(listener, {**_USUAL, **otherwise}), daemon=True)
    thread.start()
    try:
        yield MailServer(f"smtp://127.0.0.1:{listener.getsockname()[1]}", seconds=seconds)
    finally:
        listener.close()
        thread.join()


def _serve(listener: socket.socket, says: Mapping[str, bytes]) -> None:
    with suppress(OSError):
        line, _ = listener.accept()
        with line, line.makefile("rb") as heard:
            word = ""
            while answer := says.get(word):
                line.sendall(answer)
                while answer == b"...":
                    line.sendall(b"2")
                    threading.Event().wait(0.005)
                if word == "DATA":
                    list(iter(heard.readline, b".\r\n"))
                word = "." if word == "DATA" else heard.readline().decode()[:4].strip().upper()


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "Hello"
    message.set_content("Hello")
    return message


@pytest.mark.parametrize("good_bye", [b"421 too many\r\n", b"..."])
def test_what_was_taken_is_not_sent_again_for_a_bad_good_bye(good_bye: bytes) -> None:
    with speaking(1, QUIT=good_bye) as server:
        server.send(letter(), "b@example.com")


def test_a_connection_that_ends_after_the_message_leaves_it_unclear() -> None:
    with speaking(**{".": b""}) as server, pytest.raises(Unclear):
        server.send(letter(), "b@example.com")


@pytest.mark.parametrize(("word", "kind"), [("EHLO", NotDelivered), (".", Unclear)])
def test_an_answer_that_trickles_is_cut(word: str, kind: type[NotDelivered]) -> None:
    with speaking(1, **{word: b"..."}) as server, pytest.raises(NotDelivered) as told:
        server.send(letter(), "b@example.com")
    assert type(told.value) is kind


def test_an_address_beyond_the_servers_letters_is_refused_and_a_lack_of_encryption_waits() -> None:
    with speaking() as server, pytest.raises(Refused, match="letters"):
        server.send(letter(), "kïm@example.com")
    with speaking() as server, pytest.raises(NotDelivered, match="password") as told:
        MailServer(server.url.replace("//", "//user:password@")).send(letter(), "b@example.com")
    assert type(told.value) is NotDelivered
