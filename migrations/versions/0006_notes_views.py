"""What people keep for themselves and for each other: language, cards, notes on days, saved views."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPTIONS = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in (("charset", "utf8mb4"), ("collate", "utf8mb4_bin"), ("engine", "InnoDB"))
}
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_USERS = {"language": sa.String(8), "cards": sa.String(400)}


def upgrade() -> None:
    """Create the tables and columns; MariaDB keeps what a killed migration did, which is made again."""
    op.drop_table("notes", if_exists=True)
    op.drop_table("saved_views", if_exists=True)
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("users")}
    for name, kind in OF_USERS.items():
        if name not in known:
            op.add_column("users", sa.Column(name, kind))
    op.create_table(
        "notes",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("unit_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("user_id", BIG),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_notes_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        **OPTIONS,
    )
    op.create_index(op.f("ix_notes_unit_id_day"), "notes", ["unit_id", "day"])
    op.create_index(op.f("ix_notes_user_id"), "notes", ["user_id"])
    op.create_table(
        "saved_views",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("board", sa.String(16), nullable=False),
        sa.Column("query", sa.String(1000), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_saved_views_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_views_user_id_name")),
        sa.UniqueConstraint("key", name=op.f("uq_saved_views_key")),
        **OPTIONS,
    )


def downgrade() -> None:
    """Drop them, and what people wrote into them."""
    op.drop_table("saved_views")
    op.drop_table("notes")
    for name in OF_USERS:
        op.drop_column("users", name)
