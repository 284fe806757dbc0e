"""The losses against oracles written out with loops and angles, as the papers put them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from whaleid_core.train.losses import ArcFace, batch_hard_triplet, margins

torch.set_num_threads(1)
Rows = list[list[float]]


def unit_rows(seed: int, rows: int, length: int) -> torch.Tensor:
    made = torch.from_numpy(np.random.default_rng(seed).normal(size=(rows, length))).float()
    return functional.normalize(made)


def dot(a: list[float], b: list[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def slow_arcface(embeddings: Rows, weights: Rows, classes: list[int], photos: list[int], scale: float) -> float:
    """Cross-entropy with the own angle widened by the class's margin; past pi - margin a straight line."""
    total = 0.0
    for embedding, own in zip(embeddings, classes, strict=True):
        logits = []
        for number, weight in enumerate(weights):
            cosine = dot(embedding, weight) / math.sqrt(dot(weight, weight))
            if number == own:
                margin = 0.05 + 0.271 / max(1, photos[number]) ** 0.364
                angle = math.acos(max(-1.0, min(1.0, cosine)))
                past = angle >= math.pi - margin
                cosine = cosine - margin * math.sin(margin) if past else math.cos(angle + margin)
            logits.append(scale * cosine)
        highest = max(logits)
        total += highest + math.log(sum(math.exp(x - highest) for x in logits)) - logits[own]
    return total / len(classes)


def slow_triplet(embeddings: Rows, classes: list[int], margin: float) -> float:
    losses = []
    for a, anchor in enumerate(embeddings):
        positives, negatives = [], []
        for b, other in enumerate(embeddings):
            if a != b:
                distance = math.sqrt(sum((x - y) ** 2 for x, y in zip(anchor, other, strict=True)))
                (positives if classes[a] == classes[b] else negatives).append(distance)
        if positives and negatives:
            losses.append(max(0.0, max(positives) - min(negatives) + margin))
    return sum(losses) / len(losses) if losses else 0.0


def test_margins_shrink_with_photos_and_count_a_class_without_photos_as_one():
    some = margins(torch.tensor([0, 1, 10, 100])).tolist()
    assert some == pytest.approx([0.321, 0.321, 0.05 + 0.271 * 10**-0.364, 0.05 + 0.271 * 100**-0.364], rel=1e-5)
    assert some[1] > some[2] > some[3] > 0.05


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), classes=st.integers(1, 6), batch=st.integers(1, 7), scale=st.floats(1, 40))
def test_arcface_agrees_with_the_oracle(seed, classes, batch, scale):
    rng = np.random.default_rng(seed)
    photos = rng.integers(0, 60, classes)
    head = ArcFace(5, torch.from_numpy(photos), scale)
    torch.nn.init.normal_(head.weight, generator=torch.Generator().manual_seed(seed))
    embeddings, own = unit_rows(seed + 1, batch, 5), rng.integers(0, classes, batch)
    expected = slow_arcface(embeddings.tolist(), head.weight.tolist(), own.tolist(), photos.tolist(), scale)
    assert head(embeddings, torch.from_numpy(own)).item() == pytest.approx(expected, rel=2e-4, abs=2e-4)


def at_angle(angle: float) -> torch.Tensor:
    return torch.tensor([[math.cos(angle), math.sin(angle)]])


def head_of_two(photos: int) -> ArcFace:
    """Class 0 lies at angle 0, class 1 at a right angle."""
    head = ArcFace(2, torch.tensor([photos, photos]), 10.0)
    with torch.no_grad():
        head.weight.copy_(torch.eye(2))
    return head


@pytest.mark.parametrize("photos", [1, 30])
def test_arcface_goes_on_in_a_straight_line_past_pi_minus_the_margin(photos):
    margin = 0.05 + 0.271 * photos**-0.364
    head = head_of_two(photos)
    losses = []
    for angle in [math.pi - 1.2 * margin, math.pi - 0.8 * margin, math.pi - 0.4 * margin, math.pi - 0.01]:
        embedding = at_angle(-angle)
        expected = slow_arcface(embedding.tolist(), [[1.0, 0.0], [0.0, 1.0]], [0], [photos, photos], 10.0)
        losses.append(head(embedding, torch.tensor([0])).item())
        assert losses[-1] == pytest.approx(expected, rel=1e-4)


def test_the_own_logit_falls_all_the_way_to_the_far_side():
    """Where the loss rose again, an embedding opposite to its class would be pushed further away."""
    head = head_of_two(1)
    logits = []
    for angle in np.linspace(0.01, math.pi - 0.01, 200):
        embedding = at_angle(-float(angle))
        loss = head(embedding, torch.tensor([0])).item()
        other = 10.0 * float(embedding[0, 1])
        logits.append(other - loss - math.log1p(-math.exp(-loss)) if loss < 30 else other - loss)
    assert (np.diff(logits) < 0).all()


def test_arcface_has_gradients_even_on_and_opposite_to_the_class_vector():
    head = head_of_two(3)
    for angle in (0.0, math.pi):
        embedding = at_angle(angle).requires_grad_()
        head(embedding, torch.tensor([0])).backward()
        assert torch.isfinite(embedding.grad).all()
        assert torch.isfinite(head.weight.grad).all()


def test_arcface_keeps_its_margins_with_its_weights():
    assert set(head_of_two(2).state_dict()) == {"weight", "margin"}
    assert [name for name, _ in head_of_two(2).named_parameters()] == ["weight"]


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    classes=st.lists(st.integers(0, 3), min_size=1, max_size=9),
    margin=st.floats(0.0, 1.0),
)
def test_triplets_agree_with_the_oracle_also_with_anchors_alone_in_their_class(seed, classes, margin):
    embeddings = unit_rows(seed, len(classes), 4)
    expected = slow_triplet(embeddings.tolist(), classes, margin)
    assert batch_hard_triplet(embeddings, torch.tensor(classes), margin).item() == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("classes", [[0, 1, 2], [4, 4, 4]])
def test_without_a_whole_triplet_the_loss_is_zero_and_can_be_stepped(classes):
    embeddings = unit_rows(3, 3, 4).requires_grad_()
    loss = batch_hard_triplet(embeddings, torch.tensor(classes))
    loss.backward()
    assert loss.item() == 0
    assert torch.equal(embeddings.grad, torch.zeros(3, 4))


def test_an_anchor_alone_in_its_class_is_still_a_negative_of_others():
    near = functional.normalize(torch.tensor([[1.0, 0.0], [1.0, 0.2], [1.0, 0.1]]))
    far = functional.normalize(torch.tensor([[1.0, 0.0], [1.0, 0.2], [-1.0, 0.0]]))
    classes = torch.tensor([0, 0, 1])
    assert batch_hard_triplet(near, classes).item() > batch_hard_triplet(far, classes).item() == 0


def test_equal_photos_have_finite_gradients():
    embeddings = functional.normalize(torch.ones(4, 3)).requires_grad_()
    batch_hard_triplet(embeddings, torch.tensor([0, 0, 1, 1])).backward()
    assert torch.isfinite(embeddings.grad).all()


def slopes(loss: Callable[[Rows], float], rows: Rows, step: float = 1e-6) -> Rows:
    """The gradient of a loss, each number moved a little by itself."""
    found = []
    for i, row in enumerate(rows):
        found.append([])
        for j in range(len(row)):
            ends = []
            for sign in (1, -1):
                moved = [list(other) for other in rows]
                moved[i][j] += sign * step
                ends.append(loss(moved))
            found[-1].append((ends[0] - ends[1]) / (2 * step))
    return found


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_arcface_s_gradients_are_the_oracle_s_slopes(seed):
    rng = np.random.default_rng(seed)
    photos, own = rng.integers(1, 60, 4), rng.integers(0, 4, 5)
    head = ArcFace(3, torch.from_numpy(photos), 12.0).double()
    embeddings = functional.normalize(torch.from_numpy(rng.normal(size=(5, 3)))).requires_grad_()
    head(embeddings, torch.from_numpy(own)).backward()
    rows, weights = embeddings.tolist(), head.weight.tolist()
    by_embedding = slopes(lambda moved: slow_arcface(moved, weights, own.tolist(), photos.tolist(), 12.0), rows)
    by_weight = slopes(lambda moved: slow_arcface(rows, moved, own.tolist(), photos.tolist(), 12.0), weights)
    assert embeddings.grad.numpy() == pytest.approx(np.array(by_embedding), abs=1e-3)
    assert head.weight.grad.numpy() == pytest.approx(np.array(by_weight), abs=1e-3)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), classes=st.lists(st.integers(0, 2), min_size=4, max_size=7))
def test_the_triplets_gradients_are_the_oracle_s_slopes(seed, classes):
    """Along the sphere, on which embeddings lie: the loss takes their length for one."""
    raw = torch.from_numpy(np.random.default_rng(seed).normal(size=(len(classes), 3))).requires_grad_()
    batch_hard_triplet(functional.normalize(raw), torch.tensor(classes), 0.5).backward()

    def on_the_sphere(moved: Rows) -> float:
        units = [[x / math.sqrt(dot(row, row)) for x in row] for row in moved]
        return slow_triplet(units, classes, 0.5)

    assert raw.grad.numpy() == pytest.approx(np.array(slopes(on_the_sphere, raw.tolist())), abs=1e-4)
