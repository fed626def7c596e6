"""What connecting needs from a vendor, in one shape for all of them.

Decides no meaning of any answer: that is the providers' work. Whatever holds a token, a code or a verifier
here shows nothing of it in its `repr`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from providers.base import Deadline


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in at the vendor: where to send the browser, and what its end will need."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    kept: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the vendor sent the browser back with."""

    arguments: Mapping[str, str] = field(repr=False)

    @property
    def state(self) -> str:
        """Return what ties the answer to a sign-in, empty when it is missing."""
        return self.arguments.get("state", "")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an account gave: a token for now, and in `lasting` what fetches the next (None: nothing).

    `account` is None where the vendor did not name it again.
    """

    account: str | None
    access_token: str = field(repr=False)
    expires_at: datetime
    scopes: frozenset[str]
    lasting: Mapping[str, Any] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Approval:
    """What a company's administrator does so that colleagues may connect: at `link`, as `text` says.

    `text` is one of the catalogues, and may name the bridge's {client_id}.
    """

    text: str
    link: str
    client_id: str = ""


class Renewal(Protocol):
    """How what was stored of a vendor's accounts is renewed, however they were connected.

    `main_calendar` is the vendor's word for an account's first calendar. `speaks`: the details of its
    refusals are sentences for people.
    """

    @property
    def provider(self) -> str:
        """Return the vendor's name in the configuration."""

    @property
    def title(self) -> str:
        """Return the name people know."""

    @property
    def main_calendar(self) -> str:
        """Return the vendor's word for it."""

    @property
    def speaks(self) -> bool:
        """Tell whether its details may be shown."""

    def refresh(self, lasting: Mapping[str, Any], scopes: Collection[str], *, deadline: Deadline) -> Tokens:
        """Return the next token. ConnectionExpired: there will be none until somebody connects again."""


class SignIn(Renewal, Protocol):
    """One vendor's sign-in page. Every method but `missing` may raise a ProviderError."""

    def approval(self, redirect_uri: str, state: str) -> Approval:
        """Return how an administrator approves the bridge for a company."""

    def begin(self, redirect_uri: str, account: str | None, *, deadline: Deadline) -> Begun:
        """Start a sign-in, for this account if it is known."""

    def finish(self, answer: Answer, begun: Begun, redirect_uri: str, *, deadline: Deadline) -> Tokens:
        """Return what was granted."""

    def revoke(self, lasting: Mapping[str, Any], *, deadline: Deadline) -> bool:
        """End the consent at the vendor; False where only its owner can."""

    def missing(self, scopes: Collection[str]) -> tuple[str, ...]:
        """Return which permissions the bridge cannot do without were left out, in the page's words."""
