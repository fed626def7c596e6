"""Nothing secret is left behind: not in logs, pages, errors and their variables, nor the database."""

from __future__ import annotations

import gc
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bridge.connections import Answer, Connections
from bridge.errors import ConnectError
from providers.errors import ProviderError
from tests.cast.clock import PresentClock
from tests.cast.config import SECRET
from tests.connections.stage import ANNA, BEN, PASSWORD, Browser, Process
from tests.vendors.google import FakeGoogle, Fault


class Secrets:
    """Collects everything secret that a scenario made."""

    def __init__(self, google: FakeGoogle) -> None:
        self._google = google
        self._flows: set[str] = set()

    def note_callback(self, callback: str) -> None:
        arguments = parse_qs(urlsplit(callback).query)
        self._flows.update(*(arguments.get(name, []) for name in ("code", "state")))

    @property
    def all(self) -> set[str]:
        sent = {
            value
            for request in self._google.requests
            for name, value in request.form.items()
            if name in ("code", "code_verifier", "refresh_token", "token", "client_secret")
        }
        issued = {*self._google.tokens._access, *self._google.tokens._refresh}
        return {SECRET, PASSWORD, self._google.client_secret, *self._flows, *sent, *issued}

    def found_in(self, text: str) -> set[str]:
        return {secret for secret in self.all if secret in text}


@pytest.fixture
def secrets(google: FakeGoogle) -> Secrets:
    return Secrets(google)


def with_variables(error: BaseException) -> str:
    """Return all that a report can make of an error: its traceback with the variables of every frame."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(report.format()) + repr(error) + str(error)


def consent(google: FakeGoogle, browser: Browser, secrets: Secrets, account: str = ANNA, **how: Any) -> str:
    callback = google.consent(browser.begin(ANNA), account, **how)
    secrets.note_callback(callback)
    return callback


@dataclass
class Life:
    """A connection through all its troubles."""

    google: FakeGoogle
    process: Process
    browser: Browser
    clock: PresentClock
    secrets: Secrets

    def connect(self) -> None:
        self._come_back(BEN)
        self._come_back(ANNA, deny=True)
        self._come_back(ANNA, untick=["calendar.events"])
        self.google.fail_next(Fault.GARBAGE, operation="token")
        self._come_back(ANNA)
        self.browser.get(self._come_back(ANNA))

    def refresh(self) -> None:
        self.google.set_tokens(rotate=True)
        self._wait()
        self.google.fail_next(Fault.UNAVAILABLE, operation="token")
        self._wait()
        self.google.end_consent(ANNA)
        self._wait()

    def end(self) -> None:
        self.browser.get("/admin/connections")
        self.browser.post("/admin/connections/disconnect", {"provider": "google", "account": ANNA})

    def _come_back(self, account: str, **how: Any) -> str:
        callback = consent(self.google, self.browser, self.secrets, account, **how)
        self.browser.get(callback)
        return callback

    def _wait(self) -> None:
        self.clock.turn(minutes=51)
        self.process.connections.refresh_due(self.clock.now())


@pytest.fixture
def life(
    google: FakeGoogle, process: Process, browser: Browser, clock: PresentClock, secrets: Secrets
) -> Life:
    return Life(google, process, browser, clock, secrets)


def test_a_whole_life_of_a_connection_leaves_no_secret_behind(
    life: Life, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    life.connect()
    life.refresh()
    known = life.secrets.all
    assert len(known) >= 20
    life.end()
    assert {secret for secret in known if secret in caplog.text} == set()
    # A browser on its way to the vendor carries the state, and nothing else.
    pages = "".join(seen for seen in life.browser.seen if life.google.auth_url not in seen)
    assert {secret for secret in known if secret in pages} == set()
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("bridge.db*"))
    assert {secret for secret in known if secret.encode() in stored} == set()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda google: google.set_tokens(withhold_refresh=True),
        lambda google: google.fail_next(Fault.GARBAGE, operation="token"),
        lambda google: google.fail_next(Fault.UNAVAILABLE, operation="token"),
        lambda google: google.fail_next(Fault.INVALID_GRANT, operation="token"),
        lambda google: google.fail_next(Fault.DROP, operation="token"),
    ],
    ids=["no refresh token", "garbage", "unavailable", "refused", "dropped"],
)
def test_an_error_while_connecting_holds_no_secret_in_any_frame(
    google: FakeGoogle, process: Process, secrets: Secrets, spoil: Callable[[FakeGoogle], None]
) -> None:
    url = process.connections.begin("google", "browser")
    callback = google.consent(url, ANNA)
    secrets.note_callback(callback)
    spoil(google)
    answer = Answer({name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()})
    with pytest.raises(ConnectError) as caught:
        finish(process.connections, answer)
    del url, callback  # these are the test's own
    assert secrets.found_in(beyond_the_test(caught.value)) == set()


def finish(connections: Connections, answer: Answer) -> None:
    connections.finish("google", "browser", answer)


def beyond_the_test(error: BaseException) -> str:
    """Return the report without the test's own frame, whose variables are the secrets themselves."""
    assert error.__traceback__ is not None
    return with_variables(error.with_traceback(error.__traceback__.tb_next))


@pytest.mark.parametrize("is_over", [True, False])
def test_an_error_of_a_refresh_holds_no_secret_in_any_frame(
    google: FakeGoogle,
    process: Process,
    browser: Browser,
    secrets: Secrets,
    clock: PresentClock,
    is_over: bool,
) -> None:
    browser.get(consent(google, browser, secrets))
    if is_over:
        google.end_consent(ANNA)
    else:
        google.fail_next(Fault.GARBAGE, operation="token")
    clock.turn(hours=2)
    with pytest.raises(ProviderError) as caught:
        process.token(ANNA)
    assert secrets.found_in(beyond_the_test(caught.value)) == set()


def test_no_object_of_a_connection_shows_a_secret(
    google: FakeGoogle, process: Process, browser: Browser, secrets: Secrets
) -> None:
    url = process.connections.begin("google", "browser")
    secrets.note_callback(google.consent(url, BEN))
    browser.get(consent(google, browser, secrets))
    process.token(ANNA)
    held = [
        repr(each)
        for each in gc.get_objects()
        if str(type(each).__module__).startswith(("bridge.", "providers."))
    ]
    assert any("AccountTokens" in shown for shown in held)
    assert [shown for shown in held if secrets.found_in(shown)] == []
