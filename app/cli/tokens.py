"""Keys for other tools from the command line: `luopan token`."""

import click

from app.cli.opened import opened
from app.cli.options import ROLE, UNIT
from app.domain.roles import SYSTEM, Role, TokenScope
from app.queries import tokens as query
from app.store import tokens
from app.store.users import Given

SCOPES = [scope.value for scope in TokenScope]


@click.group()
def token() -> None:
    """Keys for other tools."""


@token.command("create")
@click.option("--name", required=True, help="What it is for; shown in the history.")
@ROLE
@UNIT
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="Only this, of what its role can use."
)
@click.option("--days", type=int, help="How long it lives; without it, until it is revoked.")
def create_token(name: str, role: Role, unit: str | None, scopes: tuple[str, ...], days: int | None) -> None:
    """Create an API token and print it; it is shown this once."""
    wanted = [TokenScope(scope) for scope in scopes] or None
    with opened() as database, database.write() as session:
        made = tokens.create(session, SYSTEM, name, Given(role, unit), scopes=wanted, days=days)
    click.echo(made)


@token.command("list")
def list_tokens() -> None:
    """List all tokens: number, name, role, unit, scopes, owner, last use; never the token."""
    with opened() as database, database.read() as session:
        for row in query.tokens(session, SYSTEM):
            state = "live" if row.is_live else "dead"
            used = f"{row.used_at:%Y-%m-%d %H:%M}" if row.used_at else "never used"
            what = f"{row.role} {row.unit or '(everything)'}"
            click.echo("\t".join([str(row.id), row.name, what, ",".join(row.scopes), row.owner or "-", used, state]))


@token.command("revoke")
@click.argument("number", type=int)
def revoke_token(number: int) -> None:
    """Kill a token by its number in the list; it opens nothing from now on."""
    with opened() as database, database.write() as session:
        tokens.revoke(session, SYSTEM, number)
    click.echo(f"token {number} is revoked", err=True)
