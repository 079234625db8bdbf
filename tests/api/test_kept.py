"""Kept answers: as good as new ones for whoever asks, and for nobody else's eyes."""

import dataclasses
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from sqlalchemy import event, func, select

from app.api.guard import reach
from app.db import Database
from app.domain.roles import SYSTEM, Action, Grant, Role, Viewer
from app.domain.text import Language
from app.kept.answers import Answers
from app.models import ApiToken
from app.observe.figures import Figures
from app.store import tokens
from app.web.guard import shown_to
from tests.api.kit import TODAY, Api, Frozen, body, load_facts, row
from tests.api.test_away import text_of
from tests.api.test_races import at_once

MAY = {"from": "2023-05-01", "to": "2023-05-31"}
GROWTH = {"unit": "co", **MAY}


def kept(api: Api) -> Answers:
    found: Answers = api.client.app.state.answers  # type: ignore[attr-defined]
    return found


def counted(api: Api, result: str) -> float:
    figures = Figures.of(api.client.app)
    return figures.registry.get_sample_value("luopan_cache_answers_total", {"cache": "answers", "result": result}) or 0


def adds(api: Api, **params: str) -> object:
    cards = api.read("/boards/growth", **{**GROWTH, **params})["cards"]
    return next(card["value"] for card in cards if card["metric"] == "friends_added")


@contextmanager
def worker(api: Api, loop: BlockingPortal) -> Iterator[Api]:
    """Give another worker on the same database: an application and connections of its own."""
    with closing(Database(text_of(api.database.url))) as database:
        yield Api.on(database, loop)


def test_every_worker_shows_a_write_at_once(any_api: Api, loop: BlockingPortal) -> None:
    with worker(any_api, loop) as other:
        for number in range(1, 6):
            writer, reader = (any_api, other) if number % 2 else (other, any_api)
            writer.save("friends", row("friends", adds=number))
            for api in (reader, writer, reader, writer):
                assert adds(api) == number


def test_the_same_question_is_answered_with_the_same_bytes_and_not_made_again(filled: Api) -> None:
    before = counted(filled, "hit"), counted(filled, "miss")
    first, *more = [filled.get("/boards/growth", **GROWTH) for _ in range(4)]
    assert {answer.content for answer in more} == {first.content}
    assert (counted(filled, "hit") - before[0], counted(filled, "miss") - before[1]) == (3, 1)
    assert len(kept(filled)) == 1


def test_many_who_ask_at_once_get_one_answer(filled: Api) -> None:
    found = at_once(lambda _: filled.get("/boards/growth", **GROWTH), 20)
    assert {answer.status_code for answer in found} == {200}
    assert len({answer.content for answer in found}) == len(kept(filled)) == 1


def test_what_is_not_an_answer_is_not_kept(filled: Api) -> None:
    for params in ({**GROWTH, "from": "x"}, {**GROWTH, "unit": "nowhere"}, MAY):
        for _ in range(2):
            assert filled.get("/boards/growth", **params).status_code == 422
    assert len(kept(filled)) == 0


# The handler first asks whether units have changed: what is written before that is newer than the stamp. The
# settings come later: what is written then is not seen by the handler, but raises the stamp read at the end.
@pytest.mark.parametrize("moment", ["structure", "settings"])
def test_a_write_between_stamp_and_numbers_leaves_nothing_stale(
    any_api: Api, loop: BlockingPortal, moment: str
) -> None:
    any_api.save("friends", row("friends", adds=1))
    with worker(any_api, loop) as other:
        written = list[str]()

        def meanwhile(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:  # noqa: ANN401
            if moment in statement and not written:
                written.append(statement)
                load_facts(other.database, "friends", [row("friends", adds=2)])

        event.listen(any_api.database.engine, "before_cursor_execute", meanwhile)
        seen = adds(any_api)
        event.remove(any_api.database.engine, "before_cursor_execute", meanwhile)
        assert written
        assert seen == (2 if moment == "structure" else 1)
        assert len(kept(any_api)) == 0
        assert adds(any_api) == adds(any_api) == 2
        assert len(kept(any_api)) == 1


def test_c16_nobody_gets_what_is_kept_for_somebody_who_may_see_more(filled: Api) -> None:
    assert adds(filled) == 800
    assert adds(filled, unit="east") == 400
    east, west = filled.of(Role.OPERATOR, "east"), filled.of(Role.VIEWER, "west")
    for _ in range(2):
        for unit in ("co", "west"):
            assert east.get("/boards/growth", **{**GROWTH, "unit": unit}).status_code == 403
        assert adds(east, unit="east") == 400
        assert west.get("/boards/growth", **{**GROWTH, "unit": "east"}).status_code == 403
        assert adds(filled) == 800
    for params in ({**GROWTH, "metrics": "gmv"}, {**GROWTH, "metrics": "gmv", "by": "unit"}):
        assert filled.get("/metrics/query", **params).status_code == 200
        assert east.get("/metrics/query", **params).status_code == 403


def test_c16_a_token_that_is_dead_gets_nothing_that_is_kept(filled: Api) -> None:
    viewer = filled.of(Role.VIEWER)
    etag = viewer.get("/boards/growth", **GROWTH).headers["ETag"]
    with filled.database.write() as session:
        newest = session.execute(select(func.max(ApiToken.id))).scalar_one()
        tokens.revoke(session, SYSTEM, newest)
    for headers in ({}, {"If-None-Match": etag}, {"If-None-Match": "*"}):
        assert viewer.send("GET", "/boards/growth", params=GROWTH, headers=headers).status_code == 401
    assert adds(filled) == 800


def test_c16_whoever_asks_is_part_of_the_question() -> None:
    """Each part of a viewer is in the key, or is none of what an answer holds: a new part must be thought about."""
    viewer = Viewer("mo", (Grant(Role.VIEWER, 1),))
    changed: dict[str, object] = {
        "name": "olga",
        "grants": (Grant(Role.VIEWER, 2),),
        "owned": (Grant(Role.VIEWER, 1),),
        "limit": frozenset({Action.READ}),
        "user_id": 7,
        "origin": "token",
        "token_id": 7,
        "session": "x",
        "address": "::1",
        "language": Language.EN,
    }
    assert set(changed) == {field.name for field in dataclasses.fields(Viewer)}
    others = {name: dataclasses.replace(viewer, **{name: value}) for name, value in changed.items()}  # type: ignore[arg-type]
    assert {name for name in changed if reach(others[name]) != reach(viewer)} == {"grants", "owned", "limit"}
    pages = {name for name in changed if shown_to(others[name]) != shown_to(viewer)}
    assert pages == {"name", "language", "user_id", "grants", "owned", "limit"}


def test_an_answer_of_yesterday_is_not_given_today(api: Api, loop: BlockingPortal) -> None:
    settings = Frozen()
    mine = Api.on(api.database, loop, settings)
    params = {"unit": "co", "month": "2023-10"}
    days = []
    for _ in range(2):
        days.append(mine.read("/boards/targets", **params)["scope"]["today"])
        settings.at += timedelta(days=1)
    assert days == [TODAY.isoformat(), (TODAY + timedelta(days=1)).isoformat()]


def test_each_coding_has_bytes_and_a_tag_of_its_own(filled: Api) -> None:
    def ask(coding: str, known: str = "") -> Any:  # noqa: ANN401 (a response)
        headers = {"Accept-Encoding": coding, "If-None-Match": known}
        return filled.send("GET", "/boards/growth", params=GROWTH, headers=headers)

    plain, packed = ask("identity"), ask("gzip, br")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "br"
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2
    assert body(plain) == body(packed)
    tags = [answer.headers["ETag"] for answer in (plain, packed)]
    assert tags[0] != tags[1]
    for coding, tag in (("identity", tags[0]), ("br", tags[1])):
        again = ask(coding, tag)
        assert (again.status_code, again.headers["ETag"]) == (304, tag)
        assert again.headers["Vary"] == "Authorization, Accept-Encoding"
    assert ask("identity", tags[1]).status_code == ask("br", tags[0]).status_code == 200
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_without_memory_every_answer_is_made_anew(api: Api, loop: BlockingPortal) -> None:
    plain = Api.on(api.database, loop, Frozen(cache_mb=0))
    assert [adds(plain), adds(plain)] == [None, None]
    assert (counted(plain, "hit"), counted(plain, "miss"), len(kept(plain))) == (0, 2, 0)


def test_an_answer_is_packed_for_the_first_who_takes_it_so_and_kept_like_that(filled: Api) -> None:
    def ask(coding: str, known: str = "") -> int:
        headers = {"Accept-Encoding": coding, "If-None-Match": known}
        answer = filled.send("GET", "/boards/growth", params=GROWTH, headers=headers)
        assert int(answer.headers.get("Content-Length", 0)) < kept(filled).size
        return kept(filled).size

    plain = ask("identity")
    assert ask("gzip") == ask("br", "*") == plain
    packed = ask("br")
    assert plain * 1.05 < packed < plain * 1.5
    assert ask("br") == ask("identity") == packed
    assert len(kept(filled)) == 1


def test_many_who_take_an_answer_packed_get_the_same_bytes(filled: Api) -> None:
    def ask(_number: int) -> Any:  # noqa: ANN401 (a response)
        return filled.send("GET", "/boards/growth", params=GROWTH, headers={"Accept-Encoding": "br"})

    found = at_once(ask, 20)
    assert {answer.headers["Content-Encoding"] for answer in found} == {"br"}
    assert len({answer.content for answer in found}) == len({answer.headers["ETag"] for answer in found}) == 1
