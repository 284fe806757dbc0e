"""The photo canvas: what mouse, wheel and keys do to boxes, and the transform between photo and screen."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from whalegui import canvas_keys
from whalegui.widgets import box_handles
from whalegui.widgets.box_handles import HANDLES, CanvasBox, Edge
from whalegui.widgets.photo_canvas import Fit, PhotoCanvas
from whalegui.widgets.photo_view import MAX_SCALE, PhotoView
from whaleid_core.records import Box, Drawer

WIDTH, HEIGHT = 3000, 2000
BIG = CanvasBox(1, Box(500.25, 400.5, 2100.75, 1500.125, Drawer.DETECTOR, 0.9))
SMALL = CanvasBox(2, Box(900, 700, 1300, 900, Drawer.PERSON))
LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier

unhurried = settings(deadline=None)  # a busy machine is no failure


def sides() -> st.SearchStrategy[float]:
    return st.floats(1, 12_000)


@st.composite
def views(draw: st.DrawFn) -> PhotoView:
    width, height = draw(sides()), draw(sides())
    return PhotoView(
        width,
        height,
        draw(st.floats(100, 4000)),
        draw(st.floats(100, 4000)),
        draw(st.floats(0.01, MAX_SCALE)),
        draw(st.floats(-0.2, 1.2)) * width,
        draw(st.floats(-0.2, 1.2)) * height,
    )


class TestView:
    @unhurried
    @given(views(), st.floats(-100, 13_000), st.floats(-100, 13_000))
    def test_photo_to_screen_and_back_is_the_same_point(self, view: PhotoView, x: float, y: float) -> None:
        back = view.to_photo(view.to_screen(x, y))
        assert back.x() == pytest.approx(x, abs=1e-6)
        assert back.y() == pytest.approx(y, abs=1e-6)

    @unhurried
    @given(views(), st.floats(0, 1), st.floats(0, 1), st.floats(0.1, 10))
    def test_zoom_keeps_the_photo_under_the_pointer(self, view: PhotoView, x: float, y: float, by: float) -> None:
        at = view.to_screen(x * view.photo_width, y * view.photo_height)
        after = view.scaled(view.scale * by, at).to_screen(x * view.photo_width, y * view.photo_height)
        assert after.x() == pytest.approx(at.x(), abs=1e-4)
        assert after.y() == pytest.approx(at.y(), abs=1e-4)

    @unhurried
    @given(sides(), sides(), st.floats(100, 4000), st.floats(100, 4000))
    def test_the_whole_photo_lies_within_the_widget(self, pw: float, ph: float, w: float, h: float) -> None:
        outline = PhotoView.whole(pw, ph, w, h).photo_rect
        assert outline.left() >= -1e-6
        assert outline.top() >= -1e-6
        assert outline.right() <= w + 1e-6
        assert outline.bottom() <= h + 1e-6

    @unhurried
    @given(views(), st.lists(st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000)), max_size=5))
    def test_a_photo_cannot_be_panned_out_of_sight(self, view: PhotoView, steps: list[tuple[float, float]]) -> None:
        view = PhotoView.whole(view.photo_width, view.photo_height, view.width, view.height)
        for step in steps:
            view = view.panned(QPointF(*step))
        assert not view.seen.isEmpty()


@st.composite
def boxes_in_photo(draw: st.DrawFn) -> Box:
    xmin, ymin = draw(st.floats(0, WIDTH - 2)), draw(st.floats(0, HEIGHT - 2))
    return Box(xmin, ymin, draw(st.floats(xmin + 1, WIDTH)), draw(st.floats(ymin + 1, HEIGHT)), Drawer.DETECTOR, 0.5)


class TestHandles:
    @unhurried
    @given(boxes_in_photo(), st.floats(-5000, 5000), st.floats(-5000, 5000))
    def test_moved_boxes_keep_their_size_and_stay_in_the_photo(self, box: Box, dx: float, dy: float) -> None:
        after = box_handles.moved(box, dx, dy, WIDTH, HEIGHT)
        assert after.width == pytest.approx(box.width, abs=1e-6)
        assert after.height == pytest.approx(box.height, abs=1e-6)
        assert 0 <= after.xmin < after.xmax <= WIDTH
        assert 0 <= after.ymin < after.ymax <= HEIGHT
        assert after.drawn_by is Drawer.PERSON

    @unhurried
    @given(boxes_in_photo(), st.sampled_from(HANDLES), st.floats(-5000, 5000), st.floats(-5000, 5000))
    def test_a_handle_moves_its_own_sides_only(self, box: Box, handle: Edge, dx: float, dy: float) -> None:
        after = box_handles.resized(box, handle, dx, dy, WIDTH, HEIGHT)
        for edge, was, now in zip(
            (Edge.LEFT, Edge.TOP, Edge.RIGHT, Edge.BOTTOM), box.corners, after.corners, strict=True
        ):
            assert edge in handle or now == was
        assert 0 <= after.xmin < after.xmax <= WIDTH
        assert 0 <= after.ymin < after.ymax <= HEIGHT

    def test_the_smallest_box_under_a_point_is_met(self) -> None:
        assert box_handles.box_at([BIG, SMALL], 1000, 800) == SMALL
        assert box_handles.box_at([BIG, SMALL], 600, 500) == BIG
        assert box_handles.box_at([BIG, SMALL], 100, 100) is None
        assert box_handles.box_at([SMALL], 898, 800, slack=3) == SMALL

    def test_a_tiny_box_still_has_a_middle_to_drag(self) -> None:
        rect = PhotoView.whole(WIDTH, HEIGHT, 600, 400).box_to_screen(Box(1000, 1000, 1030, 1020))
        assert box_handles.handle_at(rect, rect.center()) is None


@pytest.fixture
def canvas(qtbot: QtBot) -> PhotoCanvas:
    made = PhotoCanvas()
    qtbot.addWidget(made)
    made.resize(900, 640)
    made.show_boxes("IMG_0203", WIDTH, HEIGHT, [BIG, SMALL])
    made.add_image(QImage(1500, 1000, QImage.Format.Format_RGB32))
    canvas_keys.bind(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.setFocus()
    return made


def at(canvas: PhotoCanvas, x: float, y: float) -> QPoint:
    assert canvas.view is not None
    return canvas.view.to_screen(x, y).toPoint()


def drag(
    canvas: PhotoCanvas,
    start: QPoint,
    end: QPoint,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    button: Qt.MouseButton = LEFT,
) -> None:
    QTest.mousePress(canvas, button, modifier, start)
    QTest.mouseMove(canvas, (start + end) / 2)
    QTest.mouseMove(canvas, end)
    QTest.mouseRelease(canvas, button, modifier, end)


def wheel(canvas: PhotoCanvas, point: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(point),
        QPointF(canvas.mapToGlobal(point)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
        device=QPointingDevice.primaryPointingDevice(),
    )
    QApplication.sendEvent(canvas, event)


class TestMouse:
    def test_a_click_picks_the_smallest_and_a_click_beside_unpicks(self, canvas: PhotoCanvas) -> None:
        QTest.mouseClick(canvas, LEFT, pos=at(canvas, 1000, 800))
        assert canvas.picked_id == SMALL.id
        QTest.mouseClick(canvas, LEFT, pos=at(canvas, 600, 500))
        assert canvas.picked_id == BIG.id
        QTest.mouseClick(canvas, LEFT, pos=at(canvas, 1000, 800))
        assert canvas.picked_id == SMALL.id
        QTest.mouseClick(canvas, LEFT, pos=at(canvas, 100, 100))
        assert canvas.picked_id == 0

    def test_dragging_in_the_picked_box_moves_it(self, canvas: PhotoCanvas, qtbot: QtBot) -> None:
        canvas.pick(BIG.id)
        start = at(canvas, 1000, 800)  # over the small one, too: the picked one moves
        with qtbot.waitSignal(canvas.moved) as told:
            drag(canvas, start, start + QPoint(30, 20))
        tail_id, box = told.args
        assert tail_id == BIG.id
        assert canvas.view is not None
        assert box.xmin == pytest.approx(BIG.box.xmin + 30 / canvas.view.scale)
        assert box.ymin == pytest.approx(BIG.box.ymin + 20 / canvas.view.scale)
        assert box.width == pytest.approx(BIG.box.width)
        assert canvas.picked_box == CanvasBox(BIG.id, box)

    def test_dragging_elsewhere_draws(self, canvas: PhotoCanvas, qtbot: QtBot) -> None:
        with qtbot.waitSignal(canvas.drawn) as told:
            drag(canvas, at(canvas, 2900, 1900), at(canvas, 2300, 1600))  # backwards is as good
        tail_id, box = told.args
        assert tail_id < 0
        assert canvas.picked_id == tail_id
        assert box.corners == pytest.approx((2300, 1600, 2900, 1900), abs=4)
        assert box.drawn_by is Drawer.PERSON

    def test_ctrl_drag_draws_within_the_picked_box(self, canvas: PhotoCanvas, qtbot: QtBot) -> None:
        canvas.pick(BIG.id)
        with qtbot.assertNotEmitted(canvas.moved), qtbot.waitSignal(canvas.drawn):
            drag(canvas, at(canvas, 1000, 800), at(canvas, 1500, 1100), CTRL)

    def test_a_box_drawn_beyond_the_border_ends_there(self, canvas: PhotoCanvas, qtbot: QtBot) -> None:
        with qtbot.waitSignal(canvas.drawn) as told:
            drag(canvas, at(canvas, 2500, 1800), QPoint(canvas.width() - 1, canvas.height() - 1))
        assert told.args[1].xmax == WIDTH
        assert told.args[1].ymax == HEIGHT

    def test_less_than_four_pixels_is_a_click(self, canvas: PhotoCanvas, qtbot: QtBot) -> None:
        start = at(canvas, 1000, 800)
        with qtbot.assertNotEmitted(canvas.drawn), qtbot.assertNotEmitted(canvas.moved):
            drag(canvas, start, start + QPoint(3, 3))
        assert canvas.picked_id == SMALL.id

    @pytest.mark.parametrize("handle", HANDLES)
    @pytest.mark.parametrize("slip", [-7, 7])
    def test_each_handle_is_grabbed_within_its_square(
        self, canvas: PhotoCanvas, qtbot: QtBot, handle: Edge, slip: int
    ) -> None:
        canvas.pick(BIG.id)
        assert canvas.view is not None
        middle = box_handles.handle_points(canvas.view.box_to_screen(BIG.box))[handle]
        start = middle.toPoint() + QPoint(slip, slip)
        with qtbot.waitSignal(canvas.moved) as told:
            drag(canvas, start, start + QPoint(12, 9))
        expected = [
            was + (by / canvas.view.scale if edge in handle else 0)
            for edge, was, by in zip(
                (Edge.LEFT, Edge.TOP, Edge.RIGHT, Edge.BOTTOM), BIG.box.corners, (12, 9, 12, 9), strict=True
            )
        ]
        assert told.args[1].corners == pytest.approx(expected)

    def test_escape_cancels_the_drag(self, canvas: PhotoCanvas, qtbot: QtBot) -> None:
        canvas.pick(SMALL.id)
        start = at(canvas, 1000, 800)
        with qtbot.assertNotEmitted(canvas.moved):
            QTest.mousePress(canvas, LEFT, pos=start)
            QTest.mouseMove(canvas, start + QPoint(50, 50))
            QTest.keyClick(canvas, Qt.Key.Key_Escape)
            QTest.mouseRelease(canvas, LEFT, pos=start + QPoint(50, 50))
        assert canvas.picked_box == SMALL

    def test_the_wheel_zooms_at_the_pointer(self, canvas: PhotoCanvas) -> None:
        point = at(canvas, 700, 600)
        assert canvas.view is not None
        before = canvas.view.to_photo(QPointF(point))
        scale = canvas.view.scale
        wheel(canvas, point, 5)
        wheel(canvas, point, -2)
        assert canvas.view.scale > scale
        after = canvas.view.to_photo(QPointF(point))
        assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()), abs=1e-6)

    def test_a_drag_stays_true_while_one_zooms(self, canvas: PhotoCanvas, qtbot: QtBot) -> None:
        canvas.pick(SMALL.id)
        start = at(canvas, 1000, 800)
        with qtbot.waitSignal(canvas.moved) as told:
            QTest.mousePress(canvas, LEFT, pos=start)
            QTest.mouseMove(canvas, start + QPoint(40, 0))
            wheel(canvas, start + QPoint(40, 0), 3)
            QTest.mouseMove(canvas, start + QPoint(40, 1))
            assert canvas.view is not None
            grabbed = canvas.view.to_photo(QPointF(start + QPoint(40, 1)))
            QTest.mouseRelease(canvas, LEFT, pos=start + QPoint(40, 1))
        assert told.args[1].xmin == pytest.approx(SMALL.box.xmin + grabbed.x() - 1000, abs=4)

    @pytest.mark.parametrize("by_space", [True, False])
    def test_middle_drag_and_space_pan(self, canvas: PhotoCanvas, qtbot: QtBot, by_space: bool) -> None:
        canvas.real_size()
        assert canvas.view is not None
        point = QPoint(300, 300)
        seen = canvas.view.to_photo(QPointF(point))
        if by_space:
            QTest.keyPress(canvas, Qt.Key.Key_Space)
            assert canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
        with qtbot.assertNotEmitted(canvas.drawn), qtbot.assertNotEmitted(canvas.moved):
            drag(canvas, point, point + QPoint(80, 40), button=LEFT if by_space else Qt.MouseButton.MiddleButton)
        QTest.keyRelease(canvas, Qt.Key.Key_Space)
        after = canvas.view.to_photo(QPointF(point + QPoint(80, 40)))
        assert (after.x(), after.y()) == pytest.approx((seen.x(), seen.y()), abs=1e-6)
        assert canvas.cursor().shape() != Qt.CursorShape.OpenHandCursor

    def test_double_click_fits_the_tail_and_then_the_photo(self, canvas: PhotoCanvas) -> None:
        assert canvas.view is not None
        whole = canvas.view
        QTest.mouseDClick(canvas, LEFT, pos=at(canvas, 1000, 800))
        fitted = canvas.view.box_to_screen(SMALL.box)
        assert max(fitted.width() / canvas.width(), fitted.height() / canvas.height()) == pytest.approx(0.75, abs=0.1)
        QTest.mouseDClick(canvas, LEFT, pos=at(canvas, 1000, 800))
        assert canvas.view == whole

    def test_the_cursor_says_what_a_drag_would_do(self, canvas: PhotoCanvas) -> None:
        canvas.pick(BIG.id)
        shapes = Qt.CursorShape
        for (x, y), shape in {
            (2500, 1800): shapes.CrossCursor,
            (1700, 1200): shapes.SizeAllCursor,
            (500, 400): shapes.SizeFDiagCursor,
            (2100, 400): shapes.SizeBDiagCursor,
            (2100, 950): shapes.SizeHorCursor,
            (1300, 1500): shapes.SizeVerCursor,
        }.items():
            QTest.mouseMove(canvas, at(canvas, x, y))
            assert canvas.cursor().shape() == shape


class TestKeys:
    def test_arrows_nudge_as_one_edit(self, canvas: PhotoCanvas, qtbot: QtBot) -> None:
        canvas.pick(SMALL.id)
        told: list[tuple[int, Box]] = []
        canvas.moved.connect(lambda tail_id, box: told.append((tail_id, box)))
        with qtbot.waitSignal(canvas.moved):
            for _ in range(3):
                QTest.keyClick(canvas, Qt.Key.Key_Right)
            QTest.keyClick(canvas, Qt.Key.Key_Up, SHIFT)
        assert told == [(SMALL.id, Box(903, 690, 1303, 890))]

    def test_another_key_ends_the_series_at_once(self, canvas: PhotoCanvas, qtbot: QtBot) -> None:
        canvas.pick(SMALL.id)
        QTest.keyClick(canvas, Qt.Key.Key_Left)
        with qtbot.waitSignal(canvas.moved, timeout=100):
            shortcut = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, CTRL)
            QApplication.sendEvent(canvas, shortcut)

    def test_nudges_stop_at_the_border(self, canvas: PhotoCanvas) -> None:
        canvas.set_boxes([CanvasBox(3, Box(0, 0, 100, 50))], picked=3)
        with_border = canvas.picked_box
        QTest.keyClick(canvas, Qt.Key.Key_Left)
        assert canvas.picked_box == with_border

    def test_tab_goes_through_the_boxes_from_left_to_right(self, canvas: PhotoCanvas) -> None:
        seen = []
        for _ in range(3):
            QTest.keyClick(canvas, Qt.Key.Key_Tab)
            seen.append(canvas.picked_id)
        assert seen == [BIG.id, SMALL.id, BIG.id]
        QTest.keyClick(canvas, Qt.Key.Key_Tab, SHIFT)
        assert canvas.picked_id == SMALL.id

    def test_tab_brings_a_box_into_sight_at_the_same_zoom(self, canvas: PhotoCanvas) -> None:
        canvas.set_boxes([BIG, CanvasBox(5, Box(2900, 1900, 2950, 1950))], picked=BIG.id)
        canvas.fit_tail()
        assert canvas.view is not None
        scale = canvas.view.scale
        QTest.keyClick(canvas, Qt.Key.Key_Tab)
        assert canvas.view.scale == scale
        assert canvas.view.seen.contains(QPointF(2925, 1925))

    def test_delete_deletes_the_picked_box(self, canvas: PhotoCanvas, qtbot: QtBot) -> None:
        canvas.pick(SMALL.id)
        with qtbot.waitSignal(canvas.deleted) as told:
            canvas.delete_picked()
        assert told.args == [SMALL.id]
        assert canvas.boxes == (BIG,)

    def test_escape_unpicks(self, canvas: PhotoCanvas) -> None:
        canvas.pick(SMALL.id)
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
        assert canvas.picked_id == 0

    def test_nothing_is_changed_read_only(self, canvas: PhotoCanvas, qtbot: QtBot) -> None:
        canvas.set_read_only(True)
        with (
            qtbot.assertNotEmitted(canvas.drawn),
            qtbot.assertNotEmitted(canvas.moved),
            qtbot.assertNotEmitted(canvas.deleted),
        ):
            QTest.mouseClick(canvas, LEFT, pos=at(canvas, 1000, 800))
            QTest.keyClick(canvas, Qt.Key.Key_Left)
            canvas.delete_picked()
            drag(canvas, at(canvas, 2500, 1600), at(canvas, 2900, 1900))
            canvas.flush()
        assert canvas.picked_id == SMALL.id


class TestShowing:
    def test_100_percent_is_a_photo_pixel_to_a_screen_pixel(self, canvas: PhotoCanvas) -> None:
        photo = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
        photo.fill(QColor("black"))
        photo.setPixelColor(1500, 1000, QColor("white"))
        canvas.set_boxes([])
        canvas.add_image(photo)
        canvas.real_size()
        assert canvas.view is not None
        ratio = canvas.devicePixelRatioF()
        assert canvas.view.scale == 1 / ratio
        shown = canvas.grab().toImage()
        middle = canvas.view.to_screen(1500, 1000) * ratio
        x, y = round(middle.x()), round(middle.y())
        levels = [shown.pixelColor(x + dx, y + dy).lightness() for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        assert sorted(levels) == [0] * 8 + [255]  # one sharp pixel, not blurred over its neighbours

    def test_a_larger_picture_is_asked_for_once_when_it_would_be_sharper(
        self, canvas: PhotoCanvas, qtbot: QtBot
    ) -> None:
        with qtbot.waitSignal(canvas.wanted) as told:
            canvas.real_size()
        assert told.args == [WIDTH]
        assert canvas.coming
        with qtbot.assertNotEmitted(canvas.wanted):
            canvas.zoom_in()
        canvas.add_image(QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32))
        assert not canvas.coming

    def test_zoom_and_pick_stay_when_boxes_change_from_elsewhere(self, canvas: PhotoCanvas) -> None:
        canvas.pick(SMALL.id)
        canvas.real_size()
        view = canvas.view
        canvas.set_boxes([SMALL])
        assert canvas.view == view
        assert canvas.picked_id == SMALL.id
        canvas.set_boxes([BIG])
        assert canvas.picked_id == 0

    def test_a_fitted_photo_is_fitted_again_in_a_new_size_and_a_zoomed_one_keeps_its_middle(
        self, canvas: PhotoCanvas
    ) -> None:
        canvas.resize(500, 500)
        assert canvas.view == PhotoView.whole(WIDTH, HEIGHT, 500, 500)
        canvas.real_size()
        x, y = canvas.view.x, canvas.view.y
        canvas.resize(700, 400)
        assert (canvas.view.x, canvas.view.y, canvas.view.scale) == (x, y, 1 / canvas.devicePixelRatioF())

    def test_photos_open_as_the_last_one_was_fitted(self, canvas: PhotoCanvas) -> None:
        canvas.fit_tail()
        canvas.show_boxes("IMG_0204", WIDTH, HEIGHT, [SMALL])
        assert canvas.fit is Fit.TAIL
        assert canvas.view is not None
        assert canvas.view.box_to_screen(SMALL.box).width() > canvas.width() / 2
        assert canvas.picked_id == SMALL.id

    def test_boxes_are_drawn_in_their_colours_whatever_the_zoom(self, canvas: PhotoCanvas) -> None:
        canvas.setFocus()
        for _ in range(3):
            assert canvas.view is not None
            edge = canvas.view.to_screen(1100, SMALL.box.ymin).toPoint()
            shown = canvas.grab().toImage()
            column = [shown.pixelColor(edge.x(), edge.y() + dy).name() for dy in range(-4, 5)]
            assert column.count("#5cc8ff") == 2
            assert column.count("#000000") >= 2
            canvas.zoom_in()

    def test_a_screen_reader_is_told_what_is_there(self, canvas: PhotoCanvas) -> None:
        canvas.pick(SMALL.id)
        assert canvas.accessibleName() == "IMG_0203, 2 tails, tail 2 picked, person's box"
