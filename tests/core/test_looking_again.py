"""A detector that looks again tells what it would change, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from whaleid_core import workflow
from whaleid_core.boxes import iou_matrix
from whaleid_core.catalogue import Catalogue
from whaleid_core.engine import Engine
from whaleid_core.errors import Cancelled
from whaleid_core.looking_again import look_again
from whaleid_core.records import Box, Drawer
from whaleid_core.sample import Survey


class Told:
    def __init__(self, stop_after: int = -1) -> None:
        self.failures: list[str] = []
        self.steps: list[tuple[int, int]] = []
        self._stop_after = stop_after

    def progress(self, done: int, total: int) -> None:
        self.steps.append((done, total))

    def cancel(self) -> bool:
        return len(self.steps) == self._stop_after

    def failure(self, sentence: str) -> None:
        self.failures.append(sentence)


@pytest.fixture
def catalogue(tmp_path: Path, engine: Engine, survey: Survey) -> Iterator[Catalogue]:
    """Four photos with the boxes that the detector finds in them, one each."""
    with Catalogue.create(tmp_path / "fjord") as made:
        with_one = [path for path in sorted(survey.known_dir.glob("*.jpg")) if len(engine.find(path)) == 1]
        workflow.add_photos(made, with_one[:4])
        list(workflow.find_tails(made, engine))
        assert all(len(made.tails(key)) == 1 for key in made.photo_ids())
        yield made


def test_nothing_differs_from_what_it_found_itself(catalogue: Catalogue, engine: Engine) -> None:
    told = Told()
    assert look_again(catalogue, engine, catalogue.photo_ids(), told) == []
    assert told.steps[-1] == (4, 4)


def test_what_differs_is_told_and_can_be_taken(catalogue: Catalogue, engine: Engine) -> None:
    first, second, third, fourth = catalogue.photo_ids()
    right = {key: catalogue.tails(key)[0].box for key in catalogue.photo_ids()}
    wrong = Box(2, 2, 80, 50, Drawer.DETECTOR, 0.9)
    for key in (first, second):
        catalogue.set_boxes(key, [wrong])
    mine = Box(*right[third].corners[:2], right[third].xmax - 20, right[third].ymax)
    catalogue.set_boxes(third, [mine])
    catalogue.set_boxes(fourth, [wrong])
    catalogue.accept_boxes([fourth])
    differences = look_again(catalogue, engine, catalogue.photo_ids())
    assert [item.photo.id for item in differences] == [first, second]
    assert [item.before for item in differences] == [(wrong,)] * 2
    assert [item.after for item in differences] == [(right[first],), (right[second],)]
    assert catalogue.tails(first)[0].box == wrong
    catalogue.renew_boxes({item.photo.id: item.found for item in differences[:1]}, differences[0].searched_by)
    assert catalogue.tails(first)[0].box == right[first]
    assert catalogue.tails(second)[0].box == wrong
    assert catalogue.tails(third)[0].box == mine


def test_where_no_tail_is_found_it_tells_what_may_be_one(catalogue: Catalogue, engine: Engine) -> None:
    first, second, *_ = catalogue.photo_ids()
    right = catalogue.tails(first)[0].box
    strict = copy(engine.finder)
    strict.confidence = 0.9999
    unsure = replace(engine, finder=strict)
    catalogue.set_boxes(first, [])
    path = catalogue.photo(first).path
    assert unsure.find(path) == []
    (difference,) = look_again(catalogue, unsure, [first])
    assert difference.unsure
    assert iou_matrix(difference.found, [right])[0, 0] > 0.9
    assert not any(item.unsure for item in look_again(catalogue, unsure, [second])), (
        "a photo with a tail has none to find"
    )
    (sure,) = look_again(catalogue, engine, [first])
    assert not sure.unsure
    sea = np.full((320, 480, 3), (110, 80, 30), np.uint8)
    assert strict.unsure(sea) == []


def test_a_photo_that_is_gone_is_told_and_the_rest_goes_on(catalogue: Catalogue, engine: Engine) -> None:
    first, second, *_ = catalogue.photo_ids()
    catalogue.set_boxes(second, [])
    gone = catalogue.photo(first).path
    kept = gone.read_bytes()
    gone.unlink()
    told = Told()
    try:
        assert [item.photo.id for item in look_again(catalogue, engine, [first, second], told)] == [second]
    finally:
        gone.write_bytes(kept)
    assert len(told.failures) == 1


def test_it_can_be_stopped(catalogue: Catalogue, engine: Engine) -> None:
    with pytest.raises(Cancelled):
        look_again(catalogue, engine, catalogue.photo_ids(), Told(stop_after=1))
