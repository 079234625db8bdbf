"""What a way of making and reading backups can do, and the programs that some of them need."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy.engine import URL

from app.domain.errors import Invalid
from app.domain.text import Text

DAMAGED = Text("文件已损坏或不完整，没有恢复任何内容", "the file is damaged or incomplete; nothing was restored")
NOT_OURS = Text("不是罗盘的备份", "is no backup of Luopan")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of database: how its backups are made, recognised and read."""

    name: str
    is_own: Callable[[bytes], bool]
    """Whether a file that begins so is one of these."""
    write: Callable[[URL, Path], None]
    """Fill a file that is there, empty and private, with the state of the database as it is now."""
    revision: Callable[[Path], str]
    """Return the revision of the tables in a file; Invalid for one that is damaged or of something else."""
    restore: Callable[[URL, Path], None]
    """Put a file into an empty place, whole or not at all; Invalid for one that is damaged."""


def refused(message: Text) -> Invalid:
    """Return the refusal of a file."""
    return Invalid.one("file", message)


def run(
    program: str, arguments: list[str], secrets: Mapping[str, str], *, stdin: IO[bytes] | None, out: IO[bytes]
) -> None:
    """Run a database's own program; what it must not show to other users of the machine goes through its environment.

    Raises Invalid where it is not installed, or with the first line of what it says when it fails.
    """
    found = shutil.which(program)
    if found is None:
        said = f"{program} is needed for this and was not found; install the client programs of the database"
        raise refused(Text(f"需要 {program}，但没有找到；请安装数据库的客户端程序", said))
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", **secrets}
    done = subprocess.run(  # noqa: S603 (a program found by its name, arguments of the settings)
        [found, *arguments], stdin=stdin, stdout=out, stderr=subprocess.PIPE, env=environment, check=False
    )
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise refused(Text(f"{program} 失败：{lines[0]}", f"{program} failed: {lines[0]}"))
