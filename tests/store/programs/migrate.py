"""Migrates a database; prints whether this process did the work.

Arguments: the database, and if wanted a revision and where the scripts are.
"""

from bridge.store.migrate import SCRIPTS, migrate
from bridge.store.schema import HEAD
from tests.store.programs import say, wait_for_go


def main(url: str, to: str = HEAD, scripts: str = SCRIPTS) -> None:
    wait_for_go()
    say("migrated" if migrate(url, to=to, scripts=scripts).changed else "found it done")
