"""The torch half of the runtime: runs a package's safetensors on a GPU (or, to compare the two, on the CPU)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from whaleid_core.networks import build
from whaleid_core.packages import Package, read_package
from whaleid_core.runtime import prepared


def torch_gpu() -> str:
    """ "cuda" or "mps" where torch can use one, else an empty string."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else ""


class TorchRunner:
    """Runs a package with torch; in half precision on CUDA, where it is twice as fast and as good, else in float32."""

    def __init__(self, package: Package, device: str) -> None:
        self.device = device
        self.precision = "fp16" if device == "cuda" else "fp32"
        self._package = package
        self._network = build(package).to(device, memory_format=torch.channels_last)

    def run(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `runtime.Runner`."""
        batch = torch.from_numpy(prepared(self._package, pixels))
        if self.device == "cuda":
            batch = batch.pin_memory()  # which the card fetches by itself
        batch = batch.to(self.device, non_blocking=True, memory_format=torch.channels_last)
        with torch.inference_mode(), torch.autocast(self.device, torch.float16, enabled=self.device == "cuda"):
            output = self._network(batch)
        # A detection network in evaluation mode gives its decoded boxes first, then what the loss would want.
        first = output[0] if isinstance(output, tuple) else output
        return np.asarray(first.float().cpu().numpy(), dtype=np.float32)


@cache
def _embedding_network(folder: Path) -> nn.Module:
    return build(read_package(folder)).eval().requires_grad_(False)


def similarity_maps(package: Package, pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What in each of two crops made an embedding network find them alike, (rows, columns) each, 0 to 1 over both.

    Of the similarity of the two unit vectors the gradient at the last feature map is multiplied by that map and summed
    over its channels (HiResCAM, Draelos & Carin 2020, for a similarity in place of a class); what speaks against it is
    left out.

    Args:
        pixels: two crops as the package takes them.

    Raises:
        WhaleIdError: the package is damaged.
    """
    network = _embedding_network(package.folder)
    held: list[torch.Tensor] = []

    def hold(module: nn.Module, given: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        held.append(given[0].detach().requires_grad_(True))
        return (held[-1],)

    handle = network.pool.register_forward_pre_hook(hold)  # type: ignore[union-attr]
    try:
        with torch.enable_grad():
            vectors = nn.functional.normalize(network(torch.from_numpy(prepared(package, pixels))))
            (gradient,) = torch.autograd.grad((vectors[0] * vectors[1]).sum(), held[0])
    finally:
        handle.remove()
    maps = (gradient * held[0]).sum(1).clamp(min=0).detach().numpy()
    maps = maps / max(float(maps.max()), 1e-12)
    return np.asarray(maps[0], np.float32), np.asarray(maps[1], np.float32)
