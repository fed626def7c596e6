"""Tries whether the receivers of follow-ups can be told anything, telling them nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bridge.follow_ups.errors import NotDelivered
from bridge.follow_ups.receivers import Receiver
from bridge.service.findings import Finding, Verdict


def receivers_tried(receivers: Mapping[str, Receiver]) -> Iterator[Finding]:
    """Yield what came of trying each; none of them would fail a call."""
    for name, receiver in receivers.items():
        try:
            yield Finding(name, Verdict.GOOD, receiver.try_out())
        except NotDelivered as error:
            yield Finding(name, Verdict.UNWISE, f"{error}. Until then nothing is told there.")
