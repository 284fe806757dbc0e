"""Boxes, as a person uses it: mouse and keys on the real widgets, read back from the catalogue."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from whalegui.box_queue import BoxQueue, Part, doubt, touched_photos
from whalegui.boxes_workspace import BoxesWorkspace
from whalegui.item_models import Role
from whalegui.photo_pictures import side_for
from whalegui.session import Session
from whalegui.widgets.box_sheet import LEAST, said
from whaleid_core.catalogue import Catalogue, CheckReason
from whaleid_core.photos import read_photo
from whaleid_core.records import Box, Change, Drawer

WIDTH, HEIGHT = 480, 320
LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def found(xmin: float, ymin: float, xmax: float, ymax: float, confidence: float = 0.9) -> Box:
    return Box(xmin, ymin, xmax, ymax, Drawer.DETECTOR, confidence)


ONE = found(100, 80, 300, 180)
UNSURE = found(100.5, 80.25, 300.125, 180, 0.3)
TWO = (found(20, 40, 180, 120), found(240, 150, 440, 250))


def paint(path: Path, number: int, width: int = WIDTH, height: int = HEIGHT) -> Path:
    pixels = np.full((height, width, 3), (90, 70, 20), np.uint8)
    pixels[:, : 8 * (number + 1)] = (120, 90, 40)  # no two are the same file
    pixels[height // 4 : height // 2, width // 4 : width // 2] = 200
    cv2.imwrite(str(path), pixels)
    return path


Make = Callable[[Sequence[Sequence[Box] | None]], BoxesWorkspace]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue's folder; making one takes longer than copying it."""
    folder = tmp_path_factory.mktemp("empty") / "catalogue"
    Catalogue.create(folder).close()
    return folder


@pytest.fixture
def make(empty: Path, tmp_path: Path, qtbot: QtBot) -> Iterator[Make]:
    """A workspace on photos IMG_0, IMG_1, ... with these boxes; None: nobody has looked for tails."""
    sessions: list[Session] = []

    def made(boxes: Sequence[Sequence[Box] | None]) -> BoxesWorkspace:
        shutil.copytree(empty, tmp_path / "catalogue")
        catalogue = Catalogue.open(tmp_path / "catalogue")
        files = [paint(tmp_path / f"IMG_{number}.jpg", number) for number in range(len(boxes))]
        catalogue.add_photos([read_photo(file) for file in files])
        for photo_id, some in zip(catalogue.photo_ids(), boxes, strict=True):
            if some is not None:
                catalogue.add_boxes(photo_id, some, searched_by="a detector")
        session = Session(catalogue)
        sessions.append(session)
        workspace = BoxesWorkspace(session)
        qtbot.addWidget(workspace)
        workspace.resize(1100, 700)
        workspace.show()
        qtbot.waitExposed(workspace)
        workspace.activate()
        session.settle()
        return workspace

    yield made
    for session in sessions:
        session.close()


def title(workspace: BoxesWorkspace) -> str:
    return workspace.photo.title if workspace.photo is not None else ""


def boxes(workspace: BoxesWorkspace, photo_id: int | None = None) -> list[Box]:
    if photo_id is None:
        assert workspace.photo is not None
        photo_id = workspace.photo.id
    return [tail.box for tail in workspace.session.catalogue.tails(photo_id)]


def key(
    workspace: BoxesWorkspace, which: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(workspace.stage.take_keyboard() or QApplication.focusWidget() or workspace, which, modifier)
    workspace.session.settle()


def at(workspace: BoxesWorkspace, x: float, y: float) -> QPoint:
    view = workspace.stage.canvas.view
    assert view is not None
    return view.to_screen(x, y).toPoint()


def drag(workspace: BoxesWorkspace, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Photo pixels."""
    canvas, first, last = workspace.stage.canvas, at(workspace, *start), at(workspace, *end)
    QTest.mousePress(canvas, LEFT, pos=first)
    QTest.mouseMove(canvas, (first + last) / 2)
    QTest.mouseMove(canvas, last)
    QTest.mouseRelease(canvas, LEFT, pos=last)
    workspace.session.settle()


class TestMending:
    def test_a_drawn_box_is_in_the_catalogue_where_it_was_drawn(self, make: Make) -> None:
        workspace = make([[]])
        drag(workspace, (60, 50), (260, 150))
        (box,) = boxes(workspace)
        assert box.corners == pytest.approx((60, 50, 260, 150), abs=0.5)
        assert box.drawn_by is Drawer.PERSON
        tail = workspace.session.catalogue.tails(workspace.photo.id)[0]
        assert workspace.stage.canvas.picked_id == tail.id  # under its own id now
        assert [held.box for held in workspace.stage.canvas.boxes] == [box]

    def test_a_moved_box_keeps_its_size(self, make: Make) -> None:
        workspace = make([[UNSURE]])
        drag(workspace, (200, 130), (230, 150))
        (box,) = boxes(workspace)
        assert (box.width, box.height) == pytest.approx((UNSURE.width, UNSURE.height))
        assert (box.xmin, box.ymin) == pytest.approx((UNSURE.xmin + 30, UNSURE.ymin + 20), abs=0.6)

    def test_a_handle_resizes_two_sides_and_leaves_the_others_to_the_last_bit(self, make: Make) -> None:
        workspace = make([[UNSURE]])
        drag(workspace, (UNSURE.xmax, UNSURE.ymax), (400, 260))
        (box,) = boxes(workspace)
        assert (box.xmin, box.ymin) == (UNSURE.xmin, UNSURE.ymin)
        assert (box.xmax, box.ymax) == pytest.approx((400, 260), abs=1)

    def test_delete_and_undo_and_redo(self, make: Make) -> None:
        workspace = make([TWO])
        QTest.mouseClick(workspace.stage.canvas, LEFT, pos=at(workspace, 100, 80))
        key(workspace, Qt.Key.Key_Delete)
        assert boxes(workspace) == [TWO[1]]
        workspace.session.undo()
        workspace.session.settle()
        assert boxes(workspace) == list(TWO)
        assert [held.box for held in workspace.stage.canvas.boxes] == list(TWO)
        workspace.session.redo()
        workspace.session.settle()
        assert [held.box for held in workspace.stage.canvas.boxes] == [TWO[1]]

    def test_a_series_of_nudges_is_one_undo_step(self, make: Make, qtbot: QtBot) -> None:
        workspace = make([[UNSURE]])
        canvas = workspace.stage.canvas
        with qtbot.waitSignal(canvas.moved):
            for _ in range(4):
                QTest.keyClick(canvas, Qt.Key.Key_Right)
            QTest.keyClick(canvas, Qt.Key.Key_Down, SHIFT)
        workspace.session.settle()
        (box,) = boxes(workspace)
        assert (box.xmin, box.ymin) == (UNSURE.xmin + 4, UNSURE.ymin + 10)
        assert workspace.session.undo_stack.count() == 1
        workspace.session.undo()
        workspace.session.settle()
        assert boxes(workspace) == [UNSURE]

    def test_a_box_may_be_moved_before_it_is_saved(self, make: Make) -> None:
        workspace = make([[]])
        canvas = workspace.stage.canvas
        for start, end in (((60, 50), (260, 150)), ((160, 100), (190, 120))):
            first, last = at(workspace, *start), at(workspace, *end)
            QTest.mousePress(canvas, LEFT, pos=first)
            QTest.mouseMove(canvas, last)
            QTest.mouseRelease(canvas, LEFT, pos=last)
        workspace.session.settle()
        (box,) = boxes(workspace)
        assert box.corners == pytest.approx((90, 70, 290, 170), abs=1)
        assert [held.box for held in canvas.boxes] == [box]
        assert workspace.session.undo_stack.count() == 2

    def test_zoom_stays_when_the_photo_changes_from_elsewhere(self, make: Make) -> None:
        workspace = make([[UNSURE]])
        workspace.stage.canvas.real_size()
        view = workspace.stage.canvas.view
        tail_id = workspace.session.catalogue.tails(workspace.photo.id)[0].id
        workspace.session.edit(lambda catalogue: catalogue.move_box(tail_id, Box(10, 10, 100, 60)))
        workspace.session.settle()
        assert workspace.stage.canvas.view == view
        assert workspace.stage.canvas.boxes[0].box.corners == (10, 10, 100, 60)

    def test_an_edit_that_fails_leaves_what_the_catalogue_holds(self, make: Make) -> None:
        workspace = make([[UNSURE]])
        told: list[object] = []
        workspace.session.trouble.connect(told.append)
        workspace.stage.canvas.moved.emit(987654, Box(1, 1, 5, 5))  # a tail that somebody else deleted
        workspace.session.settle()
        assert len(told) == 1
        assert [held.box for held in workspace.stage.canvas.boxes] == [UNSURE]

    def test_turning_turns_the_boxes_and_undo_turns_them_back(self, make: Make) -> None:
        workspace = make([[UNSURE]])
        key(workspace, Qt.Key.Key_R)
        assert (workspace.photo.width, workspace.photo.height) == (HEIGHT, WIDTH)
        assert boxes(workspace)[0].corners == pytest.approx(
            (HEIGHT - UNSURE.ymax, UNSURE.xmin, HEIGHT - UNSURE.ymin, UNSURE.xmax)
        )
        assert workspace.stage.canvas.view.photo_width == HEIGHT
        key(workspace, Qt.Key.Key_R, SHIFT)
        assert boxes(workspace)[0].corners == pytest.approx(UNSURE.corners)

    def test_copying_takes_the_boxes_of_the_photo_before(self, make: Make) -> None:
        workspace = make([[ONE], [UNSURE, ONE]])
        assert title(workspace) == "IMG_1"
        key(workspace, Qt.Key.Key_C)
        (box,) = boxes(workspace)
        assert box.corners == ONE.corners
        assert box.drawn_by is Drawer.PERSON

    def test_a_note_is_written_and_letters_in_it_decide_nothing(self, make: Make) -> None:
        workspace = make([[UNSURE]])
        key(workspace, Qt.Key.Key_A)
        QTest.keyClicks(workspace.bar.field, "xc calf")
        QTest.keyClick(workspace.bar.field, Qt.Key.Key_Return)
        workspace.session.settle()
        assert workspace.photo.note == "xc calf"
        assert boxes(workspace) == [UNSURE]
        assert not workspace.photo.checked


class TestQueue:
    def test_doubt_comes_first_and_enter_goes_through_it(self, make: Make) -> None:
        workspace = make([[ONE], [UNSURE], [], TWO, None])
        seen = []
        while workspace.photo is not None:
            seen.append(title(workspace))
            key(workspace, Qt.Key.Key_Return)
        assert seen == ["IMG_2", "IMG_3", "IMG_1"]
        catalogue = workspace.session.catalogue
        assert [row.checked for row in catalogue.photos(catalogue.photo_ids())] == [False, True, True, True, False]

    def test_undo_of_an_acceptance_shows_the_photo_again(self, make: Make) -> None:
        workspace = make([[UNSURE], [], TWO])
        first = title(workspace)
        key(workspace, Qt.Key.Key_Return)
        assert title(workspace) != first
        workspace.session.undo()
        workspace.session.settle()
        assert title(workspace) == first
        assert not workspace.photo.checked
        assert not workspace.queue.is_done(workspace.photo.id)

    def test_no_tail_takes_the_boxes_away(self, make: Make) -> None:
        workspace = make([TWO, [UNSURE]])
        photo_id = workspace.photo.id
        key(workspace, Qt.Key.Key_X)
        assert boxes(workspace, photo_id) == []
        assert workspace.session.catalogue.photo(photo_id).checked
        assert title(workspace) == "IMG_1"

    def test_nothing_moves_while_one_works(self, make: Make, qtbot: QtBot) -> None:
        workspace = make([[UNSURE], [], TWO])
        order = workspace.queue.ids(Part.TO_CHECK)
        key(workspace, Qt.Key.Key_Return)
        with qtbot.waitSignal(workspace.queue.listed):
            workspace.activate()
        assert workspace.queue.ids(Part.TO_CHECK) == order
        assert workspace.queue.waiting(Part.TO_CHECK) == 2
        workspace.refresh()
        workspace.session.settle()
        assert workspace.queue.ids(Part.TO_CHECK) == order[1:]

    def test_page_keys_and_back(self, make: Make) -> None:
        workspace = make([[], [], []])
        key(workspace, Qt.Key.Key_PageDown)
        key(workspace, Qt.Key.Key_PageDown)
        key(workspace, Qt.Key.Key_PageDown)  # there is no fourth
        assert title(workspace) == "IMG_2"
        key(workspace, Qt.Key.Key_PageUp)
        assert title(workspace) == "IMG_1"
        key(workspace, Qt.Key.Key_Backspace)
        assert title(workspace) == "IMG_2"
        key(workspace, Qt.Key.Key_Backspace)
        assert title(workspace) == "IMG_1"

    def test_a_click_in_the_queue_opens_and_the_keyboard_stays_on_the_photo(self, make: Make) -> None:
        workspace = make([[], [], []])
        grid = workspace.pane.grid
        index = grid.model().index(2, 0)
        QTest.mouseClick(grid.viewport(), LEFT, pos=grid.visualRect(index).center())
        workspace.session.settle()
        assert title(workspace) == "IMG_2"
        assert workspace.stage.canvas.hasFocus()

    def test_a_part_can_be_gone_through_by_itself(self, make: Make) -> None:
        workspace = make([[], TWO, [], [UNSURE]])
        row = workspace.pane.parts.model().index(int(Part.SEVERAL), 0)
        QTest.mouseClick(workspace.pane.parts.viewport(), LEFT, pos=workspace.pane.parts.visualRect(row).center())
        workspace.session.settle()
        assert title(workspace) == "IMG_1"
        key(workspace, Qt.Key.Key_Return)
        assert title(workspace) == "IMG_3"  # none of that kind is left: the whole queue goes on
        assert workspace.pane.part is Part.TO_CHECK

    def test_show_item_opens_any_photo(self, make: Make) -> None:
        workspace = make([[ONE], []])
        workspace.show_item(workspace.session.catalogue.photo_ids()[0])
        workspace.session.settle()
        assert title(workspace) == "IMG_0"
        key(workspace, Qt.Key.Key_Return)
        assert title(workspace) == "IMG_1"

    def test_what_a_job_finds_comes_behind_the_rest(self, make: Make, qtbot: QtBot) -> None:
        workspace = make([[UNSURE], None])
        late = workspace.session.catalogue.photo_ids()[1]
        with qtbot.waitSignal(workspace.queue.listed):
            workspace.session.edit(lambda catalogue: catalogue.add_boxes(late, [], searched_by="a detector"))
        assert title(workspace) == "IMG_0"
        assert workspace.queue.ids(Part.TO_CHECK)[1:] == [late]

    def test_a_photo_that_is_taken_out_makes_room_for_the_next(self, make: Make) -> None:
        workspace = make([[], []])
        gone = workspace.photo.id
        workspace.session.edit(lambda catalogue: catalogue.remove_photos([gone]))
        workspace.session.settle()
        assert title(workspace) == "IMG_1"

    def test_enter_waits_until_the_photo_can_be_seen(self, make: Make) -> None:
        workspace = make([[], []])
        workspace.stage.pictures.forget()
        workspace.open(workspace.session.catalogue.photo_ids()[1])
        QTest.keyClick(workspace.stage.canvas, Qt.Key.Key_Return)  # nothing is painted yet
        assert title(workspace) == "IMG_1"
        workspace.session.settle()
        assert not workspace.session.catalogue.photo(workspace.photo.id).checked
        key(workspace, Qt.Key.Key_Return)
        assert title(workspace) == "IMG_0"


class TestSheet:
    def test_enter_accepts_the_page_as_one_step(self, make: Make) -> None:
        workspace = make([[ONE]] * 5 + [[UNSURE]])
        key(workspace, Qt.Key.Key_V)
        assert len(workspace.stage.sheet.page) == 5
        key(workspace, Qt.Key.Key_Return)
        catalogue = workspace.session.catalogue
        assert sum(row.checked for row in catalogue.photos(catalogue.photo_ids())) == 5
        assert title(workspace) == "IMG_5"  # the sheet is empty: back to the doubtful ones
        assert workspace.session.undo_stack.count() == 1
        workspace.session.undo()
        workspace.session.settle()
        assert not any(row.checked for row in catalogue.photos(catalogue.photo_ids()))

    def test_a_click_opens_a_wrong_one_and_backspace_returns(self, make: Make) -> None:
        workspace = make([[ONE]] * 3)
        key(workspace, Qt.Key.Key_V)
        grid = workspace.stage.sheet.grid
        QTest.mouseClick(grid.viewport(), LEFT, pos=grid.visualRect(grid.model().index(1, 0)).center())
        workspace.session.settle()
        assert title(workspace) == "IMG_1"
        drag(workspace, (ONE.xmax, ONE.ymax), (400, 260))
        key(workspace, Qt.Key.Key_Backspace)
        assert workspace.stage.on_sheet
        assert len(workspace.stage.sheet.page) == 3
        key(workspace, Qt.Key.Key_V)
        assert not workspace.stage.on_sheet

    def test_a_mended_crop_stays_in_its_place_until_the_page_is_accepted(self, make: Make) -> None:
        """So that no crop which nobody has seen moves up and is accepted with the others."""
        workspace = make([[ONE]] * 30)
        sheet = workspace.stage.sheet
        key(workspace, Qt.Key.Key_V)
        page = sheet.page
        assert LEAST <= len(page) < 30
        sheet.opened.emit(page[1])
        workspace.session.settle()
        key(workspace, Qt.Key.Key_Return)
        assert workspace.stage.on_sheet
        assert sheet.page == page
        assert [said(sheet.grid.model().index(row, 0).data(Role.ROW)) for row in range(3)] == [
            "90 %",
            "checked",
            "90 %",
        ]
        key(workspace, Qt.Key.Key_Return)
        assert not set(sheet.page) & set(page)
        assert len(sheet.page) == 30 - len(page)
        assert workspace.session.undo_stack.count() == 2
        assert f"{len(page) - 1} photos" in workspace.session.undo_stack.undoText()


class TestStates:
    def sentence(self, workspace: BoxesWorkspace) -> str:
        assert workspace.stage.currentWidget() is workspace.stage.state_page
        return workspace.stage.state_page.sentence.text()

    def test_empty(self, make: Make) -> None:
        assert self.sentence(make([])) == "Nothing to check. Add photos: Ctrl+I."

    def test_waiting_to_be_searched(self, make: Make) -> None:
        workspace = make([None, None])
        assert self.sentence(workspace) == "2 photos wait to be searched for tails."
        assert workspace.stage.state_page.button.text() == "Find tails"

    def test_done(self, make: Make) -> None:
        workspace = make([[UNSURE], [], TWO])
        for _ in range(3):
            key(workspace, Qt.Key.Key_Return)
        assert self.sentence(workspace) == "3 photos checked: 3 tails, 1 photo without. Matches: Ctrl+3."
        key(workspace, Qt.Key.Key_Backspace)
        assert title(workspace) == "IMG_0"

    def test_the_sure_rest_is_offered(self, make: Make) -> None:
        workspace = make([[ONE]])
        sentence = "No photo checked; 1 sure one not looked at: 1 tail, 0 photos without. Matches: Ctrl+3."
        assert self.sentence(workspace) == sentence
        assert workspace.stage.state_page.button.text() == "Look over 1 sure crop (V)"
        QTest.mouseClick(workspace.stage.state_page.button, LEFT)
        assert workspace.stage.on_sheet

    def test_a_file_that_ends_early_says_what_helps(self, make: Make, tmp_path: Path) -> None:
        workspace = make([[]])
        problem = "IMG_9.jpg ends early, so it can't be searched."
        workspace.session.edit(lambda c: c.add_photos([], problems={str(tmp_path / "IMG_9.jpg"): problem}))
        workspace.session.settle()
        broken = next(
            row for row in workspace.session.catalogue.photos(workspace.session.catalogue.photo_ids()) if row.problem
        )
        workspace.show_item(broken.id)
        workspace.session.settle()
        assert self.sentence(workspace) == f"{problem} Copy it again, then press F5."
        assert not workspace.bar.accept.isEnabled()
        key(workspace, Qt.Key.Key_Return)  # nobody can have looked at it
        assert not workspace.session.catalogue.photo(broken.id).checked

    def test_a_photo_that_is_gone_from_the_disk_says_so_and_comes_back(self, make: Make, tmp_path: Path) -> None:
        workspace = make([[], []])
        file = tmp_path / "IMG_1.jpg"
        kept = file.read_bytes()
        workspace.stage.pictures.forget()
        file.unlink()
        key(workspace, Qt.Key.Key_PageDown)
        assert "IMG_1.jpg isn't in" in self.sentence(workspace)
        file.write_bytes(kept)
        workspace.refresh()
        workspace.session.settle()
        assert workspace.stage.currentWidget() is workspace.stage.canvas
        assert not workspace.stage.canvas.coming

    def test_the_right_click_menu_holds_the_same_actions(self, make: Make, qtbot: QtBot) -> None:
        workspace = make([[UNSURE]])
        point = QPoint(300, 300)
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse,
            workspace.stage.canvas.mapFrom(workspace, point),
            workspace.mapToGlobal(point),
        )
        QApplication.sendEvent(workspace.stage.canvas, event)
        menu = workspace.findChild(QMenu)
        assert menu is not None
        texts = [action.text() for action in menu.actions() if action.text()]
        assert texts[:4] == ["Accept", "No tail", "Copy boxes", "Delete box"]
        menu.close()


class TestParts:
    def test_a_queue_takes_in_what_is_new_and_keeps_its_order(self) -> None:
        queue = BoxQueue()
        queue.load(
            {CheckReason.NO_TAIL: [3], CheckReason.SEVERAL: [5, 4], CheckReason.UNSURE: [1], CheckReason.SURE: [7]}
        )
        assert queue.ids(Part.TO_CHECK) == [3, 5, 4, 1]
        queue.load({CheckReason.NO_TAIL: [8], CheckReason.SEVERAL: [5], CheckReason.SURE: [1, 9, 7]})
        assert queue.ids(Part.TO_CHECK) == [3, 5, 4, 1, 8]
        assert [key for key in queue.ids(Part.TO_CHECK) if queue.is_done(key)] == [3, 4]
        assert queue.sure == [7, 9]
        assert queue.waiting(Part.TO_CHECK) == 3
        assert queue.ids(Part.SEVERAL) == [5, 4]
        assert queue.following(5, 5, Part.TO_CHECK) == [1, 8]
        assert queue.position(4, Part.TO_CHECK) == "3 of 5"

    def test_pictures_come_in_steps_up_to_the_photo_itself(self) -> None:
        assert [side_for(need, 6000) for need in (1, 1600, 1601, 3300, 6000)] == [1600, 1600, 3200, 6000, 6000]
        assert side_for(900, 300) == 300

    def test_doubt_is_said_in_words(self, make: Make) -> None:
        catalogue = make([[UNSURE], [found(0, 50, 200, 150)], [found(10, 10, 30, 300)], TWO, [ONE]]).session.catalogue
        words = [doubt(catalogue.photo(key), catalogue.tails(key)) for key in catalogue.photo_ids()]
        assert words == ["Only 30 % sure", "At the border", "Odd shape", "Several tails", ""]

    def test_each_reason_is_a_part_with_its_count(self, make: Make) -> None:
        workspace = make([[], TWO, [UNSURE], [found(0, 50, 200, 150)], [found(10, 10, 30, 300)], [ONE]])
        counts = {choice.text: choice.count for choice in workspace.pane.parts.choices}
        assert counts == {"To check": 5} | dict.fromkeys(("No tail", "Several", "Not sure"), 1) | {
            "At the border": 1,
            "Odd shape": 1,
        }
        workspace.pane.parts.choose([int(Part.SHAPE)])
        workspace.session.settle()
        assert title(workspace) == "IMG_4"

    def test_corrected_boxes_are_counted_under_the_queue(self, make: Make) -> None:
        workspace = make([[UNSURE], []])
        assert workspace.pane.corrected.text() == "None corrected since the last training"
        drag(workspace, (60, 50), (260, 150))
        workspace.session.settle()
        assert workspace.pane.corrected.text() == "1 corrected since the last training"

    def test_what_photos_open_on_is_remembered(self, make: Make) -> None:
        workspace = make([[UNSURE], [UNSURE]])
        told: list[str] = []
        workspace.session.fit_changed.connect(told.append)
        key(workspace, Qt.Key.Key_F)
        assert told == ["tail"]
        other = BoxesWorkspace(workspace.session)
        assert other.stage.canvas.fit.value == "tail"
        workspace.session.set_fit("whole")
        assert workspace.stage.canvas.fit.value == "whole"
        other.deleteLater()

    def test_a_change_names_its_photos(self, make: Make) -> None:
        catalogue = make([[ONE], []]).session.catalogue
        first, second = catalogue.photo_ids()
        drawn = catalogue.draw_box(second, Box(1, 1, 9, 9))
        accepted = catalogue.accept_boxes([first])
        assert touched_photos(Change.joined("both", [drawn, accepted])) == [second, first]
