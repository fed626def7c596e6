"""Runs a command so that whatever goes wrong ends in one sentence, or in JSON, and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import click

from bridge.cli.output import Exit, Output, Refused, leave_pipe
from bridge.errors import BridgeError
from providers.errors import ProviderError


def run(
    main: Callable[..., Any], args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
) -> NoReturn:
    """Call click's `main` and exit; `args` are the words behind `bridge`, by default the process's own."""
    words = list(sys.argv[1:] if args is None else args)
    output = Output(as_json="--json" in words)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a name in letters the terminal lacks is no reason to fail
    try:
        code = main(words, prog_name or "bridge", **{**extra, "standalone_mode": False})
    except click.UsageError as error:
        _misused(error, output)
    except click.Abort:
        output.note("Stopped.")
        raise SystemExit(int(Exit.INTERRUPTED)) from None
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        leave_pipe()
    except (BridgeError, ProviderError, OSError) as error:
        output.fail(_as_refusal(error))
    raise SystemExit(code if isinstance(code, int) else int(Exit.DONE))


def _as_refusal(error: BridgeError | ProviderError | OSError) -> BridgeError:
    match error:
        case BridgeError():
            return error
        case ProviderError():
            return Refused(f"{error.provider} refused: {error.detail or type(error).__name__}")
    where = f"{error.filename}: " if error.filename else ""
    return Refused(f"{where}{error.strerror or error}", Exit.UNREACHABLE)


def _misused(error: click.UsageError, output: Output) -> NoReturn:
    if output.as_json:
        output.result({"error": error.format_message(), "code": "usage"})
    else:
        error.show()
    raise SystemExit(int(Exit.USAGE))
