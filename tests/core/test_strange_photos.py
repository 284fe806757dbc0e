"""Photographs: whatever lies in a folder gets its row with a reason, in bounded time and memory; the batch goes on."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
import strange_photos as strange
from mutated import memory_within
from reliability import Tried
from typer.testing import CliRunner

from whaleid_core import cli, photo_names, workflow
from whaleid_core.catalogue import Catalogue, PhotoRow
from whaleid_core.engine import Engine
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.formats.kaggle import read_submission
from whaleid_core.photos import read_photo, read_pixels, thumbnail
from whaleid_core.sample import Survey

# The program itself doesn't care what Pillow says of odd EXIF.
pytestmark = [pytest.mark.hard, pytest.mark.filterwarnings("ignore::UserWarning")]
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc and the names of a Linux disk")

SECONDS, MEGABYTES = 10.0, 400
"""No strange file of these small ones may take longer, or more memory, to be read or refused."""


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with workflow.new_catalogue(tmp_path / "catalogue", "Fjord") as made:
        yield made


def write(folder: Path, files: Iterable[tuple[str, bytes]]) -> list[Path]:
    folder.mkdir(exist_ok=True)
    made = []
    for name, content in files:
        (folder / name).write_bytes(content)
        made.append(folder / name)
    return made


def taken_in(catalogue: Catalogue, folder: Path) -> dict[str, PhotoRow]:
    """Add a folder with a good photo among the rest; each file has its row, and a reason where it can't be read."""
    (folder / "~good.jpg").write_bytes(strange.bytes_of("jpg", strange.scene(90, 60, seed=99)))
    names = {name for name in os.listdir(folder) if photo_names.is_photo_name(Path(name))}
    names -= {name for name in names if (folder / name).is_dir()}
    added = workflow.add_photos(catalogue, [folder])
    rows = {row.path.name: row for row in catalogue.photos(catalogue.photo_ids())}
    assert not rows["~good.jpg"].problem
    # Two files of the same bytes are one photo.
    assert len(rows) == len(names) - added.already
    assert rows.keys() <= names
    for row in rows.values():
        if row.problem:
            assert_sentence(row.problem)
    assert sum(bool(row.problem) for row in rows.values()) == len(added.failed)
    return rows


def assert_sentence(text: str) -> None:
    assert text.endswith(".")
    assert text.isprintable()


def read_or_refused(path: Path) -> bool:
    """Whether all three readers show the photo; those that don't say so in a sentence."""
    said: list[WhaleIdError] = []
    for read in (read_photo, read_pixels, lambda photo: thumbnail(photo, 64)):
        begun = time.monotonic()
        try:
            read(path)
        except WhaleIdError as error:
            said.append(error)
        assert time.monotonic() - begun < SECONDS, path.name
    for error in said:
        assert error.kind is not Kind.BUG
        assert_sentence(error.sentence)
    return not said


@pytest.mark.parametrize("kind", strange.KINDS)
def test_truncated_at_each_kilobyte(catalogue: Catalogue, tmp_path: Path, kind: str, tried: Tried) -> None:
    whole = strange.bytes_of(kind, strange.scene(220, 150))
    ending = kind.rpartition(".")[2]
    cuts = range(0, len(whole), 1024)
    folder = tmp_path / "card"
    write(folder, ((f"{cut:07d}.{ending}", whole[:cut]) for cut in cuts))
    rows = taken_in(catalogue, folder)
    for name, row in rows.items():
        if name != "~good.jpg":
            assert row.problem or not read_or_refused(row.path), f"{name} of {len(whole)} bytes is taken as whole"
    tried(f"{kind} cut at each kilobyte", len(cuts), "each was refused in a sentence")


def test_every_kind_of_pixels_is_read(catalogue: Catalogue, tmp_path: Path, tried: Tried) -> None:
    files = write(tmp_path / "card", strange.colours())
    rows = taken_in(catalogue, tmp_path / "card")
    assert {name: row.problem for name, row in rows.items() if row.problem} == {}
    assert all(read_or_refused(path) for path in files)
    tried("CMYK, 1 to 32 bit, float with holes, palette, animated, one pixel, a line", len(files), "all were read")


def test_exif_that_makes_no_sense_costs_only_itself(catalogue: Catalogue, tmp_path: Path, tried: Tried) -> None:
    files = write(tmp_path / "card", strange.odd_exif())
    rows = taken_in(catalogue, tmp_path / "card")
    assert {name: row.problem for name, row in rows.items() if row.problem} == {}
    assert all(read_or_refused(path) for path in files)
    for row in rows.values():
        assert row.taken_at is None or row.taken_at.year >= 1900
        assert row.latitude is None or abs(row.latitude) <= 90
        assert row.longitude is None or abs(row.longitude) <= 180
        assert len(row.photographer) <= 200
    tried("EXIF wrong, in circles, GPS off the earth, dates of the years 0 and 1", len(files), "the photos were read")


@linux
def test_what_is_no_photo_is_refused_within_bounds(catalogue: Catalogue, tmp_path: Path, tried: Tried) -> None:
    files = write(tmp_path / "card", strange.no_photos())
    begun = time.monotonic()
    with memory_within(MEGABYTES):
        rows = taken_in(catalogue, tmp_path / "card")
        for path in files:
            assert not read_or_refused(path), path.name
    assert time.monotonic() - begun < SECONDS * 3
    assert all(row.problem for name, row in rows.items() if name != "~good.jpg")
    assert "60000 x 60000" in rows["bomb.png"].problem
    assert rows["text.jpg"].problem == "text.jpg can't be read: it isn't a photo of a kind known here."
    tried("Empty files, text, pages, zips under a photo's name, bombs of 60,000 x 60,000", len(files), "all refused")


@linux
def test_names_that_a_disk_takes(catalogue: Catalogue, tmp_path: Path, tried: Tried) -> None:
    folder = tmp_path / "card"
    names = [name for name in strange.STRANGE_NAMES if "/" not in name]
    write(folder, ((name, strange.bytes_of("jpg", strange.scene(20, 20, n))) for n, name in enumerate(names)))
    rows = taken_in(catalogue, folder)
    assert set(names) <= rows.keys()
    assert not any(rows[name].problem for name in names)
    write(folder, ((f"bad {name}"[-255:], b"no photo") for name in names))
    workflow.add_photos(catalogue, [folder])
    problems = [row.problem for row in catalogue.photos(catalogue.photo_ids()) if row.problem]
    for problem in problems:
        assert_sentence(problem)
    workflow.export_kaggle(catalogue, tmp_path / "out.csv")
    assert {image for image, _ in read_submission(tmp_path / "out.csv")} >= set(names)
    tried("Names with line ends, marks right to left, markup, formulas, 255 bytes", len(names), "each has its row")


@linux
def test_a_name_that_is_no_text_has_its_row(catalogue: Catalogue, tmp_path: Path, tried: Tried) -> None:
    folder = tmp_path / "card"
    folder.mkdir()
    name = os.fsdecode(b"IMG_\xff\xfe.jpg")
    (folder / name).write_bytes(strange.bytes_of("jpg"))
    (folder / os.fsdecode(b"bad_\xff.jpg")).write_bytes(b"no photo")
    (folder / "good.jpg").write_bytes(strange.bytes_of("jpg", strange.scene(seed=5)))
    added = workflow.add_photos(catalogue, [folder])
    rows = catalogue.photos(catalogue.photo_ids())
    assert added.added == 1
    assert len(rows) == 3
    assert sorted(bool(row.problem) for row in rows) == [False, True, True]
    for failure in added.failed:
        assert_sentence(failure.sentence)
    tried("Names whose bytes are no text", 2, "each has its row with a reason")


@linux
def test_what_is_no_file_has_its_row(catalogue: Catalogue, tmp_path: Path, tried: Tried) -> None:
    folder = tmp_path / "card"
    folder.mkdir()
    odd = strange.odd_entries(folder)
    rows = taken_in(catalogue, folder)
    assert {path.name for path in odd.values()} <= rows.keys()
    for name in ("pipe.jpg", "zero.jpg"):
        assert "pipe or a device" in rows[name].problem
    for name in ("loop.jpg", "nowhere.jpg", "itself.jpg"):
        assert "leads to no photo" in rows[name].problem
    tried("Links in circles and to nowhere, pipes, devices", len(odd), "each has its row with a reason")


def test_folders_without_end_are_read(catalogue: Catalogue, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    top = deep = tmp_path / "card"
    deep.mkdir()

    def take_away() -> None:
        # From below: what takes a test's folder away afterwards calls itself for each folder, too often here.
        folder = deep
        (deep / "a.jpg").unlink(missing_ok=True)
        while folder != tmp_path:
            folder.rmdir()
            folder = folder.parent

    request.addfinalizer(take_away)
    # As deep as a path may be long, which is deeper than functions may call themselves.
    while len(os.fsencode(deep)) < (240 if sys.platform == "win32" else 3900):
        (deep / "d").mkdir()
        deep /= "d"
    (deep / "a.jpg").write_bytes(strange.bytes_of("jpg"))
    assert workflow.add_photos(catalogue, [top]).added == 1


def test_a_folder_that_cannot_be_listed_is_told_and_the_rest_is_added(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "card").mkdir()
    for name in ("open", "closed", "System Volume Information"):
        write(tmp_path / "card" / name, [("a.jpg", strange.bytes_of("jpg", strange.scene(seed=len(name))))])
    real = Path.iterdir

    def listed(self: Path) -> Iterator[Path]:
        if self.name in ("closed", "System Volume Information"):
            raise PermissionError(13, "Permission denied")
        return real(self)

    monkeypatch.setattr(Path, "iterdir", listed)
    added = workflow.add_photos(catalogue, [tmp_path / "card"])
    assert added.added == 1
    (failure,) = added.failed
    assert "closed can't be listed: Permission denied." in failure.sentence


def read_within_bounds(files: list[Path]) -> int:
    """How many of them are read."""
    with memory_within(MEGABYTES):
        return sum(read_or_refused(path) for path in files)


@linux
@pytest.mark.parametrize(("seed", "count"), [(1, 504), pytest.param(2, 14_000, marks=pytest.mark.soak)])
def test_mutated_photos(catalogue: Catalogue, tmp_path: Path, seed: int, count: int, tried: Tried) -> None:
    files = write(tmp_path / "card", strange.mutations(seed, count))
    rows = taken_in(catalogue, tmp_path / "card")
    # In a process of its own: what other tests left in this one grows meanwhile.
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:
        shown = alone.submit(read_within_bounds, files).result()
    assert len(rows) > 0.8 * count
    assert 0 < shown < count
    tried("Valid photos with bytes changed, cut and doubled", count, f"{shown:,} were still read, the rest refused")


def test_a_photo_damaged_behind_its_header_keeps_its_reason(
    catalogue: Catalogue, engine: Engine, tmp_path: Path
) -> None:
    whole = strange.bytes_of("png", strange.scene(400, 300))
    folder = tmp_path / "card"
    damaged = strange.bytes_of("bmp", strange.scene(400, 300))[:-9000]
    write(folder, [("damaged.bmp", damaged), ("whole.png", whole)])
    workflow.add_photos(catalogue, [folder])
    list(workflow.find_tails(catalogue, engine))
    rows = {row.path.name: row for row in catalogue.photos(catalogue.photo_ids())}
    assert rows["damaged.bmp"].problem == "damaged.bmp ends early, so it can't be searched."
    assert not rows["whole.png"].problem
    assert list(workflow.find_tails(catalogue, engine)) == []


@linux
def test_the_commands_go_on(
    small_program: Path, survey: Survey, tmp_path: Path, tried: Tried, capsys: pytest.CaptureFixture[str]
) -> None:
    """`whaleid identify` and `whaleid add` on a folder with all of it."""
    folder = tmp_path / "card"
    files = write(folder, [*strange.no_photos(), *strange.mutations(3, 7)])
    for photo in sorted(survey.new_dir.iterdir())[:2]:
        shutil.copy(photo, folder)
    odd = strange.odd_entries(folder)
    arguments = ["identify", "--known", str(survey.train_csv), "--known-photos", str(survey.known_dir)]
    out = tmp_path / "out.csv"
    assert cli.run([*arguments, "--new-photos", str(folder), "--out", str(out), "--device", "cpu"]) == 0
    rows = [image for image, _ in read_submission(out)]
    assert set(rows) >= {path.name for path in files} | {path.name for path in odd.values()}
    assert "Traceback" not in capsys.readouterr().err
    result = CliRunner().invoke(cli.app, ["new", str(tmp_path / "catalogue")])
    assert result.exit_code == 0, result.output
    assert cli.run(["add", str(tmp_path / "catalogue"), str(folder)]) == 0
    assert cli.run(["find-tails", str(tmp_path / "catalogue"), "--device", "cpu"]) == 0
    with Catalogue.open(tmp_path / "catalogue") as opened:
        assert all(row.problem or row.searched for row in opened.photos(opened.photo_ids()))
    tried("`whaleid identify` and `whaleid add` on a folder with all of these", len(rows), "each photo has its row")
