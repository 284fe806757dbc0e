"""The pages of Whales: tabs, the discovery curve and the resighting table, on a real catalogue."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from photo_survey import draw
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from whalegui import theme, workspace
from whalegui.session import Session
from whalegui.sightings_pages import DiscoveryPage, ResightingsPage
from whalegui.whales_workspace import PAGES, WhalesWorkspace
from whaleid_core.catalogue import Catalogue
from whaleid_core.photos import read_photo
from whaleid_core.records import Box, Change, Drawer

SHOWN = ["HW0001", "HW0001", "HW0002", "HW0003", "HW0001", "HW0003"]


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six photos of three whales, half a year apart."""
    folder = tmp_path_factory.mktemp("sightings")
    began = datetime(2019, 2, 1, 9, 0)
    photos = [read_photo(draw(folder / f"IMG_{number}.jpg", number)) for number in range(len(SHOWN))]
    photos = [replace(photo, taken_at=began + timedelta(days=182 * at)) for at, photo in enumerate(photos)]
    with Catalogue.create(folder / "catalogue", "Fjord") as catalogue:
        catalogue.add_photos(photos, "known", {p.content_hash: w for p, w in zip(photos, SHOWN, strict=True)})
        for photo_id in catalogue.photo_ids():
            catalogue.add_boxes(photo_id, [Box(20, 30, 150, 95, Drawer.DETECTOR, 0.9)], searched_by="tails 1")
        catalogue.find_encounters()
    return folder


@pytest.fixture
def whales(qtbot: QtBot, session: Session) -> WhalesWorkspace:
    made = WhalesWorkspace(session)
    qtbot.addWidget(made)
    made.resize(1280, 716)
    made.show()
    qtbot.waitExposed(made)
    session.settle()
    return made


def open_tab(whales: WhalesWorkspace, name: str) -> None:
    """Click a tab."""
    at = whales.tabs.tabRect(list(PAGES).index(name)).center()
    QTest.mouseClick(whales.tabs, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(at))
    whales.session.settle()


def test_each_page_opens_and_has_its_own_keys(whales: WhalesWorkspace) -> None:
    own = {}
    for name in PAGES:
        open_tab(whales, name)
        assert whales.page.isVisible()
        own[name] = {action.objectName() for action in whales.actions()}
    assert "whales.rename" in own["all"]
    assert {"check.same", "matches.blink"} <= own["check"]
    assert {"readers.first", "matches.blink"} <= own["readers"]
    assert own["discovery"] == own["resightings"] == set()
    whales.find_here()
    assert whales.page is whales.all
    assert whales.all.find_field.hasFocus()


def test_an_undo_leaves_the_page_open_that_shows_it(whales: WhalesWorkspace) -> None:
    nothing = Change("nothing")
    assert not workspace.follows(whales, nothing), "of all whales, the one that changed is shown"
    open_tab(whales, "check")
    assert workspace.follows(whales, nothing)
    assert not workspace.follows(None, nothing)


def test_the_curve_says_what_it_draws(whales: WhalesWorkspace) -> None:
    open_tab(whales, "discovery")
    page = whales.page
    assert isinstance(page, DiscoveryPage)
    assert page.said.text() == "3 whales in 6 encounters."
    assert page.plot is not None
    assert [(dot.x, dot.y) for dot in page.plot.dots] == [(0, 0), (1, 1), (2, 1), (3, 2), (4, 3), (5, 3), (6, 3)]
    page.against.setCurrentIndex(1)
    assert page.plot.dots[-1].x == 6
    assert "3 whales in all" in page.plot.dots[-1].words


def test_the_curve_follows_an_edit(qtbot: QtBot, session: Session, whales: WhalesWorkspace) -> None:
    open_tab(whales, "discovery")
    page = whales.page
    assert isinstance(page, DiscoveryPage)
    one, two = session.catalogue.whale_id("HW0001"), session.catalogue.whale_id("HW0002")
    assert one is not None
    assert two is not None
    session.edit(lambda catalogue: catalogue.merge_whales(one, two))
    qtbot.waitUntil(lambda: page.said.text() == "2 whales in 6 encounters.")


def test_who_was_seen_again_when(qtbot: QtBot, session: Session, whales: WhalesWorkspace, tmp_path: Path) -> None:
    open_tab(whales, "resightings")
    page = whales.page
    assert isinstance(page, ResightingsPage)
    assert page.said.text() == "2 of 3 whales were seen in more than one year."
    model = page.model
    cells = [[model.index(row, column).data() for column in range(4)] for row in range(3)]
    assert cells == [["2", "", "1", "3"], ["", "1", "", "1"], ["", "1", "1", "2"]]
    assert model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "HW0002, 2019: none"
    page.save(tmp_path / "out.csv")
    session.settle()
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file))[1] == ["HW0001", "2", "0", "1", "3", "2"]
    page.period.setCurrentIndex(1)
    qtbot.waitUntil(lambda: page.said.text() == "2 of 3 whales were seen in more than one encounter.")
    assert model.columnCount() == 7
    asked: list[tuple[str, int]] = []
    session.show_requested.connect(lambda name, key: asked.append((name, key)))
    page.table.doubleClicked.emit(model.index(2, 0))
    assert asked == [("whales", session.catalogue.whale_id("HW0003"))]


def test_plots_follow_the_theme(qapp: QApplication, whales: WhalesWorkspace) -> None:
    open_tab(whales, "discovery")
    page = whales.page
    assert isinstance(page, DiscoveryPage)
    assert page.plot is not None
    try:
        for scheme in ("dark", "light"):
            theme.apply(qapp, scheme)
            assert page.plot.backgroundBrush().color() == theme.tokens().field
    finally:
        theme.apply(qapp, "light")


def test_without_whales_each_page_says_what_next(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    session = Session(Catalogue.create(tmp_path / "empty"))
    for kind in (DiscoveryPage, ResightingsPage):
        page = kind(session)
        qtbot.addWidget(page)
        session.settle()
        assert page.page.sentence.text() == "No whale was met yet. Name a tail in Matches."
    session.close()
