"""How workers share the connections that come, as each of them decides it."""

from collections.abc import Iterator

import pytest

from app import share
from app.share import FEW, HEAD_START, LONGEST_LEFT, Share


class Clock:
    """Time that passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(share, "time", clock)
    return clock


@pytest.fixture
def pair() -> Iterator[tuple[Share, Share]]:
    """Two workers, the first with 10 connections and the second with 2."""
    first, second = Share(1), Share(2)
    first.tell(10)
    second.tell(2)
    yield first, second
    first.end()
    second.end()


def test_one_that_serves_leaves_connections_to_one_with_fewer_but_not_for_long(
    pair: tuple[Share, Share], clock: Clock
) -> None:
    first, second = pair
    assert not first.takes_one(10, is_idle=False)
    assert second.takes_one(2, is_idle=False)
    clock.sleep(LONGEST_LEFT + 0.001)
    assert first.takes_one(10, is_idle=False)


def test_one_that_has_about_as_few_or_many_leaves_none(pair: tuple[Share, Share]) -> None:
    first, second = pair
    second.tell(8)
    assert first.takes_one(10, is_idle=False)
    second.tell(2)
    assert first.takes_one(FEW, is_idle=False)


def test_one_that_is_idle_gives_those_with_fewer_a_head_start(
    pair: tuple[Share, Share], clock: Clock
) -> None:
    first, second = pair
    begun = clock.now
    assert second.takes_one(2, is_idle=True)
    assert clock.now == begun
    assert first.takes_one(10, is_idle=True)
    assert clock.now == begun + HEAD_START


def test_one_that_has_ended_is_left_nothing(pair: tuple[Share, Share]) -> None:
    first, second = pair
    second.end()
    assert first.takes_one(10, is_idle=False)
