"""The colours can be read, the icons follow the theme, and every token is the one on paper."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from whalegui import actions, icons, theme

READ = ("text", "text2", "accent", "known", "unsure", "new", "poor", "error")
THEMES = {"dark": theme.DARK, "light": theme.LIGHT}


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("ground", theme.GROUNDS)
@pytest.mark.parametrize("scheme", THEMES)
def test_text_accent_and_status_can_be_read_on_every_ground(scheme: str, ground: str, name: str) -> None:
    tokens = THEMES[scheme]

    assert theme.contrast(getattr(tokens, name), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize("scheme", THEMES)
def test_text_on_accent_can_be_read_and_control_edges_are_seen(scheme: str) -> None:
    tokens = THEMES[scheme]

    assert theme.contrast(tokens.on_accent, tokens.accent) >= 4.5
    for ground in ("window", "raised", "field"):
        assert theme.contrast(tokens.edge, getattr(tokens, ground)) >= 3


def test_contrast_is_that_of_wcag() -> None:
    assert theme.contrast(QColor("black"), QColor("white")) == pytest.approx(21)
    assert theme.contrast(QColor("white"), QColor("white")) == pytest.approx(1)
    assert theme.contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_palette_comes_from_the_tokens_and_changing_is_told(
    qtbot: QtBot, qapp: QApplication, scheme: theme.Scheme
) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.apply(qapp, scheme)

    tokens = THEMES[scheme]
    assert theme.tokens() is tokens
    assert qapp.palette().color(QPalette.ColorRole.Window) == tokens.window
    assert qapp.palette().color(QPalette.ColorRole.Base) == tokens.field
    assert qapp.palette().color(QPalette.ColorRole.Accent) == tokens.accent
    assert qapp.styleSheet() == ""


def test_text_size_is_kept_within_bounds_and_does_not_pile_up(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)
    usual = qapp.font().pointSizeF()

    theme.apply(qapp, "light", 150)
    theme.apply(qapp, "light", 150)
    assert qapp.font().pointSizeF() == pytest.approx(1.5 * usual)
    assert theme.font("small").pointSizeF() == pytest.approx(1.5 * usual * 0.85)
    theme.apply(qapp, "light", 900)
    assert qapp.font().pointSizeF() == pytest.approx(2 * usual)
    theme.apply(qapp, "light", 100)
    assert qapp.font().pointSizeF() == pytest.approx(usual)


def _colours(pixmap_of: QWidget) -> set[str]:
    image = pixmap_of.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", [QPushButton, QLineEdit, QCheckBox])
def test_what_has_the_keyboard_wears_a_ring_of_accent(
    qtbot: QtBot, qapp: QApplication, scheme: theme.Scheme, kind: type[QWidget]
) -> None:
    theme.apply(qapp, scheme)
    page = QWidget()
    column = QVBoxLayout(page)
    control, other = kind(), QPushButton("other")
    column.addWidget(control)
    column.addWidget(other)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()

    accent = theme.tokens().accent.name()
    other.setFocus()
    assert accent not in _colours(control)
    control.setFocus()
    qtbot.waitUntil(lambda: accent in _colours(control))


def test_an_icon_follows_the_theme(qapp: QApplication) -> None:
    icon = icons.icon("check")

    def inks() -> set[str]:
        image = icon.pixmap(QSize(32, 32)).toImage()
        pixels = [image.pixelColor(x, y) for x in range(32) for y in range(32)]
        return {pixel.name() for pixel in pixels if pixel.alpha() == 255}

    theme.apply(qapp, "light")
    assert inks() == {theme.LIGHT.text.name()}
    theme.apply(qapp, "dark")
    assert inks() == {theme.DARK.text.name()}


def test_every_icon_of_the_table_is_there_and_draws(qapp: QApplication) -> None:
    for row in actions.ACTIONS:
        if row.icon:
            image = icons.pixmap(row.icon, 16, QColor("black")).toImage()
            assert any(image.pixelColor(x, y).alpha() for x in range(16) for y in range(16)), row.icon


def test_the_icons_carry_their_licence() -> None:
    text = (icons.folder() / "LICENSE.txt").read_text(encoding="utf-8")

    assert "ISC License" in text
    assert "Lucide" in text
