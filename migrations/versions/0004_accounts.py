"""Accounts: where sessions come from, scopes and owners of tokens, one-time links, the security log.

What a migration says stays as it was on the day it was written, so it uses nothing of `app`.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OPTIONS = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in (("charset", "utf8mb4"), ("collate", "utf8mb4_bin"), ("engine", "InnoDB"))
}
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ROLES = "role IN ('admin', 'manager', 'operator', 'viewer')"
ALL = {
    "admin": "read write-facts write-targets admin",
    "manager": "read write-targets",
    "operator": "read write-facts",
    "viewer": "read",
}
"""What tokens could do so far, by their role."""
_WHOLE = " OR ".join(f"(role = '{role}' AND scopes = '{scopes}')" for role, scopes in ALL.items())
_NARROWED = (
    "UPDATE api_tokens SET revoked_at = CURRENT_TIMESTAMP WHERE revoked_at IS NULL "  # noqa: S608 (constants)
    f"AND (owner_id IS NOT NULL OR expires_at IS NOT NULL OR NOT ({_WHOLE}))"
)


def upgrade() -> None:
    """Create the new tables and columns; tokens and logins stay."""
    op.add_column("user_grants", sa.Column("issuer", sa.String(200)))
    op.add_column("login_sessions", sa.Column("seen_at", MOMENT))
    op.add_column("login_sessions", sa.Column("address", sa.String(45)))
    op.add_column("login_sessions", sa.Column("agent", sa.String(200)))
    _tokens(
        sa.Column("scopes", sa.String(60), nullable=False),
        sa.Column("owner_id", BIG),
        sa.Column("expires_at", MOMENT),
        sa.Column("used_at", MOMENT),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_api_tokens_owner_id")),
    )
    op.create_index("ix_api_tokens_owner_id", "api_tokens", ["owner_id"])
    _identities_and_links()
    _security()


def downgrade() -> None:
    """Take them back; what only they hold is gone."""
    for name in ("throttles", "security_log", "one_time_links", "user_identities"):
        op.drop_table(name)
    # The tables of before cannot say that a token may less or ends: it ends now.
    op.execute(_NARROWED)
    _tokens()
    for name in ("agent", "address", "seen_at"):
        op.drop_column("login_sessions", name)
    op.drop_column("user_grants", "issuer")


def _tokens(*more: sa.Column[object] | sa.Constraint) -> None:
    """Make the table of tokens anew with its rows: SQLite adds no column that refers to another table."""
    connection = op.get_bind()
    old = sa.Table("api_tokens", sa.MetaData(), autoload_with=connection)
    rows = [dict(row) for row in connection.execute(sa.select(old)).mappings()]
    op.drop_table("api_tokens")
    made = op.create_table(
        "api_tokens",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("unit_id", BIG, nullable=True),
        *(part for part in more if isinstance(part, sa.Column) and part.name in ("scopes", "owner_id")),
        sa.Column("created_at", MOMENT, nullable=False),
        *(part for part in more if isinstance(part, sa.Column) and part.name in ("expires_at", "used_at")),
        sa.Column("revoked_at", MOMENT, nullable=True),
        *(part for part in more if isinstance(part, sa.Constraint)),
        sa.CheckConstraint(ROLES, name=op.f("ck_api_tokens_role")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_api_tokens_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
        **OPTIONS,
    )
    op.create_index("ix_api_tokens_unit_id", "api_tokens", ["unit_id"])
    kept = [{**row, "scopes": row.get("scopes", ALL[row["role"]])} for row in rows]
    columns = {column.name for column in made.columns}
    if kept:
        op.bulk_insert(made, [{name: value for name, value in row.items() if name in columns} for row in kept])
        if connection.dialect.name == "postgresql":  # which counts on from the rows it numbered itself
            op.execute("SELECT setval(pg_get_serial_sequence('api_tokens', 'id'), max(id)) FROM api_tokens")


def _identities_and_links() -> None:
    op.create_table(
        "user_identities",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("issuer", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_identities_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_identities")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_user_identities_subject")),
        **OPTIONS,
    )
    op.create_index("ix_user_identities_user_id", "user_identities", ["user_id"])
    op.create_table(
        "one_time_links",
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_one_time_links_user_id")),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_one_time_links")),
        **OPTIONS,
    )
    op.create_index("ix_one_time_links_user_id", "one_time_links", ["user_id"])


def _security() -> None:
    op.create_table(
        "security_log",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("subject", sa.String(120), nullable=True),
        sa.Column("detail", sa.String(400), nullable=True),
        sa.Column("address", sa.String(45), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_log")),
        **OPTIONS,
    )
    op.create_index("ix_security_log_at", "security_log", ["at"])
    op.create_index("ix_security_log_event", "security_log", ["event"])
    op.create_table(
        "throttles",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttles")),
        **OPTIONS,
    )
