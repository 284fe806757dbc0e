"""Similarities to very many vectors in a quarter of the memory: in 8 bits, with how far off they can be."""

# A search of a large gallery waits for memory, or for the processor where many tails are asked for at once. Bytes are
# read in a quarter of the time and multiplied in a third; which whales are the best is then settled in full precision.

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whaleid_core.runtime import quiet_openvino

Floats = NDArray[np.float32]
_STEPS, _BLOCK = 127, 8192


@dataclass(frozen=True, eq=False)
class Coarse:
    """Unit vectors, each number rounded to one of 255 steps.

    Attributes:
        steps: (rows, length) of int8.
        step: how large one is.
        off: the length of the longest difference between a vector and its rounded one.
    """

    steps: NDArray[np.int8]
    step: float
    off: float

    @classmethod
    def of(cls, matrix: Floats) -> Coarse:
        """Round (rows, length) unit vectors."""
        step = max(float(matrix.max(initial=0)), -float(matrix.min(initial=0)), 1e-6) / _STEPS
        steps, off = np.empty(matrix.shape, np.int8), 0.0
        for start in range(0, len(matrix), _BLOCK):
            some = matrix[start : start + _BLOCK]
            rounded = np.rint(some / step)
            steps[start : start + len(some)] = rounded
            off = max(off, float(np.linalg.norm(some - rounded * step, axis=1).max()))
        return cls(steps, step, off)

    def similarities(self, queries: Floats) -> tuple[Floats, Floats]:
        """Of (n, length) unit vectors to each row, (n, rows), and how far off those of each query are at most, (n,).

        By the triangle inequality and Cauchy and Schwarz: |q.x - q'.x'| <= |q - q'| |x| + |q'| |x - x'|.
        """
        step = np.maximum(np.abs(queries).max(axis=1, keepdims=True), 1e-6) / _STEPS
        rounded = np.rint(queries / step)
        request = _product(queries.shape[1]).create_infer_request()
        openvino = quiet_openvino()
        request.set_input_tensor(0, openvino.Tensor(np.ascontiguousarray(rounded, np.float32), shared_memory=True))
        request.set_input_tensor(1, openvino.Tensor(self.steps, shared_memory=True))
        found = np.empty((len(queries), len(self.steps)), np.float32)
        request.set_output_tensor(openvino.Tensor(found, shared_memory=True))
        request.infer()
        found *= self.step * step * _STEPS**2
        near = rounded * step
        off = np.linalg.norm(queries - near, axis=1) + np.linalg.norm(near, axis=1) * self.off
        return found, off.astype(np.float32)


@cache
def of_use() -> bool:
    """Whether this processor multiplies bytes, and rightly: without the instructions for it, large sums may be cut."""
    ones = Coarse(np.full((64, 256), _STEPS, np.int8), 1.0, 0.0)
    ones.steps[::2] *= -1
    found, _ = ones.similarities(np.full((16, 256), _STEPS, np.float32))
    nodes = [node.get_rt_info() for node in _product(256).get_runtime_model().get_ordered_ops()]
    bytes_do = any(node["layerType"] == "MatMul" and node["runtimePrecision"] == "i8" for node in nodes)
    return bytes_do and np.allclose(np.abs(found), 256 * _STEPS**2, rtol=1e-5)


@cache
def _product(length: int) -> Any:
    """Multiplies whole numbers from -127 to 127, (n, length) float32, with (rows, length) int8: (n, rows) float32, in
    127 times 127ths."""
    openvino = quiet_openvino()
    from openvino import opset13 as op

    queries = op.parameter(openvino.PartialShape([-1, length]), openvino.Type.f32)
    steps = op.parameter(openvino.PartialShape([-1, length]), openvino.Type.i8)
    least, most = np.float32(-_STEPS - 1), np.float32(_STEPS)
    # Whole numbers stay as they are but for the scale: that is the form in which OpenVINO sees that bytes will do.
    whole = op.fake_quantize(queries, least, most, least / _STEPS, most / _STEPS, 256)
    product = op.matmul(whole, op.multiply(op.convert(steps, "f32"), np.float32(1 / _STEPS)), False, True)
    settings = {"PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False}
    return openvino.Core().compile_model(openvino.Model([product], [queries, steps]), "CPU", settings)
