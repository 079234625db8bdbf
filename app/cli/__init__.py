"""The command line: `luopan`."""

import gc

import click
from pydantic import ValidationError

from app.cli.accounts import user
from app.cli.backup import backup_command, restore_command
from app.cli.data import demo_command, migrate_command, verify_command
from app.cli.exports import export_command
from app.cli.imports import import_command
from app.cli.serve import refuse_settings, serve_command
from app.cli.tokens import token
from app.settings import load

GARBAGE = (50_000, 20, 50)
"""Objects after which garbage is looked for: a write of many rows makes a million of them, and none in circles."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="luopan")
@click.pass_context
def main(context: click.Context) -> None:
    """Luopan 罗盘: the numbers of private traffic. Settings are LUOPAN_* variables; see README.md."""
    gc.set_threshold(*GARBAGE)
    try:
        load()
    except ValidationError as error:
        sentence = "; ".join(_sentence(part["loc"], part["msg"]) for part in error.errors())
        if context.invoked_subcommand == serve_command.name:
            refuse_settings(sentence)
        raise click.ClickException(sentence) from None


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    named = f"LUOPAN_{str(place[0]).upper()}: " if place else ""
    return named + message.removeprefix("Value error, ")


@main.command("bench", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure a board beside its own SQL and a bare response."""
    from app.cli.bench import bench_command  # noqa: PLC0415 (brings the boards with it, which no other command needs)

    bench_command(list(arguments), prog_name="luopan bench")


for _command in (
    *(serve_command, import_command, export_command, migrate_command, demo_command),
    *(verify_command, backup_command, restore_command, user, token),
):
    main.add_command(_command)
