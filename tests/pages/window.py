"""Windows of a real Chromium onto the pages, which notice what a person would."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

EXECUTABLE = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 375)]

# Texts whose contrast with what lies behind them is below 4.5 (WCAG 2.2, 1.4.3).
_PALE = """() => {
  const channel = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const parts = text => text.match(/[\\d.]+/g).map(Number);
  const behind = element => {
    for (; element; element = element.parentElement) {
      const found = parts(getComputedStyle(element).backgroundColor);
      if (found.length === 3 || found[3] > 0.5) return found;
    }
    return [255, 255, 255];
  };
  const pale = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    const [a, b] = [parts(getComputedStyle(element).color), behind(element)].map(light);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) pale.push(`${ratio.toFixed(2)}: ${walker.currentNode.data.trim()}`);
  }
  return pale;
}"""
_STICKS_OUT = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@dataclass
class Window:
    """A window of one colour scheme and width; `complaints` are what the browser found wrong."""

    browser: Browser
    scheme: str
    width: int
    pictures: Path
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._context: BrowserContext = self.browser.new_context(
            color_scheme="dark" if self.scheme == "dark" else "light",
            viewport={"width": self.width, "height": 800},
        )
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def see(self, name: str) -> None:
        """Take a picture; nothing may stick out at the side or be hard to read."""
        self.page.screenshot(path=self.pictures / f"{name}-{self.scheme}-{self.width}.png", full_page=True)
        assert not self.page.evaluate(_STICKS_OUT), f"{name} is wider than {self.width} pixels"
        assert self.page.evaluate(_PALE) == [], name

    def close(self) -> None:
        """Close the window; the browser must have had no complaint."""
        self._context.close()
        assert self.complaints == []

    def _note(self, message: ConsoleMessage) -> None:
        # Answers other than 2xx are told as errors; the pages use them on purpose.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.complaints.append(message.text)
