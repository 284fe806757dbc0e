"""The self-check, as a person goes through it: real keys on the real comparer, read back from the catalogue."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from photo_survey import draw
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from whalegui.check_page import CheckPage
from whalegui.session import Session
from whaleid_core.catalogue import Catalogue
from whaleid_core.photos import read_photo
from whaleid_core.records import Box, Drawer
from whaleid_core.self_check import Mistake, Proposal, SelfCheck, Trial

SHOWN = ["HW0001", "HW0001", "HW0002", "HW0003", "HW0003", "HW0003"]
"""Which whale a list gave for each photo."""


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six known photos of three whales, two years apart."""
    folder = tmp_path_factory.mktemp("check")
    photos = [read_photo(draw(folder / f"IMG_{number}.jpg", number)) for number in range(len(SHOWN))]
    photos = [replace(photo, taken_at=datetime(2010 + 2 * at, 8, 1)) for at, photo in enumerate(photos)]
    with Catalogue.create(folder / "catalogue", "Fjord") as catalogue:
        catalogue.add_photos(photos, "known", {p.content_hash: w for p, w in zip(photos, SHOWN, strict=True)})
        for photo_id in catalogue.photo_ids():
            catalogue.add_boxes(photo_id, [Box(20, 30, 150, 95, Drawer.DETECTOR, 0.9)], searched_by="tails 1")
    return folder


def tail(session: Session, number: int) -> int:
    """The tail of the photo with that number."""
    [row] = session.catalogue.tails(session.catalogue.photo_ids()[number])
    return row.id


def missed(session: Session, one: int, other: int) -> Proposal:
    tails = str(tail(session, one)), str(tail(session, other))
    return Proposal(Mistake.MISSED, SHOWN[one], *tails, SHOWN[other], 9.0, 41)


def false(session: Session, one: int, other: int, like: str) -> Proposal:
    tails = str(tail(session, one)), str(tail(session, other))
    return Proposal(Mistake.FALSE, SHOWN[one], *tails, like, 5.0, 0)


def checked(*proposals: Proposal) -> SelfCheck:
    trial = Trial(np.array([0.9, 0.95, 0.2]), np.array([True, True, False]), np.array([1, 1, 3]), 6)
    return SelfCheck(proposals, trial, 3)


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> CheckPage:
    made = CheckPage(session)
    qtbot.addWidget(made)
    made.resize(1280, 680)
    made.show()
    qtbot.waitExposed(made)
    made.activate()
    return made


def see(qtbot: QtBot, page: CheckPage, left: int) -> None:
    """Wait until the proposal about this tail is painted."""
    page.session.settle()
    qtbot.waitUntil(lambda: page.current is not None and page.current.one[0].id == left)
    qtbot.waitUntil(lambda: page.pair.comparer.painted_key == left)


def press(page: CheckPage, key: Qt.Key) -> None:
    QTest.keyClick(page.pair.comparer, key)
    page.session.settle()


def names(session: Session) -> list[str]:
    return [whale.name for whale in session.catalogue.whales()]


def test_before_the_first_check_it_says_what_there_is_to_do(page: CheckPage) -> None:
    page.session.settle()
    assert page.page.sentence.text().startswith("Look through 3 whales")
    assert page.page.button.text() == "Check now"


def test_a_clean_catalogue(page: CheckPage, session: Session) -> None:
    page.show_check(checked())
    session.settle()
    assert page.page.sentence.text() == "Nothing doubtful among 3 whales."
    assert page.page.button.text() == "Check again"


def test_enter_makes_two_whales_one_and_the_next_opens(qtbot: QtBot, page: CheckPage, session: Session) -> None:
    page.show_check(checked(missed(session, 2, 0), false(session, 5, 4, "HW0001")))
    see(qtbot, page, tail(session, 2))
    assert page.sentence.text() == "HW0002 and HW0001 may be one whale. 41 points agree."
    press(page, Qt.Key.Key_Return)
    assert names(session) == ["HW0001", "HW0003"], "the one with more photos is kept"
    assert session.catalogue.resolve_whale("HW0002") == session.catalogue.whale_id("HW0001")
    see(qtbot, page, tail(session, 5))
    assert page.progress.text() == "1 left of 2: 1 same"
    session.undo()
    session.settle()
    assert len(names(session)) == 3
    page.back()
    assert page.sentence.text() == "HW0002 and HW0001 may be one whale. 41 points agree.", "it waits again"


def test_d_keeps_two_whales_apart_and_is_remembered(qtbot: QtBot, page: CheckPage, session: Session) -> None:
    page.show_check(checked(missed(session, 2, 0)))
    see(qtbot, page, tail(session, 2))
    press(page, Qt.Key.Key_D)
    assert len(names(session)) == 3
    assert session.catalogue.compared_tails() == {(tail(session, 0), tail(session, 2)): False}
    assert page.progress.text() == "All 1 looked at: 1 different"
    assert not page.same_button.isEnabled()
    press(page, Qt.Key.Key_Return)
    assert len(names(session)) == 3, "what is answered isn't answered twice"


def test_d_makes_a_false_tail_a_whale_of_its_own(qtbot: QtBot, page: CheckPage, session: Session) -> None:
    page.show_check(checked(false(session, 5, 4, "HW0001")))
    see(qtbot, page, tail(session, 5))
    assert page.sentence.text() == "IMG_5 may not be HW0003. It is more like HW0001."
    press(page, Qt.Key.Key_D)
    assert names(session) == ["HW0001", "HW0002", "HW0003", "HW0004"]
    assert session.catalogue.tail(tail(session, 5)).whale == "HW0004"
    assert page.sentence.text() == "IMG_5 is HW0004 now."


def test_enter_says_that_a_tail_is_right(qtbot: QtBot, page: CheckPage, session: Session) -> None:
    page.show_check(checked(false(session, 5, 4, "HW0001")))
    see(qtbot, page, tail(session, 5))
    press(page, Qt.Key.Key_Return)
    assert session.catalogue.compared_tails() == {(tail(session, 4), tail(session, 5)): True}
    assert len(names(session)) == 3


def test_u_goes_on_and_changes_nothing(qtbot: QtBot, page: CheckPage, session: Session) -> None:
    page.show_check(checked(missed(session, 2, 0), missed(session, 3, 0)))
    see(qtbot, page, tail(session, 2))
    press(page, Qt.Key.Key_U)
    see(qtbot, page, tail(session, 3))
    assert page.progress.text() == "1 left of 2: 1 unsure"
    assert session.catalogue.compared_tails() == {}
    press(page, Qt.Key.Key_Backspace)
    see(qtbot, page, tail(session, 2))
    assert page.same_button.isEnabled(), "what is unsure can still be answered"


def test_proposals_follow_what_happens_elsewhere(qtbot: QtBot, page: CheckPage, session: Session) -> None:
    page.show_check(checked(missed(session, 2, 0), missed(session, 3, 0)))
    see(qtbot, page, tail(session, 2))
    gone = tail(session, 3)
    session.edit(lambda catalogue: catalogue.delete_box(gone))
    session.edit(lambda catalogue: catalogue.rename_whale(catalogue.whale_id("HW0002") or 0, "Salt"))
    session.settle()
    qtbot.waitUntil(lambda: page.doubts.rowCount() == 1)
    qtbot.waitUntil(lambda: page.sentence.text().startswith("Salt and HW0001"))


def test_what_the_catalogue_is_worth_is_said_and_drawn(page: CheckPage, session: Session) -> None:
    page.show_check(checked(missed(session, 2, 0)))
    session.settle()
    said = page.trust.said.text()
    assert said.startswith("3 of 6 tails were looked up as if they were new.")
    assert "came first for 67\xa0%, among five for 100\xa0%" in said
    assert [dot.words for dot in page.trust.plot.dots] == [
        "20\xa0% given, 0\xa0% right, 1 tail",
        "92\xa0% given, 100\xa0% right, 2 tails",
    ]
