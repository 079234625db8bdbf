"""Migrations: they make what the models say, keep rows, go down and up, and wait for each other."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, Column, Table, insert, inspect, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from app.cli.migrate import downgrade, pending, upgrade
from app.db import Database
from app.domain.rollups import FORM
from app.models import Base, Channel, Friends, OrgUnit, Target
from app.models.base import UtcDateTime
from app.settings import ROOT
from tests import small
from tests.store.plain_rollups import drifted
from tests.worlds import write

REVISIONS = sorted(path.name.split("_")[0] for path in (ROOT / "migrations/versions").glob("[0-9]*.py"))
ROW = 101
CHOSEN = {
    "data_version.rollups": FORM,
    "units.kind": "team",
    "channels.kind": "source",
    "role": "viewer",
    "customer_kind": "new",
}
MOMENT = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)


def _value(table: Table, column: "Column[Any]") -> object:
    """Return something hard to keep that the column takes."""
    if column.foreign_keys or column.name == "id":
        return ROW
    if chosen := CHOSEN.get(f"{table.name}.{column.name}", CHOSEN.get(column.name)):
        return chosen
    if isinstance(column.type, BigInteger):
        return 10**15
    if isinstance(column.type, UtcDateTime):
        return MOMENT
    return {bool: True, int: 8, str: "罗盘 😀 '%", date: date(2024, 2, 29)}[column.type.python_type]


def _fill(database: Database) -> None:
    with database.write() as session:
        for table in Base.metadata.sorted_tables:
            if table.name == "data_version":
                continue  # has its only row
            columns = [column for column in table.columns if column.computed is None]
            session.execute(insert(table), {column.name: _value(table, column) for column in columns})


def _rows(database: Database) -> dict[str, list[dict[str, object]]]:
    present = _tables(database)
    with database.read() as session:
        return {
            table.name: [dict(row) for row in session.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in Base.metadata.sorted_tables
            if table.name in present
        }


def _tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def _described(database: Database) -> dict[str, Any]:
    """Return everything that the database says about its tables, in one order."""
    look = inspect(database.engine)

    def ordered(found: Any) -> list[str]:  # noqa: ANN401 (each kind of thing has a type of its own)
        return sorted(str(sorted(item.items(), key=str)) for item in found)

    return {
        name: {
            "columns": ordered({**column, "type": repr(column["type"])} for column in look.get_columns(name)),
            "key": look.get_pk_constraint(name),
            "references": ordered(look.get_foreign_keys(name)),
            "unique": ordered(look.get_unique_constraints(name)),
            "indexes": ordered(look.get_indexes(name)),
            "checks": ordered(look.get_check_constraints(name)),
            "options": look.get_table_options(name),
        }
        for name in sorted(_tables(database))
    }


def test_migrations_make_exactly_what_the_models_say(bare_database: Database) -> None:
    upgrade(bare_database)
    with bare_database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    migrated = _described(bare_database)
    downgrade(bare_database, "base")
    Base.metadata.create_all(bare_database.engine)
    assert migrated == _described(bare_database)


def test_down_to_the_base_leaves_no_table_and_up_works_again(bare_database: Database) -> None:
    upgrade(bare_database)
    built_in = _rows(bare_database)
    _fill(bare_database)
    downgrade(bare_database, "base")
    assert _tables(bare_database) == set()
    upgrade(bare_database)
    again = _rows(bare_database)
    assert again["data_version"][0].pop("epoch") != built_in["data_version"][0].pop("epoch")
    assert again == built_in


@pytest.mark.parametrize("below", ["base", *REVISIONS[:-1]])
def test_c09_a_step_down_and_up_keeps_the_rows_of_the_tables_it_keeps(bare_database: Database, below: str) -> None:
    upgrade(bare_database)
    _fill(bare_database)
    before = _rows(bare_database)
    assert all(before.values()), "every table has a row"
    downgrade(bare_database, below)
    look = inspect(bare_database.engine)
    kept = {name: {column["name"] for column in look.get_columns(name)} for name in _tables(bare_database)}
    upgrade(bare_database)
    after = _rows(bare_database)

    def of(rows: dict[str, list[dict[str, object]]]) -> dict[str, list[dict[str, object]]]:
        # Rollups that are built anew make another version of the data.
        return {name: [{key: row[key] for key in kept[name] - {"version"}} for row in rows[name]] for name in kept}

    assert of(after) == of(before)


def test_up_on_current_tables_changes_nothing(database: Database) -> None:
    _fill(database)
    before = _rows(database)
    upgrade(database)
    assert _rows(database) == before


def test_a_new_database_holds_the_built_in_rows_only(database: Database) -> None:
    rows = {name: found for name, found in _rows(database).items() if found}
    assert rows.keys() == {"channels", "data_version"}
    (version,) = rows["data_version"]
    assert len(str(version.pop("epoch"))) == 32, "no two databases have the same"
    assert version == {"id": 1, "version": 1, "structure": 0, "rollups": FORM}
    built_in = {"name": "未区分", "color_slot": 0, "position": 999, "active": True}
    assert [{key: row[key] for key in built_in} for row in rows["channels"]] == [built_in, built_in]
    kinds = [(row["code"], row["kind"]) for row in rows["channels"]]
    assert kinds == [("unattributed_source", "source"), ("unattributed_touchpoint", "touchpoint")]


def test_a_migration_is_pending_until_it_has_run(bare_database: Database) -> None:
    assert pending(bare_database)
    upgrade(bare_database)
    assert not pending(bare_database)
    downgrade(bare_database, "base")
    assert pending(bare_database)


def test_a_start_on_current_tables_does_not_load_alembic(database: Database) -> None:
    code = (
        "import sys; from app.cli.migrate import pending; from app.db import Database\n"
        "print(pending(Database(sys.argv[1])), 'alembic' in sys.modules)"
    )
    assert _python("-c", code, _address(database)) == "False False"


def test_starts_at_the_same_moment_migrate_once(bare_database: Database) -> None:
    code = (
        "import sys; from app.cli.migrate import upgrade; from app.db import Database\n"
        "upgrade(Database(sys.argv[1])); print('done')"
    )
    command = [sys.executable, "-c", code, _address(bare_database)]
    starts = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [start.communicate(timeout=60)[0].strip() for start in starts] == ["done"] * 2
    assert not pending(bare_database)


def test_alembic_on_its_own_migrates_the_database_of_the_settings(bare_database: Database) -> None:
    _python("-m", "alembic", "upgrade", "head", LUOPAN_DATABASE_URL=_address(bare_database))
    assert not pending(bare_database)


def test_codes_that_differ_in_case_are_two_codes(database: Database) -> None:
    unit = {"name": "店", "kind": "store"}
    with database.write() as session:
        session.add_all([OrgUnit(code="a", **unit), OrgUnit(code="A", **unit)])
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(OrgUnit(code="a", **unit))


def test_a_negative_number_is_refused(database: Database) -> None:
    unit_id, channel_id = _unit_and_channel(database)
    friends = Friends(unit_id=unit_id, channel_id=channel_id, adds=-1, day=date(2024, 2, 29), updated_at=MOMENT)
    # PyMySQL calls it an OperationalError, the other drivers an IntegrityError.
    with pytest.raises(DatabaseError, match="ck_friends_adds_not_negative"), database.write() as session:
        session.add(friends)


def test_a_month_has_one_target_without_a_channel(database: Database) -> None:
    unit_id, _ = _unit_and_channel(database)
    target = {"unit_id": unit_id, "month": date(2024, 2, 1), "metric": "gmv", "value": 1, "updated_at": MOMENT}
    with database.write() as session:
        session.add(Target(**target))
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Target(**target))


def _unit_and_channel(database: Database) -> tuple[int, int]:
    with database.write() as session:
        unit = OrgUnit(code="u", name="店", kind="store")
        session.add(unit)
        session.flush()
        return unit.id, session.scalars(select(Channel.id).limit(1)).one()


def _address(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def _python(*arguments: str, **variables: str) -> str:
    """Run this Python at the root of the project, and return what it prints."""
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | variables, check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip()


def test_a_database_of_before_has_its_rollups_built(bare_database: Database) -> None:
    upgrade(bare_database)
    write(bare_database, small.WORLD)
    downgrade(bare_database, "0004")
    done: list[tuple[int, int]] = []
    upgrade(bare_database, step=lambda number, of: done.append((number, of)))
    assert done[-1][0] == done[-1][1] > 1
    assert not pending(bare_database)
    with bare_database.read() as session:
        assert drifted(session) == []


def test_a_migration_that_was_killed_half_way_is_done_again(bare_database: Database) -> None:
    upgrade(bare_database)
    downgrade(bare_database, "0004")
    with bare_database.write() as session:
        session.execute(text("CREATE TABLE friends_day (unit_id BIGINT)"))
        session.execute(text("ALTER TABLE units ADD COLUMN since DATE"))
    upgrade(bare_database)
    with bare_database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
