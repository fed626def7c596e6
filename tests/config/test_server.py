"""The section server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.samples import config_of, problems_of


def test_without_a_server_section_it_listens_on_this_machine_alone() -> None:
    server = config_of(base=Path("/srv/bridge")).server
    assert str(server.bind) == "127.0.0.1:8000"
    assert (server.workers, server.threads) == (2, 8)
    assert server.pid_file == Path("/srv/bridge/bridge.pid")
    assert server.proxies == ()


@pytest.mark.parametrize("bind", ["0.0.0.0:80", ":8000", "[::1]:8000", "calendar.example.com:8000"])
def test_an_address_to_listen_at_is_read(bind: str) -> None:
    assert str(config_of(f'[server]\nbind = "{bind}"').server.bind) == bind


@pytest.mark.parametrize(
    ("line", "path", "sentence"),
    [
        ('bind = "8000"', "bind", '"8000" is not an address to listen at, such as "127.0.0.1:8000"'),
        (
            'bind = "127.0.0.1:0"',
            "bind",
            '"127.0.0.1:0" is not an address to listen at, such as "127.0.0.1:8000"',
        ),
        ("workers = 0", "workers", "0 is out of range: it must be a whole number from 1 to 64"),
        ('pid_file = ""', "pid_file", '"" is empty'),
        (
            'proxies = ["caddy"]',
            "proxies[0]",
            '"caddy" is not an address such as "127.0.0.1" or "172.20.0.0/16"',
        ),
        ('log_format = "xml"', "log_format", '"xml" must be "plain" or "json"'),
    ],
)
def test_a_wrong_line_of_server_is_told(line: str, path: str, sentence: str) -> None:
    assert problems_of(f"[server]\n{line}") == [(f"server.{path}", sentence)]
