"""Long runs: what a day's work must not use up; run by `make soak`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from reliability import Tried, memory_mb

from whaleid_core.engine import load_engine
from whaleid_core.identify import see_all
from whaleid_core.photos import photo_files
from whaleid_core.sample import draw_survey

pytestmark = pytest.mark.soak

PHOTOS, WARM = 400, 100
GROWTH_MB = 150


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
def test_searching_many_photos_keeps_the_memory(tmp_path: Path, tried: Tried) -> None:
    survey = draw_survey(tmp_path, 20, PHOTOS, 0, (1500, 1000), 1)
    photos = photo_files(survey.known_dir)
    number, begun = 0, 0.0
    for number, _ in enumerate(see_all(load_engine("cpu"), photos), start=1):
        if number == WARM:
            begun = memory_mb()
    grown = memory_mb() - begun
    assert number == len(photos) == PHOTOS
    assert grown < GROWTH_MB
    tried("Photos searched one after the other", PHOTOS, f"memory {grown:+.0f} MB after the first {WARM}")
