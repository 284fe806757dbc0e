"""Runs a model package: with OpenVINO on the CPU, with torch on a GPU; one interface for both."""

from __future__ import annotations

import json
import math
import sys
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.network_files import problem_of_onnx
from whaleid_core.packages import ONNX, Package

DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "fp32", "bf16")
_HINTS = {"fp32": "f32", "bf16": "bf16"}
LARGEST_RESULT, LARGEST_RESULTS = 1 << 26, 1 << 31
"""Numbers that a step of a network, and all of its steps together, make of one input at most."""
_WITHOUT_END = frozenset({"Loop", "TensorIterator", "If"})
"""Steps that hold networks of their own, as often as they like."""
_CHOICE = "precision.json"
"""What was fastest on this processor when it was measured, in the user's cache; see `choose_precision`."""


class Runner(Protocol):
    """A loaded network; may be run from several threads.

    Attributes:
        device: "cpu", "cuda" or "mps".
        precision: what it computes in, e.g. "bf16".
    """

    device: str
    precision: str

    def run(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The network's first output for n inputs: (n, height, width) grey or (n, height, width, 3) RGB uint8."""


def open_runner(package: Package, device: str = "auto", precision: str = "auto") -> Runner:
    """Load a package on a device; "auto" takes a GPU where torch sees one, else the CPU.

    Args:
        precision: one of `PRECISIONS`, for the CPU; "auto" is fp32 for a network that `must_be_exact`, else what was
            measured to be fastest on this processor, and until it was, bf16 where the processor has it.

    Raises:
        WhaleIdError: the device isn't there, or the file can't be loaded.
    """
    if precision not in PRECISIONS:
        raise WhaleIdError(f"There is no precision {precision!r}.", f"Choose one of {', '.join(PRECISIONS)}.")
    if device not in DEVICES:
        raise WhaleIdError(f"There is no device {device!r}.", f"Choose one of {', '.join(DEVICES)}.")
    gpu = seen_gpu()
    if device in ("cuda", "mps") and device != gpu:
        hint = "Leave the device at auto, or choose cpu."
        raise WhaleIdError(f"No {device} GPU is seen here.", hint, Kind.ENVIRONMENT)
    if gpu and device != "cpu":
        from whaleid_core.runtime_torch import TorchRunner

        return TorchRunner(package, gpu)
    if precision == "auto":
        precision = "fp32" if must_be_exact(package) else chosen_precision()
    return OpenVinoRunner(package, precision)


def must_be_exact(package: Package) -> bool:
    """Whether a network compares tails by vectors: in bf16 a vector has a cosine of 0.996 to its own, and in 100 photos
    one more is wrong."""
    return package.task == "embed"


def seen_gpu() -> str:
    """The GPU that torch can use, "cuda" or "mps", or an empty string; torch need not be installed."""
    if find_spec("torch") is None or not _graphics_driver():
        return ""
    from whaleid_core.runtime_torch import torch_gpu

    return torch_gpu()


def _graphics_driver() -> bool:
    """Whether a driver that torch could use is there: importing torch only to hear no costs seconds at each start."""
    import platform
    import shutil

    return platform.system() == "Darwin" or Path("/dev/nvidiactl").exists() or shutil.which("nvidia-smi") is not None


def processor_precisions() -> tuple[str, ...]:
    """Those of `PRECISIONS` that this processor computes in by itself, the exactest first."""
    able = quiet_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return ("fp32", "bf16") if "BF16" in able else ("fp32",)


def choose_precision(precision: str) -> None:
    """Keep what "auto" stands for on this processor from now on, for networks that need not be exact.

    Raises:
        OSError: the user's cache can't be written.
    """
    path = user_cache_path("whalegui") / _CHOICE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"processor": _processor(), "precision": precision}), encoding="utf-8")


def chosen_precision() -> str:
    """What was chosen for this processor: "auto" where nothing was, or for another one."""
    try:
        kept = json.loads((user_cache_path("whalegui") / _CHOICE).read_text(encoding="utf-8"))
        chosen = str(kept["precision"]) if kept["processor"] == _processor() else "auto"
    except (OSError, ValueError, TypeError, KeyError):
        return "auto"
    return chosen if chosen in PRECISIONS else "auto"


def _processor() -> str:
    return str(quiet_openvino().Core().get_property("CPU", "FULL_DEVICE_NAME"))


class OpenVinoRunner:
    """Runs a package's ONNX file on the CPU; see `open_runner` for the precision."""

    device = "cpu"

    def __init__(self, package: Package, precision: str = "auto") -> None:
        core = quiet_openvino().Core()
        cache = user_cache_path("whalegui") / "openvino"
        # Threads tied to a core wait for whatever else runs on it: beside other work that took ten times as long.
        settings: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False}
        if precision != "auto":
            settings["INFERENCE_PRECISION_HINT"] = _HINTS[precision]
        try:
            cache.mkdir(parents=True, exist_ok=True)
            settings["CACHE_DIR"] = str(cache)
        except OSError:
            pass  # a start without the cache is slower by a second, that is all
        model = _read(core, package)
        try:
            self._compiled = core.compile_model(model, "CPU", settings)
        except RuntimeError as error:
            raise _not_loaded(package, f"{ONNX} is damaged") from error
        kind = str(self._compiled.get_property("INFERENCE_PRECISION_HINT"))
        self.precision = "bf16" if "bfloat16" in kind or "bf16" in kind else "fp32"
        self._package = package
        self._one_at_a_time = Lock()

    def run(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        batch = prepared(self._package, pixels)
        # A compiled model has one request: threads that meet in it get each other's results, or an error.
        with self._one_at_a_time:
            return np.array(self._compiled(batch)[0], dtype=np.float32)


def check_bounds(package: Package) -> None:
    """See before a network is run that it takes no more memory or time than networks do: it may want any of it.

    Raises:
        WhaleIdError: it takes more, or can't be read.
    """
    openvino = quiet_openvino()
    model = _read(openvino.Core(), package)
    channels = 1 if package.grey else 3
    try:
        model.reshape(openvino.PartialShape([1, channels, package.height, package.width]))
        steps = model.get_ops()
        shapes = [output.get_partial_shape() for step in steps for output in step.outputs()]
        sizes = [math.inf if shape.is_dynamic else math.prod(shape.to_shape()) for shape in shapes]
    except RuntimeError as error:
        raise _not_loaded(package, f"{ONNX} is damaged") from error
    endless = any(step.get_type_name() in _WITHOUT_END for step in steps)
    if endless or max(sizes, default=0) > LARGEST_RESULT or sum(sizes) > LARGEST_RESULTS:
        sentence = f"The model package {package.name} was refused: its network takes more memory than networks do."
        raise WhaleIdError(sentence, "Ask whoever made it for another one.")


def _read(core: Any, package: Package) -> Any:
    """A package's network, not made ready to run yet."""
    file = package.folder / ONNX
    try:
        if problem := problem_of_onnx(file):
            raise _not_loaded(package, problem)
        return core.read_model(file)
    except (OSError, RuntimeError) as error:
        raise _not_loaded(package, f"{ONNX} is damaged") from error


def _not_loaded(package: Package, what: str) -> WhaleIdError:
    sentence = f"The model package {package.name} can't be loaded: its {what}."
    return WhaleIdError(sentence, "Copy it again.", Kind.ENVIRONMENT)


def quiet_openvino() -> Any:
    """The library, without its telemetry, which would call its makers at each start and leave a thread behind."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


def prepared(package: Package, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What a package's network takes: (n, channels, height, width) float32, (pixel / 255 - mean) / std."""
    images = pixels[..., None] if pixels.ndim == 3 else pixels
    channels = 1 if package.grey else 3
    if images.shape[1:] != (package.height, package.width, channels):
        raise ValueError(f"{package.name} takes {package.width} x {package.height} x {channels}, not {images.shape}")
    sides = package.manifest["input"]
    mean = np.asarray(sides.get("mean", [0.0] * channels), np.float32)
    std = np.asarray(sides.get("std", [1.0] * channels), np.float32)
    # Looked up, not computed: pixels have 256 values, and arithmetic was a sixth of the detector's time.
    table = (np.arange(256, dtype=np.float32)[:, None] / 255 - mean) / std
    batch = np.empty((len(images), channels, package.height, package.width), np.float32)
    for channel in range(channels):
        np.take(table[:, channel], images[..., channel], out=batch[:, channel], mode="clip")  # "raise" would copy
    return batch
