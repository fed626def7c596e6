"""Decides who may sign in: by the admin password, and by a one-time code where one is asked for.

Every attempt is recorded in the database, so that a limit holds over all processes. It is recorded as wrong
before it is looked at, and as right afterwards: many guesses at once gain nothing.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from werkzeug.security import check_password_hash

from bridge import log
from bridge.errors import BridgeError
from bridge.signin.allowance import Visitor, wait_of
from bridge.signin.codes import period_of_code
from bridge.signin.sessions import Sessions
from bridge.store.engine import ConstraintViolated, Store
from bridge.store.sql import sign_ins
from bridge.store.sql.sign_ins import SignInRow

KEPT = timedelta(days=30)
LONGEST_PASSWORD = 1024  # hashing more would only keep the server busy


class SignInRefused(BridgeError):
    """The password or the code is wrong."""

    code = "signin_refused"


class TooManyAttempts(SignInRefused):
    """Too many attempts were wrong; `retry_after` is how long to wait."""

    code = "signin_limited"

    def __init__(self, retry_after: timedelta) -> None:
        self.retry_after = retry_after
        super().__init__("Too many wrong passwords were entered.")


@dataclass(frozen=True, slots=True)
class Welcome:
    """What was before a right sign-in: when the last one was, None for the first, and how many went wrong."""

    last_at: datetime | None
    wrong_since: int


class AdminSignIn:
    """The admin password, the secret of one-time codes, and the record of attempts.

    Without a hash nobody may sign in; without a secret no code is asked for.
    """

    def __init__(
        self,
        store: Store,
        password_hash: str | None,
        totp_secret: str | None,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._hash = password_hash
        self._totp_secret = totp_secret
        self._now = now

    def __repr__(self) -> str:
        return "<AdminSignIn>"

    @property
    def is_possible(self) -> bool:
        """Tell whether an admin password is configured."""
        return self._hash is not None

    @property
    def asks_code(self) -> bool:
        """Tell whether a one-time code is asked for."""
        return self._totp_secret is not None

    @property
    def password_mark(self) -> str:
        """Return what tells sessions of this password from those of another, and gives nothing of it away."""
        return hashlib.sha256(f"{self._hash} {self._totp_secret}".encode()).hexdigest()[:32]

    def sessions(self) -> Sessions:
        """Return the browsers that signed in with the password of today."""
        return Sessions(self._store, self.password_mark, now=self._now)

    def check(self, password: str, code: str, visitor: Visitor) -> Welcome:
        """Let what is right pass. SignInRefused: it is wrong. TooManyAttempts: it was not looked at."""
        # In the log without the visitor's address: the page of sign-ins shows it, to the admin alone.
        try:
            welcome = self._checked(password, code, visitor)
        except SignInRefused as refused:
            log.event("sign_in", level=logging.WARNING, outcome="refused", reason=refused.code)
            raise
        log.event("sign_in", outcome="right")
        return welcome

    def _checked(self, password: str, code: str, visitor: Visitor) -> Welcome:
        attempt_id, welcome = self._record(visitor)
        if self._hash is None or len(password) > LONGEST_PASSWORD:
            raise SignInRefused("The password is not right.")
        is_right = check_password_hash(self._hash, password)
        period = period_of_code(self._totp_secret, code, self._now()) if self._totp_secret else None
        if not is_right or (self.asks_code and period is None):
            raise SignInRefused("The password or the code is not right.")
        try:
            with self._store.write() as connection:
                sign_ins.mark_right(connection, attempt_id, period)
        except ConstraintViolated as error:
            raise SignInRefused("The code was used before.") from error
        return welcome

    def latest(self, most: int = 50) -> Sequence[SignInRow]:
        """Return the last attempts, the latest first."""
        with self._store.read() as connection:
            return sign_ins.latest(connection, most)

    def _record(self, visitor: Visitor) -> tuple[str, Welcome]:
        """Record an attempt before its outcome is known. TooManyAttempts: it may not be made."""
        now = self._now()
        attempt = SignInRow(uuid4().hex, now, visitor.address, visitor.browser, was_right=False)
        with self._store.write_alone() as connection:
            sign_ins.remove_older(connection, now - KEPT)
            wait = wait_of(connection, visitor, now)
            if not wait:
                last_at = sign_ins.last_right(connection)
                welcome = Welcome(last_at, sign_ins.wrong_since(connection, last_at) if last_at else 0)
                sign_ins.add(connection, attempt)
                return attempt.id, welcome
        raise TooManyAttempts(wait)
