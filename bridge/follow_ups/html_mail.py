"""Dresses a letter as HTML: readable in the dark, on a telephone and without its styles; nothing is fetched.

Only the letter's own action is a button. Any other address shows where it leads: callers may have said it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from bridge.follow_ups.letters import Letter

_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)']")
# Some mail programs drop <style>: what must not be lost stands at the elements themselves.
_STYLE = """
.letter { max-width: 36rem; margin: 0 auto; padding: 24px 16px; line-height: 1.5; font-size: 16px;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: #1c2430; }
h1 { font-size: 20px; line-height: 1.35; margin: 0 0 20px; }
table { border-collapse: collapse; margin: 0 0 20px; }
th { color: #5b6675; }
a { color: #0b57d0; }
@media (prefers-color-scheme: dark) {
  body { background: #16191f; }
  .letter { color: #e8eaee; } th { color: #a3adba; } a { color: #8ab4f8; }
}
"""
_LABEL = "padding:4px 16px 4px 0;text-align:left;vertical-align:top;font-weight:normal"
_VALUE = "padding:4px 0;vertical-align:top;overflow-wrap:anywhere"
_BUTTON = (
    "display:inline-block;padding:12px 20px;border-radius:8px;background:#0b57d0;color:#ffffff;"
    "text-decoration:none;font-weight:600"
)


def as_html(letter: Letter, language: str) -> str:
    """Return a letter as an HTML page in the language of this code."""
    head = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f'<style>{_STYLE}</style></head><body style="margin:0"><div class="letter">'
    )
    return f"{head}{''.join(_body(letter))}</div></body></html>\n"


def _body(letter: Letter) -> Iterator[str]:
    for has_label, lines in groupby(letter.lines, lambda line: bool(line[0])):
        if has_label:
            yield _table(lines)
        else:
            yield from (_text(said, letter) for _, said in lines)
    if letter.action:
        label, address = map(html.escape, letter.action)
        yield f'<p><a href="{address}" style="{_BUTTON}">{label}</a></p>'


def _table(lines: Iterable[tuple[str, str]]) -> str:
    rows = (
        f'<tr><th scope="row" style="{_LABEL}">{html.escape(label)}</th>'
        f'<td style="{_VALUE}">{_linked(said)}</td></tr>'
        for label, said in lines
    )
    return f"<table>{''.join(rows)}</table>"


def _text(said: str, letter: Letter) -> str:
    if said.rstrip(".") == letter.subject.rstrip("."):
        return f"<h1>{html.escape(said.rstrip('.'))}</h1>"
    return f"<p>{_linked(said)}</p>"


def _linked(said: str) -> str:
    """Return a text with its addresses to click at, and its lines as they are."""
    parts, end = [], 0
    for found in _ADDRESS.finditer(said):
        address = html.escape(found[0])
        parts += [html.escape(said[end : found.start()]), f'<a href="{address}">{address}</a>']
        end = found.end()
    return "".join([*parts, html.escape(said[end:])]).replace("\n", "<br>")
