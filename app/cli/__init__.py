"""The command line: `luopan`."""

import gc
from importlib import import_module

import click
from pydantic import ValidationError

from app.settings import load

GARBAGE = (50_000, 20, 50)
"""Objects after which garbage is looked for: a write of many rows makes a million of them, and none in circles."""

COMMANDS = {
    "backup": "app.cli.backup:backup_command",
    "bench": "app.cli.bench:bench_command",
    "demo": "app.cli.data:demo_command",
    "export": "app.cli.exports:export_command",
    "import": "app.cli.imports:import_command",
    "migrate": "app.cli.data:migrate_command",
    "restore": "app.cli.backup:restore_command",
    "serve": "app.cli.serve:serve_command",
    "token": "app.cli.tokens:token",
    "user": "app.cli.accounts:user",
    "verify": "app.cli.data:verify_command",
}
"""Where each command stands. It is imported when it is asked for: the server starts without what others need."""


class Commands(click.Group):
    """The commands of Luopan."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or nothing for a name that there is not."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="luopan")
@click.pass_context
def main(context: click.Context) -> None:
    """Luopan 罗盘: the numbers of private traffic. Settings are LUOPAN_* variables; see README.md."""
    gc.set_threshold(*GARBAGE)
    try:
        load()
    except ValidationError as error:
        sentence = "; ".join(_sentence(part["loc"], part["msg"]) for part in error.errors())
        if context.invoked_subcommand == "serve":
            from app.cli.serve import refuse_settings  # noqa: PLC0415 (imported already, as what was asked for)

            refuse_settings(sentence)
        raise click.ClickException(sentence) from None


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    named = f"LUOPAN_{str(place[0]).upper()}: " if place else ""
    return named + message.removeprefix("Value error, ")
