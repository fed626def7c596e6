"""What is told about a file that cannot be read, is no TOML, or is absurd."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.errors import ConfigError
from tests.cast.reading import load_config
from tests.config.samples import config_text, problems_in

_NO_TOML = "this is not TOML: "


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        (
            "[bridge]\ntimezone = Europe/Berlin\n",
            "line 2, column 12",
            "text needs quotes, true and false need none, numbers need a digit before the point",
        ),
        ('[bridge]\nlocale = "en_US\n', "line 2, column 16", "a text lacks its closing quote"),
        (
            '[telli]\napi_keys = ["a" "b"]\n',
            "line 2, column 17",
            "a list lacks its closing square bracket or a comma",
        ),
        ("[hosts.anna]\n[hosts.anna]\n", "line 2, column 12", None),
        ("a = 1\na = 2\n", "line 2, column 6", "this key stands there twice"),
        ("[bridge\n", "line 1, column 8", None),
        (
            "[hosts.änna]\n",
            "line 1, column 8",
            None,
        ),
        ("start_date = 2026-02-30\n", "line 1, column 14", None),
        ("title: Consultation\n", "line 1, column 6", None),
        (
            'path = "C:\\config"\n',
            "line 1, column 13",
            'a backslash in "..." is written \\\\, or use single quotes',
        ),
    ],
)
def test_a_slip_in_the_toml_is_told_with_its_line(text: str, where: str, why: str | None) -> None:
    [(place, told)] = problems_in(text)
    assert place == where
    assert told.startswith(_NO_TOML)
    assert why is None or told == _NO_TOML + why


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment"])
def test_an_empty_file_is_told_what_it_lacks(text: str) -> None:
    assert [path for path, _ in problems_in(text)] == [
        "bridge.public_url",
        "bridge.secret_key",
        "hosts",
        "event_types",
        "telli.api_keys",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x" * 10_000_000, "is larger than 1024 KiB; surely this is another file"),
        ("a = " + "[" * 100_000, "is nested too deeply to be a configuration"),
        ("a = " + "9" * 100_000, "holds a number of thousands of digits"),
    ],
)
def test_an_absurd_file_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    assert problems_in(text) == [("(file)", sentence)]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("bridge." + "a." * 5000 + "a = 1", "bridge.a"),
        ("[event_types.x]\nhosts = " + "[" * 50 + "]" * 50, "event_types.x"),
    ],
)
def test_tables_without_end_are_refused(text: str, path: str) -> None:
    assert (path, "is nested too deeply") in problems_in(text)


def test_more_than_a_hundred_problems_are_cut_short() -> None:
    told = problems_in("[bridge]\n" + "".join(f"deadlin{number} = 1\n" for number in range(50_000)))
    assert len(told) == 101
    assert told[-1] == ("...", "there are more problems; they show once these are mended")


def test_a_config_file_is_read_with_a_windows_mark_and_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + config_text().replace("\n", "\r\n").encode())
    assert load_config(path, {}).hosts["anna"].name == "Anna Weber"


def test_files_named_in_a_config_lie_beside_it(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("fake")
    path = tmp_path / "config.toml"
    path.write_text(config_text(telli='api_keys = ["file:key"]'))
    config = load_config(path, {})
    assert config.telli.api_keys[0].get_secret_value() == "fake"
    assert config.bridge.database_url.get_secret_value() == f"sqlite:///{tmp_path}/bridge.db"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing.toml", "does not exist or is no ordinary file"),
        ("folder", "does not exist or is no ordinary file"),
        ("utf16.toml", "is no UTF-8 text"),
        ("large.toml", "is larger than 1024 KiB"),
    ],
)
def test_a_config_file_that_cannot_be_read_is_told(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "utf16.toml").write_text(config_text(), encoding="utf-16")
    (tmp_path / "large.toml").write_bytes(b"#" * 10_000_000)
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / name, {})
    assert caught.value.problems == ((name, f"the file {tmp_path / name} {sentence}"),)
