"""Makes an ensemble package: which members vote together, and the calibration of what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from whaleid_core.engine import Engine
from whaleid_core.errors import WhaleIdError
from whaleid_core.identify import Watch
from whaleid_core.packages import Package, write_package
from whaleid_core.train.calibrating import UNFITTED, calibrated
from whaleid_core.train.crops import held_out_whales, identified, read_table
from whaleid_core.train.evaluate import look


def make_ensemble(
    engine: Engine,
    flukes: Path,
    folder: Path,
    name: str,
    version: str,
    watch: Watch | None = None,
    vote: str = "probabilities",
) -> Package:
    """Calibrate an engine's members together, with the boxes that it finds itself, and write that as a package.

    Args:
        engine: those of its members that search the gallery must have held the same whales out of their training;
            members with trained heads say what they say, and need no calibration.
        flukes: the folder that they were trained on.
        folder: the package's.
        vote: "probabilities" or "outputs": what is averaged of members with trained heads, where all have one.

    Raises:
        WhaleIdError: the members don't say what they held out, or not the same.
    """
    members = [member.package for member in engine.members]
    called = {"name": name, "version": version} | ({"vote": vote} if engine.heads.trained else {})
    if vote == "outputs" and len({member.classes for member in members}) > 1:
        raise WhaleIdError("Raw outputs have a mean only where all members know the same whales.", "Leave --vote out.")
    if all(member.classes for member in members):
        return write_ensemble(members, folder, called | {"calibration": UNFITTED.as_dict()})
    searching = engine.heads.searching(len(members))
    share, seed = held_out_by([members[number] for number in searching])
    held_out = held_out_whales(identified(read_table(flukes, ["train"])), share, seed)
    seen = look(engine, flukes, ["train"], watch)
    tails = replace(seen.tails, vectors=[seen.tails.vectors[number] for number in searching])
    calibration, metrics = calibrated(tails, seen.table["whale"].to_numpy(str), held_out, seed)
    said = {"held_out": {"share": share, "seed": seed}, "calibration": calibration.as_dict(), "metrics": metrics}
    return write_ensemble(members, folder, called | said)


def write_ensemble(members: Sequence[Package], folder: Path, said: Mapping[str, Any]) -> Package:
    """Write the package of an ensemble.

    Args:
        said: what the manifest says besides, e.g. name, version, calibration and vote.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fixed = {"task": "ensemble", "members": [member.label for member in members], "licence": "AGPL-3.0-or-later"}
    return write_package(folder, {**fixed, **said})


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
