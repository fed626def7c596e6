"""What every fake can do: routes, faults on the wire, control from another process."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest
import requests

from tests.vendors.common import Answer, Fake, Fault, Json, Planned, Refused, Remote, Request, Route


class FakeMail(Fake):
    """A vendor of letters."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.sent: list[Json] = []

    def routes(self) -> Sequence[Route]:
        return [
            Route("POST", r"/v3/email", "send", self._send),
            Route("GET", r"/v3/email/(\d+)", "read", self._read),
        ]

    def _send(self, request: Request) -> Answer:
        self.sent.append(request.body)
        return Answer(201, {"number": len(self.sent) - 1})

    def _read(self, request: Request) -> Answer:
        number = int(request.parts[0])
        if number >= len(self.sent):
            raise Refused(Answer(404, {"code": "no such letter"}))
        return Answer(200, self.sent[number])

    def refusal(self, planned: Planned) -> Answer:
        if planned.fault is Fault.RATE_429:
            return Answer(429, {"code": "too_many"}, {"Retry-After": planned.retry_after or "1"})
        return super().refusal(planned)


class SecureMail(FakeMail):
    """The same behind HTTPS."""

    secure = True


@pytest.fixture(params=[FakeMail, SecureMail])
def mail(request: pytest.FixtureRequest) -> Iterator[FakeMail]:
    with request.param() as fake:
        yield fake


def send(mail: FakeMail, seconds: float = 10) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        trusted = mail.ca_bundle or True
        letter = {"to": "kim@example.com"}
        return session.post(f"{mail.url}/v3/email", json=letter, timeout=seconds, verify=trusted)


def test_routes_answer_refuse_and_are_noted(mail: FakeMail) -> None:
    assert send(mail).json() == {"number": 0}
    with requests.Session() as session:
        session.trust_env = False
        asked = [
            session.get(f"{mail.url}/v3/email/{number}", timeout=10, verify=mail.ca_bundle or True)
            for number in (0, 7)
        ]
    assert [answer.status_code for answer in asked] == [200, 404]
    assert mail.operations() == ["send", "read", "read"]
    assert mail.connections() == 2


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.DROP, Fault.RESET])
def test_nothing_is_done_and_nothing_answered(mail: FakeMail, fault: Fault) -> None:
    mail.fail_next(fault)
    with pytest.raises(requests.RequestException):
        send(mail, seconds=0.3)
    assert mail.sent == []


@pytest.mark.parametrize("fault", [Fault.HANG_AFTER, Fault.DROP_AFTER, Fault.TRUNCATE])
def test_it_is_done_but_the_answer_is_lost(mail: FakeMail, fault: Fault) -> None:
    mail.fail_next(fault)
    with pytest.raises(requests.RequestException):
        send(mail, seconds=0.5)
    while not mail.sent:  # who asked may have given up before
        threading.Event().wait(0.005)
    assert len(mail.sent) == 1


def test_refusals_come_in_the_vendors_words_and_only_as_planned(mail: FakeMail) -> None:
    mail.fail_next(Fault.RATE_429, operation="send", retry_after="2", after=1)
    mail.fail_next(Fault.UNAVAILABLE, operation="read")
    answers = [send(mail) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 429, 201]
    assert answers[1].headers["Retry-After"] == "2"
    with pytest.raises(ValueError, match="no words"):
        mail.refusal(Planned(Fault.QUOTA))


def test_a_slow_answer_and_garbage_arrive(mail: FakeMail) -> None:
    mail.fail_next(Fault.TRICKLE, seconds=0.001)
    mail.fail_next(Fault.GARBAGE)
    assert send(mail).json() == {"number": 0}
    with pytest.raises(ValueError, match="Expecting"):
        send(mail).json()


def test_another_process_drives_it(mail: FakeMail) -> None:
    remote = Remote(mail.url, mail.ca_bundle)
    remote.call("fail_next", "drop", operation="send")
    with pytest.raises(requests.ConnectionError):
        send(mail)
    assert remote.call("operations") == ["send"]
    assert remote.call("sent") == []
    with pytest.raises(ValueError, match="no _server"):
        remote.call("_server")
