"""Every German sentence that is read aloud in a call, as a native speaker says it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bridge.errors import BridgeError, SlotNotOffered
from bridge.model import Slot
from bridge.scheduling.no_times import NoTimes
from bridge.scheduling.slots import Rule
from bridge.speech.appointments import Spoken, cancelled, coming, moved, passed_on, which
from bridge.speech.reasons import Refusal, Speech
from tests.test_speech import every_error

GERMAN = Speech("de_DE")
BERLIN = ZoneInfo("Europe/Berlin")
NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)
AGAIN = "Bitte versuchen Sie es gleich noch einmal."
FAULT = f"Es ist ein Fehler aufgetreten, der Termin wurde nicht gebucht. {AGAIN}"
UNREACHABLE = f"Der Kalender ist gerade nicht erreichbar. {AGAIN}"
TAKES_NONE = "Der Kalender nimmt im Moment keine neuen Termine an. Der Betrieb ist benachrichtigt."
NOT_SAVED = f"Der Termin konnte nicht gespeichert werden. {AGAIN}"
GONE = "Der Termin ist nicht mehr verfügbar"

REFUSALS = {
    "already_moved": (
        "Der Termin wurde bereits verlegt; er ist jetzt am Dienstag, dem 24. November um 10:00 Uhr."
    ),
    "availability_unknown": UNREACHABLE,
    "booking_closed": "Dieser Termin kann nicht mehr geändert werden.",
    "calendar_refused": "Der Termin konnte nicht in den Kalender eingetragen werden.",
    "cancelled_by_staff": (
        "Der Termin am Dienstag, dem 24. November um 10:00 Uhr wurde vom Betrieb abgesagt. "
        "Bitte vereinbaren Sie eine andere Zeit."
    ),
    "dry_run": "Das war als Test gemeint, aber so nicht zu verstehen: Es wurde nichts gebucht.",
    "email_doubtful": (
        "Die E-Mail-Adresse wurde als „kim@“ verstanden. "
        "Bitte lassen Sie sie buchstabieren und buchen Sie dann erneut."
    ),
    "hold_lost": "Der Termin konnte nicht gebucht werden. Bitte versuchen Sie es gleich noch einmal.",
    "kind": "Diese Art von Termin wird nicht angeboten.",
    "missing_email": "Bitte erfragen Sie die E-Mail-Adresse und buchen Sie dann erneut.",
    "missing_field": "Bitte erfragen Sie Folgendes und buchen Sie dann erneut: Reason.",
    "overloaded": (
        "Im Moment rufen zu viele Menschen an, deshalb hat das gerade nicht geklappt. "
        "Bitte versuchen Sie es gleich noch einmal."
    ),
    "crowded": "Im Moment rufen zu viele Menschen an. Bitte fragen Sie gleich noch einmal.",
    "no_answer": "Etwas ist schiefgegangen. Bitte versuchen Sie es gleich noch einmal.",
    "no_appointment": "Diesen Termin gibt es nicht.",
    "not_begun": "Dieser Termin hat noch nicht begonnen.",
    "not_found": "Ein solcher Termin wurde nicht gefunden.",
    "number": "Bitte fragen Sie nach der Telefonnummer und versuchen Sie es dann erneut.",
    "other_request": "In dieser Anfrage geht es nicht um eine Terminbuchung.",
    "outcome_unknown": (
        "Der Kalender hat den Termin nicht rechtzeitig bestätigt. Bitte versuchen Sie es gleich noch einmal."
    ),
    "schema_outdated": NOT_SAVED,
    "service_unknown": "Diese Leistung wird nicht angeboten. Möglich sind Haircut und Colouring.",
    "several_appointments": "Which one is meant?",  # worded below
    "slot_not_offered": "Zu dieser Zeit werden keine Termine angeboten.",
    "slot_taken": GONE,
    "start": "Die Uhrzeit fehlt oder war nicht zu verstehen.",
    "store_unavailable": NOT_SAVED,
    "takes_no_appointments": TAKES_NONE,
    "too_late_to_change": (
        "Dieser Termin lässt sich so kurzfristig nur noch im direkten Gespräch mit dem Betrieb ändern."
    ),
    "too_many_bookings": "Es stehen bereits andere Termine an; ein weiterer kann nicht gebucht werden.",
    "too_many_no_shows": (
        "Dieser Anrufer ist zu früheren Terminen nicht erschienen und kann nur im Gespräch mit jemandem "
        "aus dem Betrieb buchen."
    ),
}

RULES = {
    Rule.NOTICE: "Für eine Buchung zu dieser Zeit ist es zu spät.",
    Rule.START_DATE: "Termine werden erst ab einem späteren Datum angeboten.",
    Rule.HORIZON: "Dieses Datum liegt für eine Buchung zu weit in der Zukunft.",
    Rule.OPEN: "Zu dieser Zeit werden keine Termine angeboten.",
    Rule.STEP: "Zu dieser Uhrzeit beginnt kein Termin.",
    Rule.LIMITS: "An diesem Tag können keine weiteren Termine gebucht werden.",
    Rule.KNOWN: UNREACHABLE,
    Rule.FREE: GONE,
    Rule.TRAVEL: GONE,
}

NO_TIMES = {
    NoTimes.CLOSED: "Am Dienstag, dem 24. November werden keine Termine angeboten.",
    NoTimes.FULL: "Am Dienstag, dem 24. November ist alles ausgebucht.",
    NoTimes.TOO_SOON: "Für einen Termin am Dienstag, dem 24. November ist es zu spät.",
    NoTimes.TOO_FAR: (
        "Das liegt zu weit in der Zukunft: am Dienstag, dem 24. November kann noch nicht gebucht werden."
    ),
    NoTimes.UNKNOWN: UNREACHABLE,
    NoTimes.REFUSED: TAKES_NONE,
}


@pytest.mark.parametrize(
    "refusal", [*every_error(), *Refusal], ids=lambda each: getattr(each, "code", str(each))
)
def test_a_refusal(refusal: BridgeError | Refusal) -> None:
    code = refusal if isinstance(refusal, Refusal) else refusal.code
    assert GERMAN.reason(refusal, zone=BERLIN) == REFUSALS.get(code, FAULT)


def test_the_rule_that_fails() -> None:
    told = {rule: GERMAN.reason(SlotNotOffered("x", [str(rule)]), zone=BERLIN) for rule in Rule}
    assert told == RULES


def test_a_day_without_times() -> None:
    assert {why: GERMAN.no_times(why, date(2026, 11, 24)) for why in NoTimes} == NO_TIMES


def test_free_times() -> None:
    slots = [Slot(NINE + timedelta(hours=n), NINE + timedelta(hours=n, minutes=30)) for n in (0, 2)]
    assert GERMAN.free_times(slots, zone=BERLIN) == (
        "Frei sind Termine am Dienstag, dem 24. November um 9:00 und 11:00 Uhr."
    )
    assert GERMAN.next_times(slots[:1], zone=BERLIN) == (
        "Der nächste freie Termin ist am Dienstag, dem 24. November um 9:00 Uhr."
    )
    assert GERMAN.nothing_free(is_certain=True) == "Im Moment ist kein Termin frei."
    assert GERMAN.nothing_then() == "Zu dieser Zeit ist nichts frei."
    assert GERMAN.understood_as("24.11.2024", date(2026, 11, 24)) == (
        "„24.11.2024“ wurde als Termin am Dienstag, dem 24. November verstanden."
    )


def test_a_callers_own_appointments() -> None:
    one, other = (Spoken("Haarschnitt", host, NINE, BERLIN) for host in ("Anna Muster", ""))
    said = "Haarschnitt bei Anna Muster, am Dienstag, dem 24. November um 9:00 Uhr"
    again = "Haarschnitt, am Dienstag, dem 24. November um 9:00 Uhr"
    assert coming(GERMAN, []) == "Es steht kein Termin an."
    assert coming(GERMAN, [one]) == f"Es steht ein Termin an: {said}."
    assert coming(GERMAN, [one, other]) == f"Diese Termine stehen an: {said}; {again}."
    assert which(GERMAN, [one, other]) == (
        f"Es stehen mehrere Termine an: {said}; {again}. Bitte fragen Sie nach, welcher gemeint ist."
    )
    assert cancelled(GERMAN, one) == f"Dieser Termin ist abgesagt: {said}."
    assert moved(GERMAN, one) == f"Der Termin ist jetzt: {said}."
    assert passed_on(GERMAN) == "Die Bitte wurde weitergegeben; Sie werden zurückgerufen."
