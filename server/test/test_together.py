"""Requests that are served side by side: each gets its own reading, or its own error."""

import time
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np
import pytest

from app import together

whose: ContextVar[str] = ContextVar("whose", default="nobody's")


def grey(level: float) -> Any:
    return np.full((1, 1), level, np.float32)


def levels(greys: Sequence[Any]) -> list[Any]:
    return [float(one[0, 0]) for one in greys]


def test_all_that_are_asked_for_together_are_read_in_one_pass() -> None:
    passes: list[int] = []

    def read_all(greys: Sequence[Any]) -> list[Any]:
        passes.append(len(greys))
        return levels(greys)

    def request(name: str, *asked: float) -> tuple[str, list[Any]]:
        whose.set(name)
        found = [together.read(grey(level), read_all) for level in asked]
        return whose.get(), found

    served = together.serve(
        [lambda: request("a", 1), lambda: request("b"), lambda: request("c", 2, 3)]
    )
    assert served == [("a", [1]), ("b", []), ("c", [2, 3])]
    assert passes == [2, 1]
    assert whose.get() == "nobody's"
    assert together.serve([whose.get, whose.get, whose.get, whose.get]) == ["nobody's"] * 4


def test_who_is_alone_is_read_at_once() -> None:
    assert not together.is_beside_others()
    found: Any = together.read(grey(4), levels)
    assert found == 4


def test_what_goes_wrong_in_a_pass_is_told_to_each_of_them() -> None:
    def broken(greys: Sequence[Any]) -> list[Any]:
        raise MemoryError(f"{len(greys)} pictures")

    def request() -> str:
        with pytest.raises(MemoryError, match="2 pictures"):
            together.read(grey(0), broken)
        return "told"

    assert together.serve([request, request]) == ["told", "told"]


def test_who_makes_way_is_served_elsewhere_and_others_here() -> None:
    left: list[str] = []

    def request(name: str) -> Any:
        try:
            if name == "slow":
                together.make_way()
            return together.read(grey(1), levels)
        finally:
            left.append(name)

    served = together.serve([lambda: request("slow"), lambda: request("quick")])
    assert served == [None, 1.0]
    assert sorted(left) == ["quick", "slow"]
    assert together.serve([lambda: request("quick")] * 3) == [1.0] * 3
    assert request("slow") == 1.0  # alone it goes on


def test_none_is_begun_beside_what_has_taken_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "LONG", 0.0)
    begun: list[str] = []

    def request(name: str) -> str:
        begun.append(name)
        time.sleep(0.01)
        return name

    assert together.serve([lambda: request("a"), lambda: request("b")]) == ["a", None]
    assert begun == ["a"]
