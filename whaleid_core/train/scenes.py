"""Composes training scenes for the tail detector: near, far, turned and empty views, with their tail boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from whaleid_core.train import seas
from whaleid_core.train.seas import Pixels, Rng
from whaleid_core.train.tail_photos import TailPhoto
from whaleid_core.train.views import (
    Boxes,
    any_sea,
    blend,
    covered,
    letterbox,
    paste_tail,
    real_sea,
    stretched,
    turned,
    weathered,
)

SHAPES = (3 / 2, 3 / 2, 4 / 3, 16 / 9, 2.2, 1.0, 2 / 3)
NO_BOXES: Boxes = np.zeros((0, 4), np.float32)


@dataclass(frozen=True, slots=True)
class Scene:
    """A square frame, size x size x 3 RGB, with the boxes of the tails in it."""

    pixels: Pixels
    boxes: Boxes


class SceneMaker:
    """Makes scenes from photos of tails; the same random state gives the same scene.

    Args:
        photos: photos with one tail each.
        shares: how often each kind is drawn: plain, close, far, empty, drawn, near.
        sketches: drawn photos with one tail each, which the kind "drawn" is made of.
    """

    def __init__(
        self, photos: Sequence[TailPhoto], shares: Mapping[str, float], sketches: Sequence[TailPhoto] = ()
    ) -> None:
        self.photos, self.sketches = photos, sketches
        self.kinds = {
            "plain": self.plain,
            "close": self.close,
            "far": self.far,
            "empty": self.empty,
            "drawn": self.drawn,
            "near": self.near,
        }
        unknown = set(shares) - set(self.kinds)
        if unknown or not shares:
            raise ValueError(f"the kinds of scene are {', '.join(self.kinds)}, not {', '.join(sorted(unknown))}")
        if shares.get("drawn") and not sketches:
            raise ValueError("drawn scenes are made of sketches, and there are none")
        self.names = list(shares)
        self.weights = np.array([shares[name] for name in self.names]) / sum(shares.values())

    def make(self, size: int, rng: Rng) -> Scene:
        """One scene of a kind drawn by the shares, with the camera's and the editor's faults added."""
        kind = self.names[int(rng.choice(len(self.names), p=self.weights))]
        frame, boxes = self.kinds[kind](size, rng)
        if rng.random() < 0.15:
            seas.draw_text(frame, rng)
        if rng.random() < 0.04:
            seas.draw_frame(frame, rng)
        frame = weathered(frame, rng)
        frame, boxes = turned(frame, boxes, rng)
        return letterboxed(frame, boxes, size, rng)

    def _photo(self, rng: Rng) -> tuple[Pixels, Boxes]:
        photo = self.photos[int(rng.integers(len(self.photos)))]
        return photo.pixels(), np.array([photo.box], np.float32)

    def plain(self, size: int, rng: Rng) -> tuple[Pixels, Boxes]:
        """A photo as it is, its proportions a little changed."""
        pixels, boxes = self._photo(rng)
        return stretched(pixels, boxes, rng)

    def close(self, size: int, rng: Rng) -> tuple[Pixels, Boxes]:
        """A photo cut down to its tail, which fills the frame and may lose a little at the edges."""
        pixels, boxes = self._photo(rng)
        height, width = pixels.shape[:2]
        across, down = boxes[0, 2] - boxes[0, 0], boxes[0, 3] - boxes[0, 1]
        room = rng.uniform(-0.06, 0.25, 4) * [across, down, across, down]
        left, top = max(0, int(boxes[0, 0] - room[0])), max(0, int(boxes[0, 1] - room[1]))
        right, bottom = min(width, int(boxes[0, 2] + room[2]) + 1), min(height, int(boxes[0, 3] + room[3]) + 1)
        boxes = boxes - np.array([left, top, left, top], np.float32)
        boxes[:, 0::2] = boxes[:, 0::2].clip(0, right - left)
        boxes[:, 1::2] = boxes[:, 1::2].clip(0, bottom - top)
        return stretched(pixels[top:bottom, left:right].copy(), boxes, rng)

    def far(self, size: int, rng: Rng, share: float | None = None) -> tuple[Pixels, Boxes]:
        """One tail in a wide frame of its own sea or another's; a second one, seldom, where no share is asked for.

        Args:
            share: width of the tail as a share of the frame's; drawn where None.
        """
        pixels, boxes = self._photo(rng)
        width, height = frame_size(size, rng)
        real = rng.random() < 0.75
        source = (pixels, boxes) if rng.random() < 0.6 else self._photo(rng)
        frame = real_sea(*source, width, height, rng) if real else any_sea(width, height, rng)
        if rng.random() < 0.35:
            seas.add_distractors(frame, rng)
        if rng.random() < 0.3:
            self._add_decoy(frame, rng)
        across = far_width(width, rng) if share is None else share * width
        found = [paste_tail(frame, pixels, boxes[0], across, rng, [])]
        if share is None and rng.random() < 0.15:
            other, other_boxes = self._photo(rng)
            found.append(paste_tail(frame, other, other_boxes[0], far_width(width, rng) * 0.7, rng, found))
        return frame, np.concatenate(found)

    def empty(self, size: int, rng: Rng) -> tuple[Pixels, Boxes]:
        """Sea without a tail: a photo with its tail covered, its sea spread out, or a drawn sea."""
        pixels, boxes = self._photo(rng)
        width, height = frame_size(size, rng)
        choice = rng.random()
        if choice < 0.35:
            frame = covered(pixels, boxes[0], rng)
        elif choice < 0.7:
            frame = real_sea(pixels, boxes, width, height, rng)
        else:
            frame = any_sea(width, height, rng)
        if rng.random() < 0.5:
            self._add_decoy(frame, rng)
        if rng.random() < 0.6:
            seas.add_distractors(frame, rng)
        return frame, NO_BOXES

    def drawn(self, size: int, rng: Rng) -> tuple[Pixels, Boxes]:
        """A drawn photo as it is, or its fluke small in another sea."""
        photo = self.sketches[int(rng.integers(len(self.sketches)))]
        pixels, boxes = photo.pixels(), np.array([photo.box], np.float32)
        if rng.random() < 0.5:
            return stretched(pixels, boxes, rng)
        width, height = frame_size(size, rng)
        frame = real_sea(pixels, boxes, width, height, rng) if rng.random() < 0.5 else any_sea(width, height, rng)
        return frame, paste_tail(frame, pixels, boxes[0], far_width(width, rng), rng, [])

    def near(self, size: int, rng: Rng) -> tuple[Pixels, Boxes]:
        """A part of a far or an empty frame twice as large, as photos are searched that show nothing from far."""
        frame, boxes = self.far(2 * size, rng) if rng.random() < 0.6 else self.empty(2 * size, rng)
        height, width = frame.shape[:2]
        for _ in range(12):
            left, top = int(rng.uniform(0, max(1, width - size))), int(rng.uniform(0, max(1, height - size)))
            moved = boxes - np.array([left, top, left, top], np.float32)
            inside = moved.clip(0, [min(width - left, size), min(height - top, size)] * 2)
            whole = (inside == moved).all(axis=1)
            outside = (inside[:, 2:] <= inside[:, :2]).any(axis=1)
            if (whole | outside).all():  # what of a tail is cut by a part is none, and would be learnt as one
                return np.ascontiguousarray(frame[top : top + size, left : left + size]), moved[whole]
        return frame, boxes

    def _add_decoy(self, frame: Pixels, rng: Rng) -> None:
        """Pastes sea the way tails are pasted, so that a seam alone is no sign of a tail."""
        height, width = frame.shape[:2]
        across, down = (
            min(side, max(8, int(side * rng.uniform(0.1, most)))) for side, most in ((width, 0.6), (height, 0.4))
        )
        patch = real_sea(*self._photo(rng), across, down, rng)
        mask = seas.feather(patch.shape[1], patch.shape[0], across * 0.1, down * 0.15)
        blend(frame, patch, mask, int(rng.uniform(0, width - across)), int(rng.uniform(0, height - down)))


def frame_size(size: int, rng: Rng) -> tuple[int, int]:
    """Width and height of a frame whose longer side is the size, in a camera's proportions."""
    shape = SHAPES[int(rng.integers(len(SHAPES)))]
    return (size, max(48, round(size / shape))) if shape >= 1 else (max(48, round(size * shape)), size)


def far_width(width: int, rng: Rng) -> float:
    """Width in pixels of a tail that fills 7 to 60 % of a frame's width, small ones as often as large."""
    low = max(0.07, 24 / width)
    return float(width * np.exp(rng.uniform(np.log(low), np.log(0.6))))


def letterboxed(frame: Pixels, boxes: Boxes, size: int, rng: Rng) -> Scene:
    """The frame in a grey square: mostly as large as it goes and at the top left, as photos are searched."""
    scale = 1.0 if rng.random() < 0.6 else rng.uniform(0.6, 1.0)
    x, y = (0.0, 0.0) if rng.random() < 0.6 else rng.uniform(0, 1, 2)
    height, width = frame.shape[:2]
    square, factor = letterbox(frame, size, scale, x, y)
    across, down = max(1, min(size, round(width * factor))), max(1, min(size, round(height * factor)))
    left, top = int((size - across) * x), int((size - down) * y)
    grown = boxes * np.array([across / width, down / height] * 2, np.float32) + np.array([left, top] * 2, np.float32)
    return Scene(square, np.asarray(grown.clip(0, size), np.float32).reshape(-1, 4))
