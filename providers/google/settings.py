"""Where Google is reached, and the permissions the bridge asks for.

Decides the addresses and the scopes; asks nobody anything. Sources: the discovery document of Calendar v3
(revision 20261030) for which scope serves which method, and Google's OAuth 2.0 scopes page.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urljoin

from providers.route import STRAIGHT, Route

_PREFIX = "https://www.googleapis.com/auth/"

# calendar.events does not serve freebusy.query, nor this one the events.
FREE_BUSY = f"{_PREFIX}calendar.freebusy"
# Not calendar.events.owned: a team's calendar is often somebody else's.
EVENTS = f"{_PREFIX}calendar.events"
CALENDAR_LIST = f"{_PREFIX}calendar.calendarlist.readonly"
# "email" would come back as this long form, and oauthlib takes that for a change of scope.
EMAIL = f"{_PREFIX}userinfo.email"

CALENDAR_SCOPES = (FREE_BUSY, EVENTS, CALENDAR_LIST)
REQUIRED_SCOPES = ("openid", EMAIL, *CALENDAR_SCOPES)

_WIDER: dict[str, frozenset[str]] = {
    FREE_BUSY: frozenset(f"{_PREFIX}{name}" for name in ("calendar", "calendar.readonly")),
    EVENTS: frozenset({f"{_PREFIX}calendar"}),
    CALENDAR_LIST: frozenset(
        f"{_PREFIX}{name}" for name in ("calendar", "calendar.readonly", "calendar.calendarlist")
    ),
    EMAIL: frozenset({"email"}),
}


def missing_scopes(granted: Collection[str], needed: Collection[str] = REQUIRED_SCOPES) -> tuple[str, ...]:
    """Return the needed scopes that nothing in the granted ones covers, in their order."""
    have = frozenset(granted)
    return tuple(scope for scope in needed if scope not in have and not _WIDER.get(scope, frozenset()) & have)


@dataclass(frozen=True, slots=True)
class GoogleSettings:
    """The OAuth client and Google's addresses; `api_url` ends with the service path and a slash."""

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    api_url: str = "https://www.googleapis.com/calendar/v3/"
    auth_url: str = "https://accounts.google.com/o/oauth2/auth"
    token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105 -- an address
    route: Route = STRAIGHT

    @property
    def revoke_url(self) -> str:
        """Return where consents are revoked: beside the token endpoint."""
        return urljoin(self.token_url, "revoke")
