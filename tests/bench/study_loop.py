"""What a measure is held against: the original study's networks, and its loop over photos, in eager PyTorch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from brute_force import BruteForce
from PIL import Image
from torch import nn

from whaleid_core.embed import Vectors
from whaleid_core.networks import build, detection_net, study_net
from whaleid_core.packages import Package, write_package
from whaleid_core.photos import Pixels, crop
from whaleid_core.records import Box
from whaleid_core.runtime import prepared
from whaleid_core.train.embedding_package import write_network
from whaleid_core.train.study_augment import MEAN, STD
from whaleid_core.train.study_package import NEIGHBOURS

ARCHITECTURES = ("pretrainedmodels/resnet50", *["timm/efficientnet_b0"] * 3)
DETECTOR, SEARCHED = "yolov5-0.33-0.5-1024", 640
SIDE, LENGTH = 256, 512
DAMPED = 0.3
"""What the last batch norm of a residual branch multiplies by. Training brings it down to about this. As they are drawn
it is 1, with which a change of a thousandth at the first layer is one of many hundredths at the last."""


def damped(network: nn.Module, photos: torch.Tensor) -> nn.Module:
    """A network of random weights that answers different photos differently, and like photos alike, as a trained one.

    Its batch norms take their statistics from the photos.
    """
    for name, module in network.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
            if name.endswith("bn3"):
                nn.init.constant_(module.weight, DAMPED)
    with torch.no_grad():
        network.train()(photos)
    return network.eval()


def study_packages(folder: Path, crops: Pixels) -> list[Package]:
    """The study's four networks with random weights, as packages; `crops` (n, SIDE, SIDE, 3) are what they have met."""
    sides = {"width": SIDE, "height": SIDE, "colour": "rgb", "mean": list(MEAN), "std": list(STD)}
    packages = []
    for number, architecture in enumerate(ARCHITECTURES):
        torch.manual_seed(number)
        manifest = {
            "name": f"study-{number}", "version": "1", "task": "embed", "length": LENGTH, "architecture": architecture,
            "input": sides, "margin": 0.0, "licence": "AGPL-3.0-or-later",
        }  # fmt: skip
        own = folder / manifest["name"]
        photos = torch.from_numpy(prepared(Package(own, manifest), crops))
        write_network(damped(study_net(architecture, LENGTH), photos), own, SIDE, SIDE, 3)
        packages.append(write_package(own, manifest))
    return packages


class StudyLoop:
    """The study's way with a photo: all of it is decoded, and one network after the other is asked.

    Args:
        packages: its four networks.
        gallery: (rows, LENGTH), searched with the first network's output.
    """

    def __init__(self, packages: Sequence[Package], gallery: Vectors) -> None:
        torch.set_num_threads(os.cpu_count() or 1)  # as it would by itself, whatever the environment says
        self._package = packages[0]
        self._networks = [build(package) for package in packages]
        self._detector = detection_net(DETECTOR).eval()
        self._near = BruteForce(gallery, NEIGHBOURS, "auto")

    def embed(self, crops: Pixels) -> list[Vectors]:
        """Each network's output for crops (n, SIDE, SIDE, 3)."""
        batch = torch.from_numpy(prepared(self._package, crops))
        with torch.no_grad():
            return [network(batch).numpy() for network in self._networks]

    def identify(self, path: Path, box: Box) -> tuple[Vectors, np.ndarray]:
        """The mean of the outputs, and the nearest rows of the gallery.

        Args:
            box: the tail; the detector runs in full, but its weights are random, so what it finds is not used.
        """
        pixels = np.asarray(Image.open(path).convert("RGB"))
        self._detect(pixels)
        outputs = self.embed(crop(pixels, box, SIDE, SIDE)[None])
        return np.mean(outputs, axis=0), self._near.nearest(outputs[0])

    def _detect(self, pixels: Pixels) -> object:
        """What `YOLO.predict` does: the longer side to `SEARCHED`, sides in multiples of 32, suppression of doubles."""
        from ultralytics.data.augment import LetterBox
        from ultralytics.utils.nms import non_max_suppression

        small = LetterBox((SEARCHED, SEARCHED), auto=True, stride=32)(image=pixels)
        batch = torch.from_numpy(np.ascontiguousarray(small.transpose(2, 0, 1)[None])).float() / 255
        with torch.no_grad():
            return non_max_suppression(self._detector(batch)[0])
