"""The detector looks again: what it would change is seen, taken or left, and a person's boxes stay."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from whalegui.answers import percent
from whalegui.boxes_workspace import BoxesWorkspace
from whalegui.item_models import Role
from whalegui.widgets.difference_sheet import said
from whaleid_core import workflow
from whaleid_core.catalogue import Catalogue
from whaleid_core.engine import load_engine
from whaleid_core.records import Box, Drawer
from whaleid_core.sample import draw_survey

LEFT = Qt.MouseButton.LeftButton
WRONG = Box(4, 4, 70, 44, Drawer.DETECTOR, 0.5)
MINE = Box(10, 200, 90, 250)


@pytest.fixture
def workspace(tmp_path: Path, show_boxes: Callable[..., BoxesWorkspace]) -> BoxesWorkspace:
    """Four photos that show a tail each: a wrong box of an older detector on three of them, mine on the fourth."""
    survey = draw_survey(tmp_path / "survey", whales=4, known=4, new=0, size=(480, 320))
    catalogue = Catalogue.create(tmp_path / "catalogue")
    workflow.add_photos(catalogue, [survey.known_dir])
    first, second, third, fourth = catalogue.photo_ids()
    for key in (first, second, third):
        catalogue.add_boxes(key, [WRONG], searched_by="an older one")
    catalogue.add_boxes(fourth, [], searched_by="an older one")
    catalogue.draw_box(fourth, MINE)
    made = show_boxes(catalogue, 1180, 700)
    made.session.engine = load_engine("cpu")
    return made


def test_what_would_change_is_seen_and_taken_or_left(workspace: BoxesWorkspace) -> None:
    session, catalogue = workspace.session, workspace.session.catalogue
    first, second, third, fourth = catalogue.photo_ids()
    assert workspace.pane.offer.isHidden()
    workspace.again.start([first, second, third, fourth])
    session.settle()
    assert [tail.box for tail in catalogue.tails(first)] == [WRONG]  # nothing is changed by looking
    assert "would change" in workspace.pane.offer.text()
    found = {item.photo.id: item for item in session.again.differences}
    assert {first, second, third} <= found.keys()

    QTest.mouseClick(workspace.pane.offer, LEFT)
    session.settle()
    sheet = workspace.stage.differences
    assert workspace.stage.on_differences
    assert sheet.grid.tick_count == len(found)
    row = sheet.grid.model().index(0, 0)
    assert said(row.data(Role.ROW)) == "another box"
    left_out = row.data(Role.ID)
    QTest.mouseClick(sheet.grid.viewport(), LEFT, pos=sheet.grid.visualRect(row).center())
    assert sheet.grid.tick_count == len(found) - 1
    QTest.keyClick(sheet.grid, Qt.Key.Key_Return)
    session.settle()

    assert not workspace.stage.on_differences
    assert workspace.pane.offer.isHidden()
    assert [tail.box for tail in catalogue.tails(left_out)] == [WRONG]
    for key in {first, second, third} - {left_out}:
        assert [tail.box for tail in catalogue.tails(key)] == list(found[key].after)
    assert MINE in [tail.box for tail in catalogue.tails(fourth)]
    session.undo()
    session.settle()
    assert all([tail.box for tail in catalogue.tails(key)] == [WRONG] for key in (first, second, third))


def test_what_may_be_a_tail_is_dashed_and_for_the_person_to_tick(workspace: BoxesWorkspace) -> None:
    session, catalogue = workspace.session, workspace.session.catalogue
    strict = copy(session.engine.finder)
    strict.confidence = 0.9999
    session.engine = replace(session.engine, finder=strict)
    first = catalogue.photo_ids()[0]
    catalogue.set_boxes(first, [])
    workspace.again.start([first])
    session.settle()
    workspace.show_differences()
    session.settle()
    grid = workspace.stage.differences.grid
    (found,) = session.again.differences[0].found
    assert said(grid.model().index(0, 0).data(Role.ROW)) == f"perhaps a tail, {percent(found.confidence)}"
    assert grid.tick_count == 0
    QTest.mouseClick(grid.viewport(), LEFT, pos=grid.visualRect(grid.model().index(0, 0)).center())
    QTest.keyClick(grid, Qt.Key.Key_Return)
    session.settle()
    assert [tail.box for tail in catalogue.tails(first)] == [found]
    assert not catalogue.photo(first).checked, "it is seen once more, large"


def test_backspace_leaves_all_as_it_is_and_the_offer_stays(workspace: BoxesWorkspace) -> None:
    session, catalogue = workspace.session, workspace.session.catalogue
    first = catalogue.photo_ids()[0]
    workspace.open(first)
    session.settle()
    workspace.actions_made["boxes.look_again"].trigger()
    session.settle()
    assert [item.photo.id for item in session.again.differences] == [first]
    workspace.show_differences()
    QTest.keyClick(workspace.stage.differences.grid, Qt.Key.Key_Backspace)
    session.settle()
    assert workspace.stage.on_canvas
    assert not workspace.pane.offer.isHidden()
    assert [tail.box for tail in catalogue.tails(first)] == [WRONG]
    assert not session.undo_stack.count()
