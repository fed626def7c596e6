"""Whose requests are answered."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.service.signing import sign
from bridge.web.signature import SignatureInvalid, verify

KEY = "telli_test_key"
VECTORS: list[dict[str, Any]] = json.loads(
    Path(__file__).parent.with_name("telli-signing-vectors.json").read_text(encoding="utf-8")
)


def is_accepted(raw: bytes, header: str | None, *keys: str) -> bool:
    try:
        verify(raw, header, keys or (KEY,))
    except SignatureInvalid:
        return False
    return True


def bytes_of(vector: dict[str, Any], member: str) -> bytes:
    return base64.b64decode(vector[member] or "")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_every_recorded_request_is_answered_as_laid_down(vector: dict[str, Any]) -> None:
    is_signed_raw = vector["signature_hex"] == vector["raw_body_signature_hex"]
    is_object = bytes_of(vector, "canonical_base64").startswith(b"{")
    accepted = is_accepted(bytes_of(vector, "body_bytes_base64"), vector["signature_hex"], vector["api_key"])
    assert accepted == (vector["valid"] or (is_signed_raw and is_object))


@pytest.mark.parametrize("vector", [each for each in VECTORS if each["valid"]], ids=lambda each: each["name"])
def test_the_payload_is_what_was_verified(vector: dict[str, Any]) -> None:
    raw, canonical = bytes_of(vector, "body_bytes_base64"), bytes_of(vector, "canonical_base64")
    assert verify(raw, vector["signature_hex"], [vector["api_key"]]) == json.loads(
        canonical, parse_int=lambda text: int(text) if len(text) < 16 else float(text)
    )


def test_the_vectors_are_all_there() -> None:
    assert len(VECTORS) == 126


def test_any_of_several_keys_signs_and_a_foreign_or_empty_one_does_not() -> None:
    body = b'{"contact_id":"c-1"}'
    assert is_accepted(body, sign(body, "old"), "new", "old")
    assert is_accepted(body, sign(body, "new"), "new", "old")
    assert not is_accepted(body, sign(body, "foreign"), "new", "old")
    assert not is_accepted(body, hmac.new(b"", body, hashlib.sha256).hexdigest(), "", "new")


def test_a_key_that_is_not_utf8_in_the_environment_signs_with_its_bytes() -> None:
    from_environment = b"caf\xe9".decode("utf-8", "surrogateescape")
    assert is_accepted(b"{}", hmac.new(b"caf\xe9", b"{}", hashlib.sha256).hexdigest(), from_environment)


def test_an_empty_body_stands_for_an_empty_object_only_in_javascripts_form() -> None:
    assert verify(b"", sign(b"{}", KEY), [KEY]) == {}
    assert not is_accepted(b"", sign(b"", KEY))


def test_a_raw_signature_counts_only_for_an_object() -> None:
    body = b'[ 1, "a" ]'
    assert not is_accepted(body, sign(body, KEY))
    assert verify(body, sign(b'[1,"a"]', KEY), [KEY]) == [1, "a"]
    assert not is_accepted(b'"a"', sign(b'"a"', KEY))


@pytest.mark.parametrize(
    "body", [b"[" * 60_000, b'{"a":' * 12_000 + b"1" + b"}" * 12_000], ids=["open", "closed"]
)
def test_a_body_nested_beyond_reading_is_refused_and_breaks_nothing(body: bytes) -> None:
    assert not is_accepted(body, sign(body, KEY))


def test_the_spelling_of_the_header_counts() -> None:
    good = sign(b"{}", KEY)
    for header in [
        None,
        "",
        good.upper(),
        good[:-1],
        good + "0",
        f" {good}",
        f"{good}\n",
        f"sha256={good}",
        "é" * 64,
    ]:
        assert not is_accepted(b"{}", header)


@given(raw=st.binary(max_size=300), header=st.none() | st.text(max_size=70))
def test_random_bytes_are_refused_and_nothing_else(raw: bytes, header: str | None) -> None:
    assert not is_accepted(raw, header)


@given(
    raw=st.binary(max_size=300) | st.text('{}[]",:0123456789.eE-+\\u truefalsn', max_size=60).map(str.encode)
)
def test_signed_bytes_are_either_read_or_refused(raw: bytes) -> None:
    try:
        payload = verify(raw, sign(raw, KEY), [KEY])
    except SignatureInvalid:
        return
    assert isinstance(payload, dict | list)


@given(
    payload=st.dictionaries(
        st.text(max_size=8), st.integers(-(2**40), 2**40) | st.text(max_size=8), max_size=5
    )
)
def test_one_changed_byte_of_a_compact_body_is_refused(payload: dict[str, object]) -> None:
    body = json.dumps({**payload, "contact_id": "c-1"}, separators=(",", ":")).encode("utf-8")
    header = sign(body, KEY)
    changed = body.replace(b'"c-1"', b'"c-2"')
    assert is_accepted(body, header)
    assert not is_accepted(changed, header)
