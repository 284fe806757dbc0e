"""Similarities to very many vectors in a fraction of the time: in 8 bits, with how far off they can be."""

# A search of a large gallery waits for memory, or for the processor where many tails are asked for at once. Bytes are
# read in a quarter of the time and multiplied in a third; which whales are the best is then settled in full precision.

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whaleid_core.runtime import quiet_openvino
from whaleid_core.settle import Coarsely

Floats = NDArray[np.float32]
_STEPS, _BLOCK = 127, 8192
AT_ONCE = 64
"""So many queries are multiplied at a time: for more OpenVINO would keep the vectors once more, in another order."""


@dataclass(frozen=True, eq=False)
class Coarse:
    """Unit vectors, each number rounded to one of 255 steps.

    Attributes:
        steps: (rows, length) of int8.
        step: (rows, 1) how large one is in each row.
        off: (rows,) the length of the difference between each vector and its rounded one.
    """

    steps: NDArray[np.int8]
    step: Floats
    off: Floats

    @classmethod
    def of(cls, matrix: Floats, order: NDArray[np.intp] | None = None) -> Coarse:
        """Round (rows, length) unit vectors; `order` names the rows in the order in which they are to be."""
        steps = np.empty(matrix.shape, np.int8)
        step, off = np.empty((len(matrix), 1), np.float32), np.empty(len(matrix), np.float32)
        for start in range(0, len(matrix), _BLOCK):
            block = slice(start, start + _BLOCK)
            vectors = matrix[block] if order is None else matrix[order[block]]
            rounded, step[block] = _rounded(vectors)
            steps[block] = rounded
            off[block] = np.linalg.norm(vectors - rounded * step[block], axis=1)
        return cls(steps, step, off)

    def similarities(self, queries: Floats) -> Coarsely:
        """Of (n, length) unit vectors to each row.

        How far off by the triangle inequality and Cauchy and Schwarz: |q.x - q'.x'| <= |q - q'| |x| + |q'| |x - x'|,
        where |x| is 1 and |q'| at most 1 + |q - q'|. The last term's |x - x'| is the row's own, `off`.
        """
        rounded, step = _rounded(queries)
        found = np.empty((len(queries), len(self.steps)), np.float32)
        if found.size:
            openvino, request = quiet_openvino(), self._product.create_infer_request()
            for start in range(0, len(queries), AT_ONCE):
                some = slice(start, start + AT_ONCE)
                request.set_input_tensor(openvino.Tensor(rounded[some], shared_memory=True))
                request.set_output_tensor(openvino.Tensor(found[some], shared_memory=True))
                request.infer()
            found *= step
        own = np.linalg.norm(queries - rounded * step, axis=1)
        return Coarsely(found, own * (1 + self.off.max(initial=0)))

    @cached_property
    def _product(self) -> Any:
        """Multiplies whole numbers from -127 to 127, (n, length) float32, with each row: (n, rows) float32."""
        openvino = quiet_openvino()
        from openvino import opset13 as op

        queries = op.parameter(openvino.PartialShape([-1, self.steps.shape[1]]), openvino.Type.f32)
        least, most = np.float32(-_STEPS - 1), np.float32(_STEPS)
        # Whole numbers stay as they are: that is the form in which OpenVINO sees that bytes will do. The rows are a
        # constant, for it to put them once into the order in which this processor multiplies them.
        whole = op.fake_quantize(queries, least, most, least, most, 256)
        rows = op.multiply(op.convert(op.constant(self.steps, shared_memory=True), "f32"), op.constant(self.step))
        settings = {"PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False}
        model = openvino.Model([op.matmul(whole, rows, False, True)], [queries])
        return openvino.Core().compile_model(model, "CPU", settings)


def _rounded(vectors: Floats) -> tuple[Floats, Floats]:
    """Each vector in whole steps, (rows, length), and how large one is, (rows, 1)."""
    step = np.maximum(np.abs(vectors).max(axis=1, keepdims=True, initial=0), 1e-6) / np.float32(_STEPS)
    return np.rint(vectors / step), step


@cache
def of_use() -> bool:
    """Whether this processor multiplies bytes, and rightly: without the instructions for it, large sums may be cut."""
    steps = np.full((64, 256), _STEPS, np.int8)
    steps[::2] *= -1
    ones = Coarse(steps, np.ones((64, 1), np.float32), np.zeros(64, np.float32))
    found = ones.similarities(np.full((16, 256), _STEPS, np.float32)).found
    nodes = [node.get_rt_info() for node in ones._product.get_runtime_model().get_ordered_ops()]
    bytes_do = any(
        node["layerType"] in ("MatMul", "FullyConnected") and node["runtimePrecision"] == "i8" for node in nodes
    )
    return bytes_do and np.allclose(np.abs(found), 256 * _STEPS**2, rtol=1e-5)
