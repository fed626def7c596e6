"""Makes the addresses that requests are routed to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


class Address(Rule):
    """An address whose builder is compiled when something first links to it.

    werkzeug compiles two small programs for each address at once. That was three quarters of what making the
    application took, and a process that answers calls links to few of its eighty.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        def build(rule: Address, /, **values: Any) -> tuple[str, str]:
            compiled = super(Address, rule)._compile_builder(append_unknown).__get__(rule)
            setattr(rule, "_build_unknown" if append_unknown else "_build", compiled)
            built: tuple[str, str] = compiled(**values)
            return built

        return build
