"""Commands as an administrator and other tools use them."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from secrets import token_hex
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from app.cli import main, migrate
from app.cli.demo.load import is_empty
from app.cli.serve import EXPOSED
from app.db import Database
from app.domain.roles import Role
from app.queries import access
from app.settings import is_weak, load
from app.store.secrets import token_hash
from tests import small
from tests.worlds import write

Run = Callable[..., Result]

INSERT_COUNT = """
INSERT INTO stock_counts (unit_id, day, cumulative, current, revision, updated_at)
VALUES (:unit, :day, 1, 2, 1, :at)
"""


@pytest.fixture
def run(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """A command line on a migrated database."""
    monkeypatch.setenv("LUOPAN_DATABASE_URL", database.url.render_as_string(hide_password=False))
    load.cache_clear()
    yield lambda *words, **more: CliRunner().invoke(main, list(words), catch_exceptions=False, **more)
    load.cache_clear()


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """A command line on an SQLite file that is not there yet."""
    monkeypatch.setenv("LUOPAN_DATABASE_URL", f"sqlite:///{tmp_path}/deep/new.db")
    load.cache_clear()
    yield lambda *words, **more: CliRunner().invoke(main, list(words), catch_exceptions=False, **more)
    load.cache_clear()


def test_migrate_makes_the_tables_once_and_then_has_nothing_to_do(bare: Run) -> None:
    assert "migrated" in bare("migrate").stderr
    assert "nothing to do" in bare("migrate").stderr


def test_a_token_stands_alone_on_standard_output_and_only_its_hash_is_stored(run: Run, database: Database) -> None:
    result = run("token", "create", "--name", "erp", "--role", "manager")
    assert result.exit_code == 0
    (token,) = result.stdout.splitlines()
    with database.read() as session:
        asker = access.by_token(session, token_hash(token))
        stored = session.execute(text("SELECT token_hash FROM api_tokens")).scalar_one()
    assert asker is not None
    assert (asker.viewer.name, asker.viewer.grants[0].role, asker.viewer.origin) == ("erp", Role.MANAGER, "token")
    assert token not in stored


def test_a_token_for_a_unit_that_does_not_exist_is_refused_in_one_sentence(run: Run) -> None:
    result = run("token", "create", "--name", "x", "--role", "viewer", "--unit", "nowhere")
    assert result.exit_code == 1
    assert result.stderr == "Error: unit: unknown unit: nowhere\n"
    assert result.stdout == ""


def test_an_unknown_role_is_refused(run: Run) -> None:
    assert run("token", "create", "--name", "x", "--role", "boss").exit_code == 2


def test_a_user_is_added_with_the_password_from_standard_input(run: Run, database: Database) -> None:
    result = run("user", "add", "王芳", "--role", "operator", input="correct horse\n")
    assert result.exit_code == 0
    assert "correct horse" not in result.output
    with database.read() as session:
        stored = session.execute(text("SELECT password_hash FROM users")).scalar_one()
    assert stored.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("name", "password", "sentence"),
    [
        ("a", "short\n", "password: must have at least 8 characters"),
        (" ", "long enough\n", "name: must have 1 to 120 characters"),
    ],
)
def test_a_user_without_a_name_or_a_proper_password_is_refused(
    run: Run, name: str, password: str, sentence: str
) -> None:
    result = run("user", "add", name, "--role", "viewer", input=password)
    assert (result.exit_code, result.stderr.strip()) == (1, f"Error: {sentence}")


def test_a_name_is_taken_once(run: Run) -> None:
    run("user", "add", "a", "--role", "viewer", input="long enough\n")
    assert "is taken" in run("user", "add", "a", "--role", "viewer", input="long enough\n").stderr


def test_verify_is_silent_about_good_data_and_finds_what_breaks_a_rule(run: Run, database: Database) -> None:
    assert run("verify").exit_code == 0
    day = date(2099, 1, 1).isoformat()
    with database.write() as session:
        session.execute(
            text("INSERT INTO units (code, name, kind, active) VALUES ('a', 'A', 'team', :yes)"), {"yes": True}
        )
        unit = session.execute(text("SELECT id FROM units")).scalar_one()
        values = {"unit": unit, "day": day, "at": "2023-01-01 00:00:00"}
        session.execute(text(INSERT_COUNT), values)
    result = run("verify")
    assert result.exit_code == 1
    assert re.search(r"WRONG.*current <= cumulative: 1 row", result.output)
    assert re.search(r"WRONG.*stock-counts: no day in the future: 1 row", result.output)


def test_verify_finds_sums_that_a_write_past_the_stores_left_wrong_and_repair_mends_them(
    run: Run, database: Database
) -> None:
    write(database, small.WORLD)
    with database.write() as session:
        session.execute(text("UPDATE friends SET adds = 7000"))
    found = run("verify")
    assert found.exit_code == 1
    assert re.search(r"WRONG  friends: sums of days and months: \d+ row", found.output)
    mended = run("verify", "--repair")
    assert (mended.exit_code, run("verify").exit_code) == (0, 0)
    assert re.search(r"rollups: \d+ row\(s\) mended", mended.output)
    assert "ok     friends: sums of days and months" in mended.output


def test_the_demo_only_goes_into_an_empty_database(run: Run, database: Database) -> None:
    with database.write() as session:
        session.execute(
            text("INSERT INTO units (code, name, kind, active) VALUES ('a', 'A', 'team', :yes)"), {"yes": True}
        )
    result = run("demo")
    assert result.exit_code == 1
    assert "only goes into an empty database" in result.stderr


def test_a_database_that_is_away_ends_a_command_with_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUOPAN_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    load.cache_clear()
    result = CliRunner().invoke(main, ["migrate"], catch_exceptions=False)
    load.cache_clear()
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: database: ")
    assert len(result.stderr.splitlines()) == 1


SHORT = "LUOPAN_SECRET must have at least 32 characters when LUOPAN_ENV=production"
WEAK = "LUOPAN_SECRET is easy to guess; take the output of: openssl rand -hex 32"


@pytest.mark.parametrize(
    ("secret", "sentence"),
    [
        (None, SHORT),
        ("", SHORT),
        ("short", SHORT),
        ("x" * 31, SHORT),
        ("x" * 40, WEAK),
        ("0123456789abcdef" * 2, WEAK),
        ("12345678901234567890123456789012", WEAK),
        ("abcdefghijklmnopqrstuvwxyz012345", WEAK),
        ("please-changeme-4f9a1c7e2b8d0365", WEAK),
        ("the default key of luopan, 4f9a1c7e2b", WEAK),
    ],
)
def test_c11_production_without_a_proper_secret_does_not_start(
    monkeypatch: pytest.MonkeyPatch, secret: str | None, sentence: str
) -> None:
    monkeypatch.setenv("LUOPAN_ENV", "production")
    monkeypatch.delenv("LUOPAN_SECRET", raising=False)
    if secret is not None:
        monkeypatch.setenv("LUOPAN_SECRET", secret)
    for words in (["migrate"], ["serve"]):
        load.cache_clear()
        result = CliRunner().invoke(main, words, env={"LUOPAN_LOG_FORMAT": "text"}, catch_exceptions=False)
        load.cache_clear()
        assert (result.exit_code, result.stderr.strip()) == (1, f"Error: {sentence}")


def test_a_drawn_secret_is_not_weak() -> None:
    assert not [secret for secret in (token_hex(32) for _ in range(500)) if is_weak(secret)]


def test_c11_in_development_it_is_served_on_this_machine_only(run: Run) -> None:
    for host in ("0.0.0.0", "192.0.2.7", "::", "luopan.example"):  # noqa: S104 (what is refused)
        result = run("serve", "--host", host, env={"LUOPAN_LOG_FORMAT": "text"})
        assert result.exit_code == 1
        assert result.stderr.strip() == f"Error: {EXPOSED}"


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("TIMEZONE", "Nowhere", "LUOPAN_TIMEZONE: there is no time zone 'Nowhere'"),
        ("ENV", "prod", "LUOPAN_ENV: Input should be 'development' or 'production'"),
        ("DATABASE_URL", "nonsense", "database: Could not parse SQLAlchemy URL from given URL string"),
    ],
)
def test_a_bad_setting_is_named_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"LUOPAN_{variable}", value)
    load.cache_clear()
    result = CliRunner().invoke(main, ["migrate"], catch_exceptions=False)
    load.cache_clear()
    assert (result.exit_code, result.stderr.strip()) == (1, f"Error: {sentence}")


def _answer(url: str, seconds: float) -> bytes:
    end = monotonic() + seconds
    while monotonic() < end:
        try:
            with urlopen(url, timeout=1) as answer:  # noqa: S310 (an address of this test)
                body: bytes = answer.read()
                return body
        except (URLError, ConnectionError):
            sleep(0.05)
    raise TimeoutError(url)


def test_a_first_start_migrates_loads_the_demo_and_prints_a_login_of_its_own(tmp_path: Path) -> None:
    port, file = 18_000 + os.getpid() % 2000, tmp_path / "first.db"
    environment = {**os.environ, "LUOPAN_DATABASE_URL": f"sqlite:///{file}", "LUOPAN_LOG_FORMAT": "text"}
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), "--migrate", "--demo"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert json.loads(_answer(f"http://127.0.0.1:{port}/healthz", 400)) == {"status": "ok"}
            assert "登录" in _answer(f"http://127.0.0.1:{port}/growth", 5).decode()
        finally:
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=60)
    assert f"http://127.0.0.1:{port}" in said
    kept = tmp_path / "demo-login.txt"
    assert f"login: {kept.read_text(encoding='utf-8').strip()}" in said
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    database = Database(f"sqlite:///{file}")
    assert not is_empty(database)
    assert not migrate.pending(database)
    database.close()
