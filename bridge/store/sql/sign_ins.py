"""Statements on who tried to sign in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from bridge.store.tables import sign_ins


@dataclass(frozen=True, slots=True)
class SignInRow:
    """An attempt; `browser` is None for one from a browser that never signed in before."""

    id: str
    tried_at: datetime
    address: str
    browser: str | None
    was_right: bool


def add(connection: Connection, attempt: SignInRow) -> None:
    """Record an attempt."""
    connection.execute(
        insert(sign_ins).values({name: getattr(attempt, name) for name in SignInRow.__slots__})
    )


def mark_right(connection: Connection, attempt_id: str, code_period: int | None) -> None:
    """Record that an attempt was right. ConstraintViolated: its one-time code was used before."""
    right = update(sign_ins).where(sign_ins.c.id == attempt_id)
    connection.execute(right.values(was_right=True, code_period=code_period))


def failures_of_browser(connection: Connection, browser: str, since: datetime) -> Sequence[datetime]:
    """Return when a known browser was wrong since its last right attempt, the latest first."""
    return _failures(connection, sign_ins.c.browser == browser, since)


def failures_of_address(connection: Connection, address: str, since: datetime) -> Sequence[datetime]:
    """Return when strangers of an address were wrong since their last right attempt, the latest first."""
    return _failures(connection, (sign_ins.c.address == address) & sign_ins.c.browser.is_(None), since)


def failures_of_strangers(connection: Connection, since: datetime) -> Sequence[datetime]:
    """Return when strangers of any address were wrong, the latest first."""
    wanted = select(sign_ins.c.tried_at).where(
        sign_ins.c.browser.is_(None), sign_ins.c.was_right.is_(False), sign_ins.c.tried_at > since
    )
    return connection.execute(wanted.order_by(sign_ins.c.tried_at.desc())).scalars().all()


def latest(connection: Connection, most: int) -> Sequence[SignInRow]:
    """Return the last attempts, the latest first."""
    columns = [sign_ins.c[name] for name in SignInRow.__slots__]
    # By id where two have one moment, so that a list does not change between two looks.
    wanted = select(*columns).order_by(sign_ins.c.tried_at.desc(), sign_ins.c.id).limit(most)
    return [SignInRow(*row) for row in connection.execute(wanted)]


def last_right(connection: Connection) -> datetime | None:
    """Return when somebody last signed in."""
    return connection.execute(
        select(func.max(sign_ins.c.tried_at)).where(sign_ins.c.was_right.is_(True))
    ).scalar()


def wrong_since(connection: Connection, moment: datetime) -> int:
    """Return how many attempts were wrong since a moment."""
    wanted = select(func.count()).where(sign_ins.c.was_right.is_(False), sign_ins.c.tried_at > moment)
    return connection.execute(wanted).scalar_one()


def remove_older(connection: Connection, than: datetime) -> None:
    """Forget attempts before that moment."""
    connection.execute(delete(sign_ins).where(sign_ins.c.tried_at <= than))


def _failures(connection: Connection, whose: object, since: datetime) -> Sequence[datetime]:
    wanted = select(sign_ins.c.tried_at, sign_ins.c.was_right).where(whose, sign_ins.c.tried_at > since)  # type: ignore[arg-type]
    found: list[datetime] = []
    for tried_at, was_right in connection.execute(wanted.order_by(sign_ins.c.tried_at.desc())):
        if was_right:
            break
        found.append(tried_at)
    return found
