"""Signing in at Microsoft: consent, tokens from a cache, and refusals in words."""

from __future__ import annotations

import json
import logging
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from providers.errors import (
    AccessDenied,
    ConnectionExpired,
    ConsentDenied,
    ConsentMismatch,
    ProviderError,
    ProviderUnavailable,
)
from providers.microsoft import Consent, Entra, Mailboxes, missing_scopes
from providers.microsoft.settings import MicrosoftSettings
from tests.providers.microsoft import BEN, CARLA, DORA, NOW, Waiting, asked, calendars, soon
from tests.vendors.microsoft import FakeMicrosoft, FakeTokens, Fault

CALLBACK = "https://calendar.example.com/connect/microsoft/callback"


@pytest.fixture
def entra(ms: FakeMicrosoft) -> Entra:
    return Entra(ms.settings(), clocks=Waiting().clocks())


def answer_of(place: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(place).query))


def signed_in(ms: FakeMicrosoft, entra: Entra, email: str = BEN) -> Consent:
    flow = entra.begin_consent(CALLBACK, deadline=soon())
    return entra.finish_consent(flow, answer_of(ms.consent(flow["auth_uri"], email)), deadline=soon())


def renewed(entra: Entra, consent: Consent, cache: str | None = None) -> Any:
    return entra.acquire_silent(
        cache or consent.cache, consent.account_id, force_refresh=True, deadline=soon()
    )


def test_the_consent_page_is_asked_with_pkce_nonce_and_a_redirect(ms: FakeMicrosoft, entra: Entra) -> None:
    flow = entra.begin_consent(CALLBACK, login_hint=BEN, deadline=soon())
    query = dict(parse_qsl(urlsplit(flow["auth_uri"]).query))
    assert query["code_challenge_method"] == "S256"
    assert query["response_mode"] == "query"
    assert query["prompt"] == "select_account"
    assert query["login_hint"] == BEN
    assert query["state"] == flow["state"]
    assert query["nonce"]
    assert flow["code_verifier"] not in flow["auth_uri"]
    assert {"openid", "profile", "offline_access"} < set(query["scope"].split())
    assert json.loads(json.dumps(flow)) == flow  # it is kept on the server between two requests


def test_an_accepted_consent_gives_a_token_that_works(ms: FakeMicrosoft, entra: Entra) -> None:
    consent = signed_in(ms, entra)
    assert consent.grant.email == BEN
    assert consent.grant.refresh_token is not None
    assert missing_scopes(consent.grant.granted_scopes) == ()
    assert (consent.grant.expires_at - NOW).total_seconds() == pytest.approx(3599, abs=2)
    assert not consent.is_personal
    assert asked(calendars(ms, tokens=FakeTokens(lambda: consent.grant.access_token))) == ()


def test_a_personal_account_is_known_by_its_tenant(ms: FakeMicrosoft, entra: Entra) -> None:
    ms.add_account(DORA, personal=True)
    assert signed_in(ms, entra, DORA).is_personal


def test_no_token_shows_in_a_repr(ms: FakeMicrosoft, entra: Entra) -> None:
    consent = signed_in(ms, entra)
    again = renewed(entra, consent)
    shown = repr((consent, again, ms.settings()))
    for text in (
        consent.grant.access_token,
        str(consent.grant.refresh_token),
        ms.client_secret,
        consent.cache,
    ):
        assert text not in shown


def test_saying_no_is_a_refusal_in_words(ms: FakeMicrosoft, entra: Entra) -> None:
    flow = entra.begin_consent(CALLBACK, deadline=soon())
    with pytest.raises(ConsentDenied) as caught:
        entra.finish_consent(flow, answer_of(ms.consent(flow["auth_uri"], BEN, deny=True)), deadline=soon())
    assert "declined" in caught.value.detail
    assert "AADSTS65004" in caught.value.detail


def test_an_administrators_approval_is_asked_for_in_words(ms: FakeMicrosoft, entra: Entra) -> None:
    ms.need_admin(BEN)
    flow = entra.begin_consent(CALLBACK, deadline=soon())
    with pytest.raises(ConsentDenied) as caught:
        entra.finish_consent(flow, answer_of(ms.consent(flow["auth_uri"], BEN)), deadline=soon())
    assert "administrator" in caught.value.detail


@pytest.mark.parametrize(("number", "word"), [(53003, "conditional access"), (50105, "assigned")])
def test_a_companys_rules_are_explained(ms: FakeMicrosoft, entra: Entra, number: int, word: str) -> None:
    flow = entra.begin_consent(CALLBACK, deadline=soon())
    place = ms.consent(flow["auth_uri"], BEN, aadsts=number)
    with pytest.raises(AccessDenied) as caught:
        entra.finish_consent(flow, answer_of(place), deadline=soon())
    assert word in caught.value.detail


def test_another_sign_ins_answer_is_refused(ms: FakeMicrosoft, entra: Entra) -> None:
    mine, other = (entra.begin_consent(CALLBACK, deadline=soon()) for _ in range(2))
    answer = answer_of(ms.consent(other["auth_uri"], CARLA))
    with pytest.raises(ConsentMismatch):
        entra.finish_consent(mine, answer, deadline=soon())
    assert "token" not in ms.operations()


def test_a_code_of_another_browser_fails_by_its_verifier(ms: FakeMicrosoft, entra: Entra) -> None:
    mine, other = (entra.begin_consent(CALLBACK, deadline=soon()) for _ in range(2))
    stolen = answer_of(ms.consent(other["auth_uri"], BEN)) | {"state": mine["state"]}
    with pytest.raises(ConsentMismatch):
        entra.finish_consent(mine, stolen, deadline=soon())


def test_a_token_for_another_nonce_is_refused(ms: FakeMicrosoft, entra: Entra) -> None:
    flow = entra.begin_consent(CALLBACK, deadline=soon())
    answer = answer_of(ms.consent(flow["auth_uri"], BEN))
    with pytest.raises(ConsentMismatch):
        entra.finish_consent(flow | {"nonce": "another"}, answer, deadline=soon())


def test_a_code_works_once(ms: FakeMicrosoft, entra: Entra) -> None:
    flow = entra.begin_consent(CALLBACK, deadline=soon())
    answer = answer_of(ms.consent(flow["auth_uri"], BEN))
    entra.finish_consent(flow, answer, deadline=soon())
    with pytest.raises(ConsentMismatch) as caught:
        entra.finish_consent(flow, answer, deadline=soon())
    assert "again" in caught.value.detail


@pytest.mark.parametrize("answer", [{}, {"state": ""}, {"code": "x"}])
def test_an_answer_that_is_none_is_refused(entra: Entra, answer: dict[str, str]) -> None:
    flow = entra.begin_consent(CALLBACK, deadline=soon())
    with pytest.raises(ConsentMismatch):
        entra.finish_consent(flow, answer, deadline=soon())
    with pytest.raises(ConsentMismatch):
        entra.finish_consent({}, answer, deadline=soon())


def test_an_answer_with_neither_code_nor_error_is_refused(entra: Entra) -> None:
    flow = entra.begin_consent(CALLBACK, deadline=soon())
    with pytest.raises(ConsentMismatch):
        entra.finish_consent(flow, {"state": flow["state"]}, deadline=soon())


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


@pytest.mark.parametrize(
    ("graph_url", "scope"),
    [
        ("https://graph.microsoft.com/v1.0", "Calendars.ReadWrite"),
        (
            "https://microsoftgraph.chinacloudapi.cn/v1.0",
            "https://microsoftgraph.chinacloudapi.cn/Calendars.ReadWrite",
        ),
        ("https://graph.microsoft.us/v1.0/", "https://graph.microsoft.us/Calendars.ReadWrite"),
    ],
)
def test_scopes_name_the_graph_of_their_cloud(graph_url: str, scope: str) -> None:
    assert MicrosoftSettings(graph_url=graph_url).scopes == (scope,)


def test_missing_permissions_are_told_however_microsoft_writes_them() -> None:
    assert missing_scopes({"https://graph.microsoft.com/calendars.readwrite", "openid"}) == ()
    assert missing_scopes({"Calendars.ReadWrite"}) == ()
    assert missing_scopes({"User.Read"}) == ("Calendars.ReadWrite",)
