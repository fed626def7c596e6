"""Words what a calendar's failures mean for callers: one alert for each ability, closed when it is well."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from bridge.alerts import Alerts, alert_key
from bridge.model import Ability, CalendarName, Condition
from bridge.speech.explained import cause
from providers.errors import ConnectionExpired, ProviderError

_ = str  # marks a text for the catalogues

# Not of PUSH, without which the slow poll still sees everything, nor of ANSWER, which READ tells of; what
# cannot be followed is alerted where it is followed in another way.
_COMPLAINTS: Mapping[Ability, str] = {
    Ability.READ: _(
        "The calendar {calendar} cannot be read ({cause}), so nothing is offered there. {advice}"
    ),
    Ability.WRITE: _(
        "The calendar {calendar} did not take the appointment on {time} ({cause}), so nothing is offered "
        "there until it does. {advice}"
    ),
    Ability.INVITE: _(
        "The account of {calendar} may invite nobody at present: from the appointment on {time} on callers "
        "and co-hosts are not told by mail."
    ),
    Ability.LINK: _(
        "The calendar {calendar} could not make the meeting link of the appointment on {time} ({cause}); "
        "appointments are booked without one until it can."
    ),
}


def content(error: ProviderError) -> tuple[str, str]:
    """Return an error's kind, and its vendor's words for it."""
    kind = type(error).__name__
    return kind, error.detail or kind


def complain(
    alerts: Alerts, name: CalendarName, found: Condition, *, about: datetime | None, within: Connection
) -> None:
    """Alert that an ability began to fail; `about` is the start of the appointment that showed it."""
    complaint = _COMPLAINTS.get(found.ability)
    if complaint is None:
        return
    # The owner may know already that the whole account needs reconnecting.
    is_expired = found.ability is Ability.READ and found.kind == ConnectionExpired.__name__
    if is_expired and alerts.is_open(alert_key(name.provider, name.account), within=within):
        return
    alerts.alert(
        f"{found.ability}:{found.subject}",
        complaint,
        within=within,
        calendar=name,
        time=about,
        cause=cause(alerts.language, found.error),
        advice=found.advice,
    )
