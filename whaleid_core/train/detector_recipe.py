"""The recipe of a tail detector and the Ultralytics network that it describes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from whaleid_core.errors import WhaleIdError

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the training: its share of the whole, the scenes' side in pixels, scenes a step."""

    share: float
    size: int
    batch: int


@dataclass(frozen=True, slots=True)
class DetectorRecipe:
    """Everything that decides how a tail detector is trained, as `recipes/detector.toml` explains it."""

    name: str
    version: str
    seed: int
    held_out: int
    sketches: int
    input_size: int
    depth: float
    width: float
    max_channels: int
    samples: int
    learning_rate: float
    final_share: float
    warmup: int
    weight_decay: float
    frozen: int
    ema: float
    gains: Mapping[str, float]
    scenes: Mapping[str, float]
    stages: tuple[Stage, ...]
    family: str = "yolo11"
    judge: bool = True

    @classmethod
    def read(cls, path: Path) -> DetectorRecipe:
        """Reads a TOML recipe; WhaleIdError where it lacks something or holds something unknown."""
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            table.pop("kind", None)
            stages = tuple(Stage(**stage) for stage in table.pop("stages"))
            flat = {**table.pop("network"), **table.pop("optimiser"), **table}
            return cls(stages=stages, **flat)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as problem:
            hint = "Compare it with whaleid_core/train/recipes/detector.toml."
            raise WhaleIdError(f"{path.name} is no recipe for a detector: {problem}.", hint) from problem

    def stage(self, part: float) -> Stage:
        """The stage that is on when a part (0 to 1) of the training is done."""
        reached = 0.0
        total = sum(stage.share for stage in self.stages)
        for stage in self.stages:
            reached += stage.share / total
            if part < reached:
                return stage
        return self.stages[-1]


def build_network(recipe: DetectorRecipe, device: str = "cpu") -> torch.nn.Module:
    """A single-class detection network at the recipe's scales, with fresh weights, and its loss."""
    from whaleid_core.networks import detection_net

    network: torch.nn.Module = detection_net(architecture(recipe)).to(device)  # before the loss is made there
    network.args = SimpleNamespace(**recipe.gains)  # type: ignore[assignment]  # where its loss looks for them
    network.criterion = loss_within_reach(network)
    return network


def loss_within_reach(network: Any) -> Any:
    """Ultralytics' detection loss, in which no anchor answers for a tail whose edges it can't reach.

    An anchor can place an edge at most 15 strides away (reg_max - 1). Without this rule, a training that begins with
    small scenes leaves everything to the finest level (stride 8), whose boxes can't grow beyond 240 pixels later.
    """
    from ultralytics.utils.loss import v8DetectionLoss
    from ultralytics.utils.tal import TaskAlignedAssigner

    class ReachingAssigner(TaskAlignedAssigner):  # type: ignore[misc]
        def select_candidates_in_gts(self, xy_centers: Any, gt_bboxes: Any, *rest: Any, **named: Any) -> Any:
            inside = super().select_candidates_in_gts(xy_centers, gt_bboxes, *rest, **named).bool()
            near, far = gt_bboxes[:, :, None, :2], gt_bboxes[:, :, None, 2:]
            farthest = (xy_centers - near).maximum(far - xy_centers).amax(-1)
            reached = inside & (farthest <= steps * anchor_strides(xy_centers))
            return reached | (inside & ~reached.any(-1, keepdim=True))

    loss = v8DetectionLoss(network)
    steps = loss.reg_max - 1
    usual = loss.assigner
    loss.assigner = ReachingAssigner(topk=usual.topk, num_classes=loss.nc, alpha=usual.alpha, beta=usual.beta)
    return loss


def anchor_strides(centres: torch.Tensor) -> torch.Tensor:
    """The stride of each anchor, (n,), from their centres in pixels, (n, 2), level after level, row after row.

    A level begins where the rows jump back to the top; its first centre lies half a stride from the corner.
    """
    begins = centres.new_ones(len(centres)).bool()
    begins[1:] = centres[1:, 1] < centres[:-1, 1]
    level = begins.long().cumsum(0) - 1
    return 2 * centres[begins, 0][level]


def architecture(recipe: DetectorRecipe) -> str:
    """The network's name in a model package, e.g. `yolo11-0.5-0.1875-1024`: family, depth, width, most channels."""
    return f"{recipe.family}-{recipe.depth:g}-{recipe.width:g}-{recipe.max_channels}"
