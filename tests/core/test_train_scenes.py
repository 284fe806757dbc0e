"""Training scenes: boxes stay on their tails through every composition, and empty frames stay empty."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whaleid_core.train import seas, views
from whaleid_core.train.scenes import SceneMaker, frame_size, letterboxed
from whaleid_core.train.tail_photos import TailPhoto, draw_tails

KINDS = ("plain", "close", "far", "empty", "drawn")
SEED = st.integers(0, 2**31 - 1)


def photo_with_block(box: tuple[int, int, int, int], width: int = 300, height: int = 180) -> TailPhoto:
    """A blue-grey sea with a bright red block for a tail, so that its place can be measured in the pixels."""
    pixels = np.full((height, width, 3), (70, 90, 110), np.uint8)
    pixels[box[1] : box[3], box[0] : box[2]] = (250, 10, 10)
    _, coded = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return TailPhoto(coded.tobytes(), (float(box[0]), float(box[1]), float(box[2]), float(box[3])))


@pytest.fixture(scope="module")
def photos() -> list[TailPhoto]:
    return [
        photo_with_block((60, 50, 240, 110)),
        photo_with_block((30, 60, 280, 130)),
        photo_with_block((0, 20, 300, 90)),
    ]


@pytest.fixture(scope="module")
def sketches() -> list[TailPhoto]:
    return draw_tails(2, 5)


def red_box(pixels: np.ndarray) -> tuple[float, float, float, float]:
    """The rectangle around the red pixels."""
    whole = pixels.astype(int)
    rows, columns = np.nonzero(whole[..., 0] - whole[..., 1:].max(axis=2) > 90)
    return float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1)


@settings(max_examples=25, deadline=None)
@given(seed=SEED, kind=st.sampled_from(KINDS), size=st.sampled_from([96, 160]))
def test_scenes_are_square_and_their_boxes_lie_inside(photos, sketches, seed, kind, size):
    scene = SceneMaker(photos, {kind: 1.0}, sketches).make(size, np.random.default_rng(seed))
    assert scene.pixels.shape == (size, size, 3)
    assert scene.pixels.dtype == np.uint8
    assert scene.boxes.shape[1:] == (4,)
    assert (len(scene.boxes) == 0) == (kind == "empty")
    assert (scene.boxes >= 0).all()
    assert (scene.boxes <= size).all()
    assert (scene.boxes[:, 2:] > scene.boxes[:, :2]).all()


@settings(max_examples=25, deadline=None)
@given(seed=SEED, across=st.floats(30, 120))
def test_a_pasted_tail_lies_where_its_box_says(seed, across):
    photo = photo_with_block((60, 60, 240, 110))
    rng = np.random.default_rng(seed)
    frame = np.full((200, 320, 3), (70, 90, 110), np.uint8)
    truth = views.paste_tail(frame, photo.pixels(), np.array(photo.box, np.float32), across, rng, [])[0]
    assert truth[2] - truth[0] == pytest.approx(across, rel=0.12, abs=1.5)
    assert red_box(frame) == pytest.approx(tuple(truth), abs=0.04 * across + 2.5)


@settings(max_examples=25, deadline=None)
@given(seed=SEED)
def test_stretched_turned_and_letterboxed_boxes_follow_the_pixels(seed):
    rng = np.random.default_rng(seed)
    photo = photo_with_block((60, 50, 240, 110))
    frame, boxes = views.stretched(photo.pixels(), np.array([photo.box], np.float32), rng)
    frame, boxes = views.turned(frame, boxes, rng)
    scene = letterboxed(frame, boxes, 256, rng)
    assert red_box(scene.pixels) == pytest.approx(tuple(scene.boxes[0]), abs=2.5)


@settings(max_examples=15, deadline=None)
@given(seed=SEED)
def test_a_close_view_shows_nearly_all_of_the_tail(photos, seed):
    frame, boxes = SceneMaker(photos[:2], {"close": 1.0}).close(160, np.random.default_rng(seed))
    assert red_box(frame) == pytest.approx(tuple(boxes[0]), abs=3)
    assert boxes[0, 2] - boxes[0, 0] > 0.6 * frame.shape[1]


@settings(max_examples=10, deadline=None)
@given(seed=SEED)
def test_covering_a_tail_leaves_none_of_it(seed):
    photo = photo_with_block((60, 60, 240, 110))
    frame = views.covered(photo.pixels(), np.array(photo.box, np.float32), np.random.default_rng(seed))
    whole = frame.astype(int)
    assert (whole[..., 0] - whole[..., 1:].max(axis=2)).max() < 60


def test_two_tails_are_kept_apart_where_there_is_room(photos):
    rng = np.random.default_rng(4)
    frame = np.full((400, 640, 3), 90, np.uint8)
    pixels, box = photos[0].pixels(), np.array(photos[0].box, np.float32)
    first = views.paste_tail(frame, pixels, box, 120, rng, [])
    second = views.paste_tail(frame, pixels, box, 100, rng, [first])
    low, high = np.maximum(first[0, :2], second[0, :2]), np.minimum(first[0, 2:], second[0, 2:])
    assert (high - low).min() <= 0


def test_a_share_of_the_width_is_kept(photos):
    frame, boxes = SceneMaker(photos, {"far": 1.0}).far(600, np.random.default_rng(8), share=0.1)
    assert len(boxes) == 1
    assert (boxes[0, 2] - boxes[0, 0]) / frame.shape[1] == pytest.approx(0.1, abs=0.012)


def test_the_same_state_gives_the_same_scene(photos, sketches):
    maker = SceneMaker(photos, dict.fromkeys(KINDS, 1.0), sketches)
    first, second = (maker.make(128, np.random.default_rng([3, 7])) for _ in range(2))
    assert (first.pixels == second.pixels).all()
    assert (first.boxes == second.boxes).all()


def test_shares_decide_how_often_a_kind_is_drawn(photos):
    maker = SceneMaker(photos, {"plain": 0.75, "empty": 0.25})
    empty = sum(len(maker.make(64, np.random.default_rng([1, n])).boxes) == 0 for n in range(200))
    assert 25 <= empty <= 75


def test_unknown_kinds_and_missing_sketches_are_refused(photos):
    with pytest.raises(ValueError, match="kinds of scene"):
        SceneMaker(photos, {"plane": 1.0})
    with pytest.raises(ValueError, match="sketches"):
        SceneMaker(photos, {"drawn": 1.0})


def test_drawn_tails_have_their_boxes_inside(sketches):
    for sketch in sketches:
        height, width = sketch.pixels().shape[:2]
        left, top, right, bottom = sketch.box
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height


@settings(max_examples=20, deadline=None)
@given(width=st.integers(1, 400), height=st.integers(1, 400), size=st.sampled_from([64, 320]))
def test_letterbox_puts_the_picture_top_left_and_pads_grey(width, height, size):
    square, factor = views.letterbox(np.full((height, width, 3), 200, np.uint8), size)
    across, down = max(1, round(width * factor)), max(1, round(height * factor))
    assert max(across, down) == size
    assert (square[:down, :across] == 200).all()
    assert (square[down:] == views.PAD).all()
    assert (square[:, across:] == views.PAD).all()


@pytest.mark.parametrize("size", [64, 97])
def test_drawn_seas_and_frames_have_the_size_asked_for(size):
    rng = np.random.default_rng(2)
    for _ in range(6):
        width, height = frame_size(size, rng)
        sea = seas.draw_sea(width, height, rng)
        assert sea.shape == (height, width, 3)
        seas.add_distractors(sea, rng)
        seas.draw_text(sea, rng)
        seas.draw_frame(sea, rng)
        assert max(width, height) == size


@settings(max_examples=30, deadline=None)
@given(seed=SEED)
def test_parts_of_far_frames_hold_whole_tails_or_none(photos, seed):
    frame, boxes = SceneMaker(photos, {"near": 1.0}).near(160, np.random.default_rng(seed))
    assert max(frame.shape[:2]) in (160, 320)
    assert (boxes >= 0).all()
    assert (boxes[:, [0, 2]] <= frame.shape[1]).all()
    assert (boxes[:, [1, 3]] <= frame.shape[0]).all()
    assert (boxes[:, 2:] - boxes[:, :2] >= 4).all()


def test_turned_frames_lie_on_either_side(photos):
    """Of a frame whose upper edge is bright, each of the four edges comes to be the bright one."""
    frame = np.zeros((40, 60, 3), np.uint8)
    frame[:6] = 200
    met = set()
    for seed in range(300):
        shown, _ = views.turned(frame, np.zeros((0, 4), np.float32), np.random.default_rng(seed))
        met.add(int(np.argmax([side.mean() for side in (shown[0], shown[:, 0], shown[-1], shown[:, -1])])))
    assert met == {0, 1, 2, 3}


@pytest.mark.parametrize("height", [9, 14, 19])
def test_photos_that_are_strips_make_empty_frames_too(height):
    strips = [photo_with_block((60, 2, 240, height - 2), 300, height)]
    maker = SceneMaker(strips, {"empty": 1.0}, [])
    for seed in range(40):
        assert len(maker.make(96, np.random.default_rng(seed)).boxes) == 0
