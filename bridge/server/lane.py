"""A part of a process's threads, for one kind of requests: none of them can take all."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from bridge.server.waiting import Waiting


@dataclass
class Lane:
    """At most so many requests have a thread at once, and so many wait for their turn, as they came."""

    most: int
    most_waiting: int
    served: int = 0
    waiting: deque[Waiting] = field(default_factory=deque)

    @property
    def is_taken(self) -> bool:
        """Tell whether the next has to wait."""
        return self.served >= self.most

    @property
    def is_full(self) -> bool:
        """Tell whether the next cannot even wait."""
        return self.is_taken and len(self.waiting) >= self.most_waiting

    def overdue(self, now: float) -> list[Waiting]:
        """Let go of those that have waited for as long as they may, and return them."""
        late = [conn for conn in self.waiting if conn.latest <= now]
        for conn in late:
            self.waiting.remove(conn)
        return late
