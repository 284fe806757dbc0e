"""Several tails at once, a part of the gallery, second readings, and who has looked how far."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from match_survey import CALIBRATION, MODEL, Survey, press
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox

from whalegui import places
from whalegui.filter_dialog import FilterDialog
from whalegui.match_group import Ticks, conflict, looks_sentence
from whalegui.matches_workspace import MatchesWorkspace
from whalegui.session import Session
from whalegui.theme import tokens
from whaleid_core import local, workflow
from whaleid_core.catalogue import LookRow, PhotoFilter, SearchFilter
from whaleid_core.classify import NO_TRAINED_HEADS
from whaleid_core.local import NO_KEYPOINTS
from whaleid_core.records import Box, Verdict

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LOADED = "The networks are loaded."


@pytest.fixture
def loaded(matching: Survey, matching_session: Session) -> Session:
    """The networks are loaded, as far as ranking asks of them: tail n of a whale looks like the whale's other tails."""
    engine: Any = SimpleNamespace(
        name=MODEL, members=[SimpleNamespace(name=MODEL)], calibration=CALIBRATION, heads=NO_TRAINED_HEADS,
        detail=lambda boxes: np.ones(len(boxes)), device="cpu", precision="fp32",
    )  # fmt: skip
    catalogue, rng = matching.catalogue, np.random.default_rng(1)
    tails = [tail for key in catalogue.photo_ids() for tail in catalogue.tails(key)]
    whales = {tail.id: tail.whale or "HW0002" for tail in tails}
    centres = {name: rng.standard_normal(8) for name in sorted(set(whales.values()))}
    vectors = {key: centres[name] + 0.3 * rng.standard_normal(8) for key, name in whales.items()}
    catalogue.store_embeddings(MODEL, {key: one / np.linalg.norm(one) for key, one in vectors.items()})
    catalogue.store_keypoints(local.KIND, {key: NO_KEYPOINTS.to_bytes() for key in whales})
    matching_session.engine = engine
    return matching_session


@pytest.fixture
def said(matching_session: Session) -> list[str]:
    sentences: list[str] = []
    matching_session.status_changed.connect(sentences.append)
    return sentences


def one_encounter(matches: MatchesWorkspace) -> None:
    """Puts all new photos into one, and reads it."""
    catalogue = matches.session.catalogue
    catalogue.make_encounter(catalogue.photo_ids(PhotoFilter(role="new")), "Day 1")
    matches.refresh()
    matches.session.settle()


def test_that_the_networks_are_loading_is_said_only_while_they_are(
    qtbot,
    matching: Survey,
    loaded: Session,
    matches: MatchesWorkspace,
    said: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine, loaded.engine = loaded.engine, None
    monkeypatch.setattr(workflow, "load_engine", lambda device: engine)
    one_encounter(matches)
    press(qtbot, matches, Key.Key_Y, (Key.Key_Right, SHIFT), Key.Key_Y)
    assert said[-2:] == ["Loading the networks, to search only a part or with several tails together.", LOADED]
    assert matches.view.details.together == 2
    loaded.engine = None
    matches.scope.prepare(lambda: None)
    loaded.say("IMG_3 is HW0001.")
    loaded.settle()
    assert said[-1] == "IMG_3 is HW0001.", "what can be undone stays"


def test_one_decision_holds_for_all_that_are_ticked(
    qtbot, matching: Survey, loaded: Session, matches: MatchesWorkspace
) -> None:
    one_encounter(matches)
    first, second, third, *_ = matches.queue.ids
    press(qtbot, matches, Key.Key_Y, (Key.Key_Right, SHIFT), Key.Key_Y)
    assert matches.queue.current == second
    assert matches.view.details.together == 2
    assert "from 2 tails together" in matches.view.answer_bar.searched.text()
    press(qtbot, matches, (Key.Key_Right, SHIFT))
    assert matches.queue.current == third
    assert matches.view.details.together == 3
    place = matches.view.details.order.index("HW0002")
    press(qtbot, matches, Key(Key.Key_1 + place))
    assert matches.view.decisions.same_button.text() == "Same: HW0002 for 3 tails"
    assert matches.view.decisions.new_button.text().endswith(" for 3 tails")
    press(qtbot, matches, Key.Key_Return)
    assert [matching.verdict(tail) for tail in (first, second, third)] == [(Verdict.SAME, "HW0002")] * 3
    assert not matches.scope.ticks.ids
    loaded.undo()
    loaded.settle()
    assert [matching.verdict(tail) for tail in (first, second, third)] == [(None, None)] * 3


def test_two_tails_of_one_photo_cant_be_ticked_for_one_whale(
    qtbot, matching: Survey, loaded: Session, matches: MatchesWorkspace
) -> None:
    one_encounter(matches)
    press(qtbot, matches, (Key.Key_A, CTRL))
    assert len(matches.scope.ticks.ids) == 5
    assert matches.view.answer_bar.notice.text() == "IMG_4 shows two tails, which can't be one whale. Untick one."
    press(qtbot, matches, Key.Key_N)
    assert matching.catalogue.tails_to_match() == matches.queue.ids
    strip = matches.view.encounter.strip
    item = strip.visualRect(strip.model().index(4)).center()
    qtbot.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, CTRL, item)
    loaded.settle()
    assert matches.view.answer_bar.notice.text() == ""
    assert matches.view.encounter._count.text() == "5 of 5 waiting, 4 ticked"
    press(qtbot, matches, Key.Key_N)
    assert [matching.verdict(tail)[1] for tail in matches.queue.ids] == ["HW0004"] * 4 + [None]
    press(qtbot, matches, (Key.Key_A, CTRL), (Key.Key_A, CTRL))
    assert not matches.scope.ticks.ids


def test_a_filter_is_said_in_amber_and_stands_in_the_decision(
    qtbot, matching: Survey, loaded: Session, matches: MatchesWorkspace
) -> None:
    whales = {whale.name: whale.id for whale in matching.catalogue.whales()}
    matching.catalogue.set_whale(whales["HW0002"], sex="female")
    matches.view.answer_bar.change_button.click()
    loaded.settle()
    dialog = matches.window().findChild(FilterDialog)
    (box,) = dialog.sexes.boxes
    box.click()
    loaded.settle()
    assert dialog.summary.text() == "Searches 1 of 3 whales, 2 of 6 photos."
    dialog.name.setText("Cows")
    dialog.keep_button.click()
    loaded.settle()
    assert [one.name for one in matching.catalogue.search_filters()] == ["Cows"]
    dialog.search_button.click()
    loaded.settle()
    bar = matches.view.answer_bar
    assert bar.searched.text().endswith("Filter: female. Searched 1 of 3 whales, with humpback 0.1.")
    assert bar.searched.tone == "unsure"
    assert tokens().unsure.isValid()
    assert matches.view.details.order == ("HW0002",)
    tail = matches.queue.current
    matches.activateWindow()  # as a window manager does when a dialog closes
    qtbot.waitUntil(matches.isActiveWindow)
    press(qtbot, matches, Key.Key_1, Key.Key_Return)
    assert matching.catalogue.decision(tail).searched == "female: 1 of 3 whales"
    assert bar.all_button.isVisible()
    bar.all_button.click()
    loaded.settle()
    assert not bar.all_button.isVisible()
    assert set(matches.view.details.order) == {"HW0001", "HW0002", "HW0003"}


def test_where_no_whale_fits_the_filter_that_is_said_and_not_that_none_is_known(
    qtbot, loaded: Session, matches: MatchesWorkspace
) -> None:
    assert matches.view.looks.text() == "Ana saw 1 of 3."
    matches.scope.search(SearchFilter(first_year=1900, last_year=1901))
    loaded.settle()
    bar = matches.view.answer_bar
    assert bar.text == "No whale fits the filter, so none is proposed."
    assert bar.searched.text().startswith("Filter: 1900-1901. Searched 0 of 3 whales")
    assert bar.change_button.isVisible()
    assert bar.all_button.isVisible()
    assert not bar.button.isVisible(), "there is nothing to search now"
    assert matches.view.looks.text() == ""
    bar.all_button.click()
    loaded.settle()
    assert len(matches.view.details.order) == 3


def test_a_kept_filter_can_be_taken_up_and_deleted(
    qtbot, matching: Survey, matching_session: Session, matches: MatchesWorkspace
) -> None:
    matching.catalogue.save_filter(SearchFilter("Dark", pigmentation=(4, 5), quality=2))
    matches.scope.choose_filter()
    matching_session.settle()
    dialog = matches.window().findChild(FilterDialog)
    dialog.kept.setCurrentIndex(1)
    dialog.kept.activated.emit(1)
    matching_session.settle()
    assert dialog.which == SearchFilter("Dark", pigmentation=(4, 5), quality=2)
    assert dialog.summary.text() == "Searches 0 of 3 whales, 0 of 6 photos."
    assert not dialog.search_button.isEnabled()
    dialog.delete_button.click()
    matching_session.settle()
    assert matching.catalogue.search_filters() == []
    buttons = dialog.findChild(QDialogButtonBox)
    next(button for button in buttons.buttons() if button.text() == "Search all").click()
    assert matches.scope.which == SearchFilter()


def test_a_whale_named_now_is_known_for_the_next_tail(
    qtbot, matching: Survey, loaded: Session, matches: MatchesWorkspace
) -> None:
    # All new tails look alike, and unlike what is known.
    rng = np.random.default_rng(5)
    centre = rng.standard_normal(8)
    waiting = matching.catalogue.tails_to_match()
    vectors = {key: centre + 0.05 * rng.standard_normal(8) for key in waiting}
    matching.catalogue.store_embeddings(MODEL, {key: one / np.linalg.norm(one) for key, one in vectors.items()})
    press(qtbot, matches, Key.Key_N)
    assert matches.queue.current == waiting[1]
    assert matches.view.details.order[0] == "HW0004"


def test_changed_tails_wear_a_dot_until_they_are_looked_at(
    qtbot, matching: Survey, matching_session: Session, matches: MatchesWorkspace
) -> None:
    one_encounter(matches)
    first, second, *_ = matches.queue.ids
    matching_session.reordered.emit(frozenset([first, second]))
    strip = matches.view.encounter.strip
    assert [item.dotted for item in strip.items] == [False, True, False, False, False]
    assert strip.items[1].words.endswith("order changed")
    press(qtbot, matches, (Key.Key_Right, SHIFT))
    assert not any(item.dotted for item in strip.items)


def test_the_order_that_changed_says_after_whom(
    qtbot, matching: Survey, matching_session: Session, matches: MatchesWorkspace
) -> None:
    first, second, *_ = matches.queue.ids
    matching_session.edit(lambda catalogue: catalogue.decide(second, Verdict.NEW, "HW0931"))
    matching_session.settle()
    matching.suggest(first, {"HW0003": 0.5, "HW0001": 0.4}, 0.95)
    matching_session.changed.emit(places.suggested(first))
    matching_session.settle()
    assert matches.view.answer_bar.notice.text() == "Order changed after HW0931 was named. Show: F5"


def test_how_many_candidates_each_person_has_seen(
    qtbot, matching: Survey, matching_session: Session, matches: MatchesWorkspace
) -> None:
    assert matches.view.looks.text() == "Ana saw 1 of 3."
    press(qtbot, matches, Key.Key_Down, Key.Key_Down)
    assert matches.view.looks.text() == "Ana saw all 3."
    first = matches.queue.current
    press(qtbot, matches, Key.Key_U)
    assert matching.catalogue.looks(first) == [LookRow("Ana", 3, 3)]
    matching.catalogue.who = "Ben"
    press(qtbot, matches, Key.Key_PageUp)
    assert matches.view.looks.text() == "Ben saw 1 of 3, Ana all 3."


def test_a_second_reader_sees_no_first_answer(
    qtbot, matching: Survey, matching_session: Session, matches: MatchesWorkspace
) -> None:
    one_encounter(matches)
    press(qtbot, matches, Key.Key_Return, Key.Key_U)
    first, second, *_ = matches.queue.ids
    matching_session.who = "Ben"
    matching_session.second_reading = True
    matching_session.settle()
    assert matches.queue.ids == [first, second]
    assert matches.queue.current == first
    assert matches.view.answer_bar.notice.text() == "Second reading by Ben. First answers are hidden."
    assert not matches.view.answer_bar.text.startswith("Decided")
    assert {item.words.split(", ")[1] for item in matches.view.encounter.strip.items} == {"waiting"}
    press(qtbot, matches, Key.Key_Y)
    assert not matches.scope.ticks.ids
    assert matches.view.decisions.new_button.text() == "New whale"
    press(qtbot, matches, Key.Key_2, Key.Key_Return)
    assert matching.verdict(first) == (Verdict.SAME, "HW0001")
    assert matches.queue.current == second
    press(qtbot, matches, Key.Key_U)
    assert {(row.tail_id, row.whale, row.agrees) for row in matching.catalogue.readings()} == {
        (first, "HW0002", False),
        (second, None, True),
    }
    assert matches.view.page.sentence.text().startswith("Ben read all that others decided.")
    matching_session.undo()
    matching_session.settle()
    assert len(matching.catalogue.readings()) == 1
    assert matches.queue.current == second
    matching_session.second_reading = False
    matching_session.settle()
    assert matches.view.answer_bar.notice.text() == ""
    assert matches.queue.ids == matching.catalogue.tails_to_match()


@pytest.mark.parametrize(
    ("looks", "who", "seen", "of", "sentence"),
    [
        ([], "", 0, 0, ""),
        ([], "", 1, 10, "You saw 1 of 10."),
        ([LookRow("Ana", 10, 10), LookRow("Ben", 0, 0)], "Ana", 2, 10, "Ana saw all 10, Ben none."),
        ([LookRow("", 3, 9), LookRow("Ben", 1, 9)], "Ben", 0, 9, "Ben saw 1 of 9, Somebody 3 of 9."),
    ],
)
def test_looks_in_words(looks: list[LookRow], who: str, seen: int, of: int, sentence: str) -> None:
    assert looks_sentence(looks, who, seen, of) == sentence


def test_ticks_and_what_speaks_against_them(matching: Survey) -> None:
    ticks = Ticks()
    assert ticks.group(1) == ()
    ticks.toggle(1)
    assert ticks.group(1) == ()
    assert ticks.group(2) == (2, 1)
    catalogue = matching.catalogue
    shown = [(tail, photo) for photo in catalogue.photos(catalogue.photo_ids()) for tail in catalogue.tails(photo.id)]
    two = [tail.id for tail, photo in shown if photo.title == "IMG_4"]
    assert conflict(two, shown).startswith("IMG_4 shows two tails")
    assert conflict(two[:1], shown) == ""
    assert Path(catalogue.folder).is_dir()


def test_only_the_gallery_in_memory_answers_for_several_tails(
    qtbot, matching: Survey, loaded: Session, matches: MatchesWorkspace, said: list[str]
) -> None:
    one_encounter(matches)
    second = matches.queue.ids[1]
    matching.catalogue.move_box(second, Box(50, 40, 230, 120))  # nothing is computed of it now
    press(qtbot, matches, Key.Key_Y, (Key.Key_Right, SHIFT))
    assert matches.view.details.together == 2
    assert matches.view.details.suggestions == ()
    assert said[-1] == "These tails were not all compared with the known whales yet. Find and match: Ctrl+R."
    press(qtbot, matches, Key.Key_Return)
    assert matching.verdict(second) == (None, None)


def test_tails_that_were_ranked_anew_are_told_where_their_order_changed(
    matching: Survey, loaded: Session, matches: MatchesWorkspace
) -> None:
    told: list[frozenset[int]] = []
    loaded.reordered.connect(told.append)
    loaded.match_again()
    loaded.settle()
    assert told == [frozenset(matching.catalogue.tails_to_match())]
    loaded.match_again()
    loaded.settle()
    assert len(told) == 1
