"""What the fake has issued: codes, access and refresh tokens, and to whom."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field

from tests.vendors.google.answers import Refused

PREFIX = "https://www.googleapis.com/auth/"
DEFAULT_SCOPES = (
    "openid",
    f"{PREFIX}userinfo.email",
    f"{PREFIX}calendar.freebusy",
    f"{PREFIX}calendar.events",
    f"{PREFIX}calendar.calendarlist.readonly",
)


@dataclass(frozen=True, slots=True)
class Issued:
    """Tokens as the token endpoint gave them; `refresh` is empty where there was none."""

    email: str
    access: str
    refresh: str
    scopes: frozenset[str]
    seconds: int


@dataclass(slots=True)
class Code:
    """An authorization code, good once."""

    email: str
    scopes: frozenset[str]
    redirect_uri: str
    challenge: str
    with_refresh: bool
    expires_at: float


@dataclass(slots=True)
class _Access:
    email: str
    scopes: frozenset[str]
    expires_at: float


@dataclass(slots=True)
class Tokens:
    """Everything issued. `seconds` is an access token's life; `rotate` replaces refresh tokens at use."""

    seconds: int = 3599
    rotate: bool = False
    withhold_refresh: bool = False
    codes: dict[str, Code] = field(default_factory=dict)
    _access: dict[str, _Access] = field(default_factory=dict)
    _refresh: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)

    def issue(self, email: str, scopes: frozenset[str], *, with_refresh: bool = True) -> Issued:
        """Make tokens."""
        access = f"fake-access-{secrets.token_hex(8)}"
        self._access[access] = _Access(email, scopes, time.time() + self.seconds)
        refresh = ""
        if with_refresh and not self.withhold_refresh:
            refresh = f"fake-refresh-{secrets.token_hex(8)}"
            self._refresh[refresh] = (email, scopes)
        return Issued(email, access, refresh, scopes, self.seconds)

    def grant(self, refresh: str) -> tuple[str, frozenset[str]] | None:
        """Return whose refresh token it is and for what."""
        return self._refresh.get(refresh)

    def refreshed(self, refresh: str) -> Issued:
        """Make a new access token, and with rotation a new refresh token instead of the old."""
        email, scopes = self._refresh[refresh]
        if self.rotate:
            del self._refresh[refresh]
        return self.issue(email, scopes, with_refresh=self.rotate)

    def bearer(self, token: str) -> tuple[str, frozenset[str]]:
        """Return whose access token it is and for what."""
        found = self._access.get(token)
        if found is None or found.expires_at <= time.time():
            raise Refused(401, "authError", "Invalid Credentials")
        return found.email, found.scopes

    def end_access(self, email: str) -> None:
        """Let an account's access tokens die before their time."""
        self._access = {token: each for token, each in self._access.items() if each.email != email}

    def end_consent(self, email: str) -> None:
        """Let an account's consent end: no token of it works any more."""
        self.end_access(email)
        self._refresh = {token: each for token, each in self._refresh.items() if each[0] != email}

    def revoke(self, token: str) -> bool:
        """End the consent a token belongs to; False when there is none."""
        found = self._refresh.get(token)
        email = found[0] if found else (self._access[token].email if token in self._access else None)
        if email is None:
            return False
        self.end_consent(email)
        return True
