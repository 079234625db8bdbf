"""Closed months, days without data, and which batch undid which.

What a migration says stays as it was on the day it was written, so it uses nothing of `app`.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OPTIONS = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in (("charset", "utf8mb4"), ("collate", "utf8mb4_bin"), ("engine", "InnoDB"))
}
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("month_closings", "no_data_days", "undone_batches")


def upgrade() -> None:
    """Create the three tables."""
    op.create_table(
        "month_closings",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_month_closings")),
        **OPTIONS,
    )
    op.create_table(
        "no_data_days",
        sa.Column("unit_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_no_data_days_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "day", name=op.f("pk_no_data_days")),
        **OPTIONS,
    )
    op.create_table(
        "undone_batches",
        sa.Column("by_id", BIG, autoincrement=False, nullable=False),
        sa.Column("batch_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["change_batches.id"], name=op.f("fk_undone_batches_by_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["change_batches.id"], name=op.f("fk_undone_batches_batch_id")),
        sa.PrimaryKeyConstraint("by_id", name=op.f("pk_undone_batches")),
        **OPTIONS,
    )
    op.create_index("ix_undone_batches_batch_id", "undone_batches", ["batch_id"])


def downgrade() -> None:
    """Drop them."""
    for name in reversed(TABLES):
        op.drop_table(name)
