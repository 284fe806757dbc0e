"""Tail boxes: what holds for every box, and a few that can be checked by eye."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whaleid_core.boxes import clip, inside_matrix, iou, iou_matrix, scaled, suppress, turned, widened
from whaleid_core.records import Box, Drawer

WIDTH, HEIGHT = 300, 200
numbers = st.floats(-1000, 1000, allow_nan=False, width=32)
sides = st.floats(0.015625, 500, width=32)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    left, top = draw(numbers), draw(numbers)
    return Box(
        left,
        top,
        left + draw(sides),
        top + draw(sides),
        draw(st.sampled_from(Drawer)),
        draw(st.floats(0, 1)),
    )


@given(boxes())
def test_clipped_box_lies_inside_the_photo_and_the_box(box: Box) -> None:
    inside = clip(box, WIDTH, HEIGHT)
    if inside is None:
        assert box.xmax <= 0 or box.ymax <= 0 or box.xmin >= WIDTH or box.ymin >= HEIGHT
    else:
        assert 0 <= inside.xmin < inside.xmax <= WIDTH
        assert 0 <= inside.ymin < inside.ymax <= HEIGHT
        assert box.xmin <= inside.xmin < inside.xmax <= box.xmax
        assert (inside.drawn_by, inside.confidence) == (box.drawn_by, box.confidence)
        assert clip(inside, WIDTH, HEIGHT) == inside


def test_a_box_that_only_touches_the_photo_is_outside() -> None:
    for outside in (Box(WIDTH, 0, WIDTH + 5, 9), Box(-5, 0, 0, 9), Box(0, HEIGHT, 9, HEIGHT + 5), Box(0, -5, 9, 0)):
        assert clip(outside, WIDTH, HEIGHT) is None


@given(boxes(), boxes())
def test_iou_is_symmetric_and_from_0_to_1(a: Box, b: Box) -> None:
    assert 0 <= iou(a, b) <= 1
    assert iou(a, b) == iou(b, a)
    assert iou(a, a) == pytest.approx(1)


def test_iou_by_hand() -> None:
    assert iou(Box(0, 0, 2, 2), Box(1, 1, 3, 3)) == pytest.approx(1 / 7)
    assert iou(Box(0, 0, 1, 1), Box(1, 0, 2, 1)) == 0
    assert iou(Box(0, 0, 1, 1), Box(5, 5, 6, 6)) == 0
    assert iou(Box(0, 0, 1e-200, 1e-200), Box(0, 0, 1e-200, 1e-200)) == 0


@given(st.lists(boxes(), max_size=4), st.lists(boxes(), max_size=4))
def test_iou_matrix_has_a_row_and_a_column_a_box(a: list[Box], b: list[Box]) -> None:
    matrix = iou_matrix(a, b)
    assert matrix.shape == (len(a), len(b))
    assert matrix.tolist() == [[iou(one, other) for other in b] for one in a]


@given(st.lists(boxes(), max_size=4), st.lists(boxes(), max_size=4))
def test_the_part_inside_is_what_clipping_leaves(a: list[Box], b: list[Box]) -> None:
    matrix = inside_matrix(a, b)
    assert matrix.shape == (len(a), len(b))
    for one, row in zip(a, matrix.tolist(), strict=True):
        for other, found in zip(b, row, strict=True):
            corner = replace(one, xmin=one.xmin - other.xmin, xmax=one.xmax - other.xmin,
                             ymin=one.ymin - other.ymin, ymax=one.ymax - other.ymin)  # fmt: skip
            kept = clip(corner, other.width, other.height)
            assert found == pytest.approx(kept.area / one.area if kept else 0, abs=1e-6)


@given(boxes(), st.sampled_from([90, 180, 270, -90]))
def test_four_turns_are_none(box: Box, degrees: int) -> None:
    width, height, result = WIDTH, HEIGHT, box
    for _ in range(4):
        result = turned(result, width, height, degrees)
        if degrees % 180:
            width, height = height, width
    assert result.corners == pytest.approx(box.corners, abs=1e-6)
    assert (result.drawn_by, result.confidence) == (box.drawn_by, box.confidence)


def test_a_quarter_clockwise_takes_the_upper_left_corner_to_the_upper_right() -> None:
    assert turned(Box(0, 0, 30, 10), WIDTH, HEIGHT, 90).corners == (190, 0, 200, 30)
    assert turned(Box(0, 0, 30, 10), WIDTH, HEIGHT, 180).corners == (270, 190, 300, 200)
    assert turned(Box(0, 0, 30, 10), WIDTH, HEIGHT, 270).corners == (0, 270, 10, 300)
    assert turned(Box(0, 0, 30, 10), WIDTH, HEIGHT, 360) == Box(0, 0, 30, 10)
    assert turned(Box(0, 0, 30, 10), WIDTH, HEIGHT, 450) == turned(Box(0, 0, 30, 10), WIDTH, HEIGHT, 90)
    with pytest.raises(ValueError, match="quarters"):
        turned(Box(0, 0, 30, 10), WIDTH, HEIGHT, 45)


@given(boxes(), st.floats(0.01, 100))
def test_scaling_keeps_the_shape(box: Box, factor: float) -> None:
    assert scaled(box, factor).width == pytest.approx(box.width * factor, abs=1e-6)
    assert scaled(scaled(box, factor), 1 / factor).corners == pytest.approx(box.corners, abs=1e-6)


def test_widened_by_a_part_of_each_side() -> None:
    assert widened(Box(10, 10, 110, 60), 0.05).corners == pytest.approx((5, 7.5, 115, 62.5))


@given(st.lists(boxes(), max_size=8), st.floats(0, 1))
def test_suppress_keeps_the_best_and_no_two_alike(found: list[Box], threshold: float) -> None:
    kept = suppress(found, threshold)
    assert [box.confidence for box in kept] == sorted((box.confidence for box in kept), reverse=True)
    if found:
        assert kept[0].confidence == max(box.confidence for box in found)
    for index, box in enumerate(kept):
        assert box in found
        assert all(iou(box, other) <= threshold for other in kept[index + 1 :])
    for box in found:
        assert box in kept or any(iou(box, other) > threshold and other.confidence >= box.confidence for other in kept)


def test_suppress_drops_the_same_tail_found_twice() -> None:
    sure, unsure = Box(0, 0, 10, 10, Drawer.DETECTOR, 0.9), Box(1, 0, 11, 10, Drawer.DETECTOR, 0.6)
    other = Box(50, 50, 60, 60, Drawer.DETECTOR, 0.3)
    assert suppress([unsure, other, sure], 0.5) == [sure, other]
    assert suppress([], 0.5) == []
    half = Box(0, 0, 10, 5, Drawer.DETECTOR, 0.5)
    assert suppress([half, sure], 0.5) == [sure, half]
    assert suppress([half, sure], 0.49) == [sure]
