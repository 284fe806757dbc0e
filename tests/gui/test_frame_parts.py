"""The parts of the window's frame: actions, job bar, header, settings, dialogs, start page, pictures, start."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QByteArray, QMimeData, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage, QKeySequence
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLineEdit, QScrollArea, QSpinBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from whalegui import actions, bindings, pictures, theme
from whalegui.__main__ import has_display, main, missing_library
from whalegui.export_dialog import ExportDialog
from whalegui.first_minute import StartPage
from whalegui.jobs import Jobs
from whalegui.keys_overview import KeysOverview
from whalegui.new_catalogue import NewCatalogueDialog
from whalegui.settings import SETTINGS, Settings
from whalegui.settings_dialog import SettingsDialog
from whalegui.widgets.job_bar import IDLE, JobBar, time_text
from whaleid_core.catalogue import Catalogue
from whaleid_core.errors import WhaleIdError
from whaleid_core.photos import read_photo


def draw(path: Path, seed: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 255, (12, 16, 3), dtype=np.uint8)
    Image.fromarray(pixels).resize((160, 120)).save(path)


# Actions


@pytest.mark.parametrize("prefix", ["photos", "boxes", "matches", "whales", "check"])
def test_no_key_does_two_things_in_one_workspace(prefix: str) -> None:
    rows = [row for row in actions.ACTIONS if row.id.startswith((f"{prefix}.", "app."))]
    keys = Counter(QKeySequence(key).toString() for row in rows for key in row.keys)

    assert [key for key, times in keys.items() if times > 1] == []


def test_every_action_has_one_id_words_and_keys_that_qt_understands() -> None:
    assert len(actions.BY_ID) == len(actions.ACTIONS)
    for row in actions.ACTIONS:
        assert row.text
        assert all(not QKeySequence(key).isEmpty() for key in row.keys), row.id


def test_a_bound_letter_acts_in_the_workspace_but_not_in_its_field(qtbot: QtBot) -> None:
    page = QWidget()
    page.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    column = QVBoxLayout(page)
    field, number = QLineEdit(), QSpinBox()
    column.addWidget(field)
    column.addWidget(number)
    done: list[str] = []
    bound = bindings.bind(
        page, {"matches.new": lambda: done.append("new"), "matches.same": lambda: done.append("same")}
    )
    column.addWidget(bindings.button(bound["matches.new"]))
    qtbot.addWidget(page)
    page.show()
    qtbot.waitExposed(page)

    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_N)
    qtbot.keyClick(page, Qt.Key.Key_Return)
    assert done == ["new", "same"]
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_N)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert done == ["new", "same"]
    assert field.text() == "n"


def test_a_button_wears_its_key_and_a_forbidden_action_its_reason(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    bound = bindings.bind(page, {"boxes.accept": lambda: None})
    button = bindings.button(bound["boxes.accept"])

    assert button.text().split() == ["Accept", "Enter"]
    bindings.allow(bound["boxes.accept"], False, "draw a box first")
    assert "draw a box first" in bound["boxes.accept"].toolTip()
    assert not button.isEnabled()
    bindings.allow(bound["boxes.accept"], True)
    assert "draw a box first" not in bound["boxes.accept"].toolTip()
    button.deleteLater()


# Job bar and header


@given(st.floats(0, 1e6))
def test_a_time_left_is_never_zero_and_has_a_unit(seconds: float) -> None:
    number, unit = time_text(seconds).split()

    assert float(number) > 0
    assert unit in {"s", "min", "h"}


def test_times_left_are_as_coarse_as_they_are_sure() -> None:
    assert [time_text(s) for s in (0, 12.2, 125, 3600, 7200)] == ["1 s", "12 s", "2 min", "60 min", "2.0 h"]


def test_the_job_bar_tells_idle_done_stopped_and_failed(qtbot: QtBot) -> None:
    bar, jobs = JobBar(), Jobs()
    qtbot.addWidget(bar)
    bar.follow(jobs)
    assert bar.text == IDLE

    def fails(watch: object) -> None:
        raise WhaleIdError("The card was pulled out.", "Put it back and press Try again.")

    tried: list[int] = []
    for work, text in ((lambda watch: 1, "Exporting: done"), (fails, "The card was pulled out.")):
        job = jobs.start("Exporting", "files", work)
        job.retry = lambda: tried.append(1)
        qtbot.waitUntil(lambda: not jobs.busy())
        assert bar.text == text
    assert bar.failures_text == "Why?"
    bar.open_failures()
    bar.try_again()
    assert tried == [1]
    jobs.close()


# Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


def test_settings_come_back_in_their_type_from_the_file(settings: Settings, tmp_path: Path) -> None:
    settings.set("look/text_percent", 120)
    settings.set("work/match_after_find", False)
    settings.set("person/who", "Ana Ólafsdóttir")
    settings.set_bytes("1x1/window", QByteArray(b"\x00\x01"))
    settings.add_recent(tmp_path / "a b")
    del settings

    again = Settings(tmp_path / "settings.ini")
    assert again.get("look/text_percent") == 120
    assert again.get("work/match_after_find") is False
    assert again.who() == "Ana Ólafsdóttir"
    assert again.recents() == [tmp_path / "a b"]


def test_a_spoilt_file_gives_defaults(tmp_path: Path) -> None:
    (tmp_path / "settings.ini").write_text("[look]\nscheme=purple\ntext_percent=many\n", encoding="utf-8")

    settings = Settings(tmp_path / "settings.ini")

    assert settings.get("look/scheme") == "system"
    assert settings.get("look/text_percent") == 100


def test_recent_catalogues_are_few_newest_first_and_once_each(settings: Settings, tmp_path: Path) -> None:
    for number in (*range(12), 3):
        settings.add_recent(tmp_path / str(number))

    assert settings.recents()[:2] == [tmp_path / "3", tmp_path / "11"]
    assert len(settings.recents()) == len(set(settings.recents())) == 8
    settings.forget_recent(tmp_path / "3")
    assert tmp_path / "3" not in settings.recents()


def test_the_dialog_has_a_control_a_row_and_cancel_keeps_nothing(qtbot: QtBot, settings: Settings) -> None:
    told: list[str] = []
    settings.changed.connect(told.append)
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    assert all(dialog.control(setting.key).accessibleName() for setting in SETTINGS)
    spin = dialog.control("look/text_percent")
    assert isinstance(spin, QSpinBox)

    spin.setValue(130)
    dialog.reject()
    assert settings.get("look/text_percent") == 100
    dialog.accept()
    assert settings.get("look/text_percent") == 130
    assert "look/text_percent" in told


# Start page and dialogs


def test_the_start_page_opens_by_click_drop_and_recent(qtbot: QtBot, settings: Settings, tmp_path: Path) -> None:
    settings.add_recent(tmp_path / "Fjord")
    page = StartPage(settings)
    qtbot.addWidget(page)
    page.show()
    rows = {row.text(): row for row in page.rows()}

    with qtbot.waitSignal(page.sample_chosen):
        qtbot.mouseClick(rows["Open the sample survey"], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(page.known_chosen):
        qtbot.keyClick(rows["New catalogue from known whales"], Qt.Key.Key_Space)
    with qtbot.waitSignal(page.catalogue_chosen, check_params_cb=lambda folder: folder == tmp_path / "Fjord"):
        qtbot.mouseClick(rows["Fjord"], Qt.MouseButton.LeftButton)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    keys, buttons = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    with qtbot.waitSignal(page.photographs_chosen, check_params_cb=lambda paths: paths == [tmp_path]):
        page.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, keys))
    page.who.setText("Ben")
    page.who.editingFinished.emit()
    assert settings.who() == "Ben"


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


def by_csv(dialog: NewCatalogueDialog, folder: Path) -> None:
    rows = "".join(f"{number}.png,w_{number % 4}\n" for number in range(12))
    (folder / "list.csv").write_text(f"Image,Id\n{rows}gone.png,w_9\n", encoding="utf-8")
    dialog.named_by.setCurrentIndex(dialog.named_by.findData("csv"))
    dialog.csv.text.setText(str(folder / "list.csv"))


def by_pattern(dialog: NewCatalogueDialog, folder: Path) -> None:
    for number in range(12):
        (folder / f"{number}.png").rename(folder / f"w_{number % 4}-{number}.png")
    dialog.named_by.setCurrentIndex(dialog.named_by.findData("pattern"))
    dialog.photos_folder.text.setText(str(folder))
    dialog.pattern.setText("{whale}-*.png")


def by_folders(dialog: NewCatalogueDialog, folder: Path) -> None:
    for number in range(12):
        target = folder / f"w_{number % 4}"
        target.mkdir(exist_ok=True)
        (folder / f"{number}.png").rename(target / f"{number}.png")
    dialog.named_by.setCurrentIndex(dialog.named_by.findData("folders"))
    dialog.photos_folder.text.setText(str(folder))


@pytest.mark.parametrize("fill", [by_csv, by_pattern, by_folders])
def test_known_whales_are_shown_as_read_before_the_catalogue_is_made(
    qtbot: QtBot, jobs: Jobs, tmp_path: Path, fill: Callable[[NewCatalogueDialog, Path], None]
) -> None:
    folder = tmp_path / "known"
    for number in range(12):
        draw(folder / f"{number}.png", number)
    dialog = NewCatalogueDialog(jobs)
    qtbot.addWidget(dialog)
    dialog.name.setText("Fjord")
    dialog.place.text.setText(str(tmp_path))
    ok = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok)
    assert ok.isEnabled()

    fill(dialog, folder)
    assert not ok.isEnabled()
    qtbot.waitUntil(ok.isEnabled)

    assert dialog.table.rowCount() == 10
    assert dialog.table.item(0, 1).text() == "w_0"
    assert "12 photos of 4 whales" in dialog.summary.text()
    assert ("gone.png" in dialog.summary.text()) == (fill is by_csv)
    assert dialog.plan.folder == tmp_path / "Fjord"
    assert dialog.plan.known is not None
    assert len(dialog.plan.known) == 12


def test_a_list_that_cannot_be_read_says_why_and_makes_nothing(qtbot: QtBot, jobs: Jobs, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("picture;animal\n1;2\n", encoding="utf-8")
    dialog = NewCatalogueDialog(jobs, known=True)
    qtbot.addWidget(dialog)

    dialog.csv.text.setText(str(tmp_path / "list.csv"))
    qtbot.waitUntil(lambda: "Image" in dialog.summary.text() and "Reading" not in dialog.summary.text())

    ok = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled()
    assert dialog.plan.known is None


def test_the_export_says_what_will_be_in_it(qtbot: QtBot, jobs: Jobs, tmp_path: Path) -> None:
    draw(tmp_path / "a.png")
    with Catalogue.create(tmp_path / "c") as catalogue:
        catalogue.add_photos([read_photo(tmp_path / "a.png")])
        dialog = ExportDialog(jobs, tmp_path, catalogue.counts())
    qtbot.addWidget(dialog)

    assert dialog.file == tmp_path / "submission.csv"
    assert "1 photo not searched" in dialog.summary.text()


def test_the_keys_overview_names_every_key(qtbot: QtBot) -> None:
    overview = KeysOverview()
    qtbot.addWidget(overview)

    shown = overview.lines()
    assert ("Ctrl+K", "Search") in shown
    assert ("Enter", "Accept") in shown
    assert ("1 to 9, 0", "Candidate 1 to 10") in shown
    overview.show()
    qtbot.waitExposed(overview)
    across = overview.findChild(QScrollArea).horizontalScrollBar()
    assert across.maximum() == 0, "on a screen of 800 pixels the columns stand below each other"


# Pictures and start


def test_pictures_are_taken_of_every_workspace(qapp: QApplication, tmp_path: Path) -> None:
    for number in range(3):
        draw(tmp_path / "photos" / f"{number}.png", number)
    with Catalogue.create(tmp_path / "c", "Fjord") as catalogue:
        catalogue.add_photos([read_photo(path) for path in sorted((tmp_path / "photos").iterdir())])

    files = list(pictures.take(qapp, tmp_path / "c", tmp_path / "out", (QSize(1180, 720),), ("dark",)))

    assert [file.name.split("_")[0] for file in files] == ["photos", "boxes", "matches", "whales", "models"]
    for file in files:
        image = QImage(str(file))
        assert (image.width(), image.height()) == (1180, 720)
        assert image.pixelColor(500, 30).lightness() < 80


def test_pictures_of_no_catalogue_are_refused(qapp: QApplication, tmp_path: Path) -> None:
    with pytest.raises(WhaleIdError, match="isn't a catalogue"):
        list(pictures.take(qapp, tmp_path / "nowhere", tmp_path / "out"))


def test_without_a_display_it_ends_with_a_sentence_and_status_1() -> None:
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    done = subprocess.run(
        [sys.executable, "-m", "whalegui"], capture_output=True, text=True, env=environment, check=False
    )

    if sys.platform.startswith("linux"):
        assert done.returncode == 1
        assert done.stderr.startswith("There is no display")
        assert "Traceback" not in done.stderr


def test_a_display_is_looked_for_on_linux_alone() -> None:
    assert has_display({"DISPLAY": ":0"}, "linux")
    assert has_display({"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    assert has_display({"QT_QPA_PLATFORM": "offscreen"}, "linux")
    assert not has_display({}, "linux")
    assert has_display({}, "win32")
    assert has_display({}, "darwin")


def test_a_missing_system_library_is_named_with_its_package() -> None:
    error = ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")

    told = missing_library(error)

    assert told is not None
    assert "libegl1" in told[1]
    assert missing_library(ImportError("No module named 'nothing'")) is None


def test_wrong_arguments_have_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--scheme", "purple"])

    assert stop.value.code == 2
    assert "purple" in capsys.readouterr().err


def test_text_size_reaches_the_widgets_that_have_a_size_of_their_own(qtbot: QtBot, qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)
    page = QWidget()
    field, small = QLineEdit(page), QLineEdit(page)
    theme.set_font(small, "small")
    qtbot.addWidget(page)
    page.show()
    before = field.font().pointSizeF()

    theme.apply(qapp, "light", 200)
    qtbot.waitUntil(lambda: field.font().pointSizeF() == pytest.approx(2 * before))
    assert small.font().pointSizeF() == pytest.approx(2 * before * 0.85)
    theme.apply(qapp, "light", 100)
    assert small.font().pointSizeF() == pytest.approx(before * 0.85)
