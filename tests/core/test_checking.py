"""The self-check on a catalogue: it reads what is decided, and heeds what people said of tails and whales."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from simulated_flukes import CALIBRATION

from whaleid_core import local
from whaleid_core.catalogue import Catalogue
from whaleid_core.checking import check_catalogue
from whaleid_core.classify import NO_TRAINED_HEADS
from whaleid_core.embed import unit
from whaleid_core.local import NO_KEYPOINTS
from whaleid_core.records import Box, Drawer, Photo, Verdict
from whaleid_core.self_check import Mistake, Proposal

TRUE = [whale for whale in range(8) for _ in range(4)]
"""Which whale each photo shows."""
LISTED = [f"HW{whale:04d}" for whale in TRUE]
"""What a list says: but for two mistakes the same."""
LISTED[2] = LISTED[3] = "HW0100"
LISTED[20] = "HW0007"


def engine() -> Any:
    """As much of an engine as the check asks of one: its photos are gone, so that it sees none."""
    return SimpleNamespace(
        name="one 1",
        members=[SimpleNamespace(name="one 1")],
        calibration=CALIBRATION,
        heads=NO_TRAINED_HEADS,
        detail=lambda boxes: np.full(len(boxes), 0.8),
        tails=lambda path, boxes, turned: SimpleNamespace(problem=f"No file {path}.", vectors=(), keypoints=()),
    )


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """32 known photos, each of one tail with its vector; the first whale's tails are the most alike."""
    rng = np.random.default_rng(3)
    middles = unit(rng.standard_normal((8, 48)).astype(np.float32))
    noise = np.where(np.array(TRUE) == 0, 0.1, 0.7).astype(np.float32)[:, None]
    vectors = unit(middles[TRUE] + noise * unit(rng.standard_normal((len(TRUE), 48)).astype(np.float32)))
    photos = [Photo(f"/sea/IMG_{n:02d}.jpg", f"{n:064x}", 600, 400, datetime(2020, 1, 1 + n % 28)) for n in range(32)]
    with Catalogue.create(tmp_path / "fjord") as made:
        made.add_photos(photos, "known", {p.content_hash: name for p, name in zip(photos, LISTED, strict=True)})
        names = {photo.name: photo.id for photo in made.photos(made.photo_ids())}
        for number in range(32):
            made.add_boxes(names[f"IMG_{number:02d}.jpg"], [Box(10, 10, 300, 150, Drawer.DETECTOR, 0.9)], "tails 1")
        tails = [made.tails(names[f"IMG_{number:02d}.jpg"])[0].id for number in range(32)]
        made.store_embeddings("one 1", dict(zip(tails, vectors, strict=True)))
        made.store_keypoints(local.KIND, dict.fromkeys(tails, NO_KEYPOINTS.to_bytes()))
        yield made


def proposals(catalogue: Catalogue, mistake: Mistake) -> list[Proposal]:
    return [one for one in check_catalogue(catalogue, engine()).proposals if one.mistake is mistake]


def pairs(found: list[Proposal]) -> list[set[str]]:
    return [{one.whale, one.like} for one in found]


def test_it_finds_what_a_list_got_wrong(catalogue: Catalogue) -> None:
    made = check_catalogue(catalogue, engine())
    assert (made.whales, made.trial.of) == (9, 32)
    assert {"HW0000", "HW0100"} in pairs(proposals(catalogue, Mistake.MISSED))
    [false] = [one for one in proposals(catalogue, Mistake.FALSE) if one.like == "HW0005"]
    assert catalogue.tail(int(false.tail)).whale == "HW0007"


def test_what_was_said_is_never_proposed_again(catalogue: Catalogue) -> None:
    [missed] = [one for one in proposals(catalogue, Mistake.MISSED) if {one.whale, one.like} == {"HW0000", "HW0100"}]
    [false] = [one for one in proposals(catalogue, Mistake.FALSE) if one.like == "HW0005"]
    catalogue.compare_tails(int(missed.tail), int(missed.other), same=False)
    catalogue.compare_tails(int(false.tail), int(false.other), same=True)
    catalogue.rename_whale(catalogue.whale_id("HW0100") or 0, "Salt")
    assert not any({"HW0000", "Salt"} == pair for pair in pairs(proposals(catalogue, Mistake.MISSED)))
    assert false.tail not in {one.tail for one in proposals(catalogue, Mistake.FALSE)}


def test_whales_of_one_photo_are_two(catalogue: Catalogue) -> None:
    photo = catalogue.photo_ids()[0]
    [tail] = catalogue.tails(photo)
    other = catalogue.draw_box(photo, Box(310, 200, 590, 390))
    catalogue.decide(next(iter(other.keys("tail"))), Verdict.SAME, "HW0100" if tail.whale == "HW0000" else "HW0000")
    assert {"HW0000", "HW0100"} not in pairs(proposals(catalogue, Mistake.MISSED))


def test_a_tail_that_can_not_be_read_is_left_out(catalogue: Catalogue) -> None:
    """One drawn by hand whose photo is gone: it has no vector, and the rest is checked."""
    photo = catalogue.photo_ids()[5]
    tail = catalogue.draw_box(photo, Box(310, 200, 590, 390))
    catalogue.decide(next(iter(tail.keys("tail"))), Verdict.NEW)
    assert check_catalogue(catalogue, engine()).trial.of == 32
