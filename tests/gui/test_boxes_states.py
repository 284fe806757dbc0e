"""What Boxes says where nothing can be shown, of what waits, and the parts that it is made of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from boxes_survey import LEFT, ONE, TWO, UNSURE, Make, drag, empty, found, key, make, title
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from whalegui.box_queue import BoxQueue, Part, doubt, touched_photos
from whalegui.boxes_workspace import BoxesWorkspace
from whalegui.photo_pictures import side_for
from whaleid_core.catalogue import CheckReason
from whaleid_core.records import Box, Change

__all__ = ["empty", "make"]  # fixtures


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
        odd, disputed = found(10, 10, 30, 300), replace(ONE, disputed=True)
        doubtful = [replace(TWO[0], disputed=True), TWO[1]]
        photos = [[UNSURE], [found(0, 50, 200, 150)], [odd], TWO, [disputed], [ONE], doubtful]
        catalogue = make(photos).session.catalogue
        words = [doubt(catalogue.photo(key), catalogue.tails(key)) for key in catalogue.photo_ids()]
        assert words == [
            "Only 30 % sure",
            "At the border",
            "Odd shape",
            "Several tails",
            "A second look says otherwise",
            "",
            "Several tails",  # as it is queued
        ]

    def test_each_reason_is_a_part_with_its_count(self, make: Make) -> None:
        odd, disputed = found(10, 10, 30, 300), replace(ONE, disputed=True)
        workspace = make([[], TWO, [UNSURE], [found(0, 50, 200, 150)], [odd], [disputed], [ONE]])
        counts = {choice.text: choice.count for choice in workspace.pane.parts.choices}
        assert counts == {"To check": 6} | dict.fromkeys(("No tail", "Several", "Not sure"), 1) | {
            "At the border": 1,
            "Odd shape": 1,
            "Looks differ": 1,
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
