"""Tokens from an account's cache, and what Entra's refusals mean."""

from __future__ import annotations

import logging

import pytest

from providers.errors import (
    AccessDenied,
    ConnectionExpired,
    ConsentMismatch,
    ProviderError,
    ProviderUnavailable,
)
from providers.microsoft.mailboxes import Mailboxes
from providers.microsoft.sign_in import Entra
from tests.providers.microsoft import (
    BEN,
    CALLBACK,
    CARLA,
    Waiting,
    renewed,
    signed_in,
    soon,
)
from tests.vendors.microsoft import FakeMicrosoft, Fault


@pytest.fixture
def entra(ms: FakeMicrosoft) -> Entra:
    return Entra(ms.settings(), clocks=Waiting().clocks())


def test_a_cache_gives_its_token_without_asking(ms: FakeMicrosoft, entra: Entra) -> None:
    consent = signed_in(ms, entra)
    before = len(ms.requests)
    kept = entra.acquire_silent(consent.cache, consent.account_id, deadline=soon())
    assert kept.grant.access_token == consent.grant.access_token
    assert kept.cache is None
    assert len(ms.requests) == before


def test_a_token_that_is_about_to_end_is_renewed(ms: FakeMicrosoft, entra: Entra) -> None:
    ms.set_tokens(seconds=200)  # msal counts under five minutes as expired
    consent = signed_in(ms, entra)
    again = entra.acquire_silent(consent.cache, consent.account_id, deadline=soon())
    assert again.grant.access_token != consent.grant.access_token
    assert again.cache is not None


def test_a_rotated_refresh_token_is_in_the_cache_to_store(ms: FakeMicrosoft, entra: Entra) -> None:
    ms.set_tokens(strict=True)
    consent = signed_in(ms, entra)
    first = renewed(entra, consent)
    second = renewed(entra, consent, first.cache)
    assert second.grant.access_token != first.grant.access_token
    with pytest.raises(ConnectionExpired):  # whoever overwrites it with the old one has lost the account
        renewed(entra, consent)


def test_one_discovery_serves_every_sign_in_and_account(ms: FakeMicrosoft, entra: Entra) -> None:
    ms.add_account(CARLA)
    consents = [signed_in(ms, entra, email) for email in (BEN, CARLA)]
    for consent in consents:
        renewed(entra, consent)
    assert ms.operations().count("discovery") == 1


def test_nobody_but_the_configured_host_is_asked(ms: FakeMicrosoft, entra: Entra) -> None:
    renewed(entra, signed_in(ms, entra))
    assert set(ms.operations()) == {"discovery", "token"}
    assert ms.violations() == []


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (50173, "password"),
        (700082, "too long"),
        (70008, "expired"),
        (70043, "only for a while"),
        (50076, "second proof"),
        (50079, "second proof"),
        (53003, "conditional access"),
        (65001, "no permission"),
        (50057, "disabled"),
        (999999, "AADSTS999999"),
    ],
)
def test_an_ended_consent_says_what_the_owner_must_do(
    ms: FakeMicrosoft, entra: Entra, number: int, word: str
) -> None:
    consent = signed_in(ms, entra)
    ms.end_consent(BEN, number)
    with pytest.raises(ConnectionExpired) as caught:
        renewed(entra, consent)
    assert word in caught.value.detail
    assert f"AADSTS{number}" in caught.value.detail
    assert "In Microsoft's words" not in str(caught.value)


@pytest.mark.parametrize("number", [7000215, 7000222, 700016])
def test_a_refused_application_is_not_the_owners_fault(ms: FakeMicrosoft, entra: Entra, number: int) -> None:
    consent = signed_in(ms, entra)
    ms.fail_next(Fault.AADSTS, operation="token", code=number)
    with pytest.raises(AccessDenied) as caught:
        renewed(entra, consent)
    assert f"AADSTS{number}" in caught.value.detail


@pytest.mark.parametrize("number", [50196, 90033])
def test_being_asked_to_wait_is_no_reason_to_reconnect(ms: FakeMicrosoft, entra: Entra, number: int) -> None:
    consent = signed_in(ms, entra)
    ms.fail_next(Fault.AADSTS, operation="token", code=number)
    with pytest.raises(ProviderUnavailable):
        renewed(entra, consent)


def test_an_account_that_was_mended_works_at_once_not_after_a_minute(ms: FakeMicrosoft, entra: Entra) -> None:
    consent = signed_in(ms, entra)
    ms.end_consent(BEN, 53003)
    with pytest.raises(ConnectionExpired):
        renewed(entra, consent)
    ms.restore_consent(BEN)
    assert renewed(entra, consent).grant.access_token


def test_an_account_that_was_reconnected_works_at_once(ms: FakeMicrosoft, entra: Entra) -> None:
    consent = signed_in(ms, entra)
    ms.end_consent(BEN)
    with pytest.raises(ConnectionExpired):
        renewed(entra, consent)
    assert renewed(entra, signed_in(ms, entra)).grant.access_token


@pytest.mark.parametrize(
    "fault",
    [
        Fault.SERVER_ERROR,
        Fault.UNAVAILABLE,
        Fault.RATE_429,
        Fault.DROP,
        Fault.TRUNCATE,
        Fault.GARBAGE,
        Fault.EMPTY,
        Fault.REDIRECT,
    ],
)
@pytest.mark.parametrize("operation", ["discovery", "token"])
def test_a_sign_in_service_in_trouble_never_means_reconnecting(
    ms: FakeMicrosoft, fault: Fault, operation: str
) -> None:
    consent = signed_in(ms, Entra(ms.settings(), clocks=Waiting().clocks()))
    ms.fail_next(fault, operation=operation, times=None)
    with pytest.raises(ProviderError) as caught:
        renewed(Entra(ms.settings(), clocks=Waiting().clocks()), consent)
    assert not isinstance(caught.value, ConnectionExpired | AccessDenied | ConsentMismatch)
    ms.come_up()
    assert renewed(Entra(ms.settings(), clocks=Waiting().clocks()), consent).grant.access_token


def test_a_failed_discovery_is_not_remembered(ms: FakeMicrosoft, entra: Entra) -> None:
    ms.fail_next(Fault.UNAVAILABLE, operation="discovery")
    with pytest.raises(ProviderUnavailable):
        entra.begin_consent(CALLBACK, deadline=soon())
    assert entra.begin_consent(CALLBACK, deadline=soon())["state"]


@pytest.mark.parametrize("operation", ["discovery", "token"])
def test_a_hanging_sign_in_service_ends_with_the_deadline(ms: FakeMicrosoft, operation: str) -> None:
    consent = signed_in(ms, Entra(ms.settings(), clocks=Waiting().clocks()))
    ms.fail_next(Fault.HANG, operation=operation, seconds=10)
    entra = Entra(ms.settings(), clocks=Waiting().clocks())
    with pytest.raises(ProviderUnavailable):
        entra.acquire_silent(consent.cache, consent.account_id, force_refresh=True, deadline=soon(0.3))


@pytest.mark.parametrize("cache", ["", "nonsense", "[]", "{}"])
def test_a_broken_or_empty_cache_means_reconnecting(entra: Entra, cache: str) -> None:
    with pytest.raises(ConnectionExpired):
        entra.acquire_silent(cache, "uid.utid", deadline=soon())


def test_another_accounts_cache_gives_nothing(ms: FakeMicrosoft, entra: Entra) -> None:
    consent = signed_in(ms, entra)
    with pytest.raises(ConnectionExpired):
        entra.acquire_silent(consent.cache, "another.account", deadline=soon())


def test_an_unknown_tenant_is_an_error_in_the_configuration(ms: FakeMicrosoft) -> None:
    entra = Entra(ms.settings(tenant="nowhere.example.com"), clocks=Waiting().clocks())
    with pytest.raises(ProviderError):
        entra.begin_consent(CALLBACK, deadline=soon())


def test_a_stranger_in_between_is_not_trusted(ms: FakeMicrosoft) -> None:
    strangers = Mailboxes(Waiting().monotonic)
    entra = Entra(ms.settings(), clocks=Waiting().clocks(), mailboxes=strangers)
    with pytest.raises(ProviderUnavailable):
        entra.begin_consent(CALLBACK, deadline=soon())
    assert ms.requests == []


def test_msal_logs_no_token(ms: FakeMicrosoft, entra: Entra, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    consent = signed_in(ms, entra)
    again = renewed(entra, consent)
    for secret in (
        consent.grant.access_token,
        str(consent.grant.refresh_token),
        again.grant.access_token,
        ms.client_secret,
    ):
        assert secret not in caplog.text
