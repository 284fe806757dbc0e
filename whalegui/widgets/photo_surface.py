"""Shows one photo, as sharp as the pictures it was given allow: zoom at the pointer, pan, whole, 100 %."""

from __future__ import annotations

import math
from typing import cast

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

from whalegui import theme
from whalegui.theme import Tokens
from whalegui.widgets.canvas_drag import Pan
from whalegui.widgets.photo_view import PhotoView

STEP = 1.25
"""What + and - and a notch of the wheel multiply the scale by."""
SOFT = 1.25
"""A picture may be stretched this far before a larger one is asked for."""
BLOCKS = 4.0
"""From this many device pixels a photo pixel on, pixels are shown as the squares they are."""


class PhotoSurface(QWidget):
    """One photo under a movable view. It decodes nothing: it asks for pictures and is given them.

    Signals:
        wanted(int): a picture with this longer side, photo pixels, would be shown sharper.
        view_changed(): another scale or another part of the photo.
    """

    wanted = Signal(int)
    view_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: PhotoView | None = None
        self._images: dict[int, QImage] = {}
        self._asked = 0
        self._at_home = True
        self._pan: Pan | None = None
        self._space = False
        self._pointer: QPointF | None = None
        self._base = QPixmap()
        self._base_key: object = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 120)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.grabGesture(Qt.GestureType.PinchGesture)

    # what is shown

    @property
    def view(self) -> PhotoView | None:
        """The transform between photo and widget; None while no photo is shown."""
        return self._view

    def show_photo(self, width: int, height: int) -> None:
        """Another photo, of so many pixels, seen from where photos are first seen; its pictures follow."""
        self._images.clear()
        self._asked = 0
        self._pan = None
        self._view = PhotoView.whole(width, height, self.width(), self.height())
        self.go_home()

    def clear(self) -> None:
        """No photo."""
        self._images.clear()
        self._view = None
        self._pan = None
        self.update()

    def add_image(self, image: QImage) -> None:
        """A picture of the shown photo, of any size; the smallest that is sharp enough is painted."""
        if self._view is None or image.isNull():
            return
        self._images[max(image.width(), image.height())] = image
        self.update()

    @property
    def coming(self) -> bool:
        """A sharper picture is on its way."""
        return self._view is not None and self._asked > max(self._images, default=0)

    # the view

    def set_view(self, view: PhotoView) -> None:
        if view != self._view:
            self._view = view
            self._ask()
            self.update()
            self.view_changed.emit()

    def go_home(self) -> None:
        """Where the photo is seen from until one moves, and again after the widget's size changes."""
        if self._view is not None:
            self._at_home = True
            self.set_view(self._home(self._view))
            self._ask()
            self.update()

    def _home(self, view: PhotoView) -> PhotoView:
        return PhotoView.whole(view.photo_width, view.photo_height, self.width(), self.height())

    def _move_to(self, view: PhotoView) -> None:
        self._at_home = False
        self.set_view(view)

    def fit_whole(self) -> None:
        self.go_home()

    def real_size(self) -> None:
        """One photo pixel is one screen pixel."""
        self._zoom_to(1.0 / self.devicePixelRatioF(), self._looked_at())

    def zoom_in(self) -> None:
        self._zoom_by(STEP, self._looked_at())

    def zoom_out(self) -> None:
        self._zoom_by(1 / STEP, self._looked_at())

    def _looked_at(self) -> QPointF:
        """The widget's point that a zoom by key keeps in place: the pointer's, or the middle."""
        return self._pointer if self._pointer is not None else QRectF(self.rect()).center()

    def _zoom_by(self, factor: float, at: QPointF) -> None:
        if self._view is not None:
            self._zoom_to(self._view.scale * factor, at)

    def _zoom_to(self, scale: float, at: QPointF) -> None:
        if self._view is not None:
            self._move_to(self._view.scaled(scale, at))

    def _ask(self) -> None:
        """Ask for a sharper picture where the ones at hand would be stretched."""
        if self._view is None:
            return
        longer = max(self._view.photo_width, self._view.photo_height)
        need = math.ceil(min(longer, longer * self._view.scale * self.devicePixelRatioF()))
        best = max(max(self._images, default=0), self._asked)
        if need > best * SOFT or (need >= longer > best):
            self._asked = need
            self.wanted.emit(need)

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme.tokens()
        if self._view is None:
            painter.fillRect(self.rect(), colours.canvas)
        else:
            painter.drawPixmap(0, 0, self._rendered(colours.canvas))
            self._paint_over(painter)
            if self.coming:
                self._paint_note(painter, "Full size is coming", colours)
        if self.hasFocus():
            theme.draw_ring(painter, self.rect())
        painter.end()

    def _paint_over(self, painter: QPainter) -> None:
        """What lies over the photo; a plain surface shows nothing there."""

    def _paint_note(self, painter: QPainter, text: str, colours: Tokens) -> None:
        box = QRectF(self.fontMetrics().boundingRect(text)).adjusted(-theme.S, -theme.XS, theme.S, theme.XS)
        box.moveBottomLeft(QPointF(theme.M, self.height() - theme.M))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.raised)
        painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
        painter.setPen(colours.text)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _rendered(self, ground: QColor) -> QPixmap:
        """The photo as the view shows it: kept until the view, the picture or the ground changes."""
        view = cast(PhotoView, self._view)
        ratio = self.devicePixelRatioF()
        image = self._sharp_enough(view, ratio)
        key = (view, ratio, ground.rgb(), image.cacheKey() if image else None)
        if key != self._base_key:
            self._base = QPixmap(self.size() * ratio)
            self._base.setDevicePixelRatio(ratio)
            self._base.fill(ground)
            if image is not None and not view.seen.isEmpty():
                self._draw(image, view, ratio)
            self._base_key = key
        return self._base

    def _sharp_enough(self, view: PhotoView, ratio: float) -> QImage | None:
        need = max(view.photo_width, view.photo_height) * view.scale * ratio
        for side in sorted(self._images):
            if side * 1.02 >= need:
                return self._images[side]
        return self._images[max(self._images)] if self._images else None

    def _draw(self, image: QImage, view: PhotoView, ratio: float) -> None:
        across, down = image.width() / view.photo_width, image.height() / view.photo_height
        seen = view.seen
        source = QRectF(seen.left() * across, seen.top() * down, seen.width() * across, seen.height() * down)
        source = QRectF(source.toAlignedRect() & image.rect())
        target = view.rect_to_screen(
            QRectF(source.left() / across, source.top() / down, source.width() / across, source.height() / down)
        )
        scale = view.scale * ratio
        if scale >= 1 and scale == round(scale):
            # pixels onto pixels: without this, 100 % is blurred by half a pixel
            target.moveTo(round(target.left() * ratio) / ratio, round(target.top() * ratio) / ratio)
        painter = QPainter(self._base)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < BLOCKS)
        painter.drawImage(target, image, source)
        painter.end()

    # mouse, wheel, fingers, the space bar

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._view is not None:
            resized = self._view.resized(self.width(), self.height())
            self.set_view(self._home(resized) if self._at_home else resized)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._zoom_by(STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom_by(1 + event.value(), event.position())
            return True
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                at = QPointF(self.mapFromGlobal(pinch.centerPoint().toPoint()))
                self._zoom_by(pinch.scaleFactor(), at)
                return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        hand = self._space and event.button() == Qt.MouseButton.LeftButton
        if self._view is not None and (hand or event.button() == Qt.MouseButton.MiddleButton):
            self._pan = Pan(event.position())
            self._show_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._pan is not None and self._view is not None:
            self._move_to(self._pan.step(self._view, event.position()))
        self._show_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pan = None
            self._show_cursor()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._space = True
            self._show_cursor()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space = False
                self._show_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        super().focusOutEvent(event)
        self.update()

    def _show_cursor(self) -> None:
        shape = self._cursor_shape()
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    def _cursor_shape(self) -> Qt.CursorShape:
        if self._pan is not None:
            return Qt.CursorShape.ClosedHandCursor
        return Qt.CursorShape.OpenHandCursor if self._space else Qt.CursorShape.ArrowCursor
