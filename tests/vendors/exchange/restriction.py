"""What a restriction keeps of a listing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tests.vendors.exchange.soap import Element, Failed, child, name_of, part

_PATHS = {"FieldURI", "ExtendedFieldURI", "IndexedFieldURI"}
_UNSEARCHABLE = {
    f"calendar:{name}"
    for name in ("UID", "RequiredAttendees", "OptionalAttendees", "Resources", "StartTimeZone", "EndTimeZone")
}
_ORDERS: dict[str, Callable[[float | str, float | str], bool]] = {
    "IsEqualTo": lambda one, other: one == other,
    "IsNotEqualTo": lambda one, other: one != other,
    "IsGreaterThan": lambda one, other: one > other,  # type: ignore[operator]
    "IsGreaterThanOrEqualTo": lambda one, other: one >= other,  # type: ignore[operator]
    "IsLessThan": lambda one, other: one < other,  # type: ignore[operator]
    "IsLessThanOrEqualTo": lambda one, other: one <= other,  # type: ignore[operator]
}


def keeps(restriction: Element | None, text_at: Callable[[Element], str | None]) -> bool:
    """Tell whether a restriction (None keeps everything) keeps what `text_at` tells the members of.

    Failed: it asks for what Exchange cannot search.
    """
    return restriction is None or _holds(restriction[0], text_at)


def _holds(expression: Element, text_at: Callable[[Element], str | None]) -> bool:
    match name_of(expression):
        case "And":
            return all(_holds(each, text_at) for each in expression)
        case "Or":
            return any(_holds(each, text_at) for each in expression)
        case "Not":
            return not _holds(expression[0], text_at)
    path = expression[0]
    if name_of(path) not in _PATHS or path.get("FieldURI") in _UNSEARCHABLE:
        text = "The property can't be used with this type of restriction."
        raise Failed("ErrorUnsupportedPathForQuery", text)
    return _compares(expression, text_at(path))


def _compares(expression: Element, found: str | None) -> bool:
    name = name_of(expression)
    if name == "Exists":
        return found is not None
    if name == "Contains":
        return found is not None and _contains(expression, found)
    if name not in _ORDERS:
        raise Failed("ErrorUnsupportedQueryFilter")
    constant = child(expression, "FieldURIOrConstant", "Constant")
    if found is None or constant is None:
        return name == "IsNotEqualTo" and found is None
    return _ORDERS[name](_comparable(found), _comparable(constant.get("Value")))


def _contains(expression: Element, found: str) -> bool:
    wanted = str(part(expression, "Constant").get("Value"))
    if expression.get("ContainmentComparison", "Exact") != "Exact":
        found, wanted = found.casefold(), wanted.casefold()
    if expression.get("ContainmentMode") == "FullString":
        return found == wanted
    return found.startswith(wanted) if expression.get("ContainmentMode") == "Prefixed" else wanted in found


def _comparable(text: str) -> float | str:
    """Return a moment or number as a number, and any other text in small letters."""
    try:
        return datetime.fromisoformat(text).timestamp() if "T" in text else float(text)
    except ValueError:
        return text.casefold()
