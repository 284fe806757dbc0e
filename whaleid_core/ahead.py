"""Works ahead on the next few of many items, so that one is read while another is searched; results come in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKERS = 2
"""While one decodes, the other computes."""
AHEAD = 3
"""How many items are begun before their turn: what they hold stays in memory till then."""


def ahead(work: Callable[[Item], Result], items: Iterable[Item]) -> Generator[tuple[Item, Result], None, None]:
    """Each item with what `work` makes of it, in the order of the items; `work` runs in threads of its own.

    An error is raised in its item's turn and ends the rest; so does closing the iterator: what isn't begun then
    never is, and what is begun is waited for, at most `WORKERS` items.
    """
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    with ThreadPoolExecutor(WORKERS, "ahead") as pool:
        try:
            for item in items:
                waiting.append((item, pool.submit(work, item)))
                if len(waiting) > AHEAD:
                    own, future = waiting.popleft()
                    yield own, future.result()
            while waiting:
                own, future = waiting.popleft()
                yield own, future.result()
        finally:
            for _, future in waiting:
                future.cancel()
