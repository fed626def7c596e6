"""Why something was not delivered.

NotDelivered       the receiver could not take it now; later it may
+- Unclear         it may have taken it: asked again, its receiver first finds out
+- Refused         it never will; a person has to change something
+- Misconfigured   it takes nothing from us before a person puts password, key or account right
"""

from __future__ import annotations

from datetime import timedelta


class NotDelivered(Exception):
    """The receiver could not take it now; the text says why, without anybody's address or number.

    `after` is how long it asked to be left alone.
    """

    def __init__(self, text: str, after: timedelta = timedelta(0)) -> None:
        self.after = after
        super().__init__(text)


class Unclear(NotDelivered):
    """The receiver did not say whether it took it."""


class Refused(NotDelivered):
    """The receiver will never take it as it is."""


class Misconfigured(NotDelivered):
    """The receiver refuses the password, key or account of the configuration."""
