"""Whales, as a person uses it: mouse and keys on the real widgets, read back from the catalogue."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from photo_survey import draw
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from whalegui import places
from whalegui.session import Session
from whalegui.whale_rows import retells
from whalegui.whales_page import MENU, AllWhales
from whalegui.widgets.grades import Grades
from whalegui.widgets.whale_plots import Places, TimeLine
from whaleid_core.catalogue import Catalogue
from whaleid_core.photos import read_photo
from whaleid_core.records import Box, Change, Drawer, RowChange, Verdict

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
BOX = Box(20, 30, 150, 95, Drawer.DETECTOR, 0.9)
SHOWN = ["HW0001", "HW0001", "HW0001", "HW0002", "HW0002", "HW0003"]
"""Which whale each photo shows."""


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six photos of three whales, decided by Ana."""
    folder = tmp_path_factory.mktemp("whales")
    photos = [read_photo(draw(folder / f"IMG_{number}.jpg", number)) for number in range(len(SHOWN))]
    began = datetime(2019, 8, 12, 9, 0)
    with Catalogue.create(folder / "catalogue", "Fjord") as catalogue:
        catalogue.who = "Ana"
        catalogue.add_photos(
            [replace(photo, taken_at=began + timedelta(days=365 * at)) for at, photo in enumerate(photos)]
        )
        for photo_id, whale in zip(catalogue.photo_ids(), SHOWN, strict=True):
            catalogue.add_boxes(photo_id, [BOX], searched_by="tails 1")
            [tail] = catalogue.tails(photo_id)
            there = catalogue.whale_id(whale) is not None
            catalogue.decide(tail.id, Verdict.SAME if there else Verdict.NEW, whale)
        salt = catalogue.whale_id("HW0002")
        assert salt is not None
        catalogue.set_whale(salt, nickname="Salt", sex="F")
    return folder


@pytest.fixture
def workspace(qtbot: QtBot, session: Session) -> AllWhales:
    made = AllWhales(session)
    qtbot.addWidget(made)
    made.resize(1280, 716)
    made.show()
    qtbot.waitExposed(made)
    made.activate()
    session.settle()
    return made


def pick(workspace: AllWhales, name: str) -> int:
    """Click a whale in the list."""
    key = workspace.session.catalogue.whale_id(name)
    assert key is not None
    cell = workspace.list.visualRect(workspace.model.index_of(key)).center()
    QTest.mouseClick(workspace.list.viewport(), LEFT, PLAIN, cell)
    workspace.session.settle()
    return key


def names(workspace: AllWhales) -> list[str]:
    return [whale.name for whale in workspace.session.catalogue.whales()]


def test_the_list_says_name_nickname_and_photos(workspace: AllWhales) -> None:
    model = workspace.model
    words = [model.data(model.index(row), Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert words == ["HW0001, 3 photos", "HW0002, Salt, F, 2 photos", "HW0003, 1 photo"]
    assert workspace.said.text() == "3 whales"
    assert workspace.card.whale_id == model.ids[0], "the first whale is shown without a click"


def test_a_whale_shows_its_tails_by_date_and_the_best_large(workspace: AllWhales) -> None:
    key = pick(workspace, "HW0002")
    card = workspace.card
    assert card.title.text() == "HW0002  “Salt”  F  2022–2023"
    assert card.facts.seen.text() == "11 Aug 2022 to 11 Aug 2023"
    assert card.facts.nickname.text() == "Salt"
    assert card.facts.sex.currentText() == "female"
    assert sorted(card.tails.ids) == sorted(tail.id for tail in workspace.session.catalogue.whale_tails(key))
    assert card.tabs.tabText(0) == "Photos 2"
    assert card.best.accessibleName().startswith("IMG_3, 11 Aug 2022")


def test_find_narrows_the_list_down(qtbot: QtBot, workspace: AllWhales) -> None:
    workspace.find_here()
    QTest.keyClicks(QApplication.focusWidget(), "salt")
    qtbot.waitUntil(lambda: workspace.model.rowCount() == 1)
    assert workspace.card.title.text().startswith("HW0002")
    QTest.keyClick(workspace.find_field, Qt.Key.Key_Escape)
    assert workspace.focusWidget() is workspace.list, "Esc leaves the field"
    assert workspace.model.rowCount() == 1
    QTest.keyClicks(workspace.find_field, "zzz")
    qtbot.waitUntil(workspace.page.isVisible)
    assert workspace.page.sentence.text() == "No whale fits."
    QTest.mouseClick(workspace.page.button, LEFT)
    qtbot.waitUntil(lambda: workspace.model.rowCount() == 3)


def test_f2_renames_and_undo_takes_it_back(qtbot: QtBot, session: Session, workspace: AllWhales) -> None:
    key = pick(workspace, "HW0003")
    QTest.keyClick(workspace.list, Qt.Key.Key_F2)
    field = workspace.name_bar.field
    assert field.hasFocus()
    assert field.text() == "HW0003"
    QTest.keyClicks(field, "HW0500")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: workspace.card.title.text().startswith("HW0500"))
    assert workspace.list.current_id == key
    session.undo()
    qtbot.waitUntil(lambda: workspace.card.title.text().startswith("HW0003"))
    assert names(workspace) == ["HW0001", "HW0002", "HW0003"]


def test_a_name_that_is_taken_is_refused_in_a_sentence(session: Session, workspace: AllWhales) -> None:
    said: list[str] = []
    session.trouble.connect(lambda error: said.append(str(error)))
    pick(workspace, "HW0003")
    workspace.rename()
    workspace.name_bar.field.setText("HW0001")
    QTest.mouseClick(workspace.name_bar.button, LEFT)
    session.settle()
    assert "HW0001 is another whale" in said[0]
    assert names(workspace) == ["HW0001", "HW0002", "HW0003"]


def test_merging_keeps_one_and_undo_brings_the_other_back(qtbot: QtBot, session: Session, workspace: AllWhales) -> None:
    pick(workspace, "HW0003")
    workspace.merge()
    qtbot.waitUntil(workspace.name_bar.isVisible)
    assert workspace.name_bar.question.text() == "HW0003 is really"
    QTest.keyClicks(workspace.name_bar.field, "HW0001")
    QTest.keyClick(workspace.name_bar.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: workspace.model.rowCount() == 2)
    qtbot.waitUntil(lambda: len(workspace.card.tails.ids) == 4)
    assert workspace.card.title.text().startswith("HW0001")
    session.undo()
    qtbot.waitUntil(lambda: workspace.model.rowCount() == 3)
    assert names(workspace) == ["HW0001", "HW0002", "HW0003"]


def test_merging_into_nothing_changes_nothing(session: Session, workspace: AllWhales) -> None:
    said: list[str] = []
    session.trouble.connect(lambda error: said.append(str(error)))
    pick(workspace, "HW0003")
    workspace.merge()
    session.settle()
    workspace.name_bar.field.setText("HW0999")
    QTest.mouseClick(workspace.name_bar.button, LEFT)
    session.settle()
    assert said == ["There is no whale HW0999 in this catalogue. Rename instead, or choose one from the list."]
    assert len(names(workspace)) == 3


def test_several_ticked_whales_are_merged_in_one_step(session: Session, workspace: AllWhales) -> None:
    workspace.list.tick(workspace.model.ids[1:])
    workspace.merge()
    session.settle()
    assert workspace.name_bar.question.text() == "The 2 ticked whales are really"
    workspace.name_bar.field.setText("HW0001")
    QTest.mouseClick(workspace.name_bar.button, LEFT)
    session.settle()
    assert names(workspace) == ["HW0001"]
    session.undo()
    session.settle()
    assert len(names(workspace)) == 3


def test_nickname_sex_and_note_are_kept(qtbot: QtBot, session: Session, workspace: AllWhales) -> None:
    key = pick(workspace, "HW0001")
    card = workspace.card
    card.facts.nickname.setFocus()
    card.facts.nickname.insert("소금")  # as an input method does
    QTest.keyClick(card.facts.nickname, Qt.Key.Key_Return)
    card.facts.sex.setCurrentIndex(card.facts.sex.findData("M"))
    QTest.keyClick(workspace.list, Qt.Key.Key_A)
    QTest.keyClicks(card.facts.note, "seen with a calf")
    QTest.keyClick(card.facts.note, Qt.Key.Key_Escape)
    session.settle()
    whale = session.catalogue.whale(key)
    assert (whale.nickname, whale.sex, whale.note) == ("소금", "M", "seen with a calf")
    qtbot.waitUntil(lambda: card.title.text().startswith("HW0001  “소금”  M"))
    for _ in range(3):
        session.undo()
    session.settle()
    assert session.catalogue.whale(key).nickname == ""


def test_history_tells_what_touched_the_whale(qtbot: QtBot, workspace: AllWhales) -> None:
    pick(workspace, "HW0002")
    workspace.card.tabs.setCurrentWidget(workspace.card.history)
    qtbot.waitUntil(lambda: workspace.card.history.topLevelItemCount() > 0)
    history = workspace.card.history
    lines = [history.topLevelItem(row) for row in range(history.topLevelItemCount())]
    assert [line.text(1) for line in lines if line is not None] == ["Ana"] * 3
    assert "HW0002" in lines[0].text(2)  # type: ignore[union-attr]


def test_enter_goes_to_the_photos_and_from_there_to_boxes(session: Session, workspace: AllWhales) -> None:
    asked: list[tuple[str, int]] = []
    session.show_requested.connect(lambda name, key: asked.append((name, key)))
    pick(workspace, "HW0003")
    QTest.keyClick(workspace.list, Qt.Key.Key_Return)
    assert workspace.card.grid.hasFocus()
    QTest.keyClick(workspace.card.grid, Qt.Key.Key_Return)
    assert asked == [("boxes", session.catalogue.photo_ids()[-1])]


def test_space_shows_the_photo_large(qtbot: QtBot, session: Session, workspace: AllWhales) -> None:
    pick(workspace, "HW0001")
    QTest.keyClick(workspace.list, Qt.Key.Key_Space)
    first = workspace.large.photo_id
    assert workspace.large.isVisible()
    QTest.keyClick(workspace.large, Qt.Key.Key_Right)
    assert workspace.large.photo_id != first
    QTest.keyClick(workspace.large, Qt.Key.Key_Space)
    assert not workspace.large.isVisible()
    session.settle()


def test_v_shows_pictures_and_lines_again(workspace: AllWhales) -> None:
    key = pick(workspace, "HW0002")
    high = workspace.list.visualRect(workspace.model.index_of(key)).height()
    QTest.keyClick(workspace.list, Qt.Key.Key_V)
    first, second = (workspace.list.visualRect(workspace.model.index(row, 0)) for row in (0, 1))
    assert first.top() == second.top(), "two in a row"
    assert workspace.list.current_id == key
    workspace.session.settle()
    QTest.keyClick(workspace.list, Qt.Key.Key_V)
    assert workspace.list.visualRect(workspace.model.index_of(key)).height() == high


def test_next_previous_and_back(workspace: AllWhales) -> None:
    pick(workspace, "HW0001")
    QTest.keyClick(workspace.list, Qt.Key.Key_PageDown)
    assert workspace.list.current_id == workspace.model.ids[1]
    QTest.keyClick(workspace.list, Qt.Key.Key_End)
    QTest.keyClick(workspace.list, Qt.Key.Key_Backspace)
    assert workspace.list.current_id == workspace.model.ids[1]


def test_a_new_whale_appears_and_show_item_goes_to_it(session: Session, workspace: AllWhales) -> None:
    tail = session.catalogue.whale_tails(workspace.model.ids[0])[-1]
    session.edit(lambda c: c.decide(tail.id, Verdict.NEW, "HW0777"))
    session.settle()
    key = session.catalogue.whale_id("HW0777")
    assert key is not None
    workspace.show_item(key)
    session.settle()
    assert workspace.card.title.text().startswith("HW0777")
    workspace.show_item(99_999)
    session.settle()
    assert workspace.card.title.text().startswith("HW0777")


def test_a_hidden_workspace_reads_when_it_is_shown_again(session: Session, workspace: AllWhales) -> None:
    workspace.hide()
    session.edit(lambda c: c.rename_whale(workspace.model.ids[0], "HW0900"))
    session.settle()
    assert workspace.card.title.text().startswith("HW0001")
    workspace.show()
    workspace.activate()
    session.settle()
    assert workspace.card.title.text().startswith("HW0900")


def test_an_empty_catalogue_says_what_next(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    session = Session(Catalogue.create(tmp_path / "empty"))
    made = AllWhales(session)
    qtbot.addWidget(made)
    made.show()
    session.settle()
    assert made.page.sentence.text() == "No whales yet. Name a tail in Matches."
    asked: list[str] = []
    session.show_requested.connect(lambda name, _: asked.append(name))
    QTest.mouseClick(made.page.button, LEFT)
    assert asked == ["matches"]
    assert all(action_id in made.actions_made for group in MENU for action_id in group)
    session.close()


def test_what_touches_a_whale_is_told_from_what_does_not() -> None:
    tail = RowChange("tail", 7, {"photo_id": 1, "whale_id": None}, {"photo_id": 1, "whale_id": 3})
    moved = RowChange("tail", 8, {"photo_id": 1, "whale_id": None}, {"photo_id": 2, "whale_id": None})
    assert retells(Change("a", (tail,)))
    assert not retells(Change("a", (moved,)))


def test_ticked_photos_become_a_new_whale(qtbot: QtBot, session: Session, workspace: AllWhales) -> None:
    pick(workspace, "HW0001")
    grid = workspace.card.grid
    QTest.keyClick(workspace.list, Qt.Key.Key_Return)
    QTest.keyClick(grid, Qt.Key.Key_Y)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Y)
    workspace.split()
    qtbot.waitUntil(workspace.name_bar.isVisible)
    assert workspace.name_bar.question.text() == "2 ticked photos of HW0001 show a new whale"
    assert workspace.name_bar.field.text() == "HW0004"
    QTest.keyClick(workspace.name_bar.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: workspace.model.rowCount() == 4)
    key = session.catalogue.whale_id("HW0004")
    assert key is not None
    assert len(session.catalogue.whale_tails(key)) == 2
    session.settle()
    session.undo()
    session.settle()
    assert names(workspace) == ["HW0001", "HW0002", "HW0003"]


def test_a_photo_moves_to_another_whale_by_an_old_id(qtbot: QtBot, session: Session, workspace: AllWhales) -> None:
    key = session.catalogue.whale_id("HW0003")
    assert key is not None
    session.edit(lambda catalogue: catalogue.rename_whale(key, "Salt"))
    session.settle()
    pick(workspace, "HW0001")
    QTest.keyClick(workspace.list, Qt.Key.Key_Return)
    QTest.keyClick(workspace.card.grid, Qt.Key.Key_Y)
    workspace.move_tails()
    qtbot.waitUntil(workspace.name_bar.isVisible)
    assert workspace.name_bar.question.text() == "IMG_0 shows really"
    QTest.keyClicks(workspace.name_bar.field, "HW0003")
    QTest.keyClick(workspace.name_bar.field, Qt.Key.Key_Return)
    session.settle()
    assert len(session.catalogue.whale_tails(key)) == 2
    qtbot.waitUntil(lambda: len(workspace.card.tails.ids) == 2)


def test_photos_stand_under_their_years(workspace: AllWhales) -> None:
    pick(workspace, "HW0001")
    assert [group.title for group in workspace.card.tails.groups] == ["2019", "2020", "2021"]


def test_quality_is_rated_and_suggestions_are_only_taken_when_asked(
    qtbot: QtBot, session: Session, workspace: AllWhales
) -> None:
    pick(workspace, "HW0003")
    rating = workspace.card.rating
    qtbot.waitUntil(rating.take.isEnabled)
    tail = rating.tail_id
    assert session.catalogue.ratings([tail])[tail].sharpness is None
    suggested = rating.grades["sharpness"].suggested
    assert suggested in range(1, 6)
    grades = rating.grades["part_visible"]
    grades.setFocus()
    QTest.keyClick(grades, Qt.Key.Key_2)
    QTest.mouseClick(rating.take, LEFT)
    session.settle()
    made = session.catalogue.ratings([tail])[tail]
    assert (made.part_visible, made.sharpness) == (2, suggested)
    assert made.fluke_angle is None
    qtbot.waitUntil(lambda: not rating.take.isEnabled())
    for _ in range(2):
        session.undo()
    session.settle()
    assert session.catalogue.ratings([tail])[tail].part_visible is None
    qtbot.waitUntil(lambda: grades.grade is None)


def test_a_grade_is_given_by_mouse_and_keys(qtbot: QtBot) -> None:
    grades = Grades("Sharpness")
    qtbot.addWidget(grades)
    grades.show()
    told: list[object] = []
    grades.graded.connect(told.append)
    spot = grades.rect().center()
    QTest.mouseClick(grades, LEFT, PLAIN, spot)
    QTest.mouseClick(grades, LEFT, PLAIN, spot)
    QTest.keyClick(grades, Qt.Key.Key_Right)
    QTest.keyClick(grades, Qt.Key.Key_Right)
    QTest.keyClick(grades, Qt.Key.Key_Left)
    QTest.keyClick(grades, Qt.Key.Key_Delete)
    assert told == [3, None, 1, 2, 1, None]
    grades.show_grade(4, 2)
    assert grades.accessibleName() == "Sharpness: 4, 2 suggested"


def test_pigmentation_is_kept(qtbot: QtBot, session: Session, workspace: AllWhales) -> None:
    key = pick(workspace, "HW0001")
    field = workspace.card.facts.pigmentation
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_4)
    session.settle()
    assert session.catalogue.whale(key).pigmentation == 4


def test_other_ids_are_added_edited_and_taken_out(qtbot: QtBot, session: Session, workspace: AllWhales) -> None:
    key = pick(workspace, "HW0001")
    session.edit(lambda catalogue: catalogue.rename_whale(key, "HW0100"))
    session.settle()
    card = workspace.card
    card.tabs.setCurrentWidget(card.ids)
    QTest.keyClicks(card.ids.name, "NA1234")
    card.ids.catalogue.setFocus()
    QTest.keyClicks(card.ids.catalogue, "Happywhale")
    QTest.keyClick(card.ids.catalogue, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: card.facts.ids.text() == "was HW0001; NA1234 in Happywhale")
    assert card.ids.table.topLevelItemCount() == 2
    item = card.ids.table.topLevelItem(1)
    assert item is not None
    item.setText(0, "NA1235")
    qtbot.waitUntil(lambda: card.facts.ids.text() == "was HW0001; NA1235 in Happywhale")
    card.ids.table.setCurrentItem(card.ids.table.topLevelItem(0))
    assert not card.ids.remove.isEnabled(), "an id that it had here stays"
    card.ids.table.setCurrentItem(card.ids.table.topLevelItem(1))
    QTest.keyClick(card.ids.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: card.facts.ids.text() == "was HW0001")
    workspace.find_field.setText("hw0001")
    session.settle()
    assert [row.name for row in session.catalogue.whales("hw0001")] == ["HW0100"]


def test_time_line_and_places_are_drawn_or_say_why_not(qtbot: QtBot, session: Session, workspace: AllWhales) -> None:
    card = workspace.card
    pick(workspace, "HW0001")
    card.tabs.setCurrentIndex(1)
    session.settle()
    line, places = card.findChild(TimeLine), card.findChild(Places)
    assert line is not None
    assert places is None, "nothing is drawn before it is looked at"
    assert line.plot.dots[0].words.endswith("12 Aug 2019\n1 photo")
    assert [dot.y for dot in line.plot.dots] == [1, 1, 1]
    assert line.plot.getAxis("bottom").labelText.startswith("12 Aug 2019 to ")
    card.tabs.setCurrentIndex(2)
    session.settle()
    places = card.findChild(Places)
    assert places is not None
    assert places.said.isVisible()
    assert places.said.text() == "None of its photos has a place."
    ids = [cell.photo.id for cell in (card.tails.row_of(key) for key in card.tails.ids)]
    session.edit(lambda catalogue: catalogue.set_places({key: (69.5 + key / 100, 18.2) for key in ids}, "a.gpx"))
    session.settle()
    qtbot.waitUntil(lambda: len(places.plot.dots) == 3)
    assert places.plot.isVisible()
    assert [dot.filled for dot in places.plot.dots] == [False, False, True]


def test_what_was_done_to_a_whale_is_seen_in_whales(session: Session) -> None:
    catalogue = session.catalogue
    one, three = catalogue.whale_id("HW0001"), catalogue.whale_id("HW0003")
    assert one is not None
    assert three is not None
    tail = catalogue.whale_tails(one)[0]
    rated = catalogue.rate_tail(tail.id, sharpness=2)
    merged = catalogue.merge_whales(one, three)
    for change in (rated, rated.inverse, merged, merged.inverse, catalogue.add_other_name(one, "NA1")):
        assert places.of(change) == ("whales", one)
    moved = catalogue.move_box(tail.id, Box(21, 31, 151, 96, Drawer.PERSON))
    assert places.of(moved) == ("boxes", tail.photo_id)
