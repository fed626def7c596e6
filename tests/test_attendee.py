"""Who is calling, from whatever a request carries."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.attendee import CallerRequest
from bridge.booking.event import event_text
from bridge.model import Attendee, Contact, FieldSource
from tests.callers import EVENT_TYPE, details, field, read, variant
from tests.scheduling.building import host


def test_an_event_of_several_hosts_names_all_of_them() -> None:
    both = [replace(host(name), name=f"{name.title()} Example") for name in ("anna", "ben")]
    assert event_text(EVENT_TYPE, Attendee(), "de_DE", both)[1] == "Mit: Anna Example und Ben Example"
    assert event_text(EVENT_TYPE, Attendee(), "de_DE", both[:1])[1] == ""


def test_both_ids_are_read_and_anything_but_a_usable_id_is_nobody() -> None:
    request = CallerRequest.from_payload({"contact_id": " c-1 ", "external_contact_id": 4711})
    assert request.contact == Contact("c-1", "4711")
    unusable: list[object] = ["", "  ", None, True, 1.5, [], {}, "a\x00b", "\ud800", "x" * 201, 10**5000]
    for each in unusable:
        assert CallerRequest.from_payload({"contact_id": each}).contact == Contact()


@pytest.mark.parametrize("payload", [None, [], "text", 7, {"contact_details": 1, "contact": "x"}])
def test_a_body_of_another_shape_says_nothing(payload: object) -> None:
    assert read(payload) == Attendee()


def test_details_may_come_as_a_list_of_properties() -> None:
    payload = {"contact_details": [{"key": "name", "value": "Max Muster"}, {"key": 3}, "x"]}
    assert read(payload).name == "Max Muster"


@pytest.mark.parametrize(
    "members",
    [
        {"name": "Max Muster"},
        {"full_name": " Max \t Muster\n"},
        {"first_name": "Max", "last_name": "Muster"},
        {"firstName": "Max", "lastName": "Muster"},
        {"Vorname": "Max", "Nachname": "Muster"},
        {"Vorname": "Max", "Name": "Muster"},
        {"vorname": "Max", "name": "Max Muster"},
        {"First name": "Max", "surname": "Muster", "name": None},
    ],
)
def test_a_name_is_read_from_its_many_spellings(members: dict[str, object]) -> None:
    assert read({"contact_details": members}).name == "Max Muster"
    assert read({"contact": members}).name == "Max Muster"


def test_a_full_name_anywhere_comes_before_half_a_name() -> None:
    assert read({"contact": {"firstName": "Max", "lastName": None}, **details(name="Max Muster")}).name == (
        "Max Muster"
    )
    assert read({"contact": {"firstName": "Max"}, **details(nachname="Muster")}).name == "Max Muster"
    assert read({"contact": {"lastName": "Muster"}}).name == "Muster"


def test_a_name_is_one_line_of_visible_text_of_at_most_500_characters() -> None:
    assert read(details(name="Max\r\n\x00\u202eMuster\u2028")).name == "Max Muster"
    assert len(read(details(name="x" * 60_000)).name) == 500
    assert read(details(name={"first": "Max"})).name == ""


CALLER = Attendee(
    "Max Muster",
    "max@example.com",
    "+49301234567",
    (("Reason", "Tax return", True), ("Customer number", "4711", False), ("New", "true", True)),
)


def test_the_title_names_the_caller_or_else_the_number() -> None:
    assert event_text(EVENT_TYPE, CALLER, "en_US")[0] == "Consultation: Max Muster"
    assert event_text(EVENT_TYPE, Attendee(phone="+49301234567"), "en_US")[0] == "Consultation: +49301234567"
    assert event_text(EVENT_TYPE, Attendee(), "en_US") == ("Consultation", "")


def test_the_description_holds_how_to_reach_the_caller_and_only_public_answers() -> None:
    _, description = event_text(variant(description="Booked by phone."), CALLER, "en_US")
    assert description == (
        "Booked by phone.\n\nCall to: Max Muster, +49301234567\n"
        "Name: Max Muster\nPhone: +49301234567\nE-mail: max@example.com\n"
        "Reason: Tax return\nNew: yes"
    )


def test_the_description_speaks_the_configured_language() -> None:
    assert event_text(EVENT_TYPE, CALLER, "de_DE")[1] == (
        "Anruf bei: Max Muster, +49301234567\n"
        "Name: Max Muster\nTelefon: +49301234567\nE-Mail: max@example.com\nReason: Tax return\nNew: ja"
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=10), children, max_size=4)
    ),
    max_leaves=15,
)
known_names = st.sampled_from(
    ["name", "email", "cal_email", "phone", "vorname", "properties", "key", "value", "a"]
)
described = st.dictionaries(known_names | st.text(max_size=5), json_values, max_size=6) | json_values


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(
    payload=st.fixed_dictionaries(
        {}, optional={"contact_id": json_values, "contact_details": described, "contact": described}
    )
)
def test_no_request_is_too_strange_to_be_read(payload: object) -> None:
    fields = (field(FieldSource.LLM, "a"), field(FieldSource.CONTACT, "name"))
    attendee = read(payload, variant(fields=fields))
    title, description = event_text(EVENT_TYPE, attendee, "de_DE")
    assert all(ord(character) >= 32 for character in title)
    assert (title + description).encode("utf-8")
