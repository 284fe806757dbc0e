"""Finding tails: the geometry from photo to network and back, thresholds, the second look at the whole frame."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from whaleid_core.boxes import iou, suppress, turned
from whaleid_core.detect import (
    DOUBT,
    GREY,
    LARGE,
    OVERLAP,
    SURE,
    TailFinder,
    agreed,
    decoded,
    first_shown,
    letterbox,
    without_joint,
)
from whaleid_core.engine import Engine
from whaleid_core.judge import ANSWERS, FEATURES
from whaleid_core.packages import JUDGE, Package
from whaleid_core.photos import Pixels, read_pixels
from whaleid_core.records import Box, Drawer
from whaleid_core.sample import Survey

SIDE = 96
PACKAGE = Package(Path(), {"name": "white", "input": {"width": SIDE, "height": SIDE, "colour": "rgb"}})


@dataclass
class WhiteSpots:
    """A network of another kind: what is white in its input is a tail, as sure as it is told, if it sees all of it."""

    confidence: float = 0.9
    cut_too: bool = True
    device: str = "cpu"
    precision: str = "fp32"
    runs: int = 0

    def run(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.runs += 1
        assert pixels.shape == (1, SIDE, SIDE, 3)
        _, _, spots, _ = cv2.connectedComponentsWithStats((pixels[0].min(axis=2) > 180).astype(np.uint8))
        rows = [
            (x + w / 2, y + h / 2, w, h, self.confidence - number / 100)
            for number, (x, y, w, h, _) in enumerate(spots[1:])
            if self.cut_too or (x > 0 and y > 0 and x + w < SIDE and y + h < SIDE)
        ]
        return np.array(rows, np.float32).reshape(-1, 5).T[None]


def photo_with(width: int, height: int, *boxes: tuple[int, int, int, int]) -> Pixels:
    pixels = np.zeros((height, width, 3), np.uint8)
    for xmin, ymin, xmax, ymax in boxes:
        pixels[ymin:ymax, xmin:xmax] = 255
    return pixels


@st.composite
def photos(draw: st.DrawFn) -> tuple[int, int, tuple[int, int, int, int]]:
    """A size, and a box in it that is large enough to be seen in a small square."""
    width, height = draw(st.integers(60, 500)), draw(st.integers(60, 500))
    least = max(width, height) // 10 + 2
    xmin, ymin = draw(st.integers(0, width - least)), draw(st.integers(0, height - least))
    xmax, ymax = draw(st.integers(xmin + least, width)), draw(st.integers(ymin + least, height))
    return width, height, (xmin, ymin, xmax, ymax)


@given(photos(), st.sampled_from([1.0, 0.6, 0.3]))
def test_a_photo_lies_in_the_square_where_letterbox_says(
    photo: tuple[int, int, tuple[int, int, int, int]], share: float
) -> None:
    width, height, _ = photo
    square, factor, left, top = letterbox(photo_with(width, height, (0, 0, width, height)), SIDE, share)

    assert square.shape == (SIDE, SIDE, 3)
    assert factor == pytest.approx(SIDE * share / max(width, height))
    inside = (square == 255).all(axis=2)
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    assert (columns[0], rows[0]) == (left, top)
    assert columns[-1] + 1 - left == pytest.approx(width * factor, abs=0.51)
    assert rows[-1] + 1 - top == pytest.approx(height * factor, abs=0.51)
    assert (square[~inside] == GREY).all()


@given(photos())
def test_a_box_in_the_photo_is_found_where_it_is(photo: tuple[int, int, tuple[int, int, int, int]]) -> None:
    width, height, corners = photo
    (found,) = TailFinder(PACKAGE, WhiteSpots()).find(photo_with(width, height, corners))
    pixel = max(width, height) / SIDE  # of the square, in the photo
    assert found.corners == pytest.approx(corners, abs=1.6 * pixel)
    assert found.drawn_by is Drawer.DETECTOR
    assert 0 <= found.xmin < found.xmax <= width
    assert 0 <= found.ymin < found.ymax <= height


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 2000), (2000, 3), (SIDE, SIDE), (1, SIDE)])
def test_odd_photos_are_searched(width: int, height: int) -> None:
    square, *_ = letterbox(photo_with(width, height), SIDE)
    assert square.shape == (SIDE, SIDE, 3)
    assert TailFinder(PACKAGE, WhiteSpots()).find(photo_with(width, height)) == []


def test_a_tail_that_the_frame_cuts_is_found_from_outside() -> None:
    """The first look sees no whole tail; the second, at the photo drawn smaller, sees it on grey."""
    network = WhiteSpots(cut_too=False)
    (found,) = TailFinder(PACKAGE, network).find(photo_with(300, 200, (0, 0, 300, 200)))
    assert network.runs == 2
    assert found.disputed  # the first look saw nothing there
    assert found.corners == pytest.approx((0, 0, 300, 200), abs=6)


def test_boxes_of_less_than_the_confidence_are_no_tails() -> None:
    photo = photo_with(300, 200, (20, 20, 120, 120), (160, 20, 280, 120))
    assert len(TailFinder(PACKAGE, WhiteSpots(confidence=SURE + 0.1)).find(photo)) == 2
    assert TailFinder(PACKAGE, WhiteSpots(confidence=0.6 * SURE)).find(photo) == []
    assert len(TailFinder(PACKAGE, WhiteSpots(confidence=0.6 * SURE), 0.1).find(photo)) == 2


def test_the_first_look_that_shows_a_tail_is_the_last_one_taken() -> None:
    faint, sure = Box(0, 0, 9, 9, confidence=0.2), Box(1, 1, 9, 9, confidence=0.8)
    taken: list[int] = []

    def looks() -> Iterator[list[Box]]:
        for number, boxes in enumerate([[], [faint], [sure, faint], [faint]]):
            taken.append(number)
            yield boxes

    assert first_shown(looks(), 0.5) == [sure]
    assert taken == [0, 1, 2]
    assert first_shown([[faint], [sure], [sure]], 0.1) == [faint]
    assert first_shown([[], [], [sure]], 0.7) == []  # for parts need 0.85
    assert first_shown([[faint]], 0.5) == []
    assert first_shown([], 0.5) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_witnesses_agree_on_a_probability_between_theirs(chances: list[float]) -> None:
    found = agreed(*chances)
    assert min(max(min(chances), DOUBT), 1 - DOUBT) - 1e-9 <= found <= max(min(max(chances), 1 - DOUBT), DOUBT) + 1e-9
    assert agreed(*reversed(chances)) == pytest.approx(found)
    assert agreed(*(1 - chance for chance in chances)) == pytest.approx(1 - found)


def judged_package(folder: Path, weights: NDArray[np.float32]) -> Package:
    """The package of white spots with a judge."""
    np.save(folder / JUDGE, weights)
    return Package(folder, {**PACKAGE.manifest, "files": {JUDGE: ""}})


def weights_for(answer: int, strength: float = 4.0) -> NDArray[np.float32]:
    """A judge that gives one answer whatever it sees."""
    weights = np.zeros((FEATURES + 1, ANSWERS), np.float32)
    weights[-1, answer] = strength
    return weights


def test_what_the_judge_takes_for_sea_is_left_out_and_what_it_takes_for_a_tail_is_surer(tmp_path: Path) -> None:
    photo = photo_with(300, 200, (20, 20, 100, 60))
    doubtful = WhiteSpots(confidence=0.4)
    assert TailFinder(judged_package(tmp_path, weights_for(ANSWERS - 1)), doubtful).find(photo) == []
    (found,) = TailFinder(judged_package(tmp_path, weights_for(0)), doubtful, 0.5).find(photo)
    assert found.confidence > 0.6


def test_a_large_box_needs_no_judge(tmp_path: Path) -> None:
    photo = photo_with(300, 200, (20, 20, 220, 120))
    for answer in (0, ANSWERS - 1):
        (found,) = TailFinder(judged_package(tmp_path, weights_for(answer)), WhiteSpots(confidence=0.4)).find(photo)
        assert found.confidence == pytest.approx(agreed(0.4, LARGE))
        assert found.disputed == (answer == ANSWERS - 1)  # what it says is kept all the same


def test_a_small_box_is_seen_from_near_and_drawn_as_it_is_seen_there(tmp_path: Path) -> None:
    """What is a pixel and a half of the square is told to a third of a pixel."""
    network = WhiteSpots(confidence=0.5)
    corners = (401, 203, 441, 227)
    package = judged_package(tmp_path, weights_for(0))
    (near,) = TailFinder(package, network).find(photo_with(900, 600, *[corners]))
    assert network.runs == 2
    assert near.corners == pytest.approx(corners, abs=2.5)
    assert not near.disputed
    large = WhiteSpots(confidence=0.5)
    TailFinder(package, large).find(photo_with(900, 600, (100, 100, 700, 500)))
    assert large.runs == 1


def test_a_small_box_is_disputed_where_one_who_looks_again_sees_none(tmp_path: Path) -> None:
    class Farsighted(WhiteSpots):
        def run(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
            found = super().run(pixels)
            return found if self.runs == 1 else found[..., :0]

    photo = photo_with(900, 600, (401, 203, 441, 227))
    (unseen,) = TailFinder(judged_package(tmp_path, weights_for(0)), Farsighted(confidence=0.97), 0.5).find(photo)
    (denied,) = TailFinder(judged_package(tmp_path, weights_for(ANSWERS - 1, 2.0)), WhiteSpots(0.97), 0.5).find(photo)
    (agreed_on,) = TailFinder(judged_package(tmp_path, weights_for(0)), WhiteSpots(0.97), 0.5).find(photo)
    assert [box.disputed for box in (unseen, denied, agreed_on)] == [True, True, False]


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_turned_photo_comes_back_upright_with_its_boxes(tmp_path: Path, degrees: int) -> None:
    """The judge of this test says upright where the box is wide, and turned by 90 where it isn't."""
    weights = np.zeros((FEATURES + 1, ANSWERS), np.float32)
    weights[FEATURES - 1, 0], weights[FEATURES - 1, 1] = 8, -8
    weights[-1, -1] = -9
    finder = TailFinder(judged_package(tmp_path, weights), WhiteSpots())
    photo = photo_with(400, 300, (100, 100, 300, 180))
    turn, (box,) = finder.find_upright(np.ascontiguousarray(np.rot90(photo, -(degrees // 90))))
    assert (turn + degrees) % 180 == 0
    assert box.width > 2 * box.height
    expected = turned(Box(100, 100, 300, 180), 400, 300, (turn + degrees) % 360)
    assert box.corners == pytest.approx(expected.corners, abs=7)


def test_a_photo_stays_as_it_is_where_no_turn_is_certain(tmp_path: Path) -> None:
    photo = photo_with(400, 300, (100, 50, 160, 250))
    sideways = judged_package(tmp_path, weights_for(1))
    turn, boxes = TailFinder(sideways, WhiteSpots()).find_upright(photo)
    assert (turn, len(boxes)) == (0, 1)
    assert TailFinder(PACKAGE, WhiteSpots()).find_upright(photo)[0] == 0
    network = WhiteSpots()
    assert TailFinder(sideways, network).find_upright(photo_with(400, 300)) == (0, [])
    assert network.runs == 9  # as it is, the whole frame, four parts, and three turns


def test_a_tail_between_two_parts_is_given_whole_and_once() -> None:
    """The first look shows nothing; the second sees the same tail in several parts, cut by some."""

    class Shortsighted(WhiteSpots):
        def run(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
            found = super().run(pixels)
            return found if self.runs > 2 else found[..., :0]

    for left in range(0, 820, 90):
        corners = (left, 250, left + 80, 300)
        (found,) = TailFinder(PACKAGE, Shortsighted()).find(photo_with(900, 600, corners))
        assert iou(found, Box(*corners)) > 0.75


def detected(confidence: float, *corners: float) -> Box:
    return Box(*corners, Drawer.DETECTOR, confidence)


def test_a_box_around_two_tails_takes_the_place_of_neither() -> None:
    left, right = detected(0.84, 0, 10, 100, 60), detected(0.75, 110, 0, 200, 50)
    both = detected(0.8, 2, 2, 198, 58)
    assert suppress([left, both, right], OVERLAP) != [left, right]
    assert suppress(without_joint([left, both, right]), OVERLAP) == [left, right]


@pytest.mark.parametrize(
    "parts",
    [
        [detected(0.84, 0, 0, 100, 60)],  # one tail in a larger box
        [detected(0.84, 0, 0, 100, 60), detected(0.7, 10, 0, 105, 60)],  # the same tail twice
        [detected(0.84, 0, 0, 100, 60), detected(0.29, 110, 0, 200, 60)],  # what is hardly one
        [detected(0.39, 0, 0, 100, 60), detected(0.39, 110, 0, 200, 60)],  # two halves of what is surer
        [detected(0.84, 0, 0, 100, 60), detected(0.8, 150, 0, 300, 60)],  # another one that only reaches into it
        [detected(0.84, 0, 0, 198, 58), detected(0.8, 199, 0, 200, 60)],  # the same one, and its tip
    ],
)
def test_no_other_box_is_left_out(parts: list[Box]) -> None:
    boxes = [detected(0.8, 0, 0, 200, 60), *parts]
    assert without_joint(boxes) == boxes


@given(st.lists(st.tuples(*[st.floats(0, 100, width=16)] * 2, *[st.floats(1, 60, width=16)] * 2, st.floats(0, 1))))
def test_a_box_is_left_out_for_two_that_are_there(rows: list[tuple[float, ...]]) -> None:
    boxes = [detected(sure, x, y, x + w, y + h) for x, y, w, h, sure in rows]
    kept = without_joint(boxes)
    assert [box for box in boxes if box in kept] == kept
    for box in boxes:
        if box not in kept:
            inner = [one for one in boxes if one is not box and one.area < box.area and iou(one, box) > 0]
            assert len(inner) >= 2


def test_a_package_names_its_own_confidence() -> None:
    strict = Package(PACKAGE.folder, {**PACKAGE.manifest, "metrics": {"confidence": 0.8}})
    photo = photo_with(300, 200, (20, 20, 120, 120))
    assert TailFinder(strict, WhiteSpots(confidence=0.85)).find(photo)
    assert TailFinder(strict, WhiteSpots(confidence=0.79)).find(photo) == []
    assert TailFinder(strict, WhiteSpots()).confidence == 0.8


def test_the_surest_stands_first() -> None:
    photo = photo_with(300, 200, (160, 100, 280, 190), (20, 20, 120, 80))
    found = TailFinder(PACKAGE, WhiteSpots()).find(photo)
    assert [box.confidence for box in found] == sorted((box.confidence for box in found), reverse=True)


@given(
    st.lists(
        st.tuples(st.floats(-10, 100), st.floats(-10, 100), st.floats(-1, 50), st.floats(-1, 50), st.floats(0, 1.001)),
        max_size=6,
    ),
    st.floats(0.0625, 0.875, width=32),
)
def test_outputs_are_decoded_one_by_one(rows: list[tuple[float, ...]], least: float) -> None:
    output = np.array(rows, np.float32).reshape(-1, 5).T
    expected = [
        (x - w / 2, y - h / 2, x + w / 2, y + h / 2, min(1.0, score))
        for x, y, w, h, score in output.T.tolist()
        if score >= least and x + w / 2 > x - w / 2 and y + h / 2 > y - h / 2
    ]
    found = decoded(output, least)
    assert [(*box.corners, box.confidence) for box in found] == expected


def truth(survey: Survey, folder: str) -> dict[str, list[Box]]:
    """The boxes of each photo of the survey, as drawn."""
    drawn: dict[str, list[Box]] = {}
    with survey.truth_csv.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["folder"] == folder and row["xmin"]:
                xmin, ymin, xmax, ymax = (float(row[corner]) for corner in ("xmin", "ymin", "xmax", "ymax"))
                box = Box(xmin, ymin, xmax, ymax)
                drawn.setdefault(row["Image"], []).append(box)
    return drawn


def test_the_finder_that_ships_finds_drawn_tails(engine: Engine, survey: Survey) -> None:
    drawn = truth(survey, "known")
    hits = [
        any(iou(box, real) > 0.5 for box in engine.finder.find(read_pixels(survey.known_dir / name)))
        for name, boxes in drawn.items()
        for real in boxes
    ]
    assert len(hits) == 8
    assert sum(hits) >= 6
