"""Tries telli's way to the bridge, in the background, and remembers what came of it for the page.

The server must be free to answer itself meanwhile, so nobody waits for it on one of its threads. Only the
configured public address is ever asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from bridge.background import Work
from bridge.booking.context import BookingContext, LedgerContext
from bridge.config import Config
from bridge.errors import NotFound
from bridge.service.findings import Finding, Verdict
from bridge.service.public_check import PublicCheck
from bridge.speech.language import language
from bridge.store.sql import jobs, upkeep

TRIAL_CALL = "trial_call"  # subject: the event type's id
_EXPECTED = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class TrialCall:
    """A test call; `findings` are None while it is made, `is_late` where nobody seems to make it."""

    event_type: str
    asked_at: datetime
    findings: tuple[Finding, ...] | None
    is_late: bool = False


@dataclass(frozen=True)
class TrialCalls:
    """The test call made last."""

    config: Config
    context: LedgerContext
    follow: Callable[[str], Iterator[Finding]]

    @classmethod
    def of(cls, config: Config, context: BookingContext, sign_ins: Mapping[str, str]) -> Self:
        """Return the test calls of a bridge; `sign_ins` are the vendors whose sign-ins lead back to it."""
        redirects = {title: f"/connect/{name}/callback" for name, title in sign_ins.items()}
        say = language(config.bridge.locale).translate

        def follow(event_type: str) -> Iterator[Finding]:
            now, monotonic = context.now, context.monotonic
            return PublicCheck(config, redirects, now, monotonic, say, event_type).findings()

        return cls(config, context, follow)

    def ask(self, event_type: str) -> None:
        """Have a test call made. NotFound: there is no such event type."""
        if event_type not in self.config.event_types:
            raise NotFound("there is no such event type")
        with self.context.store.write() as connection:
            upkeep.put(connection, TRIAL_CALL, self.context.now(), {"event_type": event_type})
            jobs.schedule(connection, TRIAL_CALL, event_type, self.context.lease_now(connection))
        self.context.wake()

    def last(self) -> TrialCall | None:
        """Return the one asked for last, None where there was none."""
        with self.context.store.read() as connection:
            found = upkeep.get(connection, TRIAL_CALL)
        if found is None:
            return None
        told = found.result.get("findings")
        findings = None if told is None else tuple(Finding(a, Verdict(b), c) for a, b, c in told)
        is_late = findings is None and self.context.now() - found.at > _EXPECTED
        return TrialCall(found.result["event_type"], found.at, findings, is_late)

    def kinds(self) -> Mapping[str, Work]:
        """Return what to do for the one kind of job: to make a test call."""
        return {TRIAL_CALL: self._make}

    def _make(self, event_type: str) -> None:
        if event_type not in self.config.event_types:
            return  # it left the configuration meanwhile
        told = [[each.subject, str(each.verdict), each.text] for each in self.follow(event_type)]
        result = {"event_type": event_type, "findings": told}
        with self.context.store.write() as connection:
            asked = upkeep.get(connection, TRIAL_CALL)
            if asked and asked.result["event_type"] == event_type:  # else another was asked for meanwhile
                upkeep.put(connection, TRIAL_CALL, asked.at, result)
