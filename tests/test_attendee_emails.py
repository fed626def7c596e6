"""The caller's e-mail address, from whatever names it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.attendee import CallerRequest, read_attendee
from bridge.attendee.mail_domains import one_edit_apart
from bridge.errors import EmailDoubtful, EmailMissing
from bridge.model import Attendee
from tests.callers import EVENT_TYPE, details, read, variant


def test_email_comes_from_cal_email_then_the_record_then_the_details_then_what_was_looked_up() -> None:
    payload: dict[str, Any] = {
        "contact": {"email": "record@example.com"},
        "contact_details": {"cal_email": "cal@example.com", "email": "details@example.com"},
    }
    request = replace(CallerRequest.from_payload(payload), looked_up={"email": "api@example.com"})
    seen = []
    for emptied in [
        None,
        ("contact_details", "cal_email"),
        ("contact", "email"),
        ("contact_details", "email"),
    ]:
        if emptied:
            payload[emptied[0]][emptied[1]] = None
        seen.append(read_attendee(EVENT_TYPE, request, country="DE").email)
    assert seen == ["cal@example.com", "record@example.com", "details@example.com", "api@example.com"]


@pytest.mark.parametrize("name", ["email", "E-Mail", "e_mail", "emailAddress", "E-Mail-Adresse", "mail"])
def test_an_address_is_found_under_its_usual_names(name: str) -> None:
    assert read(details(**{name: "max@example.com"})).email == "max@example.com"


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("Max.Muster+x@Example.COM", "Max.Muster+x@example.com"),
        (" max@example.com ", "max@example.com"),
        ("mailto:max@example.com", "max@example.com"),
        ("max@müller.example", "max@xn--mller-kva.example"),
    ],
)
def test_an_address_is_read_as_it_may_be_written_to(written: str, read_as: str) -> None:
    assert read(details(email=written)).email == read_as


@pytest.mark.parametrize(
    "address",
    [
        "max@example.com\r\nBcc: all@example.org",
        "max@example.com\n",
        "max@example.com, anna@example.com",
        "Max <max@example.com>",
        '"max muster"@example.com',
        "max muster@example.com",
        "max at example dot com",
        "max@localhost",
        "max@127.0.0.1",
        "max@-example.com",
        "max@example..com",
        ".max@example.com",
        "max@@example.com",
        "ma\u202ex@example.com",
        "x" * 65 + "@example.com",
        "max@" + "x." * 130 + "com",
        "max@" + "ü" * 70 + ".com",
        "a" * 60_000,
        7,
        ["max@example.com"],
        {"address": "max@example.com"},
        None,
    ],
    ids=lambda address: repr(address)[:30],
)
def test_what_is_not_plainly_an_address_is_absent_and_the_next_source_is_asked(address: object) -> None:
    assert read(details(email=address)).email is None
    assert read(details(cal_email=address, email="max@example.com")).email == "max@example.com"


def test_a_required_address_is_asked_for() -> None:
    with pytest.raises(EmailMissing):
        read({}, variant(require_email=True))


def test_the_fallback_address_spares_the_question_and_never_becomes_the_callers() -> None:
    event_type = variant(require_email=True, fallback_email="office@example.com")
    assert read({}, event_type).email is None


@pytest.mark.parametrize(
    "said",
    [
        "kim at example dot com",
        "kim@",
        "kim@gmaiml.com",
        "kim@gmial.com",
        "kim@gnx.de",
        "kim@gmail.con",
        "kim",
    ],
)
def test_what_is_hardly_an_address_is_kept_as_said(said: str) -> None:
    attendee = read(details(cal_email=said))
    assert (attendee.email, attendee.email_as_said) == (None, said)


@pytest.mark.parametrize("said", ["", " ", "unknown", "not provided", "keine", "n/a", "-", None, 7, []])
def test_what_agents_write_for_no_address_is_none(said: object) -> None:
    assert read(details(email=said)) == Attendee()


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com",
        "mail.com",
        "ymail.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "email.de",
        "hotmail.be",
        "example.com",
    ],
)
def test_a_provider_and_a_domain_of_its_own_are_no_slip(domain: str) -> None:
    assert read(details(email=f"kim@{domain}")).email == f"kim@{domain}"


def test_a_doubtful_address_before_a_good_one_is_told_beside_it() -> None:
    attendee = read({"contact": {"email": "kim@example.com"}, **details(cal_email="kim@gmaiml.com")})
    assert (attendee.email, attendee.email_as_said) == ("kim@example.com", "kim@gmaiml.com")


def test_where_an_address_is_required_a_doubtful_one_is_asked_for_again() -> None:
    with pytest.raises(EmailDoubtful) as doubtful:
        read(details(email="kim@gmaiml.com"), variant(require_email=True))
    assert doubtful.value.heard == "kim@gmaiml.com"


@given(st.text("abc", max_size=4), st.text("abc", max_size=4))
def test_one_edit_is_one_letter_more_less_or_other_or_two_swapped(one: str, other: str) -> None:
    edits = {one[:i] + one[i + 1 :] for i in range(len(one))}
    edits |= {one[:i] + letter + one[i:] for i in range(len(one) + 1) for letter in "abc"}
    edits |= {one[:i] + letter + one[i + 1 :] for i in range(len(one)) for letter in "abc"}
    edits |= {one[:i] + one[i + 1] + one[i] + one[i + 2 :] for i in range(len(one) - 1)}
    assert one_edit_apart(one, other) == (other in edits - {one})
