"""Says in a few words what keeps a host from being offered, as an offer or a refusal is explained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
}


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
