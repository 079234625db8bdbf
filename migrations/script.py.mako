"""${message}."""

from alembic import op
import sqlalchemy as sa
${imports if imports else ""}
# The number of the file: the newest file is the newest revision (app/cli/migrate.py relies on it).
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step up."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Go one step down."""
    ${downgrades if downgrades else "pass"}
