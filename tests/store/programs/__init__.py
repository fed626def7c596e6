"""Programs that tests run in processes of their own, to race, to be killed, or to run out of disk."""

import sys
import warnings

warnings.simplefilter("error")


def wait_for_go() -> None:
    """Say that everything is loaded, and wait to be told to begin."""
    sys.stdout.write("loaded\n")
    sys.stdout.flush()
    assert sys.stdin.readline() == "go\n"


def say(line: object) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
