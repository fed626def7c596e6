"""Sealing and signing: only the right key, only for the right place, and nothing told otherwise."""

from __future__ import annotations

import traceback

import pytest

from bridge.vault import CannotOpen, Vault

OLD, NEW = "plainly-fake-secret-key-number-one-0001", "plainly-fake-secret-key-number-two-0002"
CONTENT = {"refresh_token": "fake-refresh-token", "n": 1}


def test_what_was_sealed_is_opened_again() -> None:
    vault = Vault([OLD])
    sealed = vault.seal(CONTENT, "here")
    assert "fake-refresh-token" not in sealed
    assert Vault([OLD]).open(sealed, "here") == CONTENT


def test_every_key_opens_and_the_first_seals() -> None:
    sealed = Vault([OLD]).seal(CONTENT, "here")
    both = Vault([NEW, OLD])
    assert both.open(sealed, "here") == CONTENT
    assert Vault([NEW]).open(both.seal(CONTENT, "here"), "here") == CONTENT


def test_what_is_rotated_needs_the_old_key_no_more() -> None:
    rotated = Vault([NEW, OLD]).rotate(Vault([OLD]).seal(CONTENT, "here"), "here")
    assert Vault([NEW]).open(rotated, "here") == CONTENT


@pytest.mark.parametrize(
    "sealed", ["", "no seal", Vault([OLD]).seal(CONTENT, "elsewhere"), "gAAAAAB\N{EURO SIGN}"]
)
def test_another_key_another_place_and_nonsense_are_refused(sealed: str) -> None:
    for vault in (Vault([OLD]), Vault([NEW])):
        with pytest.raises(CannotOpen, match="secret_key"):
            vault.open(sealed, "here")
        with pytest.raises(CannotOpen):
            vault.rotate(sealed, "here")


def test_a_refusal_shows_no_key_and_no_content() -> None:
    sealed = Vault([OLD]).seal(CONTENT, "here")
    with pytest.raises(CannotOpen) as caught:
        Vault([NEW]).open(sealed, "here")
    report = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    shown = report.replace(f"OLD = {OLD!r}", "")
    assert NEW not in shown
    assert "fake-refresh-token" not in shown
    assert repr(Vault([NEW])) == "<Vault>"


def test_sessions_are_signed_with_keys_of_their_own_the_first_in_use() -> None:
    first, older = Vault([NEW, OLD]).session_keys()
    assert older == (Vault([OLD]).session_keys()[0],)
    assert first == Vault([NEW]).session_keys()[0]
    assert {NEW, OLD}.isdisjoint({first, *older})


def test_a_vault_without_keys_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Vault([])
