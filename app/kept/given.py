"""What every route is given: the database and the settings of the application, and who passed its guard."""

from typing import Annotated

from fastapi import Depends, Request

from app.db import Database
from app.domain.roles import Viewer
from app.settings import Settings


def database_of(request: Request) -> Database:
    """Return the database of the application."""
    database: Database = request.app.state.database
    return database


def settings_of(request: Request) -> Settings:
    """Return the settings of the application."""
    settings: Settings = request.app.state.settings
    return settings


def viewer_of(request: Request) -> Viewer:
    """Return whoever passed the guard."""
    viewer: Viewer = request.state.viewer
    return viewer


def given(request: Request) -> tuple[Database, Settings, Viewer]:
    """Return all of it, for a route that many wait for: to solve three dependencies takes longer than this does."""
    return database_of(request), settings_of(request), viewer_of(request)


# Functions that are not async are each called in a thread, which costs more than they do.
async def _database(request: Request) -> Database:
    return database_of(request)


async def _settings(request: Request) -> Settings:
    return settings_of(request)


async def _viewer(request: Request) -> Viewer:
    return viewer_of(request)


Db = Annotated[Database, Depends(_database)]
Conf = Annotated[Settings, Depends(_settings)]
Who = Annotated[Viewer, Depends(_viewer)]
