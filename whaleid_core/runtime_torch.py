"""The torch half of the runtime: runs a package's safetensors on a GPU (or, to compare the two, on the CPU)."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from whaleid_core.networks import build
from whaleid_core.packages import Package
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
        batch = torch.from_numpy(prepared(self._package, pixels)).to(self.device, memory_format=torch.channels_last)
        with torch.inference_mode(), torch.autocast(self.device, torch.float16, enabled=self.device == "cuda"):
            output = self._network(batch)
        # A detection network in evaluation mode gives its decoded boxes first, then what the loss would want.
        first = output[0] if isinstance(output, tuple) else output
        return np.asarray(first.float().cpu().numpy(), dtype=np.float32)
