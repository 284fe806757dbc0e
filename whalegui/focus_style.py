"""Fusion with what it lacks: control edges and a focus ring that are seen, and room inside fields and buttons."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QProxyStyle,
    QStyle,
    QStyleOption,
    QStyleOptionComplex,
    QStyleOptionToolButton,
    QWidget,
)

Draw = Callable[[QPainter, QRect], None]


class FocusRingStyle(QProxyStyle):
    """Fusion with edges and a focus ring that are seen: 2 px of accent around what has the keyboard.

    Args:
        draw_ring, draw_edge: draw them into a rectangle, in the colours of the theme.
    """

    _COMPLEX = frozenset(
        {QStyle.ComplexControl.CC_ComboBox, QStyle.ComplexControl.CC_SpinBox, QStyle.ComplexControl.CC_ToolButton},
    )
    _FIELD_PADDING = 4
    _BUTTON_PADDING = 4

    def __init__(self, draw_ring: Draw, draw_edge: Draw) -> None:
        super().__init__("Fusion")
        self._ring = draw_ring
        self._edge = draw_edge

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        rect: QRect = option.rect  # type: ignore[attr-defined]
        if element == QStyle.PrimitiveElement.PE_FrameFocusRect:
            # Buttons and fields get their ring around the whole control, below; boxes with a label get it here.
            if widget is not None and (widget.inherits("QCheckBox") or widget.inherits("QRadioButton")):
                self._ring(painter, rect)
            return
        super().drawPrimitive(element, option, painter, widget)
        if element == QStyle.PrimitiveElement.PE_PanelLineEdit and _stands_alone(widget):
            self._draw_outline(painter, option)
        elif element == QStyle.PrimitiveElement.PE_IndicatorCheckBox:
            self._edge(painter, rect)
        elif element == QStyle.PrimitiveElement.PE_IndicatorRadioButton:
            _draw_circle(painter, rect, option.palette.color(QPalette.ColorRole.Dark))  # type: ignore[attr-defined]

    def drawControl(
        self,
        element: QStyle.ControlElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        if element == QStyle.ControlElement.CE_ToolButtonLabel and _framed_beside(option):
            option = QStyleOptionToolButton(option)  # type: ignore[call-overload]
            option.rect.adjust(self._BUTTON_PADDING, 0, 0, 0)  # type: ignore[attr-defined]
        super().drawControl(element, option, painter, widget)
        if element == QStyle.ControlElement.CE_PushButton:
            self._draw_outline(painter, option)
        elif element == QStyle.ControlElement.CE_TabBarTabShape and _has_focus(option):
            self._ring(painter, option.rect)  # type: ignore[attr-defined]

    def drawComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        super().drawComplexControl(control, option, painter, widget)
        if control in self._COMPLEX:
            self._draw_outline(painter, option)
        elif control == QStyle.ComplexControl.CC_Slider and _has_focus(option):
            self._ring(painter, option.rect)  # type: ignore[attr-defined]

    def subElementRect(
        self,
        element: QStyle.SubElement,
        option: QStyleOption,
        widget: QWidget | None = None,
    ) -> QRect:
        rect = super().subElementRect(element, option, widget)  # type: ignore[arg-type]
        if element == QStyle.SubElement.SE_LineEditContents:
            rect.adjust(self._FIELD_PADDING, 0, -self._FIELD_PADDING, 0)
        return rect

    def sizeFromContents(
        self,
        kind: QStyle.ContentsType,
        option: QStyleOption,
        size: QSize,
        widget: QWidget | None = None,
    ) -> QSize:
        made = super().sizeFromContents(kind, option, size, widget)  # type: ignore[arg-type]
        if kind == QStyle.ContentsType.CT_ToolButton and _framed_beside(option):
            made.setWidth(made.width() + 2 * self._BUTTON_PADDING)
        return made

    def _draw_outline(self, painter: QPainter, option: QStyleOption) -> None:
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        if _has_focus(option):
            self._ring(painter, option.rect)  # type: ignore[attr-defined]
        elif state & QStyle.StateFlag.State_Enabled and not state & QStyle.StateFlag.State_AutoRaise:
            self._edge(painter, option.rect)  # type: ignore[attr-defined]


def _draw_circle(painter: QPainter, rect: QRect, colour: QColor) -> None:
    """The edge of a radio button's indicator."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5))
    painter.restore()


def _framed_beside(option: QStyleOption) -> bool:
    """A tool button with a frame whose words stand beside its icon: Fusion leaves no room before the icon."""
    beside = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    return (
        isinstance(option, QStyleOptionToolButton)
        and option.toolButtonStyle == beside  # type: ignore[attr-defined]
        and not option.state & QStyle.StateFlag.State_AutoRaise  # type: ignore[attr-defined]
    )


def _has_focus(option: QStyleOption) -> bool:
    return bool(option.state & QStyle.StateFlag.State_HasFocus)  # type: ignore[attr-defined]


def _stands_alone(widget: QWidget | None) -> bool:
    """A field inside a spin box or a combo box leaves edge and ring to it."""
    parent = widget.parent() if widget is not None else None
    return not (parent is not None and (parent.inherits("QAbstractSpinBox") or parent.inherits("QComboBox")))
