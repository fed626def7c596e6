"""The background work: a loop over due jobs, and the threads that do them."""

from bridge.background.loop import Background, LanesOf, Precedence, Work
from bridge.background.threads import THREADS, Lane

__all__ = ["THREADS", "Background", "Lane", "LanesOf", "Precedence", "Work"]
