"""The checks of the trust bar that are about data coming in over REST, named after their rows there."""

import pytest

from app.domain.roles import SYSTEM
from app.store import closings
from tests.api.kit import KEYS, TODAY, Api, body, dumped, row, without
from tests.api.test_races import at_once, statuses

MANY = 40


def test_c03_a_batch_with_row_30_bad_changes_nothing_and_names_the_row(any_api: Api) -> None:
    good = [row("friends", day=f"2023-05-{day:02}", unit=unit) for unit in ("east", "west") for day in range(1, 29)]
    before = any_api.tables()
    for fault, field in (({"losses": -1}, "losses"), ({"unit": "nowhere"}, "unit"), ({"day": "2023-02-30"}, "day")):
        rows = [*good[:30], {**good[30], **fault}, *good[31:]]
        answer = any_api.rows("friends", *rows)
        assert (answer.status_code, body(answer)["errors"][0]["row"]) == (422, 30)
        assert body(answer)["errors"][0]["field"] == field
        assert any_api.tables() == before
    assert any_api.save("friends", *good)["inserted"] == len(good)


def test_c04_one_revision_has_one_winner_and_24_writers_lose_nothing(any_api: Api) -> None:
    any_api.save("friends", row("friends", adds=1000))
    edits = at_once(lambda number: any_api.rows("friends", {**KEYS["friends"], "adds": number, "revision": 1}), 20)
    assert statuses(edits) == {200: 1, 409: 19}
    stale = any_api.rows("friends", {**KEYS["friends"], "adds": 1, "revision": 1})
    assert (stale.status_code, body(stale)["conflicts"]) == (409, [{"row": 0, "stored": 2}])
    days = [f"2022-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]

    def batch(number: int) -> list[dict[str, object]]:
        unit, channel = ("co", "east", "west", "corner")[number % 4], ("parcel", "douyin")[number // 4 % 2]
        start = number // 8 * 100
        return [row("friends", day=day, unit=unit, channel=channel, adds=number) for day in days[start : start + 100]]

    answers = at_once(lambda number: any_api.rows("friends", *batch(number)), 24)
    assert statuses(answers) == {200: 24}
    assert sum(body(answer)["inserted"] for answer in answers) == 2400
    stored = any_api.facts("friends", from_="2022-01-01", to="2022-12-31", limit=10_000)
    assert len(stored) == 2400
    assert {(item["day"], item["unit"], item["channel"], item["adds"]) for item in stored} == {
        (item["day"], item["unit"], item["channel"], number) for number in range(24) for item in batch(number)
    }


def test_c05_the_same_put_three_times_and_40_racing_first_writes_make_one_row(any_api: Api) -> None:
    answers = [body(any_api.rows("sales", row("sales"))) for _ in range(3)]
    counts = [tuple(answer[key] for key in ("inserted", "updated", "unchanged")) for answer in answers]
    assert counts == [(1, 0, 0), (0, 0, 1), (0, 0, 1)]
    assert len({answer["version"] for answer in answers}) == 1
    racing = at_once(lambda _: any_api.rows("pushes", row("pushes")), MANY)
    assert statuses(racing) == {200: MANY}
    assert any_api.facts("pushes") == [row("pushes", revision=1)]
    assert any_api.facts("sales") == [row("sales", revision=1)]


HOSTILE = (
    "NaN",
    "Infinity",
    "-Infinity",
    "1e309",
    '"NaN"',
    '"1e309"',
    "[" * 5000 + "]" * 5000,
    "1" * 5000,
    '"\\u0000"',
)


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_c24_what_is_no_number_is_4xx_without_internals_and_touches_nothing(kept: Api, value: str) -> None:
    for kind, field in (("friends", "adds"), ("sales", "gmv"), ("targets", "value"), ("friends", "day")):
        head = dumped(without(row(kind), field)).decode()[:-1]
        content = f'{{"rows": [{head}, "{field}": {value}}}]}}'.encode()
        answer = kept.send("PUT", f"/facts/{kind}", content=content, headers={"Content-Type": "application/json"})
        assert 400 <= answer.status_code < 500, answer.text
        assert not [word for word in ("Traceback", "sqlalchemy", "pydantic", ".py") if word in answer.text]
    for path in ("/facts/../../etc/passwd", "/facts/%2e%2e%2fetc", "/boards/..%2f..%2fetc%2fpasswd"):
        assert 400 <= kept.get(path).status_code < 500


def test_a_closed_month_is_409_and_says_who_closed_it_and_when(filled: Api) -> None:
    with filled.database.write() as session:
        closings.close(session, SYSTEM, TODAY.replace(month=5, day=1), TODAY)
    before = filled.tables()
    answers = [
        filled.rows("friends", row("friends", adds=1000)),
        filled.rows("targets", row("targets", value=1)),
        filled.remove("stock-counts", KEYS["stock-counts"]),
    ]
    assert statuses(answers) == {409: 3}
    assert all("closed by luopan on 20" in body(answer)["detail"] for answer in answers)
    assert filled.tables() == before
