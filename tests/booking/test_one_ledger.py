"""Nobody but the ledger changes bookings, claims and writes."""

from __future__ import annotations

import re
from pathlib import Path


def test_only_the_ledger_changes_bookings_claims_and_writes() -> None:
    changing = re.compile(
        r"\bbookings\.(insert_held|replace_hosts|change|set_link)\("
        r"|\bowners\.seize\("
        r"|\brequests\.note\("
        r"|\bhistory\.add\("
        r"|\bclaims\.(add|drop|settle_pending)\("
        r"|\bwrites\.(add|finish|set_state|relocate|set_wanted|begin_again)\("
    )
    found = {
        path.parent.name
        for path in Path("bridge").rglob("*.py")
        if changing.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"ledger"}
