"""What there is to know about an account, without its tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Key = tuple[str, str]  # provider and account


class AccountState(StrEnum):
    """What an account is good for at the moment; only the first two answer."""

    CONNECTED = "connected"
    DELEGATED = "delegated"  # reached by a service account or an application, without a sign-in
    NEEDS_RECONNECTING = "needs_reconnecting"
    NOT_CONNECTED = "not_connected"


@dataclass(frozen=True, slots=True)
class Use:
    """Where the configuration names a calendar of an account."""

    host: str
    calendar: str
    takes_bookings: bool


@dataclass(frozen=True, slots=True)
class Connection:
    """An account as the owner sees it; times are None for one that has no consent of its own."""

    provider: str
    account: str
    state: AccountState
    since: datetime | None = None
    refreshed_at: datetime | None = None
    uses: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """An account that was disconnected; `is_withdrawn` tells whether the vendor ended its consent too."""

    account: str
    vendor: str
    is_withdrawn: bool
