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
    """Where the configuration names a calendar of an account; `calendar` is empty for its main one."""

    host: str
    calendar: str
    takes_bookings: bool


@dataclass(frozen=True, slots=True)
class Connection:
    """An account as the owner sees it; times are None for one that has no consent of its own.

    `problem` says what needs a person and what to do, empty when nothing does or it was never connected;
    `troubles`, what does not work although it is connected.
    `example` is how the configuration names a calendar of it.
    """

    provider: str
    account: str
    state: AccountState
    since: datetime | None = None
    refreshed_at: datetime | None = None
    uses: tuple[Use, ...] = ()
    problem: str = ""
    troubles: tuple[str, ...] = ()
    example: str = ""


class Withdrawal(StrEnum):
    """What became of a consent at the vendor when its account was disconnected."""

    DONE = "done"
    BY_OWNER = "by_owner"  # this vendor lets only the owner withdraw it
    FORGOTTEN = "forgotten"  # a password: nothing at the vendor knew of the bridge
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Dropped:
    """An account that was disconnected; `vendor` is the name people know."""

    account: str
    vendor: str
    withdrawal: Withdrawal
