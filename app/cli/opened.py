"""The database of a command."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import SQLAlchemyError

from app.db import Database
from app.domain.errors import Invalid, LuopanError
from app.settings import load


@contextmanager
def opened() -> Iterator[Database]:
    """Give the database of the settings; an expected error ends the command with one sentence."""
    settings = load()
    database = None
    try:
        database = Database(settings.database_url, busy_seconds=settings.busy_seconds)
        yield database
    except Invalid as error:
        raise click.ClickException("; ".join(f"{issue.field}: {issue.message.en}" for issue in error.issues)) from None
    except LuopanError as error:
        raise click.ClickException(error.message.en) from None
    except SQLAlchemyError as error:
        raise click.ClickException(f"database: {str(getattr(error, 'orig', error)).splitlines()[0]}") from None
    finally:
        if database is not None:
            database.close()
