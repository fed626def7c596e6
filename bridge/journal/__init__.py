"""Remembers what was asked and answered: for a week as entries, for good as figures.

Nobody waits for it: what is noted is written by a thread of its own, many calls at once. A process that is
killed loses the last second of it. It never holds a caller's name, number, address or words.
"""

from bridge.journal.call import REFUSALS, Call, Outcome, Signature
from bridge.journal.figures import Figures
from bridge.journal.journal import KEPT, Journal
from bridge.journal.watch import WATCH_CALLS, journal_chores

__all__ = [
    "KEPT",
    "REFUSALS",
    "WATCH_CALLS",
    "Call",
    "Figures",
    "Journal",
    "Outcome",
    "Signature",
    "journal_chores",
]
