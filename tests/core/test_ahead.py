"""Working ahead: results in order, few items begun, an end that is heard."""

from __future__ import annotations

from threading import Event, Lock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whaleid_core.ahead import AHEAD, WORKERS, ahead


@given(st.lists(st.integers()))
def test_each_item_comes_with_its_result_in_order(items: list[int]) -> None:
    assert list(ahead(lambda item: 2 * item, items)) == [(item, 2 * item) for item in items]


def test_no_more_is_begun_than_can_be_kept() -> None:
    begun: list[int] = []
    results = ahead(lambda item: begun.append(item), range(100))
    for turn, _ in results:
        assert len(begun) <= turn + AHEAD + 1
    assert sorted(begun) == list(range(100))


def test_two_items_are_worked_on_at_once() -> None:
    met, inside, both = Lock(), [], Event()

    def work(item: int) -> None:
        with met:
            inside.append(item)
            if len(inside) == WORKERS:
                both.set()
        assert both.wait(60)

    assert len(list(ahead(work, range(WORKERS)))) == WORKERS


def test_an_error_comes_in_its_turn_and_ends_the_rest() -> None:
    begun: list[int] = []

    def work(item: int) -> int:
        begun.append(item)
        if item == 2:
            raise ValueError("two")
        return item

    results = ahead(work, range(100))
    assert [next(results)[1], next(results)[1]] == [0, 1]
    with pytest.raises(ValueError, match="two"):
        next(results)
    assert len(begun) <= 3 + AHEAD


def test_what_is_not_begun_when_it_is_closed_is_never_begun() -> None:
    begun: list[int] = []
    results = ahead(lambda item: begun.append(item), range(100))
    next(results)
    results.close()
    count = len(begun)
    assert count <= 1 + AHEAD
    assert list(results) == []
    assert len(begun) == count
