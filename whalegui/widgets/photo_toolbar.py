"""The line above the photos: order, size, grid or list, how many, find."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QLabel, QLineEdit, QSlider, QToolButton, QWidget

from whalegui import icons, theme
from whalegui.bindings import KeyTip
from whalegui.photo_listing import PhotoOrder
from whalegui.widgets.elided_label import ElidedLabel
from whalegui.widgets.photo_browser import LARGEST, SMALLEST, USUAL

_TYPED_MS = 200
_FIND = "Find name, note, camera..."


class PhotoToolbar(QWidget):
    """What the photos are sorted by, how they are shown, and the find field."""

    order_changed = Signal()  # what, or which way
    size_changed = Signal(int)
    list_wanted = Signal(bool)
    find_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.order = QComboBox()
        for order in PhotoOrder:
            self.order.addItem(order.value, order)
        self.order.setAccessibleName("Sort")
        self.order.setFixedHeight(theme.CONTROL)
        self.order.currentIndexChanged.connect(lambda at: self.order_changed.emit())
        self.direction = QToolButton()
        self.direction.setIcon(icons.icon("arrow-up-down"))
        self.direction.setIconSize(QSize(16, 16))
        self.direction.setCheckable(True)
        self.direction.setAutoRaise(True)
        self.direction.setFixedSize(theme.CONTROL, theme.CONTROL)
        self.direction.setToolTip("Turn the order round")
        self.direction.setAccessibleName("Turn the order round")
        self.direction.toggled.connect(lambda _: self.order_changed.emit())
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(SMALLEST, LARGEST)
        self.slider.setValue(USUAL)
        self.slider.setSingleStep(10)
        self.slider.setPageStep(40)
        self.slider.setFixedWidth(120)
        self.slider.setAccessibleName("Size of the pictures")
        self.slider.setToolTip("Size of the pictures (Ctrl+wheel)")
        self.slider.valueChanged.connect(self.size_changed)
        self.grid_button = _switch("layout-grid", "Grid", "photos.view")
        self.list_button = _switch("list", "List", "photos.view")
        self.filters_button = _switch("funnel", "Filters")
        self.details_button = _switch("panel-right", "Details")
        for folded in (self.filters_button, self.details_button):
            folded.hide()
        self.grid_button.setChecked(True)
        group = QButtonGroup(self)
        group.addButton(self.grid_button)
        group.addButton(self.list_button)
        self.list_button.toggled.connect(self.list_wanted)
        self.said = ElidedLabel(where=Qt.TextElideMode.ElideRight)
        theme.set_second(self.said)
        self.find_field = QLineEdit()
        self.find_field.setObjectName("find")
        self.find_field.setPlaceholderText(_FIND)
        self.find_field.setAccessibleName("Find")
        KeyTip(self.find_field, "Part of a name, note, camera, photographer or encounter ({app.find})")
        self.find_field.setClearButtonEnabled(True)
        self.find_field.setFixedHeight(theme.CONTROL)
        self.find_field.setMinimumWidth(120)
        self.find_field.setMaximumWidth(260)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._fit)
        self._typed = QTimer(self, singleShot=True, interval=_TYPED_MS)
        self._typed.timeout.connect(lambda: self.find_changed.emit(self.find_field.text().strip()))
        self.find_field.textChanged.connect(lambda _: self._typed.start())
        self._lay_out()

    def switch_view(self) -> None:
        """From grid to list and back."""
        (self.grid_button if self.list_button.isChecked() else self.list_button).setChecked(True)

    @property
    def sorted_by(self) -> tuple[PhotoOrder, bool]:
        """The order, and whether it is turned round."""
        return PhotoOrder(self.order.currentData()), self.direction.isChecked()

    def sort(self, order: PhotoOrder, descending: bool) -> None:
        """By another order; told once."""
        with QSignalBlocker(self.order), QSignalBlocker(self.direction):
            self.order.setCurrentIndex(self.order.findData(order))
            self.direction.setChecked(descending)
        self.order_changed.emit()

    def zoom(self, steps: int) -> None:
        """Larger or smaller pictures."""
        self.slider.setValue(self.slider.value() + 20 * steps)

    def show_list(self, as_list: bool) -> None:
        """Set the switch without telling."""
        with QSignalBlocker(self.list_button):
            (self.list_button if as_list else self.grid_button).setChecked(True)
        self.slider.setEnabled(not as_list)

    def clear_find(self) -> None:
        """Nothing is looked for any more, at once."""
        self.find_field.clear()
        self._typed.stop()
        self.find_changed.emit("")

    def minimumSizeHint(self) -> QSize:
        """What it takes with all that can be left out left out."""
        hint = super().minimumSizeHint()
        spared = [part for part in (*self._labels, self.slider) if not part.isHidden()]
        gone = sum(part.sizeHint().width() + theme.S for part in spared)
        return QSize(hint.width() - gone, hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:  # a button came, or the text is larger
            self._soon.start()
        return done

    def _fit(self) -> None:
        """Leave out what there is no room for: the words beside what they name, then the slider."""
        sort, size = self._labels
        room = self.width() - self.minimumSizeHint().width() - self.said.sizeHint().width()
        for part in (self.slider, sort, size):
            room -= part.sizeHint().width() + theme.S
            if part.isHidden() == (room >= 0):
                part.setVisible(room >= 0)
        self.find_field.setPlaceholderText(_FIND if not size.isHidden() else "Find")

    def _lay_out(self) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.M, theme.XS, theme.M, theme.XS)
        line.setSpacing(theme.S)
        self._labels = QLabel("Sort"), QLabel("Size")
        for label in self._labels:
            theme.set_second(label)
        line.addWidget(self.filters_button)
        line.addWidget(self._labels[0])
        line.addWidget(self.order)
        line.addWidget(self.direction)
        line.addSpacing(theme.S)
        line.addWidget(self._labels[1])
        line.addWidget(self.slider)
        line.addSpacing(theme.S)
        line.addWidget(self.grid_button)
        line.addWidget(self.list_button)
        line.addSpacing(theme.S)
        line.addWidget(self.said, 1)
        line.addWidget(self.find_field, 1)
        line.addWidget(self.details_button)


def _switch(icon: str, tip: str, action_id: str = "") -> QToolButton:
    made = QToolButton()
    made.setIcon(icons.icon(icon))
    made.setIconSize(QSize(16, 16))
    made.setCheckable(True)
    made.setAutoRaise(True)
    made.setFixedSize(theme.CONTROL, theme.CONTROL)
    KeyTip(made, f"{tip} ({{{action_id}}})" if action_id else tip)
    made.setAccessibleName(tip)
    return made
