"""Rollups: sums per day and month of units with children, steps of stock counts, the day a unit starts.

The tables come empty. `luopan migrate` fills them behind the migrations, and so does a start with
--migrate: what fills them changes with the program, what a migration says stays as it was.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OPTIONS = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in (("charset", "utf8mb4"), ("collate", "utf8mb4_bin"), ("engine", "InnoDB"))
}
CHANNEL, TEXT, NUMBER = sa.BigInteger(), sa.String(16), sa.Integer()
SALES = ("gmv", "orders", "buyers", "refunds", "member_gmv", "member_orders")
ROLLUPS = {
    "friends": ({"channel_id": CHANNEL}, ("reach", "adds", "losses", "adds_reached")),
    "retention": ({"channel_id": CHANNEL, "day_n": NUMBER}, ("retained", "adds")),
    "sales": ({"touchpoint_id": CHANNEL, "source_id": CHANNEL, "customer_kind": TEXT}, SALES),
    "pushes": ({"touchpoint_id": CHANNEL}, ("pushes", "push_cost", "push_gmv", "push_losses")),
    "stock": ({}, ("cumulative_step", "current_step", "cumulative_recount", "current_recount")),
    "reporting": ({}, ("starts", "start_ordinals", "present", "excused")),
}
"""Dims with their types, and measures."""
DERIVED = {
    "stock_counts": {name: sa.BigInteger() for name in ROLLUPS["stock"][1]},
    "units": {"since": sa.Date()},
}
NUMBERS = {
    "structure": (sa.BigInteger(), "0"),
    "epoch": (sa.String(32), ""),
    "rollups": (sa.Integer(), "0"),
}
"""Columns of the data version, with their types and what stands in them at first."""


def upgrade() -> None:
    """Create the tables and columns; nothing that people entered changes.

    MariaDB keeps what a killed migration did: what is there of it is made again.
    """
    there = sa.inspect(op.get_bind())
    for name, (dims, measures) in ROLLUPS.items():
        for grain in ("day", "month"):
            op.drop_table(f"{name}_{grain}", if_exists=True)
            op.create_table(
                f"{name}_{grain}",
                sa.Column("unit_id", sa.BigInteger(), nullable=False, autoincrement=False),
                sa.Column("day", sa.Date(), nullable=False),
                *(sa.Column(dim, kind, nullable=False, autoincrement=False) for dim, kind in dims.items()),
                *(sa.Column(measure, sa.BigInteger()) for measure in measures),
                *(sa.Column(f"{measure}_n", sa.BigInteger(), nullable=False) for measure in measures),
                sa.Column("facts", sa.BigInteger(), nullable=False),
                sa.PrimaryKeyConstraint("unit_id", "day", *dims, name=op.f(f"pk_{name}_{grain}")),
                sqlite_with_rowid=False,
                **OPTIONS,
            )
    for table, columns in DERIVED.items():
        known = {column["name"] for column in there.get_columns(table)}
        for name, kind in columns.items():
            if name not in known:
                op.add_column(table, sa.Column(name, kind))
    known = {column["name"] for column in there.get_columns("data_version")}
    for name, (kind, default) in NUMBERS.items():
        if name not in known:
            op.add_column("data_version", sa.Column(name, kind, nullable=False, server_default=default))
    # Where there are no units there are no facts: nothing is to be filled.
    op.execute("UPDATE data_version SET rollups = 1 WHERE NOT EXISTS (SELECT 1 FROM units)")


def downgrade() -> None:
    """Take them back: all of it can be made again."""
    for name in reversed(NUMBERS):
        op.drop_column("data_version", name)
    for table, columns in DERIVED.items():
        for name in columns:
            op.drop_column(table, name)
    for name in ROLLUPS:
        for grain in ("day", "month"):
            op.drop_table(f"{name}_{grain}")
