"""Errors that say when to come back say it in whole seconds and minutes."""

import pytest

from app.domain.errors import Throttled, TooMany
from app.domain.security import Event
from app.domain.text import Text


@pytest.mark.parametrize(
    ("seconds", "whole", "minutes"), [(-3, 1, 1), (0.2, 1, 1), (59.1, 60, 1), (60.1, 61, 2), (900, 900, 15)]
)
def test_waiting_is_rounded_up_and_never_nothing(seconds: float, whole: int, minutes: int) -> None:
    error = Throttled(seconds)
    assert (error.status, error.seconds) == (429, whole)
    assert f"{minutes} 分钟" in error.message.zh
    assert TooMany(Text("慢", "slow"), 7).seconds == 7


def test_every_event_of_the_security_log_has_a_name_of_its_own() -> None:
    assert len({event.text.zh for event in Event}) == len(Event)
