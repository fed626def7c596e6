"""Tells the owner in sentences what does not work at present at each account: for the page of connections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import tzinfo

from bridge.calendars.health import Health
from bridge.connections.accounts import Key
from bridge.model import Ability, CalendarName, Condition
from bridge.speech.explained import cause
from bridge.speech.language import Language
from bridge.vendors.contract import NO_CONSENT

_ = str  # marks a text for the catalogues

# Not of PUSH: without it changes are seen a few minutes later, and nobody need do anything.
_TROUBLES: Mapping[Ability, str] = {
    Ability.ANSWER: _("The account has not answered in time since {since} ({cause})."),
    Ability.READ: _("{calendar} cannot be read since {since} ({cause}), so nothing is offered there."),
    Ability.WRITE: _("{calendar} takes no appointments since {since} ({cause}), so none are offered there."),
    Ability.INVITE: _("Nobody can be invited to appointments in {calendar} since {since} ({cause})."),
    Ability.LINK: _("No meeting links are made in {calendar} since {since} ({cause})."),
    Ability.FOLLOW: _("What people change in {calendar} cannot be read since {since} ({cause})."),
}


def troubles(health: Health, language: Language, zone: tzinfo) -> Mapping[Key, Sequence[str]]:
    """Return by account what does not work there, since when, and what to do."""
    told: dict[Key, list[str]] = defaultdict(list)
    for found in health.every():
        if text := trouble(found, language, zone):
            told[_account(found)].append(text)
    return told


def trouble(found: Condition, language: Language, zone: tzinfo) -> str:
    """Return what does not work, since when, and what to do; empty where nobody need know."""
    # Of an account that is not connected its own state tells; once it is, such a row is of before.
    if not found.error or found.error in NO_CONSENT or found.ability not in _TROUBLES:
        return ""
    text = language.translate(_TROUBLES[found.ability]).format(
        calendar=found.subject, since=language.moment(found.since, zone), cause=cause(language, found.error)
    )
    return f"{text} {found.advice}".rstrip()


def _account(found: Condition) -> Key:
    if found.ability is Ability.ANSWER:
        vendor, _colon, account = found.subject.partition(":")
        return vendor, account
    name = CalendarName.parse(found.subject)
    return name.provider, name.account
