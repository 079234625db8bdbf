"""`luopan user` and `luopan token`: people and keys from the command line."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from app.cli import main
from app.db import Database
from app.domain.roles import Action, Viewer
from app.queries import access
from app.settings import load
from app.store import passwords
from app.store.secrets import token_hash
from tests.served import PASSWORD, UNIT, Site, copied, frozen

Run = Callable[..., Result]


@pytest.fixture
def site(served_file: Path) -> Iterator[Site]:
    with copied(served_file) as database:
        yield Site.on(database, frozen(), name="")


@pytest.fixture
def run(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("LUOPAN_DATABASE_URL", site.database.url.render_as_string(hide_password=False))
    load.cache_clear()
    yield lambda *words, **more: CliRunner().invoke(main, list(words), catch_exceptions=False, **more)
    load.cache_clear()


def viewer(database: Database, token: str) -> Viewer | None:
    with database.read() as session:
        asker = access.by_token(session, token_hash(token))
    return None if asker is None else asker.viewer


def test_c13_a_reset_ends_all_logins_and_only_the_new_password_fits(run: Run, site: Site) -> None:
    mo = site.of("mo")
    weak = run("user", "reset", "mo", input="12345678\n")
    assert (weak.exit_code, "too easy to guess" in weak.stderr) == (1, True)
    assert mo.get("/growth").status_code == 200
    done = run("user", "reset", "mo", input="another battery\n")
    assert (done.exit_code, "another battery" in done.output) == (0, False)
    assert mo.get("/growth").status_code == 303
    with site.database.read() as session:
        stored = access.by_password(session, "mo")
    assert stored is not None
    assert passwords.fits(stored[1], "another battery")
    assert not passwords.fits(stored[1], PASSWORD)


def test_people_are_listed_switched_off_and_on_and_given_roles(run: Run, site: Site) -> None:
    assert "olga\tactive\toperator 电商私域组" in run("user", "list").output
    mo = site.of("mo")
    assert run("user", "disable", "mo").exit_code == 0
    assert mo.get("/growth").status_code == 303
    assert "mo\tdisabled\tmanager (everything)" in run("user", "list").output
    assert run("user", "enable", "mo").exit_code == 0
    assert run("user", "grant", "mo", "--role", "operator", "--unit", UNIT).exit_code == 0
    assert "mo\tactive\tmanager (everything), operator 电商私域组" in run("user", "list").output
    assert run("user", "revoke", "mo", "--role", "manager").exit_code == 0
    assert "mo\tactive\toperator 电商私域组" in run("user", "list").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("user", "disable", "nobody"), "no such person: nobody"),
        (("user", "grant", "mo", "--role", "viewer", "--unit", "nowhere"), "unit: unknown unit: nowhere"),
        (("user", "revoke", "mo", "--role", "viewer"), "this role is not held"),
        (("user", "disable", "ada"), "One admin of everything must remain"),
        (("user", "revoke", "ada", "--role", "admin"), "One admin of everything must remain"),
        (("token", "revoke", "999"), "no such token"),
        (("token", "create", "--name", " ", "--role", "viewer"), "name: must have 1 to 120 characters"),
        (("token", "create", "--name", "x", "--role", "viewer", "--days", "0"), "days: must be from 1 to 3650"),
        (
            ("token", "create", "--name", "x", "--role", "viewer", "--scope", "write-facts"),
            "scopes: must be one or more of what the role can use",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(run: Run, words: tuple[str, ...], said: str) -> None:
    result = run(*words)
    assert (result.exit_code, result.stderr) == (1, f"Error: {said}\n")


def test_c14_a_token_of_the_command_line_is_listed_and_revoked_by_its_number(run: Run, site: Site) -> None:
    made = run("token", "create", "--name", "erp", "--role", "admin", "--scope", "read", "--days", "30")
    token = made.stdout.splitlines()[-1]
    found = viewer(site.database, token)
    assert found is not None
    assert (found.may(Action.READ, ()), found.may(Action.WRITE_FACTS), found.may(Action.MANAGE)) == (True, False, False)
    (line,) = run("token", "list").output.splitlines()
    number, name, what, scopes, owner, used, state = line.split("\t")
    assert (name, what, scopes, owner, used, state) == ("erp", "admin (everything)", "read", "-", "never used", "live")
    assert token not in line
    assert run("token", "revoke", number).exit_code == 0
    assert viewer(site.database, token) is None
    assert run("token", "list").output.endswith("dead\n")


def test_when_a_token_was_used_is_written_later_and_a_busy_database_loses_nothing(run: Run, site: Site) -> None:
    token = run("token", "create", "--name", "erp", "--role", "viewer").stdout.strip()
    headers = {"Authorization": f"Bearer {token}"}
    assert site.client.get("/api/v1/units", headers=headers).status_code == 200
    assert "never used" in run("token", "list").output
    with site.database.write() as session:  # somebody else is writing
        session.execute(text("SELECT 1"))
        site.app.state.seen.flush(site.database)
    assert "never used" in run("token", "list").output
    site.app.state.seen.flush(site.database)
    assert "never used" not in run("token", "list").output
