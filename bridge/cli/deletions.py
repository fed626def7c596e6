"""`bridge deletions`: what shall become of appointments that people deleted, many at once."""

from __future__ import annotations

import click

from bridge.booking.deletions import decide, undone, waiting
from bridge.cli.session import Session, config_option, json_option
from bridge.errors import NotFound


@click.command()
@click.argument("decision", type=click.Choice(["accept", "put-back"]))
@click.argument("calendar")
@json_option
@config_option
@click.pass_obj
def deletions(session: Session, decision: str, calendar: str) -> None:
    """Decide about the deletions in CALENDAR that wait: accept them, or write the events again.

    More than three within ten minutes cancel nothing by themselves; `bridge check` says where some wait.
    """
    with session.bridge() as bridge:
        open_ones = {str(each): each for each in waiting(bridge.context)}
        if calendar not in open_ones:
            where = f" Some do in {', '.join(sorted(open_ones))}." if open_ones else ""
            raise NotFound(f"No deletions wait in {calendar}.{where}")
        decided = decide(bridge.context, open_ones[calendar], accept=decision == "accept")
        bridge.background.run_due()  # what an endpoint leaves to its background loop
        later = undone(bridge.context, decided)
        value = {
            "status": "success",
            "calendar": calendar,
            "decision": decision,
            "bookings": decided,
            "later": later,
        }
        done = "cancelled" if decision == "accept" else "put back"
        said = f"{len(decided) - len(later)} of {len(decided)} appointments in {calendar} are {done}."
        if later:
            said += " The calendar did not answer; the others follow by themselves."
        session.output.result(value, said)
