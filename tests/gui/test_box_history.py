"""Whatever a person does to boxes, takes back and does again, in whatever haste: the journal tells how it came so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from boxes_day import SIZE
from boxes_survey import found, paint
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from whalegui.boxes_workspace import BoxesWorkspace
from whalegui.session import Session
from whaleid_core.catalogue import Catalogue, journal, schema
from whaleid_core.catalogue.recorder import Recorder
from whaleid_core.photos import read_photo
from whaleid_core.records import Box

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
TABLES = (schema.photo, schema.tail, schema.decision, schema.whale)

State = dict[tuple[str, int], Any]
Do = Callable[[BoxesWorkspace], object]


@pytest.fixture
def workspace(tmp_path: Path, show_boxes: Callable[..., BoxesWorkspace]) -> BoxesWorkspace:
    """Three photos: without a box, with one, with two."""
    catalogue = Catalogue.create(tmp_path / "catalogue")
    catalogue.add_photos([read_photo(paint(tmp_path / f"IMG_{number}.jpg", number, *SIZE)) for number in range(3)])
    boxes: tuple[list[Box], ...] = (
        [],
        [found(40, 40, 200, 120, 0.5)],
        [found(20, 30, 150, 90), found(180, 120, 330, 200)],
    )
    for photo_id, some in zip(catalogue.photo_ids(), boxes, strict=True):
        catalogue.add_boxes(photo_id, some, searched_by="a detector")
    return show_boxes(catalogue, 1000, 640)


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> Do:
    return lambda workspace: QTest.keyClick(workspace.stage.currentWidget() or workspace, key, modifier)


def drag(start: tuple[int, int], end: tuple[int, int], modifier: Qt.KeyboardModifier) -> Do:
    """On the canvas, from one share of it to another, in hundredths."""

    def do(workspace: BoxesWorkspace) -> None:
        canvas = workspace.stage.canvas
        if not workspace.stage.on_canvas:
            return
        first, last = (QPoint(x * canvas.width() // 100, y * canvas.height() // 100) for x, y in (start, end))
        QTest.mousePress(canvas, LEFT, modifier, first)
        QTest.mouseMove(canvas, (first + last) / 2)
        QTest.mouseMove(canvas, last)
        QTest.mouseRelease(canvas, LEFT, modifier, last)

    return do


places = st.tuples(st.integers(5, 95), st.integers(5, 95))
deeds = st.one_of(
    st.builds(drag, places, places, st.sampled_from([PLAIN, PLAIN, CTRL])),
    st.sampled_from(
        [
            *(press(key) for key in (Qt.Key.Key_Tab, Qt.Key.Key_Delete, Qt.Key.Key_R, Qt.Key.Key_C, Qt.Key.Key_X)),
            *(press(key) for key in (Qt.Key.Key_Return, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_Backspace)),
            press(Qt.Key.Key_Left),
            press(Qt.Key.Key_Down, SHIFT),
            lambda workspace: workspace.session.settle(),
        ]
    ),
    st.sampled_from([lambda workspace: workspace.session.undo(), lambda workspace: workspace.session.redo()]),
)


def state_of(catalogue: Catalogue) -> State:
    with catalogue.reading() as connection:
        read = Recorder(connection)
        return {(table.name, row["id"]): row for table in TABLES for row in read.rows(table, table.c.id > 0)}


def replayed(catalogue: Catalogue, state: State, since: int) -> State:
    """A state after the journal's entries since one of them; each must find the rows as it left them."""
    state = dict(state)
    with catalogue.reading() as connection:
        table = schema.journal
        entries = connection.execute(table.select().where(table.c.id > since).order_by(table.c.id)).mappings()
        for entry in entries:
            for row in journal.from_text(entry["change"]).rows:
                assert state.pop((row.table, row.key), None) == row.before
                if row.after is not None:
                    state[row.table, row.key] = row.after
    return state


def newest(catalogue: Catalogue) -> int:
    with catalogue.reading() as connection:
        return max((row.id for row in connection.execute(schema.journal.select())), default=0)


@given(st.lists(deeds, min_size=1, max_size=12))
@settings(
    deadline=None,
    max_examples=15,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to make an example smaller takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_catalogue_is_what_the_journal_says(workspace: BoxesWorkspace, doing: list[Do]) -> None:
    """And all of it can be taken back, and made again."""
    session, catalogue, stack = workspace.session, workspace.session.catalogue, workspace.session.undo_stack
    stack.clear()
    before, since = state_of(catalogue), newest(catalogue)
    for do in doing:
        do(workspace)
    workspace.stage.canvas.flush()
    session.settle()
    after, made = state_of(catalogue), stack.index()
    assert replayed(catalogue, before, since) == after
    if workspace.photo is not None and workspace.stage.on_canvas:
        shown = [held.box for held in workspace.stage.canvas.boxes]
        assert shown == [tail.box for tail in catalogue.tails(workspace.photo.id)]
    step(session, session.undo, 0)
    assert state_of(catalogue) == before
    step(session, session.redo, made)
    assert state_of(catalogue) == after
    assert replayed(catalogue, before, since) == after


def step(session: Session, by: Callable[[], object], until: int) -> None:
    """Undo or redo so far."""
    for _ in range(abs(session.undo_stack.index() - until)):
        by()
    session.settle()
    assert session.undo_stack.index() == until
