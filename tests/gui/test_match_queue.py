"""The queue of tails that wait: its order, what comes next, and the way back."""

from __future__ import annotations

from whalegui.match_queue import Queue


def test_the_queue_keeps_its_order_and_comes_round():
    queue = Queue()
    queue.refresh([5, 3, 9])
    queue.open(3)
    queue.decided(3)
    assert queue.next_waiting() == 9
    queue.open(9)
    queue.decided(9)
    queue.refresh([5, 7])
    assert queue.ids == [5, 3, 9, 7]
    assert queue.position == "3 of 4"
    assert queue.back() == 3
    assert queue.next_waiting() == 7
    queue.open(7)
    queue.decided(7)
    assert queue.next_waiting() == 5
    queue.undecided(9)
    queue.open(9)
    assert queue.step(1) == 7
    assert queue.step(-1) == 3
