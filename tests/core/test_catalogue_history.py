"""Undo and redo by the journal: the same after a restart, skipped where something else was done, and nothing untold."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import insert, update
from test_catalogue_undo import STEPS, any_box, dump, fill, photos, some, tail_ids, whale_ids

from whaleid_core import cli
from whaleid_core.catalogue import Catalogue, History, Overtaken, schema
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Box, Change

BOX = Box(10, 10, 300, 200)

MORE: dict[str, Callable[[Catalogue, int, int], Change]] = {
    **STEPS,
    "accept": lambda c, m, n: c.accept_boxes({some(c.photo_ids(), m), some(c.photo_ids(), n)}),
    "renew": lambda c, m, n: c.renew_boxes({some(c.photo_ids(), m): [any_box(n)]}, "detector 2"),
    "import": lambda c, m, n: c.import_boxes({some(c.photo_ids(), m): [any_box(n)]}, replace=bool(n % 2)),
    "note": lambda c, m, n: c.set_note("photo", some(c.photo_ids(), m), f"note {n % 3}"),
    "describe": lambda c, m, n: c.set_whale(some(whale_ids(c), m), nickname=f"N{n % 3}", sex="F"),
    "type": lambda c, m, n: c.set_pigmentation(some(whale_ids(c), m), n % 5 + 1),
    "rate": lambda c, m, n: c.rate_tail(some(tail_ids(c), m), sharpness=n % 5 + 1),
    "move tails": lambda c, m, n: c.move_tails([some(tail_ids(c), m)], some(whale_ids(c), n)),
    "other name": lambda c, m, n: c.add_other_name(some(whale_ids(c), m), f"X{n % 5}", "North"),
    "compare": lambda c, m, n: c.compare_tails(some(tail_ids(c), m), some(tail_ids(c), n), bool(n % 2)),
    "area": lambda c, m, n: c.set_area([1], f"Fjord {n % 3}"),
    "know": lambda c, m, n: c.know_photos({f"{m % 40:064x}": f"W{n % 9}"}),
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "fjord"
    with Catalogue.create(folder) as made:
        fill(made)
    return folder


@pytest.fixture
def catalogue(filled: Path, tmp_path: Path) -> Iterator[Catalogue]:
    """Filled by nobody in particular; Ana works on it."""
    shutil.copytree(filled, tmp_path / "fjord")
    with Catalogue.open(tmp_path / "fjord") as opened:
        opened.who = "Ana"
        yield opened


def labels(history: History) -> tuple[list[str], list[str]]:
    return [step.label for step in history.done], [step.label for step in history.undone]


def undo(catalogue: Catalogue) -> Change:
    return catalogue.take_back(catalogue.history().done[-1].entries)


def redo(catalogue: Catalogue) -> Change:
    return catalogue.take_back(catalogue.history().undone[0].entries)


def test_steps_are_there_after_a_restart(catalogue: Catalogue) -> None:
    states = [dump(catalogue)]
    for text in ("one", "two", "three"):
        catalogue.set_note("photo", 1, text)
        states.append(dump(catalogue))
    undo(catalogue)
    undo(catalogue)
    with Catalogue.open(catalogue.folder) as again:
        again.who = "Ana"
        note = "Note on IMG_0000"
        assert labels(again.history()) == ([note], [note, note])
        redo(again)
        assert dump(again) == states[2]
        undo(again)
        undo(again)
        assert dump(again) == states[0]
        for state in states[1:]:
            redo(again)
            assert dump(again) == state
        assert labels(again.history()) == ([note] * 3, [])


def test_doing_something_else_forgets_what_was_taken_back(catalogue: Catalogue) -> None:
    catalogue.set_note("photo", 1, "one")
    undo(catalogue)
    catalogue.set_note("photo", 2, "two")
    assert labels(catalogue.history()) == (["Note on IMG_0001"], [])


def test_a_job_is_one_step(catalogue: Catalogue) -> None:
    before = dump(catalogue)
    with catalogue.one_step():
        catalogue.draw_box(3, BOX)
        catalogue.draw_box(6, BOX)
        with catalogue.one_step():
            change = catalogue.set_note("photo", 3, "seen")
    assert len(change.entries) == 1
    after = dump(catalogue)
    catalogue.set_note("photo", 1, "by itself")
    assert labels(catalogue.history())[0] == ["Box drawn on IMG_0002, and 2 more", "Note on IMG_0000"]
    undo(catalogue)
    assert len(undo(catalogue).entries) == 3
    assert dump(catalogue) == before
    assert len(redo(catalogue).entries) == 3
    assert dump(catalogue) == after
    assert labels(catalogue.history())[0] == ["Box drawn on IMG_0002, and 2 more"]


def test_a_step_is_its_person_s(catalogue: Catalogue) -> None:
    catalogue.set_note("photo", 1, "Ana's")
    catalogue.who = "Ben"
    assert labels(catalogue.history()) == ([], [])
    catalogue.set_note("photo", 2, "Ben's")
    catalogue.who = "Ana"
    assert labels(catalogue.history()) == (["Note on IMG_0000"], [])


def test_a_step_that_somebody_overtook_says_so_and_changes_nothing(catalogue: Catalogue) -> None:
    with catalogue.one_step():
        catalogue.set_note("photo", 2, "Ana's")
        catalogue.set_note("photo", 1, "Ana's")
    catalogue.who = "Ben"
    catalogue.set_note("photo", 2, "Ben's")
    catalogue.who = "Ana"
    before, lines = dump(catalogue), catalogue.journal(1000)
    with pytest.raises(Overtaken, match="IMG_0001 was changed since"):
        undo(catalogue)
    assert (dump(catalogue), catalogue.journal(1000)) == (before, lines)
    with pytest.raises(WhaleIdError, match="no such line"):
        catalogue.take_back([10**6])


def test_only_the_newest_lines_are_looked_through(catalogue: Catalogue) -> None:
    for number in range(6):
        catalogue.set_note("photo", 1, f"{number}")
    undo(catalogue)
    undo(catalogue)
    assert [len(steps) for steps in labels(catalogue.history(6))] == [2, 2]
    assert [len(steps) for steps in labels(catalogue.history(1))] == [0, 0]


def test_lines_of_an_older_version_can_be_taken_back(catalogue: Catalogue) -> None:
    """Their rows lack the columns that came since."""
    change = catalogue.draw_box(3, BOX)
    [row] = change.rows
    new = ("part_visible", "fluke_angle", "camera_angle", "sharpness", "exposure", "distinctiveness", "drawn_at")
    old = {name: value for name, value in (row.after or {}).items() if name not in new}
    text = json.dumps({"label": change.label, "rows": [["tail", row.key, None, old]]})
    with catalogue.writing() as connection:
        connection.execute(update(schema.tail).where(schema.tail.c.id == row.key).values(drawn_at=None))
        connection.execute(update(schema.journal).where(schema.journal.c.id == change.entries[0]).values(change=text))
    assert catalogue.differences() == []
    undo(catalogue)
    redo(catalogue)
    assert [found.box for found in catalogue.tails(3)][-1] == BOX


def test_what_the_journal_does_not_tell_is_found(catalogue: Catalogue) -> None:
    assert catalogue.differences() == []
    assert cli.run(["verify", str(catalogue.folder)]) == 0
    with catalogue.writing() as connection:
        connection.execute(update(schema.photo).where(schema.photo.c.id == 2).values(note="behind its back"))
        connection.execute(insert(schema.whale).values(name="W_none"))
        connection.execute(schema.decision.delete().where(schema.decision.c.id == 1))
    told = catalogue.differences()
    assert "The journal says otherwise of photo 2." in told
    assert "The decision 1 of the journal isn't there." in told
    assert len(told) == 3
    assert cli.run(["verify", str(catalogue.folder)]) == 1


class Editing(RuleBasedStateMachine):
    """Any edits, undos, redos and restarts, against a list of states; at the end the journal must tell all of it."""

    source: Path

    @initialize()
    def begin(self) -> None:
        self.place = TemporaryDirectory()
        shutil.copytree(self.source, Path(self.place.name) / "fjord")
        self.catalogue = Catalogue.open(Path(self.place.name) / "fjord")
        self.catalogue.who = "Ana"
        self.states = [dump(self.catalogue)]
        self.at = 0

    @rule(verb=st.sampled_from(sorted(MORE)), m=st.integers(0, 5000), n=st.integers(0, 5000))
    def edit(self, verb: str, m: int, n: int) -> None:
        # Some find nothing that they could do, and say so.
        with suppress(WhaleIdError):
            if MORE[verb](self.catalogue, m, n):
                self.at += 1
                self.states[self.at :] = [dump(self.catalogue)]

    @rule(m=st.integers(0, 5000), n=st.integers(0, 5000))
    def job(self, m: int, n: int) -> None:
        with self.catalogue.one_step():
            changes = [self.catalogue.add_photos(photos(range(50 + m % 20, 53 + m % 20)))]
            changes.append(self.catalogue.add_boxes(some(self.catalogue.photo_ids(), n), [any_box(n)], "finder"))
        if any(changes):
            self.at += 1
            self.states[self.at :] = [dump(self.catalogue)]

    @precondition(lambda self: self.at > 0)
    @rule()
    def undo(self) -> None:
        undo(self.catalogue)
        self.at -= 1
        assert edited(dump(self.catalogue)) == edited(self.states[self.at])

    @precondition(lambda self: self.at < len(self.states) - 1)
    @rule()
    def redo(self) -> None:
        redo(self.catalogue)
        self.at += 1
        assert edited(dump(self.catalogue)) == edited(self.states[self.at])

    @rule()
    def restart(self) -> None:
        self.catalogue.close()
        self.catalogue = Catalogue.open(Path(self.place.name) / "fjord")
        self.catalogue.who = "Ana"

    def teardown(self) -> None:
        history = self.catalogue.history()
        assert (len(history.done), len(history.undone)) == (self.at, len(self.states) - 1 - self.at)
        assert self.catalogue.differences() == []
        self.catalogue.close()
        self.place.cleanup()


def edited(rows: dict[str, list[object]]) -> dict[str, list[object]]:
    return {name: found for name, found in rows.items() if name in schema.EDITED}


def test_any_edits_undos_redos_and_restarts_leave_what_the_journal_says(filled: Path) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    Editing.source = filled
    run_state_machine_as_test(Editing, settings=settings(max_examples=12, stateful_step_count=12, deadline=None))
