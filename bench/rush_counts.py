"""The calls of `bench.rush`, and what is counted of them and of what they left behind."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import Any, Protocol

from rich.table import Table
from sqlalchemy import select

from bench.open_loop import Told
from bridge.service.signing import HEADER, sign
from bridge.store.engine import Store
from bridge.store.tables import bookings, claims, follow_ups, local_events
from tests.cast.at_vendors import ANNA_GOOGLE, BEN_MICROSOFT
from tests.cast.config import API_KEY
from tests.vendors.google import FakeGoogle
from tests.vendors.inbox import FakeInbox
from tests.vendors.microsoft import FakeMicrosoft

GHOSTS = "events without booking"
_GRACE = 0.25
_CREATED = "invitee.created"
_DEADLINES = {"available": 2.5, "book": 5.0}
_PER_START = 4  # callers who want one start
_SHAPES = {"available": ({"available"}, {"available", "message"}), "book": ({"status"}, {"status", "reason"})}


class Vendors(Protocol):
    """What the bridge left in others' systems."""

    google: FakeGoogle
    microsoft: FakeMicrosoft
    inbox: FakeInbox


@dataclass(frozen=True)
class Asked:
    """A call; `who` books, "" where nobody does."""

    question: str
    who: str
    request: bytes


def calls(count: int) -> Iterator[Asked]:
    """Yield calls: three of ten book, one of them says again what another said; two have a wish."""
    sent: list[Asked] = []
    for number in range(count):
        kind = number % 10
        if kind in (1, 4):
            place = len(sent)
            body = {"contact_id": f"caller-{number}", "start_iso": _start(place).isoformat()}
            sent.append(Asked("book", f"caller-{number}", signed("/cut/book", body)))
            yield sent[-1]
        elif kind == 7 and len(sent) > 20:
            yield sent[-20]
        else:
            wish = {"preferred_time": f"{8 + number % 9}:00"} if kind in (2, 5) else {}
            body = {"contact_id": f"caller-{number}", "contact_details": wish}
            yield Asked("available", "", signed("/cut/available", body))


def _start(place: int) -> datetime:
    first = (datetime.now(UTC) + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    return first + timedelta(minutes=30) * (place // _PER_START)


def days_of(asked: Sequence[Asked]) -> int:
    """Return how many days ahead the calls book."""
    return 4 + sum(bool(each.who) for each in asked) // (_PER_START * 48)


def signed(path: str, payload: dict[str, object]) -> bytes:
    """Return a whole request, signed as telli signs."""
    body = json.dumps(payload).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: bridge\r\n{HEADER}: {sign(body, API_KEY)}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def wrong_afterwards(
    store: Store, world: Vendors, asked: Sequence[Asked], told: Sequence[Told]
) -> dict[str, object]:
    """Return how often happened what must never, by its name."""
    with store.read() as connection:
        rows = connection.execute(
            select(bookings.c.id, bookings.c.contact_id, bookings.c.starts_at, bookings.c.calendar).where(
                bookings.c.state == "confirmed"
            )
        ).all()
        claimed = connection.execute(select(claims.c.booking_id, claims.c.host, claims.c.starts_at)).all()
        live = select(local_events).where(local_events.c.cancelled.is_(False))
        own = connection.execute(live).mappings().all()
        untold = connection.execute(
            select(follow_ups.c.id).where(follow_ups.c.state.not_in(("sent", "void")))
        ).all()
    kept = {row.id for row in rows}
    booked = Counter((str(row.calendar).partition(":")[0], row.starts_at) for row in rows)
    events = _events(own, world)
    callers = Counter(row.contact_id for row in rows)
    heard = [(each.who, one) for each, one in zip(asked, told, strict=True) if each.question == "book"]
    success = {who for who, one in heard if b'"success"' in one.body}
    failed = {who for who, one in heard if b'"failed"' in one.body} - success
    # Their booking was made, its answer died with the worker, and their repeat was shed.
    unheard = failed & {who for who, one in heard if one.status < 0}
    created = Counter(each["payload"]["uri"] for each in world.inbox.told if each["event"] == _CREATED)
    hosts = Counter((each.host, each.starts_at) for each in claimed)
    return {
        "hosts or callers booked twice": sum(n - 1 for n in (hosts + callers).values() if n > 1),
        "told of success, not booked": len(success - callers.keys()),
        "told of failure, booked": len((failed - unheard) & callers.keys()),
        "(booked unheard, then failed)": len(unheard & callers.keys()),
        "confirmed without event": sum((booked - events).values()),
        GHOSTS: sum((events - booked).values()),
        "follow-ups lost": max(0, len(kept) - len(created)),
        "follow-ups doubled": sum(created.values()) - len(created),
        "follow-ups not sent": len(untold),
        "claims left": sum(each.booking_id not in kept for each in claimed),
        **_answered_wrongly(asked, told),
    }


def _events(own: Iterable[Mapping[str, Any]], world: Vendors) -> Counter[tuple[str, datetime]]:
    """Count what lies in the calendars, by vendor and start."""
    events = Counter(("local", each["starts_at"]) for each in own)
    events += Counter(("google", _moment(each)) for each in world.google.events(ANNA_GOOGLE))
    events += Counter(("microsoft", _moment(each)) for each in world.microsoft.events(BEN_MICROSOFT))
    return events


def _answered_wrongly(asked: Sequence[Asked], told: Sequence[Told]) -> dict[str, object]:
    pairs = [*zip(asked, told, strict=True)]
    return {
        "late (deadline + 250 ms)": sum(_is_late(each, one) for each, one in pairs),
        "not answered within 15 s": sum(one.status == 0 for _, one in pairs),
        "not 200 or of another shape": sum(
            one.status > 0 and not _is_sound(each, one) for each, one in pairs
        ),
        "(ended with a killed worker)": sum(one.status < 0 for _, one in pairs),
    }


def _is_sound(asked: Asked, told: Told) -> bool:
    with suppress(ValueError):
        return told.status == 200 and set(json.loads(told.body)) in _SHAPES[asked.question]
    return False


def _moment(event: dict[str, Any]) -> datetime:
    start = event["start"]
    found = start if isinstance(start, datetime) else datetime.fromisoformat(start["dateTime"])
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def late(asked: Sequence[Asked], told: Sequence[Told]) -> dict[str, int]:
    """Count the late answers by their question and what they said."""
    pairs = [(each, one) for each, one in zip(asked, told, strict=True) if _is_late(each, one)]
    return dict(Counter(f"/{each.question} {_said(one)}" for each, one in pairs))


def _is_late(asked: Asked, told: Told) -> bool:
    return told.status > 0 and told.seconds > _DEADLINES[asked.question] + _GRACE


def _said(told: Told) -> str:
    if told.status != 200:
        return str(told.status)
    words = {b"Too many people": "shed", b'"success"': "booked", b'"start_iso"': "offered"}
    return next((name for text, name in words.items() if text in told.body), "other")


def latencies(asked: Sequence[Asked], told: Sequence[Told]) -> Table:
    """Return how fast which question was answered."""
    table = Table("", title=f"{len(told)} mixed calls while faults come and go")
    for column in ("answered", "with success", "shed", "p50 ms", "p90 ms", "p99 ms", "slowest ms"):
        table.add_column(column, justify="right")
    for question in _DEADLINES:
        ones = [
            one for each, one in zip(asked, told, strict=True) if each.question == question and one.status > 0
        ]
        good = sum(b'"success"' in one.body or b'"start_iso"' in one.body for one in ones)
        shed = sum(b"Too many people" in one.body for one in ones)
        taken = sorted(one.seconds * 1000 for one in ones)
        points = quantiles(taken, n=100)
        cells = [len(ones), good, shed, *(round(points[at - 1]) for at in (50, 90, 99)), round(taken[-1])]
        table.add_row(f"/{question}", *map(str, cells))
    return table


def counted(wrong: dict[str, object]) -> Table:
    """Return the figures as a table."""
    table = Table("what must never be", title="Counted afterwards")
    table.add_column("times", justify="right")
    for name, number in wrong.items():
        table.add_row(name, str(number))
    return table
