"""Stopping: every kind of job stops soon after it is asked to, leaves no thread behind and keeps what is done."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QThreadPool, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot
from reliability import Tried

from whalegui.box_files import export_boxes
from whalegui.jobs import Job, Jobs
from whalegui.main_window import MainWindow
from whalegui.opening import Opener
from whalegui.session import Session
from whalegui.track_dialog import TrackDialog
from whaleid_core import workflow
from whaleid_core.catalogue import Catalogue
from whaleid_core.engine import Engine, load_engine
from whaleid_core.formats import known
from whaleid_core.sample import draw_survey

pytestmark = pytest.mark.hard

COPIES = 36
MOMENTS_MS = (1, 150)
STOPS_WITHIN_S = 10.0
"""Far more than the second that it should take: the machine may be busy with other things."""


@pytest.fixture(scope="module")
def engine() -> Engine:
    """The networks that ship."""
    return load_engine("cpu")


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Path:
    """Known whales, embedded, and copies of a photo: half of them with tails that wait, the others unsearched."""
    folder = tmp_path_factory.mktemp("survey")
    drawn = draw_survey(folder, 4, 8, 0, size=(480, 320))
    tail = max(drawn.known_dir.glob("*.jpg"), key=lambda path: path.stat().st_size)
    (folder / "more").mkdir()
    for number in range(COPIES):
        # Another content, the same picture: what follows a JPEG's end isn't looked at.
        (folder / "more" / f"copy_{number:02d}.jpg").write_bytes(tail.read_bytes() + bytes(number + 1))
    with workflow.new_catalogue(folder / "catalogue", "Fjord") as catalogue:
        workflow.add_known(catalogue, known.from_csv(drawn.train_csv, drawn.known_dir))
        for _ in workflow.find_tails(catalogue, engine):
            pass
        for _ in workflow.match(catalogue, engine):
            pass
        box = next(box for boxes in catalogue.boxes_by_photo().values() for box in boxes)
        workflow.add_photos(catalogue, [folder / "more"])
        for photo_id in catalogue.photo_ids()[-COPIES // 2 :]:
            catalogue.add_boxes(photo_id, [box], searched_by="tails 1")
    return folder


@pytest.fixture
def session(session: Session, engine: Engine) -> Session:
    """On a copy of it, with the networks loaded: what takes its time then is the work."""
    session.engine = engine
    return session


# The jobs


def importing(session: Session, folder: Path) -> Job:
    (folder / "card").mkdir(exist_ok=True)
    photo = session.catalogue.photo(session.catalogue.photo_ids()[0]).path.read_bytes()
    for number in range(300):
        (folder / "card" / f"new_{number:03d}.jpg").write_bytes(photo + b"x" * (number + 100))
    return session.add_paths([folder / "card"])


def finding_tails(session: Session, folder: Path) -> Job:
    return session.find_tails()


def finding_tails_again(session: Session, folder: Path) -> Job:
    job = session.again.start(session.catalogue.photo_ids())
    assert job is not None
    return job


def matching(session: Session, folder: Path) -> Job:
    return session.match()


def ranking_anew(session: Session, folder: Path) -> Job:
    return session.match_again()


def checking_the_catalogue(session: Session, folder: Path) -> Job:
    return session.check_catalogue(lambda found: None)


def exporting(session: Session, folder: Path) -> Job:
    return session.export_kaggle(folder / "out.csv")


def exporting_boxes(session: Session, folder: Path) -> Job:
    return export_boxes(session, folder / "boxes", "yolo")


def looking_for_moved_photos(session: Session, folder: Path) -> Job:
    (folder / "disk").mkdir(exist_ok=True)
    for number in range(20):
        with (folder / "disk" / f"big_{number}.jpg").open("wb") as file:
            file.truncate(50_000_000 + number)
    missing = session.catalogue.photo(session.catalogue.photo_ids()[-1]).path
    missing.unlink(missing_ok=True)
    return session.find_again(folder / "disk")


def reading_a_track(session: Session, folder: Path) -> Job:
    points = "".join(
        f'<trkpt lat="{60 + at / 1e5}" lon="19">'
        f"<time>2025-08-12T{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}Z</time></trkpt>"
        for at in range(10_000)
    )
    (folder / "boat.gpx").write_text(f'<gpx version="1.1" creator="test"><trk><trkseg>{points}</trkseg></trk></gpx>')
    dialog = TrackDialog(session, [], ())
    session.destroyed.connect(dialog.deleteLater)
    dialog.read_track([folder / "boat.gpx"])
    assert dialog._reading_track is not None
    return dialog._reading_track


JOBS = [
    importing, finding_tails, finding_tails_again, matching, ranking_anew, checking_the_catalogue, exporting,
    exporting_boxes, looking_for_moved_photos, reading_a_track,
]  # fmt: skip


def threads() -> set[str]:
    """Python's own threads; those of Qt's pools are seen as long as they run Python, and are counted there."""
    return {one.name for one in threading.enumerate() if not isinstance(one, threading._DummyThread)}


def workers(jobs: Jobs) -> int:
    """How many threads work for these lanes."""
    return sum(pool.activeThreadCount() for pool in jobs.findChildren(QThreadPool))


def seconds_to_stop(qtbot: QtBot, jobs: Jobs, job: Job, after_ms: int) -> float:
    """Ask a job to stop so long after it was begun; how long its threads went on."""
    QTest.qWait(after_ms)
    asked = time.monotonic()
    job.cancel()
    qtbot.waitUntil(lambda: job.over and not workers(jobs))
    return time.monotonic() - asked


@pytest.mark.parametrize("begin", JOBS)
def test_a_job_stops_when_asked(
    qtbot: QtBot, session: Session, survey: Path, tmp_path: Path, begin: Callable[[Session, Path], Job], tried: Tried
) -> None:
    before = threads()
    took, states = [], []
    kept = {path: path.read_bytes() for path in survey.rglob("*.jpg")}
    for after_ms in MOMENTS_MS:
        job = begin(session, tmp_path)
        took.append(seconds_to_stop(qtbot, session.jobs, job, after_ms))
        states.append(job.state)
    session.settle()
    assert set(states) <= {"cancelled", "finished"}
    assert states[0] == "cancelled"
    assert threads() <= before
    assert max(took) < STOPS_WITHIN_S
    assert session.catalogue.differences() == []
    for path, content in kept.items():
        path.write_bytes(content)
    tried(
        f"Stopped while {begin.__name__.replace('_', ' ')}", len(MOMENTS_MS),
        f"no thread left; the slowest took {max(took):.1f} s, on a busy machine perhaps",
    )  # fmt: skip


def test_the_drawing_of_the_sample_survey_stops_when_asked(qtbot: QtBot, tmp_path: Path, tried: Tried) -> None:
    opener = Opener()
    opener.sample(tmp_path / "sample")
    took = seconds_to_stop(qtbot, opener.jobs, opener.jobs.current[0], 100)
    assert took < STOPS_WITHIN_S
    opener.close()
    tried("Stopped while drawing the sample survey", 1, f"no thread left after {took:.1f} s")


# Closing the window


@pytest.fixture
def window(open_window: Callable[[], MainWindow], survey: Path, tmp_path: Path, engine: Engine) -> MainWindow:
    shutil.copytree(survey / "catalogue", tmp_path / "catalogue")
    made = open_window()
    made.set_session(Session(Catalogue.open(tmp_path / "catalogue")))
    assert made.session is not None
    made.session.engine = engine
    made.session.settle()
    return made


def answer(word: str, asked: list[str], first: Callable[[], object] = bool) -> None:
    """Press a button of the box that asks, once it does; `first` is done before."""

    def look() -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            asked.append(box.text())
            first()
            next(button for button in box.buttons() if button.text() == word).click()
        else:
            QTimer.singleShot(10, look)

    QTimer.singleShot(10, look)


@pytest.mark.parametrize("begin", [importing, finding_tails, matching, looking_for_moved_photos])
def test_closing_during_a_job_asks_then_ends(
    window: MainWindow, survey: Path, tmp_path: Path, begin: Callable[[Session, Path], Job], tried: Tried
) -> None:
    before = threads()
    kept = {path: path.read_bytes() for path in survey.rglob("*.jpg")}
    session = window.session
    assert session is not None
    begin(session, tmp_path)
    asked: list[str] = []
    answer("Go on working", asked)
    assert not window.close()
    answer("Stop and close", asked, first=window.close)
    begun = time.monotonic()
    assert window.close()
    took = time.monotonic() - begun
    assert len(asked) == 2, "it asks once, however often it is closed"
    assert window.close(), "what is closed stays closed"
    assert window.session is None
    assert threads() <= before
    assert took < STOPS_WITHIN_S
    for path, content in kept.items():
        path.write_bytes(content)
    with Catalogue.open(tmp_path / "catalogue") as catalogue:
        assert catalogue.differences() == []
    tried(
        f"The window closed while {begin.__name__.replace('_', ' ')}", 1,
        f"it asked, ended {took:.1f} s after the answer, and closed twice",
    )  # fmt: skip
