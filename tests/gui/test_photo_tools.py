"""The dialogs of Photos: a camera's clock, a GPS track, encounters, moved photographs; on the real widgets."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import pytest
from photo_survey import BEGAN, click, draw, rows, survey, workspace
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog
from pytestqt.qtbot import QtBot

from whalegui.clock_dialog import ClockDialog
from whalegui.encounters_dialog import EncountersDialog
from whalegui.photos_workspace import PhotosWorkspace
from whalegui.session import Session
from whalegui.track_dialog import TrackDialog
from whaleid_core.adding import BLOCK
from whaleid_core.catalogue import PhotoFilter, PhotoStatus
from whaleid_core.records import Gaps

__all__ = ["survey", "workspace"]  # fixtures

LEFT = Qt.MouseButton.LeftButton
UTC_PLUS_2 = timedelta(hours=2)
T = TypeVar("T", bound=QDialog)


def opened(workspace: PhotosWorkspace, action: str, kind: type[T]) -> T:
    workspace.actions_made[f"photos.{action}"].trigger()
    dialog = workspace.findChild(kind)
    assert dialog is not None
    workspace.session.settle()
    return dialog


def times(session: Session, ids: list[int]) -> list[datetime | None]:
    return [session.catalogue.photo(key).taken_at for key in ids]


def gpx(path: Path, minutes: range, step: float = 0.01) -> Path:
    """A track that goes north, as a receiver writes it: in UTC."""
    points = "".join(
        f'<trkpt lat="{70 + at * step}" lon="19"><time>{(BEGAN - UTC_PLUS_2 + timedelta(minutes=at)).isoformat()}Z'
        "</time></trkpt>"
        for at in minutes
    )
    path.write_text(f'<gpx version="1.1" creator="test"><trk><trkseg>{points}</trkseg></trk></gpx>')
    return path


# The camera's clock


def test_an_offset_is_seen_before_it_is_applied_and_is_one_step(
    qtbot: QtBot, session: Session, workspace: PhotosWorkspace
) -> None:
    ids = rows(workspace)
    click(workspace, 0)
    dialog = opened(workspace, "clock", ClockDialog)
    assert dialog.chooser.camera_name == "Nikon Z 9", "that of the current photo"
    assert not dialog.ok.isEnabled()
    QTest.keyClicks(dialog.offset, "-0:14:30")
    assert [dialog.table.text(0, column) for column in range(3)] == [
        "IMG_0000.jpg",
        "2025-08-12 09:14:00",
        "2025-08-12 08:59:30",
    ]
    assert dialog.ok.text() == "Set 14 photos"
    assert "14 photos of Nikon Z 9: 14 minutes 30 seconds earlier." in dialog.summary.text()
    assert times(session, ids[:1]) == [BEGAN]
    QTest.mouseClick(dialog.ok, LEFT)
    session.settle()
    assert times(session, ids[:2]) == [
        BEGAN - timedelta(minutes=14, seconds=30),
        BEGAN - timedelta(minutes=13, seconds=30),
    ]
    assert workspace.browser.model.groups[0].title == "Encounter 1, 12 Aug 2025, 08:59"
    assert session.undo_stack.undoText() == "14 photos taken 14 minutes 30 seconds earlier"
    session.undo()
    session.settle()
    assert times(session, ids[:2]) == [BEGAN, BEGAN + timedelta(minutes=1)]


def test_what_a_photos_time_really_was_gives_the_offset(session: Session, workspace: PhotosWorkspace) -> None:
    ids = rows(workspace)
    dialog = opened(workspace, "clock", ClockDialog)
    dialog.by_photo.setChecked(True)
    dialog.table.selectRow(1)
    assert dialog.by_photo.text() == "IMG_0001 was really taken at"
    dialog.really.clear()
    QTest.keyClicks(dialog.really, "2025-08-12 10:15")
    assert dialog.wrong_by == timedelta(hours=1)
    assert dialog.table.text(0, 2) == "2025-08-12 10:14:00"
    QTest.keyClick(dialog.really, Qt.Key.Key_Return)
    session.settle()
    assert times(session, ids[:1]) == [BEGAN + timedelta(hours=1)]


def test_a_span_and_ticks_narrow_it_down(qtbot: QtBot, session: Session, workspace: PhotosWorkspace) -> None:
    ids = rows(workspace)
    workspace.grid.tick(ids[2:8])
    dialog = opened(workspace, "clock", ClockDialog)
    assert dialog.chooser.only_ticked.isChecked()
    dialog.chooser.last.clear()
    QTest.keyClicks(dialog.chooser.last, "2025-08-12 09:17")
    session.settle()
    QTest.keyClicks(dialog.offset, "1 d")
    qtbot.waitUntil(lambda: [shot.id for shot in dialog.shots] == ids[2:4])
    dialog.accept()
    session.settle()
    moved = [at is not None and at.day == 13 for at in times(session, ids[:10])]
    assert moved == [False, False, True, True, *[False] * 6]


def test_what_makes_no_sense_is_told(qtbot: QtBot, workspace: PhotosWorkspace) -> None:
    dialog = opened(workspace, "clock", ClockDialog)
    QTest.keyClicks(dialog.offset, "soon")
    assert dialog.summary.text() == '"soon" is no offset. Write it like +1:00, -0:03:20 or +1 d 2:00.'
    assert not dialog.ok.isEnabled()
    dialog.offset.clear()
    QTest.keyClicks(dialog.offset, "-0:00")
    assert dialog.summary.text().endswith("the time stays as it is.")
    assert not dialog.ok.isEnabled()
    QTest.keyClicks(dialog.chooser.first, "th")
    qtbot.waitUntil(lambda: "is no day and time" in dialog.summary.text())
    assert dialog.table.shots == []
    dialog.reject()
    workspace.session.settle()


# A GPS track


def test_a_track_gives_places_that_are_seen_before(
    qtbot: QtBot, session: Session, workspace: PhotosWorkspace, tmp_path: Path
) -> None:
    ids = rows(workspace)
    dialog = opened(workspace, "track", TrackDialog)
    assert dialog.summary.text() == "Choose the track that the receiver wrote: a GPX file."
    dialog.again.setChecked(True)
    dialog.read_track([gpx(tmp_path / "boat.gpx", range(0, 7))])
    qtbot.waitUntil(lambda: bool(dialog.found))
    session.settle()
    assert dialog.zone.currentText().startswith("UTC+2:00") or len(dialog.found) >= 6
    dialog.zone.setCurrentIndex(dialog.zone.findData(120.0))
    session.settle()
    assert dialog.said.text() == "boat.gpx: 7 fixes, 12 Aug 2025, 07:14 to 07:20 UTC"
    assert [dialog.table.text(1, column) for column in (0, 2, 3)] == [
        "IMG_0001.jpg",
        "69.6500° N, 18.9500° E",
        "70.0100° N, 19.0000° E",
    ]
    assert dialog.table.text(8, 3) == "–"
    assert dialog.summary.text().startswith("6 of 14 photos get a place. 8 photos are outside the track")
    assert session.catalogue.photo(ids[1]).latitude == 69.65
    QTest.mouseClick(dialog.ok, LEFT)
    session.settle()
    assert session.catalogue.photo(ids[1]).latitude == pytest.approx(70.01)
    assert session.undo_stack.undoText() == "6 photos placed by boat.gpx"
    session.undo()
    session.settle()
    assert session.catalogue.photo(ids[1]).latitude == 69.65


def test_photos_that_have_a_place_keep_it_unless_asked(
    session: Session, workspace: PhotosWorkspace, tmp_path: Path
) -> None:
    dialog = opened(workspace, "track", TrackDialog)
    dialog.read_track([gpx(tmp_path / "boat.gpx", range(0, 7))])
    session.settle()
    session.settle()
    assert dialog.summary.text() == "Every one of them has a place already."
    assert not dialog.ok.isEnabled()


def test_a_file_that_is_no_track_is_told(session: Session, workspace: PhotosWorkspace, tmp_path: Path) -> None:
    (tmp_path / "evil.gpx").write_text('<!DOCTYPE gpx [<!ENTITY a "b">]><gpx/>')
    dialog = opened(workspace, "track", TrackDialog)
    dialog.read_track([tmp_path / "evil.gpx"])
    session.settle()
    assert dialog.summary.text().startswith("evil.gpx defines entities, which no GPX file needs")
    assert not dialog.ok.isEnabled()


def test_a_track_that_is_dropped_is_asked_about(
    qtbot: QtBot, session: Session, workspace: PhotosWorkspace, tmp_path: Path
) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(gpx(tmp_path / "boat.GPX", range(0, 7))))])
    copy, plain = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(workspace, QDragEnterEvent(QPoint(50, 50), copy, mime, LEFT, plain))
    QApplication.sendEvent(workspace, QDropEvent(QPointF(50, 50), copy, mime, LEFT, plain))
    dialog = workspace.findChild(TrackDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.track is not None)
    session.settle()
    assert len(rows(workspace)) == 15, "it isn't taken for a photo"


# Encounters


def test_gaps_say_what_they_would_do_and_are_kept(session: Session, workspace: PhotosWorkspace) -> None:
    heard: list[Gaps] = []
    session.gaps_changed.connect(heard.append)
    dialog = opened(workspace, "encounters", EncountersDialog)
    assert dialog.minutes.value() == 60
    assert dialog.summary.text() == ("2 encounters, 2 now. 4 photos change place. 1 photo without a time is in none.")
    dialog.anew.setChecked(True)
    dialog.minutes.setValue(120)
    session.settle()
    dialog.accept()
    session.settle()
    assert heard == [Gaps(2.0, 5.0)]
    assert session.gaps == Gaps(2.0, 5.0)
    assert [group.count for group in workspace.browser.model.groups] == [6, 8, 1]
    session.undo()
    session.settle()
    assert [group.count for group in workspace.browser.model.groups] == [6, 4, 5]


# Photographs that were moved


def test_a_missing_photo_says_so_and_is_found_again(
    session: Session, workspace: PhotosWorkspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survey: Path
) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(survey, moved, ignore=shutil.ignore_patterns("catalogue"))
    session.edit(lambda catalogue: catalogue.move_root(catalogue.roots()[0].id, tmp_path / "pulled out"))
    session.settle()
    click(workspace, 0)
    session.settle()
    assert workspace.details.problem.text() == "IMG_0000.jpg isn't here any more; its thumbnail is shown."
    asked: list[str] = []

    def choose(_: object, question: str) -> str:
        asked.append(question)
        return str(moved)

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", choose)
    QTest.mouseClick(workspace.details.find_button, LEFT)
    session.settle()
    assert asked == [f"14 photos are missing, e.g. {tmp_path / 'pulled out' / 'IMG_0000.jpg'}. Where may they lie now?"]
    assert session.catalogue.photo(rows(workspace)[0]).path == moved / "IMG_0000.jpg"
    assert workspace.details.problem.text() == ""
    assert not workspace.details.find_button.isVisible()
    assert session.undo_stack.undoText() == "14 photos found again"
    assert len(session.catalogue.roots()) == 1, "the folder moved as a whole, with what could never be read"
    workspace.actions_made["photos.find_again"].trigger()
    session.settle()
    assert len(asked) == 1, "nothing is missing any more"


# Who took them


def test_the_photographer_of_one_and_of_all_ticked(session: Session, workspace: PhotosWorkspace) -> None:
    ids = rows(workspace)
    click(workspace, 0)
    workspace.actions_made["photos.photographer"].trigger()
    field = workspace.details.photographer
    assert field.hasFocus()
    QTest.keyClicks(field, "Ana")
    QTest.keyClick(field, Qt.Key.Key_Return)
    session.settle()
    assert workspace.grid.hasFocus()
    assert session.catalogue.photo(ids[0]).photographer == "Ana"
    workspace.grid.tick(ids[:3])
    assert field.placeholderText() == "several"
    workspace.actions_made["photos.photographer"].trigger()
    QTest.keyClicks(field, "Ben")
    click(workspace, 5)
    session.settle()
    assert [session.catalogue.photo(key).photographer for key in ids[:4]] == ["Ben", "Ben", "Ben", ""]
    chooser = workspace.filters.photographers
    assert [chooser.itemText(at) for at in range(chooser.count())] == ["Anybody", "Nobody named  11", "Ben  3"]
    chooser.setCurrentIndex(2)
    session.settle()
    assert rows(workspace) == ids[:3]
    assert workspace.filter_bar.sentence.text() == "Filter: by Ben. 3 of 15 photos."
    QTest.mouseClick(workspace.filter_bar.button, LEFT)
    session.settle()
    assert rows(workspace) == ids
    assert not workspace.filter_bar.isVisible()


def test_a_photo_without_a_time_is_given_one_and_joins_its_encounter(
    session: Session, workspace: PhotosWorkspace
) -> None:
    catalogue, field, ids = session.catalogue, workspace.details.time, rows(workspace)
    [loose] = [key for key in ids if catalogue.photo(key).title == "IMG_0010"]
    session.edit(lambda catalogue: catalogue.set_time([loose], None))
    session.settle()
    workspace.show_item(loose)
    session.settle()
    assert field.placeholderText() == "not known"
    workspace.actions_made["photos.time"].trigger()
    QTest.keyClicks(field, "noon")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert workspace.details.problem.text() == "noon isn't a date. Write it like 12 Aug 2025, 09:14."
    workspace.actions_made["photos.time"].trigger()
    QTest.keyClicks(field, "12.8.2025 9:15")
    QTest.keyClick(field, Qt.Key.Key_Return)
    session.settle()
    assert catalogue.photo(loose).taken_at == datetime(2025, 8, 12, 9, 15)
    assert catalogue.photo(loose).encounter_id == catalogue.photo(ids[0]).encounter_id
    assert field.text() == "12 Aug 2025, 09:15:00"
    session.undo()
    session.settle()
    assert (catalogue.photo(loose).taken_at, catalogue.photo(loose).encounter_id) == (None, None)
    assert field.text() == ""
    workspace.grid.tick(ids[:2])
    assert field.isHidden()  # they have times: those are set by the camera's clock


def test_the_area_of_an_encounter_is_written_beside_its_photo(session: Session, workspace: PhotosWorkspace) -> None:
    click(workspace, 0)
    field = workspace.details.area
    assert field.isVisible()
    QTest.mouseClick(field, LEFT)
    QTest.keyClicks(field, "Senja")
    QTest.keyClick(field, Qt.Key.Key_Return)
    session.settle()
    assert [row.area for row in session.catalogue.encounters()] == ["Senja", ""]
    click(workspace, 7)
    assert field.text() == ""
    workspace.grid.tick(rows(workspace)[4:8])
    assert field.placeholderText() == "several"
    workspace.grid.clear_ticks()
    click(workspace, 12)
    assert not field.isVisible(), "a photo in no encounter is in no area"


def test_f5_reads_a_broken_file_that_was_copied_again(session: Session, workspace: PhotosWorkspace) -> None:
    [broken] = session.catalogue.photo_ids(PhotoFilter(statuses=frozenset({PhotoStatus.PROBLEM})))
    path = session.catalogue.photo(broken).path
    workspace.refresh()
    session.settle()
    assert session.catalogue.photo(broken).status is PhotoStatus.PROBLEM
    draw(path, 27)
    try:
        workspace.refresh()
        session.settle()
        assert session.catalogue.photo(broken).status is PhotoStatus.WAITING
        assert not workspace.problem_bar.isVisible()
    finally:
        path.unlink()


# Reading photographs


def test_a_stop_keeps_what_was_read_as_one_step(session: Session, workspace: PhotosWorkspace, tmp_path: Path) -> None:
    (tmp_path / "card").mkdir()
    for number in range(3 * BLOCK):
        picture = np.full((8, 12, 3), number, np.uint8)
        (tmp_path / "card" / f"NEW_{number:03d}.png").write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    said: list[str] = []
    session.status_changed.connect(said.append)
    job = session.add_paths([tmp_path / "card"])
    job.stepped.connect(lambda _: job.cancel())  # after a block; the reading goes on until it looks up
    session.settle()
    added = len(rows(workspace)) - 15
    assert added >= BLOCK
    assert said[-1] == f"{'Stopped: ' if job.state == 'cancelled' else ''}{added} photos added."
    assert workspace.offer.sentence.text() == f"{added} photos read. Find tails?"
    assert session.undo_stack.undoText() == f"{added} photos added"
    session.undo()
    session.settle()
    assert len(rows(workspace)) == 15
