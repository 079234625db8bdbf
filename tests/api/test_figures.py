"""/metrics: closed to whoever may not read everything, and figures that move as they should."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal
from httpx2 import Response
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from starlette.testclient import TestClient

from app.api.figures import PATH
from app.db import Database
from app.domain.errors import BUSY, Busy, Forbidden
from app.domain.facts import FRIENDS
from app.domain.roles import SYSTEM, Role
from app.inputs.facts import ROWS
from app.inputs.imports import Cancelled
from app.main import create_app
from app.observe.figures import Figures
from app.store import facts as store
from app.web.static import static_url
from tests.api.kit import KEYS, TODAY, Api, Frozen, opened, row

Figure = tuple[str, frozenset[tuple[str, str]]]


@pytest.fixture
def own(company_file: Path, loop: BlockingPortal) -> Iterator[Api]:
    """An admin of a small company on an application of the test's own."""
    with opened(company_file) as database:
        yield Api.on(database, loop)


def asked(api: Api) -> Response:
    """Ask for the figures with the client's token."""
    headers = {"Authorization": f"Bearer {api.token}"} if api.token else {}
    return api.client.get(PATH, headers=headers)


def figures(api: Api) -> dict[Figure, float]:
    """Return all figures by name and labels."""
    answer = asked(api)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(answer.text)
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def value(found: dict[Figure, float], name: str, **labels: str) -> float:
    """Return one figure; 0 where nothing has been counted yet."""
    return found.get((f"luopan_{name}", frozenset(labels.items())), 0)


def test_c11_metrics_are_closed_without_a_token(api: Api) -> None:
    for client in (api.with_token(""), api.with_token("lp_nonsense")):
        answer = asked(client)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
        assert "luopan_" not in answer.text
    assert api.client.get(f"{PATH}?token={api.token}").status_code == 401
    assert api.client.get(PATH, headers={"Cookie": f"luopan_session={api.token}"}).status_code == 401


def test_c11_metrics_are_for_tokens_that_may_read_everything(api: Api) -> None:
    assert asked(api.of(Role.VIEWER)).status_code == 200
    for role in Role:
        assert asked(api.of(role, "co")).status_code == 403
    assert PATH not in api.read("/openapi.json")["paths"]


def test_requests_are_counted_by_the_template_of_their_route(own: Api) -> None:
    own.facts("friends")
    own.client.get("/static/x/css/base.css")
    for path in ("/nowhere", "/nowhere/else", "/api/v1/nothing"):
        own.client.get(path)
    own.client.request("BREW", "/healthz")
    found = figures(own)
    assert value(found, "requests_total", route="/api/v1/facts/friends", method="GET", status="2xx") == 1
    assert value(found, "request_seconds_count", route="/api/v1/facts/friends") == 1
    assert value(found, "requests_total", route="/static/{version}/{path:path}", method="GET", status="2xx") == 1
    assert value(found, "requests_total", route="unmatched", method="GET", status="4xx") == 3
    assert value(found, "requests_total", route="/healthz", method="other", status="4xx") == 1
    assert value(found, "requests_in_flight") == 1
    routes = {dict(labels)["route"] for name, labels in found if name == "luopan_requests_total"}
    assert routes <= {"/api/v1/facts/friends", "/static/{version}/{path:path}", "unmatched", "/healthz", PATH}


def test_rows_and_batches_are_counted_when_they_are_committed(own: Api) -> None:
    rows = [row("friends"), row("friends", unit="west")]
    own.save("friends", *rows)
    own.save("friends", rows[0], row("friends", unit="west", adds=7))
    assert own.rows("friends", row("friends", unit="corner"), row("friends", unit="nowhere")).status_code == 422
    own.remove("friends", KEYS["friends"])
    found = figures(own)
    counted = {
        what: value(found, "rows_written_total", kind="friends", outcome=what)
        for what in ("inserted", "updated", "unchanged", "deleted")
    }
    assert counted == {"inserted": 2, "updated": 1, "unchanged": 1, "deleted": 1}
    assert value(found, "batches_total", kind="friends") == 3


def test_transactions_are_counted_as_they_ended(own: Api) -> None:
    before = figures(own)
    own.save("friends", row("friends"))
    own.rows("friends", row("friends", unit="nowhere"))
    with own.database.read() as session:
        session.execute(text("SELECT 1"))
    after = figures(own)

    def ended(kind: str, outcome: str) -> float:
        labels = {"kind": kind, "outcome": outcome}
        return value(after, "transactions_total", **labels) - value(before, "transactions_total", **labels)

    assert (ended("write", "committed"), ended("write", "rolled_back")) == (1, 1)
    # The checks of three tokens, and one read.
    assert (ended("read", "rolled_back"), ended("read", "committed")) == (4, 0)


def test_a_commit_that_is_refused_counts_as_rolled_back_and_its_rows_not_at_all(own: Api) -> None:
    def labels(outcome: str) -> dict[str, str]:
        return {"kind": "write", "outcome": outcome}

    before = figures(own)
    with pytest.raises(IntegrityError):
        _write_what_its_commit_refuses(own.database)
    after = figures(own)
    gained = {
        outcome: value(after, "transactions_total", **labels(outcome))
        - value(before, "transactions_total", **labels(outcome))
        for outcome in ("committed", "rolled_back")
    }
    assert gained == {"committed": 0, "rolled_back": 1}
    assert value(after, "rows_written_total", kind="friends", outcome="inserted") == 0


def _write_what_its_commit_refuses(database: Database) -> None:
    with database.write() as session:
        session.execute(text("PRAGMA defer_foreign_keys=ON"))
        store.put(session, SYSTEM, FRIENDS, [ROWS["friends"].model_validate(row("friends"))], TODAY)
        session.execute(text("INSERT INTO user_grants (user_id, role) VALUES (99, 'admin')"))


def test_busy_answers_are_counted() -> None:
    app = create_app(Frozen(), Database("postgresql://nobody@127.0.0.1:1/none"))
    assert TestClient(app).get("/healthz").status_code == 503
    assert "luopan_busy_answers_total 1.0" in Figures.of(app).text().decode()


def test_connections_and_the_process_are_told(own: Api) -> None:
    with own.database.read() as session:
        session.execute(text("SELECT 1"))
        found = figures(own)
    assert value(found, "database_connections_in_use") == 1
    assert value(found, "database_pool_size") == 5
    assert found["process_resident_memory_bytes", frozenset()] > 10_000_000
    assert found["process_start_time_seconds", frozenset()] > 1_700_000_000


def test_what_the_sender_has_already_is_a_hit(own: Api) -> None:
    etag = own.send("GET", "/boards/growth?unit=co&from=2023-05-01&to=2023-05-31").headers["ETag"]
    own.send("GET", "/boards/growth?unit=co&from=2023-05-01&to=2023-05-31", headers={"If-None-Match": etag})
    for _ in range(2):
        own.client.get(static_url("css/base.css"))
    found = figures(own)
    assert [value(found, "cache_answers_total", cache="api", result=result) for result in ("hit", "miss")] == [1, 1]
    assert value(found, "cache_answers_total", cache="static", result="hit") >= 1


def test_a_job_is_counted_by_what_became_of_it() -> None:
    made = Figures()

    def run(error: Exception | None = None) -> None:
        with made.job("export"):
            assert b'luopan_jobs_running{job="export"} 1.0' in made.text()
            if error:
                raise error

    run()
    for error in (Forbidden(BUSY), Cancelled(), Busy(), ValueError()):
        with pytest.raises(type(error)):
            run(error)
    said = made.text().decode()
    for outcome in ("done", "refused", "cancelled", "busy", "failed"):
        assert f'luopan_jobs_total{{job="export",outcome="{outcome}"}} 1.0' in said
    assert 'luopan_jobs_running{job="export"} 0.0' in said
    assert 'luopan_job_seconds_count{job="export"} 5.0' in said
