"""Says what a caller's appointments are, on the telephone and on their own page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

from bridge.speech.reasons import Speech


class Spoken(NamedTuple):
    """What is said of an appointment; `host` may be empty. To one `in_person` its caller has to come."""

    title: str
    host: str
    start: datetime
    zone: tzinfo
    in_person: bool = False


def appointment(speech: Speech, one: Spoken) -> str:
    """Return "Haircut with Anna Example, Tuesday, November 24 at 10:00 AM"."""
    form = speech.language.translate("{title} with {host}, {time}") if one.host else "{title}, {time}"
    time = (speech.here() if one.in_person else speech).said(one.start, one.zone)
    return form.format(title=one.title, host=one.host, time=time)


def coming(speech: Speech, own: Sequence[Spoken]) -> str:
    """Return the sentence that tells the coming appointments, or that there is none."""
    if not own:
        return speech.language.translate("There is no coming appointment.")
    sentence = speech.language.counted(
        "There is one appointment: {appointments}.",
        "These appointments are coming: {appointments}.",
        len(own),
    )
    return sentence.format(appointments=_listed(speech, own))


def which(speech: Speech, own: Sequence[Spoken]) -> str:
    """Return the question which of several appointments is meant."""
    return speech.language.translate(
        "There are several appointments: {appointments}. Please ask which of them is meant."
    ).format(appointments=_listed(speech, own))


def cancelled(speech: Speech, one: Spoken) -> str:
    """Return that an appointment is cancelled."""
    return speech.language.translate("This appointment is cancelled: {appointment}.").format(
        appointment=appointment(speech, one)
    )


def moved(speech: Speech, one: Spoken) -> str:
    """Return what the appointment is now."""
    return speech.language.translate("The appointment is now: {appointment}.").format(
        appointment=appointment(speech, one)
    )


def passed_on(speech: Speech) -> str:
    """Return that somebody knows who waits for a call."""
    return speech.language.translate("The request was passed on; somebody will call back.")


def _listed(speech: Speech, own: Sequence[Spoken]) -> str:
    return "; ".join(appointment(speech, each) for each in own)
