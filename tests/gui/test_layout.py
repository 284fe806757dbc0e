"""What is kept of the window's look from one day to the next, and what another size of text does to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from photo_survey import survey  # noqa: F401 - the fixture
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from whalegui import theme
from whalegui.main_window import MainWindow
from whalegui.photos_workspace import PhotosWorkspace
from whalegui.session import Session
from whalegui.widgets.list_header import ListHeader
from whaleid_core.catalogue import Catalogue

Open = Callable[[], MainWindow]


@pytest.fixture
def usual_text(qapp: QApplication) -> Iterator[QApplication]:
    yield qapp
    theme.apply(qapp, "dark")


def columns(window: MainWindow, folder: Path) -> ListHeader:
    """The list's, in a catalogue that is opened for them."""
    window.set_session(Session(Catalogue.open(folder)))
    assert window.session is not None
    window.session.settle()
    photos = window.workspaces.widget("photos")
    assert isinstance(photos, PhotosWorkspace)
    photos.browser.show_as_list(True)
    return photos.browser.titles


def test_columns_are_as_wide_tomorrow_and_those_that_were_hidden_stay_so(open_window: Open, survey: Path) -> None:  # noqa: F811
    first = open_window()
    titles = columns(first, survey / "catalogue")
    titles.resizeSection(0, 333)
    camera = next(action for action in titles.menu().actions() if action.text() == "Camera")
    camera.setChecked(False)
    widths = titles.widths()
    first.set_session(None)
    titles = columns(open_window(), survey / "catalogue")
    assert titles.widths()[:-1] == widths[:-1]
    assert (titles.widths()[0], titles.widths().count(0)) == (333, 1)
    assert titles.sortIndicatorSection() == -1


def test_columns_grow_with_the_text_and_not_with_the_colours(qtbot: QtBot, usual_text: QApplication) -> None:
    theme.apply(usual_text, "dark")
    titles = ListHeader(["Name", "Time", "Note"], [10, 20, 10])
    qtbot.addWidget(titles)
    titles.resizeSection(0, 200)
    before = titles.widths()
    theme.apply(usual_text, "light")
    assert titles.widths() == before
    theme.apply(usual_text, "light", 200)
    assert titles.widths()[:2] == [pytest.approx(2 * width, rel=0.15) for width in before[:2]]


def test_nothing_in_the_header_lies_over_another_at_any_size_of_text(
    open_window: Open,
    survey: Path,  # noqa: F811
    qtbot: QtBot,
    usual_text: QApplication,
) -> None:
    window = open_window()
    columns(window, survey / "catalogue")
    switcher = window.switcher
    for name, number in (("photos", 100_000), ("boxes", 22_000), ("matches", 20_000)):
        switcher.set_number(name, number, f"{number:,}")
    for width, percent in ((1280, 200), (1280, 80), (900, 150), (1180, 100)):
        window.resize(width, 800)
        theme.apply(usual_text, "light", percent)
        tabs = [switcher.tab(name) for name in ("photos", "boxes", "matches", "whales", "models")]
        qtbot.waitUntil(lambda tabs=tabs: all(tab.width() >= tab.sizeHint().width() for tab in tabs))  # type: ignore[misc]
        assert switcher.geometry().right() < window.job_bar.geometry().left()
    assert tabs[0].sizeHint().width() == tabs[0].needed_width(0)  # there is room for all again


def test_large_letters_widen_the_side_panes_and_what_a_row_says_goes_below_its_name(
    open_window: Open,
    survey: Path,  # noqa: F811
    qtbot: QtBot,
    usual_text: QApplication,
) -> None:
    window = open_window()
    columns(window, survey / "catalogue")
    photos = window.workspaces.widget("photos")
    assert isinstance(photos, PhotosWorkspace)
    photos.show_item(photos.browser.model.ids[0])
    place, label = photos.details.values["Camera"], photos.details.labels["Camera"]
    qtbot.waitUntil(lambda: place.isVisible())
    beside, narrow = place.width(), photos.filters.width()
    assert place.y() < label.geometry().bottom()
    theme.apply(usual_text, "dark", 200)
    qtbot.waitUntil(lambda: place.y() > label.y() + label.height() / 2 and place.width() > beside)
    assert photos.filters.width() > narrow
    theme.apply(usual_text, "dark")
    qtbot.waitUntil(lambda: place.y() < label.geometry().bottom())
