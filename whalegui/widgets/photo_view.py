"""Where a photo lies in its canvas: the transform between photo pixels and the widget, without a widget."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF

from whaleid_core.records import Box

MAX_SCALE = 32.0
"""Screen pixels a photo pixel may fill."""
EDGE = 24.0
"""Device-independent pixels left free around a photo that is fitted, so that handles on its border can be grabbed."""
KEEP = 64.0
"""Device-independent pixels of the photo that stay in sight, however far it is panned."""


def box_rect(box: Box) -> QRectF:
    return QRectF(box.xmin, box.ymin, box.width, box.height)


def _between(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))


@dataclass(frozen=True, slots=True)
class PhotoView:
    """A photo, a widget and how the one lies in the other.

    Attributes:
        photo_width, photo_height: photo pixels.
        width, height: the widget, device-independent pixels.
        scale: device-independent pixels a photo pixel.
        x, y: the photo's point in the middle of the widget, photo pixels.
    """

    photo_width: float
    photo_height: float
    width: float
    height: float
    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    @classmethod
    def whole(cls, photo_width: float, photo_height: float, width: float, height: float) -> PhotoView:
        """The whole photo, as large as the widget lets it be."""
        view = cls(photo_width, photo_height, width, height)
        return view.fitted(QRectF(0, 0, photo_width, photo_height), EDGE, EDGE)

    def to_screen(self, x: float, y: float) -> QPointF:
        return QPointF((x - self.x) * self.scale + self.width / 2, (y - self.y) * self.scale + self.height / 2)

    def to_photo(self, point: QPointF) -> QPointF:
        return QPointF(
            (point.x() - self.width / 2) / self.scale + self.x, (point.y() - self.height / 2) / self.scale + self.y
        )

    def inside(self, point: QPointF) -> QPointF:
        """The photo's point under a widget's point, or the nearest one the photo has."""
        found = self.to_photo(point)
        return QPointF(_between(found.x(), 0, self.photo_width), _between(found.y(), 0, self.photo_height))

    def rect_to_screen(self, rect: QRectF) -> QRectF:
        return QRectF(self.to_screen(rect.left(), rect.top()), rect.size() * self.scale)

    def box_to_screen(self, box: Box) -> QRectF:
        return self.rect_to_screen(box_rect(box))

    @property
    def photo_rect(self) -> QRectF:
        """The photo's outline in the widget."""
        return self.rect_to_screen(QRectF(0, 0, self.photo_width, self.photo_height))

    @property
    def seen(self) -> QRectF:
        """The part of the photo that is in sight, photo pixels; empty where none is."""
        corner = self.to_photo(QPointF(0, 0))
        window = QRectF(corner.x(), corner.y(), self.width / self.scale, self.height / self.scale)
        return window & QRectF(0, 0, self.photo_width, self.photo_height)

    @property
    def min_scale(self) -> float:
        """Half of what shows the whole photo, and never more than a photo pixel a screen pixel."""
        return min(1.0, 0.5 * min(self.width / self.photo_width, self.height / self.photo_height))

    def fitted(self, rect: QRectF, across: float, down: float) -> PhotoView:
        """A part of the photo as large as it goes, with margins on each side in device-independent pixels."""
        scale = min(
            max(self.width - 2 * across, 8.0) / max(rect.width(), 1e-6),
            max(self.height - 2 * down, 8.0) / max(rect.height(), 1e-6),
        )
        scale = _between(scale, min(self.min_scale, scale), MAX_SCALE)
        return replace(self, scale=scale, x=rect.center().x(), y=rect.center().y())

    def fitted_box(self, box: Box) -> PhotoView:
        """A tail with a fifth of the widget around it."""
        return self.fitted(box_rect(box), 0.1 * self.width + EDGE, 0.1 * self.height + EDGE)

    def centred(self, box: Box) -> PhotoView:
        """A tail in the middle, at the same scale."""
        return replace(self, x=box_rect(box).center().x(), y=box_rect(box).center().y())

    def scaled(self, scale: float, at: QPointF) -> PhotoView:
        """Another scale; what lies under a widget's point stays under it."""
        scale = _between(scale, min(self.min_scale, self.scale), max(MAX_SCALE, self.scale))
        anchor = self.inside(at)
        held = self.to_screen(anchor.x(), anchor.y())
        return replace(
            self,
            scale=scale,
            x=anchor.x() - (held.x() - self.width / 2) / scale,
            y=anchor.y() - (held.y() - self.height / 2) / scale,
        )

    def panned(self, by: QPointF) -> PhotoView:
        """Moved with the hand, device-independent pixels; some of the photo stays in sight."""
        moved = replace(self, x=self.x - by.x() / self.scale, y=self.y - by.y() / self.scale)
        across = max(self.width / 2 - KEEP, 0.0) / self.scale
        down = max(self.height / 2 - KEEP, 0.0) / self.scale
        return replace(
            moved,
            x=_between(moved.x, min(-across, self.x), max(self.photo_width + across, self.x)),
            y=_between(moved.y, min(-down, self.y), max(self.photo_height + down, self.y)),
        )

    def resized(self, width: float, height: float) -> PhotoView:
        """Another widget's size; the middle stays the middle."""
        return replace(self, width=width, height=height)
