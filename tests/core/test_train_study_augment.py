"""The study's augmentation: each transform has the value that version 1 of albumentations gave it."""

from __future__ import annotations

import albumentations as alb
import cv2
import numpy as np
import pytest
import torch

from whaleid_core.train.study_augment import MEAN, STD, FaintClahe, looking_steps, training_steps, views


@pytest.fixture(scope="module")
def steps() -> list:
    return training_steps()


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (90, 140, 3), dtype=np.uint8)


def test_the_transforms_come_in_the_studys_order(steps):
    names = [type(step).__name__ for step in steps]
    assert names == ["Resize", "HorizontalFlip", "OneOf", "Rotate", "OneOf", "Normalize", "ToGray", "ToTensorV2"]
    assert [type(step).__name__ for step in looking_steps()] == ["Resize", "Normalize", "ToTensorV2"]


def test_each_transform_got_the_value_that_it_was_meant_to_get(steps):
    resize, flip, colours, rotate, blurs, normalize, grey, _ = steps
    assert (resize.height, resize.width, resize.interpolation, resize.p) == (256, 256, cv2.INTER_LINEAR, 1)
    assert flip.p == 0.5
    clahe, jitter = colours.transforms
    assert colours.p == 0.5
    assert (clahe.clip_limit, clahe.tile_grid_size, clahe.p) == ((0.2, 1.0), (3, 3), 0.7)
    assert jitter.p == 0.5
    for name in ("brightness", "contrast", "saturation"):
        assert getattr(jitter, name) == pytest.approx((0.8, 1.2))
    assert jitter.hue == pytest.approx((-0.2, 0.2))
    assert colours.transforms_ps == pytest.approx([0.7 / 1.2, 0.5 / 1.2])
    assert (rotate.limit, rotate.border_mode, rotate.p) == ((-15, 15), cv2.BORDER_REFLECT_101, 0.5)
    motion, shrunk = blurs.transforms
    assert blurs.p == 0.3
    assert (motion.blur_limit, motion.allow_shifted, motion.p) == ((3, 7), True, 0.5)
    assert (shrunk.scale_range, shrunk.p) == ((0.4, 0.8), 0.5)
    assert shrunk.interpolation_pair == {"downscale": cv2.INTER_CUBIC, "upscale": cv2.INTER_CUBIC}
    assert (tuple(normalize.mean), tuple(normalize.std), normalize.max_pixel_value) == (MEAN, STD, 255)
    assert MEAN == (0.485, 0.456, 0.406)
    assert STD == (0.229, 0.224, 0.225)
    assert (grey.p, grey.num_output_channels) == (0.5, 3)


def test_version_two_would_not_have_got_them(photo):
    """Why the study's words can't be used as they are: the day this fails, they can."""
    with pytest.raises(ValueError, match="clip_limit"):
        alb.CLAHE(clip_limit=0.2)
    with pytest.warns(UserWarning, match="scale_min"):
        shrunk = alb.Downscale(scale_min=0.4, scale_max=0.8, interpolation=2)
    assert shrunk.scale_range == (0.25, 0.25)
    assert alb.Rotate(limit=15).border_mode == cv2.BORDER_CONSTANT


def test_the_clip_limit_is_drawn_evenly_and_used(photo):
    faint = FaintClahe(clip_limit=(0.2, 1.0), tile_grid_size=(3, 3), p=1.0)
    faint.set_random_seed(1)
    drawn = np.array([faint.get_params()["clip_limit"] for _ in range(4000)])
    assert 0.2 <= drawn.min() < 0.21
    assert 0.99 < drawn.max() <= 1.0
    np.testing.assert_allclose(np.quantile(drawn, [0.25, 0.5, 0.75]), [0.4, 0.6, 0.8], atol=0.03)
    lab = cv2.cvtColor(photo, cv2.COLOR_RGB2LAB)
    lab[:, :, 0] = cv2.createCLAHE(0.5, (3, 3)).apply(lab[:, :, 0])
    np.testing.assert_array_equal(faint.apply(photo, clip_limit=0.5), cv2.cvtColor(lab, cv2.COLOR_LAB2RGB))


def test_turning_mirrors_the_edge(photo):
    turn = alb.Compose([training_steps()[3]], seed=3)
    turn.transforms[0].p = 1.0
    white = np.full((40, 60, 3), 255, np.uint8)
    assert all(turn(image=white)["image"].min() == 255 for _ in range(5))


def test_shrinking_uses_cubic_both_ways(photo):
    shrunk = training_steps()[4].transforms[1]
    height, width = photo.shape[:2]
    small = cv2.resize(photo, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_CUBIC)
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    np.testing.assert_array_equal(shrunk.apply(photo, scale=0.5), large)


def test_a_photo_that_is_only_looked_at_is_resized_and_normalised(photo):
    (view,) = views(alb.Compose(looking_steps(64)), [photo], (1,))
    small = cv2.resize(photo, (64, 64), interpolation=cv2.INTER_LINEAR).astype(np.float64) / 255
    expected = ((small - MEAN) / STD).transpose(2, 0, 1)
    np.testing.assert_allclose(view.numpy(), expected, atol=1e-5)


def test_grey_is_made_of_the_normalised_colours_without_cutting_them_off(photo):
    normal = training_steps()[5](image=photo)["image"]
    grey = training_steps()[6].apply(normal)
    expected = normal @ np.array([0.299, 0.587, 0.114], np.float32)
    np.testing.assert_allclose(grey, np.repeat(expected[:, :, None], 3, 2), atol=1e-4)
    assert grey.min() < -1
    assert grey.max() > 1


def test_about_half_of_the_views_are_grey_and_the_same_seed_gives_the_same_views(photo):
    made = alb.Compose(training_steps(16))
    first = views(made, [photo] * 200, (7, 1))
    assert torch.equal(first, views(made, [photo] * 200, (7, 1)))
    assert not torch.equal(first, views(made, [photo] * 200, (7, 2)))
    grey = torch.isclose(first[:, 0], first[:, 2], atol=1e-5).flatten(1).all(1).float().mean()
    assert 0.38 < grey < 0.62
