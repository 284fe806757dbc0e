"""The item models: told rightly to Qt whatever comes, read in pages, and quick at 100,000 rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex, QPoint, QRect, Qt
from PySide6.QtTest import QAbstractItemModelTester

from whalegui.item_models import PagedModel, Role, RowModel, runs
from whalegui.widgets.grid_layout import GridLayout, Group, Metrics

pytestmark = pytest.mark.usefixtures("qapp")

ids = st.lists(st.integers(1, 60), unique=True, max_size=40)
METRICS = Metrics(cell_width=160, cell_height=120, gap=8, margin=12, header=36)


@dataclass(frozen=True)
class Thing:
    id: int
    name: str


def strict(model: RowModel) -> QAbstractItemModelTester:
    return QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)


def named(model: RowModel) -> list[str]:
    return [model.data(model.index(row)) for row in range(model.rowCount())]


class Shelf:
    """Where a paged model's rows come from; what is asked for stays open until `answer`."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[int], Callable[[Sequence[Any]], None]]] = []
        self.version = 1

    def fetch(self, keys: list[int], then: Callable[[Sequence[Any]], None]) -> None:
        self.asked.append((keys, then))

    def answer(self, at: int = 0) -> None:
        keys, then = self.asked.pop(at)
        then([Thing(key, f"thing {key} v{self.version}") for key in keys])


@settings(max_examples=60, deadline=None)
@given(lists=st.lists(ids, min_size=1, max_size=6))
def test_any_lists_one_after_the_other_are_told_rightly(lists: list[list[int]]) -> None:
    model = RowModel(lambda thing: thing.name)
    tester = strict(model)
    for wanted in lists:
        model.set_rows([Thing(key, str(key)) for key in wanted])
        assert model.ids == wanted
        assert named(model) == [str(key) for key in wanted]
        assert all(model.position(key) == at for at, key in enumerate(wanted))
    assert tester.model() is model


@settings(max_examples=60, deadline=None)
@given(before=ids, after=ids, kept=st.data())
def test_selection_and_held_rows_follow_their_ids(before: list[int], after: list[int], kept: st.DataObject) -> None:
    model = RowModel(lambda thing: thing.name)
    model.set_rows([Thing(key, str(key)) for key in before])
    chosen = kept.draw(st.sets(st.sampled_from(before))) if before else set()
    selection = QItemSelectionModel(model)
    for key in chosen:
        selection.select(model.index_of(key), QItemSelectionModel.SelectionFlag.Select)
    held = {key: QPersistentModelIndex(model.index_of(key)) for key in chosen}
    model.set_rows([Thing(key, str(key)) for key in after])
    assert {index.data(Role.ID) for index in selection.selectedIndexes()} == chosen & set(after)
    for key, index in held.items():
        assert index.isValid() == (key in after)
        if index.isValid():
            assert index.row() == after.index(key)


def test_many_scattered_edits_become_one_new_layout() -> None:
    model = RowModel(lambda thing: thing.name)
    tester = strict(model)
    model.set_rows([Thing(key, str(key)) for key in range(0, 400, 2)])
    layouts: list[object] = []
    model.layoutChanged.connect(lambda *_: layouts.append(1))
    model.set_rows([Thing(key, str(key)) for key in range(400)])
    assert model.ids == list(range(400))
    assert len(layouts) == 1
    assert tester.model() is model


def test_only_rows_that_changed_are_told() -> None:
    model = RowModel(lambda thing: thing.name)
    model.set_rows([Thing(key, "old") for key in range(10)])
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last, roles: told.append((first.row(), last.row())))
    model.set_rows([Thing(key, "new" if key in (3, 4, 8) else "old") for key in range(10)])
    assert told == [(3, 4), (8, 8)]


def test_rows_come_in_pages_when_they_are_looked_at(qtbot: Any) -> None:
    shelf = Shelf()
    model = PagedModel(shelf.fetch, lambda thing: thing.name)
    tester = strict(model)
    model.set_listing(list(range(1, 1001)))
    assert shelf.asked == [] or all(len(keys) <= PagedModel.PAGE for keys, _ in shelf.asked)
    shelf.asked.clear()
    model = PagedModel(shelf.fetch, lambda thing: thing.name)
    model.set_listing(list(range(1, 1001)))
    assert model.data(model.index(500), Role.ROW) is None
    assert model.data(model.index(500), Qt.ItemDataRole.AccessibleTextRole) == "loading"
    qtbot.waitUntil(lambda: bool(shelf.asked))
    assert [keys for keys, _ in shelf.asked] == [list(range(401, 601))]
    shelf.answer()
    assert model.data(model.index(500)) == "thing 501 v1"
    assert tester is not None


def test_the_page_scrolled_to_last_is_asked_for_first(qtbot: Any) -> None:
    shelf = Shelf()
    model = PagedModel(shelf.fetch, lambda thing: thing.name)
    model.set_listing(list(range(1000)))
    model.row_of(5)
    model.row_of(905)
    qtbot.waitUntil(lambda: len(shelf.asked) == 2)
    assert [keys[0] for keys, _ in shelf.asked] == [800, 0]


def test_an_older_answer_never_overwrites_a_newer_one(qtbot: Any) -> None:
    shelf = Shelf()
    model = PagedModel(shelf.fetch, lambda thing: thing.name)
    model.set_listing([1, 2, 3])
    model.row_of(1)
    qtbot.waitUntil(lambda: bool(shelf.asked))
    model.refresh([1])
    assert len(shelf.asked) == 2
    shelf.version = 2
    shelf.answer(1)
    shelf.version = 1
    shelf.answer(0)
    assert model.row_of(1) == Thing(1, "thing 1 v2")
    assert model.row_of(2) == Thing(2, "thing 2 v1")


def test_what_was_not_read_is_not_refreshed() -> None:
    shelf = Shelf()
    model = PagedModel(shelf.fetch, lambda thing: thing.name)
    model.set_listing(list(range(1000)))
    model.refresh(range(1000))
    assert shelf.asked == []


def test_old_rows_make_room_for_new_ones(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PagedModel, "KEPT", 300)
    shelf = Shelf()
    model = PagedModel(shelf.fetch, lambda thing: thing.name)
    model.set_listing(list(range(1000)))
    for row in (0, 200, 400):
        model.row_of(row)
        qtbot.waitUntil(lambda: bool(shelf.asked))
        shelf.answer()
    assert model.row_of(0) is None
    assert model.row_of(599) == Thing(599, "thing 599 v1")


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 30), min_size=1, max_size=8),
    width=st.integers(100, 1200),
    titled=st.booleans(),
)
def test_every_cell_is_found_where_it_lies_and_none_overlap(sizes: list[int], width: int, titled: bool) -> None:
    groups, start = [], 0
    for at, size in enumerate(sizes):
        groups.append(Group(f"Encounter {at}" if titled else "", start, size))
        start += size
    layout = GridLayout(groups, width, METRICS)
    rects = [layout.rect(row) for row in range(start)]
    for row, rect in enumerate(rects):
        assert layout.row_at(rect.center()) == row
        assert layout.row_at(rect.topLeft()) == row
        assert layout.row_at(rect.bottomRight()) == row
        assert rect.bottom() < layout.height
    assert not any(a.intersects(b) for at, a in enumerate(rects) for b in rects[at + 1 : at + 40])
    assert layout.rows_in(QRect(0, 0, width + 400, layout.height + 1)) == list(range(start))
    assert layout.rect(start).isEmpty()
    assert layout.row_at(QPoint(-1, -1)) == -1


def test_moving_by_lines_keeps_the_column_over_a_header() -> None:
    layout = GridLayout([Group("A", 0, 5), Group("B", 5, 4)], 3 * 168 + 24, METRICS)
    assert layout.columns == 3
    assert layout.moved(1, down=1) == 4
    assert layout.moved(4, down=1) == 6
    assert layout.moved(6, down=-1) == 4
    assert layout.moved(2, down=1) == 4, "a short line ends before the column"
    assert layout.moved(8, down=1) == 8, "below the last line is nothing"
    assert layout.moved(0, across=-1) == 0


def test_a_hundred_thousand_rows_are_quick() -> None:
    count, per_group = 100_000, 40
    groups = [Group(f"Encounter {at}", at * per_group, per_group) for at in range(count // per_group)]
    began = time.process_time()
    model = RowModel(str)
    model.set_listing(range(count), groups)
    layout = GridLayout(groups, 1200, METRICS)
    spans = layout.spans(layout.height // 2, layout.height // 2 + 900)
    model.set_listing([key for key in range(count) if key not in (7, 50_000)], groups)
    assert sum(len(span) for span in spans) < 120
    assert model.rowCount() == count - 2
    assert time.process_time() - began < 5


@given(numbers=st.sets(st.integers(0, 200)))
def test_runs_say_the_same_as_the_numbers(numbers: set[int]) -> None:
    found = runs(sorted(numbers))
    assert {number for first, last in found for number in range(first, last + 1)} == numbers
    assert all(a[1] + 1 < b[0] for a, b in pairwise(found))
