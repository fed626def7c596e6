"""Sentences that are read aloud in a call."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import bridge.errors
from bridge.errors import (
    AlreadyMoved,
    AvailabilityUnknown,
    BridgeError,
    EmailMissing,
    MissingField,
    NotFound,
    SlotNotOffered,
    SlotTaken,
    StoreUnavailable,
)
from bridge.model import Slot
from bridge.speech.reasons import Refusal, Speech

BERLIN = ZoneInfo("Europe/Berlin")
NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
GONE = "Appointment slot is no longer available"


def slots(count: int) -> list[Slot]:
    starts = [NINE + timedelta(hours=3 * number) for number in range(count)]
    return [Slot(start, start + timedelta(minutes=30)) for start in starts]


def reason(refusal: BridgeError | Refusal, locale: str = "en_US", *, offers: int = 0) -> str:
    return Speech(locale).reason(refusal, zone=BERLIN, slots=slots(offers))


def test_a_slot_that_is_gone_is_told_in_the_documented_words() -> None:
    assert reason(SlotTaken("x")) == GONE


def test_up_to_three_next_offers_follow() -> None:
    assert reason(SlotTaken("x"), offers=1) == (
        f"{GONE}. The next free time is Tuesday, November 24 at 10:00 AM."
    )
    assert reason(SlotTaken("x"), offers=2) == (
        f"{GONE}. The next free times are Tuesday, November 24 at 10:00 AM"
        " and Tuesday, November 24 at 1:00 PM."
    )
    assert reason(SlotTaken("x"), offers=5).count("November 24") == 3


def test_offers_follow_any_sentence_as_one_of_their_own() -> None:
    assert reason(SlotNotOffered("x", ["notice"]), offers=1) == (
        "It is too late to book that time. The next free time is Tuesday, November 24 at 10:00 AM."
    )


def test_german_is_spoken_formally_with_german_dates() -> None:
    assert reason(SlotTaken("x"), "de_DE", offers=2) == (
        "Der Termin ist nicht mehr verfügbar. Die nächsten freien Termine sind "
        "am Dienstag, dem 24. November um 10:00 Uhr und am Dienstag, dem 24. November um 13:00 Uhr."
    )
    assert (
        reason(EmailMissing(), "de_AT") == "Bitte erfragen Sie die E-Mail-Adresse und buchen Sie dann erneut."
    )


def test_times_are_those_of_the_zone_across_summer_time() -> None:
    speech, slot = Speech("en_GB"), Slot(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), NINE)
    assert speech.next_times([slot], zone=BERLIN) == "The next free time is Thursday, 2 July at 0:30."
    assert speech.next_times([slot], zone=ZoneInfo("Asia/Kolkata")) == (
        "The next free time is Thursday, 2 July at 4:00."
    )


def test_a_language_without_a_catalogue_is_spoken_to_in_english_throughout() -> None:
    assert reason(SlotTaken("x"), "fr_FR", offers=1) == reason(SlotTaken("x"), "en_US", offers=1)


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        (["notice"], "It is too late to book that time."),
        (["open"], "Appointments are not offered at that time."),
        (["horizon"], "That date is too far ahead to be booked."),
        (["start_date"], "Appointments are only offered from a later date on."),
        (["start date"], "Appointments are only offered from a later date on."),
        (["step"], "No appointment starts at that time."),
        (["limits"], "No more appointments can be booked on that day."),
        (["free"], GONE),
        (["known"], "The calendar cannot be reached right now. Please try again in a moment."),
        (["free", "open", "notice"], "It is too late to book that time."),
        ([], "Appointments are not offered at that time."),
        (["a rule of tomorrow"], "Appointments are not offered at that time."),
    ],
)
def test_the_rule_that_says_most_is_spoken(rules: list[str], sentence: str) -> None:
    assert reason(SlotNotOffered("x", rules)) == sentence


def test_what_is_missing_is_named_as_the_owner_labelled_it() -> None:
    assert reason(MissingField("x", "Reason {for} visit")) == (
        "Please ask for the following and then book again: Reason {for} visit."
    )


def test_a_repeat_after_a_move_names_the_present_appointment() -> None:
    assert reason(AlreadyMoved("x", NINE)) == (
        "The appointment has already been moved to Tuesday, November 24 at 10:00 AM."
    )


def every_error() -> Iterator[BridgeError]:
    arguments = {
        "text": "xyzzy",
        "field": "Reason",
        "heard": "kim@",
        "titles": ["Haircut", "Colouring"],
        "sentence": "Which one is meant?",
        "start": NINE,
        "problems": [],
        "rules": (),
    }
    for _, kind in inspect.getmembers(bridge.errors, inspect.isclass):
        if issubclass(kind, BridgeError):
            names = [] if kind.__init__ is Exception.__init__ else list(inspect.signature(kind).parameters)
            yield kind(*(arguments[name] for name in names if name in arguments))


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "fr_FR"])
@pytest.mark.parametrize(
    "refusal", [*every_error(), *Refusal], ids=lambda each: getattr(each, "code", str(each))
)
def test_every_refusal_has_a_sentence_without_the_errors_own_text(
    refusal: BridgeError | Refusal, locale: str
) -> None:
    sentence = reason(refusal, locale)
    assert sentence
    assert "xyzzy" not in sentence
    assert "{" not in sentence


@pytest.mark.parametrize("error", [NotFound(""), AvailabilityUnknown(""), StoreUnavailable("")])
def test_the_two_languages_differ(error: BridgeError) -> None:
    assert reason(error, "en_US") != reason(error, "de_DE")


_WEEKDAYS = {
    "en_US": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de_DE": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
}
_SAID = re.compile(
    r"(?:am )?(?P<weekday>\w+), (?:dem )?(?:(?P<day>\d+)\. \w+|\w+ (?P<dayafter>\d+))"
    r" (?:at|um) (?P<hour>\d+):(?P<minute>\d\d) ?(?P<half>AM|PM|Uhr)"
)


@pytest.mark.parametrize("locale", sorted(_WEEKDAYS))
@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_what_is_said_is_the_local_weekday_date_and_time(locale: str, name: str) -> None:
    zone, year = ZoneInfo(name), datetime(2026, 1, 1, tzinfo=UTC)
    whole_year = [year + timedelta(minutes=523 * number) for number in range(1000)]
    days = ((3, 8), (3, 28), (4, 4), (10, 3), (10, 24), (10, 31))
    changes = [datetime(2026, month, day, tzinfo=UTC) for month, day in days]
    half_hours = [change + timedelta(minutes=30 * half) for change in changes for half in range(72)]
    for instant in [*whole_year, *half_hours]:
        local = instant.astimezone(zone)
        said = _SAID.fullmatch(Speech(locale).language.said(instant, zone))
        assert said, local
        hour = int(said["hour"])
        if said["half"] != "Uhr":
            hour = hour % 12 + 12 * (said["half"] == "PM")
        told = (said["weekday"], int(said["day"] or said["dayafter"]), hour, int(said["minute"]))
        assert told == (_WEEKDAYS[locale][local.weekday()], local.day, local.hour, local.minute)
        assert not said["hour"].startswith("0") or said["hour"] == "0"
