"""Brings bookings into every state of the ledger, and tries every arrow of its diagram on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bridge.booking import ledger
from bridge.booking.context import LedgerContext
from bridge.calendars.availability import Busy
from bridge.model import Attendee, Booking, CalendarName, Claim, Contact, MoveWish, Wish, Write
from bridge.store.sql import bookings, claims, deletions, writes
from bridge.store.tables import bookings as booking_rows
from providers.base import Event, EventRef, Interval
from tests.cast.clock import MONDAY
from tests.cast.salon import Salon

STATES = ("held", "left", "confirmed", "changing", "stuck", "cancelled", "deleted", "failed", "no_show")
OWNERS = ("take_other", "confirm", "fail", "let_go", "complete_move", "abandon_move", "complete_put_back")
OWN_WRITE = (
    "confirm",
    "complete_move",
    "abandon_move",
    "complete_put_back",
)  # these mark it, whoever has the booking
ELSEWHERE = CalendarName("local", "", "elsewhere")
TWO_HOURS = timedelta(hours=2)
_ROW = select(booking_rows).where(booking_rows.c.id == bindparam("booking"))


def drawn() -> dict[tuple[str, str], tuple[str, str, str]]:
    """Return what the diagram says: (arrow, from) to (to, claims, writes)."""
    table = (ledger.__doc__ or "").partition("arrow           from")[2].partition("\n\n")[0]
    rows = [re.split(r"\s{2,}", line.strip()) for line in table.splitlines()[1:]]
    return {(row[0], before): (row[2], row[3], row[4]) for row in rows for before in row[1].split()}


DRAWN = drawn()
ARROWS = sorted({arrow for arrow, _ in DRAWN})


@dataclass(frozen=True)
class Rows:
    """All that the database holds of a booking."""

    row: Mapping[str, Any]
    booking: Booking
    claims: list[Claim]
    writes: list[Write]


class Walker:
    """Brings bookings into every state and tries every arrow on them."""

    def __init__(self, opened: Salon) -> None:
        self.clock = opened.clock
        self.attendances_agree = opened.attendances_agree
        self.context: LedgerContext = opened.bridge.context
        self.day = 0

    def prepare(self, state: str) -> None:
        """Make a booking of this state on a day of its own, by the arrows that lead there."""
        self.day += 1
        self.start = MONDAY.replace(hour=10) + timedelta(days=self.day)
        self.clock.moment = self.start - timedelta(minutes=30)
        self.busy = Busy({"anna": (), "ben": ()}, {}, {}, self.around(self.start, hours=12))
        held = ledger.hold(self.context, self.wish(), self.busy)
        assert isinstance(held, ledger.Hold)
        self.held = held
        if state in ("confirmed", "changing", "stuck", "cancelled", "deleted", "no_show"):
            ledger.confirm(self.context, self.held, self.event(self.start))
        if state in ("changing", "stuck"):
            self.move = self.begin_move()
        else:
            self.move = self.made_up_move()
        if state in ("left", "stuck"):
            self.clock.turn(seconds=11)
        if state == "failed":
            ledger.fail(self.context, self.held)
        if state == "cancelled":
            ledger.cancel(self.context, self.rows().booking)
        if state == "deleted":
            rows = self.rows()
            assert self.cancel_deleted(ledger.Resting(rows.booking, self.standing(rows)))
        if state == "no_show":
            self.clock.moment = self.start + timedelta(seconds=1)
            ledger.mark_no_show(self.context, self.rows().booking)
        assert self.state(self.rows()) == state

    def own_as(self, owner: str | None) -> None:
        """Let what this process holds bear another token: the booking's, or a stranger's."""
        token = owner or self.rows().row["owner"] or self.held.owner
        self.held, self.move = replace(self.held, owner=token), replace(self.move, owner=token)

    def arrows(self) -> dict[str, Callable[[], object]]:
        context, held, move, rows = self.context, self.held, self.move, self.rows()
        now, there = rows.booking, self.event(self.start + TWO_HOURS)
        found = ledger.Resting(now, self.standing(rows))
        return {
            "hold": lambda: ledger.hold(context, self.wish(), self.busy),
            "hold at once": self.hold_at_once,
            "take_other": lambda: ledger.take_other(context, held, self.busy, frozenset(now.hosts)),
            "confirm": lambda: ledger.confirm(context, held, self.event(self.start)),
            "fail": lambda: ledger.fail(context, held),
            "let_go": lambda: ledger.let_go(context, held),
            "take_over": lambda: ledger.take_over(context, now),
            "give_up": lambda: ledger.give_up(context, now),
            "begin_move": self.begin_move,
            "complete_move": lambda: ledger.complete_move(context, move, there),
            "abandon_move": lambda: ledger.abandon_move(context, move, is_certain=True),
            "follow_move": lambda: ledger.follow_move(context, found, there, is_claimed=True),
            "correct": lambda: ledger.correct(context, now, Attendee("Tim"), self.wish()),
            "relocate": lambda: ledger.relocate(context, found, ELSEWHERE, there),
            "cancel": lambda: ledger.cancel(context, now),
            "affirm": lambda: ledger.affirm(context, now),
            "take_back": lambda: ledger.take_back(context, ledger.ToldFailed(now.id, now.version)),
            "move_back": self.move_back,
            "cancel_deleted": lambda: self.cancel_deleted(found),
            "revive": lambda: self.revive(now),
            "begin_put_back": lambda: ledger.begin_put_back(context, found),
            "complete_put_back": lambda: ledger.complete_put_back(context, move, there),
            "mark_no_show": lambda: self.begun(ledger.mark_no_show),
            "undo_no_show": lambda: self.begun(ledger.undo_no_show),
        }

    def hold_at_once(self) -> ledger.Hold:
        """Hold a slot and confirm it by one commit; return the hold that nobody else saw."""
        seen: list[ledger.Hold] = []

        def making(held: ledger.Hold) -> Callable[[Connection], Event]:
            seen.append(held)
            return lambda _connection: self.event(self.start)

        at_once = ledger.AtOnce(making, also=lambda _connection: None)
        assert isinstance(ledger.hold(self.context, self.wish(), self.busy, at_once=at_once), Booking)
        return seen[0]

    def cancel_deleted(self, found: ledger.Resting) -> bool:
        ledger.record_gone(self.context, found, is_reported=True)
        return ledger.cancel_deleted(self.context, found)

    def revive(self, now: Booking) -> bool:
        last, back = self.rows().writes[-1], self.event(self.start)
        return ledger.revive(self.context, now, last, now.calendar, back)

    def begin_move(self) -> ledger.Move:
        rows, wish = self.rows(), MoveWish(self.start + TWO_HOURS)
        return ledger.begin_move(self.context, rows.booking, self.standing(rows), wish, self.busy)

    def move_back(self) -> bool:
        """Complete a move, as nobody heard, and undo it."""
        move, before = self.begin_move(), self.start
        ledger.complete_move(self.context, move, self.event(self.start + TWO_HOURS))
        told = ledger.ToldFailed(
            move.before.id,
            self.rows().booking.version,
            before.isoformat(),
            (before + timedelta(minutes=30)).isoformat(),
            move.standing.number,
            move.write.number,
        )
        return ledger.move_back(self.context, told)

    def begun(self, change: Callable[[LedgerContext, Booking], Booking]) -> Booking:
        self.clock.moment = max(self.clock.moment, self.start + timedelta(seconds=1))
        return change(self.context, self.rows().booking)

    def made_up_move(self) -> ledger.Move:
        """Return a move as somebody would believe in who missed what became of it."""
        before = self.rows().booking
        after = replace(before, interval=self.around(self.start + TWO_HOURS))
        write = replace(self.held.write, number=9, is_move=True)
        return ledger.Move(before, after, self.held.write, write, self.held.draft, self.held.owner)

    def standing(self, rows: Rows) -> Write:
        return ledger.standing_write(rows.writes) or self.held.write

    def wish(self) -> Wish:
        (event_type,) = self.context.event_types.values()
        return Wish(event_type, Contact(contact_id="kim"), self.start)

    def event(self, start: datetime) -> Event:
        interval = Interval(start, start + timedelta(minutes=30))
        return Event(EventRef("anna", self.held.write.event_key, "1"), interval)

    def around(self, start: datetime, *, hours: float = 0.5) -> Interval:
        return Interval(start - timedelta(hours=hours - 0.5), start + timedelta(hours=hours))

    def rows(self) -> Rows:
        booking_id = self.held.booking.id
        with self.context.store.read() as connection:
            row = connection.execute(_ROW, {"booking": booking_id}).one()
            booking = bookings.get(connection, booking_id)
            assert booking is not None
            return Rows(
                dict(row._mapping),
                booking,
                claims.of_booking(connection, booking_id),
                writes.of_booking(connection, booking_id),
            )

    def state(self, rows: Rows) -> str:
        row = rows.row
        if row["state"] not in ("held", "confirmed") or row["owner"] is None:
            assert row["lease_until"] is None, "a lease without an owner"
            with self.context.store.read() as connection:
                known = deletions.get(connection, self.held.booking.id)
            is_deleted = row["state"] == "cancelled" and known is not None
            return "deleted" if is_deleted else str(row["state"])
        is_over = row["lease_until"] <= self.clock.now()
        return {"held": ("held", "left"), "confirmed": ("changing", "stuck")}[row["state"]][is_over]

    def claimed(self, rows: Rows) -> str:
        """Return the booking's claims in the diagram's words, after checking that no host lacks one."""
        times = {(claim.pending, claim.interval.start) for claim in rows.claims}
        assert len(rows.claims) == len(times) * len(rows.booking.hosts)
        assert {claim.host for claim in rows.claims} <= set(rows.booking.hosts)
        now, new = self.start, self.start + TWO_HOURS
        words = {
            frozenset(): "none",
            frozenset({(False, now)}): "now",
            frozenset({(False, new)}): "new",
            frozenset({(False, now), (True, new)}): "both",
        }
        return words[frozenset(times)]

    def is_as_drawn(self, arrow: str, before: str) -> None:
        after, claimed, written = DRAWN[arrow, before]
        rows = self.rows()
        assert (arrow, before, self.state(rows)) == (arrow, before, after)
        assert (arrow, before, self.claimed(rows)) == (arrow, before, claimed)
        states = " ".join(str(write.state) for write in rows.writes)
        assert (arrow, before, states) == (arrow, before, written)
        self.attendances_agree()

    def is_unchanged(self, arrow: str, before: Rows) -> None:
        after = self.rows()
        assert after.row == before.row, f"{arrow} changed a booking that was {before.row['state']}"
        assert after.claims == before.claims, arrow
        if arrow not in OWN_WRITE:
            assert after.writes == before.writes, arrow
