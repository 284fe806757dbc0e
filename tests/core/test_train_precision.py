"""Mixed precision: what is kept in float32 changes only the rounding; a processor without bfloat16 is left alone."""

import copy

import pytest
import torch
from torch import nn

from whaleid_core.train import precision
from whaleid_core.train.precision import keep_single, mixed


@pytest.fixture(params=[False, True], ids=["without bfloat16", "with bfloat16"])
def processor(request, monkeypatch):
    monkeypatch.setattr(precision, "processor_has_bfloat16", lambda: request.param)
    return request.param


def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.Conv2d(8, 8, 5, padding=2, groups=8),
        nn.Conv2d(8, 8, 3, stride=2, padding=1, groups=8),
        nn.Conv2d(8, 8, 3, padding=1, groups=8),
    )


def dtypes(layers):
    seen = []
    hooks = [layer.register_forward_pre_hook(lambda _, taken: seen.append(taken[0].dtype)) for layer in layers]
    with mixed("cpu"):
        layers(torch.rand(1, 3, 8, 8))
    for hook in hooks:
        hook.remove()
    return seen


def test_a_network_computes_in_bfloat16_where_the_processor_does(processor):
    half = torch.bfloat16 if processor else torch.float32
    assert dtypes(network())[1:] == [half] * 3


def test_outputs_and_gradients_are_those_of_float32_but_for_rounding(processor):
    plain, other, images = network(), network(), torch.rand(2, 3, 16, 16)
    keep_single(other, "cpu")
    with mixed("cpu"):
        outputs = other(images)
    outputs.float().square().mean().backward()
    expected = plain(images)
    expected.square().mean().backward()
    assert torch.allclose(outputs.float(), expected, atol=0.02 if processor else 1e-6)
    for a, b in zip(other.parameters(), plain.parameters(), strict=True):
        assert torch.nn.functional.cosine_similarity(a.grad.flatten(), b.grad.flatten(), dim=0) > 0.99


def test_the_slow_layers_are_given_float32(monkeypatch):
    monkeypatch.setattr(precision, "processor_has_bfloat16", lambda: True)
    layers, taken = network(), []
    for layer in layers:
        monkeypatch.setattr(layer, "_conv_forward", _noting(taken, layer._conv_forward))
    keep_single(layers, "cpu")
    with mixed("cpu"):
        layers(torch.rand(1, 3, 8, 8))
    assert taken[1:3] == [(torch.float32, False)] * 2  # before these, autocast isn't on any more
    assert [taken[0][1], taken[3][1]] == [True, True]


def _noting(taken, inner):
    def forward(images, *rest):
        taken.append((images.dtype, torch.is_autocast_enabled("cpu")))
        return inner(images, *rest)

    return forward


def test_weights_keep_their_names_and_a_copy_made_before_stays_apart():
    layers = network()
    average = copy.deepcopy(layers)
    keep_single(layers, "cpu")
    assert layers.state_dict().keys() == average.state_dict().keys()
