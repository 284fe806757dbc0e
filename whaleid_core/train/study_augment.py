"""The original study's augmentation: what it wrote for albumentations 1, with the values that version 1 gave it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # else importing it asks the network for its newest version

import albumentations as alb
import cv2
import numpy as np
import torch
from albumentations.pytorch import ToTensorV2

from whaleid_core.photos import Pixels

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's colours, red first."""
CUBIC = {"downscale": cv2.INTER_CUBIC, "upscale": cv2.INTER_CUBIC}


class FaintClahe(alb.ImageOnlyTransform):  # type: ignore[misc]
    """Adaptive histogram equalisation of the lightness, its clip limit drawn from a range that may begin under 1.

    The study asked for `CLAHE(clip_limit=0.2)`. Version 1 made the range (0.2, 1.0) of that and drew from it; version 2
    refuses any limit under 1. OpenCV takes a limit of less than one count a grey level as one count.
    """

    def __init__(self, clip_limit: tuple[float, float], tile_grid_size: tuple[int, int], p: float) -> None:
        super().__init__(p=p)
        self.clip_limit, self.tile_grid_size = clip_limit, tile_grid_size

    def get_params(self) -> dict[str, Any]:
        return {"clip_limit": self.py_random.uniform(*self.clip_limit)}

    def apply(self, img: Pixels, clip_limit: float, **params: Any) -> Pixels:
        lab = cv2.cvtColor(img, cv2.COLOR_RGB2LAB)
        equaliser = cv2.createCLAHE(clipLimit=clip_limit, tileGridSize=self.tile_grid_size)
        lab[:, :, 0] = equaliser.apply(lab[:, :, 0])
        return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.uint8)

    def get_transform_init_args_names(self) -> tuple[str, ...]:
        return "clip_limit", "tile_grid_size"


def training_steps(side: int = 256) -> list[Any]:
    """The transforms of a training photo, in order; `side` is that of the square which the networks take, in pixels.

    The horizontal flip is the study's; a mirrored fluke is another whale, and the program's own recipes know that.
    """
    colour = alb.ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2, hue=0.2, p=0.5)
    shrunk = alb.Downscale(scale_range=(0.4, 0.8), interpolation_pair=CUBIC, p=0.5)
    return [
        alb.Resize(side, side, interpolation=cv2.INTER_LINEAR),
        alb.HorizontalFlip(p=0.5),
        alb.OneOf([FaintClahe(clip_limit=(0.2, 1.0), tile_grid_size=(3, 3), p=0.7), colour], p=0.5),
        alb.Rotate(limit=15, interpolation=cv2.INTER_LINEAR, border_mode=cv2.BORDER_REFLECT_101, p=0.5),
        alb.OneOf([alb.MotionBlur(blur_limit=7, allow_shifted=True, p=0.5), shrunk], p=0.3),
        alb.Normalize(mean=MEAN, std=STD, max_pixel_value=255.0),
        alb.ToGray(num_output_channels=3, method="weighted_average", p=0.5),
        ToTensorV2(),
    ]


def looking_steps(side: int = 256) -> list[Any]:
    """The transforms of a photo that is only looked at."""
    return [
        alb.Resize(side, side, interpolation=cv2.INTER_LINEAR),
        alb.Normalize(mean=MEAN, std=STD, max_pixel_value=255.0),
        ToTensorV2(),
    ]


def views(steps: Any, crops: Sequence[Pixels], seed: Sequence[int]) -> torch.Tensor:
    """(n, 3, side, side) float32 of n crops (h, w, 3) RGB; the same for the same seed.

    Args:
        steps: an `albumentations.Compose`.
    """
    steps.set_random_seed(int(np.random.SeedSequence(list(seed)).generate_state(1)[0]))
    return torch.stack([steps(image=np.ascontiguousarray(crop))["image"] for crop in crops])
