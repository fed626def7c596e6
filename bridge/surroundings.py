"""What a process brings along; here, and in the command, is the only clock that is asked."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from bridge.calendars.accounts import Accounts
from bridge.calendars.call_pool import CallPool
from bridge.store.dialects import database_now
from bridge.store.notes import state_folder
from bridge.vendors.contract import Vendor
from bridge.vendors.registry import VENDORS

if TYPE_CHECKING:  # a tenth of a second that most commands can save
    from dns.resolver import Resolver


def utc_now() -> datetime:
    """Return the present moment; handed to everything that needs one."""
    return datetime.now(UTC)


def system_resolver() -> Resolver:
    """Return what asks DNS as this machine is set up to."""
    from dns.resolver import Resolver

    return Resolver()


def configuration_file() -> Path:
    """Return the file that BRIDGE_CONFIG names (default: config.toml)."""
    return Path(os.environ.get("BRIDGE_CONFIG") or "config.toml").absolute()


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The clocks, the vendors, and the hooks by which tests watch and disturb a process.

    `vendors` are the same that read the configuration. `state_folder` says, from the database's file if it is
    one, where a process keeps what must outlive it while the database is away. Without `has_threads` nothing
    goes on beside the calls: what is due in the background waits until it is told to run.
    """

    now: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    lease_now: Callable[[Connection], datetime] = database_now
    checkpoint: Callable[[str], None] = lambda _step: None
    wrap_accounts: Callable[[Accounts], Accounts] = lambda accounts: accounts
    new_id: Callable[[], str] = lambda: uuid.uuid4().hex
    state_folder: Callable[[Path | None], Path] = state_folder
    make_pool: Callable[[], CallPool] = CallPool
    make_resolver: Callable[[], Resolver] = system_resolver
    vendors: Mapping[str, Vendor] = field(default_factory=lambda: VENDORS)
    has_threads: bool = True
