"""Killed at any moment: what was acknowledged is there, the catalogue opens and is whole, and the work goes on."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import strange_photos as strange
from reliability import Tried

from whaleid_core.catalogue import Catalogue, is_catalogue
from whaleid_core.formats.kaggle import read_submission

pytestmark = [
    pytest.mark.hard,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9"),
]

HERE = Path(__file__).parent
PHOTOS = 150


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    for number in range(PHOTOS):
        content = strange.bytes_of("png", strange.scene(40, 30, number))
        (folder / f"IMG_{number:04d}.png").write_bytes(content)
    return folder


def killed(folder: Path, photos: Path, seed: int, lines: int, seconds: float) -> list[str]:
    """What a worker said before it was killed, so long after so many lines: a busy machine gets as far as any."""
    command = [sys.executable, str(HERE / "worker_to_kill.py"), str(folder), str(photos), str(seed)]
    roots = os.pathsep.join([str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")])
    said: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": roots}
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        timer = threading.Timer(seconds, process.kill)
        for line in process.stdout:
            # A line that was cut is no word given.
            said += [line.rstrip("\n")] if line.endswith("\n") else []
            if len(said) == lines and timer.ident is None:
                timer.start()
        process.wait()
        if timer.ident is None:
            process.kill()
        else:
            timer.join()
        assert process.returncode == -signal.SIGKILL, process.stderr.read()
    return said


def whole(file: Path) -> bool:
    """Whether SQLite finds nothing wrong with a database."""
    connection = sqlite3.connect(file)
    try:
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)] and not broken
    finally:
        connection.close()


def check(folder: Path, said: list[str]) -> int:
    """Hold a catalogue against what was acknowledged; gives the number of acknowledged edits."""
    edits = {int(number): label for kind, number, label in (line.split(" ", 2) for line in said if line[:5] == "edit ")}
    with Catalogue.open(folder) as opened:
        journal = {row.id: row.label for row in opened.journal(1_000_000)}
        assert {number: journal.get(number) for number in edits} == edits
        assert opened.differences() == []  # each line of the journal is one edit, done whole
        paths = [row.path.name for row in opened.photos(opened.photo_ids())]
        assert len(paths) == len(set(paths))
    assert whole(folder / "catalogue.sqlite")
    for copied in [line.split(" ", 1)[1] for line in said if line.startswith("copied ")][-1:]:
        assert (folder / "backups" / copied).is_file()
    for backup in (folder / "backups").glob("*.sqlite"):
        assert whole(backup), backup.name
    if any(line.startswith("exported ") for line in said):
        assert len(read_submission(folder / "out.csv")) == PHOTOS
    if any(line.startswith("boxes ") for line in said):
        lines = (folder / "boxes.csv").read_text(encoding="utf-8")
        assert lines.endswith("\n")
        assert len({line.count(",") for line in lines.splitlines()}) == 1
    return len(edits)


@pytest.mark.parametrize("kills", [12, pytest.param(200, marks=pytest.mark.soak)])
def test_work_killed_at_random_moments(photos: Path, tmp_path: Path, kills: int, tried: Tried) -> None:
    """Each process goes on where the last one stood."""
    draw = random.Random(kills)
    folder = tmp_path / "catalogue"
    edits = 0
    for number in range(kills):
        if number % 12 == 0:
            # A new catalogue, now and then, so that the import is killed too.
            folder = tmp_path / f"catalogue {number}"
        lines = draw.randint(1, 5) if number % 12 == 0 else draw.randint(2, 40)
        said = killed(folder, photos, number, lines, draw.uniform(0.0, 0.8 if lines == 1 else 0.1))
        if is_catalogue(folder):
            edits += check(folder, said)
        else:
            assert said == ["begun"]  # it was killed while the catalogue was made
    with Catalogue.open(folder) as opened:
        assert opened.counts().photos == PHOTOS
    assert edits
    tried(
        "kill -9 during import, detection, matching, decision, undo, redo, merge, exports, backup", kills,
        f"{edits:,} acknowledged edits, all there; integrity_check ok each time",
    )  # fmt: skip


@pytest.mark.parametrize("kills", [4, pytest.param(40, marks=pytest.mark.soak)])
def test_migrations_killed_at_random_moments(tmp_path: Path, kills: int, tried: Tried) -> None:
    draw = random.Random(kills)
    versions = sorted(HERE.glob("catalogue_*.sql"))
    for number in range(kills):
        folder = tmp_path / f"old {number}"
        folder.mkdir()
        old = sqlite3.connect(folder / "catalogue.sqlite")
        old.executescript(versions[number % len(versions)].read_text(encoding="utf-8"))
        old.close()
        said = killed(folder, tmp_path / "no photos", number, 1, draw.uniform(0.0, 1.2))
        assert said[0] == "begun"
        with Catalogue.open(folder) as opened:
            assert opened.name == "Fjord 2025"
            assert opened.counts().photos >= 2  # a worker that came through the migration went on to work
            assert len(opened.journal()) >= 4
        assert whole(folder / "catalogue.sqlite")
        for backup in (folder / "backups").glob("*.sqlite"):
            assert whole(backup)
    tried("kill -9 during a migration", kills, "each catalogue opened with all that was in it")
