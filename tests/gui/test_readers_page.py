"""Second readings as a page: agreement in a sentence, disagreements first, settled with a click."""

from __future__ import annotations

import pytest
from match_survey import Survey
from PySide6.QtCore import Qt

from whalegui.session import Session
from whalegui.widgets.readers_page import NOTHING_TO_READ, ReadersPage, agreement_sentence
from whaleid_core.catalogue import ReadingRow
from whaleid_core.records import Verdict


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
    with qtbot.waitExposed(made):
        made.show()
    made.refresh()
    matching_session.settle()
    return made


def cells(page: ReadersPage, row: int) -> list[str]:
    return [page.table.item(row, column).text() for column in range(4)]


def test_disagreements_come_first_and_are_settled_with_a_click(
    qtbot, matching: Survey, matching_session: Session, page: ReadersPage
) -> None:
    assert page.sentence.text() == "Two readers agree on 1 of 2 tails, kappa 0.33."
    assert cells(page, 0) == ["IMG_1", "Ana: HW0001", "Ben: HW0002", "disagree"]
    assert cells(page, 1)[1:] == ["Ana: new whale HW0009", "Ben: new whale", "agree"]
    assert not page.second_button.isEnabled()
    place = page.table.visualItemRect(page.table.item(0, 0)).center()
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseClick(page.second_button, Qt.MouseButton.LeftButton)
    matching_session.settle()
    tail = page.rows[-1].tail_id
    assert matching.verdict(tail) == (Verdict.SAME, "HW0002")
    assert page.rows[-1].settled
    matching_session.undo()
    matching_session.settle()
    assert matching.verdict(tail) == (Verdict.SAME, "HW0001")
    assert cells(page, 0)[3] == "disagree"


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
