"""A biologist's day: 30 new photographs against 80 known ones, from drop to CSV, every tail decided by its truth."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from test_main_job import CTRL, JOB_MS, begin, click, decisions, drop, export, press, session_of

from whalegui.main_window import MainWindow
from whaleid_core.boxes import iou
from whaleid_core.catalogue import Catalogue
from whaleid_core.records import NEW_WHALE, Box, Verdict
from whaleid_core.sample import Survey, draw_survey

Key = Qt.Key
WHALES, KNOWN, NEW = 40, 80, 30
SAME_TAIL = 0.3
"""A box that overlaps a drawn one by so much is that tail's."""


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    return draw_survey(tmp_path_factory.mktemp("survey"), WHALES, KNOWN, NEW, size=(540, 360))


def drawn(survey: Survey) -> dict[str, list[tuple[Box, str]]]:
    """The tails of each new photo as they were drawn, with their whales."""
    found: dict[str, list[tuple[Box, str]]] = {}
    with survey.truth_csv.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["folder"] == "new" and row["Id"]:
                box = Box(*(float(row[side]) for side in ("xmin", "ymin", "xmax", "ymax")))
                found.setdefault(row["Image"], []).append((box, row["Id"]))
    return found


def whales_of(catalogue: Catalogue, truth: dict[str, list[tuple[Box, str]]]) -> dict[int, str]:
    """The whale of each waiting tail; a box that is none of a tail, or a second one of the same, has none."""
    whales: dict[int, str] = {}
    for photo_id in {tail.photo_id for tail in catalogue.tail_rows(catalogue.tails_to_match())}:
        tails = catalogue.tails(photo_id)
        for box, whale in truth.get(catalogue.photo(photo_id).name, []):
            best = max(tails, key=lambda tail: iou(tail.box, box))
            if iou(best.box, box) > SAME_TAIL:
                whales[best.id] = whale
    return whales


def state(catalogue: Catalogue) -> tuple[Any, ...]:
    """What a person can have changed."""
    photos = catalogue.photos(catalogue.photo_ids())
    tails = [tail for photo in photos for tail in catalogue.tails(photo.id)]
    return photos, tails, decisions(catalogue), catalogue.whales(), catalogue.counts(), catalogue.readings()


def decide(window: MainWindow, whale: str | None) -> int:
    """Decide the tail in view as it was drawn; gives how many keys that took."""
    view = window.workspaces.widget("matches").view
    if whale is None:
        keys = [Key.Key_P]
    elif whale == NEW_WHALE:
        keys = [Key.Key_N]
    elif view.picked == whale:
        keys = [Key.Key_Return]
    else:
        keys = [Key(Key.Key_0 + (view.details.order.index(whale) + 1) % 10), Key.Key_Return]
    press(window, *keys)
    return len(keys)


def test_a_day_from_the_drop_to_the_csv_and_all_of_it_undone(
    qtbot: QtBot, open_window: Callable[[], MainWindow], survey: Survey, tmp_path: Path
) -> None:
    window = open_window()
    begin(qtbot, window, survey, tmp_path, KNOWN, WHALES)
    session, catalogue = session_of(window), session_of(window).catalogue
    drop(window, survey.new_dir)
    session.settle()
    click(window.workspaces.widget("photos").offer.button)
    session.settle(JOB_MS)
    before, truth = state(catalogue), drawn(survey)
    whales = whales_of(catalogue, truth)
    assert len(whales) >= NEW - 4

    press(window, (Key.Key_3, CTRL))
    matches = window.workspaces.widget("matches")
    waiting = list(matches.queue.ids)
    taken: dict[int, int] = {}
    said = Counter[str]()
    while matches.queue.current is not None:
        tail_id = matches.queue.current
        assert tail_id not in taken
        whale = whales.get(tail_id)
        said["first right"] += whale is not None and matches.view.details.order[0] == whale
        taken[tail_id] = decide(window, whale)
        made = catalogue.tail(tail_id)
        assert (made.verdict, made.whale) == {
            None: (Verdict.POOR, None), NEW_WHALE: (Verdict.NEW, made.whale),
        }.get(whale, (Verdict.SAME, whale)), window.status.message.text()  # fmt: skip
    assert sorted(taken) == sorted(waiting)
    assert max(taken.values()) <= 2
    assert matches.view.page.sentence.text().startswith(f"All {len(taken)} decided: ")

    rows = export(qtbot, window, tmp_path / "submission.csv")
    assert sorted(rows) == sorted(path.name for path in survey.new_dir.iterdir())
    for name, tails in truth.items():
        assert {whale for _, whale in tails} & set(rows[name][:2]), name

    window.activateWindow()  # as a window manager does when a dialog closes
    qtbot.waitUntil(window.isActiveWindow)
    for _ in taken:
        press(window, (Key.Key_Z, CTRL))
    session.settle(JOB_MS)
    for was, now in zip(before, state(catalogue), strict=True):
        assert now == was
    print(f"\n{len(taken)} tails, {sum(taken.values())} keys, {said['first right']} first candidates right")
