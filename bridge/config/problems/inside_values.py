"""Lets one validator complain of several places inside its value, which pydantic then reports one by one."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from bridge.said import Said

UNKNOWN_KEY = "bridge_unknown_key"


class Complaints:
    """What is wrong inside one value: at which place of it, and with what."""

    def __init__(self) -> None:
        self._found: list[InitErrorDetails] = []

    def add(self, place: tuple[str | int, ...], given: object, sentence: Said) -> None:
        """Note a sentence about what was given at a place."""
        error = PydanticCustomError("bridge_complaint", "{sentence}", {"sentence": sentence})
        self._found.append(InitErrorDetails(type=error, loc=place, input=given))

    def add_unknown_key(self, place: tuple[str | int, ...], known: Iterable[str]) -> None:
        """Note a key that isn't one of the known."""
        error = PydanticCustomError(UNKNOWN_KEY, "unknown key", {"known": tuple(known)})
        self._found.append(InitErrorDetails(type=error, loc=place, input=None))

    def raise_if_any(self) -> None:
        """Raise them for pydantic to collect, if there are any."""
        if self._found:
            raise ValidationError.from_exception_data("complaints", self._found)
