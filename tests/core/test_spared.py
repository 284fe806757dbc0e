"""Photographs, catalogues and models stay as they are under whatever name a table is to be written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import strange_photos as strange

from whaleid_core.catalogue import Catalogue
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.formats import tables
from whaleid_core.formats.atomic import write_all, write_bytes
from whaleid_core.packages import ONNX, WEIGHTS, Package


def test_what_is_no_text_is_not_written_over(tmp_path: Path, small_package: Package) -> None:
    """A photograph, a catalogue, a RAW file, a package: whatever name somebody types for a table."""
    files = {f"photo {kind}": strange.bytes_of(kind, strange.scene(60, 40, 1)) for kind in strange.KINDS}
    with Catalogue.create(tmp_path / "fjord"):
        pass
    files |= {name: (small_package.folder / name).read_bytes() for name in (ONNX, WEIGHTS)}
    files["catalogue.sqlite"] = (tmp_path / "fjord" / "catalogue.sqlite").read_bytes()
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / "link.csv").unlink(missing_ok=True)
        (tmp_path / "link.csv").symlink_to(tmp_path / name)
        writes: list[Callable[[Path], None]] = [
            lambda path: tables.write_table(path, [("a", "b")]),
            lambda path: write_all([(path, "a")]),
            lambda path: write_bytes(path, b"%PDF-1.4\0"),
        ]
        for write in writes:
            for path in (tmp_path / name, tmp_path / "link.csv"):
                with pytest.raises(WhaleIdError, match="stays as it is") as told:
                    write(path)
                assert told.value.kind is Kind.INPUT
                assert told.value.hint
        assert (tmp_path / name).read_bytes() == content
    assert {path.name for path in tmp_path.iterdir()} == {*files, "fjord", "link.csv"}


def test_a_page_takes_the_place_of_a_page_and_of_a_text(tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    for old in (b"%PDF-1.4 older \0", b"only words", b""):
        path.write_bytes(old)
        write_bytes(path, b"%PDF-1.4 newer \0")
        assert path.read_bytes() == b"%PDF-1.4 newer \0"
