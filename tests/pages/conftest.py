"""Pages are tested on the same stage as connecting."""

from __future__ import annotations

from tests.connections.conftest import browser, clock, config, database_url, google, process, start

__all__ = ["browser", "clock", "config", "database_url", "google", "process", "start"]
