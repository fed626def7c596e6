"""Sentences that are made before anybody knows in which language they will be read.

In English they are plain text, as for a log or a terminal; pages say them in their owner's language.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

Translate = Callable[[str], str]


class Said(str):
    """A sentence in English; `message` is its text in the catalogues, with places for the `facts`.

    A fact may be a sentence itself, and is then said in the same language.
    """

    __slots__ = ("facts", "message")
    message: str
    facts: dict[str, object]

    def __new__(cls, message: str = "", /, **facts: object) -> Self:
        """Make the sentence, "" for none; curly brackets that are no places are written twice."""
        made = super().__new__(cls, message.format_map(facts))
        made.message, made.facts = message, facts
        return made

    def said(self, translate: Translate) -> str:
        """Return the sentence in a language."""
        if not self.message:  # a catalogue tells of itself there
            return ""
        return translate(self.message).format_map(
            {name: in_language(fact, translate) for name, fact in self.facts.items()}
        )


def in_language(text: object, translate: Translate) -> object:
    """Return a sentence in a language, and anything else as it is."""
    return text.said(translate) if isinstance(text, Said) else text


class Worded(Exception):
    """Something is refused; `message` is a text of the catalogue with places for the `facts`."""

    def __init__(self, message: str, /, **facts: object) -> None:
        self.sentence = Said(message, **facts)
        super().__init__(self.sentence)

    @property
    def message(self) -> str:
        """Return the text of the catalogue."""
        return self.sentence.message

    @property
    def facts(self) -> dict[str, object]:
        """Return what stands at its places."""
        return self.sentence.facts

    def said(self, translate: Translate) -> str:
        """Return why, in a language."""
        return self.sentence.said(translate)


class Unfit(Worded, ValueError):
    """A value cannot be used; the text goes on where a sentence begins with the value."""
