"""Reads a TOML document; a slip of the pen is answered with its line and what is usually behind it."""

from __future__ import annotations

import re
import tomllib

from bridge.errors import ConfigError
from bridge.said import Said

LARGEST = 1024 * 1024

_FILE = Said("(file)")
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_USUALLY = (
    (
        "Invalid value",
        Said("text needs quotes, true and false need none, numbers need a digit before the point"),
    ),
    ("Unclosed array", Said("a list lacks its closing square bracket or a comma")),
    ("Unterminated string", Said("a text lacks its closing quote")),
    ("Illegal character '\\n'", Said("a text lacks its closing quote")),
    (
        "Expected '='",
        Said("a line is a key, an equals sign and a value; names with special letters need quotes"),
    ),
    ("Expected newline or end", Said("there is one value too many in this line, or a quote too many")),
    ("Cannot overwrite", Said("this key stands there twice")),
    ("Cannot declare", Said("this section stands there twice; put its keys together")),
    ("Unescaped '\\'", Said('a backslash in "..." is written \\\\, or use single quotes')),
    ("Invalid date", Said("this date or time does not exist")),
)


def parse_document(text: str) -> dict[str, object]:
    """Return the document's tables. ConfigError: it is no TOML, with the line."""
    if len(text) > LARGEST:
        raise ConfigError(
            [(_FILE, Said("is larger than {size} KiB; surely this is another file", size=LARGEST // 1024))]
        )
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        problem = (_FILE, Said("is nested too deeply to be a configuration"))
    except tomllib.TOMLDecodeError as error:
        problem = _problem(str(error))
    except ValueError:  # Python's own limit for the digits of a number
        problem = (_FILE, Said("holds a number of thousands of digits"))
    raise ConfigError([problem])


def _problem(message: str) -> tuple[Said, Said]:
    place = _PLACE.search(message)
    where = _FILE
    if place:
        line, column = place.groups()
        at_line = Said("line {line}, column {column}", line=line, column=column)
        where = at_line if line else Said("end of document")
    told = _PLACE.sub("", message)
    why = next((why for begins, why in _USUALLY if told.startswith(begins)), None)
    return where, Said("this is not TOML: {why}", why=why or told[:1].lower() + told[1:200])
