"""F6: moves the keyboard from one part of the window to the next."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSplitter,
    QWidget,
)

_FIELDS = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit)


def next_region(parts: Sequence[QWidget | None]) -> None:
    """Put the keyboard into the next part that can take it; a part with a splitter counts as one part a pane."""
    panes = [pane for part in parts if part is not None for pane in _panes(part)]
    targets = [(pane, target) for pane in panes if (target := _target(pane)) is not None]
    if not targets:
        return
    now = targets[0][0].window().focusWidget()
    inside = [number for number, (pane, _) in enumerate(targets) if now is not None and _holds(pane, now)]
    target = targets[(inside[-1] + 1) % len(targets) if inside else 0][1]
    target.setFocus(Qt.FocusReason.TabFocusReason)


def _panes(part: QWidget) -> list[QWidget]:
    splitter = part.findChild(QSplitter)
    if splitter is None:
        return [part]
    panes = (splitter.widget(number) for number in range(splitter.count()))
    return [pane for pane in panes if pane is not None]


def _holds(pane: QWidget, widget: QWidget) -> bool:
    return pane is widget or pane.isAncestorOf(widget)


def _target(pane: QWidget) -> QWidget | None:
    """What takes the keyboard in a pane: preferably a list, a grid or a canvas."""
    able = [
        widget
        for widget in (pane, *pane.findChildren(QWidget))
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    return min(able, key=_rank, default=None)


def _rank(widget: QWidget) -> int:
    """What a region is about comes before its fields, and those before what a click doesn't give the keyboard to."""
    if not widget.focusPolicy() & Qt.FocusPolicy.ClickFocus:
        return 2
    return int(isinstance(widget, _FIELDS))
