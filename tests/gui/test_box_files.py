"""Boxes and sightings out by the export dialog; boxes in by a file, seen before they are taken, one step to undo."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from photo_survey import survey  # noqa: F401 - the fixture
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QWidget
from pytestqt.qtbot import QtBot

from whalegui.box_files import ImportBoxesDialog, export_boxes
from whalegui.dialogs import Dialogs
from whalegui.export_dialog import ExportDialog
from whalegui.session import Session
from whaleid_core.formats.boxes import FORMATS
from whaleid_core.records import Box, Verdict
from whaleid_core.sighting_files import FORMS as SIGHTINGS

LEFT = Qt.MouseButton.LeftButton


def accept(dialog: ImportBoxesDialog | ExportDialog) -> None:
    [buttons] = dialog.findChildren(QDialogButtonBox)
    QTest.mouseClick(buttons.buttons()[0], LEFT)


@pytest.mark.parametrize("key", FORMATS)
def test_boxes_go_out_and_come_back(qtbot: QtBot, session: Session, tmp_path: Path, key: str) -> None:
    dialog = ExportDialog(session.jobs, tmp_path, session.counts)
    qtbot.addWidget(dialog)
    dialog.form.setCurrentIndex(dialog.form.findData(key))
    assert dialog.file.parent == tmp_path
    assert dialog.file.suffix == FORMATS[key].suffix
    assert dialog.new_whale.isHidden()
    assert "1 tail." in dialog.summary.text()
    export_boxes(session, dialog.file, dialog.key)
    session.settle()

    [photo] = [key for key in session.catalogue.photo_ids() if session.catalogue.tails(key)]
    [tail] = session.catalogue.tails(photo)
    session.edit(lambda c: c.delete_box(tail.id))
    session.settle()
    bring = ImportBoxesDialog(session)
    qtbot.addWidget(bring)
    QTest.keyClicks(bring.path, str(dialog.file))
    qtbot.waitUntil(lambda: bring.summary.text().startswith("1 box for"))
    accept(bring)
    session.settle()
    assert session.catalogue.tails(photo)[0].box.corners == pytest.approx(tail.box.corners, abs=1e-9)
    session.undo()
    session.settle()
    assert session.catalogue.tails(photo) == []


def test_what_would_be_replaced_is_said(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    (tmp_path / "submission.csv").write_text("of yesterday")
    (tmp_path / "boxes").mkdir()
    (tmp_path / "boxes" / "IMG_1.txt").write_text("0 0.5 0.5 1 1")
    dialog = ExportDialog(session.jobs, tmp_path, session.counts)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: dialog.replaced.text() == "submission.csv is there already: it will be replaced.")
    dialog.form.setCurrentIndex(dialog.form.findData("mark"))
    assert dialog.replaced.text() == ""
    dialog.form.setCurrentIndex(dialog.form.findData("yolo"))
    qtbot.waitUntil(lambda: dialog.replaced.text().startswith("There are files in boxes already"))
    QTest.keyClicks(dialog.path, " 2")
    assert dialog.replaced.text() == ""
    session.settle()


def test_what_is_left_out_is_said_before(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    photo = session.catalogue.photo(session.catalogue.photo_ids()[2])
    file = tmp_path / "boxes.csv"
    file.write_text(f"image,xmin,ymin,xmax,ymax\n{photo.name},10,10,90,60\ngone.jpg,1,1,5,5\n{photo.name},9,9,1,1\n")
    dialog = ImportBoxesDialog(session)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog._ok.isEnabled()
    dialog.path.setText(str(tmp_path / "none.csv"))
    qtbot.waitUntil(lambda: dialog.summary.text().startswith("There is no file"))
    dialog.path.setText(str(file))
    qtbot.waitUntil(lambda: dialog.summary.text() == "1 box for 1 photo of this catalogue. 2 are left out:")
    assert [dialog.refused.item(n).text() for n in range(dialog.refused.count())] == [
        "boxes.csv, line 4: the box has no area.",
        "gone.jpg is no photo of this catalogue, or more than one",
    ]
    session.edit(lambda c: c.draw_box(photo.id, Box(100, 20, 150, 90)))
    dialog.replace.setChecked(True)
    accept(dialog)
    session.settle()
    assert [tail.box.corners for tail in session.catalogue.tails(photo.id)] == [(10, 10, 90, 60)]


def export_sightings(dialogs: Dialogs, window: QWidget, session: Session, folder: Path) -> None:
    """Sightings in each form: before a tail is decided nothing is written, and it is said why."""
    said: list[str] = []
    session.status_changed.connect(said.append)
    for decided in (False, True):
        for key, form in SIGHTINGS.items():
            dialogs.export()
            export = window.findChildren(ExportDialog)[-1]
            export.form.setCurrentIndex(export.form.findData(key))
            assert export.file.name == form.file
            assert export.new_whale.isHidden()
            assert "suggestions are not in it" in export.summary.text()
            export.path.setText(str(folder / form.file))
            accept(export)
            session.settle()
            assert (folder / form.file).is_file() == decided
            assert ("written to" if decided else "Nothing was identified yet") in said[-1]
        if not decided:
            photo = next(key for key in session.catalogue.photo_ids() if session.catalogue.tails(key))
            session.edit(lambda catalogue, key=photo: catalogue.decide(catalogue.tails(key)[0].id, Verdict.NEW))
            session.edit(lambda catalogue, key=photo: catalogue.set_time([key], datetime(2024, 8, 12)))
            session.settle()


def test_the_dialogs_lead_there(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    from whalegui.settings import Settings

    window = QWidget()
    qtbot.addWidget(window)
    dialogs = Dialogs(window, Settings(tmp_path / "s.ini"), session.jobs, lambda: session)
    dialogs.export()
    export = window.findChild(ExportDialog)
    assert export is not None
    export.form.setCurrentIndex(export.form.findData("tsv"))
    export.path.setText(str(tmp_path / "b.tsv"))
    accept(export)
    session.settle()
    assert (tmp_path / "b.tsv").read_text().startswith("fn\tbbox\n")
    export_sightings(dialogs, window, session, tmp_path)
    dialogs.import_boxes()
    brought = window.findChild(ImportBoxesDialog)
    assert brought is not None
    brought.reject()
