"""Says in people's words what the journal and the bookings keep in words of the program."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bridge.speech.language import Language

_ = str  # marks a text for the catalogues

# Free and known are told by naming the calendar.
_RULES = {
    "open": _("outside the open hours"),
    "step": _("no appointment starts at that minute"),
    "notice": _("too soon"),
    "start_date": _("before the first day of appointments"),
    "horizon": _("too far ahead"),
    "limits": _("the day or week holds as many appointments as it may"),
    "travel": _("the way from or to an appointment at another place does not fit in between"),
}
RULES = {
    "open": _("Within the open hours"),
    "step": _("On the minute"),
    "notice": _("Soon enough asked for"),
    "start_date": _("After the first day"),
    "horizon": _("Near enough"),
    "free": _("Free"),
    "limits": _("Within the limits"),
    "travel": _("Time for the way"),
    "known": _("Calendars answered"),
}
DAY_SOURCES = {
    "set_day": _("set by hand"),
    "time_off": _("time off in the configuration"),
    "date_overrides": _("special hours in the configuration"),
    "public_holidays": _("public holiday in the configuration"),
    "open_hours": _("as in every week"),
}
QUESTIONS = {
    "available": _("Which times are free?"),
    "book": _("Book an appointment"),
    "find": _("Look for a time"),
    "appointments": _("Which appointments does the caller have?"),
    "cancel": _("Cancel an appointment"),
    "reschedule": _("Move an appointment"),
    "callback": _("Ask to be called back"),
    "contact_lookup": _("Who is calling?"),
    "call_ended": _("A call has ended"),
}
OUTCOMES = {
    "offered": _("times offered"),
    "nothing": _("nothing free"),
    "booked": _("booked"),
    "bookable": _("could be booked"),
    "done": _("done"),
    "failed": _("not done"),
    "fault": _("fault"),
    "refused": _("turned away"),
    "shed": _("too many calls at once"),
}
SIGNATURES = {
    "verified": _("verified"),
    "wrong": _("wrong: check the key in [telli] api_keys"),
    "missing": _("missing: not from telli, or its signing is off"),
}
STATES = {
    "held": _("being booked"),
    "confirmed": _("booked"),
    "cancelled": _("cancelled"),
    "failed": _("did not come about"),
    "no_show": _("did not come"),
}
CHANGES = {
    "booked": _("booked"),
    "moved": _("moved"),
    "moved_by_person": _("moved in the calendar"),
    "corrected": _("corrected"),
    "cancelled": _("cancelled"),
    "no_show": _("did not come"),
    "no_show_undone": _("came after all"),
    "revived": _("back in the calendar"),
    "put_back": _("put back into the calendar"),
    "linked": _("the meeting's link was made"),
    "reminder": _("reminder"),
    "again": _("sent again by hand"),
    "no_part_any_more": _("concerned no more"),
}
SOURCES = {
    "telli": _("by the agent in a call"),
    "link": _("by the caller, by their own link"),
    "page": _("on these pages"),
    "terminal": _("in a terminal"),
    "office": _("by another system of the office"),
    "calendar": _("by a person in the calendar"),
    "bridge": _("by the bridge itself"),
}
RECEIVERS = {  # those of this business; a vendor's has its own name
    "mail": _("e-mail"),
    "webhook": _("webhook"),
    "sms": _("text message"),
    "meetings": _("video meeting"),
}
DELIVERIES = {
    "waiting": _("waiting"),
    "sent": _("sent"),
    "void": _("needless by now"),
    "given_up": _("given up"),
    "dropped": _("dropped by hand"),
}
CHOICES = {
    "weight_zero": _("all others have weight 0"),
    "shortfall": _("the largest shortfall"),
    "weight": _("an equal shortfall and a larger weight"),
    "priority": _("the highest priority"),
    "least_recently_booked": _("its last booking was made longest ago, or never"),
    "config_order": _("all else is equal, and it comes first in the configuration"),
    "only_one": _("nobody else could be chosen"),
    "kept_host": _("they saw this caller last"),
}


def in_words(language: Language, words: Mapping[str, str], name: str) -> str:
    """Return what a name means, the name itself where it has no words."""
    return language.translate(words[name]) if name in words else name


# What keeps calendars from answering, mostly; of anything else a vendor's own words are told.
_CAUSES = (
    _("not connected"),
    _("needs reconnecting"),
    _("was not asked about this time yet"),
    _("connect timeout"),
    _("read timeout"),
    _("connection error"),
    _("no time left"),
    _("asked to wait"),
    _("the token endpoint refused"),
    _("the password was refused"),
)
_CLASS_NAME = re.compile(r"\b[A-Z]+[a-z]+(?:[A-Z]+[a-z]+)+\b")


def plain(detail: str) -> str:
    """Return what went wrong without a program's names: "ConnectTimeout" is "connect timeout"."""
    return _CLASS_NAME.sub(lambda found: re.sub(r"(?<!^)(?=[A-Z])", " ", found[0]).lower(), detail)


def cause(language: Language, detail: str) -> str:
    """Return what went wrong in plain words of a language, where the catalogue knows it."""
    told = vendors_words(language.translate, detail)
    return told if told != detail else language.translate(plain(detail))


def vendors_words(translate: Callable[[str], str], detail: str) -> str:
    """Return a vendor's sentence in words the catalogue knows; its number in brackets after it stays."""
    said, bracket, number = detail.rpartition(" (")
    # Of "" a catalogue tells about itself.
    return f"{translate(said)}{bracket}{number}" if said else detail and translate(detail)


def in_the_way(language: Language, told: Mapping[str, Any]) -> str:
    """Return what stands against one host, or which calendars were silent, by an explanation's entry."""
    return "; ".join(_parts(language, told)) or language.translate("nothing: it could be booked")


def _parts(language: Language, told: Mapping[str, Any]) -> Iterator[str]:
    say = language.translate
    rules = told.get("rules", {})
    yield from (say(text) for rule, text in _RULES.items() if not rules.get(rule, True))
    for name in told.get("busy_calendars", ()):
        yield say("{calendar} is busy").format(calendar=name)
    for name in told.get("silent_calendars", ()):
        yield say("{calendar} did not answer").format(calendar=name)
    if told.get("claimed"):
        yield say("another appointment has the time")
    if "operation" in told:
        yield say("{vendor} did not do what was asked").format(vendor=told["vendor"].capitalize())
