"""`luopan import` of a million rows: seconds, and the most memory that it ever held."""

import csv
import os
import subprocess
import sys
from itertools import product
from pathlib import Path
from time import perf_counter

from app.cli.bench.company import Size, say
from app.db import Database
from app.domain.facts import FIRST_DAY
from app.domain.period import DAY
from app.queries.units import load_tree

ROWS = 1_000_000
HEAD = ("日期", "单元", "引流渠道", "触达数", "新增好友", "流失好友")


def million_figures(database: Database, url: str, size: Size, folder: Path, rows: int = ROWS) -> dict[str, float]:
    """Return seconds and MB of an import into a company that had no facts."""
    say(f"importing {rows:,} rows from a file ...")
    with database.read() as session:
        tree = load_tree(session)
    stores = [node.code for node in tree.nodes.values() if tree.is_leaf(node.id)]
    kinds = [(store, f"c{number}") for store, number in product(stores, range(1, size.channels + 1))]
    file = folder / "million.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(HEAD)
        for index in range(rows):
            day = FIRST_DAY + DAY * (index // len(kinds))
            writer.writerow([day, *kinds[index % len(kinds)], 1000 + index % 97, 50, 20])
    command = [sys.executable, "-m", "app.cli", "import", str(file), "--kind", "friends"]
    environment = {**os.environ, "LUOPAN_DATABASE_URL": url}
    start = perf_counter()
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:  # noqa: S603 (ourselves)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the import ended with {process.returncode}")
    file.unlink()
    return {
        f"import of {rows} rows by the command, s": perf_counter() - start,
        "import by the command, most memory, MB": used.ru_maxrss / 1024,
    }
