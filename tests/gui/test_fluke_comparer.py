"""The comparer: one scale for both tails, linked zoom and pan, blink, wipe, overlay, mirror; and its pictures."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage
from two_tails import BLUE, CANDIDATE_BOX, NEW_BOX, RED, crop_of, wheel

from whalegui.widgets.fluke_comparer import FlukeComparer
from whalegui.widgets.fluke_sides import HEADER, Mode, Side, Sight, Which, fitted_width, panes, placed
from whalegui.widgets.tail_picture import CONTEXT_SIDE, Look, altered, read_tail_picture, surroundings, with_look
from whaleid_core.records import Box


def _corners(comparer: FlukeComparer, which: Which, box: Box) -> tuple[QPointF, QPointF]:
    transform = comparer.transform(which)
    assert transform is not None
    return transform.map(QPointF(box.xmin, box.ymin)), transform.map(QPointF(box.xmax, box.ymax))


def _colour_at(comparer: FlukeComparer, x: int, y: int) -> QColor:
    return QColor(comparer.grab().toImage().pixel(x, y))


def test_both_tails_have_one_scale_and_lie_in_the_middle_of_their_panes(comparer):
    left, right = _corners(comparer, Which.NEW, NEW_BOX), _corners(comparer, Which.CANDIDATE, CANDIDATE_BOX)
    assert left[1].x() - left[0].x() == pytest.approx(right[1].x() - right[0].x())
    assert (left[0] + left[1]).x() / 2 == pytest.approx(320, abs=1)
    assert (right[0] + right[1]).x() / 2 == pytest.approx(960, abs=1)
    assert min(left[0].y(), right[0].y()) >= HEADER
    assert max(left[1].y(), right[1].y()) <= comparer.height()


@settings(max_examples=40, deadline=None)
@given(
    boxes=st.tuples(*[st.tuples(st.floats(5, 4000), st.floats(5, 4000))] * 2),
    area=st.tuples(st.integers(50, 3000), st.integers(50, 2000)),
)
def test_a_fitted_tail_is_always_whole(boxes, area):
    rect = QRect(0, 0, *area)
    sides = [Side(n, "", "", Box(10, 20, 10 + w, 20 + h), (9000, 9000)) for n, (w, h) in enumerate(boxes)]
    unit = fitted_width(rect, sides)
    for side in sides:
        shown = placed(side, rect, unit, Sight()).mapRect(side.crop_place)
        assert unit == 1 or rect.toRectF().adjusted(-0.1, -0.1, 0.1, 0.1).contains(shown)


def test_the_wheel_zooms_both_at_the_pointer(comparer):
    at = QPointF(200, 150)
    transform = comparer.transform(Which.NEW)
    under = transform.inverted()[0].map(at)
    wheel(comparer, at, 240)
    assert comparer.transform(Which.NEW).map(under).x() == pytest.approx(at.x(), abs=0.01)
    assert comparer.transform(Which.NEW).map(under).y() == pytest.approx(at.y(), abs=0.01)
    assert comparer.sight(Which.NEW).zoom == pytest.approx(1.0015**240)
    assert comparer.sight(Which.CANDIDATE) == comparer.sight(Which.NEW)


def test_a_drag_moves_both_until_they_are_unlinked(comparer, qtbot):
    before = _corners(comparer, Which.CANDIDATE, CANDIDATE_BOX)[0]
    qtbot.mousePress(comparer, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    qtbot.mouseMove(comparer, QPoint(340, 210))
    qtbot.mouseRelease(comparer, Qt.MouseButton.LeftButton, pos=QPoint(340, 210))
    after = _corners(comparer, Which.CANDIDATE, CANDIDATE_BOX)[0]
    assert (after - before).toPoint() == QPoint(40, 10)
    comparer.toggle_link()
    qtbot.mousePress(comparer, Qt.MouseButton.MiddleButton, pos=QPoint(1000, 200))
    qtbot.mouseMove(comparer, QPoint(900, 200))
    qtbot.mouseRelease(comparer, Qt.MouseButton.MiddleButton, pos=QPoint(900, 200))
    assert comparer.sight(Which.CANDIDATE).pan.x() < comparer.sight(Which.NEW).pan.x()
    comparer.toggle_link()
    assert comparer.sight(Which.CANDIDATE) == comparer.sight(Which.NEW)


def test_double_click_fits_again(comparer, qtbot):
    wheel(comparer, QPointF(200, 150), 480)
    qtbot.mouseDClick(comparer, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    assert comparer.sight(Which.NEW) == Sight()


def test_blink_swaps_in_place(comparer):
    assert _colour_at(comparer, 320, 190) == RED
    comparer.blink()
    assert _colour_at(comparer, 320, 190) == BLUE
    comparer.blink()
    assert _colour_at(comparer, 320, 190) == RED


def test_the_wipe_line_is_dragged(comparer, qtbot):
    comparer.set_mode(Mode.WIPE)
    assert _colour_at(comparer, 500, 150) == RED
    assert _colour_at(comparer, 780, 150) == BLUE
    qtbot.mousePress(comparer, Qt.MouseButton.LeftButton, pos=QPoint(640, 100))
    qtbot.mouseMove(comparer, QPoint(900, 100))
    qtbot.mouseRelease(comparer, Qt.MouseButton.LeftButton, pos=QPoint(900, 100))
    assert comparer.wipe == pytest.approx(900 / 1280, abs=0.01)
    assert _colour_at(comparer, 780, 150) == RED
    assert comparer.sight(Which.NEW) == Sight()


def test_the_overlay_fades(comparer):
    comparer.set_mode(Mode.OVERLAY)
    comparer.set_opacity(0)
    assert _colour_at(comparer, 640, 190) == RED
    comparer.set_opacity(1)
    assert _colour_at(comparer, 640, 190) == BLUE
    comparer.set_opacity(0.5)
    assert _colour_at(comparer, 640, 190).red() == pytest.approx(115, abs=3)


def test_stacked_edges_line_up(comparer):
    comparer.set_mode(Mode.STACK)
    upper, lower = _corners(comparer, Which.NEW, NEW_BOX), _corners(comparer, Which.CANDIDATE, CANDIDATE_BOX)
    assert upper[0].x() == pytest.approx(lower[0].x())
    assert upper[1].x() == pytest.approx(lower[1].x())
    assert upper[1].y() < lower[0].y()
    comparer.set_mode(Mode.STACK)
    assert comparer.mode is Mode.SIDE


def test_mirror_turns_only_the_new_tail_round(comparer):
    comparer.mirror()
    left, right = _corners(comparer, Which.NEW, NEW_BOX)
    assert left.x() > right.x()
    left, right = _corners(comparer, Which.CANDIDATE, CANDIDATE_BOX)
    assert left.x() < right.x()
    comparer.turn(359)
    comparer.turn(2)
    assert comparer.angle == 1


def test_full_size_is_one_photo_pixel_to_one_screen_pixel(comparer):
    comparer.full_size()
    left, right = _corners(comparer, Which.NEW, NEW_BOX)
    assert (right.x() - left.x()) * comparer.devicePixelRatioF() == pytest.approx(NEW_BOX.width)


def test_the_whole_photo_fits(comparer):
    comparer.toggle_link()
    comparer.fit_photo()
    area = panes(comparer.rect(), Mode.SIDE)[1][1]
    shown = comparer.transform(Which.CANDIDATE).mapRect(QRect(0, 0, 4000, 3000))
    assert area.adjusted(-1, -1, 1, 1).contains(shown)


def test_painting_tells_which_tail_was_on_the_screen(comparer, qtbot):
    comparer.grab()
    assert comparer.painted_key == 1
    comparer.set_side(Which.NEW, Side(3, "tail 3", "", NEW_BOX, (900, 600)))
    comparer.grab()
    assert comparer.painted_key is None
    comparer.set_side(Which.NEW, Side(3, "tail 3", "", NEW_BOX, (900, 600), crop=crop_of(RED)))
    comparer.grab()
    assert comparer.painted_key == 3


def test_an_empty_pane_says_why(comparer):
    before = comparer.grab().toImage()
    comparer.set_side(Which.CANDIDATE, None, "No whale is known yet.")
    assert comparer.grab().toImage() != before
    assert comparer.transform(Which.CANDIDATE) is None


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    pixels = cv2.resize(rng.integers(0, 256, (60, 90, 3), np.uint8), (1800, 1200), interpolation=cv2.INTER_CUBIC)
    path = tmp_path / "IMG_1.jpg"
    path.write_bytes(cv2.imencode(".jpg", pixels)[1].tobytes())
    return path


def test_a_tail_is_read_in_full_detail_and_its_photo_in_less(photo):
    box = Box(600, 500, 1200, 900)
    picture = read_tail_picture(photo, 1800, box)
    context, detail = picture.layers
    assert max(context.pixels.shape) == CONTEXT_SIDE
    assert context.place.getRect() == (0, 0, 1800, 1200)
    assert detail.place.contains(surroundings(box))
    assert detail.levels[0].width() == detail.place.width()
    assert [level.width() for level in detail.levels] == [900, 450, 225]
    assert detail.level(0.3).width() == 450
    assert detail.level(5).width() == 900
    assert picture.size > detail.pixels.nbytes


def test_a_small_photo_is_one_layer(photo):
    small = photo.with_name("small.png")
    small.write_bytes(cv2.imencode(".png", cv2.resize(cv2.imread(str(photo)), (300, 200)))[1].tobytes())
    (layer,) = read_tail_picture(small, 300, Box(10, 10, 200, 120)).layers
    assert isinstance(layer.levels[0], QImage)
    assert layer.levels[0].width() == 300


def test_looks_change_what_is_seen_and_say_so(photo):
    picture = read_tail_picture(photo, 1800, Box(600, 500, 1200, 900))
    assert with_look(picture, Look()) is picture
    look = Look(grey=True, invert=True, enhance=True, brightness=20)
    made = with_look(picture, look)
    assert made.look.words == ["grey", "inverted", "enhanced", "brightness +20"]
    assert np.array_equal(made.layers[0].pixels, picture.layers[0].pixels)
    colour = QColor(made.layers[1].levels[0].pixel(40, 40))
    assert colour.red() == colour.green() == colour.blue()


def test_invert_is_its_own_inverse_and_contrast_keeps_middle_grey():
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    assert np.array_equal(altered(altered(pixels, Look(invert=True)), Look(invert=True)), pixels)
    assert abs(int(altered(np.full((4, 4, 3), 128, np.uint8), Look(contrast=80))[0, 0, 0]) - 128) <= 2
    flat = np.linspace(110, 130, 64 * 64, dtype=np.float32).astype(np.uint8).reshape(64, 64, 1).repeat(3, axis=2)
    assert np.ptp(altered(flat, Look(enhance=True))) > np.ptp(flat)


def test_escape_leaves_the_mode_then_the_blink_and_then_is_the_windows(qtbot, comparer):
    comparer.set_mode(Mode.OVERLAY)
    comparer.blink()
    for _ in range(3):
        qtbot.keyClick(comparer, Qt.Key.Key_Escape)
    assert comparer.mode is Mode.SIDE
    assert not comparer.swapped
    assert not comparer.escape()
