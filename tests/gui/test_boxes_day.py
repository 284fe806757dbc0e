"""A person puts a day's boxes right with mouse and keys, in few actions."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from boxes_day import MISTAKES, PHOTOS, Day, draw_day
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from whalegui.boxes_workspace import BoxesWorkspace
from whalegui.widgets.box_handles import CanvasBox
from whaleid_core.boxes import iou, iou_matrix
from whaleid_core.catalogue import Catalogue
from whaleid_core.records import Box, Drawer

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
MOST = 120
GOOD = 0.9
NEAR = 0.3
"""Overlap from which a box is about a tail, if badly."""


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    return draw_day(tmp_path_factory.mktemp("day"))


@pytest.fixture
def workspace(day: Day, tmp_path: Path, show_boxes: Callable[..., BoxesWorkspace]) -> BoxesWorkspace:
    shutil.copytree(day.folder / "catalogue", tmp_path / "catalogue")
    return show_boxes(Catalogue.open(tmp_path / "catalogue"))


class Person:
    """Looks at what is shown, knows a tail when she sees one, and counts each key, click and drag."""

    def __init__(self, workspace: BoxesWorkspace, day: Day) -> None:
        self.workspace = workspace
        self.stage = workspace.stage
        self.day = day
        self.actions = 0
        self.opened_from_sheet = 0

    def press(self, key: Qt.Key) -> None:
        self.actions += 1
        QTest.keyClick(QApplication.focusWidget() or self.workspace, key)
        self.workspace.session.settle()

    def click(self, x: float, y: float) -> None:
        """On the photo, at a point of it."""
        self.actions += 1
        QTest.mouseClick(self.stage.canvas, LEFT, PLAIN, self._screen(x, y).toPoint())
        self.workspace.session.settle()

    def drag(self, start: tuple[float, float], end: tuple[float, float], modifier: Qt.KeyboardModifier = PLAIN) -> None:
        """On the photo, from one of its points to another."""
        self.actions += 1
        first, last = self._screen(*start).toPoint(), self._screen(*end).toPoint()
        QTest.mousePress(self.stage.canvas, LEFT, modifier, first)
        for share in (0.3, 1.0):
            QTest.mouseMove(self.stage.canvas, (QPointF(first) * (1 - share) + QPointF(last) * share).toPoint())
        QTest.mouseRelease(self.stage.canvas, LEFT, modifier, last)
        self.workspace.session.settle()

    def click_crop(self, photo_id: int) -> None:
        grid = self.stage.sheet.grid
        index = grid.model().index(self.stage.sheet.page.index(photo_id), 0)
        self.actions += 1
        QTest.mouseClick(grid.viewport(), LEFT, PLAIN, grid.visualRect(index).center())
        self.workspace.session.settle()

    def _screen(self, x: float, y: float) -> QPointF:
        view = self.stage.canvas.view
        assert view is not None
        return view.to_screen(x, y)

    def go_through_the_doubtful(self) -> None:
        while self.stage.on_canvas:
            self.put_right()

    def go_through_the_sheet(self) -> None:
        while self.stage.on_sheet:
            catalogue = self.workspace.session.catalogue
            for row in catalogue.photos(self.stage.sheet.page):
                seen = [tail.box for tail in catalogue.tails(row.id)]
                if not agree(seen, self.day.truth[row.name]):
                    self.opened_from_sheet += 1
                    self.click_crop(row.id)
                    self.put_right()
            self.press(Qt.Key.Key_Return)

    def put_right(self) -> None:
        """Mend the boxes of the photo that is shown, and say that they are right."""
        photo = self.workspace.photo
        assert photo is not None
        truth = self.day.truth[photo.name]
        held = list(self.stage.canvas.boxes)
        if held and not truth:
            self.press(Qt.Key.Key_X)
            return
        for box in held:
            if not any(iou(box.box, true) >= NEAR for true in truth):
                self._pick(box)
                self.press(Qt.Key.Key_Delete)
        for true in truth:
            about = [box for box in self.stage.canvas.boxes if iou(box.box, true) >= NEAR]
            if not about:
                self.drag((true.xmin, true.ymin), (true.xmax, true.ymax), CTRL if self.stage.canvas.boxes else PLAIN)
            elif iou(about[0].box, true) < GOOD:
                self._pick(about[0])
                self._reshape(about[0].box, true)
        self.press(Qt.Key.Key_Return)

    def _pick(self, held: CanvasBox) -> None:
        if self.stage.canvas.picked_id != held.id:
            self.click((held.box.xmin + held.box.xmax) / 2, (held.box.ymin + held.box.ymax) / 2)

    def _reshape(self, box: Box, true: Box) -> None:
        middle = (box.ymin + box.ymax) / 2
        if (box.width, box.height) == pytest.approx((true.width, true.height)):
            centre = (box.xmin + box.xmax) / 2
            self.drag((centre, middle), (centre + true.xmin - box.xmin, middle + true.ymin - box.ymin))
        elif box.xmin != true.xmin:
            self.drag((box.xmin, middle), (true.xmin, middle))
        else:
            self.drag((box.xmax, middle), (true.xmax, middle))


def agree(boxes: list[Box], truth: tuple[Box, ...]) -> bool:
    """Whether there is a good box for each tail, and no other."""
    if len(boxes) != len(truth):
        return False
    return not truth or bool((iou_matrix(list(truth), boxes).max(axis=1) >= GOOD).all())


def test_a_day_of_300_photos_with_30_wrong_ones_is_put_right_in_few_actions(
    workspace: BoxesWorkspace, day: Day
) -> None:
    catalogue = workspace.session.catalogue
    rows = {row.name: row for row in catalogue.photos(catalogue.photo_ids())}
    before = {name: [tail.box for tail in catalogue.tails(row.id)] for name, row in rows.items()}
    assert len(rows) == PHOTOS
    assert {name for name in rows if not agree(before[name], day.truth[name])} == set(day.wrong)
    assert len(day.wrong) == 30
    person = Person(workspace, day)
    person.go_through_the_doubtful()
    person.press(Qt.Key.Key_V)
    person.go_through_the_sheet()
    assert person.opened_from_sheet == sum(count for kind, (_, count, _) in MISTAKES.items() if "sure" in kind) + 1
    after = {name: [tail.box for tail in catalogue.tails(row.id)] for name, row in rows.items()}
    assert [name for name in rows if not agree(after[name], day.truth[name])] == []
    assert all(row.checked for row in catalogue.photos(catalogue.photo_ids()))
    for name in rows.keys() - day.wrong.keys():
        assert after[name] == before[name]  # to the last bit, and still the detector's
        assert all(box.drawn_by is Drawer.DETECTOR for box in after[name])
    assert workspace.stage.state_page.sentence.text().startswith("300 photos checked: ")
    print(f"\n{person.actions} actions, {person.opened_from_sheet} opened from the sheet")
    assert person.actions <= MOST
