"""Runs gunicorn on a configuration, as the demo does and a small installation may."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def serve(config_path: Path, address: str) -> int:
    """Serve until stopped; return gunicorn's exit code."""
    command = [sys.executable, "-m", "gunicorn", "--bind", address, "--log-level", "warning"]
    command += ["--config", str(ROOT / "gunicorn.conf.py"), "--chdir", str(ROOT), "wsgi:app"]
    environment = {**os.environ, "BRIDGE_CONFIG": str(config_path.resolve())}
    server = subprocess.Popen(command, env=environment)  # noqa: S603 - our own command line
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        return server.wait()
    except KeyboardInterrupt:  # gunicorn got it too, being in the same terminal
        server.wait()
        return 0
