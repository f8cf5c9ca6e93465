"""How workers share the connections that come, as each of them decides it."""

import time
from collections.abc import Iterator

import pytest

from app.share import FEW, LONGEST_LEFT, Share


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
    pair: tuple[Share, Share],
) -> None:
    first, second = pair
    assert not first.takes_one(10, is_idle=False)
    assert second.takes_one(2, is_idle=False)
    time.sleep(LONGEST_LEFT)
    assert first.takes_one(10, is_idle=False)


def test_one_that_has_about_as_few_or_many_leaves_none(pair: tuple[Share, Share]) -> None:
    first, second = pair
    second.tell(8)
    assert first.takes_one(10, is_idle=False)
    second.tell(2)
    assert first.takes_one(FEW, is_idle=False)


def test_one_that_is_idle_takes_it_in_the_end(pair: tuple[Share, Share]) -> None:
    assert pair[0].takes_one(10, is_idle=True)


def test_one_that_has_ended_is_left_nothing(pair: tuple[Share, Share]) -> None:
    first, second = pair
    second.end()
    assert first.takes_one(10, is_idle=False)
