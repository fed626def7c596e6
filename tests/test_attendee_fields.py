"""What an event type asks for: booking fields of four sources."""

from __future__ import annotations

import pytest

from bridge.errors import MissingField
from bridge.model import FieldSource
from bridge.model.event_types import SYSTEM_PATHS
from tests.callers import answers, details, field, read, variant


def test_a_constant_is_the_same_for_everybody() -> None:
    assert answers({}, field(FieldSource.CONSTANT, value="phone")) == ["phone"]


def test_a_property_of_the_contact_is_found_in_record_details_and_members() -> None:
    company = field(FieldSource.CONTACT, "company")
    properties = {"properties": [{"key": "company", "value": "Muster GmbH", "dataType": "string"}]}
    assert answers({"contact": properties}, company) == ["Muster GmbH"]
    assert answers(details(company="Muster GmbH"), company) == ["Muster GmbH"]
    assert answers({"contact": {"company": "Muster GmbH"}}, company) == ["Muster GmbH"]
    assert answers({"contact": {"properties": {"Company": "Muster GmbH"}}}, company) == ["Muster GmbH"]


def test_a_property_comes_before_a_member_of_the_record_with_its_name() -> None:
    record = {"type": "contact", "properties": [{"key": "type", "value": "patient"}]}
    assert answers({"contact": record}, field(FieldSource.CONTACT, "type")) == ["patient"]


def test_system_paths_name_the_contact_and_the_event_type() -> None:
    paths = ["contact_id", "external_contact_id", "event_type.title", "timezone", "start", "nonsense"]
    fields = [field(FieldSource.SYSTEM, path) for path in paths]
    payload = {"contact_id": "c-1", "external_contact_id": "K-1"}
    assert answers(payload, *fields, start="09:00") == [
        "c-1",
        "K-1",
        "Consultation",
        "Europe/Berlin",
        "09:00",
    ]


def test_system_paths_name_the_call_and_every_member_of_the_contact() -> None:
    paths = ["call.id", "contact.firstName", "contact.last_name", "contact.company", "contact.nothing"]
    fields = [field(FieldSource.SYSTEM, path) for path in paths]
    record = {"first_name": "Kim", "lastName": "Example", "properties": [{"key": "company", "value": "M"}]}
    payload = {"contact": record, "contact_details": {"call_id": "call-7"}}
    assert answers(payload, *fields) == ["call-7", "Kim", "Example", "M"]


def test_every_path_that_may_be_configured_has_a_value() -> None:
    payload = {"contact_id": "c", "external_contact_id": "e", "contact_details": {"callId": "call-7"}}
    assert len(answers(payload, *(field(FieldSource.SYSTEM, path) for path in SYSTEM_PATHS))) == len(
        SYSTEM_PATHS
    )


def test_the_agents_answers_come_from_the_details_alone() -> None:
    reason = field(FieldSource.LLM, "appointment_reason")
    assert answers(details(appointment_reason="Tax return"), reason) == ["Tax return"]
    assert answers(details(appointmentReason="Tax return"), reason) == ["Tax return"]
    assert answers({"contact": {"appointment_reason": "Tax return"}}, reason) == []


def test_a_required_answer_that_is_missing_is_named_and_an_optional_one_skipped() -> None:
    optional = field(FieldSource.LLM, "a", label="Optional")
    required = field(FieldSource.LLM, "b", label="Reason", required=True)
    with pytest.raises(MissingField) as missing:
        answers(details(a=None, b="  "), optional, required)
    assert missing.value.field == "Reason"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (2.5, "2.5"),
        (4.0, "4"),
        (True, "true"),
        (["a", 1, None, {}], "a, 1"),
        ("x" * 600, "x" * 500),
        ("a\r\nb\x1b[0m\u2066c\u200bd", "a b [0mcd"),
        ("👩\u200d⚕️ Ärztin", "👩\u200d⚕️ Ärztin"),
    ],
)
def test_answers_become_one_line_of_text(value: object, text: str) -> None:
    assert answers(details(a=value), field(FieldSource.LLM, "a")) == [text]


@pytest.mark.parametrize(
    "value",
    [None, {}, {"a": 1}, [], [[1]], float("nan"), float("inf"), 10**5000, "", "\x00\u202e"],
    ids=lambda each: type(each).__name__,
)
def test_what_is_no_text_is_no_answer(value: object) -> None:
    assert answers(details(a=value), field(FieldSource.LLM, "a")) == []


def test_only_what_was_asked_or_marked_public_is_public() -> None:
    fields = (
        field(FieldSource.LLM, "a", label="Asked"),
        field(FieldSource.CONSTANT, value="x", label="Internal"),
        field(FieldSource.CONSTANT, value="y", label="Open", public=True),
    )
    read_answers = read(details(a="b"), variant(fields=fields)).answers
    assert {label: public for label, _, public in read_answers} == {
        "Asked": True,
        "Internal": False,
        "Open": True,
    }
