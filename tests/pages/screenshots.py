"""Takes the pictures of the README: `make screenshots` runs the demo, signs in, and looks at its pages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.pages.window import ARGUMENTS, EXECUTABLE

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
LARGEST = 300_000
_PICTURES = {
    "today": "/",
    "week": "/admin/week?host=anna",
    "appointments": "/admin/appointments?when=all",
    "calls": "/admin/calls",
}


def main() -> None:
    """Take every picture anew."""
    FOLDER.mkdir(exist_ok=True)
    with _demo() as demo, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1100, "height": 760})
        _sign_in(page, demo)
        for name, path in _PICTURES.items():
            page.goto(f"{demo['address']}{path}")
            picture = FOLDER / f"{name}.png"
            picture.write_bytes(page.screenshot())
            if picture.stat().st_size > LARGEST:
                raise SystemExit(f"{picture} has more than {LARGEST} bytes")
        browser.close()


@contextmanager
def _demo() -> Iterator[dict[str, Any]]:
    """Run a demo in a folder of its own; yield what it says of itself."""
    with tempfile.TemporaryDirectory(prefix="bridge-pictures-") as folder:
        command = [sys.executable, "-m", "bridge", "demo", "--folder", f"{folder}/demo", "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_english()) as process:
            try:
                yield _said(process)
            finally:
                process.terminate()
                process.wait()


def _said(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if line.startswith("}") or (line.startswith("{") and line.rstrip().endswith("}")):
            break
    said: dict[str, Any] = json.loads(text)
    return said


def _english() -> dict[str, str]:
    return {**os.environ, "LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8"}


def _sign_in(page: Page, demo: dict[str, Any]) -> None:
    page.goto(str(demo["address"]))
    page.get_by_label("Admin password").fill(str(demo["password"]))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").wait_for()


if __name__ == "__main__":
    main()
