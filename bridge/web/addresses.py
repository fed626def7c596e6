"""Makes the addresses that requests are routed to."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from werkzeug.routing import Rule


class Address(Rule):
    """An address whose builder is compiled when something first links to it.

    werkzeug compiles two small programs for each address at once. That was three quarters of what making the
    application took, and a process that answers calls links to few of its eighty.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(partial(super()._compile_builder, append_unknown))

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            return compiled()(rule, **values)

        return build
