"""Matches driven with real keys and mouse on a real catalogue; what was decided is read back from it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from match_survey import MODEL, Survey, press
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QPixmapCache
from PySide6.QtWidgets import QApplication

from whalegui import places, theme
from whalegui.judging import Expected
from whalegui.matches_workspace import MatchesWorkspace
from whalegui.session import Session
from whalegui.widgets import pair_panel
from whalegui.widgets.candidate_row import DASH, evidence
from whalegui.widgets.fluke_sides import Mode, Which
from whaleid_core.records import Verdict

Key = Qt.Key


@pytest.fixture
def survey(matching: Survey) -> Survey:
    return matching


@pytest.fixture
def session(matching_session: Session) -> Session:
    return matching_session


@pytest.fixture
def workspace(matches: MatchesWorkspace) -> MatchesWorkspace:
    return matches


@pytest.fixture
def said(session: Session) -> list[str]:
    sentences: list[str] = []
    session.status_changed.connect(sentences.append)
    return sentences


def _sentence(workspace: MatchesWorkspace) -> str:
    return workspace.view.answer_bar.text


def test_the_answer_is_a_sentence_and_says_what_was_searched(workspace):
    assert _sentence(workspace) == "HW0001, 91 % sure. Known at your 5 % false-match rate."
    assert workspace.view.answer_bar.searched.text() == "Searched 3 whales, 6 photos, all years, with humpback 0.1."
    assert workspace.view.answer_bar.place.text() == "1 of 5"


def test_what_a_person_accepts_and_expects_is_heeded_at_once(workspace, session):
    session.expected = Expected(0.01)
    session.settle()
    assert _sentence(workspace) == "Perhaps HW0001 (91 %) or HW0002 (4 %). Not sure enough at 1 % false matches."
    assert workspace.view.picked is None
    session.expected = Expected(0.05, 0.05)
    session.settle()
    assert _sentence(workspace) == "HW0001, 93 % sure. Known at your 5 % false-match rate."
    assert workspace.view.picked == "HW0001"
    assert workspace.view.candidates.model.rows[0].probability == pytest.approx(0.935, abs=0.001)


def test_matching_points_stand_beside_a_candidate_and_a_dash_where_none_were_sought(workspace):
    model = workspace.view.candidates.model
    assert [evidence(row)["points"] for row in model.rows] == ["12", DASH, DASH]
    told = [model.data(model.index(row), Qt.ItemDataRole.AccessibleTextRole) for row in range(2)]
    assert told == ["candidate 1 HW0001, 91 %, 12 points", "candidate 2 HW0002, 4 %"]


def test_a_narrow_window_shows_the_whole_answer_on_two_lines(workspace):
    bar = workspace.view.answer_bar
    assert bar.sentence.text() == bar.text
    workspace.resize(640, 416)
    bar.layout().activate()
    assert bar.sentence.text() == "HW0001, 91 % sure."
    assert bar.searched.text().startswith("Known at your 5 % false-match rate. Searched 3 whales")


def test_enter_confirms_a_known_whale_and_the_next_tail_opens(qtbot, workspace, survey):
    first, second = workspace.queue.ids[:2]
    assert workspace.view.decisions.same_button.text() == "Same: HW0001"
    press(qtbot, workspace, Key.Key_Return)
    assert survey.verdict(first) == (Verdict.SAME, "HW0001")
    decision = survey.catalogue.decision(first)
    assert (decision.who, decision.model, decision.shown) == ("Ana", MODEL, 3)
    assert workspace.queue.current == second
    assert workspace.view.answer_bar.place.text() == "2 of 5"


def test_an_unsure_answer_picks_nothing_until_a_digit_does(qtbot, workspace, survey, said):
    press(qtbot, workspace, Key.Key_PageDown)
    second = workspace.queue.ids[1]
    assert _sentence(workspace) == "Perhaps HW0002 (50 %) or HW0003 (30 %). Too close to call at 5 % false matches."
    assert workspace.view.decisions.same_button.text() == "Pick 1-0 first"
    assert workspace.view.pair.comparer.side(Which.CANDIDATE).title == "HW0002"
    press(qtbot, workspace, Key.Key_Return)
    assert survey.verdict(second) == (None, None)
    assert "Pick a candidate" in said[-1]
    press(qtbot, workspace, Key.Key_2)
    assert workspace.view.pair.comparer.side(Which.CANDIDATE).title == "HW0003"
    press(qtbot, workspace, Key.Key_Enter)
    assert survey.verdict(second) == (Verdict.SAME, "HW0003")


def test_arrows_and_clicks_pick_too(qtbot, workspace):
    press(qtbot, workspace, Key.Key_PageDown, Key.Key_Down)
    assert workspace.view.picked == "HW0002"
    press(qtbot, workspace, Key.Key_Down)
    assert workspace.view.picked == "HW0003"
    press(qtbot, workspace, Key.Key_Up)
    assert workspace.view.picked == "HW0002"
    view = workspace.view.candidates.view
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(1, 0)).center())
    assert workspace.view.picked == "HW0003"
    assert workspace.view.decisions.same_button.text() == "Same: HW0003"


def test_n_takes_the_id_on_its_button_and_shift_n_writes_it(qtbot, workspace, survey):
    press(qtbot, workspace, Key.Key_PageDown, Key.Key_PageDown)
    second, third = workspace.queue.ids[1:3]
    assert _sentence(workspace) == "Probably new: 85 % that none of the 3 is this whale."
    assert workspace.view.decisions.new_button.text() == "New: HW0004"
    press(qtbot, workspace, Key.Key_N)
    assert survey.verdict(third) == (Verdict.NEW, "HW0004")
    workspace.open_tail(second)
    workspace.session.settle()
    press(qtbot, workspace, (Key.Key_N, Qt.KeyboardModifier.ShiftModifier))
    field = workspace.view.decisions.name_field
    assert field.hasFocus()
    qtbot.keyClicks(field, "FJORD-1")
    press(qtbot, workspace, Key.Key_Return)
    assert survey.verdict(second) == (None, None)
    assert workspace.view.decisions.new_button.text() == "New: FJORD-1"
    press(qtbot, workspace, Key.Key_N)
    assert survey.verdict(second) == (Verdict.NEW, "FJORD-1")


def test_a_new_whale_can_not_have_a_known_whales_id(qtbot, workspace, survey, session):
    troubles = []
    session.trouble.connect(troubles.append)
    press(qtbot, workspace, (Key.Key_N, Qt.KeyboardModifier.ShiftModifier))
    qtbot.keyClicks(workspace.view.decisions.name_field, "HW0002")
    press(qtbot, workspace, Key.Key_Return, Key.Key_N)
    assert survey.verdict(workspace.queue.ids[0]) == (None, None)
    assert "HW0002" in troubles[0].sentence
    press(qtbot, workspace, Key.Key_U)
    assert survey.verdict(workspace.queue.ids[0]) == (Verdict.UNSURE, None)


def test_unsure_and_poor_by_button(qtbot, workspace, survey):
    first, second = workspace.queue.ids[:2]
    qtbot.mouseClick(workspace.view.decisions.unsure_button, Qt.MouseButton.LeftButton)
    workspace.session.settle()
    qtbot.mouseClick(workspace.view.decisions.poor_button, Qt.MouseButton.LeftButton)
    workspace.session.settle()
    assert survey.verdict(first) == (Verdict.UNSURE, None)
    assert survey.verdict(second) == (Verdict.POOR, None)


def test_backspace_goes_back_and_the_decision_can_be_another(qtbot, workspace, survey):
    first, second = workspace.queue.ids[:2]
    press(qtbot, workspace, Key.Key_Return, Key.Key_Backspace)
    assert workspace.queue.current == first
    assert _sentence(workspace) == "Decided: HW0001."
    press(qtbot, workspace, Key.Key_3, Key.Key_Return)
    assert survey.verdict(first) == (Verdict.SAME, "HW0003")
    assert workspace.queue.current == second


def test_undo_brings_the_tail_back_and_shows_it(qtbot, workspace, survey, session):
    first, second = workspace.queue.ids[:2]
    press(qtbot, workspace, Key.Key_Return, Key.Key_U)
    session.undo()
    session.settle()
    assert workspace.queue.current == second
    session.undo()
    session.settle()
    assert workspace.queue.current == first
    assert survey.verdict(first) == survey.verdict(second) == (None, None)
    assert _sentence(workspace) == "HW0001, 91 % sure. Known at your 5 % false-match rate."
    session.redo()
    session.settle()
    assert survey.verdict(first) == (Verdict.SAME, "HW0001")
    assert workspace.queue.current == second


def test_two_tails_in_one_photo_are_two_whales(qtbot, workspace, survey, said):
    fourth, fifth = workspace.queue.ids[3:]
    workspace.open_tail(fourth)
    workspace.session.settle()
    press(qtbot, workspace, Key.Key_Return)
    assert survey.verdict(fourth) == (Verdict.SAME, "HW0001")
    assert workspace.queue.current == fifth
    press(qtbot, workspace, Key.Key_Return)
    assert survey.verdict(fifth) == (None, None)
    assert said[-1].startswith("IMG_4 shows two tails, which can't be one whale.")


def test_a_held_key_decides_once_and_only_what_was_painted(qtbot, workspace, survey, said):
    first, second = workspace.queue.ids[:2]
    target = workspace.view.pair.comparer
    qtbot.keyPress(target, Key.Key_U)
    for _ in range(3):
        repeat = QKeyEvent(QEvent.Type.KeyPress, Key.Key_U, Qt.KeyboardModifier.NoModifier, "u", True)
        QApplication.sendEvent(target, repeat)
    workspace.session.settle()
    assert survey.verdict(first) == (Verdict.UNSURE, None)
    assert survey.verdict(second) == (None, None)
    target.painted_key = None
    press(qtbot, workspace, Key.Key_P)
    assert survey.verdict(second) == (None, None)
    assert said[-1] == "IMG_2 is not on the screen yet."


def test_enter_on_a_button_that_has_the_keyboard_is_that_buttons(qtbot, workspace, survey):
    first = workspace.queue.ids[0]
    workspace.view.decisions.poor_button.setFocus(Qt.FocusReason.TabFocusReason)
    press(qtbot, workspace, Key.Key_Return)
    assert survey.verdict(first) == (Verdict.POOR, None)


def test_all_decided_says_what_was_decided(qtbot, workspace, survey):
    press(qtbot, workspace, Key.Key_Return, Key.Key_U, Key.Key_N, Key.Key_P, Key.Key_P)
    assert workspace.view.page.sentence.text() == "All 5 decided: 1 known, 1 new, 1 unsure, 2 poor. Export: Ctrl+E."
    press(qtbot, workspace, Key.Key_Backspace)
    assert _sentence(workspace) == "Decided: too poor to tell."


def test_the_comparers_keys(qtbot, workspace, monkeypatch):
    monkeypatch.setattr(pair_panel, "HELD_MS", 60_000)  # however slow the machine, Space isn't held
    comparer = workspace.view.pair.comparer
    press(qtbot, workspace, Key.Key_Space)
    assert comparer.swapped
    press(qtbot, workspace, Key.Key_Space, Key.Key_S)
    assert not comparer.swapped
    assert comparer.mode is Mode.STACK
    press(qtbot, workspace, Key.Key_W)
    assert comparer.mode is Mode.WIPE
    press(qtbot, workspace, Key.Key_O, Key.Key_M, Key.Key_G, Key.Key_E, Key.Key_I, Key.Key_L)
    assert comparer.mode is Mode.OVERLAY
    assert comparer.mirrored
    assert not comparer.linked
    assert comparer.side(Which.NEW).picture.look.words == ["grey", "inverted", "enhanced"]
    press(qtbot, workspace, (Key.Key_0, Qt.KeyboardModifier.ControlModifier))
    assert comparer.look.plain
    assert not comparer.mirrored
    assert comparer.side(Which.NEW).picture.look.plain


def test_a_long_press_of_space_swaps_back_when_it_is_let_go(qtbot, workspace):
    comparer = workspace.view.pair.comparer
    qtbot.keyPress(comparer, Key.Key_Space)
    assert comparer.swapped
    qtbot.wait(350)
    qtbot.keyRelease(comparer, Key.Key_Space)
    assert not comparer.swapped


def test_left_and_right_go_through_the_candidates_photos(qtbot, workspace):
    comparer = workspace.view.pair.comparer
    assert comparer.side(Which.CANDIDATE).corner == "1/2"
    shown = comparer.side(Which.CANDIDATE).key
    press(qtbot, workspace, Key.Key_Right)
    assert comparer.side(Which.CANDIDATE).corner == "2/2"
    assert comparer.side(Which.CANDIDATE).key != shown
    press(qtbot, workspace, Key.Key_Right, Key.Key_Left)
    assert comparer.side(Which.CANDIDATE).key == shown


def test_a_sliders_look_is_shown(qtbot, workspace):
    tools = workspace.view.pair.tools
    tools.brightness.setValue(40)
    workspace.session.settle()
    assert workspace.view.pair.comparer.side(Which.NEW).picture.look.brightness == 40


def test_order_stays_while_a_tail_is_in_view(qtbot, workspace, survey, session):
    first = workspace.queue.ids[0]
    survey.suggest(first, {"HW0003": 0.5, "HW0001": 0.4}, 0.95)
    session.changed.emit(places.suggested(first))
    session.settle()
    assert workspace.view.details.order == ("HW0001", "HW0002", "HW0003")
    assert workspace.view.answer_bar.notice.text() == "Order changed since this tail was opened. Show: F5"
    workspace.refresh()
    session.settle()
    assert workspace.view.details.order == ("HW0003", "HW0001")
    assert workspace.view.answer_bar.notice.text() == ""


@pytest.fixture
def gone(workspace: MatchesWorkspace, survey: Survey) -> Iterator[None]:
    """The photos of the second tail's first candidate are not where they were."""
    whale = survey.catalogue.suggestions(workspace.queue.ids[1])[0].whale_id
    paths = [survey.catalogue.photo(tail.photo_id).path for tail in survey.catalogue.whale_tails(whale)]
    for path in paths:
        path.rename(path.with_suffix(".away"))
    yield
    for path in paths:
        if not path.exists():
            path.with_suffix(".away").rename(path)


@pytest.mark.usefixtures("gone")
def test_a_photo_that_is_gone_is_stood_in_for_and_comes_back(qtbot, workspace, survey, session):
    press(qtbot, workspace, Key.Key_PageDown)
    comparer = workspace.view.pair.comparer
    side = comparer.side(Which.CANDIDATE)
    assert side.notice.startswith("HW0002's photo isn't here; its thumbnail is shown. Bring ")
    assert side.notice.endswith("back, then press F5.")
    assert side.crop is not None
    for path in survey.photos_drawn.glob("*.away"):
        path.rename(path.with_suffix(".jpg"))
    workspace.refresh()
    session.settle()
    assert comparer.side(Which.CANDIDATE).notice == ""
    assert comparer.side(Which.CANDIDATE).picture is not None


@pytest.mark.usefixtures("gone")
def test_what_can_not_be_seen_can_not_be_agreed_to(qtbot, workspace, survey, said):
    QPixmapCache.clear()
    shutil.rmtree(survey.catalogue.folder / "thumbnails")
    press(qtbot, workspace, Key.Key_PageDown, Key.Key_1, Key.Key_Return)
    assert survey.verdict(workspace.queue.ids[1]) == (None, None)
    assert said[-1] == "HW0002 can't be shown, so it can't be compared."
    press(qtbot, workspace, Key.Key_U)
    assert survey.verdict(workspace.queue.ids[1]) == (Verdict.UNSURE, None)


def test_a_note_is_written_into_the_photo(qtbot, workspace, survey):
    press(qtbot, workspace, Key.Key_A)
    field = workspace.view.decisions.note_field
    qtbot.keyClicks(field, "Calf beside it")
    press(qtbot, workspace, Key.Key_Return)
    assert survey.catalogue.photo(survey.catalogue.tail(workspace.queue.ids[0]).photo_id).note == "Calf beside it"
    assert workspace.view.decisions.note_button.text() == "Note: Calf beside it"
    workspace.session.undo()
    workspace.session.settle()
    assert workspace.view.decisions.note_button.text() == "Note"
    assert workspace.view.pair.comparer.hasFocus()


def test_escape_leaves_the_field_and_decides_nothing(qtbot, workspace, survey):
    press(qtbot, workspace, (Key.Key_N, Qt.KeyboardModifier.ShiftModifier), Key.Key_Escape)
    assert workspace.view.decisions.new_button.text() == "New: HW0004"
    assert workspace.view.pair.comparer.hasFocus()
    assert survey.verdict(workspace.queue.ids[0]) == (None, None)


def test_the_encounter_is_shown_and_a_click_opens_its_tail(qtbot, workspace, survey, session):
    photo_ids = [survey.catalogue.tail(tail_id).photo_id for tail_id in workspace.queue.ids[:3]]
    session.edit(lambda catalogue: catalogue.make_encounter(photo_ids, "Off the skerry"))
    session.settle()
    encounter = workspace.view.encounter
    assert encounter.tail_ids == workspace.queue.ids[:3]
    strip = encounter.strip
    qtbot.mouseClick(
        strip.viewport(), Qt.MouseButton.LeftButton, pos=strip.visualRect(strip.model().index(2, 0)).center()
    )
    session.settle()
    assert workspace.queue.current == workspace.queue.ids[2]
    press(qtbot, workspace, (Key.Key_Left, Qt.KeyboardModifier.ShiftModifier))
    assert workspace.queue.current == workspace.queue.ids[1]


def test_small_screens_fold_the_candidates_to_one_row(workspace):
    full = workspace.view.candidates.height()
    workspace.resize(900, 416)
    assert workspace.view.candidates.height() < full
    assert workspace.view.pair.comparer.height() >= 120
    workspace.resize(2560, 1356)
    assert workspace.view.candidates.view.row_height == 72
    assert workspace.view.pair.comparer.height() >= 640
    workspace.set_folded(True)
    assert not workspace.view.candidates.isVisible()
    workspace.set_folded(False)
    assert workspace.view.candidates.isVisible()


@pytest.fixture
def bare(qtbot, tmp_path: Path, qapp: QApplication) -> Iterator[tuple[Survey, MatchesWorkspace]]:
    """An empty catalogue, on the screen."""
    theme.apply(qapp, "light")
    survey = Survey(tmp_path)
    session = Session(survey.catalogue)
    workspace = MatchesWorkspace(session)
    qtbot.addWidget(workspace)
    workspace.resize(1280, 716)
    with qtbot.waitExposed(workspace):
        workspace.show()
    workspace.activate()
    session.settle()
    yield survey, workspace
    session.close()


def test_nothing_waits(bare):
    assert bare[1].view.page.sentence.text() == "No tails are waiting. Boxes: Ctrl+2."


def test_no_gallery_yet_and_the_first_whale_is_named(qtbot, bare):
    survey, workspace = bare
    survey.add_new()
    workspace.refresh()
    workspace.session.settle()
    assert _sentence(workspace) == "No whale is known yet. Name the first with N, or import known whales."
    assert not workspace.view.decisions.same_button.isEnabled()
    name = workspace.view.decisions.new_name
    first = workspace.queue.ids[0]
    press(qtbot, workspace, Key.Key_N)
    assert survey.verdict(first) == (Verdict.NEW, name)
    qtbot.waitUntil(lambda: _sentence(workspace) == "IMG_2 has not been searched yet.")
    assert workspace.view.answer_bar.button.text() == "Search now"


def test_a_tail_whose_box_goes_is_left(qtbot, workspace, session):
    first, second = workspace.queue.ids[:2]
    session.edit(lambda catalogue: catalogue.delete_box(first))
    session.settle()
    assert workspace.queue.current == second
    assert first not in workspace.queue.ids


def test_the_keyboard_never_rests_on_nothing(qtbot, workspace):
    """Tab and F6 go past the workspace itself while a tail is shown: it has no ring of its own."""
    assert workspace.view.pair.comparer.hasFocus()
    seen = set()
    for _ in range(30):
        qtbot.keyClick(workspace.window().focusWidget(), Key.Key_Tab)
        seen.add(workspace.window().focusWidget())
    assert workspace not in seen
    assert workspace.view.decisions.new_button in seen
