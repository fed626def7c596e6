"""SQLAlchemy's dialects as tests use them: a statement is compiled once a process, not once a test.

SQLAlchemy keeps what it compiled for each engine, by the statement and the dialect it is for. A server has
the same engines all its life; each test opens its own, and compiling took a fifth of the tests' time. So here
all engines keep it in one place, where dialects of one kind are equal: those of one process speak to one
version of their database. Nothing else differs, and processes that are not forked use SQLAlchemy's own.
https://docs.sqlalchemy.org/en/20/core/connections.html#registering-new-dialects
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

_compiled: dict[Any, Any] = {}


class _CompiledOnce:
    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_compiled)


class SQLite(_CompiledOnce, SQLiteDialect_pysqlite):
    """SQLite by sqlite3."""

    supports_statement_cache = True  # SQLAlchemy asks each class itself


class PostgreSQL(_CompiledOnce, PGDialect_psycopg):
    """PostgreSQL by psycopg."""

    supports_statement_cache = True


def register() -> None:
    """Let the engines that are made from now on use these."""
    registry.register("sqlite.pysqlite", __name__, SQLite.__name__)
    registry.register("postgresql.psycopg", __name__, PostgreSQL.__name__)
