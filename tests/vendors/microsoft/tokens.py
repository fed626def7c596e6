"""Codes and tokens that Entra gave, and what becomes of them."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field

from tests.vendors.microsoft.answers import Refused

CALENDARS = "Calendars.ReadWrite"
SHARED_CALENDARS = "Calendars.ReadWrite.Shared"


@dataclass(frozen=True, slots=True)
class Issued:
    """A pair of tokens; `email` is None for an application's own."""

    email: str | None
    scopes: frozenset[str]
    access: str
    refresh: str | None
    seconds: int


@dataclass(frozen=True, slots=True)
class Code:
    """An authorisation code, for one use."""

    email: str
    scopes: frozenset[str]
    redirect_uri: str
    challenge: str
    nonce: str
    expires_at: float


@dataclass(slots=True)
class Tokens:
    """Everything given out. `strict` lets a refresh token work once, as rotation does elsewhere."""

    seconds: int = 3599
    strict: bool = False
    codes: dict[str, Code] = field(default_factory=dict)
    used_codes: set[str] = field(default_factory=set)
    _access: dict[str, tuple[Issued, float]] = field(default_factory=dict)
    _refresh: dict[str, Issued] = field(default_factory=dict)
    _ended: dict[str, int] = field(default_factory=dict)

    def issue(self, email: str | None, scopes: frozenset[str], *, with_refresh: bool = True) -> Issued:
        """Give tokens."""
        issued = Issued(
            email=email,
            scopes=scopes,
            access=f"fake-access-{secrets.token_hex(12)}",
            refresh=f"fake-refresh-{secrets.token_hex(12)}" if with_refresh and email else None,
            seconds=self.seconds,
        )
        self._access[issued.access] = (issued, time.time() + self.seconds)
        if issued.refresh:
            self._refresh[issued.refresh] = issued
        return issued

    def refreshed(self, refresh: str) -> Issued | int:
        """Return new tokens for a refresh token, or the AADSTS number why not."""
        found = self._refresh.get(refresh)
        if found is None:
            return 70000
        if found.email in self._ended:
            return self._ended[found.email]
        if self.strict:
            del self._refresh[refresh]
        return self.issue(found.email, found.scopes)

    def bearer(self, header: str) -> Issued:
        """Return whose token a request bears."""
        found = self._access.get(header.removeprefix("Bearer "))
        if found is None or found[1] < time.time():
            raise Refused(
                401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."
            )
        return found[0]

    def end_access(self, email: str | None) -> None:
        """Let an account's access tokens die."""
        self._access = {token: held for token, held in self._access.items() if held[0].email != email}

    def end_consent(self, email: str, aadsts: int) -> None:
        """Let an account's consent end with an AADSTS number."""
        self._ended[email] = aadsts
        self.end_access(email)

    def consent_again(self, email: str) -> None:
        """Forget that the consent had ended."""
        self._ended.pop(email, None)
