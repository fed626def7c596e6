"""`bridge check`: is everything a call will need there?"""

from __future__ import annotations

import click

from bridge.app import Bridge, bring_up_to_date
from bridge.cli.output import Exit
from bridge.cli.session import Session, config_option, json_option
from bridge.cli.tables import Grid
from bridge.service.check import Verdict, findings

_MARKS = {Verdict.GOOD: "ok", Verdict.UNWISE: "note", Verdict.FAILED: "FAILS"}
_STYLES = {"ok": "green", "note": "yellow", "FAILS": "bold red"}


@click.command()
@click.option("--book", is_flag=True, help="Make and remove a test event in each booking calendar too.")
@json_option
@config_option
@click.pass_obj
def check(session: Session, book: bool) -> None:
    """Try everything a call will need; ends with 1 if something would fail a call.

    First the configuration, with every problem at once, then the database, the clock and every calendar.
    """
    config = session.config()
    bridge = Bridge(config)
    try:
        found = list(findings(config, bridge.context, prepare=lambda: bring_up_to_date(config), books=book))
    finally:
        bridge.stop()
    rows = [[_MARKS[each.verdict], each.subject, each.text] for each in found]
    value = [{"subject": each.subject, "verdict": str(each.verdict), "text": each.text} for each in found]
    failures = sum(each.verdict is Verdict.FAILED for each in found)
    said = f"{failures} of these would fail a call." if failures else "Nothing would fail a call."
    session.output.result(value, Grid("Check", ["", "what", "result"], rows, _STYLES), said)
    if failures:
        raise SystemExit(int(Exit.REFUSED))
