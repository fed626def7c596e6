"""What a consent gives, and where a provider gets its access token from.

Decides the shape that both vendors' sign-ins share. Never stores or refreshes anything, and never shows a
token in a `repr`: the bridge seals grants, and refreshes them in the background, outside any call.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from providers.base import Deadline


@dataclass(frozen=True, slots=True)
class Grant:
    """An account's consent. `refresh_token` is None when the vendor gave none: keep the one already stored.

    `email` is None after a refresh that did not name the account again. `granted_scopes` are those the
    owner really ticked, to be stored and asked for when refreshing.
    """

    email: str | None
    access_token: str = field(repr=False)
    expires_at: datetime
    refresh_token: str | None = field(repr=False)
    granted_scopes: frozenset[str]


class TokenSource(Protocol):
    """The access token of one account, at hand without asking the vendor."""

    def access_token(self, *, deadline: Deadline) -> str:
        """Return a token that should work now.

        ConnectionExpired: the consent is gone. ProviderUnavailable: there is none at the moment.
        """

    def rejected(self, token: str) -> None:
        """Take note that the vendor answered 401 to this token, so that another one is given next."""
