"""Reads numbers and lengths of time within bounds; units stand in the key's name and end here."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import PlainValidator

from bridge.said import Said, Unfit


def whole(low: int, high: int) -> PlainValidator:
    """Return a validator of whole numbers from `low` to `high`."""
    return PlainValidator(lambda value: whole_number(value, low, high))


def minutes(low: int, high: int) -> PlainValidator:
    """Return a validator that makes whole minutes a timedelta."""
    return PlainValidator(lambda value: timedelta(minutes=whole_number(value, low, high)))


def hours(low: float, high: float) -> PlainValidator:
    """Return a validator that makes hours, decimals allowed, a timedelta."""
    return PlainValidator(lambda value: timedelta(hours=_decimal(value, low, high)))


def seconds(low: float, high: float) -> PlainValidator:
    """Return a validator that makes seconds, decimals allowed, a timedelta."""
    return PlainValidator(lambda value: timedelta(seconds=_decimal(value, low, high)))


def yes_or_no(value: object) -> bool:
    """Return a TOML boolean; words and numbers are refused."""
    if not isinstance(value, bool):
        raise Unfit("must be true or false, without quotes")
    return value


def whole_number(value: object, low: int, high: int) -> int:
    """Return a whole number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int):
        hint = _without_quotes(value)
        raise Unfit("must be a whole number from {low} to {high}{hint}", low=low, high=high, hint=hint)
    if not low <= value <= high:
        raise Unfit("is out of range: it must be a whole number from {low} to {high}", low=low, high=high)
    return value


def _decimal(value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        hint = _without_quotes(value)
        raise Unfit("must be a number from {low} to {high}{hint}", **_written(low, high), hint=hint)
    if not low <= value <= high:  # also true of nan
        raise Unfit("is out of range: it must be a number from {low} to {high}", **_written(low, high))
    return float(value)


def _written(low: float, high: float) -> dict[str, str]:
    return {"low": f"{low:g}", "high": f"{high:g}"}


def _without_quotes(value: object) -> Said:
    return Said(", without quotes") if isinstance(value, str) else Said()


YesOrNo = Annotated[bool, PlainValidator(yes_or_no)]
