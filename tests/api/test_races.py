"""Many writers at once: one row for one key, one winner for one revision, nothing lost."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from httpx2 import Response

from tests.api.kit import KEYS, Api, body, row

WRITERS = 20


def at_once(send: Callable[[int], Response], count: int = WRITERS) -> list[Response]:
    """Send requests from as many threads, all let go at the same moment."""
    start = Barrier(count)

    def run(number: int) -> Response:
        start.wait()
        return send(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def statuses(answers: list[Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def test_20_first_writes_of_one_key_make_one_row_and_no_error(any_api: Api) -> None:
    answers = at_once(lambda _: any_api.rows("targets", row("targets")))
    assert statuses(answers) == {200: WRITERS}
    assert Counter(tuple(body(answer).items())[:3] for answer in answers) == {
        (("inserted", 1), ("updated", 0), ("unchanged", 0)): 1,
        (("inserted", 0), ("updated", 0), ("unchanged", 1)): WRITERS - 1,
    }
    assert any_api.facts("targets") == [row("targets", revision=1)]
    first = row("pushes", revision=0)
    assert statuses(at_once(lambda number: any_api.rows("pushes", {**first, "pushes": number}))) == {200: 1, 409: 19}


def test_20_edits_of_one_revision_have_one_winner_and_19_conflicts_and_removals_count_once(any_api: Api) -> None:
    any_api.save("friends", row("friends", adds=1000))
    answers = at_once(lambda number: any_api.rows("friends", {**KEYS["friends"], "adds": number, "revision": 1}))
    assert statuses(answers) == {200: 1, 409: WRITERS - 1}
    winner = next(number for number, answer in enumerate(answers) if answer.status_code == 200)
    for number, answer in enumerate(answers):
        if number != winner:
            assert body(answer)["conflicts"] == [{"row": 0, "stored": 2}]
    assert any_api.facts("friends") == [row("friends", adds=winner, revision=2)]
    removals = at_once(lambda _: any_api.remove("friends", KEYS["friends"]), 8)
    assert sum(body(answer)["deleted"] for answer in removals) == 1


def test_writers_of_different_measures_of_one_row_are_merged(any_api: Api) -> None:
    measures = ("gmv", "orders", "refunds")
    answers = at_once(lambda number: any_api.rows("sales", {**KEYS["sales"], measures[number % 3]: 500 + number}), 12)
    assert statuses(answers) == {200: 12}
    [found] = any_api.facts("sales")
    assert [found[name] - 500 in range(at, 12, 3) for at, name in enumerate(measures)] == [True] * 3
    assert found["revision"] == 12


def test_no_row_of_many_writers_is_lost_in_whatever_order_they_come(any_api: Api) -> None:
    days = [f"2023-04-{day:02}" for day in range(1, 13)]

    def send(number: int) -> Response:
        units = ("co", "east", "west", "corner")
        order = units[number % 4 :] + units[: number % 4]
        mine = [row("friends", day=days[number], unit=unit) for unit in order]
        ours = [row("friends", unit=unit, adds=1000 + number) for unit in order]
        return any_api.rows("friends", *(mine + ours if number % 2 else ours[::-1] + mine))

    answers = at_once(send, 12)
    assert statuses(answers) == {200: 12}
    stored = any_api.facts("friends")
    assert len(stored) == 4 + 12 * 4
    assert len({item["adds"] for item in stored if item["day"] == KEYS["friends"]["day"]}) == 1
    versions = sorted(body(answer)["version"] for answer in answers)
    assert versions == list(range(versions[0], versions[0] + 12))


def test_adds_and_retained_at_once_never_end_up_the_wrong_way_round(any_api: Api) -> None:
    any_api.save("friends", row("friends", adds=100))

    def send(number: int) -> Response:
        if number % 2:
            return any_api.rows("friends", {**KEYS["friends"], "adds": 50})
        return any_api.rows("retention", row("retention", retained=80))

    for _ in range(2):
        assert statuses(at_once(send, 8)).keys() <= {200, 422}
        adds, retained = any_api.facts("friends")[0]["adds"], any_api.facts("retention")
        assert not retained or retained[0]["retained"] <= adds
        any_api.remove("retention", KEYS["retention"])
        any_api.save("friends", row("friends", adds=100))


def test_20_first_writes_of_a_unit_or_channel_make_one_and_moves_at_once_no_cycle(any_api: Api) -> None:
    for path, kind in (("/units/new", "company"), ("/channels/new", "source")):
        answers = at_once(lambda _, path=path, kind=kind: any_api.put(path, {"name": "New", "kind": kind}))  # type: ignore[misc]
        assert statuses(answers) == {201: 1, 200: WRITERS - 1}
    for code in ("a", "b"):
        any_api.put(f"/units/{code}", {"name": code, "kind": "division"})
    moves = [("a", "division", "b", "team"), ("b", "team", "a", "store"), ("a", "team", "b", "division")]
    for _ in range(2):
        answers = at_once(
            lambda number: any_api.put(
                f"/units/{moves[number % 3][0]}", {"kind": moves[number % 3][1], "parent": moves[number % 3][2]}
            ),
            6,
        )
        assert statuses(answers).keys() <= {200, 422}
        units = {unit["code"]: unit for unit in any_api.read("/units")["units"]}
        assert {"a", "b"} <= units.keys(), "units of a cycle hang from no root"
