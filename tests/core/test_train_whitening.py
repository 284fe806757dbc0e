"""Whitening of embeddings: what the matrix does to differences within whales, and that a network takes it in."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from whaleid_core.networks import EmbeddingNet
from whaleid_core.train.whitening import fold, within_class


def drawn(seed, whales=200, photos=4, length=8):
    """Vectors around the centre of each whale, which differ in the first directions far more than in the last."""
    rng = np.random.default_rng(seed)
    centres = np.repeat(rng.normal(size=(whales, length)), photos, axis=0)
    noise = rng.normal(size=centres.shape) * np.geomspace(2.0, 0.1, length)
    return centres + noise, np.repeat([f"w{n}" for n in range(whales)], photos)


def test_differences_within_a_whale_are_alike_in_all_directions():
    vectors, whales = drawn(1)
    white = vectors @ within_class(vectors, whales, 0.0)
    differences = white[0::4] - white[1::4]
    spread = np.cov(differences.T)
    assert spread / np.trace(spread) * len(spread) == pytest.approx(np.eye(len(spread)), abs=0.25)


def test_the_nearest_is_more_often_of_the_same_whale():
    vectors, whales = drawn(2)
    fitted, asked = whales < "w5", whales >= "w5"

    def right(x, w):
        x = x / np.linalg.norm(x, axis=1, keepdims=True)
        alike = x @ x.T - 2 * np.eye(len(x))
        return (w[alike.argmax(1)] == w).mean()

    matrix = within_class(vectors[fitted], whales[fitted], 0.1)
    assert right(vectors[asked] @ matrix, whales[asked]) > right(vectors[asked], whales[asked]) + 0.05


@given(shrink=st.floats(0.01, 100), length=st.integers(2, 8))
def test_its_scale_is_that_of_the_identity_which_it_comes_to_when_shrunk(shrink, length):
    vectors, whales = drawn(3, 20, 2, length)
    assert np.square(within_class(vectors, whales, shrink)).sum() == pytest.approx(length)
    assert within_class(vectors, whales, 1e9) == pytest.approx(np.eye(length), abs=1e-6)


def test_whales_with_one_photo_each_say_nothing():
    vectors, _ = drawn(4, 5, 1)
    assert np.array_equal(within_class(vectors, np.array(list("abcde")), 0.5), np.eye(8))


def test_a_network_takes_the_matrix_in():
    torch.manual_seed(0)
    network = EmbeddingNet("tf_efficientnet_lite0", 16, 1)
    network.train()
    images = torch.rand(6, 1, 32, 64)
    network(images)  # so that the statistics aren't those of the beginning
    network.eval()
    matrix = within_class(*drawn(5, length=16), 0.3)
    with torch.inference_mode():
        before = network(images).double().numpy()
        fold(network, matrix)
        after = network(images).double().numpy()
    assert after == pytest.approx(before @ matrix, abs=1e-3)
