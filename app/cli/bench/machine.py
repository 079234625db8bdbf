"""What a run was made on: a ratio travels, a millisecond does not."""

import os
import platform
import sqlite3
from pathlib import Path


def described() -> dict[str, str]:
    """Return processor, memory, system and versions, in words."""
    cores = os.cpu_count()
    return {
        "processor": f"{_field('/proc/cpuinfo', 'model name')}, {cores} cores",
        "memory": f"{int(_field('/proc/meminfo', 'MemTotal').split()[0]) / 1024**2:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "sqlite": sqlite3.sqlite_version,
    }


def load() -> str:
    """Return how many processes wanted to run in the last 1, 5 and 15 minutes."""
    return ", ".join(f"{one:.1f}" for one in os.getloadavg())


def _field(file: str, name: str) -> str:
    path = Path(file)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    # Another system than Linux says it elsewhere: then it stays out.
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "0")
