"""Second readings as a page: agreement in a sentence, disagreements first, each settled side by side with one key."""

from __future__ import annotations

import pytest
from match_survey import Survey
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from whalegui.readers_page import NOTHING_TO_READ, ReadersPage
from whalegui.reading_rows import agreement_sentence
from whalegui.session import Session
from whalegui.widgets.fluke_sides import Which
from whaleid_core.catalogue import ReadingRow
from whaleid_core.records import Verdict

Key = Qt.Key


@pytest.fixture
def page(qtbot, matching: Survey, matching_session: Session) -> ReadersPage:
    """Ana decided two tails, Ben read both and disagrees on one."""
    first, second, *_ = matching.catalogue.tails_to_match()
    matching.catalogue.decide(first, Verdict.SAME, "HW0001")
    matching.catalogue.decide(second, Verdict.NEW, "HW0009")
    matching_session.who = "Ben"
    matching.catalogue.read_tail(first, Verdict.SAME, "HW0002")
    matching.catalogue.read_tail(second, Verdict.NEW)
    made = ReadersPage(matching_session)
    qtbot.addWidget(made)
    made.resize(1280, 680)
    with qtbot.waitExposed(made):
        made.show()
    made.activate()
    see(qtbot, made)
    return made


def see(qtbot, page: ReadersPage) -> None:
    """Wait until what is picked is read and painted."""
    page.session.settle()
    qtbot.waitUntil(lambda: page.pair.comparer.painted_key == page.picked.tail_id)


def press(qtbot, page: ReadersPage, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(page.pair.comparer, key)
        see(qtbot, page)


def beside(page: ReadersPage) -> str:
    """The whale that stands beside the tail."""
    side = page.pair.comparer.side(Which.CANDIDATE)
    return side.title if side is not None else ""


def cells(page: ReadersPage, row: int) -> list[str]:
    return [page.table.item(row, column).text() for column in range(4)]


def test_a_disagreement_is_settled_side_by_side_with_one_key_and_undone(
    qtbot, matching: Survey, matching_session: Session, page: ReadersPage
) -> None:
    assert page.sentence.text() == "Two readers agree on 1 of 2 tails, kappa 0.33."
    assert cells(page, 0) == ["IMG_1", "Ana: HW0001", "Ben: HW0002", "disagree"]
    assert cells(page, 1)[1:] == ["Ana: new whale HW0009", "Ben: new whale", "agree"]
    tail = page.picked.tail_id
    assert page.pair.comparer.side(Which.NEW).key == tail
    assert page.pair.comparer.side(Which.NEW).title == "HW0001 or HW0002?"
    assert beside(page) == "HW0001"
    assert [button.text() for button in page.answer_buttons] == ["Ana: HW0001", "Ben: HW0002"]
    press(qtbot, page, Key.Key_Down)
    assert beside(page) == "HW0002"
    press(qtbot, page, Key.Key_2)
    assert matching.verdict(tail) == (Verdict.SAME, "HW0002")
    assert page.rows[-1].settled
    assert matching.catalogue.differences() == []
    matching_session.undo()
    matching_session.settle()
    assert matching.verdict(tail) == (Verdict.SAME, "HW0001")
    assert cells(page, 0)[3] == "disagree"


def test_a_whale_that_was_not_looked_at_settles_nothing(
    qtbot, matching: Survey, matching_session: Session, page: ReadersPage
) -> None:
    said: list[str] = []
    matching_session.status_changed.connect(said.append)
    press(qtbot, page, Key.Key_2)
    assert said[-1] == "Look at HW0002 first: Down."
    assert not page.rows[0].settled
    press(qtbot, page, Key.Key_PageDown)
    assert not page.first_button.isEnabled()
    press(qtbot, page, Key.Key_1)
    assert said[-1] == "Both say the same."
    press(qtbot, page, Key.Key_PageUp, Key.Key_U)
    assert matching.verdict(page.rows[-1].tail_id) == (Verdict.UNSURE, None)


def test_the_first_answer_stands_with_one_click_and_the_comparer_has_its_keys(
    qtbot, matching: Survey, matching_session: Session, page: ReadersPage
) -> None:
    press(qtbot, page, Key.Key_M)
    assert page.pair.comparer.mirrored
    tail = page.picked.tail_id
    qtbot.mouseClick(page.first_button, Qt.MouseButton.LeftButton)
    matching_session.settle()
    assert matching.verdict(tail) == (Verdict.SAME, "HW0001")
    assert page.rows[-1].settled


def test_a_reading_begins_where_others_decided_something(
    qtbot, matching: Survey, matching_session: Session, page: ReadersPage
) -> None:
    said: list[str] = []
    shown: list[tuple[str, int]] = []
    matching_session.status_changed.connect(said.append)
    matching_session.show_requested.connect(lambda name, item: shown.append((name, item)))
    page.begin_button.click()
    matching_session.settle()
    assert said == [NOTHING_TO_READ]
    third = matching.catalogue.tails_to_match()[0]
    matching_session.who = "Ana"
    matching.catalogue.decide(third, Verdict.POOR)
    matching_session.who = "Ben"
    page.begin_button.click()
    matching_session.settle()
    assert matching_session.second_reading
    assert shown == [("matches", third)]
    page.table.selectRow(1)
    page.look_button.click()
    assert not matching_session.second_reading
    assert shown[-1] == ("matches", page.rows[1].tail_id)


def test_agreement_in_words() -> None:
    row = ReadingRow(1, "IMG_1", "Ben", Verdict.POOR, None, "Ana", Verdict.POOR, None, False)
    assert agreement_sentence([]) == "Second readings"
    assert agreement_sentence([row]) == "Two readers agree on 1 of 1 tail."
