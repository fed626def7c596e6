"""What came of trying something, as `bridge check` and the pages that try things tell it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What came of trying something."""

    GOOD = "ok"
    UNWISE = "note"
    FAILED = "fails"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried."""

    subject: str
    verdict: Verdict
    text: str
