"""Options that several commands take."""

from collections.abc import Callable
from typing import Any

import click

from app.domain.roles import Role

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

ROLE: Decorator = click.option(
    "--role", type=click.Choice(Role, case_sensitive=False), required=True, help="What it may do."
)
UNIT: Decorator = click.option(
    "--unit", metavar="CODE", help="Only this unit and all below it; without it, everything."
)
