"""The configuration that this server has checked and taken; every process of it works with this one alone."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from bridge.app import assemble, create_app, load
from bridge.config import Config, environment_names
from bridge.surroundings import configuration_file


@dataclass
class _Taken:
    config: Config | None = None


_TAKEN = _Taken()  # of this process and those it forks


def take(config: Config) -> None:
    """Have this process, and those forked from now on, serve this configuration."""
    _TAKEN.config = config


def taken() -> Config | None:
    """Return what was taken, None where nobody checked anything."""
    return _TAKEN.config


def check(config: Config | None = None) -> Config:
    """Return what the configuration file says, or said when it was read, once all of it can be served.

    The database is brought up to date (SQLite) or looked at. ConfigError, SchemaOutdated, StoreUnavailable:
    what a person has to mend first.
    """
    config = config or load()
    create_app(config).extensions["bridge"].stop()
    return config


def variables() -> tuple[str, ...]:
    """Return the environment variables that the configuration file names."""
    return environment_names(configuration_file().read_text(encoding="utf-8-sig"))


def served_app() -> Flask:
    """Return the application for a server: of what was taken, else of the file, checked now."""
    config = taken()
    return assemble(config) if config else create_app(load())
