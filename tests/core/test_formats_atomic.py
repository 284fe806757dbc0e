"""A file is written whole or not at all, and nothing is left beside it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.formats.atomic import atomic_write, write_all, write_bytes


def test_takes_the_place_of_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / ("고래 " + "x" * 240 + ".csv")[:80]
    path.write_text("old")
    path.chmod(0o640)
    with atomic_write(path) as file:
        file.write("고래\n")
        file.flush()
        assert path.read_text() == "old"
    assert path.read_bytes() == "고래\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_longest_names_work(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    with atomic_write(path) as file:
        file.write("new")
    assert path.read_text() == "new"


def break_off(file: TextIO) -> None:
    file.write("half")
    raise ZeroDivisionError


def test_failure_in_the_block_leaves_everything_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), atomic_write(path) as file:
        break_off(file)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_folder_missing(tmp_path: Path) -> None:
    with (
        pytest.raises(WhaleIdError, match=r"a\.csv couldn't be written") as caught,
        atomic_write(tmp_path / "no" / "a.csv"),
    ):
        pass
    assert caught.value.kind is Kind.ENVIRONMENT
    assert "folder" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_folder_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(WhaleIdError, match=r"a\.csv couldn't be written"), atomic_write(tmp_path / "a.csv") as file:
        file.write("new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_folder_read_only(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(WhaleIdError, match="couldn't be written") as caught, atomic_write(tmp_path / "a.csv"):
            pass
        assert caught.value.kind is Kind.ENVIRONMENT
    finally:
        tmp_path.chmod(0o700)


def fill(file: TextIO) -> None:
    """Puts a file on a disk without space and writes to it."""
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, file.fileno())
    os.close(full)
    file.write("x" * 100_000)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full")
def test_disk_full(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    with pytest.raises(WhaleIdError, match="couldn't be written") as caught, atomic_write(path) as file:
        fill(file)
    assert "Free some space" in caught.value.hint
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.csv").symlink_to(tmp_path / "real" / "a.csv")
    with atomic_write(tmp_path / "link.csv") as file:
        file.write("new")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real" / "a.csv").read_text() == "new"


@pytest.mark.skipif(os.name != "posix", reason="names are text there")
def test_names_that_are_no_text_keep_their_bytes(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xe9t\xe9.jpg")
    with atomic_write(tmp_path / "a.csv") as file:
        file.write(name)
    assert (tmp_path / "a.csv").read_bytes() == b"\xe9t\xe9.jpg"


def test_bytes_take_the_place_of_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_bytes(path, b"\x00new\xff")
    assert path.read_bytes() == b"\x00new\xff"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    with pytest.raises(WhaleIdError, match=r"b\.pdf couldn't be written") as caught:
        write_bytes(tmp_path / "no" / "b.pdf", b"new")
    assert caught.value.hint == "Make its folder first, or choose another one."
    assert list(tmp_path.iterdir()) == [path]


def test_many_files_appear_with_their_folders(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("old")
    write_all([(tmp_path / "new" / "deep" / "a.txt", "\u00e4\r\n"), (tmp_path / "b.txt", "new")])
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert files == ["b.txt", "new/deep/a.txt"]
    assert (tmp_path / "new" / "deep" / "a.txt").read_bytes() == "\u00e4\r\n".encode()
    assert (tmp_path / "b.txt").read_text() == "new"
    write_all([])


def test_many_files_or_none(tmp_path: Path) -> None:
    """The last one can't be written: its folder is a file."""
    (tmp_path / "b.txt").write_text("old")
    files = [(tmp_path / "new" / "a.txt", "new"), (tmp_path / "b.txt", "new"), (tmp_path / "b.txt" / "c.txt", "new")]
    with pytest.raises(WhaleIdError, match=r"c\.txt couldn't be written") as caught:
        write_all(files)
    assert caught.value.kind is Kind.ENVIRONMENT
    assert [path.name for path in tmp_path.iterdir()] == ["b.txt"]
    assert (tmp_path / "b.txt").read_text() == "old"


def test_what_comes_first_is_made_up_while_it_is_written(tmp_path: Path) -> None:
    """The texts may come from a generator that fails: nothing is written then."""

    def texts() -> Iterator[tuple[Path, str]]:
        yield tmp_path / "new" / "a.txt", "new"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_all(texts())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "Free some space on that disk, or choose another one."),
        (errno.EDQUOT, "Free some space on that disk, or choose another one."),
        (errno.EIO, "See that its disk is connected, or choose another one."),
        (errno.EACCES, "Close the file in other programs, or choose a folder that you may write to."),
        (None, "Close the file in other programs, or choose a folder that you may write to."),
    ],
)
def test_the_hint_fits_the_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int | None, hint: str
) -> None:
    error = OSError("the disk is sulking") if number is None else OSError(number, os.strerror(number))

    def fails(*_paths: object) -> None:
        raise error

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(WhaleIdError) as caught, atomic_write(tmp_path / "a.csv"):
        pass
    reason = "the disk is sulking" if number is None else os.strerror(number)
    assert caught.value.sentence == f"a.csv couldn't be written to {tmp_path}: {reason}."
    assert caught.value.hint == hint
    assert list(tmp_path.iterdir()) == []
