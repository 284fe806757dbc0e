"""Simulated tails of whales: vectors of two members around a centre for each whale, keypoints that are told apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from whaleid_core.calibrate import Calibration
from whaleid_core.embed import unit
from whaleid_core.gallery import Queries
from whaleid_core.local import Keypoints
from whaleid_core.signs import SAYS
from whaleid_core.train.evaluate import Seen

CALIBRATION = Calibration(
    nearest=12.0, networks=8.0, points=0.8,
    known=dict(zip(SAYS, (-1.0, 6.0, 0.8, 0.3, -0.8, 0.5, -0.3, 0.0, 0.5), strict=True)),
    false_match={"0.01": 3.0, "0.05": 1.5, "0.1": 0.8, "0.5": -1.0},
)  # fmt: skip


def simulated(noise: float, seed: int = 2, members: int = 2, missed: tuple[str, ...] = ()) -> Seen:
    """12 whales known by one to three photos and met again, 8 of an unseen catalogue, 10 photos of new ones.

    Args:
        missed: images in which no tail was found.
    """
    rng = np.random.default_rng(seed)
    rows = [("train", f"w{i}", i) for i in range(12) for _ in range(1 + i % 3)]
    rows += [("test", f"w{i}", i) for i in range(12)]
    rows += [("unseen", f"u{i}", 12 + i) for i in range(8) for _ in range(1 + (i + 2) % 4)]
    rows += [("new", "new_whale", 20 + i) for i in range(10)]
    order = rng.permutation(len(rows))
    table = pd.DataFrame([rows[i][:2] for i in order], columns=["split", "whale"])
    table["image"] = [f"{i}.jpg" for i in range(len(rows))]
    index = np.array([rows[i][2] for i in order])
    vectors = []
    for _ in range(members):
        centres = unit(rng.normal(size=(30, 16)).astype(np.float32))
        vectors.append(unit(centres[index] + noise * unit(rng.normal(size=(len(rows), 16)).astype(np.float32))))
    # The first position names the whale: what `common_points` counts by.
    points = [
        Keypoints(np.array([[whale, 0]], np.float32), rng.integers(0, 255, (1, 128)).astype(np.uint8))
        for whale in index
    ]
    seen = ~table["image"].isin(missed).to_numpy(bool)
    rows_seen = np.flatnonzero(seen)
    tails = Queries(vectors, points, rng.uniform(0.3, 1.0, len(rows))).some(rows_seen)
    return Seen(table.iloc[rows_seen].reset_index(drop=True), tails, table[~seen].reset_index(drop=True))


def common_points(a: Keypoints, b: Keypoints) -> int:
    """As if local matching had found many points between two tails of one whale, and a few between others."""
    same = a.positions[0, 0] == b.positions[0, 0]
    return 30 + int(b.descriptors[0, 0]) % 20 if same else (int(a.descriptors[0, 0]) + 7 * int(b.descriptors[0, 1])) % 9
