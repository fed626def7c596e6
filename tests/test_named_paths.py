"""Every file and folder of the project that a page, a docstring or a comment names is there."""

from __future__ import annotations

import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]
TOP = ("bench", "bridge", "docs", "providers", "tests", "deploy")

# `bridge/booking/book.py`, bridge/store/, also with a glob; a module's dotted name is mypy's to check.
_PATH = re.compile(rf"(?<![\w./:-])(?:{'|'.join(TOP)})/[\w./*{{}},-]*[\w/*}}]")
_PAGE = re.compile(r"(?<![\w./:<-])[\w-]+\.md\b")  # a page by its name alone


def kept() -> list[Path]:
    """Return the project's own files; what git ignores does not belong to it."""
    told = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode:
        pytest.skip("not a checkout: nobody can tell which files are the project's")
    return [ROOT / line for line in told.stdout.splitlines() if (ROOT / line).is_file()]


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Return the lines of a page, or the comments and docstrings of a module, with their line numbers."""
    content = path.read_text("utf-8")
    if path.suffix != ".py":
        yield from enumerate(content.splitlines(), 1)
        return
    for token in tokenize.generate_tokens(io.StringIO(content).readline):
        is_docstring = token.string.startswith('"""')
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and is_docstring):
            yield token.start[0], token.string


def is_there(name: str) -> bool:
    if "/" not in name:
        return (ROOT / name).exists() or (ROOT / "docs" / name).exists()
    return any(ROOT.glob(name)) if "*" in name else (ROOT / PurePosixPath(name)).exists()


def test_every_path_that_is_named_is_there() -> None:
    missing = [
        f"{path.relative_to(ROOT)}:{line} names {name}"
        for path in kept()
        if path.suffix in {".py", ".md", ".toml"} or path.name == "Makefile"
        for line, text in texts(path)
        for name in [*_PATH.findall(text), *_PAGE.findall(text)]
        if not is_there(name.rstrip("."))
    ]
    assert not missing, "\n".join(missing)
