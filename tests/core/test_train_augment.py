"""Augmentation: views of the right form that stay on the tail, mirrored where the class is the mirrored whale."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whaleid_core.train.augment import Grey, augmented

SPARE = 0.05 / 1.2


def views(crop: Grey, count: int, width: int = 64, height: int = 32, mirrored: bool = False) -> np.ndarray:
    rngs = (np.random.default_rng((9, number)) for number in range(count))
    return np.stack([augmented(crop, width, height, mirrored, SPARE, rng) for rng in rngs])


@pytest.fixture(scope="module")
def lopsided() -> Grey:
    """Dark, with a bright block at the left and a line below: no mirrored view can be taken for a straight one."""
    crop = np.full((160, 320), 40, np.uint8)
    crop[40:110, 40:110] = 220
    crop[120:130, 100:290] = 150
    return crop


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    size=st.sampled_from([(64, 32), (192, 96), (33, 47)]),
    mirrored=st.booleans(),
    level=st.sampled_from([0, 128, 255]),
)
def test_any_view_has_the_size_asked_for_and_is_of_bytes(seed, size, mirrored, level):
    crop = np.full((80, 160), level, np.uint8)
    crop[20:60, 30:90] = 255 - level
    view = augmented(crop, *size, mirrored, SPARE, np.random.default_rng(seed))
    assert view.shape == (size[1], size[0])
    assert view.dtype == np.uint8


def test_the_same_seed_gives_the_same_view_and_the_crop_stays_as_it_was(lopsided):
    before = lopsided.copy()
    assert np.array_equal(views(lopsided, 12), views(lopsided, 12))
    assert np.array_equal(lopsided, before)
    some = views(lopsided, 12)
    assert len({view.tobytes() for view in some}) == 12


def test_mirrored_views_show_the_other_side(lopsided):
    for straight, mirrored in zip(views(lopsided, 30), views(lopsided, 30, mirrored=True), strict=True):
        assert straight[:, :32].mean() > straight[:, 32:].mean() + 10
        assert mirrored[:, :32].mean() + 10 < mirrored[:, 32:].mean()


def test_a_mirrored_view_is_shifted_by_no_pixel(lopsided):
    """On average over views, mirroring back gives the straight view, to a part of a pixel."""
    straight, mirrored = views(lopsided, 150), views(lopsided, 150, mirrored=True)
    a = straight.astype(np.float64).mean(0)
    b = mirrored.astype(np.float64).mean(0)[:, ::-1]
    offsets = {shift: np.abs(a[:, 4:-4] - np.roll(b, shift, 1)[:, 4:-4]).mean() for shift in (-1, 0, 1)}
    assert offsets[0] < 1.5
    assert offsets[0] < 0.6 * min(offsets[-1], offsets[1])


def test_views_are_on_average_the_network_s_own_crop(lopsided):
    """Turns, zooms and shifts are even-handed around the crop that the network is given at work."""
    mean = views(lopsided, 300).astype(np.float64).mean(0)
    inner = lopsided[round(160 * SPARE) : round(160 * (1 - SPARE)), round(320 * SPARE) : round(320 * (1 - SPARE))]
    plain = cv2.GaussianBlur(cv2.resize(inner, (64, 32), interpolation=cv2.INTER_AREA), (0, 0), 3).astype(np.float64)
    best = max(
        ((shift, turn) for shift in range(-3, 4) for turn in range(-3, 4)),
        key=lambda at: float(np.corrcoef(np.roll(plain, at, (1, 0)).ravel(), mean.ravel())[0, 1]),
    )
    assert np.corrcoef(plain.ravel(), mean.ravel())[0, 1] > 0.96
    assert max(abs(step) for step in best) <= 1


def test_light_and_sharpness_vary(lopsided):
    some = views(lopsided, 60).astype(np.float64)
    assert some.mean((1, 2)).std() > 8
    assert some.std((1, 2)).std() > 4
    edges = np.abs(np.diff(some, axis=2)).max((1, 2)) / some.std((1, 2))
    assert edges.max() > 1.5 * edges.min()


def test_the_margin_of_the_cached_crop_is_enough_for_most_views():
    """A frame around the crop's very edge is seen in a corner of some views only, never in their middle."""
    crop = np.full((160, 320), 128, np.uint8)
    crop[:3], crop[-3:], crop[:, :3], crop[:, -3:] = 255, 255, 255, 255
    middle = views(crop, 60)[:, 8:-8, 16:-16].astype(np.float64)
    assert (middle.max((1, 2)) - middle.mean((1, 2)) < 70).all()
