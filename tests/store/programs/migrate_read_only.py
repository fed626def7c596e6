"""Migrates a file in a folder that it may not write to. Argument: whether the file is "there"."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from bridge.errors import StoreUnavailable
from bridge.store.migrate import migrate
from tests.store.programs import say, wait_for_go

_NOBODY = 65534


def main(state: str) -> None:
    wait_for_go()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "bridge.db"
        if state == "there":
            file.touch(0o666)
            file.chmod(0o666)
        Path(folder).chmod(0o555)
        is_root = os.geteuid() == 0
        if is_root:  # root may write anywhere
            os.seteuid(_NOBODY)
        try:
            migrate(f"sqlite:///{file}")
        except StoreUnavailable as error:
            say(f"StoreUnavailable: {error}")
        finally:
            if is_root:
                os.seteuid(0)
            Path(folder).chmod(0o755)
