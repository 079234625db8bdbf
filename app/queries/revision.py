"""Which migration a database has, and which one this program needs."""

from functools import cache

from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from app.domain.rollups import FORM
from app.models import DataVersion
from app.settings import ROOT


@cache
def known() -> frozenset[str]:
    """Return the revisions of the tables that this version of the program knows, by their files."""
    return frozenset(path.name.split("_")[0] for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))


def newest() -> str:
    """Return the revision of the newest migration; a start must not wait for alembic."""
    return max(known())


def stored(session: Session) -> str | None:
    """Return the revision that a database has; None without tables."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    found: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def is_current(session: Session) -> bool:
    """Say whether a database has the newest migration, and rollups in the form that this program keeps."""
    if stored(session) != newest():
        return False
    return session.execute(select(DataVersion.rollups)).scalar_one() == FORM
