"""Notes outlive their process, and are another's only when it has ended."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from bridge.store.notes import Notes, state_folder

_IDS = itertools.count()


def notes_in(folder: Path) -> Notes:
    return Notes(folder, "notes-", lambda: str(next(_IDS)))


def test_what_a_living_process_notes_is_left_to_it(tmp_path: Path) -> None:
    mine, other = notes_in(tmp_path), notes_in(tmp_path)
    mine.put("a", {"version": 2})
    other.adopt()
    assert not other.every()
    mine.close()
    other.adopt()
    assert other.every() == {"a": {"version": 2}}
    assert len(list(tmp_path.iterdir())) == 1


def test_what_a_request_notes_after_the_end_is_left_at_once(tmp_path: Path) -> None:
    mine, other = notes_in(tmp_path), notes_in(tmp_path)
    mine.put("a", {"version": 2})
    mine.close()
    mine.put("b", {"version": 3})
    other.adopt()
    assert other.every() == {"a": {"version": 2}, "b": {"version": 3}}
    assert len(list(tmp_path.iterdir())) == 1


def test_a_child_keeps_no_lock_of_its_parents(tmp_path: Path) -> None:
    mine, other = notes_in(tmp_path), notes_in(tmp_path)
    mine.put("a", {"version": 2})
    (told, tells), (waits, ends) = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        tells_what = b"nothing" if not mine.every() else b"something"
        os.write(tells, tells_what)
        os.read(waits, 1)
        os._exit(0)
    assert os.read(told, 9) == b"nothing"
    mine.close()  # as the system does for a process that is killed
    other.adopt()
    os.write(ends, b"x")
    os.waitpid(child, 0)
    assert other.every() == {"a": {"version": 2}}
    for descriptor in (told, tells, waits, ends):
        os.close(descriptor)


def test_a_process_that_is_killed_leaves_whole_notes(tmp_path: Path) -> None:
    child = os.fork()
    if not child:
        dying = notes_in(tmp_path)
        dying.put("a", {"version": 2})
        dying.put("b", {"version": 3})
        dying.drop("a")
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes() + b'{"c": {"vers')  # cut off
    heir = notes_in(tmp_path)
    heir.adopt()
    assert heir.every() == {"b": {"version": 3}}
    heir.drop("b")
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_read_keeps_no_other_from_being_taken_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "notes-another-users").mkdir()
    (tmp_path / "notes-damaged").write_text('5\n{"a": {"version": 2}}\n')
    notes = notes_in(tmp_path)
    for _ in range(2):
        notes.adopt()
    assert notes.every() == {"a": {"version": 2}}
    assert caplog.text.count("cannot be read") == 1


def test_a_folder_that_cannot_be_written_is_told_and_the_memory_stays(tmp_path: Path) -> None:
    notes = notes_in(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError):
        notes.put("a", {"version": 2})
    assert notes.every() == {"a": {"version": 2}}
    notes.drop("a")
    assert not notes.every()


def test_notes_lie_beside_a_file_or_where_the_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert state_folder(Path("/srv/bridge.db")) == Path("/srv")
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/bridge:/var/lib/other")
    assert state_folder(None) == Path("/var/lib/bridge")
    monkeypatch.delenv("STATE_DIRECTORY")
    assert state_folder(None) == Path.cwd()
