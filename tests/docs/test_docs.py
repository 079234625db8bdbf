"""The documents name each setting, command, target and route that there is, and their links lead somewhere."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from starlette.testclient import TestClient

from app.cli import main
from app.cli.demo import article, channels, units
from app.db import Database
from app.domain.roles import SYSTEM, Role
from app.main import create_app
from app.metrics.compare import Status
from app.observe.figures import Figures
from app.settings import ROOT, Settings
from app.store import tokens
from app.store.users import Given
from app.web.render import NAV
from tests.docs.generate import METRICS_PAGE, metrics_page

READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
DOCS = ROOT / "docs"
DECISIONS = sorted((DOCS / "decisions").glob("0*.md"))
PAGES = (*READMES, ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md")))
LARGEST_IMAGE = 400_000

_FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_OF_A_MACHINE = re.compile(r"(?<![\w/.])/(?:work|tmp|root|home|Users|mnt)/")

both_readmes = pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _commands(page: Path) -> list[str]:
    """Return the lines of a page's code, without comments."""
    lines = (line.partition("  #")[0].strip() for block in _FENCED.findall(_text(page)) for line in block.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _openapi(database: Database) -> dict[str, Any]:
    return create_app(Settings(), database).openapi()


@both_readmes
def test_every_setting_stands_in_the_table_with_its_default(readme: Path) -> None:
    rows = dict(re.findall(r"^\| `(LUOPAN_\w+)` \| (.+?) \|", _text(readme), re.MULTILINE))
    fields = Settings.model_fields.items()
    none = "无" if "zh" in readme.name else "none"
    assert rows == {
        f"LUOPAN_{name.upper()}": none if field.default is None else f"`{field.default}`" for name, field in fields
    }


@every_page
def test_no_page_names_a_variable_that_does_not_exist(page: Path) -> None:
    settings = {f"LUOPAN_{name.upper()}" for name in Settings.model_fields}
    read_by_tests = {name for path in (ROOT / "tests").glob("*.py") for name in _variables(path)}
    assert _variables(page) - settings - read_by_tests <= {"LUOPAN_"}


def _variables(path: Path) -> set[str]:
    return set(re.findall(r"LUOPAN_[A-Z_]*", _text(path)))


def test_every_target_that_make_help_lists_is_documented() -> None:
    listed = set(re.findall(r"^([a-z-]+):.*##", _text(ROOT / "Makefile"), re.MULTILINE))
    assert set(re.findall(r"^\| `make ([a-z-]+)` \|", _text(DOCS / "contributing.md"), re.MULTILINE)) == listed


@both_readmes
def test_the_only_commands_of_make_in_a_readme_are_run_and_test(readme: Path) -> None:
    assert set(re.findall(r"\bmake ([a-z-]+)", " ".join(_commands(readme)))) == {"run", "test"}


def test_both_readmes_show_the_same_commands() -> None:
    english, chinese = map(_commands, READMES)
    assert english == chinese


def test_the_page_of_the_api_shows_the_curl_lines_of_the_readme() -> None:
    lines = [line for line in _commands(READMES[0]) if line.startswith("curl")]
    assert len(lines) == 5
    assert [line for line in _commands(DOCS / "api.md") if line.startswith("curl")] == lines


def test_every_command_is_documented_for_operators() -> None:
    found = set(re.findall(r"^\| `luopan ([a-z ]+)` \|", _text(DOCS / "operating.md"), re.MULTILINE))
    assert found == set(_leaves(main))


def _leaves(group: click.Group, prefix: str = "") -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        assert command.name == name
        if isinstance(command, click.Group):
            yield from _leaves(command, f"{prefix}{name} ")
        else:
            yield prefix + name


def test_every_route_is_documented_with_its_methods(sqlite_database: Database) -> None:
    rows = re.findall(r"^\| `(/api/\S+)` \| ([A-Z ]+) \|", _text(DOCS / "api.md"), re.MULTILINE)
    paths = _openapi(sqlite_database)["paths"]
    assert {path: set(methods.split()) for path, methods in rows} == {
        path: {method.upper() for method in methods} for path, methods in paths.items()
    }


def test_every_refusal_of_the_api_is_documented(sqlite_database: Database) -> None:
    rows = set(re.findall(r"^\| ([45]\d\d) \|", _text(DOCS / "api.md"), re.MULTILINE))
    routes = (route for methods in _openapi(sqlite_database)["paths"].values() for route in methods.values())
    assert rows >= {status for route in routes for status in route["responses"] if status >= "400"}


def test_every_page_of_the_menu_and_every_role_and_status_is_explained_to_users() -> None:
    text = _text(DOCS / "using.md")
    words = [item["label"].zh for group in NAV for item in group["items"]]
    words += [role.text.zh for role in Role] + [status.text.zh for status in Status if status is not Status.NO_DATA]
    assert [word for word in words if word not in text] == []


def test_the_page_of_metrics_is_what_the_catalogue_generates() -> None:
    assert _text(METRICS_PAGE) == metrics_page()


@every_page
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    broken = []
    for target in _LINK.findall(_text(page)):
        path, _, anchor = target.partition("#")
        if ":" in path:
            continue
        file = (page.parent / path).resolve() if path else page
        if not file.is_file() or (anchor and anchor not in _anchors(file)):
            broken.append(target)
    assert broken == []


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _text(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_no_page_names_a_path_of_one_machine(page: Path) -> None:
    assert _OF_A_MACHINE.findall(_text(page)) == []
    assert str(ROOT) not in _text(page)


def test_decisions_are_numbered_and_listed_and_have_three_parts() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]
    index = _text(DOCS / "decisions" / "README.md")
    for path in DECISIONS:
        title, *parts = re.findall(r"^#+ (.+)$", _text(path), re.MULTILINE)
        assert f"- [{title}]({path.name})" in index
        assert (title[:4], parts) == (path.name[:4], ["Context", "Decision", "Consequences"])


def test_the_changes_begin_with_the_version_of_the_program() -> None:
    version = tomllib.loads(_text(ROOT / "pyproject.toml"))["project"]["version"]
    newest = re.search(r"^## (\S+)", _text(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == version


def test_images_are_small_and_shown_somewhere() -> None:
    shown = "".join(map(_text, PAGES))
    for image in (DOCS / "images").iterdir():
        assert image.stat().st_size < LARGEST_IMAGE, image.name
        assert image.name in shown


def test_the_curl_lines_work(sqlite_database: Database) -> None:
    client = TestClient(create_app(Settings(), sqlite_database))
    admin, operator = (_token(sqlite_database, role) for role in (Role.ADMIN, Role.OPERATOR))
    _load_article(client, admin)
    answers = []
    for line in (line for line in _commands(READMES[0]) if line.startswith("curl")):
        answer = _curl(client, line, operator)
        assert answer.status_code == 200, (line, answer.text)
        answers.append(answer.json())
    assert answers[1]["inserted"] == 1
    assert answers[2]["rows"][0]["adds"] == 280
    assert [row["values"]["friends_added"] for row in answers[3]["rows"]][-1] == 280
    assert answers[4]["panels"][0]["table"]["rows"]


def _token(database: Database, role: Role) -> str:
    with database.write() as session:
        return f"Bearer {tokens.create(session, SYSTEM, role, Given(Role(role)))}"


def _load_article(client: TestClient, token: str) -> None:
    """Write what the demo has of the article, by the API itself."""
    known = [("units", row) for row in units()] + [("channels", row) for row in channels()]
    writes = [(f"{kind}/{row['code']}", {k: v for k, v in row.items() if k != "code"}) for kind, row in known]
    writes += [(f"facts/{kind}", {"rows": rows}) for kind, rows in article.facts()]
    for path, body in writes:
        answer = client.put(f"/api/v1/{path}", json=body, headers={"Authorization": token})
        assert answer.is_success, answer.text


def _curl(client: TestClient, line: str, token: str) -> Any:  # noqa: ANN401 (a response of either httpx)
    """Send the request of a curl line."""
    parser = iter(shlex.split(line.replace("$API", "/api/v1").replace("$AUTH", f"Authorization: {token}"))[1:])
    method, url, content, headers = "GET", "", None, {}
    for word in parser:
        if word == "-H":
            name, _, value = next(parser).partition(": ")
            headers[name] = value
        elif word == "-X":
            method = next(parser)
        elif word == "--json":
            content, headers["Content-Type"] = next(parser), "application/json"
        else:
            url = word
    return client.request(method, url, content=content, headers=headers)


def test_every_figure_of_the_server_is_documented(sqlite_database: Database) -> None:
    documented = _text(DOCS / "operating.md")
    families = Figures.of(create_app(Settings(), sqlite_database)).registry.collect()
    names = [family.name for family in families if family.name.startswith("luopan_")]
    assert len(names) > 10
    assert [name for name in names if f"`{name}" not in documented] == []
