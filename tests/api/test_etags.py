"""Every GET of metrics and boards has a strong ETag that changes with its numbers, and honours If-None-Match."""

import re

import pytest

from tests.api.kit import KEYS, Api, Row, row

MAY = {"unit": "co", "from": "2023-05-01", "to": "2023-05-31"}
ADDRESSES: tuple[tuple[str, Row], ...] = (
    ("/metrics", {}),
    ("/metrics/query", {**MAY, "metrics": "gmv,friends_added"}),
    ("/boards/growth", MAY),
    ("/boards/sales", MAY),
    ("/boards/targets", {"unit": "east", "month": "2023-05"}),
)
NUMBERS = ADDRESSES[1:]


def tag(api: Api, path: str, params: Row) -> str:
    found: str = api.send("GET", path, params=params).headers["ETag"]
    return found


@pytest.mark.parametrize(("path", "params"), ADDRESSES)
def test_a_known_etag_is_answered_304_without_a_body(api: Api, path: str, params: Row) -> None:
    etag = tag(api, path, params)
    assert re.fullmatch(r'"[!#-~]{8,}"', etag)
    for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        answer = api.send("GET", path, params=params, headers={"If-None-Match": known})
        assert (answer.status_code, answer.headers["ETag"]) == (304, etag)
    for known in ('"other"', etag.strip('"'), ""):
        assert api.send("GET", path, params=params, headers={"If-None-Match": known}).status_code == 200


@pytest.mark.parametrize(("path", "params"), NUMBERS)
def test_the_etag_changes_after_a_write_and_stays_without_one(api: Api, path: str, params: Row) -> None:
    seen = [tag(api, path, params)]
    assert tag(api, path, params) == seen[0]
    for kind in ("sales", "friends", "targets"):
        api.save(kind, row(kind))
    seen.append(tag(api, path, params))
    api.save("sales", row("sales"))
    assert api.rows("sales", row("sales", orders=-1)).status_code == 422
    assert tag(api, path, params) == seen[-1]
    for kind in ("sales", "friends", "targets"):
        api.remove(kind, KEYS[kind])
    seen.append(tag(api, path, params))
    assert seen[1] not in {seen[0], seen[2]}
    old = api.send("GET", path, params=params, headers={"If-None-Match": seen[1]})
    assert old.status_code == 200


def test_no_shared_cache_may_keep_numbers(api: Api) -> None:
    for path, params in ADDRESSES:
        headers = api.send("GET", path, params=params).headers
        assert (headers["Cache-Control"], headers["Vary"]) == ("private, no-cache", "Authorization, Accept-Encoding")
    for path in ("/units", "/channels", "/facts/friends"):
        assert api.get(path).headers["Cache-Control"] == "no-store"


def test_different_questions_have_different_etags(api: Api) -> None:
    path, params = NUMBERS[0]
    others = ({"grain": "day"}, {"metrics": "gmv"}, {"to": "2023-05-30"}, {"unit": "east"}, {"compare": "previous"})
    tags = {tag(api, path, {**params, **other}) for other in ({}, *others)}
    assert len(tags) == len(others) + 1
