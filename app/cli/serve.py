"""`luopan serve`: the web application, and on request the set-up of a first start."""

import gc
import logging
import os
import secrets
from functools import partial
from pathlib import Path
from typing import Any

import click

from app.cli import migrate
from app.cli.data import upgrade
from app.cli.demo.load import is_empty, load_demo
from app.cli.opened import opened
from app.db import Database
from app.domain.roles import SYSTEM, Role
from app.queries.access import has_admin
from app.settings import ROOT, Settings, load
from app.store import links, passwords, users

GRACE_SECONDS = 8
"""How long requests may finish after SIGTERM."""

DEMO_USER = "demo"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
EXPOSED = (
    "in development Luopan is served on this machine only (127.0.0.1); "
    "set LUOPAN_ENV=production and LUOPAN_SECRET to serve others"
)

log = logging.getLogger("luopan")


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
    from app.observe import logs  # noqa: PLC0415 (only the server writes a log)

    settings = load()
    logs.configure(settings.log_format, settings.log_level)
    logs.catch()
    try:
        if settings.env == "development" and host not in LOOPBACK:
            raise click.ClickException(EXPOSED)  # noqa: TRY301 (said in the format of the log)
        with opened() as database:
            if with_migrations and migrate.pending(database):
                upgrade(database)
            if with_demo:
                _first_start(database, settings)
            _greet(database, settings, f"http://{host}:{port}", with_demo=with_demo)
            _run(settings, database, host, port)
    except click.ClickException as error:
        if settings.log_format == "text":
            raise
        log.critical("not started: %s", error.message)
        raise SystemExit(error.exit_code) from None


def refuse_settings(sentence: str) -> None:
    """End a start with settings that cannot be read, in the format that is asked for."""
    from app.observe import logs  # noqa: PLC0415 (as above)

    if os.environ.get("LUOPAN_LOG_FORMAT") != "text":
        logs.configure("json", "info")
        log.critical("not started: %s", sentence)
        raise SystemExit(1)


def _greet(database: Database, settings: Settings, address: str, *, with_demo: bool) -> None:
    """Say where Luopan is, and how to log in to the demo; lines that others collect hold no password."""
    login, key = login_file(database), _setup_key(database)
    link = f"first admin, once within 3 days: {address}/setup?key={key}"
    if settings.log_format == "json":
        log.info("serving %s", address)
        if with_demo and login.exists():
            log.info("the login of the demo stands in %s", login)
        if key:
            log.info(link)
        return
    click.echo(f"Luopan 罗盘: {address}", err=True)
    if with_demo and login.exists():
        click.echo(f"login: {login.read_text(encoding='utf-8').strip()}", err=True)
    if key:
        click.echo(link, err=True)


def _first_start(database: Database, settings: Settings) -> None:
    """Load the demo into an empty database and make a login with a password of its own."""
    if not is_empty(database):
        return
    say = log.info if settings.log_format == "json" else partial(click.echo, err=True)
    load_demo(database, settings.today(), say)
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
        return None if has_admin(session) else links.for_first_admin(session)


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def proxies(settings: Settings) -> dict[str, Any]:
    """Return whom uvicorn believes about where a request came from: nobody, unless the settings name a proxy."""
    if settings.trusted_proxies is None:
        return {"proxy_headers": False}
    return {"proxy_headers": True, "forwarded_allow_ips": settings.trusted_proxies}


def _run(settings: Settings, database: Database, host: str, port: int) -> None:
    from app.cli.stopping import run  # noqa: PLC0415 (only the server needs it)
    from app.main import create_app  # noqa: PLC0415 (and its routes)

    level = "warning" if settings.log_level == "info" else settings.log_level
    app = create_app(settings, database)
    # What is here now stays until the end: the collector need not look at it again with each import.
    gc.freeze()
    run(
        app,
        host=host,
        port=port,
        log_config=None,
        log_level=level,
        access_log=False,  # app.web.requests tells of requests, without what may be secret in an address
        **proxies(settings),
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
    )
