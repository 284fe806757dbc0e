"""Boxes, as a person uses it: mouse and keys on the real widgets, read back from the catalogue."""

from __future__ import annotations

import pytest
from boxes_survey import HEIGHT, LEFT, ONE, SHIFT, TWO, UNSURE, WIDTH, Make, at, boxes, drag, empty, key, make, title
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from whalegui.box_queue import Part
from whalegui.item_models import Role
from whalegui.widgets.box_sheet import LEAST, said
from whaleid_core.records import Box, Drawer

__all__ = ["empty", "make"]  # fixtures


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
