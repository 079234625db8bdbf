"""`luopan serve`: the web application, and on request the set-up of a first start."""

import gc
import logging
import secrets
from pathlib import Path

import click

from app.cli import migrate
from app.cli.demo.load import is_empty, load_demo
from app.cli.opened import opened
from app.db import Database
from app.domain.roles import SYSTEM, Role
from app.queries.access import has_users
from app.settings import ROOT, Settings, load
from app.store import links, passwords, users

GRACE_SECONDS = 8
"""How long requests may finish after SIGTERM."""

DEMO_USER = "demo"


def login_file(database: Database) -> Path:
    """Return where the demo's login is kept: beside the embedded database, else in data/."""
    stored = database.url.database
    beside = Path(stored).parent if stored and database.url.get_backend_name() == "sqlite" else ROOT / "data"
    return beside / "demo-login.txt"


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--migrate", "with_migrations", is_flag=True, help="Bring the tables up to date first.")
@click.option("--demo", "with_demo", is_flag=True, help="Fill an empty database with the demo and a login for it.")
def serve_command(host: str, port: int, *, with_migrations: bool, with_demo: bool) -> None:
    """Serve the pages and the API."""
    settings = load()
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with opened() as database:
        if with_migrations and migrate.pending(database):
            migrate.upgrade(database)
        if with_demo:
            _first_start(database, settings)
        click.echo(f"Luopan 罗盘: http://{host}:{port}", err=True)
        if key := _setup_key(database):
            click.echo(f"first admin, once within 3 days: http://{host}:{port}/setup?key={key}", err=True)
        if with_demo and login_file(database).exists():
            click.echo(f"login: {login_file(database).read_text(encoding='utf-8').strip()}", err=True)
        _run(settings, database, host, port)


def _first_start(database: Database, settings: Settings) -> None:
    """Load the demo into an empty database and make a login with a password of its own."""
    if not is_empty(database):
        return
    load_demo(database, settings.today(), lambda line: click.echo(line, err=True))
    password = secrets.token_urlsafe(9)
    hashed = passwords.hashed(password, DEMO_USER)
    with database.write() as session:
        users.add(session, SYSTEM, DEMO_USER, [users.Given(Role.ADMIN)], hashed)
    _keep(login_file(database), f"{DEMO_USER} / {password}\n")


def _setup_key(database: Database) -> str | None:
    """Return the key of a link that makes the first admin, where nobody can log in yet."""
    if migrate.pending(database):
        return None
    with database.write() as session:
        return None if has_users(session) else links.for_first_admin(session)


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _run(settings: Settings, database: Database, host: str, port: int) -> None:
    import uvicorn  # noqa: PLC0415 (only the server needs it)

    from app.main import create_app  # noqa: PLC0415 (and its routes)

    level = "warning" if settings.log_level == "info" else settings.log_level
    app = create_app(settings, database)
    # What is here now stays until the end: the collector need not look at it again with each import.
    gc.freeze()
    uvicorn.run(
        app, host=host, port=port, log_level=level, timeout_graceful_shutdown=GRACE_SECONDS, server_header=False
    )
