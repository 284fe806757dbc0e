"""Two tails aligned by the points that agree: tips and notch fall together, and nothing jumps under the pointer."""

from __future__ import annotations

import numpy as np
import pytest
from match_survey import Survey, press
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QTransform
from two_tails import wheel

from whalegui.widgets.fluke_sides import Alignment, Which
from whaleid_core import local

Key = Qt.Key
ONTO = QTransform(0.25, 0.02, -0.03, 0.22, -140, -60)
"""From the candidate's photo onto the new tail's."""
FOUND = Alignment((1, 2), 23, ONTO)
SPOT = QPointF(1400, 900)


def where(comparer, which: Which, spot: QPointF) -> QPointF:
    """A spot's place in its pane."""
    transform = comparer.transform(which)
    assert transform is not None
    area = dict(comparer._areas())[which]
    return transform.map(spot) - QPointF(area.topLeft())


def falls_together(comparer) -> bool:
    apart = where(comparer, Which.CANDIDATE, SPOT) - where(comparer, Which.NEW, ONTO.map(SPOT))
    return apart.manhattanLength() < 1


def test_by_points_the_same_mark_is_in_the_same_place_of_both_panes(comparer):
    before = where(comparer, Which.NEW, SPOT)
    assert not falls_together(comparer)
    comparer.set_alignment(FOUND)
    assert falls_together(comparer)
    assert where(comparer, Which.NEW, SPOT) == before
    assert comparer._words(Which.CANDIDATE) == ["Aligned by 23 points that agree"]
    wheel(comparer, QPointF(900, 100), 240)
    assert falls_together(comparer)
    comparer.fit_photo()
    assert falls_together(comparer)


def test_where_she_moved_about_it_waits_until_she_fits_the_tails(comparer):
    wheel(comparer, QPointF(900, 100), 240)
    seen = where(comparer, Which.CANDIDATE, SPOT)
    comparer.set_alignment(FOUND)
    assert where(comparer, Which.CANDIDATE, SPOT) == seen
    assert not comparer.aligned
    comparer.fit_tail()
    assert falls_together(comparer)


def test_a_key_says_by_what_they_are_aligned_and_a_mirrored_tail_is_by_its_box(comparer):
    comparer.toggle_alignment()
    comparer.set_alignment(FOUND)
    assert comparer.aligned
    comparer.toggle_alignment()
    assert not falls_together(comparer)
    assert comparer._words(Which.CANDIDATE) == []
    comparer.toggle_alignment()
    assert falls_together(comparer)
    comparer.mirror()
    assert not comparer.aligned
    assert not comparer.can_align


def test_another_pair_is_not_aligned_by_what_was_found_of_this_one(comparer):
    comparer.set_alignment(Alignment((1, 3), 40, ONTO))
    assert not comparer.aligned
    comparer.set_alignment(Alignment((1, 2), 5))
    assert not comparer.can_align
    assert comparer.alignment.words == "Only 5 points agree: aligned by the boxes"


def test_in_matches_the_pair_is_aligned_as_soon_as_its_points_are_read(qtbot, matching: Survey, matches) -> None:
    view = matches.view
    align = view.pair.tools._actions["align"]
    assert not align.isEnabled()
    assert "Aligned by the boxes" in align.toolTip()
    new, other = view.details.tail, view.details.candidates[0].first[0]
    spots = np.random.default_rng(2).uniform((20, 10), (local.WIDTH - 20, local.HEIGHT - 10), (20, 2))
    matching.keep_points(new.id, spots)
    matching.keep_points(other.id, spots + np.array([4, 2]))
    press(qtbot, matches, Key.Key_2, Key.Key_1)
    comparer = view.pair.comparer
    assert comparer.aligned
    assert align.isChecked()
    assert comparer.alignment.points == 20
    middle = where(comparer, Which.CANDIDATE, QPointF(other.box.xmin, other.box.ymin))
    there = QPointF(
        new.box.xmin - 4 / local.WIDTH * 1.1 * new.box.width, new.box.ymin - 2 / local.HEIGHT * 1.1 * new.box.height
    )
    assert (middle - where(comparer, Which.NEW, there)).manhattanLength() == pytest.approx(0, abs=1)
    press(qtbot, matches, Key.Key_B)
    assert not comparer.aligned
    assert not align.isChecked()
