"""Source, .po and .mo of the catalogues tell the same."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

import bridge
from bridge.speech.explained import vendors_words
from bridge.speech.language import CATALOGUES, language
from providers.microsoft import errors

KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "translate": None,
    "_translate": None,
    "say": None,
    "alert": (2,),
    "Unusable": None,
    "ImportRefused": None,
    "Said": None,
    "Unfit": None,
    "Hidden": None,
    "Unreadable": None,
    "Needed": None,
    "counted": (1, 2),
}
METHODS = [("cli/**", "ignore"), ("**.py", "python"), ("**.html", "jinja2")]
LANGUAGES = ["de", "en"]


def file_of(language: str, ending: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / f"bridge.{ending}"


def catalogue_of(language: str) -> Catalog:
    return read_po(io.BytesIO(file_of(language, "po").read_bytes()), locale=language)


def forms(text: object) -> tuple[str, ...]:
    """Return the singular and plural of a text, or the text alone."""
    return tuple(str(form) for form in text) if isinstance(text, list | tuple) else (str(text),)


def said(messages: Iterable[Message]) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {forms(message.id): forms(message.string) for message in messages if message.id}


@pytest.fixture(scope="module")
def source() -> set[tuple[str, ...]]:
    found = extract_from_dir(Path(bridge.__file__).parent, METHODS, keywords=KEYWORDS)
    words = extract_from_file("python", Path(errors.__file__), keywords=KEYWORDS)
    return {forms(message) for _, _, message, _, _ in found} | {forms(message) for _, message, _, _ in words}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_source_is_in_the_catalogue_and_no_other(
    language: str, source: set[object]
) -> None:
    assert set(said(catalogue_of(language))) == source


def test_every_text_is_translated_into_german_with_the_same_places() -> None:
    for wanted, given in said(catalogue_of("de")).items():
        for original, translation in zip(wanted, given, strict=True):
            assert translation, original
            assert re.findall(r"\{\w+\}", translation) == re.findall(r"\{\w+\}", original)


def test_whoever_passes_a_text_on_is_known_by_name() -> None:
    """Texts handed to any other name would be in no catalogue, and stay English."""
    passing_on = re.compile(r"def (\w+)\(self, (\w+): str\) -> str:[^}]{,90}?return [\w.]+\.translate\(\2\)")
    files = Path(bridge.__file__).parent.rglob("*.py")
    found = {name for file in files for name, _ in passing_on.findall(file.read_text(encoding="utf-8"))}
    assert "say" in found
    assert found <= KEYWORDS.keys()


def test_what_a_vendor_says_is_told_in_german_and_keeps_its_number() -> None:
    german = language("de_DE").translate
    for number, text in errors.SENTENCES.items():
        told = vendors_words(german, f"{text} (AADSTS{number})")
        assert text not in told
        assert told.endswith(f". (AADSTS{number})")
    assert vendors_words(german, "") == ""
    assert vendors_words(german, "in no catalogue") == "in no catalogue"


def test_no_translation_is_a_guess() -> None:
    assert [message.id for message in catalogue_of("de") if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_text(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue_of(language))
    compiled.seek(0)
    assert said(read_mo(compiled)) == said(read_mo(io.BytesIO(file_of(language, "mo").read_bytes())))
