"""Where a network looked: maps of two tails, where they lie in the photos, and words where they cannot be had."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_packages import crops, small_embedder

from whaleid_core import relevance as module
from whaleid_core.errors import WhaleIdError
from whaleid_core.packages import Package
from whaleid_core.records import Box
from whaleid_core.relevance import Seen, relevance
from whaleid_core.runtime_torch import similarity_maps


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return small_embedder(tmp_path_factory.mktemp("package") / "small")


def test_maps_are_between_none_and_one_and_of_two_like_tails_alike(package: Package) -> None:
    one, other = crops(2)
    first, second = similarity_maps(package, np.stack([one, one]))
    assert first.shape == second.shape
    assert np.allclose(first, second, atol=1e-4)
    both = np.stack(similarity_maps(package, np.stack([one, other])))
    assert both.min() >= 0
    assert both.max() == pytest.approx(1.0) or not both.any()
    swapped = np.stack(similarity_maps(package, np.stack([other, one])))
    assert np.allclose(both, swapped[::-1], atol=1e-4)


def test_what_is_seen_of_photos_lies_where_their_tails_are(
    package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_network", lambda: package)
    paths = [tmp_path / f"{n}.png" for n in range(2)]
    for path, pixels in zip(paths, crops(2, width=300, height=200), strict=True):
        Image.fromarray(pixels).convert("RGB").save(path)
    box = Box(50, 40, 250, 140)
    found = relevance(*(Seen(path, box, 300) for path in paths))
    assert found.places[0].corners == pytest.approx((40, 35, 260, 145))
    assert all(one.ndim == 2 and one.max() <= 1 for one in found.maps)
    with pytest.raises(WhaleIdError, match="isn't in"):
        relevance(Seen(tmp_path / "gone.png", box, 300), Seen(paths[0], box, 300))


def test_without_torch_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(WhaleIdError, match="torch isn't installed"):
        module._network.__wrapped__()
