"""Reads a TOML document; a slip of the pen is answered with its line and what is usually behind it."""

from __future__ import annotations

import re
import tomllib

from bridge.errors import ConfigError

LARGEST = 1024 * 1024

_PLACE = re.compile(r" \(at (line \d+, column \d+|end of document)\)$")
_USUALLY = (
    ("Invalid value", "text needs quotes, true and false need none, numbers need a digit before the point"),
    ("Unclosed array", "a list lacks its closing square bracket or a comma"),
    ("Unterminated string", "a text lacks its closing quote"),
    ("Illegal character '\\n'", "a text lacks its closing quote"),
    ("Expected '='", "a line is a key, an equals sign and a value; names with special letters need quotes"),
    ("Expected newline or end", "there is one value too many in this line, or a quote too many"),
    ("Cannot overwrite", "this key stands there twice"),
    ("Cannot declare", "this section stands there twice; put its keys together"),
    ("Unescaped '\\'", 'a backslash in "..." is written \\\\, or use single quotes'),
    ("Invalid date", "this date or time does not exist"),
)


def parse_document(text: str) -> dict[str, object]:
    """Return the document's tables. ConfigError: it is no TOML, with the line."""
    if len(text) > LARGEST:
        raise ConfigError([("(file)", f"is larger than {LARGEST // 1024} KiB; surely this is another file")])
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        problem = ("(file)", "is nested too deeply to be a configuration")
    except tomllib.TOMLDecodeError as error:
        problem = _problem(str(error))
    except ValueError:  # Python's own limit for the digits of a number
        problem = ("(file)", "holds a number of thousands of digits")
    raise ConfigError([problem])


def _problem(message: str) -> tuple[str, str]:
    place = _PLACE.search(message)
    where = place[1] if place else "(file)"
    said = _PLACE.sub("", message)
    why = next((why for begins, why in _USUALLY if said.startswith(begins)), "")
    return where, "this is not TOML: " + (why or said[:1].lower() + said[1:200])
