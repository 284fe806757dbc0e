"""What Models says of a package: its manifest and what was measured of it, in a person's words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whalegui.answers import percent
from whalegui.judging import Expected
from whaleid_core.calibrate import Calibration
from whaleid_core.packages import COMPARES, Found, Package

TASKS = {
    "ensemble": "Lets the networks vote together",
    "embed": "Compares tails with the known whales",
    "classify": "Chooses among the whales it was trained on",
    "detect": "Finds the tails in a photo",
}
"""What a package of each task does, in the order in which the list has them."""
MEASURED: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Held-out whales",
        (
            ("held_out_top1", "first right {share}"),
            ("held_out_auroc", "known told from new {hundredths} (1 is always, 0.5 is a guess)"),
            ("held_out_tails", "{whole} tails"),
        ),
    ),
    (
        "Hand-drawn boxes",
        (
            ("recall_50", "{share} of the tails found"),
            ("recall_75", "{share} closely"),
            ("mean_iou", "{share} overlap"),
            ("extra_boxes", "{tenths} boxes too many in 100 photos"),
            ("photos", "{whole} photos"),
        ),
    ),
    (
        "Small tails",
        (
            ("recall_at_10", "{share} found that fill a tenth of the width"),
            ("recall_at_20", "{share} a fifth"),
            ("recall_at_40", "{share} two fifths"),
        ),
    ),
    ("Empty sea", (("false_per_100_empty", "{tenths} false boxes in 100 frames"),)),
    ("Sample survey", (("recall_drawn", "{share} of the tails found"),)),
    ("A box counts", (("confidence", "from {share} sure on"),)),
    ("Time", (("milliseconds", "{whole} ms a photo on one core"),)),
    ("Trained", (("minutes", "{whole} minutes"), ("batches", "{whole} batches"), ("machine", "on {text}"))),
)
"""The lines of what was measured: a name, and what each number of `metrics` adds to it, in order."""
OTHERS = {"training_data": "Made from"}
"""Names of other keys of a manifest; one that isn't here is shown as it is written."""
_LARGEST = 1e12
"""Larger numbers are no measurement."""
_OWN_LINE = frozenset(
    {
        *("name", "version", "task", "architecture", "input", "length", "margin", "licence", "license", "metrics"),
        *("files", "members", "calibration", "held_out", "output", "classes"),
    }
)


@dataclass(frozen=True, slots=True)
class Voting:
    """Which packages take part in what the program suggests.

    Attributes:
        calibrated: the package whose calibration holds.
        members: labels of the networks that vote.
        there: labels of all networks that could.
    """

    calibrated: str = ""
    members: frozenset[str] = frozenset()
    there: frozenset[str] = frozenset()


def voting_of(found: Iterable[Found]) -> Voting:
    """Who votes, of what was found; for a worker thread."""
    from whaleid_core.engine import voting
    from whaleid_core.errors import WhaleIdError

    used = [one.package for one in found if one.package is not None and not one.problem]
    there = frozenset(package.label for package in used if package.task in COMPARES)
    try:
        calibrated, members = voting(used)
    except WhaleIdError:  # no network at all: nobody votes
        return Voting(there=there)
    return Voting(calibrated.label, frozenset(member.label for member in members), there)


def lines_of(found: Found, voting: Voting, expected: Expected) -> Iterator[tuple[str, str]]:
    """What the card of a package that was read says: name and value of each line."""
    package = found.package
    assert package is not None
    manifest = package.manifest
    yield "Does", TASKS.get(package.task, package.task)
    if not found.problem:
        yield from _votes(package, voting, expected)
    yield from measured(manifest.get("metrics"))
    if (held_out := _held_out(manifest.get("held_out"))) is not None:
        yield "Not trained on", held_out
    for key, value in manifest.items():
        if key not in _OWN_LINE:
            yield OTHERS.get(key, words(key)), told(value)
    if package.task != "ensemble":
        yield "Network", str(manifest["architecture"])
        yield "Input", f"{package.width} x {package.height} pixels, {'grey' if package.grey else 'colour'}"
    if package.classes:
        yield "Whales", f"{len(package.classes):,}"
    if package.length:
        yield "Embedding", f"{package.length} numbers"
    yield "Licence", str(manifest.get("licence") or manifest.get("license") or "–")
    yield "From", "Came with the program" if found.bundled else "Installed by you"
    if manifest["files"]:
        yield "Files", "Match the manifest"
    yield "Folder", str(package.folder)


def _votes(package: Package, voting: Voting, expected: Expected) -> Iterator[tuple[str, str]]:
    """Who votes together, and from when on a whale is called known."""
    if package.task == "ensemble":
        yield (
            "Vote together",
            "\n".join(
                member if member in voting.there else f"{member}: not installed, so this ensemble isn't used"
                for member in package.members
            ),
        )
    elif package.task in COMPARES:
        votes = "Yes" if package.label in voting.members else "No: the ensemble that is used doesn't name it"
        yield "Votes", votes
    if package.label == voting.calibrated:
        yield "Known", _known(package.manifest.get("calibration"), expected)


def _known(raw: Any, expected: Expected) -> str:
    try:
        threshold = Calibration.of(raw).threshold(expected.false_match_rate, expected.new_share)
    except (KeyError, TypeError, ValueError, AttributeError):
        return "No calibration that can be used, so tails can't be compared"
    return f"From {percent(threshold)} on, at your {expected.rate} false-match rate"


def _held_out(raw: Any) -> str | None:
    share = raw.get("share") if isinstance(raw, Mapping) else None
    return f"{_forms(share)['share']} of the whales: those that it is measured on" if share is not None else None


def measured(metrics: Any) -> Iterator[tuple[str, str]]:
    """What was measured, line by line; numbers that have no words here keep their names."""
    if not isinstance(metrics, Mapping):
        return
    left = dict(metrics)
    for name, parts in MEASURED:
        said = [words_.format(**_forms(left.pop(key))) for key, words_ in parts if key in left]
        if said:
            line = ", ".join(said)
            yield name, line[0].upper() + line[1:]
    for key, value in left.items():
        yield words(str(key)), told(value)


def _forms(value: Any) -> dict[str, str]:
    """A value in each of the forms that a line may want."""
    text = told(value)
    number = float(value) if isinstance(value, int | float) and abs(value) < _LARGEST else math.nan
    if math.isnan(number):
        return dict.fromkeys(("share", "whole", "tenths", "hundredths", "text"), text)
    return {
        "share": percent(number),
        "whole": f"{number:,.0f}",
        "tenths": f"{number:.1f}",
        "hundredths": f"{number:.2f}",
        "text": text,
    }


def words(key: str) -> str:
    """A manifest's key as a person reads it."""
    return key.replace("_", " ").capitalize()


def told(value: Any) -> str:
    """A manifest's value in one or more lines."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return "\n".join(f"{words(str(key))}: {told(item)}" for key, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(told(item) for item in value)
    return str(value) if value not in (None, "") else "–"
