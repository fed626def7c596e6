"""Reads and writes JSON as JavaScript does: what `JSON.stringify(JSON.parse(body))` gives.

telli signs that form. It never reads anything that `JSON.parse` refuses, and never guesses an encoding.
Source: ECMA-262, JSON.parse, JSON.stringify, Number::toString; body-parser 1 for BOM and empty bodies.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any, NoReturn

BOM = "\ufeff"
LAST_INDEX = 2**32 - 2  # the largest property name that JavaScript sorts as an array index
EXACT_DIGITS = 15  # every integer of so many digits is exact as a double


def decode(raw: bytes) -> str:
    """Return the text of a body: bad UTF-8 becomes U+FFFD, one BOM is dropped."""
    return raw.decode("utf-8", "replace").removeprefix(BOM)


def parse(text: str) -> object:
    """Return what `JSON.parse` reads: ValueError for anything else, RecursionError when nested too deep.

    Numbers are exact integers up to 15 digits, else doubles (overflow is infinite). Of a duplicate
    member the first position and the last value stand.
    """
    value: object = _DECODER.decode(text) if text else {}  # an empty body is {} to Express
    return value


def stringify(value: object) -> bytes:
    """Return the UTF-8 bytes that `JSON.stringify` gives for a parsed value."""
    # Only lone surrogates cannot be encoded, and JSON.stringify escapes just these, in the same form.
    return _TEXT[type(value)](value).encode("utf-8", "backslashreplace")


def number_text(number: float) -> str:
    """Return a double as ECMAScript prints it; `null` where JSON has no number for it."""
    if not math.isfinite(number):
        return "null"
    text = repr(number)
    if "e" not in text:
        return text.removesuffix(".0") if number else "0"  # -0 too
    # Python goes over to the exponent earlier than JavaScript, always with one digit before the point.
    mantissa, _, exponent = text.partition("e")
    sign = "-" if number < 0 else ""
    return sign + _place_point(mantissa.lstrip("-").replace(".", ""), int(exponent) + 1)


def _place_point(digits: str, point: int) -> str:
    """Return `0.digits * 10**point` in the notation of Number::toString."""
    if len(digits) <= point <= 21:
        return digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    mantissa = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{point - 1:+d}"


def _object_text(members: dict[str, object]) -> str:
    names = list(members)
    if indices := [name for name in names if _is_index(name)]:
        names = list(dict.fromkeys([*sorted(indices, key=int), *names]))
    texts = [f"{encode_basestring(name)}:{_TEXT[type(members[name])](members[name])}" for name in names]
    return "{" + ",".join(texts) + "}"


def _array_text(items: list[object]) -> str:
    return "[" + ",".join([_TEXT[type(item)](item) for item in items]) + "]"


def _is_index(name: str) -> bool:
    # isdigit() alone is true for superscripts and other scripts' digits
    if not (name.isascii() and name.isdigit()) or len(name) > 10:
        return False
    return (name[0] != "0" or name == "0") and int(name) <= LAST_INDEX


def _integer(text: str) -> float:
    # float() takes any number of digits where int() refuses more than 4300
    return int(text) if len(text) <= EXACT_DIGITS else float(text)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=float, parse_constant=_refuse_constant)

# What the decoder makes, and nothing else; chosen by exact type, since True is an int to isinstance.
_TEXT: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: str,
    float: number_text,
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): {None: "null"}.__getitem__,
    dict: _object_text,
    list: _array_text,
}
