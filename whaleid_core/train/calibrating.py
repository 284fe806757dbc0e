"""Fits a package's calibration on the whales that took part in no training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whaleid_core.calibrate import Calibration, fit
from whaleid_core.errors import WhaleIdError
from whaleid_core.gallery import Evidence, Queries
from whaleid_core.identify import SHORTLIST
from whaleid_core.match import Count, search, shortlist, with_points
from whaleid_core.signs import SAYS
from whaleid_core.train.asking import among, remembering
from whaleid_core.train.metrics import ranks

SHARES = (1.0, 1.0, 0.3, 0.1, 0.0)
"""How many of the whales of the training are in each gallery that is asked, beside half of the held-out whales, which
are drawn anew: catalogues are of all sizes, and in a small one any whale looks likelier."""
KEPT = 200
"""How many of a tail's best whales the fit is given: all columns of all splits would be large."""
UNFITTED = Calibration(
    nearest=10.0, networks=10.0, points=0.5,
    known=dict.fromkeys(SAYS, 0.0),
    false_match={"0.05": 0.0}, new_share=0.3,
)  # fmt: skip
"""For networks that held no whale out, as in the study: what they say stands as it is; known begins at one half."""


def check_held_out(whales: Sequence[str], held_out: frozenset[str]) -> None:
    """Whether the held-out whales can be split into known and new ones.

    Args:
        whales: the whale of each photo.

    Raises:
        WhaleIdError: there are fewer than two, or none with two photos.
    """
    photos = Counter(whale for whale in whales if whale in held_out)
    if len(photos) < 2 or max(photos.values()) < 2:
        sentence = "The whales that are held out of the training are too few to calibrate with."
        raise WhaleIdError(sentence, "Hold out two or more, one of them with two photos: raise held_out in the recipe.")


def calibrated(
    tails: Queries, whales: NDArray[np.str_], held_out: frozenset[str], seed: int
) -> tuple[Calibration, dict[str, float]]:
    """Fit on held-out whales, half of which are in the gallery, among all the whales of the training.

    Args:
        tails: of all photos.
        whales: (tails,) their whales.
        held_out: the whales that took part in no training.

    Returns the calibration, and how good it is on the tails it was fitted on.

    Raises:
        WhaleIdError: the held-out whales are too few.
    """
    from sklearn.metrics import roc_auc_score

    check_held_out(whales.tolist(), held_out)
    rng = np.random.default_rng(seed)
    count = remembering()
    parts = [_split(tails, whales, held_out, share, rng, count) for share in SHARES]
    depth = min(part.evidence.networks.shape[1] for part in parts)  # small galleries differ in their number of whales
    evidence = _joined([part.evidence for part in parts], depth)
    own = np.concatenate([np.minimum(part.own, depth - 1) for part in parts])
    detail = np.concatenate([part.detail for part in parts])
    calibration = fit(evidence, own, detail)
    is_known = own >= 0
    chance = calibration.chance_known(calibration.odds(evidence, detail))
    first = ranks(calibration.logits(evidence), own)[is_known] == 1
    return calibration, {
        "held_out_auroc": float(roc_auc_score(is_known, chance)),
        "held_out_top1": float(first.mean()),
        "held_out_tails": float(len(is_known)),
    }


@dataclass(frozen=True)
class _Part:
    """Query tails of one split.

    Attributes:
        evidence: of the best `KEPT` whales of each, the own one among them: its columns mean other whales in each row.
        own: the column of each tail's own whale, -1 where it is not in the gallery.
        detail: of each.
    """

    evidence: Evidence
    own: NDArray[np.intp]
    detail: NDArray[np.float64]


def _split(
    tails: Queries,
    whales: NDArray[np.str_],
    held_out: frozenset[str],
    share: float,
    rng: np.random.Generator,
    count: Count,
) -> _Part:
    """Evidence of the held-out whales' tails against a gallery that holds half of those with several photos, and a
    share of all other whales.

    Of whales in the gallery each tail is compared with all others, itself left out: taking several of a whale's photos
    out at once would make the right whale look as if it had fewer photos than the others.
    """
    several = [whale for whale in sorted(held_out) if (whales == whale).sum() > 1]
    known = rng.permutation(several)[: (len(several) + 1) // 2].tolist()
    others = rng.permutation(sorted(set(whales.tolist()) - held_out))
    others = others[: round(share * len(others))]
    is_held_out = np.isin(whales, sorted(held_out))
    every = among(whales, tails, np.isin(whales, [*known, *others.tolist()]))
    numbers = np.flatnonzero(is_held_out)
    asked = every.queries.some(numbers)
    evidence = search(every.gallery, asked.vectors, asked.rows)
    # Shortlisted by plain similarity: the weights that the program shortlists with are what is being fitted.
    best = shortlist(evidence.scores, SHORTLIST)
    evidence = with_points(every.gallery, evidence, best, asked, count)
    return _Part(*_kept(evidence, every.own[numbers]), asked.detail)


def _kept(evidence: Evidence, own: NDArray[np.intp]) -> tuple[Evidence, NDArray[np.intp]]:
    """The columns of each tail's best whales, its own as the last one where it is not among the best."""
    columns = shortlist(evidence.scores, KEPT)
    missing = (own >= 0) & ~(columns == own[:, None]).any(1)
    columns[missing, -1] = own[missing]
    taken: dict[str, Any] = {
        name: np.take_along_axis(getattr(evidence, name), columns, axis=1)
        for name in ("nearest", "networks", "photos", "points")
    }
    votes = np.stack([_column(columns, vote) for vote in evidence.votes])
    return replace(evidence, votes=votes, pointed={}, **taken), _column(columns, own)


def _column(columns: NDArray[np.intp], wanted: NDArray[np.intp]) -> NDArray[np.intp]:
    """Where each row of columns holds the wanted one, -1 where it doesn't."""
    hit = columns == wanted[:, None]
    return np.where(hit.any(1), hit.argmax(1), -1)


def _joined(parts: Sequence[Evidence], depth: int) -> Evidence:
    """The evidence of several splits, one below the other, cut to so many columns."""

    def below(name: str) -> NDArray[Any]:
        return np.concatenate([_cut(getattr(part, name), depth) for part in parts])

    votes = np.concatenate([part.votes for part in parts], axis=1)
    among = np.concatenate([part.among for part in parts])
    return Evidence(below("nearest"), below("networks"), votes, below("photos"), below("points"), among)


def _cut(table: NDArray[Any], depth: int) -> NDArray[Any]:
    """The first columns, and the last one as the last of them: a tail's own whale may stand there."""
    return table if table.shape[1] <= depth else np.concatenate([table[:, : depth - 1], table[:, -1:]], axis=1)
