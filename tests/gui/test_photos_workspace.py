"""Photos, as a person sees it: what is shown, moving, ticking, filtering; on the real widgets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from photo_survey import (
    BEGAN,
    CTRL,
    ENDS_EARLY,
    KOREAN,
    LEFT,
    LONG,
    PLAIN,
    SHIFT,
    click,
    draw,
    names,
    opened,
    press,
    rows,
    survey,
    workspace,
)
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from whalegui.photo_listing import NO_ENCOUNTER, PhotoOrder
from whalegui.photos_workspace import PhotosWorkspace
from whalegui.session import Session
from whalegui.widgets.filter_pane import STATUSES, date_span
from whalegui.widgets.filter_words import filter_words
from whalegui.widgets.photo_browser import ORDERS, PhotoBrowser
from whaleid_core.catalogue import Catalogue, PhotoFilter, Quality
from whaleid_core.catalogue.rows import PhotoStatus
from whaleid_core.photos import read_photo
from whaleid_core.records import Box

__all__ = ["survey", "workspace"]  # fixtures


# What is shown


def test_photos_stand_under_their_encounters_and_the_rest_below(workspace: PhotosWorkspace) -> None:
    groups = workspace.browser.model.groups
    assert [(group.title, group.count) for group in groups] == [
        ("Encounter 1, 12 Aug 2025, 09:14", 6),
        ("Encounter 2, 12 Aug 2025, 14:20", 4),
        (NO_ENCOUNTER, 5),
    ]
    assert workspace.toolbar.said.text() == "15 photos"


def test_every_cell_says_name_status_and_tails(workspace: PhotosWorkspace) -> None:
    model = workspace.browser.model
    words = [model.data(model.index(row), Qt.ItemDataRole.AccessibleTextRole) for row in (0, 1, 2)]
    assert words == ["IMG_0000, to match, 1 tail", "IMG_0001, no tail, 0 tails", "IMG_0002, waiting, 0 tails"]


def test_details_tell_what_is_known(qtbot: QtBot, workspace: PhotosWorkspace) -> None:
    click(workspace, 0)
    details = workspace.details
    assert details.time.text() == "12 Aug 2025, 09:14:00"
    assert details.values["Place"].text() == "69.6500° N, 18.9500° E"
    assert details.values["Camera"].text() == "Nikon Z 9"
    assert details.values["Encounter"].text() == "Encounter 1"
    assert details.tails.itemAt(0).widget().text() == "to match, found (90 %)"
    long = next(row for row, name in enumerate(names(workspace)) if name == LONG)
    workspace.grid.set_current(rows(workspace)[long])
    assert details.title.accessibleName() == LONG


def test_counts_stand_beside_the_statuses_and_filter(session: Session, workspace: PhotosWorkspace) -> None:
    filters = workspace.filters
    waiting = STATUSES.index(PhotoStatus.WAITING)
    index = filters.statuses.model().index(waiting, 0)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Waiting, 12"
    QTest.mouseClick(filters.statuses.viewport(), LEFT, PLAIN, filters.statuses.visualRect(index).center())
    session.settle()
    assert workspace.toolbar.said.text() == "12 of 15 photos"
    assert filters.clear_button.isVisible()
    QTest.mouseClick(filters.statuses.viewport(), LEFT, PLAIN, filters.statuses.visualRect(index).center())
    session.settle()
    assert len(rows(workspace)) == 15


def test_encounter_date_and_text_narrow_down(qtbot: QtBot, session: Session, workspace: PhotosWorkspace) -> None:
    encounter = session.catalogue.encounters()[1]
    workspace.filters.encounters.choose([encounter.id])
    session.settle()
    assert len(rows(workspace)) == 4
    workspace.filters.clear()
    QTest.keyClicks(workspace.filters.taken_from, "2025-08-13")
    qtbot.waitUntil(lambda: not rows(workspace))
    assert workspace.browser.page.sentence.text() == "No photo fits. Show all 15."
    QTest.mouseClick(workspace.browser.page.button, LEFT)
    qtbot.waitUntil(lambda: len(rows(workspace)) == 15)
    workspace.find_here()
    assert workspace.toolbar.find_field.hasFocus()
    workspace.toolbar.find_field.insert("꼬리")  # as an input method does
    qtbot.waitUntil(lambda: len(rows(workspace)) == 1)
    assert names(workspace) == [KOREAN]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-02-03", "2024-02-03", "2024-02-03"),
    ],
)
def test_a_date_may_be_a_year_a_month_or_a_day(text: str, first: str, last: str) -> None:
    span = date_span(text)
    assert span is not None
    assert [moment.date().isoformat() for moment in span] == [first, last]


@pytest.mark.parametrize("text", ["", "last week", "2024-13", "2024-02-30", "1-2-3-4", "99999"])
def test_what_is_no_date_filters_nothing(text: str) -> None:
    assert date_span(text) is None


def test_other_orders_have_no_headers(session: Session, workspace: PhotosWorkspace) -> None:
    workspace.toolbar.order.setCurrentIndex(list(PhotoOrder).index(PhotoOrder.NAME))
    session.settle()
    assert [group.title for group in workspace.browser.model.groups] == [""]
    assert names(workspace) == sorted(names(workspace), key=str.casefold)


def test_an_empty_catalogue_says_what_next(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    session = Session(Catalogue.create(tmp_path / "empty"))
    made = PhotosWorkspace(session)
    qtbot.addWidget(made)
    made.show()
    session.settle()
    assert made.browser.page.sentence.text() == "No photos yet. Drop a folder here, or press Ctrl+I."
    assert made.browser.page.isVisible()
    session.close()


def test_unreadable_photos_are_told_and_shown(session: Session, workspace: PhotosWorkspace) -> None:
    assert workspace.problem_bar.isVisible()
    assert workspace.problem_bar.sentence.text() == "1 photo can't be read. See why; the rest goes on."
    QTest.mouseClick(workspace.problem_bar.button, LEFT)
    session.settle()
    assert names(workspace) == ["IMG_9999.jpg"]
    click(workspace, 0)
    assert workspace.details.problem.text() == ENDS_EARLY
    assert not workspace.problem_bar.isVisible()


# Moving and ticking


def test_arrows_move_and_keep_ticks(workspace: PhotosWorkspace) -> None:
    click(workspace, 0)
    press(workspace, Qt.Key.Key_Y)
    press(workspace, Qt.Key.Key_Right)
    press(workspace, Qt.Key.Key_Right)
    press(workspace, Qt.Key.Key_Y)
    ids = rows(workspace)
    assert workspace.grid.ticks == [ids[0], ids[2]]
    assert workspace.grid.current_id == ids[2]
    assert workspace.session.selection == {ids[0], ids[2]}
    assert workspace.toolbar.said.text() == "15 photos, 2 ticked"
    press(workspace, Qt.Key.Key_Escape)
    assert workspace.grid.ticks == []
    assert workspace.session.selection == {ids[2]}


def test_next_previous_back_home_and_end(workspace: PhotosWorkspace) -> None:
    ids = rows(workspace)
    click(workspace, 1)
    press(workspace, Qt.Key.Key_PageDown)
    assert workspace.grid.current_id == ids[2]
    press(workspace, Qt.Key.Key_PageUp)
    assert workspace.grid.current_id == ids[1]
    press(workspace, Qt.Key.Key_End)
    assert workspace.grid.current_id == ids[-1]
    press(workspace, Qt.Key.Key_Backspace)
    assert workspace.grid.current_id == ids[1]
    press(workspace, Qt.Key.Key_Home)
    assert workspace.grid.current_id == ids[0]


def test_clicks_tick_as_in_a_file_manager(workspace: PhotosWorkspace) -> None:
    ids = rows(workspace)
    click(workspace, 1)
    click(workspace, 3, SHIFT)
    assert workspace.grid.ticks == ids[1:4]
    click(workspace, 2, CTRL)
    assert workspace.grid.ticks == [ids[1], ids[3]]
    click(workspace, 3)
    assert workspace.grid.ticks == [ids[1], ids[3]], "a click on a ticked photo only looks at it"
    click(workspace, 0)
    assert workspace.grid.ticks == []
    assert workspace.grid.current_id == ids[0]


def test_the_corner_of_a_cell_ticks_it(workspace: PhotosWorkspace) -> None:
    corner = workspace.grid.visualRect(workspace.browser.model.index(2)).topLeft() + QPoint(12, 12)
    QTest.mouseClick(workspace.grid.viewport(), LEFT, PLAIN, corner)
    assert workspace.grid.ticks == [rows(workspace)[2]]


def test_a_drag_from_empty_ground_ticks_what_it_touches(workspace: PhotosWorkspace) -> None:
    viewport, grid = workspace.grid.viewport(), workspace.grid
    last = grid.visualRect(workspace.browser.model.index(5))
    start, end = last.bottomRight() + QPoint(60, 3), last.center()
    QTest.mousePress(viewport, LEFT, PLAIN, start)
    QTest.mouseMove(viewport, start - QPoint(20, 5))
    QTest.mouseMove(viewport, end)
    QTest.mouseRelease(viewport, LEFT, PLAIN, end)
    assert grid.ticks == [rows(workspace)[5]]


def test_shift_and_arrows_tick_a_run_and_a_header_its_encounter(workspace: PhotosWorkspace) -> None:
    ids = rows(workspace)
    click(workspace, 0)
    press(workspace, Qt.Key.Key_Right, SHIFT)
    press(workspace, Qt.Key.Key_Right, SHIFT)
    assert workspace.grid.ticks == ids[:3]
    press(workspace, Qt.Key.Key_Left, SHIFT)
    assert workspace.grid.ticks == ids[:2]
    header = workspace.grid.cells().header_rect(0).center()
    QTest.mouseClick(workspace.grid.viewport(), LEFT, PLAIN, header)
    assert workspace.grid.ticks == ids[:6]
    assert workspace.details.title.text() == "6 photos ticked"
    press(workspace, Qt.Key.Key_A, CTRL)
    assert workspace.grid.ticks == ids


def test_ticks_and_scroll_stay_when_photos_come(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    workspace = opened(qtbot, session, 1000, 320)
    ids = rows(workspace)
    workspace.grid.tick([ids[7], ids[9]])
    workspace.grid.set_current(ids[9])
    top = workspace.grid.visualRect(workspace.browser.model.index_of(ids[9])).top()
    extra = read_photo(draw(tmp_path / "early.jpg", 25))
    early = replace(extra, taken_at=BEGAN - timedelta(days=1))

    session.edit(lambda c: c.add_photos([early]))
    session.edit(lambda c: c.make_encounter([c.photo_ids()[0]], "Before"))
    qtbot.waitUntil(lambda: len(rows(workspace)) == 16 and workspace.browser.model.groups[0].title.startswith("Before"))
    assert workspace.grid.ticks == [ids[7], ids[9]]
    assert workspace.grid.current_id == ids[9]
    assert workspace.grid.visualRect(workspace.browser.model.index_of(ids[9])).top() == top


# The window around it


def test_show_item_clears_a_filter_that_hides_the_photo(session: Session, workspace: PhotosWorkspace) -> None:
    key = rows(workspace)[0]
    workspace.filters.choose_status(PhotoStatus.PROBLEM)
    session.settle()
    workspace.show_item(key)
    session.settle()
    assert workspace.grid.current_id == key
    assert workspace.filters.filter == PhotoFilter()
    workspace.show_item(123_456)
    assert workspace.grid.current_id == key


def test_a_narrow_window_folds_the_panes(workspace: PhotosWorkspace) -> None:
    workspace.resize(900, 500)
    assert not workspace.filters.isVisible()
    button = workspace.toolbar.filters_button
    QTest.mouseClick(button, LEFT)
    assert workspace.filters.isVisible(), "folded to a button"
    assert not workspace.details.isVisible()
    QTest.mouseClick(button, LEFT)
    assert not workspace.filters.isVisible()
    workspace.resize(1280, 716)
    assert workspace.filters.isVisible()
    assert not button.isVisible()
    workspace.set_folded(True)
    assert not workspace.details.isVisible()


def test_only_what_a_change_touched_is_read_again(
    qtbot: QtBot, session: Session, workspace: PhotosWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[int]] = []
    photos = Catalogue.photos

    def counting(catalogue: Catalogue, ids: list[int]) -> object:
        asked.append(list(ids))
        return photos(catalogue, ids)

    monkeypatch.setattr(Catalogue, "photos", counting)
    listed: list[object] = []
    workspace.browser.listed.connect(listed.append)
    key = rows(workspace)[4]
    session.edit(lambda c: c.draw_box(key, Box(10, 10, 60, 50)))
    qtbot.waitUntil(lambda: workspace.browser.model.row_of(key).tails == 1)
    assert {one for ids in asked for one in ids} == {key}
    assert listed == []


def test_a_listing_that_fails_says_so_and_can_be_tried_again(
    qtbot: QtBot, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(catalogue: Catalogue, *_: object) -> list[int]:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Catalogue, "photo_ids_by_encounter", broken)
        browser = PhotoBrowser(session)
        qtbot.addWidget(browser)
        browser.show()
        session.settle()
    assert "Input/output error" in browser.page.sentence.text()
    QTest.mouseClick(browser.page.button, LEFT)
    session.settle()
    assert browser.model.rowCount() == 15


def test_pictures_are_painted_in_both_views(qtbot: QtBot, session: Session, workspace: PhotosWorkspace) -> None:
    click(workspace, 0)
    for as_list in (False, True):
        workspace.toolbar.list_button.setChecked(as_list)
        session.settle()
        picture = workspace.grid.viewport().grab().toImage()
        across, down = range(0, picture.width(), 5), range(0, picture.height(), 5)
        colours = [picture.pixelColor(x, y) for x in across for y in down]
        assert any(colour.blue() > colour.red() + 40 for colour in colours), "the blue of the drawn sea is seen"


# The list's columns


def test_a_click_on_a_columns_title_sorts_and_turns_round(
    qtbot: QtBot, session: Session, workspace: PhotosWorkspace
) -> None:
    ids = rows(workspace)
    session.edit(lambda c: c.set_photographer(ids[:2], "Ben"))
    session.edit(lambda c: c.set_photographer(ids[2:4], "Ana"))
    workspace.toolbar.list_button.setChecked(True)
    session.settle()
    header = workspace.browser.titles
    assert header.sortIndicatorSection() == -1, "encounters are no column"
    by = list(ORDERS).index("Taken by")
    spot = QPoint(header.sectionViewportPosition(by) + 20, header.height() // 2)
    QTest.mouseClick(header.viewport(), LEFT, PLAIN, spot)
    session.settle()
    assert rows(workspace)[:4] == [*ids[2:4], *ids[:2]]
    assert workspace.toolbar.sorted_by == (PhotoOrder.PHOTOGRAPHER, False)
    QTest.mouseClick(header.viewport(), LEFT, PLAIN, spot)
    session.settle()
    assert rows(workspace)[:4] == ids[:4]
    assert workspace.toolbar.direction.isChecked()
    workspace.toolbar.order.setCurrentIndex(0)
    session.settle()
    assert header.sortIndicatorSection() == -1
    groups = [group.title.split(",")[0] for group in workspace.browser.model.groups]
    assert groups == ["Encounter 2", "Encounter 1", NO_ENCOUNTER]


def test_a_wider_column_moves_the_others(session: Session, workspace: PhotosWorkspace) -> None:
    workspace.toolbar.list_button.setChecked(True)
    session.settle()
    header, lines = workspace.browser.titles, workspace.browser.grid.itemDelegate()
    header.resizeSection(0, 320)
    first, second = lines.columns(workspace.grid.visualRect(workspace.browser.model.index(0)))[:2]
    assert second.left() - first.left() == 320
    menu = header.menu()
    assert [action.text() for action in menu.actions()] == list(ORDERS)[1:]
    menu.actions()[0].trigger()
    assert header.isSectionHidden(1)
    _, hidden, third = lines.columns(workspace.grid.visualRect(workspace.browser.model.index(0)))[:3]
    assert hidden.isEmpty()
    assert third.left() == second.left(), "the next one moves up"
    assert not workspace.grid.viewport().grab().isNull()


def test_columns_that_find_no_room_are_scrolled_to_with_their_titles(
    session: Session, workspace: PhotosWorkspace
) -> None:
    workspace.toolbar.list_button.setChecked(True)
    session.settle()
    header, grid, lines = workspace.browser.titles, workspace.grid, workspace.browser.grid.itemDelegate()
    note = list(ORDERS).index("Note")

    def spots() -> tuple[int, int, int]:
        """Where the last column ends, where it begins, and where its title does; pixels of the grid's viewport."""
        place = lines.columns(grid.visualRect(workspace.browser.model.index(0)))[note]
        title = header.mapTo(workspace.browser, QPoint(header.sectionPosition(note), 0)).x()
        return place.right(), place.left(), title - grid.mapTo(workspace.browser, QPoint()).x()

    assert spots()[0] > grid.viewport().width(), "at 1280 pixels not all columns are in sight"
    click(workspace, 0)
    for _ in range(20):
        QTest.keyClick(grid, Qt.Key.Key_Right)
    end, begin, title = spots()
    assert end <= grid.viewport().width()
    assert abs(begin - title) <= 2, "the title stands above its column"
    assert grid.current_id == workspace.browser.model.ids[0]
    assert grid.indexAt(grid.visualRect(workspace.browser.model.index(1)).center()).row() == 1
    workspace.toolbar.grid_button.setChecked(True)
    session.settle()
    assert grid.horizontalOffset() == 0


@pytest.mark.parametrize(
    ("which", "words"),
    [
        (PhotoFilter(), ""),
        (PhotoFilter(statuses=frozenset({PhotoStatus.WAITING, PhotoStatus.NO_TAIL})), "waiting or no tail"),
        (PhotoFilter(taken_from=BEGAN, taken_to=BEGAN), "12 Aug 2025"),
        (PhotoFilter(taken_to=BEGAN, encounter_id=3, whale_id=4), "up to 12 Aug 2025; Encounter 3; of HW0004"),
        (PhotoFilter(photographer="", quality=Quality.GOOD, text=" calf "), "by nobody named; good; with “calf”"),
    ],
)
def test_a_filter_is_said_in_words(which: PhotoFilter, words: str) -> None:
    assert filter_words(which, {3: "Encounter 3"}, {4: "HW0004"}) == words


def test_esc_leaves_every_field_and_what_stands_in_it_holds(
    qtbot: QtBot, session: Session, workspace: PhotosWorkspace
) -> None:
    workspace.activateWindow()
    for field in (workspace.toolbar.find_field, workspace.filters.taken_from, workspace.filters.whale_find):
        field.setFocus()
        QTest.keyClicks(field, "2025")
        QTest.keyClick(field, Qt.Key.Key_Escape)
        assert workspace.focusWidget() is workspace.grid
        assert field.text() == "2025"
