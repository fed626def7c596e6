"""Reads configurations as the bridge does, with the vendors it knows or those of a test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bridge import config
from bridge.config import Config, reading
from bridge.vendors.contract import Vendor
from bridge.vendors.registry import VENDORS


def parse_config(
    text: str, *, environ: Mapping[str, str], base: Path, vendors: Mapping[str, Vendor] = VENDORS
) -> Config:
    """Return the configuration in a text."""
    return config.parse_config(text, environ=environ, base=base, vendors=vendors)


def load_config(path: Path, environ: Mapping[str, str], vendors: Mapping[str, Vendor] = VENDORS) -> Config:
    """Return the configuration in a file."""
    return config.load_config(path, environ, vendors)


def read_config(document: Mapping[str, object], *, environ: Mapping[str, str], base: Path) -> Config:
    """Return the configuration in a parsed document."""
    return reading.read_config(document, environ=environ, base=base, vendors=VENDORS)
