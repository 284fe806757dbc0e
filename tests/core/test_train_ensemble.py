"""An ensemble package is calibrated on what its members held out, with the boxes that the engine finds itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn_flukes import draw_flukes
from small_packages import small_embedder

from whaleid_core import cli
from whaleid_core.engine import load_engine
from whaleid_core.errors import WhaleIdError
from whaleid_core.packages import Package, read_package, write_package
from whaleid_core.train.ensemble import held_out_by, make_ensemble


def like(package: Package, folder: Path, **changes: object) -> Package:
    """The same network under other words."""
    folder.mkdir()
    for name in package.manifest["files"]:
        (folder / name).write_bytes((package.folder / name).read_bytes())
    return write_package(folder, {**package.manifest, **changes})


def test_members_that_held_the_same_whales_out_are_calibrated_together(
    small_package: Package, tail_finder: Package, tmp_path: Path
) -> None:
    said = {"share": 0.5, "seed": 3}
    one = like(small_package, tmp_path / "one", held_out=said)
    two = like(small_package, tmp_path / "two", version="2", held_out=said)
    engine = load_engine("cpu", [tail_finder, one, two])

    package = make_ensemble(engine, draw_flukes(tmp_path / "flukes"), tmp_path / "both", "both", "1")

    assert (package.task, package.members) == ("ensemble", ("small 1", "small 2"))
    assert package.manifest["held_out"] == said
    assert package.manifest["metrics"]["held_out_tails"] > 0
    together = load_engine("cpu", [tail_finder, one, two, package])
    assert together.calibration.as_dict() == package.manifest["calibration"]


def test_members_that_held_out_other_whales_make_no_ensemble(tmp_path: Path) -> None:
    one = small_embedder(tmp_path / "one")
    two = like(one, tmp_path / "two", held_out={"share": 0.1, "seed": 2})
    silent = like(one, tmp_path / "silent", held_out={})
    assert held_out_by([one, one]) == (0.1, 1)
    for members in ([one, two], [one, silent], [silent]):
        with pytest.raises(WhaleIdError, match="held the same whales out"):
            held_out_by(members)


def test_the_command_writes_the_package(
    small_program: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flukes = draw_flukes(tmp_path / "flukes")
    member = like(read_package(small_program / "small"), tmp_path / "one", held_out={"share": 0.5, "seed": 3})

    assert cli.run(["ensemble", str(member.folder), "--photos", str(flukes), "--out", str(tmp_path / "alone")]) == 0

    assert read_package(tmp_path / "alone").members == ("small 1",)
    assert "held_out_top1" in capsys.readouterr().out
