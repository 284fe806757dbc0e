"""At 200 % text in a small window every word of a button, a label and a column's title is there whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from match_survey import Survey, only_packages_of, pack
from PySide6.QtCore import QRect
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from whalegui import theme
from whalegui.bindings import ActionButton
from whalegui.main_window import MainWindow
from whalegui.matches_workspace import MatchesWorkspace
from whalegui.session import Session
from whalegui.whales_workspace import WhalesWorkspace
from whalegui.widgets.candidate_row import Columns
from whalegui.workspace_stack import WORKSPACES
from whaleid_core.records import Verdict

WIDTH, HEIGHT = 1180, 720
PAGES = ("check", "readers", "discovery", "resightings")


@pytest.fixture
def large_text(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, "light", 200)
    yield
    theme.apply(qapp, "light")


@pytest.fixture
def window(
    qtbot: QtBot,
    matching: Survey,
    open_window: Callable[[], MainWindow],
    tmp_path,
    monkeypatch: pytest.MonkeyPatch,
    qapp: QApplication,
) -> MainWindow:
    """On tails that wait, of which Ana decided one and Ben read it otherwise."""
    pack(tmp_path / "packages")
    only_packages_of(tmp_path / "packages", monkeypatch)
    first = matching.catalogue.tails_to_match()[-1]
    matching.catalogue.decide(first, Verdict.SAME, "HW0001")
    matching.catalogue.who = "Ben"
    matching.catalogue.read_tail(first, Verdict.SAME, "HW0002")
    made = open_window()
    theme.apply(qapp, "light", 200)
    made.resize(WIDTH, HEIGHT)
    made.set_session(Session(matching.catalogue))
    return made


def cut(top: QWidget) -> list[str]:
    """The words that aren't seen whole."""
    found = []
    for part in top.findChildren(QWidget):
        if not part.isVisible() or part.visibleRegion().isEmpty():
            continue
        words = ""
        if isinstance(part, ActionButton):
            words = part.text() if part.toolButtonStyle() != part.toolButtonStyle().ToolButtonIconOnly else ""
        elif isinstance(part, QPushButton | QLabel) and not (isinstance(part, QLabel) and part.wordWrap()):
            words = part.text()
        elif isinstance(part, QComboBox):
            words = part.currentText()
        elif isinstance(part, QAbstractButton):
            words = part.text()
        if words and part.fontMetrics().horizontalAdvance(words) > part.width():
            found.append(f"{type(part).__name__} {words!r}: {part.width()}")
    return found


@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("width", [450, 590, 640, 1280])
def test_a_candidates_name_and_the_titles_of_its_columns_are_seen_whole(
    qapp: QApplication, large_text: None, percent: int, width: int
) -> None:
    theme.apply(qapp, "light", percent)
    columns = Columns.of(width, 30, QFontMetrics(theme.font()))
    small = QFontMetrics(theme.font("small"))
    for column, place in columns.evidence.items():
        assert small.horizontalAdvance(columns.heads[column]) <= place.width()
    places = [columns.key, columns.crop, columns.whale, columns.percent, *columns.evidence.values()]
    edges = [edge for place in sorted(places, key=QRect.left) for edge in (place.left(), place.right())]
    assert edges == sorted(edges), "none lies on another"
    assert edges[-1] <= width
    if width * 100 >= 290 * percent:
        assert QFontMetrics(theme.font(bold=True)).horizontalAdvance("w_4581f49") <= columns.whale.width()


def test_tools_leave_their_words_out_where_a_photo_of_the_strip_finds_no_room(
    qtbot: QtBot, matches: MatchesWorkspace, qapp: QApplication, large_text: None
) -> None:
    buttons, strip = matches.view.pair.tools.findChildren(ActionButton), matches.view.pair.strip
    icons = buttons[0].toolButtonStyle().ToolButtonIconOnly
    theme.apply(qapp, "light")
    qtbot.waitUntil(lambda: all(made.toolButtonStyle() != icons for made in buttons))
    theme.apply(qapp, "light", 200)
    matches.resize(900, 600)
    qtbot.waitUntil(lambda: all(made.toolButtonStyle() == icons for made in buttons))
    qtbot.waitUntil(lambda: strip.width() >= strip.cell.width())
    assert strip.cell.width() >= strip.fontMetrics().horizontalAdvance("28 Aug 2024")
    assert all(made.accessibleName() and made.toolTip() for made in buttons)


def test_no_word_is_cut(qtbot: QtBot, window: MainWindow, large_text: None) -> None:
    session = window.session
    wrong = {}
    for name in WORKSPACES:
        window.workspaces.show(name)
        session.settle()
        wrong[name] = cut(window)
    whales = window.workspaces.widget("whales")
    assert isinstance(whales, WhalesWorkspace)
    window.workspaces.show("whales")
    for page in PAGES:
        whales.open_page(page)
        session.settle()
        wrong[page] = cut(window)
    assert {name: words for name, words in wrong.items() if words} == {}


def test_a_long_name_leaves_room_for_the_one_that_is_typed(qtbot: QtBot, window: MainWindow, large_text: None) -> None:
    catalogue = window.session.catalogue
    catalogue.rename_whale(catalogue.whales()[0].id, "HW0452-Skjervøy-2025-second-boat-port-side")
    window.workspaces.show("whales")
    window.session.settle()
    page = window.workspaces.widget("whales").all
    page.rename()
    qtbot.waitUntil(lambda: page.name_bar.field.width() >= theme.scaled(160))
    assert page.name_bar.button.width() >= page.name_bar.button.sizeHint().width()
    assert page.name_bar.geometry().right() <= page.width()


def test_in_the_smallest_window_nothing_known_of_a_whale_lies_on_another(
    qtbot: QtBot, window: MainWindow, qapp: QApplication
) -> None:
    theme.apply(qapp, "light")
    window.resize(window.minimumSize())
    window.workspaces.show("whales")
    window.session.settle()
    facts = window.workspaces.widget("whales").all.card.facts
    lines = (facts.nickname, facts.sex, facts.pigmentation, facts.seen, facts.met, facts.ids, facts.note)
    qtbot.waitUntil(lambda: all(line.isVisible() for line in lines))
    for above, below in pairwise(line.geometry() for line in lines):
        assert above.bottom() < below.top()
