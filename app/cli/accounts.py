"""Accounts from the command line: `luopan user` and `luopan token`."""

import sys
from collections.abc import Callable
from typing import Any

import click

from app.cli.opened import opened
from app.domain.roles import Role
from app.store import access

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

ROLE: Decorator = click.option(
    "--role", type=click.Choice(Role, case_sensitive=False), required=True, help="What it may do."
)
UNIT: Decorator = click.option(
    "--unit", metavar="CODE", help="Only this unit and all below it; without it, everything."
)


@click.group()
def user() -> None:
    """People who log in."""


@user.command("add")
@click.argument("name")
@ROLE
@UNIT
def add_user(name: str, role: Role, unit: str | None) -> None:
    """Add a person; the password is read from standard input."""
    typed = sys.stdin.isatty()
    password = click.prompt("Password", hide_input=True, err=True) if typed else sys.stdin.readline().rstrip("\r\n")
    with opened() as database, database.write() as session:
        access.add_user(session, name, password, role, unit)
    click.echo(f"user {name} added", err=True)


@click.group()
def token() -> None:
    """Keys for other tools."""


@token.command("create")
@click.option("--name", required=True, help="What it is for; shown in the history.")
@ROLE
@UNIT
def create_token(name: str, role: Role, unit: str | None) -> None:
    """Create an API token and print it; it is shown this once."""
    with opened() as database, database.write() as session:
        made = access.add_token(session, name, role, unit)
    click.echo(made)
