"""Makes an ensemble package: which members vote together, and the calibration of what they say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from whaleid_core.engine import Engine
from whaleid_core.errors import WhaleIdError
from whaleid_core.identify import Watch
from whaleid_core.packages import Package, write_package
from whaleid_core.train.calibrating import calibrated
from whaleid_core.train.crops import held_out_whales, identified, read_table
from whaleid_core.train.evaluate import look


def make_ensemble(
    engine: Engine, flukes: Path, folder: Path, name: str, version: str, watch: Watch | None = None
) -> Package:
    """Calibrate an engine's members together, with the boxes that it finds itself, and write that as a package.

    Args:
        engine: its members must have held the same whales out of their training.
        flukes: the folder that they were trained on.
        folder: the package's.

    Raises:
        WhaleIdError: the members don't say what they held out, or not the same.
    """
    share, seed = held_out_by([member.package for member in engine.members])
    held_out = held_out_whales(identified(read_table(flukes, ["train"])), share, seed)
    seen = look(engine, flukes, ["train"], watch)
    calibration, metrics = calibrated(seen.tails, seen.table["whale"].to_numpy(str), held_out, seed)
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {
        "name": name, "version": version, "task": "ensemble", "members": [member.name for member in engine.members],
        "licence": "AGPL-3.0-or-later", "held_out": {"share": share, "seed": seed},
        "calibration": calibration.as_dict(), "metrics": metrics,
    }  # fmt: skip
    return write_package(folder, manifest)


def held_out_by(members: Sequence[Package]) -> tuple[float, int]:
    """The share of the whales that all members held out, and the seed that drew them.

    Raises:
        WhaleIdError: they don't say, or differ.
    """
    said = {(own.get("share"), own.get("seed")) for own in (m.manifest.get("held_out", {}) for m in members)}
    if len(said) != 1 or None in (first := next(iter(said))):
        sentence = "The members of an ensemble must have held the same whales out of their training."
        raise WhaleIdError(sentence, "Train them with the same held_out and seed in their recipes.")
    return float(first[0]), int(first[1])
