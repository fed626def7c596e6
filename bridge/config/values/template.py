"""Reads texts of the owner's with places in curly brackets, filled for each message."""

from __future__ import annotations

from collections.abc import Sequence
from string import Formatter

from bridge.config.problems.wording import listed, suggestion
from bridge.said import Unfit


def template(text: str, places: Sequence[str]) -> str:
    """Return a text that holds none but known places. ValueError: which of them is not, or can't be read."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise Unfit("has a curly bracket too many or too few") from None
    for _, name, form, conversion in parts:
        if name is not None and (name not in places or form or conversion):
            known = [f"{{{each}}}" for each in places]
            word = f"{{{name}}}"
            raise Unfit(
                "has {word}; there are {known}{suggestion}",
                word=word,
                known=listed(known),
                suggestion=suggestion(word, known),
            )
    return text
