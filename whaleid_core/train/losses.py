"""The two losses of the embedding network: ArcFace with a margin by photos per whale, and batch-hard triplets."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional


def margins(photos_per_class: torch.Tensor) -> torch.Tensor:
    """The ArcFace margin of each class, in radians: 0.05 + 0.271 n^-0.364 for n photos.

    Rare whales get wide margins, as in the first place of Kaggle's Happywhale 2022.
    """
    return 0.05 + 0.271 * photos_per_class.float().clamp(min=1).pow(-0.364)


class ArcFace(nn.Module):
    """Additive angular margin loss (Deng et al. 2019): cross-entropy over scaled cosines to one vector a class.

    Args:
        length: numbers in an embedding.
        photos_per_class: (classes,) how many photos each class has in training.
        scale: what the cosines are multiplied with.
    """

    margin: torch.Tensor

    def __init__(self, length: int, photos_per_class: torch.Tensor, scale: float = 25.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(len(photos_per_class), length))
        nn.init.xavier_normal_(self.weight)
        self.scale = scale
        self.register_buffer("margin", margins(photos_per_class))

    def forward(self, embeddings: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        """Mean loss of (batch, length) unit embeddings whose classes are (batch,) integers."""
        cosine = embeddings @ functional.normalize(self.weight).T
        own = cosine.gather(1, classes[:, None]).squeeze(1).clamp(-1 + 1e-6, 1 - 1e-6)
        margin = self.margin[classes]
        widened = own * margin.cos() - (1 - own * own).sqrt() * margin.sin()
        # Past pi - margin the cosine would rise again: go on in a straight line instead.
        widened = torch.where(own > (math.pi - margin).cos(), widened, own - margin * margin.sin())
        logits = cosine.scatter(1, classes[:, None], widened[:, None])
        return functional.cross_entropy(self.scale * logits, classes)


def batch_hard_triplet(embeddings: torch.Tensor, classes: torch.Tensor, margin: float = 0.3) -> torch.Tensor:
    """Mean hinge over anchors of (farthest of its class) - (nearest of another class) + margin (Hermans et al. 2017).

    Distances are Euclidean between unit vectors: (batch, length) embeddings, (batch,) classes. Anchors alone in their
    class have no positive and don't count.
    """
    squared = (2 - 2 * embeddings @ embeddings.T).clamp(min=1e-8)
    distance = squared.sqrt()
    same = classes[:, None] == classes[None, :]
    positive = same & ~torch.eye(len(classes), dtype=torch.bool, device=classes.device)
    counted = positive.any(1) & (~same).any(1)
    if not counted.any():
        return embeddings.sum() * 0
    farthest = distance.masked_fill(~positive, -1).amax(1)
    nearest = distance.masked_fill(same, 10).amin(1)
    return (farthest - nearest + margin)[counted].clamp(min=0).mean()
