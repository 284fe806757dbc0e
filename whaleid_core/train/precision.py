"""Mixed precision while training: bfloat16 on a GPU, and on a processor that computes in it."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import nn

from whaleid_core.runtime import processor_precisions


def mixed(device: str) -> torch.autocast:
    """A context in which a network is run for training: bfloat16 where that is faster, else float32."""
    kind = "cuda" if device.startswith("cuda") else "cpu"
    return torch.autocast(kind, torch.bfloat16, enabled=kind == "cuda" or processor_has_bfloat16())


@cache
def processor_has_bfloat16() -> bool:
    """Whether this processor computes in bfloat16; one that only imitates it takes nine times as long."""
    return "bf16" in processor_precisions()


def keep_single(network: nn.Module, device: str) -> None:
    """Let a network's depthwise convolutions of 5 x 5 and of stride 2 compute in float32 on a processor.

    Their backward pass takes up to four times as long in bfloat16 there; with them in float32 a step of
    EfficientNet-lite0 takes three quarters of the time of float32 throughout.
    """
    if device != "cpu" or not processor_has_bfloat16():
        return
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d) and layer.groups > 1 and (layer.kernel_size[0] > 3 or layer.stride[0] > 1):
            _in_single(layer)


def _in_single(layer: nn.Module) -> None:
    inner = layer.forward

    def forward(x: torch.Tensor) -> Any:
        with torch.autocast("cpu", enabled=False):
            return inner(x.float()).to(x.dtype)

    layer.forward = forward
