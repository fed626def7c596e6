"""Turns a config file into a Config, or into one ConfigError that names every problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from bridge.config.configuration import Config
from bridge.config.document import LARGEST, parse_document
from bridge.config.event_types import read_event_types
from bridge.config.hosts import read_hosts
from bridge.config.later import keys_of, without_later
from bridge.config.outside import Outside, Unreadable, read_file
from bridge.config.problems import Problems
from bridge.config.sections import AdminSection, BridgeSection, TelliSection
from bridge.config.table import Read, Table, read_table, unknown_key
from bridge.config.vendors import GoogleSection, MicrosoftSection, check_google, check_microsoft
from bridge.errors import ConfigError

SECTIONS = ("bridge", "admin", "telli", "google", "microsoft", "hosts", "event_types")

T = TypeVar("T", bound=Table)


def load_config(path: Path, environ: Mapping[str, str]) -> Config:
    """Return the configuration in a file. ConfigError: everything that is wrong with it."""
    try:
        text = read_file(path, LARGEST)
    except Unreadable as reason:
        raise ConfigError([(path.name or str(path), str(reason))]) from None
    return parse_config(text, environ=environ, base=path.parent)


def parse_config(text: str, *, environ: Mapping[str, str], base: Path) -> Config:
    """Return the configuration in a text; files it names lie relative to `base`.

    ConfigError: everything that is wrong with it.
    """
    return read_config(parse_document(text), environ=environ, base=base)


def read_config(document: Mapping[str, object], *, environ: Mapping[str, str], base: Path) -> Config:
    """Return the configuration in a parsed document. ConfigError: everything that is wrong with it."""
    problems = Problems()
    tree = {}
    for name, section in without_later(document, problems).items():
        if name in SECTIONS:
            tree[name] = Outside(environ, base, problems).resolve(section, (name,))
        else:
            problems.add((name,), unknown_key((name,), (*SECTIONS, *keys_of(""))))
    config = _Sections(tree, base, problems).read()
    problems.raise_if_any()
    return config


@dataclass(frozen=True)
class _Sections:
    """The document's sections, with all values from outside read."""

    tree: Mapping[str, object]
    base: Path
    problems: Problems

    def read(self) -> Config:
        """Return the configuration as far as it is sound."""
        bridge = self._read(BridgeSection).table
        vendors = frozenset(self.tree.keys() & {"google", "microsoft"})
        hosts = read_hosts(
            self.tree.get("hosts", {}), zone=bridge.timezone, vendors=vendors, problems=self.problems
        )
        event_types = read_event_types(
            self.tree.get("event_types", {}), zone=bridge.timezone, hosts=hosts, problems=self.problems
        )
        return Config(
            bridge=bridge,
            admin=self._read(AdminSection).table if "admin" in self.tree else AdminSection(),
            telli=self._read(TelliSection).table,
            google=self._google() if "google" in self.tree else None,
            microsoft=self._microsoft() if "microsoft" in self.tree else None,
            hosts=MappingProxyType(dict(hosts.known)),
            event_types=MappingProxyType(dict(event_types)),
        )

    def _read(self, model: type[T]) -> Read[T]:
        at = (model.section,)
        return read_table(
            model, self.tree.get(model.section, {}), at=at, problems=self.problems, base=self.base
        )

    def _google(self) -> GoogleSection:
        read = self._read(GoogleSection)
        check_google(read, self.problems)
        return read.table

    def _microsoft(self) -> MicrosoftSection:
        read = self._read(MicrosoftSection)
        check_microsoft(read, self.problems)
        return read.table
