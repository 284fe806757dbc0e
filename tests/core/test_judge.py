"""The judge of found boxes: its features against a slow oracle, its files, and what a fit to drawn tails learns."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whaleid_core.boxes import iou
from whaleid_core.errors import WhaleIdError
from whaleid_core.judge import ANSWERS, BINS, CELL, CELLS, FEATURES, MARGIN, SIDE, TailJudge, edges
from whaleid_core.packages import JUDGE, Package, read_package
from whaleid_core.photos import Pixels
from whaleid_core.records import Box
from whaleid_core.train import judge as fitting
from whaleid_core.train.tail_photos import TailPhoto, draw_tails


def photo(seed: int, width: int = 160, height: int = 120) -> Pixels:
    blots = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(blots, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def slow_edges(pixels: Pixels, box: Box) -> list[float]:
    """The same numbers, pixel by pixel."""
    left, top = max(0, int(box.xmin - MARGIN * box.width)), max(0, int(box.ymin - MARGIN * box.height))
    right = math.ceil(min(pixels.shape[1], box.xmax + MARGIN * box.width))
    bottom = math.ceil(min(pixels.shape[0], box.ymax + MARGIN * box.height))
    grey = cv2.cvtColor(np.ascontiguousarray(pixels[top:bottom, left:right]), cv2.COLOR_RGB2GRAY)
    square = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(float)
    cells = np.zeros((CELLS, CELLS, BINS))
    for y in range(SIDE):
        for x in range(SIDE):
            across = square[y, x + 1] - square[y, x - 1] if 0 < x < SIDE - 1 else 0.0
            down = square[y + 1, x] - square[y - 1, x] if 0 < y < SIDE - 1 else 0.0
            place = (math.atan2(down, across) % math.pi) * BINS / math.pi
            share = place - math.floor(place)
            for step, part in ((0, 1 - share), (1, share)):
                cells[y // CELL, x // CELL, (math.floor(place) + step) % BINS] += part * math.hypot(across, down)
    numbers: list[float] = []
    for y in range(CELLS - 1):
        for x in range(CELLS - 1):
            block = np.concatenate([cells[y, x], cells[y + 1, x], cells[y, x + 1], cells[y + 1, x + 1]])
            numbers += (block / (np.linalg.norm(block) + 0.255)).tolist()
    return [*numbers, math.log(box.width / box.height)]


@given(st.integers(0, 99), st.floats(0, 90), st.floats(0, 70), st.floats(8, 70), st.floats(8, 50))
def test_edges_are_what_a_slow_reading_of_the_pixels_gives(
    seed: int, left: float, top: float, across: float, down: float
) -> None:
    box = Box(left, top, left + across, top + down)
    found = edges(photo(seed), box)
    assert found.shape == (FEATURES,)
    # An edge between two directions may fall to either by rounding; its share of the other is nothing then.
    assert found == pytest.approx(slow_edges(photo(seed), box), abs=2e-3)


def test_flat_water_has_no_edges_and_light_on_dark_is_dark_on_light() -> None:
    box = Box(20, 20, 100, 60)
    assert not edges(np.full((120, 160, 3), 90, np.uint8), box)[:-1].any()
    assert edges(255 - photo(3), box) == pytest.approx(edges(photo(3), box), abs=0.05)


def test_chances_are_a_softmax_of_the_weighted_numbers() -> None:
    weights = np.random.default_rng(1).normal(size=(FEATURES + 1, ANSWERS)).astype(np.float32)
    box = Box(20, 20, 100, 60)
    judge = TailJudge(weights)
    scores = [
        sum(float(a) * float(b) for a, b in zip([*edges(photo(2), box), 1], column, strict=True))
        for column in weights.T
    ]
    expected = np.exp(scores) / np.exp(scores).sum()
    assert judge.chances(photo(2), box) == pytest.approx(expected, abs=1e-4)
    assert judge.tail(photo(2), box) == pytest.approx(1 - expected[-1], abs=1e-4)
    assert judge.upright(photo(2), box) == pytest.approx(expected[0] / expected[:4].sum(), abs=1e-4)


def test_weights_that_cannot_be_are_refused(tmp_path: Path) -> None:
    package = Package(tmp_path, {"name": "odd", "files": {JUDGE: ""}})
    for weights in (np.zeros((3, 5), np.float32), np.zeros((FEATURES + 1, ANSWERS)), np.array([{}])):
        np.save(tmp_path / JUDGE, weights, allow_pickle=True)
        with pytest.raises(WhaleIdError, match=r"odd was refused: its judge\.npy"):
            TailJudge.of(package)
    (tmp_path / JUDGE).write_bytes(b"nothing")
    with pytest.raises(WhaleIdError):
        TailJudge.of(package)
    assert TailJudge.of(Package(tmp_path, {"name": "plain", "files": {}})) is None


@pytest.fixture(scope="module")
def sketches() -> list[TailPhoto]:
    return draw_tails(40, 8)


@pytest.fixture(scope="module")
def judge(sketches: list[TailPhoto]) -> TailJudge:
    return fitting.fit_judge(sketches[:32], others=120, seed=3)


def test_a_fitted_judge_tells_tails_from_sea_and_upright_from_turned(
    judge: TailJudge, sketches: list[TailPhoto]
) -> None:
    tails, turns = [], []
    for sketch in sketches[32:]:
        for quarter, degrees in enumerate((0, 90, 180, 270)):
            pixels, box = fitting.turn(sketch.pixels(), Box(*sketch.box), degrees)
            tails.append(judge.tail(pixels, box) > 0.5)
            turns.append(int(judge.chances(pixels, box)[:4].argmax()) == quarter)
    rng = np.random.default_rng(9)
    sea = [not judge.tail(*view) > 0.5 for _ in range(20) for view in fitting.sea_views(sketches[0], rng)]
    assert np.mean(tails) > 0.9
    assert np.mean(turns) > 0.85
    assert np.mean(sea) > 0.75


def test_views_keep_the_box_on_the_tail(sketches: list[TailPhoto]) -> None:
    rng = np.random.default_rng(4)
    pixels = np.zeros((200, 300, 3), np.uint8)
    pixels[60:120, 90:240] = 255
    _, coded = cv2.imencode(".png", pixels)
    for _ in range(8):
        for quarter, (shown, box) in fitting.tail_views(TailPhoto(coded.tobytes(), (90, 60, 240, 120)), rng):
            rows, columns = np.nonzero(shown[..., 0] > 127)
            seen = Box(float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1))
            assert iou(seen, box) > 0.85
            assert (box.width > box.height) == (quarter % 2 == 0)
            assert iou(fitting.shaken(shown, box, rng), box) > 0.5


def test_a_judge_is_stored_with_its_hash(judge: TailJudge, tail_finder: Package, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / tail_finder.name
    shutil.copytree(tail_finder.folder, folder)
    fitting.store(judge, folder)
    kept = TailJudge.of(read_package(folder))
    assert kept is not None
    assert np.array_equal(kept.weights, judge.weights)


def test_turned_photos_are_counted_by_how_they_come_out() -> None:
    """Of what finds the turn by a bright upper edge, each photo comes out upright; of what never turns, none does."""
    pixels = np.zeros((30, 40, 3), np.uint8)
    pixels[:5] = 255
    _, coded = cv2.imencode(".png", pixels)
    photos = [TailPhoto(coded.tobytes(), (5.0, 5.0, 20.0, 15.0))] * 2

    def by_the_edge(shown: Pixels) -> tuple[int, list[Box]]:
        bright = [side.mean() for side in (shown[0], shown[:, 0], shown[-1], shown[:, -1])]
        return 90 * int(np.argmax(bright)), []

    right = {f"put_right_{degrees}": 1.0 for degrees in (90, 180, 270)}
    assert fitting.turns_found(by_the_edge, photos) == {"wrongly_turned": 0.0, **right}
    none = {name: 0.0 for name in right}
    assert fitting.turns_found(lambda _: (0, []), photos) == {"wrongly_turned": 0.0, **none}
