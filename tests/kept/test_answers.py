"""What is kept: made once for all who ask at a time, forgotten when memory is full, and never a failure."""

import asyncio
from collections.abc import Awaitable

import pytest

from app.kept.answers import BESIDE, Answers, Finished
from app.kept.coding import accepts
from tests.loops import awaited

SIZE = Finished.of("text/plain", b"x" * 3000).size


def finished(text: str = "x") -> Finished:
    return Finished.of("text/plain", text.encode() * (3000 // len(text)))


def test_a_question_is_worked_out_once_however_many_ask_it() -> None:
    answers, made = Answers(2**20), list[str]()

    async def make(key: str) -> str:
        made.append(key)
        await asyncio.sleep(0.01)
        return key.upper()

    async def all_at_once() -> list[str]:
        asked = [answers.once(key, lambda key=key: make(key)) for key in "aab" * 20]  # type: ignore[misc]
        return await asyncio.gather(*asked)

    assert awaited(all_at_once) == ["A", "A", "B"] * 20
    assert sorted(made) == ["a", "b"]


def test_a_failure_is_told_to_all_who_wait_and_is_not_remembered() -> None:
    answers, tries = Answers(2**20), list[int]()

    async def fail() -> str:
        tries.append(1)
        await asyncio.sleep(0)
        if len(tries) == 1:
            raise ValueError("the first one")
        return "done"

    async def twice() -> list[str | BaseException]:
        first = await asyncio.gather(*(answers.once("a", fail) for _ in range(3)), return_exceptions=True)
        return [*first, await answers.once("a", fail)]

    *failed, last = awaited(twice)
    assert [str(error) for error in failed] == ["the first one"] * 3
    assert (last, len(tries)) == ("done", 2)


@pytest.mark.parametrize("leaving", [0, 1])
def test_who_goes_away_harms_nobody(leaving: int) -> None:
    """The one who began the work goes, or one who waits for it."""
    answers, made = Answers(2**20), list[int]()

    async def make() -> str:
        await asyncio.sleep(0.01)
        made.append(1)
        return "done"

    async def one_leaves() -> list[str | BaseException]:
        asking = [asyncio.create_task(answers.once("a", make)) for _ in range(3)]
        await asyncio.sleep(0)
        asking[leaving].cancel()
        return await asyncio.gather(*asking, return_exceptions=True)

    found = awaited(one_leaves)
    assert isinstance(found.pop(leaving), asyncio.CancelledError)
    assert (found, made) == (["done", "done"], [1])


def test_a_failure_that_nobody_waits_for_any_more_is_quiet() -> None:
    answers, told = Answers(2**20), list[object]()

    async def fail() -> str:
        await asyncio.sleep(0.01)
        raise ValueError("unheard")

    async def all_leave() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        asking: Awaitable[str] = asyncio.wait_for(answers.once("a", fail), 0.001)
        with pytest.raises(TimeoutError):
            await asking
        await asyncio.sleep(0.05)

    awaited(all_leave)
    assert told == []


def test_the_answer_that_was_not_asked_for_the_longest_goes_first() -> None:
    answers = Answers(3 * SIZE)
    for key in "abc":
        answers.keep(key, finished(key))
    assert answers.find("a") is not None
    answers.keep("d", finished("d"))
    assert [key for key in "abcd" if answers.find(key)] == ["a", "c", "d"]
    assert answers.size == sum(found.size for key in "acd" if (found := answers.find(key))) <= answers.most


def test_an_answer_that_is_kept_again_is_counted_once() -> None:
    answers = Answers(3 * SIZE)
    for _ in range(5):
        answers.keep("a", finished())
    assert (len(answers), answers.size) == (1, finished().size)


def test_many_small_answers_are_bounded_too() -> None:
    answers = Answers(10 * BESIDE)
    for key in range(1000):
        answers.keep(key, Finished.of("text/plain", b"x"))
    assert len(answers) < 10
    assert answers.size <= answers.most


def test_what_is_larger_than_all_memory_pushes_nothing_out() -> None:
    answers = Answers(SIZE)
    answers.keep("small", Finished.of("text/plain", b"x"))
    answers.keep("large", Finished.of("text/plain", b"x" * 10 * SIZE))
    assert answers.find("small") is not None
    assert answers.find("large") is None


def test_without_memory_nothing_is_kept() -> None:
    answers = Answers(0)
    answers.keep("a", finished())
    assert (answers.find("a"), len(answers)) == (None, 0)


@pytest.mark.parametrize("header", ["br", "gzip, br", "BR;q=0.5", "gzip;q=1, br ; q=0.001"])
def test_whoever_names_a_coding_gets_it(header: str) -> None:
    assert accepts(header, "br")


@pytest.mark.parametrize("header", ["", "gzip", "identity", "*", "brotli", "br;q=0", "br; q=0.000", "x-br"])
def test_whoever_does_not_name_it_or_refuses_it_gets_the_bytes_as_they_are(header: str) -> None:
    assert not accepts(header, "br")
