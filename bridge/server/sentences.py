"""Words errors as sentences for whoever runs the bridge, in a terminal and in the log."""

from __future__ import annotations

from bridge.errors import BridgeError, ConfigError, StoreUnavailable

_WHERE_TO_SET = (
    "Variables are set where the bridge is started: under systemd in /etc/bridge/environment as NAME=value, "
    "then `systemctl restart bridge`; in a shell by `export NAME=value`. Or put the value into a file, and "
    'write "file:PATH".'
)


def sentence(text: str) -> str:
    """Return a text as a sentence: with a capital letter in front, unless it is a name, and a full stop."""
    end = "" if text.endswith((".", "!", "?")) else "."
    begins = text.partition(" ")[0]
    return f"{text[:1].upper() if begins.isalpha() else text[:1]}{text[1:]}{end}"


def in_words(error: BridgeError) -> str:
    """Return one sentence, or every problem of the configuration on a line of its own."""
    if isinstance(error, ConfigError):
        lines = [f"  {path}: {text}" for path, text in error.problems]
        unset = [text for _, text in error.problems if text.startswith("the environment variable")]
        return "\n".join(["The configuration cannot be used:", *lines, *([_WHERE_TO_SET] if unset else [])])
    where = " It is named by bridge.database_url." if isinstance(error, StoreUnavailable) else ""
    return sentence(str(error)) + where
