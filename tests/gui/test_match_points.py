"""Matching points of the pair in view, joined by lines."""

from __future__ import annotations

import numpy as np
import pytest
from match_survey import press
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from whalegui import match_points
from whalegui.keymap import keymap
from whalegui.widgets.pair_panel import HELD_MS
from whaleid_core import local, relevance
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Box

Key = Qt.Key


def test_points_that_agree_are_joined_where_they_lie_in_both_photos(qtbot, matching, matches):
    new, other = matches.view.details.tail, matches.view.details.candidates[0].first[0]
    spots = np.random.default_rng(2).uniform((20, 10), (local.WIDTH - 20, local.HEIGHT - 10), (9, 2))
    matching.keep_points(new.id, spots)
    matching.keep_points(other.id, spots + np.array([4, 2]))
    press(qtbot, matches, Key.Key_T)
    points = matches.view.pair.comparer.points
    assert points.pair == (new.id, other.id)
    assert points.sentence == "9 points agree"
    width, left = new.box.width * 1.1, new.box.xmin - new.box.width * 0.05
    assert [x for x, _ in points.new] == pytest.approx(sorted(left + spots[:, 0] / local.WIDTH * width), abs=0.1)
    assert matches.view.pair.tools._actions["points"].isChecked()
    press(qtbot, matches, Key.Key_2)
    assert matches.view.pair.comparer.points.problem == match_points.unknown()
    press(qtbot, matches, Key.Key_T)
    assert matches.view.pair.comparer.points is None


def test_no_point_that_agrees_rules_nothing_out(qtbot, matching, matches):
    new, other = matches.view.details.tail, matches.view.details.candidates[0].first[0]
    for tail_id in (new.id, other.id):
        matching.keep_points(tail_id, np.zeros((0, 2)))
    press(qtbot, matches, Key.Key_T)
    assert matches.view.pair.comparer.points.sentence == "No matching points. That alone rules nothing out."


def test_where_the_network_looked_glows_or_it_says_why_not(qtbot, matching, matches, monkeypatch):
    boxes = Box(0, 0, 10, 5), Box(1, 1, 9, 4)
    maps = np.array([[0, 1.0]], np.float32), np.array([[0.5, 0.25]], np.float32)
    monkeypatch.setattr(relevance, "relevance", lambda one, other: relevance.Relevance(maps, boxes))
    press(qtbot, matches, Key.Key_H)
    heat = matches.view.pair.comparer.heat
    assert heat.pair == matches.view.pair.comparer.keys
    assert [image.pixelColor(0, 0).alpha() for image in heat.images] == [0, 100]
    assert heat.places[1].getRect() == (1, 1, 8, 3)

    def refuse(one, other):
        raise WhaleIdError("Torch isn't there.", "Install it.")

    monkeypatch.setattr(relevance, "relevance", refuse)
    press(qtbot, matches, Key.Key_2)
    assert matches.view.pair.comparer._findings == ["Torch isn't there. Install it."]
    press(qtbot, matches, Key.Key_H)
    assert matches.view.pair.comparer.heat is None
    assert matches.view.pair.comparer._findings == []


def test_what_names_keys_names_those_that_a_person_chose(qtbot, matching, matches):
    said = []
    matches.session.status_changed.connect(said.append)
    keymap.choose({"matches.pick_1": ("F7",), "matches.new": ("X",), "matches.blink": ("Q",)})
    try:
        view = matches.view
        view._show_candidate(0, None)
        assert view.decisions.same_button.text() == "Pick F7-0 first"
        press(qtbot, matches, Key.Key_Return)
        assert said[-1] == "Pick a candidate with F7-0 first, or name a new whale with X."
        view.pair.comparer.setFocus()
        qtbot.keyPress(view.pair.comparer, Key.Key_Q)
        assert view.pair.comparer.swapped
        qtbot.wait(HELD_MS + 50)
        qtbot.keyRelease(view.pair.comparer, Key.Key_Q)
        assert not view.pair.comparer.swapped
    finally:
        keymap.choose({})


def test_a_right_click_on_the_tails_offers_what_the_keys_do(qtbot, matching, matches):
    comparer = matches.view.pair.comparer
    comparer.customContextMenuRequested.emit(comparer.rect().center())
    menu = matches.view.pair.findChild(QMenu)
    offered = [action.objectName() for action in menu.actions() if not action.isSeparator()]
    assert offered[:2] == ["matches.same", "matches.new"]
    assert {"matches.wipe", "matches.align", "matches.fit_tail"} <= set(offered)
    menu.close()


def test_escape_unticks_what_is_ticked(qtbot, matching, matches):
    press(qtbot, matches, (Key.Key_A, Qt.KeyboardModifier.ControlModifier))
    assert matches.scope.ticks.ids
    press(qtbot, matches, Key.Key_Escape)
    assert not matches.scope.ticks.ids
