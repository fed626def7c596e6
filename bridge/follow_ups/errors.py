"""Why something was not delivered.

NotDelivered   the receiver could not take it now; later it may
+- Refused     it never will; a person has to change something
"""

from __future__ import annotations


class NotDelivered(Exception):
    """The receiver could not take it now; the text says why, without anybody's address or number."""


class Refused(NotDelivered):
    """The receiver will never take it as it is."""
