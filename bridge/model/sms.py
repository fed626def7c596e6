"""What an SMS about an appointment says."""

from __future__ import annotations

from dataclasses import dataclass

# What may stand in a template in curly brackets; `change` is the address of the caller's own page.
PLACEHOLDERS = ("date", "time", "link", "location", "duration", "title", "host", "name", "change")


@dataclass(frozen=True, slots=True)
class SmsRules:
    """Whether callers are written to; `template` has PLACEHOLDERS, "" is the usual text."""

    enabled: bool = True
    template: str = ""
