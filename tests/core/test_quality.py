"""What the program suggests of a tail's picture: blur, clipping and dull light lower it, size alone does not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from whaleid_core.quality import Suggested, crispness, exposure, suggest
from whaleid_core.sample import Whale, draw_photo


@pytest.fixture(scope="module")
def tail() -> np.ndarray:
    """The crop of a drawn tail, sharp and well lit."""
    scene = draw_photo([Whale("w_1", 3)], (1800, 1200), np.random.default_rng(3))
    box = scene.boxes[0]
    return scene.pixels[int(box.ymin) : int(box.ymax), int(box.xmin) : int(box.xmax)]


def test_a_sharp_tail_in_good_light_is_excellent(tail: np.ndarray) -> None:
    assert suggest(tail) == Suggested(sharpness=1, exposure=1)


def test_the_blunter_the_worse(tail: np.ndarray) -> None:
    grades = [suggest(cv2.GaussianBlur(tail, (0, 0), blur)).sharpness for blur in (0.5, 4, 8, 16, 40)]
    assert grades == sorted(grades)
    assert (grades[0], grades[-1]) == (1, 5)


def test_sharpness_hardly_depends_on_size_or_light(tail: np.ndarray) -> None:
    grey = cv2.cvtColor(tail, cv2.COLOR_RGB2GRAY)
    whole = crispness(grey)
    half = crispness(cv2.resize(grey, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA))
    dull = crispness((grey // 2 + 60).astype(np.uint8))
    assert half == pytest.approx(whole, rel=0.25)
    assert dull == pytest.approx(whole, rel=0.1)


def test_lost_pixels_and_dull_light_lower_the_exposure() -> None:
    grey = np.tile(np.arange(256, dtype=np.uint8), (100, 1))[:, 8:248]
    assert exposure(grey) == 1
    for share, wanted in ((0.03, 2), (0.1, 3), (0.3, 4), (0.6, 5)):
        burnt = grey.copy()
        burnt[: round(share * 100)] = 255
        assert exposure(burnt) == wanted
    for span, wanted in ((120, 1), (90, 2), (60, 3), (40, 4), (20, 5)):
        assert exposure(np.tile(np.linspace(100, 100 + span, 240).astype(np.uint8), (100, 1))) == wanted


@pytest.mark.parametrize("shape", [(1, 1), (2, 40), (40, 2), (3, 3), (400, 9)])
def test_crops_of_a_few_pixels_are_judged_too(shape: tuple[int, int]) -> None:
    flat = np.full(shape, 90, np.uint8)
    assert suggest(flat) == Suggested(5, 5)
    assert suggest(np.repeat(flat[:, :, None], 3, axis=2)) == Suggested(5, 5)
