"""The migrations lead to the tables that the statements are written for."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, inspect, text

from bridge.errors import SchemaOutdated
from bridge.store import constraints, tables
from bridge.store.engine import Store
from bridge.store.migrate import SCRIPTS, migrate
from bridge.store.schema import HEAD, require_current
from bridge.store.tables import metadata
from tests.store.rows import at, count_claims, take_slot

LISTED = {rule.name for rule in constraints.CONSTRAINTS}


def test_whoever_imports_the_tables_has_all_of_them() -> None:
    for module in pkgutil.iter_modules(tables.__path__):
        importlib.import_module(f"bridge.store.tables.{module.name}")
    assert set(metadata.tables) <= set(tables.__all__)


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    return ScriptDirectory.from_config(config)


def test_the_newest_revision_is_the_one_the_program_asks_for() -> None:
    assert scripts().get_heads() == [HEAD]


def test_revisions_are_counted_up_in_four_digits() -> None:
    revisions = [script.revision for script in scripts().walk_revisions()]
    assert sorted(revisions) == [f"{number:04}" for number in range(1, len(revisions) + 1)]
    assert revisions == sorted(revisions, reverse=True)


def test_migrating_leads_to_the_declared_tables(store: Store) -> None:
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_trigger_and_constraint_is_there(store: Store) -> None:
    with store.read() as connection:
        assert constraints.missing(connection) == frozenset()


def remove_constraints(store: Store) -> None:
    """Remove what keeps a host from being booked twice, as an administrator might by mistake."""
    with store.write() as connection:
        if store.is_sqlite:
            constraints.drop_triggers(connection)
        else:
            connection.execute(text("ALTER TABLE claims DROP CONSTRAINT claims_no_overlap"))


def test_without_a_constraint_nothing_starts_until_it_is_added_again(store: Store, store_url: str) -> None:
    remove_constraints(store)
    with store.write() as connection:
        take_slot(connection, "early", at(9), at(10))
        take_slot(connection, "late", at(9), at(10))
    with pytest.raises(SchemaOutdated, match=r"lacks claims_.* run `bridge migrate`"):
        require_current(store)
    assert migrate(store_url).repaired == frozenset(), "a start says so, and repairs nothing"
    done = migrate(store_url, repairs=True)
    assert done.repaired
    assert done.double == (("early", "late"),)
    require_current(store)
    with store.read() as connection:
        assert count_claims(connection) == 1


@contextmanager
def declared(store: Store) -> Iterator[tuple[Connection, str | None]]:
    """A connection to tables made from their declarations, and the schema they are in."""
    if store.is_sqlite:
        engine = create_engine("sqlite://")
        with closing(engine.connect()) as connection:
            metadata.create_all(connection)
            yield connection, None
        engine.dispose()
        return
    with closing(store.engine.connect()) as connection:
        connection.execute(text("CREATE SCHEMA declared"))
        apart = MetaData()
        for table in metadata.sorted_tables:
            table.to_metadata(apart, schema="declared")
        apart.create_all(connection)
        yield connection, "declared"
        connection.rollback()


def shape(connection: Connection, schema: str | None = None) -> dict[str, Any]:
    """Return everything about the tables that the database can tell, but for the constraints of the list."""
    inspector = inspect(connection)
    return {
        name: {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"], column["default"])
                for column in inspector.get_columns(name, schema)
            ],
            "primary key": inspector.get_pk_constraint(name, schema),
            "foreign keys": [
                (key["constrained_columns"], key["referred_table"], key["referred_columns"], key["options"])
                for key in inspector.get_foreign_keys(name, schema)
            ],
            "indexes": [
                (
                    index["name"],
                    index["column_names"],
                    index["unique"],
                    where_of(index.get("dialect_options")),
                )
                for index in inspector.get_indexes(name, schema)
                if index["name"] not in LISTED
            ],
            "unique": inspector.get_unique_constraints(name, schema),
            "checks": [
                check
                for check in inspector.get_check_constraints(name, schema)
                if check["name"] not in LISTED
            ],
        }
        for name in inspector.get_table_names(schema)
        if name != "alembic_version"
    }


def where_of(options: Any) -> str:
    return next((str(text) for name, text in (options or {}).items() if name.endswith("_where")), "")


def test_what_a_database_tells_of_migrated_and_declared_tables_is_the_same(store: Store) -> None:
    with store.read() as connection:
        migrated = shape(connection)
    assert set(migrated) == set(metadata.tables)
    with declared(store) as (apart, schema):  # now: PostgreSQL ends who idles meanwhile
        assert migrated == shape(apart, schema)
