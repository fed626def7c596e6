"""Reads numbers and lengths of time within bounds; units stand in the key's name and end here."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import PlainValidator

from bridge.config.problems.wording import kind


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
        raise ValueError("must be true or false, without quotes")
    return value


def whole_number(value: object, low: int, high: int) -> int:
    """Return a whole number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"must be a whole number from {low} to {high}{_without_quotes(value)}")
    if not low <= value <= high:
        raise ValueError(f"is out of range: it must be a whole number from {low} to {high}")
    return value


def _decimal(value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"must be a number from {low:g} to {high:g}{_without_quotes(value)}")
    if not low <= value <= high:  # also true of nan
        raise ValueError(f"is out of range: it must be a number from {low:g} to {high:g}")
    return float(value)


def _without_quotes(value: object) -> str:
    return ", without quotes" if kind(value) == "text" else ""


YesOrNo = Annotated[bool, PlainValidator(yes_or_no)]
