"""The dialog of settings: a control a row of the table, and the page of keys."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from whalegui import theme
from whalegui.actions import with_keys
from whalegui.keys_page import KeysPage
from whalegui.settings import SETTINGS, Setting, Settings
from whalegui.widgets.room import hold

_WIDTH, _HEIGHT = 740, 740


class SettingsDialog(QDialog):
    """One control a row of SETTINGS, and a page of keys. OK keeps all of them, Cancel none."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self._settings = settings
        self._controls: dict[str, QWidget] = {}
        form = QFormLayout()
        form.setHorizontalSpacing(theme.L)
        form.setVerticalSpacing(theme.M)
        for setting in SETTINGS:
            control = self._control(setting)
            control.setMinimumHeight(theme.CONTROL)
            control.setAccessibleName(setting.label)
            self._controls[setting.key] = control
            form.addRow(
                "" if isinstance(control, QCheckBox) else setting.label, _with_hint(control, with_keys(setting.tip))
            )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        for button in buttons.buttons():
            button.setMinimumHeight(theme.CONTROL)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        general = QWidget()
        general.setLayout(form)
        form.setContentsMargins(theme.L, theme.XL, theme.L, theme.L)
        self.keys_page = KeysPage(settings.keys())
        self.pages = QTabWidget()
        # Hints fold over lines and screens are small: the page may be higher than the dialog.
        area = hold(QScrollArea(), general)
        for part in (general, area.viewport()):
            part.setAutoFillBackground(False)
        self.pages.addTab(area, "General")
        self.pages.addTab(self.keys_page, "Keys")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.XL, theme.L, theme.XL, theme.L)
        column.setSpacing(theme.L)
        column.addWidget(self.pages)
        column.addWidget(buttons)
        limit = self.screen().availableGeometry().size()
        self.resize(min(theme.scaled(_WIDTH), limit.width() - theme.XXL), min(_HEIGHT, limit.height() - theme.XXL))

    def control(self, key: str) -> QWidget:
        """The control of a setting."""
        return self._controls[key]

    def accept(self) -> None:
        for key, control in self._controls.items():
            self._settings.set(key, _value(control))
        self._settings.set_keys(self.keys_page.chosen)
        super().accept()

    def _control(self, setting: Setting) -> QWidget:
        value: Any = self._settings.who() if setting.key == "person/who" else self._settings.get(setting.key)
        if setting.choices:
            box = QComboBox()
            for choice, words in setting.choices:
                box.addItem(words, choice)
            box.setCurrentIndex(box.findData(value))
            return box
        if isinstance(setting.default, bool):
            check = QCheckBox(setting.label)
            check.setChecked(value)
            return check
        if isinstance(setting.default, int):
            spin = QSpinBox(minimum=setting.low, maximum=setting.high, singleStep=setting.step, suffix=setting.unit)
            spin.setValue(value)
            return spin
        return QLineEdit(value)


def _with_hint(control: QWidget, text: str) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(theme.XS)
    column.addWidget(control)
    if text:
        label = QLabel(text)
        theme.set_font(label, "small")
        theme.set_second(label)
        label.setWordWrap(True)
        column.addWidget(label)
    return column


def _value(control: QWidget) -> str | bool | int:
    if isinstance(control, QComboBox):
        return str(control.currentData())
    if isinstance(control, QCheckBox):
        return control.isChecked()
    if isinstance(control, QSpinBox):
        return control.value()
    assert isinstance(control, QLineEdit)
    return control.text().strip()
