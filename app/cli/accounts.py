"""People from the command line: `luopan user`."""

import sys

import click

from app.cli.opened import opened
from app.cli.options import ROLE, UNIT
from app.domain.errors import NotFound
from app.domain.roles import SYSTEM, Role
from app.domain.text import Text
from app.queries import users as people
from app.store import passwords, users
from app.store.users import Given


@click.group()
def user() -> None:
    """People who log in."""


@user.command("add")
@click.argument("name")
@ROLE
@UNIT
def add_user(name: str, role: Role, unit: str | None) -> None:
    """Add a person; the password is read from standard input."""
    with opened() as database:
        hashed = passwords.hashed(_password(), name)
        with database.write() as session:
            users.add(session, SYSTEM, name, [Given(role, unit)], hashed)
    click.echo(f"user {name} added", err=True)


@user.command("list")
def list_users() -> None:
    """List everybody with their roles."""
    with opened() as database, database.read() as session:
        for person in people.everybody(session, SYSTEM):
            roles = ", ".join(f"{grant.role} {grant.unit or '(everything)'}" for grant in person.grants)
            click.echo(f"{person.name}\t{'active' if person.active else 'disabled'}\t{roles or 'no role'}")


@user.command("reset")
@click.argument("name")
def reset_user(name: str) -> None:
    """Give a person a new password, read from standard input; all their logins end."""
    with opened() as database:
        hashed = passwords.hashed(_password(), name)
        with database.write() as session:
            users.set_password(session, SYSTEM, users.by_name(session, name), hashed)
    click.echo(f"user {name} has a new password", err=True)


@user.command("disable")
@click.argument("name")
def disable_user(name: str) -> None:
    """Switch a person off: logins end, their tokens open nothing."""
    with opened() as database, database.write() as session:
        users.set_active(session, SYSTEM, users.by_name(session, name), active=False)
    click.echo(f"user {name} is disabled", err=True)


@user.command("enable")
@click.argument("name")
def enable_user(name: str) -> None:
    """Switch a person on again."""
    with opened() as database, database.write() as session:
        users.set_active(session, SYSTEM, users.by_name(session, name), active=True)
    click.echo(f"user {name} is enabled", err=True)


@user.command("grant")
@click.argument("name")
@ROLE
@UNIT
def grant_role(name: str, role: Role, unit: str | None) -> None:
    """Give a person one more role."""
    with opened() as database, database.write() as session:
        users.grant(session, SYSTEM, users.by_name(session, name), Given(role, unit))
    click.echo(f"user {name} is {role} of {unit or 'everything'}", err=True)


@user.command("revoke")
@click.argument("name")
@ROLE
@UNIT
def revoke_role(name: str, role: Role, unit: str | None) -> None:
    """Take a role back."""
    with opened() as database, database.write() as session:
        user_id = users.by_name(session, name)
        held = users.held(session, user_id, Given(role, unit))
        if held is None:
            raise NotFound(Text("没有这项授权", "this role is not held"))
        users.revoke(session, SYSTEM, user_id, held)
    click.echo(f"user {name} is no longer {role} of {unit or 'everything'}", err=True)


def _password() -> str:
    typed = sys.stdin.isatty()
    return click.prompt("Password", hide_input=True, err=True) if typed else sys.stdin.readline().rstrip("\r\n")
