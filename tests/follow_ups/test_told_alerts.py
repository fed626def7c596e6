"""Alerts reach the owner by mail and at a web address."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest
import trustme

from bridge.follow_ups.errors import NotDelivered, Refused
from bridge.follow_ups.mail_server import MailServer
from bridge.store.sql.alerts import raise_alert
from tests.cast.config import ANNA
from tests.cast.fixtures import OpenLine
from tests.cast.line import Line
from tests.cast.mail import PASSWORD, USER, LetterBox, mail_server
from tests.config.samples import problems_of


@pytest.fixture
def box() -> Iterator[LetterBox]:
    with mail_server() as served:
        yield served


def settings(box: LetterBox) -> str:
    return (
        f'[mail]\nsmtp_url = "smtp://127.0.0.1:{box.port}"\nfrom = "Bridge <bridge@example.com>"\n'
        '[alerts]\nemail = "owner@example.com"\n'
    )


@pytest.fixture
def line(open_line: OpenLine, box: LetterBox) -> Line:
    return open_line(ANNA, rest=settings(box))


def test_what_came_up_together_is_told_in_one_mail(line: Line, box: LetterBox) -> None:
    line.bridge.alerts.alert("one", "The first matter.")
    line.bridge.alerts.alert("two", "The second matter.")
    line.go_on(seconds=11)
    [mail] = box.messages
    assert (mail["From"], mail["To"]) == ("Bridge <bridge@example.com>", "owner@example.com")
    assert mail["Subject"] == "The calendar bridge needs you: 2 matters"
    assert text_of(mail).splitlines()[2:5] == ["- The first matter.", "", "- The second matter."]


def test_each_alert_is_told_once_and_again_when_it_comes_back(
    open_line_on_both: OpenLine, box: LetterBox
) -> None:
    line = open_line_on_both(ANNA, rest=settings(box))
    line.bridge.alerts.alert("one", "A matter.")
    line.go_on(seconds=11)
    line.bridge.alerts.alert("one", "A matter.")
    line.go_on(seconds=11)
    assert len(box.messages) == 1
    line.bridge.alerts.resolve("one")
    line.bridge.alerts.alert("one", "A matter.")
    line.go_on(seconds=11)
    assert len(box.messages) == 2
    assert box.messages[0]["Message-ID"] != box.messages[1]["Message-ID"]


def test_one_raised_before_another_and_committed_later_is_told(open_line: OpenLine, box: LetterBox) -> None:
    line = open_line(ANNA, rest=settings(box))
    alerts = line.bridge.alerts
    alerts.alert("first", "The first matter.")  # its telling is due while the others are young
    line.clock.turn(seconds=9)
    earlier = line.clock.now()
    line.clock.turn(seconds=1)
    alerts.alert("later", "A later matter.")
    line.go_on(seconds=1)
    with line.bridge.store.write() as connection:
        raise_alert(connection, "earlier", "An earlier matter.", earlier)
    line.go_on(seconds=21)
    told = "".join(map(text_of, box.messages))
    assert [told.count(each) for each in ("first", "later", "earlier")] == [1, 1, 1]


def test_what_comes_up_after_the_clock_was_set_back_is_told(open_line: OpenLine, box: LetterBox) -> None:
    line = open_line(ANNA, rest=settings(box))
    line.bridge.alerts.alert("one", "A matter.")
    line.go_on(seconds=11)
    line.bridge.alerts.resolve("one")
    line.clock.turn(hours=-1)
    line.bridge.alerts.alert("two", "Another matter.")
    line.go_on(seconds=11)
    told = [text_of(mail).splitlines()[2] for mail in box.messages]
    assert told == ["- A matter.", "- Another matter."]


def test_what_ended_before_it_was_told_is_not_told(line: Line, box: LetterBox) -> None:
    line.bridge.alerts.alert("one", "A matter.")
    line.bridge.alerts.resolve("one")
    line.go_on(seconds=11)
    assert box.messages == []


@pytest.mark.parametrize("answer", ["451 try again later", "550 no"])
def test_a_server_that_takes_nothing_is_asked_again_later(line: Line, box: LetterBox, answer: str) -> None:
    box.answer = answer
    line.bridge.alerts.alert("one", "A matter.")
    line.go_on(seconds=11)
    box.answer = "250 OK"
    line.go_on(minutes=4)
    assert box.messages == []
    line.go_on(minutes=2)
    assert len(box.messages) == 1


def test_a_mail_told_twice_bears_the_same_id(line: Line, box: LetterBox) -> None:
    line.bridge.alerts.alert("one", "A matter.")
    line.go_on(seconds=11)
    with line.bridge.store.write() as connection:  # as if it had been killed before it noted the telling
        connection.exec_driver_sql("DELETE FROM alert_tellings")
    line.bridge.background.plan("tell_alerts", "mail")
    line.bridge.background.run_due()
    assert len(box.messages) == 2
    assert box.messages[0]["Message-ID"] == box.messages[1]["Message-ID"]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "bridge@example.com", "owner@example.com", "Hello"
    message.set_content("Hello.")
    return message


class TestTheMailServer:
    """Over TLS, with a password, and what its answers mean."""

    @pytest.fixture
    def authority(self) -> trustme.CA:
        return trustme.CA()

    @pytest.fixture
    def sealed(self, authority: trustme.CA) -> Iterator[LetterBox]:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("localhost").configure_cert(context)
        with mail_server(tls=context, asks_who=True) as served:
            yield served

    def test_it_is_spoken_to_under_tls_with_user_and_password(
        self, sealed: LetterBox, authority: trustme.CA, tmp_path: Path
    ) -> None:
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        server = MailServer(f"smtps://{USER}:{PASSWORD}@localhost:{sealed.port}", str(tmp_path / "ca.pem"))
        server.send(letter(), "owner@example.com")
        assert sealed.recipients == [["owner@example.com"]]
        wrong = MailServer(f"smtps://{USER}:wrong@localhost:{sealed.port}", str(tmp_path / "ca.pem"))
        with pytest.raises(NotDelivered, match="user or password"):
            wrong.send(letter(), "owner@example.com")

    def test_a_certificate_that_nobody_vouches_for_is_not_believed(self, sealed: LetterBox) -> None:
        with pytest.raises(NotDelivered, match="certificate"):
            MailServer(f"smtps://localhost:{sealed.port}").send(letter(), "owner@example.com")

    def test_a_refusal_is_final_and_a_silence_is_not(self, box: LetterBox) -> None:
        server = MailServer(f"smtp://127.0.0.1:{box.port}")
        box.answer = "554 no"
        with pytest.raises(Refused):
            server.send(letter(), "owner@example.com")
        with pytest.raises(NotDelivered, match="reached") as silent:
            MailServer("smtp://127.0.0.1:1").send(letter(), "owner@example.com")
        assert not isinstance(silent.value, Refused)


class Hook(BaseHTTPRequestHandler):
    """An owner's address that keeps what is posted to it."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        cast("Any", self.server).bodies.append(json.loads(body))
        self.send_response(cast("Any", self.server).statuses.pop(0))
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


OWN = "[network]\nallow_private_addresses = true\n[alerts]\n"


@pytest.fixture
def hook() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.bodies, server.statuses = [], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_web_address_is_told_until_it_takes_it(open_line: OpenLine, hook: Any) -> None:
    line = open_line(ANNA, rest=f'{OWN}webhook_url = "http://127.0.0.1:{hook.server_port}/alerts"\n')
    hook.statuses = [503, 302, 204]
    line.bridge.alerts.alert("one", "A matter.")
    line.go_on(seconds=11)
    line.go_on(minutes=6)
    line.go_on(minutes=12)
    line.go_on(hours=7)
    first, *others = hook.bodies
    assert len(others) == 2
    assert all(other == first for other in others)
    assert first["text"] == first["alerts"][0]["text"] == "A matter."
    assert first["alerts"][0]["since"] == "2026-11-23T07:00:00+00:00"


def test_a_web_address_in_the_own_network_is_told_only_where_that_is_allowed(
    open_line: OpenLine, hook: Any
) -> None:
    line = open_line(ANNA, rest=f'[alerts]\nwebhook_url = "http://127.0.0.1:{hook.server_port}/alerts"\n')
    line.bridge.alerts.alert("one", "A matter.")
    line.go_on(seconds=11)
    assert hook.bodies == []


def test_mail_for_alerts_needs_a_mail_server() -> None:
    sentence = "needs a mail server: write a section [mail] with smtp_url and from"
    assert problems_of('[alerts]\nemail = "owner@example.com"\n') == [("alerts.email", sentence)]


@pytest.mark.parametrize("url", ["mail.example.com", "https://mail.example.com", "smtp://", "smtps://x/y"])
def test_an_address_that_is_no_mail_server_is_refused_without_repeating_it(url: str) -> None:
    [(path, text)] = problems_of(f'[mail]\nsmtp_url = "{url}"\nfrom = "bridge@example.com"\n')
    assert path == "mail.smtp_url"
    assert text == 'is not a mail server such as "smtps://user:password@mail.example.com"'
