"""Edits run in order on the catalogue lane, undo and redo follow them, and a failed undo leaves the stack as it was."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from match_survey import CALIBRATION, MODEL, only_packages_of, pack
from PIL import Image
from pytestqt.qtbot import QtBot

from whalegui import places
from whalegui.session import Session
from whaleid_core.catalogue import Catalogue, Counts
from whaleid_core.errors import WhaleIdError
from whaleid_core.photos import read_photo
from whaleid_core.records import Box, Change

BOX = Box(40, 30, 120, 90)


def draw(path: Path, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 255, (12, 16, 3), dtype=np.uint8)
    Image.fromarray(pixels).resize((160, 120)).save(path)


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    catalogue = Catalogue.create(tmp_path / "catalogue", "Fjord")
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(3):
        draw(photos / f"IMG_{number}.png", number)
    catalogue.add_photos([read_photo(path) for path in sorted(photos.iterdir())])
    made = Session(catalogue)
    made.settle()
    yield made
    made.close()


def test_an_edit_is_told_and_can_be_undone_and_done_again(session: Session) -> None:
    photo = session.catalogue.photo_ids()[0]
    told: list[Change] = []
    said: list[str] = []
    session.changed.connect(told.append)
    session.status_changed.connect(said.append)

    session.edit(lambda c: c.draw_box(photo, BOX))
    session.settle()
    assert len(session.catalogue.tails(photo)) == 1
    assert session.undo_stack.count() == 1
    assert said[-1].rstrip(".") == told[0].label.rstrip(".")

    session.undo()
    session.settle()
    assert session.catalogue.tails(photo) == []
    assert said[-1].startswith("Undone")
    assert session.undo_stack.canRedo()

    session.redo()
    session.settle()
    assert [tail.box.corners for tail in session.catalogue.tails(photo)] == [BOX.corners]
    assert len(told) == 3


def test_an_undo_takes_back_the_edit_before_it_though_that_is_still_on_its_way(session: Session) -> None:
    photo = session.catalogue.photo_ids()[0]

    session.edit(lambda c: c.draw_box(photo, BOX))
    session.undo()
    session.edit(lambda c: c.set_note("photo", photo, "grey morning"))
    session.settle()

    assert session.catalogue.tails(photo) == []
    assert session.catalogue.photo(photo).note == "grey morning"
    assert session.undo_stack.count() == 1
    assert not session.undo_stack.canRedo()


def test_an_undo_that_somebody_overtook_says_so_and_is_passed_over(session: Session) -> None:
    photo = session.catalogue.photo_ids()[0]
    session.edit(lambda c: c.set_note("photo", photo, "grey morning"))
    session.edit(lambda c: c.draw_box(photo, BOX))
    session.settle()
    tail = session.catalogue.tails(photo)[0]
    session.catalogue.move_box(tail.id, Box(1, 1, 9, 9))  # somebody else, behind the session's back
    troubles: list[WhaleIdError] = []
    session.trouble.connect(troubles.append)

    session.undo()
    session.settle()

    assert [str(error) for error in troubles] == [
        "IMG_0 was changed since, so that step was left out. Look at it as it is now."
    ]
    assert (session.undo_stack.index(), session.undo_stack.count()) == (1, 1)
    assert session.catalogue.tails(photo)[0].box.corners == (1, 1, 9, 9)

    session.undo()
    session.settle()
    assert session.catalogue.photo(photo).note == ""
    assert len(troubles) == 1


def reopened(session: Session) -> Session:
    """As after a restart."""
    session.settle()
    session.close()
    made = Session(Catalogue.open(session.catalogue.folder), session)
    made.recall()
    made.settle()
    return made


def test_undo_and_redo_go_on_after_a_restart(session: Session) -> None:
    photo = session.catalogue.photo_ids()[0]
    for text in ("one", "two", "three"):
        session.edit(lambda c, text=text: c.set_note("photo", photo, text))
    session.edit(lambda c: Change.joined("both", [c.draw_box(photo, BOX), c.set_note("photo", photo, "four")]))
    session.undo()

    again = reopened(session)
    again.undo()
    again.settle()
    assert again.catalogue.photo(photo).note == "two"

    third = reopened(again)
    assert third.undo_stack.redoText() == "Note on IMG_0"
    for _ in range(2):
        third.redo()
    third.settle()
    assert third.catalogue.photo(photo).note == "four"
    assert len(third.catalogue.tails(photo)) == 1
    assert not third.undo_stack.canRedo()
    for _ in range(4):
        third.undo()
    third.settle()
    assert third.catalogue.photo(photo).note == ""
    assert third.catalogue.tails(photo) == []
    assert third.undo_stack.undoText() == "3 photos added"
    third.close()


def test_a_failed_edit_leaves_no_step_and_the_next_goes_on(session: Session) -> None:
    photo = session.catalogue.photo_ids()[0]
    troubles: list[WhaleIdError] = []
    session.trouble.connect(troubles.append)

    session.edit(lambda c: c.set_note("photo", 10_000, "nobody"))
    session.edit(lambda c: c.set_note("photo", photo, "here"))
    session.settle()

    assert len(troubles) == 1
    assert session.undo_stack.count() == 1
    assert session.catalogue.photo(photo).note == "here"


def test_undo_with_nothing_to_undo_is_a_sentence(session: Session) -> None:
    said: list[str] = []
    session.status_changed.connect(said.append)

    session.undo()
    session.redo()

    assert said == ["Nothing to undo.", "Nothing to redo."]


def test_counts_follow_the_edits(session: Session) -> None:
    counts: list[Counts] = []
    session.counts_changed.connect(counts.append)

    session.edit(lambda c: c.draw_box(c.photo_ids()[0], BOX))
    session.settle()

    assert counts[-1].tails == 1
    assert session.counts == counts[-1]


def test_a_query_comes_back_here_and_can_be_dropped(session: Session) -> None:
    found: list[int] = []

    session.query(lambda c: len(c.photo_ids()), found.append)
    session.query(lambda c: 99, found.append).cancel()
    session.settle()

    assert found == [3]


def test_a_newer_question_takes_the_place_of_an_older_one(session: Session) -> None:
    found: list[int] = []
    gate = threading.Event()

    older = session.query(lambda c: gate.wait(60) and 1, found.append)
    session.query(lambda c: 2, found.append, instead_of=older)
    gate.set()
    session.settle()

    assert found == [2]


def test_a_calibration_holds_for_what_its_own_model_suggested(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack(tmp_path / "packages")
    only_packages_of(tmp_path / "packages", monkeypatch)

    assert session.calibration_of("humpback 0.0") is None
    assert session.calibration_of(MODEL) == CALIBRATION


def test_without_a_package_that_can_be_used_there_is_no_calibration(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack(tmp_path / "packages", calibration={"temperature": 0.04})
    only_packages_of(tmp_path / "packages", monkeypatch)

    assert session.calibration_of(MODEL) is None


def test_the_selection_is_told_once(session: Session) -> None:
    told: list[frozenset[int]] = []
    session.selection_changed.connect(told.append)

    session.select([1, 2])
    session.select([2, 1])

    assert told == [frozenset({1, 2})]


def test_who_works_is_who_the_journal_names(session: Session) -> None:
    session.who = "Ana"
    session.edit(lambda c: c.set_note("photo", c.photo_ids()[0], "x"))
    session.settle()

    assert session.catalogue.journal(1)[0].who == "Ana"


def test_places_lead_to_where_a_change_is_seen(session: Session) -> None:
    photo = session.catalogue.photo_ids()[0]
    drawn = session.catalogue.draw_box(photo, BOX)
    tail = session.catalogue.tails(photo)[0].id

    assert places.of(drawn) == ("boxes", photo)
    assert places.of(session.catalogue.set_note("photo", photo, "x")) == ("photos", photo)
    assert places.of(places.suggested(tail)) is None


def _draw(c: Catalogue) -> Change:
    return c.draw_box(c.photo_ids()[0], BOX)


def _note(c: Catalogue) -> Change:
    return c.set_note("photo", c.photo_ids()[1], c.photo(c.photo_ids()[1]).note + "x")


def _turn(c: Catalogue) -> Change:
    return c.turn_photo(c.photo_ids()[2], 90)


STEPS: dict[str, Callable[[Catalogue], Change] | None] = {"draw": _draw, "note": _note, "turn": _turn, "undo": None}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(sorted(STEPS)), max_size=8))
def test_undoing_everything_leads_back_to_the_beginning(session: Session, steps: list[str]) -> None:
    def state() -> object:
        c = session.catalogue
        return [(row.note, row.turned, len(c.tails(row.id))) for row in c.photos(c.photo_ids())]

    session.undo_stack.clear()
    before = state()
    for step in steps:
        make = STEPS[step]
        if make is None:
            session.undo()
        else:
            session.edit(make)
    session.settle()
    for _ in range(session.undo_stack.index()):
        session.undo()
    session.settle()

    assert state() == before
