"""A file is written whole or not at all, and nothing is left beside it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TextIO

import pytest

from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.formats.atomic import atomic_write


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
