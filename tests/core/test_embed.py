"""Embedding: unit vectors whose product is the mean similarity of the crop and the mirrored crop; crops as told."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from small_packages import HEIGHT, LENGTH, WIDTH, crops

from whaleid_core.embed import BATCH, Member, unit
from whaleid_core.engine import Engine
from whaleid_core.photos import crop
from whaleid_core.records import Box
from whaleid_core.runtime import Runner, open_runner


@pytest.fixture(scope="module")
def member(engine: Engine) -> Member:
    return engine.members[0]


@pytest.fixture(scope="module")
def runner(member: Member) -> Runner:
    return open_runner(member.package, "cpu")


@given(arrays(np.float32, (4, 3), elements=st.floats(-1e4, 1e4, width=32)))
def test_rows_are_brought_to_length_1(vectors: NDArray[np.float32]) -> None:
    lengths = np.linalg.norm(unit(vectors), axis=1)
    full = np.linalg.norm(vectors.astype(np.float64), axis=1) > 1e-6
    assert np.allclose(lengths[full], 1, atol=1e-4)
    assert (lengths[~full] <= 1.001).all()
    assert unit(vectors).dtype == np.float32


def test_vectors_have_length_1_and_the_size_that_is_said(member: Member) -> None:
    vectors = member.embed(crops(5))
    assert vectors.shape == (5, member.length) == (5, 2 * LENGTH)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert member.name == "small 1"


def test_no_crops_give_no_vectors(member: Member) -> None:
    assert member.embed([]).shape == (0, 2 * LENGTH)


def test_the_product_is_the_mean_similarity_of_both_pairs(member: Member, runner: Runner) -> None:
    some = crops(6)
    vectors = member.embed(some)
    straight = unit(runner.run(np.stack(some)))
    mirrored = unit(runner.run(np.stack([crop[:, ::-1] for crop in some])))
    means = (straight @ straight.T + mirrored @ mirrored.T) / 2
    assert np.allclose(vectors @ vectors.T, means, atol=5e-3)
    assert np.abs(means - np.eye(6)).max() > 0.05  # or there would be nothing to see


def test_a_mirrored_crop_swaps_the_halves(member: Member) -> None:
    some = crops(4)
    one, other = member.embed(some), member.embed([crop[:, ::-1] for crop in some])
    assert np.allclose(one[:, :LENGTH], other[:, LENGTH:], atol=5e-3)
    assert np.allclose(one[:, LENGTH:], other[:, :LENGTH], atol=5e-3)
    assert not np.allclose(one[:, :LENGTH], other[:, :LENGTH], atol=5e-2)


def test_more_crops_than_a_batch_are_those_of_each(member: Member) -> None:
    some = crops(BATCH + 3)
    together = member.embed(some)
    for number in (0, BATCH - 1, BATCH, BATCH + 2):
        alone = member.embed([some[number]])[0]
        assert float(alone @ together[number]) > 0.999


def test_a_tail_is_cut_grey_with_the_margin_of_the_package(member: Member) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (120, 200, 3), dtype=np.uint8)
    box = Box(40, 30, 140, 90)
    cut = member.cut(pixels, box)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    assert cut.shape == (HEIGHT, WIDTH)
    assert np.array_equal(cut, crop(np.asarray(grey, np.uint8), box, WIDTH, HEIGHT, member.package.margin))
    assert np.array_equal(cut, member.cut(np.asarray(grey, np.uint8), box))


def test_a_box_of_the_photo_is_cut_from_smaller_pixels(member: Member) -> None:
    large = cv2.resize(crops(1, seed=2)[0], (800, 400), interpolation=cv2.INTER_CUBIC)
    small = cv2.resize(large, (400, 200), interpolation=cv2.INTER_AREA)
    box = Box(200, 100, 600, 300)
    of_large, of_small = member.cut(np.asarray(large), box), member.cut(np.asarray(small), box, 0.5)
    assert np.abs(of_large.astype(int) - of_small.astype(int)).max() <= 8
