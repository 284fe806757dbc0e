"""Local matching: the same marks are found again in another view, those of another fluke or a mirrored one aren't."""

from __future__ import annotations

import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from whaleid_core import local
from whaleid_core.local import HEIGHT, WIDTH, Keypoints, agreement, cut, keypoints
from whaleid_core.photos import Pixels
from whaleid_core.records import Box

MIDDLE = WIDTH / 2, HEIGHT / 2
EDGE = 1e-5
"""Nearer than so to a limit, single precision decides."""


def fluke(seed: int) -> Pixels:
    """A crop full of blots, some fine, some coarse, that no other seed gives."""
    rng = np.random.default_rng(seed)
    layers = [cv2.GaussianBlur(rng.normal(size=(HEIGHT, WIDTH)), (0, 0), blur) * blur for blur in (2, 4, 8)]
    return np.asarray((120 + 40 * np.sum(layers, axis=0)).clip(0, 255), np.uint8)


def seen_otherwise(
    crop: Pixels, scale: float = 1.0, turn: float = 0.0, x: float = 0.0, y: float = 0.0, stretch: float = 1.0
) -> tuple[Pixels, NDArray[np.float64]]:
    """The crop in another view, and the map (2, 3) from its places to those there."""
    matrix = cv2.getRotationMatrix2D(MIDDLE, turn, scale)
    matrix[0] = matrix[0] * stretch + np.array([0, 0, MIDDLE[0] * (1 - stretch)])
    matrix[:, 2] += x, y
    return np.asarray(cv2.warpAffine(crop, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT), np.uint8), matrix


def some_points(positions: NDArray[np.float32], seed: int = 0) -> Keypoints:
    """Points whose descriptors are unlike each other's and the same for the same seed."""
    return Keypoints(positions, np.random.default_rng(seed).integers(0, 30, (len(positions), 128), dtype=np.uint8))


def spread(count: int, seed: int = 0) -> NDArray[np.float32]:
    return (np.random.default_rng(seed).random((count, 2)) * (WIDTH, HEIGHT)).astype(np.float32)


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"scale": 1.12},
        {"scale": 0.88, "x": 12, "y": -9},
        {"turn": 6},
        {"turn": -5, "stretch": 0.88},
        {"stretch": 1.12, "x": -20, "y": 10},
    ],
)
def test_the_same_fluke_in_another_view_agrees_where_its_marks_went(view: dict[str, float]) -> None:
    crop = fluke(1)
    other, matrix = seen_otherwise(crop, **view)
    found = agreement(keypoints(crop), keypoints(other))
    assert found.points == len(found.pairs) > 60
    went = found.pairs[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    assert np.median(np.linalg.norm(went - found.pairs[:, 2:], axis=1)) < 1.5


def test_brightness_contrast_and_noise_do_little() -> None:
    crop = fluke(1)
    dim = (crop * 0.4 + 20 + np.random.default_rng(0).normal(0, 2, crop.shape)).clip(0, 255).astype(np.uint8)
    assert agreement(keypoints(crop), keypoints(dim)).points > 60


def test_another_fluke_and_a_mirrored_one_agree_in_next_to_nothing() -> None:
    own = keypoints(fluke(1))
    for other in (fluke(2), fluke(3), fluke(1)[:, ::-1].copy(), fluke(1)[::-1].copy(), np.rot90(fluke(1), 2).copy()):
        assert agreement(own, keypoints(other)).points < 15


def test_the_same_pair_gives_the_same_answer_in_either_order_and_from_any_thread() -> None:
    a, b = keypoints(fluke(1)), keypoints(seen_otherwise(fluke(1), 1.1, 4)[0])
    found = agreement(a, b)
    with ThreadPoolExecutor(4) as pool:
        assert all(np.array_equal(again.pairs, found.pairs) for again in pool.map(lambda _: agreement(a, b), range(8)))
    back = agreement(b, a)
    assert {tuple(pair) for pair in back.pairs.tolist()} == {
        (x2, y2, x1, y1) for x1, y1, x2, y2 in found.pairs.tolist()
    }


@given(st.integers(0, 130), st.integers(0, 130), st.integers(0, 99))
@example(63, 58, 63)
def test_points_that_look_alike_are_those_that_plain_loops_find(mine: int, others: int, seed: int) -> None:
    """Each other's nearest within the ellipse, both clearly so; whatever band they are compared in."""
    rng = np.random.default_rng(seed)
    a = some_points(spread(mine, seed), seed)
    copied = rng.integers(0, max(mine, 1), others) if mine else np.zeros(0, int)
    kept = a.descriptors[copied].astype(int) + rng.integers(-3, 4, (len(copied), 128))
    places = (a.positions[copied] + rng.normal(0, 60, (len(copied), 2))).astype(np.float32)
    b = Keypoints(places, kept.clip(0, 255).astype(np.uint8))
    units = [
        (one := points.descriptors.astype(float)) / np.linalg.norm(one, axis=1, keepdims=True) for points in (a, b)
    ]
    apart = np.square((a.positions[:, None] - b.positions) / local._REACH).sum(axis=2)
    assume(np.abs(apart - 1).min(initial=1) > EDGE)  # what lies on the edge of the ellipse is in or out by rounding
    near = np.where(apart < 1, units[0] @ units[1].T, -np.inf)
    by_hand = []
    for i, j in np.argwhere(np.isfinite(near)).tolist():
        row, column = np.delete(near[i], j), np.delete(near[:, j], i)
        second = max(row.max(initial=-np.inf), column.max(initial=-np.inf))
        assume(abs(1 - near[i, j] - local._RATIO**2 * (1 - second)) > EDGE)
        if near[i, j] > second and 1 - near[i, j] < local._RATIO**2 * (1 - second):
            by_hand.append((*a.positions[i].tolist(), *b.positions[j].tolist()))
    assert local._alike(a, b).tolist() == [list(pair) for pair in by_hand]


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (3, 3), (15, 400), (16, 16), (17, 33), (HEIGHT, WIDTH)])
@pytest.mark.parametrize("grey", [0, 9, 255])
def test_a_flat_crop_has_no_points_and_agrees_with_nothing(shape: tuple[int, int], grey: int) -> None:
    none = keypoints(np.full(shape, grey, np.uint8))
    assert (len(none), none.positions.shape, none.descriptors.shape) == (0, (0, 2), (0, 128))
    for other in (none, keypoints(fluke(1)), some_points(spread(1))):
        assert agreement(none, other).pairs.shape == agreement(other, none).pairs.shape == (0, 4)


@pytest.mark.parametrize("shape", [(1, 1), (2, 9), (16, 16), (16, 3000), (40, 25), (600, 900)])
def test_crops_of_any_size_have_points_within_them(shape: tuple[int, int]) -> None:
    noise = cv2.GaussianBlur(np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8), (0, 0), 2)
    found = keypoints(noise)
    assert len(found) <= local.LIMIT
    assert np.isfinite(found.positions).all()
    assert (found.positions >= 0).all()
    assert (found.positions <= shape[::-1]).all()
    assert found.positions.dtype == np.float32
    assert found.descriptors.dtype == np.uint8


def test_points_are_the_strongest_and_each_place_and_size_counts_once() -> None:
    found = keypoints(fluke(1))
    assert len(found) == local.LIMIT
    lengths = np.linalg.norm(found.descriptors.astype(float), axis=1)
    assert lengths.std() / lengths.mean() < 0.02, "RootSIFT is of one length"


def test_the_crop_is_grey_of_the_matchers_size_whatever_the_photo_is() -> None:
    photo = np.random.default_rng(3).integers(0, 256, (90, 160, 3), dtype=np.uint8)
    box = Box(20, 10, 140, 70)
    crop = cut(photo, box)
    assert crop.shape == (HEIGHT, WIDTH)
    assert crop.dtype == np.uint8
    luma = np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), np.uint8)
    np.testing.assert_array_equal(cut(luma, box), crop)
    np.testing.assert_array_equal(cut(luma, Box(40, 20, 280, 140), scale=0.5), crop)


@given(st.integers(0, 40), st.integers(0, 99))
def test_keypoints_come_back_from_bytes(count: int, seed: int) -> None:
    points = some_points(spread(count, seed), seed)
    again = Keypoints.from_bytes(points.to_bytes())
    np.testing.assert_array_equal(again.descriptors, points.descriptors)
    np.testing.assert_allclose(again.positions, points.positions, atol=1 / 128)
    assert again.positions.dtype == np.float32
    assert again.positions.shape == (count, 2)


def test_a_tails_bytes_are_few_and_agree_as_the_points_themselves_do() -> None:
    a, b = keypoints(fluke(1)), keypoints(seen_otherwise(fluke(1), 1.1)[0])
    kept = [Keypoints.from_bytes(points.to_bytes()) for points in (a, b)]
    assert len(a.to_bytes()) < 50_000
    assert abs(agreement(*kept).points - agreement(a, b).points) < 5


@given(st.data())
def test_damaged_bytes_are_told(data: st.DataObject) -> None:
    whole = some_points(spread(9)).to_bytes()
    cut_short = data.draw(st.integers(0, len(whole) - 1), label="cut at")
    with pytest.raises(ValueError, match="damaged"):
        Keypoints.from_bytes(whole[:cut_short])
    at = data.draw(st.integers(0, len(whole) - 1), label="changed at")
    changed = bytearray(whole)
    changed[at] ^= data.draw(st.integers(1, 255), label="by")
    try:
        again = Keypoints.from_bytes(bytes(changed))
    except ValueError:
        return
    # What the checksum doesn't cover says how it was deflated, not what.
    np.testing.assert_array_equal(again.descriptors, some_points(spread(9)).descriptors)


def test_bytes_of_something_else_are_told() -> None:
    for other in (b"", b"text", zlib.compress(b"x" * 131)):
        with pytest.raises(ValueError, match="damaged"):
            Keypoints.from_bytes(other)


class TestArrangements:
    """Points whose descriptors are given, so that only where they lie decides."""

    def test_a_shift_within_reach_is_one_and_beyond_is_none(self) -> None:
        places = spread(40)
        near, far = (some_points(places + np.array([step, 0], np.float32)) for step in (0.15 * WIDTH, 0.3 * WIDTH))
        assert agreement(some_points(places), near).points == 40
        assert agreement(some_points(places), far).points == 0

    def test_points_that_look_alike_in_no_arrangement_are_none(self) -> None:
        places = spread(60)
        elsewhere = places + np.random.default_rng(5).uniform(-50, 50, places.shape).astype(np.float32)
        assert agreement(some_points(places), some_points(elsewhere)).points < 12

    def test_those_in_the_arrangement_are_told_from_the_rest(self) -> None:
        places = spread(60)
        there = places + np.array([10, 5], np.float32)
        there[30:] += np.random.default_rng(5).choice([-30, 30], (30, 2)).astype(np.float32)
        found = agreement(some_points(places), some_points(there))
        rows = {tuple(place) for place in places[:30].tolist()}
        assert 30 <= found.points <= 36
        assert rows <= {tuple(pair[:2]) for pair in found.pairs.tolist()}

    @pytest.mark.parametrize("degenerate", [np.diag([-1.0, 1.0]), np.diag([1.0, -1.0]), np.diag([0.4, 0.4])])
    def test_a_mirrored_or_squeezed_arrangement_is_none(self, degenerate: NDArray[np.float64]) -> None:
        centre = np.array(MIDDLE)
        places = (centre + np.random.default_rng(0).uniform(-40, 40, (60, 2))).astype(np.float32)
        there = ((places - centre) @ degenerate + centre).astype(np.float32)
        # Some lie by chance where a shift would put them.
        assert agreement(some_points(places), some_points(there)).points < 15

    def test_points_all_in_one_spot_are_none(self) -> None:
        places = (np.array(MIDDLE) + np.random.default_rng(0).uniform(-4, 4, (60, 2))).astype(np.float32)
        assert agreement(some_points(places), some_points(places)).points == 0

    def test_fewer_than_four_are_none(self) -> None:
        places = spread(3)
        assert agreement(some_points(places), some_points(places)).points == 0

    def test_points_that_all_look_the_same_are_none(self) -> None:
        points = some_points(spread(30))
        same = replace(points, descriptors=np.full_like(points.descriptors, 5))
        assert agreement(same, same).points == agreement(points, same).points == 0

    def test_descriptors_of_nothing_are_no_trouble(self) -> None:
        points = some_points(spread(30))
        empty = replace(points, descriptors=np.zeros_like(points.descriptors))
        assert agreement(empty, points).points == agreement(empty, empty).points == 0


@pytest.mark.parametrize("view", [{}, {"scale": 1.1, "x": 8}, {"turn": -5, "stretch": 0.9}])
def test_a_tail_is_laid_over_another_so_that_its_marks_fall_on_the_same_marks(view: dict[str, float]) -> None:
    crop = fluke(1)
    other, matrix = seen_otherwise(crop, **view)
    found = agreement(keypoints(crop), keypoints(other))
    box, other_box = Box(100, 80, 500, 260), Box(1000, 700, 2600, 1500)
    onto = local.aligned(found, box, other_box)
    assert onto is not None
    marks = np.array([(60, 40), (WIDTH / 2, HEIGHT / 2), (WIDTH - 60, 50)])
    there = local.in_photo(marks @ matrix[:, :2].T + matrix[:, 2], other_box)
    here = np.column_stack([there, np.ones(3)]) @ onto
    assert here == pytest.approx(local.in_photo(marks, box), abs=0.01 * box.width)


def test_few_points_say_nothing_of_how_two_tails_lie() -> None:
    spots = spread(local.ALIGNED, 3)
    pairs = np.concatenate([spots, spots], axis=1)
    box = Box(0, 0, 200, 100)
    assert local.aligned(local.Agreement(pairs[1:]), box, box) is None
    onto = local.aligned(local.Agreement(pairs), box, box)
    assert onto == pytest.approx(np.array([(1, 0), (0, 1), (0, 0)]), abs=1e-3)
