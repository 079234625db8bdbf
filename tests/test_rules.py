"""Rules of the code that no linter knows: where it commits, and how long its parts are."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from app.settings import ROOT

LONGEST_FILE = 300
MEDIAN_FILE = 100
LONGEST_FUNCTION = 40
CODE = {".py", ".js", ".css", ".html"}


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*")) if path.suffix in CODE)


def _modules() -> list[Path]:
    return [path for path in _files("app") if path.suffix == ".py"]


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_only_the_database_module_commits() -> None:
    found = [path.relative_to(ROOT) for path in _modules() if ".commit(" in path.read_text(encoding="utf-8")]
    assert set(found) <= {Path("app/db.py")}


def test_no_file_is_above_300_lines() -> None:
    folders = ("app", "tests", "migrations", "templates", "static")
    assert [f"{path}: {_lines(path)}" for path in _files(*folders) if _lines(path) > LONGEST_FILE] == []


def test_half_of_the_modules_are_at_most_100_lines() -> None:
    assert median(_lines(path) for path in _modules()) <= MEDIAN_FILE


def test_no_function_is_above_40_lines() -> None:
    long = [f"{name}: {lines}" for path in _modules() for name, lines in _functions(path) if lines > LONGEST_FUNCTION]
    assert long == []


def test_lock_files_hold_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-audit.lock"):
        assert "://" not in (ROOT / name).read_text(encoding="utf-8"), name
