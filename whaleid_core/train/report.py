"""The results of an evaluation in words: the table that is printed, and the page of the documentation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from whaleid_core.calibrate import FALSE_MATCH_RATE, NEW_SHARE
from whaleid_core.train.asking import DEFAULT, TEMPERATURE
from whaleid_core.train.evaluation import BINS, HALVINGS
from whaleid_core.train.measures import BANDS, RATES, Figure
from whaleid_core.train.results import Results

WORDS = {
    "map5": "MAP@5", "top1": "top-1", "top5": "top-5", "top10": "top-10", "auroc": "AUROC",
    "default_ahead": "the default ahead in MAP@5 by",
    "known_right": "known whales answered with their name", "known_wrong_whale": "known whales answered with another's",
    "known_called_new": "known whales called new", "new_right": "new whales called new",
    "new_called_known": "new whales answered with a name", "geometric_mean": "geometric mean of both answered rightly",
    "map5_known": "MAP@5 of known whales, new_whale among the candidates",
    "map5_new": "MAP@5 of new whales, new_whale among the candidates",
    "ece_known": "expected calibration error, that the whale is known",
    "ece_best": "expected calibration error, of the best candidate",
    "new_share": "share of new whales, which the probabilities were told",
    "confidence": "confidence from which a box counts", "recall_50": "tails found, IoU at least 0.5",
    "recall_75": "tails found, IoU at least 0.75", "mean_iou": "mean IoU of those found",
    "extra_boxes": "boxes beside the tail in 100 photos", "recall_at_10": "found where it fills 10 % of the width",
    "recall_at_20": "found where it fills 20 % of the width", "recall_at_40": "found where it fills 40 % of the width",
    "false_per_100_empty": "false boxes in 100 frames without a tail", "recall_drawn": "found in the sample survey",
    "milliseconds": "milliseconds of one core a photo", "wrongly_turned": "upright photos that would be turned",
    "put_right_90": "photos turned by 90 degrees that are put upright", "put_right_180": "turned by 180 degrees",
    "put_right_270": "turned by 270 degrees",
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A part of the table of results.

    Attributes:
        title: of it.
        rows: cells; the first row is the head.
        notes: below it.
    """

    title: str
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def text(self) -> str:
        """For a terminal."""
        widths = [max(len(row[column]) for row in self.rows) for column in range(len(self.rows[0]))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in self.rows]
        return "\n".join([self.title, *(line.rstrip() for line in lines), *self.notes])

    def markdown(self) -> str:
        """For the page."""
        head, *rows = [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in self.rows]
        table = "\n".join([f"### {self.title}", "", head, "|" + "---|" * len(self.rows[0]), *rows])
        return "\n\n".join([table, *self.notes])


def tables(results: Results) -> list[Table]:
    """The table of results, part by part."""
    names = ("map5", "top1", "top5", "top10", "default_ahead")
    made = [
        _by_system(results, "Known whales: test against train", "closed", names),
        _by_system(results, "New catalogue: each photo of unseen against all others", "unseen", names),
        _by_system(results, "Known or new: test and new against train", "open", ("auroc",)),
        _by_band(results),
        _answers(results),
        _misses(results),
        _listed("Calibration, the default, half of the whales of unseen out of the gallery", results.of("calibration")),
    ]
    if detector := results.of("detector"):
        made.append(_listed("Tail finder, on boxes drawn by hand and on composed frames", detector))
    return [*made, _origins(results)]


def cell(figure: Figure) -> str:
    """A figure with its interval."""
    if math.isnan(figure.low):
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _by_system(results: Results, title: str, part: str, names: Sequence[str]) -> Table:
    figures = {(one.system, one.name): one for one in results.of(part)}
    systems = dict.fromkeys(system for system, name in figures if name == names[0])
    rows = [[system, *(cell(figures[system, name]) for name in names)] for system in systems]
    return Table(title, [["system", *(WORDS[name] for name in names)], *rows])


def _by_band(results: Results) -> Table:
    figures = {(one.system, one.group): one for one in results.figures if one.part == "closed" and one.name == "map5"}
    bands = [band for band in BANDS if any(group == band for _, group in figures)]
    systems = dict.fromkeys(system for system, _ in figures)
    photos = {band: next(one.count for (_, group), one in figures.items() if group == band) for band in bands}
    head = ["system", *(f"{band} ({photos[band]} queries)" for band in bands)]
    rows = [[system, *(cell(figures[system, band]) for band in bands)] for system in systems]
    return Table("Known whales: MAP@5 by the whale's photos in the gallery", [head, *rows])


def _listed(title: str, figures: Sequence[Figure]) -> Table:
    return Table(title, [["figure", "value"], *([WORDS.get(one.name, one.name), cell(one)] for one in figures)])


def _answers(results: Results) -> Table:
    figures = [one for one in results.of("open") if one.system == DEFAULT and one.name != "auroc"]
    return _listed(f"Answers of the default at a false-match rate of {FALSE_MATCH_RATE:.0%}", figures)


def _misses(results: Results) -> Table:
    rows = []
    for rate in RATES:
        own = {one.name: cell(one) for one in results.of("open", f"{rate:.0%}")}
        rows.append([f"{rate:.0%}", own["false_match_rate"], own["miss_rate"], own["miss_rate_at_quantile"]])
    head = ["false matches accepted", "that came out", "known whales missed then", "missed where just so many come out"]
    return Table("Known whales missed, the default", [head, *rows])


def _origins(results: Results) -> Table:
    data = list(dict.fromkeys(one.training_data for one in results.origins.values() if one.training_data))
    rows = []
    for system, one in results.origins.items():
        trained_on = f"data {data.index(one.training_data) + 1}" if one.training_data else ""
        cells = (one.recipe, trained_on, one.seed, one.machine, f"{one.minutes:g}" if one.minutes else "")
        rows.append([system, *(said or "not told" for said in cells)])
    head = ["row", "recipe and version", "training data", "seed", "trained on", "minutes of training"]
    notes = [f"Data {number}: {words}" for number, words in enumerate(data, start=1)]
    return Table("Where each row comes from", [head, *rows], notes)


def summary(results: Results) -> str:
    """What was measured on what, in a paragraph."""
    n = results.counts
    lost = ", ".join(f"{n[f'{split}_without_tail']} of {split}" for split in ("train", "test", "unseen", "new"))
    said = (
        f"Measured on {n['test']} photos of known whales against {n['train']} photos of {n['train_whales']} whales, "
        f"{n['unseen']} photos of {n['unseen_whales']} whales never trained on among themselves, and {n['new']} photos "
        f"of new whales, with the boxes that the program found itself; no tail was found in {lost}. Measured by "
        f"{results.machine}, in {results.minutes:.0f} minutes."
    )
    if results.quick is not None:
        said += f" Only tried on about {results.quick} queries a split and small galleries: all figures are too good."
    return said


def page(results: Results, pictures: str = "") -> str:
    """The page of the documentation, in Markdown.

    Args:
        pictures: the folder of the pictures as seen from the page; none are shown where it is empty.
    """
    parts = ["# Results", summary(results), "## The table", *(table.markdown() for table in tables(results))]
    if pictures:
        parts.append("## Pictures")
        parts += [f"![{words}]({pictures}/{name})" for name, words in PICTURES.items()]
    return "\n\n".join([*parts, NOTES, SPEED, REPEAT]) + "\n"


PICTURES = {
    "known_and_new.png": "Known whales called known, and named rightly, against new whales called known",
    "reliability.png": "How often what is said to be so probable is so",
    "by_photos.png": "MAP@5 by the whale's photos in the gallery",
}
"""File name -> what is to be seen."""

NOTES = f"""## How to read this

- *Known whales* are the photos of the split test, looked for among those of train. *New catalogue* takes each photo of
  an unseen whale with two or more photos and looks for it among all other unseen ones. A photo in which no tail was
  found counts as missed in both, and stands in the gallery in whole, as in `whaleid identify`.
- *Known or new* asks whether test photos look more known than photos of new whales: the area under the curve. The
  default is asked by its odds that the whale is known, each other system by its best score; photos without a tail are
  left out there. In the answers below it they count as neither known nor new.
- In brackets: the 95 % interval of a bootstrap over whales, 1,000 draws; each photo of a new whale counts as a whale.
- Each single member, *nearest photos* and the two ensembles rank by what the networks say: a member by the mean of its
  similarity to the whale's nearest photo and to the whale's mean vector; *nearest photos* by the nearest photo alone;
  the ensembles by the mean vectors (gallery heads), one by the mean of the members' softmax at a temperature of
  {TEMPERATURE}, the other by the mean of their raw outputs. The fused rows weigh all that by the calibration, the
  default with the points that local matching found.
- A known whale is missed when it isn't answered with its name: another is put first, or the answer is unsure or new.
  MAP@5 of known and of new whales takes new_whale as a candidate, as Kaggle counts, with a share of new whales of
  {NEW_SHARE} expected.
- The calibration's error is the mean over {BINS} bins of equal mass, averaged over {HALVINGS} random halves of unseen's
  whales that stay in the gallery. The share of new whales there is known, and the probabilities were told it."""

SPEED = """## How fast it is

How long a search and a photo take against what one would do instead, and how time and memory grow with the tails and
the photos, is measured and drawn in [speed.md](speed.md)."""

REPEAT = """## To repeat it

```
pip install 'whalegui[torch]'
whaleid evaluate --flukes DIR --out docs/results --page docs/results.md
```

DIR holds photographs of Kaggle's 2019 competition with `photos.csv` (image, whale, split, tail box) and, for the tail
finder, `hand_boxes.csv`. The photographs carry no open licence and don't come with the program. The same command writes
each figure with its interval and its origin to `results.csv`, and the points of the pictures to `results.json`."""
