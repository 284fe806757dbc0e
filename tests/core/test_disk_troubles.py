"""Disk troubles: full, read-only or pulled out; a sentence says so, the last good state stays, work goes on after."""

from __future__ import annotations

import builtins
import contextlib
import errno
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import strange_photos as strange
from reliability import Tried

from whaleid_core import cli, exchange, runtime, workflow
from whaleid_core.candidate_sheet import Sheet, write_sheet
from whaleid_core.catalogue import Catalogue
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.fluke_book import book_of, write_book
from whaleid_core.formats.boxes import FORMATS
from whaleid_core.formats.details_csv import write_details
from whaleid_core.formats.tables import write_table
from whaleid_core.package_files import install, pack
from whaleid_core.packages import Package
from whaleid_core.records import Box, Candidate, Identification, Verdict
from whaleid_core.sighting_files import FORMS as SIGHTINGS
from whaleid_core.tail_pictures import Picture

pytestmark = pytest.mark.hard

Write = Callable[[Path], object]
OLD = "what was there before"


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A disk of 4 MB."""
    place = tmp_path_factory.mktemp("disk")
    mounted = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mounted, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can only be mounted by root, on Linux")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def disk(small_disk: Path) -> Iterator[Path]:
    """The small disk, empty."""
    yield small_disk
    for path in small_disk.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """A catalogue of a few photos with boxes."""
    folder = tmp_path_factory.mktemp("survey")
    with workflow.new_catalogue(folder / "Fjord", "Fjord") as made:
        fill(made, folder / "card", 3)
        for photo in made.photo_ids():
            made.draw_box(photo, Box(1, 1, 6, 6))
            made.decide(made.tails(photo)[0].id, Verdict.NEW)
        made.set_time(made.photo_ids(), datetime(2024, 8, 12))
        yield made


def fill(catalogue: Catalogue, card: Path, count: int, first: int = 0) -> None:
    card.mkdir(exist_ok=True)
    for number in range(first, first + count):
        (card / f"{number:03d}.png").write_bytes(strange.bytes_of("png", strange.scene(8, 8, number)))
    workflow.add_photos(catalogue, [card])


def use_up(disk: Path) -> Path:
    """Fill a disk to its last byte; the file that does it can be deleted to make room."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))
    return filler


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def exports(catalogue: Catalogue, package: Package) -> dict[str, Write]:
    """Everything that writes a file for others, by what the file is called."""
    photo = next(iter(catalogue.photos(catalogue.photo_ids())))
    sheet = Sheet("a", "b", "c", "d", "e", Picture(photo.path, Box(1, 1, 6, 6), 8, 8), ())
    found = [Identification(f"{number}.jpg", 0, None, (Candidate("w", 0.5, 0.5),), 0.5) for number in range(300)]
    return {
        **{f"boxes {key}{form.suffix}": lambda path, form=form: exchange.export_boxes(catalogue, path, form)
           for key, form in FORMATS.items()},
        **{form.file: lambda path, form=form: form.write(catalogue, path) for form in SIGHTINGS.values()},
        "kaggle.csv": lambda path: workflow.export_kaggle(catalogue, path),
        "details.csv": lambda path: write_details(path, found),
        "resightings.csv": lambda path: write_table(path, [["Whale", 2024]] * 300),
        "book.html": lambda path: write_book(book_of(catalogue), path),
        "sheet.html": lambda path: write_sheet(sheet, path),
        "package.zip": lambda path: pack(package.folder, path),
    }  # fmt: skip


def refused(write: Write, path: Path) -> str:
    with pytest.raises(WhaleIdError) as told:
        write(path)
    assert told.value.kind is Kind.ENVIRONMENT
    assert told.value.hint
    return told.value.sentence


def test_exports_on_a_full_disk(catalogue: Catalogue, small_package: Package, disk: Path, tried: Tried) -> None:
    writes = exports(catalogue, small_package)
    for name, write in writes.items():
        path = disk / name
        if path.suffix:
            path.write_text(OLD)
        filler = use_up(disk)
        before = content(disk)
        assert "No space left" in refused(write, path), name
        assert content(disk) == before, name
        assert path.exists() == bool(path.suffix)
        filler.unlink()
        write(path)
        assert path.is_dir() or OLD.encode() not in path.read_bytes()
        assert not list(disk.rglob("*.part"))
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    tried("Each export on a full disk, and again after room was made", len(writes), "a sentence, the old file kept")


TROUBLES = {
    "full": errno.ENOSPC, "over the quota": errno.EDQUOT, "read-only": errno.EROFS, "not allowed": errno.EACCES,
    "pulled out": errno.EIO, "gone": errno.ENODEV, "a share that went away": errno.ESTALE,
}  # fmt: skip


def failing(real: Callable[..., Any], number: int, where: Path) -> Callable[..., Any]:
    """A function of the system that fails for files that are being written in a folder."""

    def fails(path: Any, *arguments: Any, **named: Any) -> Any:
        writes = real is not builtins.open or (arguments and str(arguments[0])[0] in "xwa")
        if writes and (isinstance(path, int) or Path(path).is_relative_to(where)):
            raise OSError(number, os.strerror(number))
        return real(path, *arguments, **named)

    return fails


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("step", ["builtins.open", "os.fsync", "os.replace"])
def test_exports_when_the_system_says_no(
    catalogue: Catalogue, small_package: Package, tmp_path: Path, step: str, trouble: str, tried: Tried
) -> None:
    writes = exports(catalogue, small_package)
    if step == "os.fsync" or step == "builtins.open":
        del writes["package.zip"]  # which is written by the zip library
    module = {"builtins": builtins, "os": os}[step.partition(".")[0]]
    for name, write in writes.items():
        path = tmp_path / name
        if path.suffix:
            path.write_text(OLD)
        with pytest.MonkeyPatch.context() as patch:
            call = step.partition(".")[2]
            patch.setattr(module, call, failing(getattr(module, call), TROUBLES[trouble], tmp_path))
            assert os.strerror(TROUBLES[trouble]) in refused(write, path), name
        assert not list(tmp_path.rglob("*.part")), name
        assert path.read_text() == OLD if path.suffix else not path.exists()
        write(path)
    tried(f"Each export where {step} says that the disk is {trouble}", len(writes), "a sentence, the old file kept")


def test_half_of_a_folder_of_boxes_is_none(catalogue: Catalogue, tmp_path: Path, tried: Tried) -> None:
    """The disk is full after the second file."""
    real, calls = os.fsync, []

    def full_soon(file: int) -> None:
        calls.append(file)
        if len(calls) > 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(file)

    for key in ("yolo", "voc"):
        (tmp_path / key).mkdir()
        (tmp_path / key / "000.txt").write_text(OLD)
        calls.clear()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "fsync", full_soon)
            refused(lambda path, key=key: exchange.export_boxes(catalogue, path, FORMATS[key]), tmp_path / key)
        assert content(tmp_path / key) == {"000.txt": OLD.encode()}
    tried("A disk that is full in the middle of a folder of boxes", 2, "no file of it appeared, the old ones stayed")


def test_a_new_catalogue_on_a_full_disk(disk: Path, tried: Tried) -> None:
    filler = use_up(disk)
    before = content(disk)
    for room in (0, 1 << 12, 1 << 15, 1 << 17):
        os.truncate(filler, filler.stat().st_size - room)
        before = content(disk)
        refused(lambda path: Catalogue.create(path), disk / "new" / "Fjord")
        assert content(disk).keys() == before.keys()
        assert not (disk / "new" / "Fjord").exists()
        filler = use_up(disk)
    filler.unlink()
    Catalogue.create(disk / "new" / "Fjord").close()
    tried(
        "A new catalogue on a disk that is full, or becomes so", 4, "a sentence, nothing left, made once there is room"
    )


def test_a_catalogue_on_a_full_disk(disk: Path, tried: Tried) -> None:
    """It can be looked at; edits and backups are refused in a sentence, and work once there is room."""
    with Catalogue.create(disk / "Fjord") as opened:
        fill(opened, disk / "card", 3)
        filler = use_up(disk)
        opened.claim("Ana")
        assert len(opened.photos(opened.photo_ids())) == 3
        refused(lambda path: opened.backup(), disk)
        assert content(disk / "Fjord" / "backups") == {}
        photo = opened.photo_ids()[0]
        said = refused(lambda path: [opened.draw_box(photo, Box(1, 1, 6, 6)) for _ in range(500)], disk)
        assert "Fjord" in said
        kept = len(opened.boxes_by_photo().get(photo, []))
        filler.unlink()
        opened.draw_box(photo, Box(1, 1, 5, 5))
        assert len(opened.boxes_by_photo()[photo]) == kept + 1
        assert opened.backup().is_file()
    filler = use_up(disk)
    assert "Fjord" in refused(lambda path: Catalogue.open(path), disk / "Fjord")  # a log needs some room
    filler.unlink()
    with Catalogue.open(disk / "Fjord") as again:
        assert again.notice == ""
        assert len(again.boxes_by_photo()[photo]) == kept + 1
    with contextlib.closing(sqlite3.connect(disk / "Fjord" / "catalogue.sqlite")) as check:
        assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    tried("Opening, looking, editing, backing up on a full disk", 4, "edits refused in a sentence, all kept")


def test_an_import_into_a_catalogue_on_a_full_disk(disk: Path, tmp_path: Path, tried: Tried) -> None:
    with Catalogue.create(disk / "Fjord") as made:
        filler = use_up(disk)
        for number in range(30):
            (tmp_path / f"{number}.png").write_bytes(strange.bytes_of("png", strange.scene(8, 8, number)))
        refused(lambda path: [workflow.add_photos(made, [tmp_path]) for _ in range(50)], disk)
        safe = made.counts().photos
        filler.unlink()
        workflow.add_photos(made, [tmp_path])
        assert made.counts().photos == 30 >= safe
    tried("An import into a catalogue on a full disk", 1, "a sentence; the same import is complete once there is room")


def test_an_older_catalogue_on_a_full_disk_stays_as_it_was(disk: Path, tmp_path: Path, tried: Tried) -> None:
    folder = disk / "old"
    folder.mkdir()
    connection = sqlite3.connect(folder / "catalogue.sqlite")
    connection.executescript((Path(__file__).parent / "catalogue_0001.sql").read_text(encoding="utf-8"))
    connection.close()
    filler = use_up(disk)
    before = content(folder)
    for _ in range(2):
        refused(lambda path: Catalogue.open(path).close(), folder)
        assert {name: data for name, data in content(folder).items() if data} == before
    filler.unlink()
    Catalogue.open(folder).close()
    assert len(list((folder / "backups").iterdir())) == 1
    tried(
        "An older catalogue opened on a full disk",
        2,
        "a sentence, left as it was, brought up to date once there is room",
    )


def test_a_network_is_loaded_where_nothing_can_be_cached(
    small_package: Package, disk: Path, monkeypatch: pytest.MonkeyPatch, tried: Tried
) -> None:
    monkeypatch.setattr(runtime, "user_cache_path", lambda name: disk / name)
    use_up(disk)
    runtime.open_runner(small_package, "cpu")
    monkeypatch.setattr(runtime, "user_cache_path", lambda name: Path("/proc") / name)
    runtime.open_runner(small_package, "cpu")
    tried("Networks loaded with a full, and with no disk for their cache", 2, "loaded")


def test_a_package_is_installed_whole_or_not_at_all_on_a_full_disk(
    packed: Path, disk: Path, monkeypatch: pytest.MonkeyPatch, tried: Tried
) -> None:
    monkeypatch.setenv("WHALEID_PACKAGES", str(disk / "packages"))
    (disk / "packages").mkdir()
    filler = use_up(disk)
    refused(lambda path: install(packed), disk)
    assert list((disk / "packages").iterdir()) == []
    filler.unlink()
    assert install(packed).folder.is_dir()
    tried("A model package installed on a full disk", 1, "a sentence, nothing left, installed once there is room")


def test_photos_that_a_card_does_not_give_have_their_reason(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tried: Tried
) -> None:
    """A card with a bad spot: the system reads some files and fails at others."""
    for number in range(90, 96):
        (tmp_path / f"{number}.png").write_bytes(strange.bytes_of("png", strange.scene(8, 8, number)))
    real = Path.read_bytes

    def bad_spot(self: Path) -> bytes:
        if self.name in ("91.png", "93.png"):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(self))
        return real(self)

    monkeypatch.setattr(Path, "read_bytes", bad_spot)
    added = workflow.add_photos(catalogue, [tmp_path])
    assert added.added == 4
    assert [failure.path.name for failure in added.failed] == ["91.png", "93.png"]
    assert all("can't be read" in failure.sentence for failure in added.failed)
    monkeypatch.setattr(Path, "read_bytes", real)
    workflow.add_photos(catalogue, [tmp_path])
    assert catalogue.counts().problems == 0
    tried("Photos on a card with a bad spot, and put in again", 6, "the others are added; the rest once it can be read")


def test_the_commands_say_what_the_disk_says(
    disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tried: Tried
) -> None:
    commands = [["sample", str(disk / "survey"), "--whales", "2", "--known", "4", "--new", "1"],
                ["new", str(disk / "Fjord")]]  # fmt: skip
    use_up(disk)
    for command in commands:
        assert cli.run(command) == 1
        told = capsys.readouterr().err
        assert "space" in told or "full" in told
        assert "Something went wrong" not in told
    tried("Commands that write to a full disk", len(commands), "a sentence, exit status 1")
