"""How long it is tried to note what somebody was just told: what is not noted would be told again."""

from __future__ import annotations

from contextlib import AbstractContextManager

from bridge.store.patience import within
from providers.base import Deadline
from providers.http import Clocks

# As long as the lease of a job: then another process may tell it again. A later note would still be true.
_SECONDS = 60.0


def noting(clocks: Clocks) -> AbstractContextManager[None]:
    """Let what is `repeated` in the block be done again while the database is away, up to a minute."""
    return within(Deadline(_SECONDS, clocks.monotonic), clocks.sleep)
