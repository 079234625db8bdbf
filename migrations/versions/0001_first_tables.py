"""The first tables: units, channels, the six fact tables, access, history, settings, data version.

What a migration says stays as it was on the day it was written, so it uses nothing of `app`.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import SchemaItem

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

OPTIONS = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in (("charset", "utf8mb4"), ("collate", "utf8mb4_bin"), ("engine", "InnoDB"))
}
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
"""Naive UTC; without the variant MariaDB drops what is below a second."""
ROLES = "role IN ('admin', 'manager', 'operator', 'viewer')"
UNIT_KINDS = "kind IN ('company', 'division', 'team', 'store', 'account')"
CHANNEL_KINDS = "kind IN ('source', 'touchpoint')"
CUSTOMER_KINDS = "customer_kind IN ('new', 'first_repeat', 'second_repeat', 'loyal')"
ACCESS = ("users", "user_grants", "login_sessions", "api_tokens")
FACTS = ("friends", "retention", "sales", "pushes", "stock_counts", "targets")
TABLES = ("units", "channels", *ACCESS, *FACTS, "change_batches", "changes", "settings", "data_version")


def upgrade() -> None:
    """Create the tables and their built-in rows."""
    _units()
    _channels()
    _users()
    _tokens()
    _friends_and_pushes()
    _sales()
    _targets()
    _history()
    _workspace()


def downgrade() -> None:
    """Drop all tables, those that refer to others first."""
    for name in reversed(TABLES):
        op.drop_table(name)


def _units() -> None:
    _table(
        "units",
        _id("units"),
        [_string("code", 40), _string("name", 120), _string("kind", 16)],
        _reference("units", "parent_id", "units", nullable=True),
        [sa.Column("active", sa.Boolean(), nullable=False)],
        [_unique("units", "code"), _check("units", "kind", UNIT_KINDS)],
    )
    op.create_index("ix_units_parent_id", "units", ["parent_id"])


def _channels() -> None:
    channels = _table(
        "channels",
        _id("channels"),
        [_string("code", 40), _string("name", 120), _string("kind", 16)],
        [_integer("color_slot"), _integer("position"), sa.Column("active", sa.Boolean(), nullable=False)],
        [_unique("channels", "code"), _check("channels", "kind", CHANNEL_KINDS)],
        [_check("channels", "color_slot", "color_slot BETWEEN 0 AND 8")],
    )
    row = {"name": "未区分", "color_slot": 0, "position": 999, "active": True}
    op.bulk_insert(channels, [row | {"code": f"unattributed_{k}", "kind": k} for k in ("source", "touchpoint")])


def _users() -> None:
    _table(
        "users",
        _id("users"),
        [_string("name", 120), _string("password_hash", 200), sa.Column("active", sa.Boolean(), nullable=False)],
        [_moment("created_at"), _unique("users", "name")],
    )
    _table(
        "user_grants",
        _id("user_grants"),
        _reference("user_grants", "user_id", "users"),
        [_string("role", 16), _check("user_grants", "role", ROLES)],
        _reference("user_grants", "unit_id", "units", nullable=True),
    )
    op.create_index("ix_user_grants_user_id", "user_grants", ["user_id"])
    op.create_index("ix_user_grants_unit_id", "user_grants", ["unit_id"])
    _table(
        "login_sessions",
        [_string("id_hash", 64), sa.PrimaryKeyConstraint("id_hash", name="pk_login_sessions")],
        _reference("login_sessions", "user_id", "users"),
        [_moment("created_at"), _moment("expires_at")],
    )
    op.create_index("ix_login_sessions_user_id", "login_sessions", ["user_id"])


def _tokens() -> None:
    _table(
        "api_tokens",
        _id("api_tokens"),
        [_string("name", 120), _string("token_hash", 64), _string("role", 16)],
        _reference("api_tokens", "unit_id", "units", nullable=True),
        [_moment("created_at"), _moment("revoked_at", nullable=True)],
        [_unique("api_tokens", "token_hash"), _check("api_tokens", "role", ROLES)],
    )
    op.create_index("ix_api_tokens_unit_id", "api_tokens", ["unit_id"])


def _friends_and_pushes() -> None:
    channel = _reference("friends", "channel_id", "channels")
    _facts("friends", "day", ["channel_id"], channel, ["reach", "adds", "losses"])
    channel = [*_reference("retention", "channel_id", "channels"), _integer("day_n")]
    _facts("retention", "cohort_day", ["channel_id", "day_n"], channel, ["retained"])
    touchpoint = _reference("pushes", "touchpoint_id", "channels")
    _facts("pushes", "day", ["touchpoint_id"], touchpoint, ["pushes", "push_cost", "push_gmv", "push_losses"])
    _facts("stock_counts", "day", [], [], ["cumulative", "current"])
    op.create_index("ix_friends_channel_id", "friends", ["channel_id"])
    op.create_index("ix_retention_channel_id", "retention", ["channel_id"])
    op.create_index("ix_pushes_touchpoint_id", "pushes", ["touchpoint_id"])


def _sales() -> None:
    items = [
        *_reference("sales", "touchpoint_id", "channels"),
        *_reference("sales", "source_id", "channels"),
        _string("customer_kind", 16),
        _check("sales", "customer_kind", CUSTOMER_KINDS),
    ]
    measures = ["gmv", "orders", "buyers", "refunds", "member_gmv", "member_orders"]
    _facts("sales", "day", ["touchpoint_id", "source_id", "customer_kind"], items, measures)
    op.create_index("ix_sales_touchpoint_id", "sales", ["touchpoint_id"])
    op.create_index("ix_sales_source_id", "sales", ["source_id"])


def _targets() -> None:
    # NULLs are never equal in a key, so the slot stands in for a missing channel. MariaDB knows no
    # NOT NULL for a computed column.
    slot = sa.Computed("coalesce(channel_id, 0)", persisted=True)
    nullable = op.get_context().dialect.name in {"mariadb", "mysql"}
    items = [
        _string("metric", 40),
        *_reference("targets", "channel_id", "channels", nullable=True),
        sa.Column("channel_slot", sa.BigInteger(), slot, nullable=nullable),
        _string("customer_kind", 16),
    ]
    _facts("targets", "month", ["metric", "channel_slot", "customer_kind"], items, ["value"])
    op.create_index("ix_targets_channel_id", "targets", ["channel_id"])


def _history() -> None:
    _table(
        "change_batches",
        _id("change_batches"),
        [_moment("at"), _string("actor", 120), _string("origin", 16), _string("kind", 16)],
        [sa.Column("reason", sa.String(400), nullable=True)],
    )
    op.create_index("ix_change_batches_at", "change_batches", ["at"])
    _table(
        "changes",
        _id("changes"),
        _reference("changes", "batch_id", "change_batches"),
        [_string("kind", 16), sa.Column("unit_id", _big(), nullable=True), sa.Column("day", sa.Date(), nullable=True)],
        [_string("key", 400), *(sa.Column(name, sa.Text(), nullable=True) for name in ("before", "after"))],
    )
    op.create_index("ix_changes_batch_id", "changes", ["batch_id"])
    op.create_index("ix_changes_cell", "changes", ["kind", "unit_id", "day"])


def _workspace() -> None:
    key = [_string("key", 60), sa.PrimaryKeyConstraint("key", name="pk_settings")]
    _table("settings", key, [sa.Column("value", sa.Text(), nullable=False)])
    row = sa.Column("id", sa.Integer(), autoincrement=False, nullable=False)
    version = sa.Column("version", sa.BigInteger(), nullable=False)
    data_version = _table("data_version", [row, version, sa.PrimaryKeyConstraint("id", name="pk_data_version")])
    op.bulk_insert(data_version, [{"id": 1, "version": 1}])


def _facts(name: str, day: str, dims: list[str], items: list[SchemaItem], measures: list[str]) -> None:
    """Create a fact table: `items` are the columns of `dims`, and what else belongs to them."""
    _table(
        name,
        _id(name),
        _reference(name, "unit_id", "units"),
        [sa.Column(day, sa.Date(), nullable=False), *items],
        [sa.Column(measure, sa.BigInteger(), nullable=True) for measure in measures],
        [_integer("revision"), _moment("updated_at")],
        [sa.UniqueConstraint("unit_id", day, *dims, name=op.f(f"uq_{name}_key"))],
        [_check(name, f"{measure}_not_negative", f"{measure} >= 0") for measure in measures],
    )
    op.create_index(f"ix_{name}_day", name, [day, *dims])


def _table(name: str, *groups: list[SchemaItem]) -> sa.Table:
    return op.create_table(name, *(item for group in groups for item in group), **OPTIONS)


def _big() -> sa.types.TypeEngine[int]:
    # SQLite numbers rows by itself only in a column typed INTEGER.
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id(table: str) -> list[SchemaItem]:
    column = sa.Column("id", _big(), autoincrement=True, nullable=False)
    return [column, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]


def _reference(table: str, column: str, to: str, *, nullable: bool = False) -> list[SchemaItem]:
    key = sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))
    return [sa.Column(column, _big(), nullable=nullable), key]


def _string(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, MOMENT, nullable=nullable)


def _unique(table: str, column: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(column, name=op.f(f"uq_{table}_{column}"))


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    # op.f: the name is whole, the naming convention of the models must not lengthen it again.
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))
