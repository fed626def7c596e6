"""`bridge check`: is everything a call will need there?"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from bridge.app import bring_up_to_date
from bridge.cli.output import Exit
from bridge.cli.progress import bar
from bridge.cli.session import Session, config_option, json_option
from bridge.cli.tables import Grid
from bridge.parts import Bridge
from bridge.service.check import findings
from bridge.service.check_receivers import receivers_tried
from bridge.service.findings import Finding, Verdict
from bridge.service.public_check import PublicCheck
from bridge.vendors.plugging import refreshed_by

_MARKS = {Verdict.GOOD: "ok", Verdict.UNWISE: "note", Verdict.FAILED: "FAILS"}
_STYLES = {"ok": "green", "note": "yellow", "FAILS": "bold red"}


@click.command()
@click.option("--book", is_flag=True, help="Make and remove a test event in each booking calendar too.")
@click.option("--public", is_flag=True, help="Follow telli's way to public_url instead, hop by hop.")
@json_option
@config_option
@click.pass_obj
def check(session: Session, book: bool, public: bool) -> None:
    """Try everything a call will need; ends with 1 if something would fail a call.

    First the configuration, with every problem at once, then the database, the clock and every calendar, and
    whether mail, SMS and other systems can be told of bookings; nobody is told anything by it.
    With --public: DNS, certificate, web server, a signed request and a rehearsed booking through public_url,
    the vendors' redirect addresses, and telli's key where [telli] api_url is set.
    """
    config = session.config()
    bridge = Bridge(config)
    try:
        found = [*_from_outside(bridge)] if public else [*_inside(session, bridge, books=book)]
    finally:
        bridge.stop()
    rows = [[_MARKS[each.verdict], each.subject, each.text] for each in found]
    value = [{"subject": each.subject, "verdict": str(each.verdict), "text": each.text} for each in found]
    failures = sum(each.verdict is Verdict.FAILED for each in found)
    said = f"{failures} of these would fail a call." if failures else "Nothing would fail a call."
    session.output.result(value, Grid("Check", ["", "what", "result"], rows, _STYLES), said)
    if failures:
        raise SystemExit(int(Exit.REFUSED))


def _inside(session: Session, bridge: Bridge, *, books: bool) -> Iterator[Finding]:
    yield from _file(session.config_path)
    config = bridge.config
    with bar("calendars", sys.stderr) as progress:
        yield from findings(
            config, bridge.context, prepare=lambda: _prepare(bridge), books=books, progress=progress
        )
    yield from receivers_tried(bridge.outbox.receivers)


def _prepare(bridge: Bridge) -> None:
    bring_up_to_date(bridge.config)
    for read in refreshed_by(bridge.plugged).values():
        read()


def _from_outside(bridge: Bridge) -> Iterator[Finding]:
    redirects = {title: f"/connect/{name}/callback" for name, title in bridge.connections.sign_ins.items()}
    context = bridge.context
    yield from PublicCheck(bridge.config, redirects, context.now, context.monotonic).findings()


def _file(path: Path) -> Iterator[Finding]:
    """Warn of a configuration that others on this machine can read: it holds keys."""
    mode = path.stat().st_mode
    if mode & (stat.S_IRGRP | stat.S_IROTH) and os.name == "posix":
        whose = "everybody on this machine" if mode & stat.S_IROTH else "its group"
        text = f"{whose} can read this file, and the keys in it: `chmod 600 {path}`"
        yield Finding(str(path), Verdict.UNWISE, text)
