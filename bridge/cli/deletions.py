"""`bridge deletions`: what shall become of appointments that people deleted, many at once."""

from __future__ import annotations

import click

from bridge.booking.context import BookingContext
from bridge.booking.deletions import decide, undone, waiting
from bridge.cli.session import Session, config_option, json_option
from bridge.errors import NotFound
from bridge.model import CalendarName


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
        decided = _decided(bridge.context, calendar, is_accepted=decision == "accept")
        if not decided:
            open_ones = sorted(map(str, waiting(bridge.context)))
            where = f" Some do in {', '.join(open_ones)}." if open_ones else ""
            raise NotFound(f"No deletions wait in {calendar}.{where}")
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


def _decided(context: BookingContext, calendar: str, *, is_accepted: bool) -> list[str]:
    try:
        name = CalendarName.parse(calendar)
    except ValueError:
        return []  # of what is no calendar nothing waits
    return decide(context, name, accept=is_accepted)
