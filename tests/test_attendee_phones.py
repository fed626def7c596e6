"""Telephone numbers: right, or as they were said, and never a wrong one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.attendee import CallerRequest, read_attendee
from bridge.attendee.phones import read_phone
from bridge.booking.event import event_text
from bridge.model import Attendee
from tests.callers import EVENT_TYPE, details, read

# By the country of the business: the number, and how callers say it and agents write it down.
SPELLINGS: dict[str, dict[str, list[object]]] = {
    "DE": {
        "+493023125000": [
            "+493023125000",
            "+49 30 23125000",
            "+49 (0)30 23125-000",
            "0049 30 23125000",
            "0049 (0) 30 / 23 12 50 00",
            "030 23125000",
            "030/23125000",
            "(030) 231 25 000",
            "030-23125000",
            "tel:+49-30-23125000",
            "+4903023125000",
            "493023125000",
            493023125000,
            "null drei null zwei drei eins zwei fünf null null null",
            "Null, drei, null. Zwo, drei, eins. Zwo, fünf, null, null, null.",
            "null 3 0 2 3 1 2 5 dreimal null",
            "plus vier neun dreißig".replace("dreißig", "drei null") + " 23125000",
            "doppelnull vier neun 30 23125 doppel null 0",
            "Tel.: 030 23125000",
            "030 23125000 (Büro)",
        ],
        "+491713920012": [
            "0171 39 20 012",
            "0171 3920012",
            "491713920012",
            "1713920012",
            "01713920012 privat",
        ],
    },
    "AT": {
        "+436641234567": [
            "+436641234567",
            "+43 664 123 45 67",
            "+43 (0)664 1234567",
            "+43-664-1234567",
            "0043 664 1234567",
            "0043 (0) 664 / 123 45 67",
            "0664 1234567",
            "0664/1234567",
            "(0664) 123 45 67",
            "0664-123-4567",
            "06641234567",
            "tel:+43-664-1234567",
            "436641234567",
            436641234567,
            "null sechs sechs vier eins zwei drei vier fünf sechs sieben",
            "Null, doppel sechs, vier, eins zwo drei vier fünf sechs sieben",
            "null 6 6 4 1234567",
            "plus 43 664 1234567",
            "plus vier drei sechs sechs vier 1 2 3 4 5 6 7",
            "Handy 0664 1234567",
        ],
        "+4315123456": ["01 5123456", "01/512 34 56"],
    },
    "CH": {
        "+41791234567": [
            "+41791234567",
            "+41 79 123 45 67",
            "+41 (0)79 123 45 67",
            "+41-79-123-45-67",
            "0041 79 123 45 67",
            "0041 (0)79 123 45 67",
            "079 123 45 67",
            "079/123 45 67",
            "079.123.45.67",
            "(079) 1234567",
            "0791234567",
            "tel:+41-79-123-45-67",
            "41791234567",
            41791234567,
            791234567,
            "null sieben neun eins zwei drei vier fünf sechs sieben",
            "Null sieben neun, eins zwo drei, vier fünf, sechs sieben",
            "null 7 9 123 45 67",
            "plus vier eins 79 123 45 67",
            "Natel: 079 123 45 67",
        ],
        "+41441234567": ["044 123 45 67", "0041 44 123 45 67"],
    },
    "GB": {
        "+442079460958": [
            "+442079460958",
            "+44 20 7946 0958",
            "+44 (0)20 7946 0958",
            "+44 (0) 20-7946-0958",
            "0044 20 7946 0958",
            "0044 (0)20 7946 0958",
            "020 7946 0958",
            "(020) 7946 0958",
            "020-7946-0958",
            "020.7946.0958",
            "02079460958",
            "tel:+44-20-7946-0958",
            "442079460958",
            442079460958,
            "oh two oh seven nine four six oh nine five eight",
            "Oh two oh, seven nine four six, oh nine five eight",
            "zero 2 zero 7946 0958",
            "plus four four two oh 7946 0958",
            "double oh four four 20 7946 0958",
            "Landline: 020 7946 0958",
        ],
        "+447400123456": ["07400 123456", "oh seven four double oh one two three four five six", 7400123456],
    },
    "US": {
        "+14155550132": [
            "+14155550132",
            "+1 415 555 0132",
            "+1 (415) 555-0132",
            "+1-415-555-0132",
            "001 415 555 0132",
            "011 1 415 555 0132",
            "(415) 555-0132",
            "415-555-0132",
            "415.555.0132",
            "415 555 0132",
            "4155550132",
            "tel:+1-415-555-0132",
            "14155550132",
            14155550132,
            4155550132,
            "four one five five five five oh one three two",
            "Four one five, five five five, zero one three two",
            "four one five triple five oh 1 3 2",
            "one 415 555 0132",
            "Cell: (415) 555-0132",
        ],
    },
}
TABLE = [
    (country, spelling, e164)
    for country, numbers in SPELLINGS.items()
    for e164, spellings in numbers.items()
    for spelling in spellings
]


def test_the_table_holds_twenty_spellings_of_each_country() -> None:
    assert all(max(map(len, numbers.values())) >= 20 for numbers in SPELLINGS.values())


@pytest.mark.parametrize(("country", "spelling", "e164"), TABLE)
def test_a_number_is_read_as_its_country_dials_it(country: str, spelling: object, e164: str) -> None:
    assert read_phone(spelling, country) == e164


@pytest.mark.parametrize(
    ("country", "spelling", "e164"),
    [
        ("DE", "14155550132", "+14155550132"),
        ("DE", "447400123456", "+447400123456"),
        ("DE", "+1 (415) 555-0132", "+14155550132"),
        ("US", "0049 30 23125000", "+493023125000"),
        ("US", "011 49 30 23125000", "+493023125000"),
        ("US", "442079460958", "+442079460958"),
        ("DE", "011 44 20 7946 0958", "+442079460958"),
        (None, "+49 30 23125000", "+493023125000"),
        (None, "0049 30 23125000", "+493023125000"),
    ],
)
def test_a_number_of_another_country_is_read_with_its_code(
    country: str | None, spelling: str, e164: str
) -> None:
    assert read_phone(spelling, country) == e164


@pytest.mark.parametrize(
    ("country", "spelling"),
    [
        (None, "030 1234567"),
        (None, "491761234567"),
        ("DE", "(415) 555-2671"),  # no German dials without the 0 in front
        ("DE", "15123456789"),  # 0151 23456789 without its 0, or a number in Texas
        ("DE", "30 23125000"),
        ("DE", "030 23125000 oder 0171 3920012"),
        ("DE", "030 23125000 Durchwahl 12"),
        ("DE", "+49 30 23125000 +49 171 3920012"),
        ("DE", "null eins sieben sechs zwölf vierunddreißig"),
        ("DE", "0176 doppel 12 3456"),
        ("DE", "0176 12345678 doppel"),
        ("DE", "110"),
        ("US", "1-800-FLOWERS1"),
        ("US", "030 1234567"),
        ("US", "123 555 0132"),
    ],
)
def test_what_is_not_certain_is_kept_as_it_was_said(country: str | None, spelling: str) -> None:
    request = CallerRequest.from_payload(details(phone=f" {spelling}\n"))
    attendee = read_attendee(EVENT_TYPE, request, country=country)
    assert (attendee.phone, attendee.phone_as_said) == (None, spelling)


@pytest.mark.parametrize(
    "number",
    ["", "unknown", "not provided", "o", True, 1.5, [], {}, 10**5000, "030" * 400],
    ids=lambda each: repr(each)[:10] if not isinstance(each, int) else type(each).__name__,
)
def test_what_is_no_number_is_absent(number: object) -> None:
    attendee = read(details(phone=number))
    assert attendee.phone is None
    assert len(attendee.phone_as_said) <= 500
    assert not attendee.phone_as_said or str(number).startswith("030")


@pytest.mark.parametrize("name", ["phone_number", "phoneNumber", "Telefon", "Handy-Nummer", "mobile", "tel"])
def test_a_number_is_found_under_its_usual_names(name: str) -> None:
    assert read(details(**{name: "+49 30 1234567"})).phone == "+49301234567"


def test_what_telli_knows_of_the_contact_comes_before_what_was_taken_down() -> None:
    payload = {"contact": {"phoneNumber": "+49301111111"}, **details(phone="+49302222222")}
    assert read(payload).phone == "+49301111111"
    request = replace(
        CallerRequest.from_payload(details(phone="+49302222222")), looked_up={"phoneNumber": "+49303333333"}
    )
    assert read_attendee(EVENT_TYPE, request, country="DE").phone == "+49303333333"


def test_a_number_that_can_be_read_comes_before_one_that_cannot() -> None:
    attendee = read({"contact": {"phoneNumber": "0815"}, **details(phone="030 2222222")})
    assert (attendee.phone, attendee.phone_as_said) == ("+49302222222", "")


def test_an_unchecked_number_is_marked_in_the_event() -> None:
    attendee = Attendee(name="Max Muster", phone_as_said="0815")
    english, german = (event_text(EVENT_TYPE, attendee, each)[1] for each in ("en_US", "de_DE"))
    assert english == "Call to: Max Muster, 0815\nName: Max Muster\nPhone (not checked): 0815"
    assert german == "Anruf bei: Max Muster, 0815\nName: Max Muster\nTelefon (ungeprüft): 0815"
    assert event_text(EVENT_TYPE, Attendee(phone_as_said="0815"), "en_US")[0] == "Consultation: 0815"
