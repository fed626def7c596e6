"""A practice whose one owner keeps a paper diary."""

from __future__ import annotations

from bridge.vendors.registry import VENDORS
from tests.cast.one_host import OneHost, one_host_toml
from tests.vendors.paper.plug import Paper
from tests.vendors.paper.server import PaperServer

PAPER_TOO = {**VENDORS, "paper": Paper()}


def practice_toml(server: PaperServer, url: str, *, owner: str = "") -> str:
    """Return the configuration; `owner` are lines added to the owner's section."""
    return one_host_toml(url, "paper:anna/work", f'[paper.anna]\ndesk_url = "{server.url}"\n{owner}')


class PaperPractice(OneHost):
    """The bridge of the practice."""

    def __init__(self, server: PaperServer, url: str, *, owner: str = "") -> None:
        super().__init__(practice_toml(server, url, owner=owner), PAPER_TOO)
