"""Says what a caller's appointments are, on the telephone and on their own page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

from bridge.speech.language import Language


class Spoken(NamedTuple):
    """What is said of an appointment; `host` may be empty."""

    title: str
    host: str
    start: datetime
    zone: tzinfo


def appointment(language: Language, one: Spoken) -> str:
    """Return "Haircut with Anna Example, Tuesday, November 24 at 10:00 AM"."""
    form = language.translate("{title} with {host}, {time}") if one.host else "{title}, {time}"
    return form.format(title=one.title, host=one.host, time=language.said(one.start, one.zone))


def coming(language: Language, own: Sequence[Spoken]) -> str:
    """Return the sentence that tells the coming appointments, or that there is none."""
    if not own:
        return language.translate("There is no coming appointment.")
    sentence = language.counted(
        "There is one appointment: {appointments}.",
        "These appointments are coming: {appointments}.",
        len(own),
    )
    return sentence.format(appointments=_listed(language, own))


def which(language: Language, own: Sequence[Spoken]) -> str:
    """Return the question which of several appointments is meant."""
    return language.translate(
        "There are several appointments: {appointments}. Please ask which of them is meant."
    ).format(appointments=_listed(language, own))


def cancelled(language: Language, one: Spoken) -> str:
    """Return that an appointment is cancelled."""
    return language.translate("This appointment is cancelled: {appointment}.").format(
        appointment=appointment(language, one)
    )


def moved(language: Language, one: Spoken) -> str:
    """Return what the appointment is now."""
    return language.translate("The appointment is now: {appointment}.").format(
        appointment=appointment(language, one)
    )


def passed_on(language: Language) -> str:
    """Return that somebody knows who waits for a call."""
    return language.translate("The request was passed on; somebody will call back.")


def _listed(language: Language, own: Sequence[Spoken]) -> str:
    return "; ".join(appointment(language, each) for each in own)
