"""Guessing passwords: after a few tries nobody is asked any more, whoever they are and wherever they say they are."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.models import SecurityEntry, Throttle
from app.store import passwords, throttle
from tests.served import PASSWORD, Site, shown

MOST = 8


def guess(site: Site, number: int, name: str = "ada", password: str = "wrong") -> int:
    """Try a password as a browser that claims another address each time."""
    forged = f"10.0.0.{number}"
    answer = site.post(
        "/login", {"name": name, "password": password}, X_Forwarded_For=forged, Forwarded=f"for={forged}"
    )
    if answer.status_code == 429:
        assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
        assert "尝试次数过多" in shown(answer, 429).text
    return answer.status_code


def test_c12_30_guesses_are_429_by_the_tenth_and_the_right_password_with_them(site: Site) -> None:
    nobody = site.of("")
    answers = [guess(nobody, number) for number in range(30)]
    assert answers == [401] * MOST + [429] * 22
    assert guess(nobody, 31, password=PASSWORD) == 429
    assert guess(site.of(""), 32, password=PASSWORD) == 429
    assert guess(nobody, 33, "mo", PASSWORD) == 303


def test_c12_an_unknown_name_is_answered_as_a_known_one(site: Site) -> None:
    nobody = site.of("")
    assert [guess(nobody, number, "nobody-here") for number in range(12)] == [401] * MOST + [429] * 4
    assert [guess(nobody, number, "mo") for number in range(12)] == [401] * MOST + [429] * 4


def test_c12_guesses_at_one_moment_are_as_many_as_one_after_the_other(site: Site) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda number: guess(site.of(""), number), range(24)))
    assert answers.count(401) <= MOST
    assert answers.count(429) + answers.count(503) >= 24 - MOST
    assert 303 not in answers


def test_c12_one_address_is_held_back_whatever_names_it_tries(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST_OF_AN_ADDRESS", 5)
    nobody = site.of("")
    assert [guess(nobody, number, f"name {number}") for number in range(8)] == [401] * 5 + [429] * 3
    assert guess(nobody, 9, password=PASSWORD) == 429


def test_the_right_password_opens_and_forgets_the_wrong_ones(site: Site) -> None:
    nobody = site.of("")
    for _ in range(2):
        assert [guess(nobody, number) for number in range(MOST - 1)] == [401] * (MOST - 1)
        assert guess(nobody, 0, password=PASSWORD) == 303
    with site.database.read() as session:
        assert session.execute(select(Throttle.tries)).scalars().all() in ([0, 2 * (MOST - 1)], [2 * (MOST - 1), 0])


def test_after_the_window_tries_count_from_one_again(site: Site) -> None:
    nobody = site.of("")
    for number in range(MOST + 1):
        guess(nobody, number)
    with site.database.write() as session:
        session.execute(update(Throttle).values(since=Throttle.since))
        for row in session.execute(select(Throttle)).scalars():
            row.since -= throttle.WINDOW + timedelta(seconds=1)
    assert guess(nobody, 0) == 401
    assert guess(nobody, 0, password=PASSWORD) == 303


def test_one_is_told_how_many_tries_are_left_and_the_log_keeps_who_was_held_back(site: Site) -> None:
    nobody = site.of("")
    first = shown(nobody.post("/login", {"name": "ada", "password": "x"}), 401)
    assert f"还可尝试 {MOST - 1} 次" in first.text
    for number in range(MOST):
        guess(nobody, number)
    with site.database.read() as session:
        events = session.execute(select(SecurityEntry.event, SecurityEntry.actor)).all()
    assert [tuple(row) for row in events].count(("login_failed", "ada")) == MOST
    assert [tuple(row) for row in events].count(("login_throttled", "ada")) == 1
    log = site.page("/security?event=login_failed&actor=ada")
    assert len(log.one("tbody").all("tr")) == MOST


def test_only_a_few_passwords_are_hashed_at_a_time_and_others_are_told_to_come_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(passwords.AT_ONCE + passwords.WAITING):
        assert passwords._coming.acquire(blocking=False)  # noqa: SLF001 (as if so many were waiting)
    try:
        answer = site.of("").post("/login", {"name": "ada", "password": PASSWORD})
    finally:
        for _ in range(passwords.AT_ONCE + passwords.WAITING):
            passwords._coming.release()  # noqa: SLF001 (as above)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "登录的人较多" in shown(answer, 503).text
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    for _ in range(passwords.AT_ONCE):
        assert passwords._hashing.acquire(blocking=False)  # noqa: SLF001 (as if so many were at it)
    try:
        assert site.of("").post("/login", {"name": "mo", "password": PASSWORD}).status_code == 503
    finally:
        for _ in range(passwords.AT_ONCE):
            passwords._hashing.release()  # noqa: SLF001 (as above)
    assert site.of("").post("/login", {"name": "mo", "password": PASSWORD}).status_code == 303
