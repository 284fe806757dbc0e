"""What a person does in Photos: mouse, keys and drops on the real widgets, read back from the catalogue."""

from __future__ import annotations

from pathlib import Path

from photo_survey import (
    CTRL,
    LEFT,
    PLAIN,
    SHIFT,
    click,
    draw,
    press,
    rows,
    spot,
    survey,
    workspace,
)
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from whalegui.photos_workspace import MENU, PhotosWorkspace
from whalegui.session import Session
from whaleid_core.catalogue import Catalogue

__all__ = ["survey", "workspace"]  # fixtures


def drop(workspace: PhotosWorkspace, paths: list[Path]) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    target = workspace.grid.viewport()
    kinds = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(50, 50), kinds, mime, LEFT, PLAIN)
    QApplication.sendEvent(workspace, enter)
    assert enter.isAccepted()
    assert workspace.drop_frame.isVisible()
    event = QDropEvent(QPointF(50, 50), kinds, mime, LEFT, PLAIN)
    QApplication.sendEvent(workspace, event)
    assert event.isAccepted()
    assert not workspace.drop_frame.isVisible()
    assert not target.acceptDrops(), "so that the workspace gets what is dropped on the pictures"


# What is done


def test_enter_and_double_click_open_in_boxes(session: Session, workspace: PhotosWorkspace) -> None:
    asked: list[tuple[str, int]] = []
    session.show_requested.connect(lambda name, key: asked.append((name, key)))
    click(workspace, 3)
    press(workspace, Qt.Key.Key_Return)
    QTest.mouseDClick(workspace.grid.viewport(), LEFT, PLAIN, spot(workspace, 4))
    assert asked == [("boxes", rows(workspace)[3]), ("boxes", rows(workspace)[4])]


def test_del_takes_out_and_undo_brings_back(qtbot: QtBot, session: Session, workspace: PhotosWorkspace) -> None:
    ids = rows(workspace)
    workspace.grid.tick([ids[0], ids[2]])
    press(workspace, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: len(rows(workspace)) == 13)
    assert ids[0] not in rows(workspace)
    assert all(path.exists() for path in (session.catalogue.photo(ids[1]).path,))
    session.undo()
    qtbot.waitUntil(lambda: rows(workspace) == ids)
    session.settle()
    assert not workspace.offer.isVisible(), "what an undo brings back isn't news"


def test_r_turns_and_shows_it(qtbot: QtBot, session: Session, workspace: PhotosWorkspace) -> None:
    key = rows(workspace)[0]
    click(workspace, 0)
    press(workspace, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: "turned 90" in workspace.details.values["Size"].text())
    assert session.catalogue.photo(key).turned == 90
    press(workspace, Qt.Key.Key_R, SHIFT)
    qtbot.waitUntil(lambda: "turned" not in workspace.details.values["Size"].text())
    workspace.grid.tick(rows(workspace)[:3])
    press(workspace, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: session.undo_stack.count() == 3)
    assert [session.catalogue.photo(one).turned for one in rows(workspace)[:3]] == [90, 90, 90]
    session.undo()
    session.settle()
    assert [session.catalogue.photo(one).turned for one in rows(workspace)[:3]] == [0, 0, 0]


def test_a_note_is_kept_when_the_field_is_left(qtbot: QtBot, session: Session, workspace: PhotosWorkspace) -> None:
    key = rows(workspace)[2]
    click(workspace, 2)
    press(workspace, Qt.Key.Key_A)
    field = workspace.details.note
    assert field.hasFocus()
    QTest.keyClicks(field, "Mother and ray")  # letters that are actions elsewhere
    QTest.keyClick(field, Qt.Key.Key_Escape)
    session.settle()
    assert session.catalogue.photo(key).note == "Mother and ray"
    assert workspace.grid.hasFocus()
    assert session.catalogue.photo(key).turned == 0
    session.undo()
    qtbot.waitUntil(lambda: field.toPlainText() == "")


def test_a_note_goes_to_its_photo_even_when_another_is_picked(session: Session, workspace: PhotosWorkspace) -> None:
    click(workspace, 2)
    press(workspace, Qt.Key.Key_A)
    QTest.keyClicks(workspace.details.note, "calf")
    click(workspace, 4)
    session.settle()
    assert [session.catalogue.photo(rows(workspace)[row]).note for row in (2, 4)] == ["calf", ""]


def test_f2_names_the_encounter(qtbot: QtBot, session: Session, workspace: PhotosWorkspace) -> None:
    click(workspace, 1)
    press(workspace, Qt.Key.Key_F2)
    assert workspace.name_bar.question.text() == "Name of Encounter 1"
    field = workspace.name_bar.field
    assert field.hasFocus()
    QTest.keyClicks(field, "Fjord mouth")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: workspace.browser.model.groups[0].title.startswith("Fjord mouth"))
    assert not workspace.name_bar.isVisible()
    session.undo()
    qtbot.waitUntil(lambda: workspace.browser.model.groups[0].title.startswith("Encounter 1"))


def test_esc_leaves_a_name_as_it_was(session: Session, workspace: PhotosWorkspace) -> None:
    click(workspace, 1)
    press(workspace, Qt.Key.Key_F2)
    QTest.keyClicks(workspace.name_bar.field, "Elsewhere")
    QTest.keyClick(workspace.name_bar.field, Qt.Key.Key_Escape)
    session.settle()
    assert [row.name for row in session.catalogue.encounters()] == ["Encounter 1", "Encounter 2"]
    assert workspace.grid.hasFocus()


def test_photos_join_and_split_encounters(qtbot: QtBot, session: Session, workspace: PhotosWorkspace) -> None:
    def sizes() -> list[int]:
        return [group.count for group in workspace.browser.model.groups]

    ids = rows(workspace)
    workspace.grid.tick(ids[:10])
    press(workspace, Qt.Key.Key_J)
    qtbot.waitUntil(lambda: sizes() == [10, 5])
    assert workspace.browser.model.groups[0].title.startswith("Encounter 1")
    press(workspace, Qt.Key.Key_Escape)
    click(workspace, 7)
    press(workspace, Qt.Key.Key_J, SHIFT)
    qtbot.waitUntil(lambda: sizes() == [7, 3, 5])
    session.undo()
    session.undo()
    qtbot.waitUntil(lambda: sizes() == [6, 4, 5])


def test_v_changes_to_a_list_and_back(session: Session, workspace: PhotosWorkspace) -> None:
    click(workspace, 3)
    press(workspace, Qt.Key.Key_V)
    session.settle()
    assert workspace.browser.as_list
    assert workspace.browser.titles.isVisible()
    assert workspace.grid.cells().columns == 1
    assert workspace.grid.current_id == rows(workspace)[3]
    press(workspace, Qt.Key.Key_V)
    assert not workspace.browser.as_list
    assert workspace.grid.cells().columns > 1


def test_the_slider_and_ctrl_wheel_change_the_size(workspace: PhotosWorkspace) -> None:
    columns = workspace.grid.cells().columns
    workspace.toolbar.slider.setValue(320)
    assert workspace.grid.cells().columns < columns
    width = workspace.grid.cells().cell_width
    middle = QPointF(100, 100)
    wheel = QWheelEvent(
        middle, middle, QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton, CTRL, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(workspace.grid.viewport(), wheel)
    assert workspace.grid.cells().cell_width < width


def test_space_shows_a_photo_large(qtbot: QtBot, session: Session, workspace: PhotosWorkspace) -> None:
    ids = rows(workspace)
    click(workspace, 0)
    press(workspace, Qt.Key.Key_Space)
    large = workspace.large
    assert large.isVisible()
    qtbot.waitUntil(lambda: large.sharp)
    QTest.keyClick(large, Qt.Key.Key_Right)
    assert large.photo_id == ids[1]
    assert workspace.grid.current_id == ids[1]
    QTest.keyClick(large, Qt.Key.Key_Space)
    assert not large.isVisible()
    assert workspace.grid.hasFocus()
    session.settle()


def test_the_menu_offers_the_same_actions(qtbot: QtBot, workspace: PhotosWorkspace) -> None:
    assert all(action_id in workspace.actions_made for group in MENU for action_id in group)
    viewport = workspace.grid.viewport()
    at = spot(workspace, 5)
    QApplication.sendEvent(viewport, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, viewport.mapToGlobal(at)))
    menu = workspace.findChild(QMenu)
    assert menu is not None
    assert workspace.grid.current_id == rows(workspace)[5]
    offered = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert offered[:2] == ["Open in Boxes", "Show large"]
    menu.close()


def test_without_a_photo_the_actions_say_why(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    session = Session(Catalogue.create(tmp_path / "empty"))
    made = PhotosWorkspace(session)
    qtbot.addWidget(made)
    session.settle()
    assert not made.actions_made["photos.remove"].isEnabled()
    assert "Pick a photo first" in made.actions_made["photos.remove"].toolTip()
    session.close()


# Adding


def test_dropped_files_and_folders_are_added_and_tails_offered(
    qtbot: QtBot, session: Session, workspace: PhotosWorkspace, tmp_path: Path
) -> None:
    more = tmp_path / "card" / "DCIM"
    more.mkdir(parents=True)
    for number in range(3):
        draw(more / f"NEW_{number}.jpg", 16 + number)
    single = draw(tmp_path / "alone.jpg", 22)
    drop(workspace, [more.parent, single])
    qtbot.waitUntil(lambda: len(rows(workspace)) == 19)
    qtbot.waitUntil(workspace.offer.isVisible)
    assert workspace.offer.sentence.text() == "4 photos read. Find tails?"
    assert workspace.offer.button.text() == "Find tails"
    QTest.mouseClick(workspace.offer.close_button, LEFT)
    assert not workspace.offer.isVisible()
    session.settle()


def test_pasted_files_are_added(qtbot: QtBot, session: Session, workspace: PhotosWorkspace, tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(draw(tmp_path / "pasted.jpg", 23)))])
    QGuiApplication.clipboard().setMimeData(mime)
    press(workspace, Qt.Key.Key_V, CTRL)
    qtbot.waitUntil(lambda: len(rows(workspace)) == 16)
    session.settle()


def test_text_that_is_dragged_over_is_refused(workspace: PhotosWorkspace) -> None:
    mime = QMimeData()
    mime.setText("not a file")
    event = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, LEFT, PLAIN)
    event.ignore()
    QApplication.sendEvent(workspace, event)
    assert not event.isAccepted()
