"""Migrates where no file may grow beyond 64 KiB. Arguments: the database, revision, scripts."""

import resource

from bridge.errors import StoreUnavailable
from bridge.store.migrate import migrate
from tests.store.programs import say, wait_for_go

_LIMIT = 64 * 1024  # above the shared memory of the log, below the database


def main(url: str, to: str, scripts: str) -> None:
    wait_for_go()
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LIMIT, _LIMIT))
    try:
        migrate(url, to=to, scripts=scripts)
    except StoreUnavailable as error:
        say(f"StoreUnavailable: {error}")
