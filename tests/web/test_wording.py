"""Every wording of the interface stands in both languages, side by side, where it is used."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import ROOT

HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
LITERAL = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)"""
BOTH = re.compile(rf"\bt\(\s*{LITERAL}\s*,\s*{LITERAL}\s*,?\s*\)")
COMMENTS = {".html": re.compile(r"\{#.*?#\}", re.DOTALL), ".js": re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)}

NO_WORDING: dict[str, str] = {
    "app/i18n.py": "how each language writes days and numbers",
    "app/main.py": "the name of the API in its description",
    "app/web/typed.py": "what may be typed behind a number",
    "static/js/grid/numbers.js": "what may be typed behind a number",
}
"""Files whose Chinese is no wording of the interface, and what it is."""


def sources() -> list[str]:
    """Return what makes the interface: pages, their scripts, and the code that words them."""
    roots = {"templates": "*.html", "static/js": "*.js", "app/web": "*.py", "app/boards": "*.py", "app/metrics": "*.py"}
    found = [path for root, pattern in roots.items() for path in (ROOT / root).rglob(pattern)]
    return sorted(str(path.relative_to(ROOT)) for path in [*found, ROOT / "app" / "main.py", ROOT / "app" / "i18n.py"])


def in_one_language(path: Path) -> Iterator[str]:
    """Yield what a file words in Chinese without saying it in English beside."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from _in_python(ast.parse(text))
        return
    left = BOTH.sub("", COMMENTS[path.suffix].sub("", text))
    yield from (line.strip() for line in left.splitlines() if HAN.search(line))


def _in_python(tree: ast.Module) -> Iterator[str]:
    spoken: set[int] = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            # Docstrings, of attributes too.
            spoken |= {id(line.value) for line in body if isinstance(line, ast.Expr)}
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Text", "t"):
            spoken |= {id(inner) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in spoken:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and HAN.search(node.value):
            yield f"{node.lineno}: {node.value!r}"
        elif isinstance(node, ast.Attribute) and node.attr == "zh":
            yield f"{node.lineno}: .zh"


@pytest.mark.parametrize("name", sources())
def test_no_wording_stands_in_one_language_only(name: str) -> None:
    found = list(in_one_language(ROOT / name))
    if name in NO_WORDING:
        assert found, f"{name} needs no exception any more"
    else:
        assert found == []


def test_the_search_finds_a_wording_without_its_translation(tmp_path: Path) -> None:
    one = {
        "a.html": "<p>保存</p>",
        "b.html": '{{ t("保存" ~ x, "Save") }}',
        "c.js": "say(`已保存 ${n} 行`)",
        "d.py": 'x = "保存"\ny = text.zh\n',
    }
    both = {
        "e.html": '{# 注 #}<p>{{ t("保存", "Save") }}</p>',
        "f.js": "// 注\nsay(t(`已保存 ${n} 行`, `${n} rows saved`));",
        "g.py": '"""文"""\nx = Text("保存", "Save")\ny = t(f"{x} 行", f"{x} rows")\n',
    }
    for name, text in {**one, **both}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert [name for name in (*one, *both) if list(in_one_language(tmp_path / name))] == list(one)
    assert len(list(in_one_language(tmp_path / "d.py"))) == 2
