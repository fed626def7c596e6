"""Connecting a Microsoft account: the page, the answer, and refusals in words."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from providers.errors import (
    AccessDenied,
    ConsentDenied,
    ConsentMismatch,
)
from providers.microsoft.settings import MicrosoftSettings, missing_scopes
from providers.microsoft.sign_in import Entra
from tests.providers.microsoft import (
    BEN,
    CALLBACK,
    CARLA,
    NOW,
    Waiting,
    answer_of,
    asked,
    calendars,
    renewed,
    signed_in,
    soon,
)
from tests.vendors.microsoft import FakeMicrosoft, FakeTokens


@pytest.fixture
def entra(ms: FakeMicrosoft) -> Entra:
    return Entra(ms.settings(), clocks=Waiting().clocks())


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
    assert asked(calendars(ms, tokens=FakeTokens(lambda: consent.grant.access_token))) == ()


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
    assert MicrosoftSettings(graph_url=graph_url).scopes() == [scope]


def test_shared_calendars_are_asked_for_only_when_wanted() -> None:
    both = ["Calendars.ReadWrite", "Calendars.ReadWrite.Shared"]
    assert MicrosoftSettings().scopes(with_shared=True) == both


def test_missing_permissions_are_told_however_microsoft_writes_them() -> None:
    assert missing_scopes({"https://graph.microsoft.com/calendars.readwrite", "openid"}) == ()
    assert missing_scopes({"Calendars.ReadWrite"}) == ()
    assert missing_scopes({"User.Read"}) == ("Calendars.ReadWrite",)
