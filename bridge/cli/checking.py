"""`bridge check`: is everything a call will need there?"""

from __future__ import annotations

import click

from bridge.app import Bridge
from bridge.check import Verdict, findings
from bridge.cli.opening import Session, json_option, refusals
from bridge.cli.output import Exit, table

_MARKS = {Verdict.GOOD: "ok", Verdict.UNWISE: "note", Verdict.FAILED: "FAILS"}


@click.command()
@json_option
@click.pass_obj
def check(session: Session) -> None:
    """Try everything a call will need; ends with 1 if something would fail a call."""
    with refusals(session.output):
        config = session.config()
        bridge = Bridge(config)
        try:
            found = list(findings(config, bridge.context))
        finally:
            bridge.stop()
    rows = [[_MARKS[each.verdict], each.subject, each.text] for each in found]
    value = [{"subject": each.subject, "verdict": str(each.verdict), "text": each.text} for each in found]
    session.output.result(value, table("Check", ["", "what", "result"], rows))
    if any(each.verdict is Verdict.FAILED for each in found):
        raise SystemExit(int(Exit.REFUSED))
    session.output.say("Nothing would fail a call.")
