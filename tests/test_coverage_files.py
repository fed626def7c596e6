"""A coverage file that a killed process left unfinished does not end the report."""

from __future__ import annotations

from pathlib import Path

import pytest
from coverage import CoverageData, CoverageException
from coverage.data import combine_parallel_data

from tests.coverage_files import remove_damaged

PAGE = 4096


def measured(folder: Path, name: str) -> Path:
    """Return a coverage file of a few pages."""
    made = CoverageData(str(folder / f".coverage.{name}"))
    made.add_lines({f"{name}-{number}.py": [1, 2, 3] for number in range(400)})
    made.write()
    made.close()
    return Path(made.data_filename())


def combined(folder: Path) -> set[str]:
    whole = CoverageData(str(folder / ".coverage"))
    combine_parallel_data(whole)
    return {Path(name).name for name in whole.measured_files()}


def test_damaged_files_are_left_out_and_all_others_combined(tmp_path: Path) -> None:
    measured(tmp_path, "whole")
    damaged = measured(tmp_path, "damaged")
    content = damaged.read_bytes()
    page = len(content) - 2 * PAGE  # of the measured lines, which coverage reads last
    damaged.write_bytes(content[:page] + b"\xff" * PAGE + content[page + PAGE :])
    (tmp_path / ".coverage.empty").write_bytes(b"")
    (tmp_path / ".coverage.cut").write_bytes(content[: len(content) // 2])
    with pytest.raises(CoverageException, match="malformed"):
        combined(tmp_path)  # which is why they are removed
    (tmp_path / ".coverage").unlink()
    measured(tmp_path, "whole")
    assert remove_damaged(tmp_path) == [".coverage.cut", ".coverage.damaged", ".coverage.empty"]
    assert combined(tmp_path) == {f"whole-{number}.py" for number in range(400)}
