"""Photos whose files were moved: found again by content, one by one or as a whole folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from whaleid_core import adding, moved, workflow
from whaleid_core.catalogue import Catalogue
from whaleid_core.errors import Cancelled, WhaleIdError
from whaleid_core.records import Change


def draw(path: Path, number: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((40, 60, 3), number, np.uint8)).save(path)
    return path


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """Six photos in two folders."""
    for number in range(6):
        draw(tmp_path / "card" / f"day{number % 2}" / f"IMG_{number}.png", 20 * number)
    return tmp_path / "card"


@pytest.fixture
def catalogue(tmp_path: Path, card: Path) -> Iterator[Catalogue]:
    with workflow.new_catalogue(tmp_path / "catalogue") as made:
        workflow.add_photos(made, [card])
        yield made


def paths(catalogue: Catalogue) -> set[Path]:
    return {row.path for row in catalogue.photos(catalogue.photo_ids())}


class Stop:
    def progress(self, done: int, total: int) -> None: ...

    def failure(self, sentence: str) -> None: ...

    def cancel(self) -> bool:
        return True


def test_nothing_is_missing_where_all_is_there(catalogue: Catalogue, tmp_path: Path) -> None:
    assert moved.missing_photos(catalogue) == []
    result = workflow.find_again(catalogue, tmp_path)
    assert (result.found, result.missing, bool(result.change)) == (0, 0, False)


def test_a_folder_that_moved_as_a_whole_is_one_row(catalogue: Catalogue, card: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    shutil.move(card, tmp_path / "disk" / "새 카드")
    assert len(moved.missing_photos(catalogue)) == 6
    result = workflow.find_again(catalogue, tmp_path / "disk")
    assert (result.found, result.missing, result.change.label) == (6, 0, "6 photos found again")
    assert result.change.tables == {"root"}
    assert all(path.is_file() for path in paths(catalogue))
    catalogue.apply(result.change.inverse)
    assert len(moved.missing_photos(catalogue)) == 6


def test_renamed_and_scattered_ones_are_known_by_content(catalogue: Catalogue, card: Path, tmp_path: Path) -> None:
    other = tmp_path / "sorted"
    other.mkdir()
    for number in range(5):
        shutil.move(card / f"day{number % 2}" / f"IMG_{number}.png", other / f"whale {number}.png")
    draw(other / "IMG_5.png", 255)  # of the name of one that never left, with other content
    result = workflow.find_again(catalogue, other)
    assert (result.found, result.missing) == (5, 0)
    assert {path.name for path in paths(catalogue)} == {*(f"whale {number}.png" for number in range(5)), "IMG_5.png"}
    assert all(path.is_file() for path in paths(catalogue))


def test_a_folder_of_the_same_names_with_other_photos_is_no_find(
    catalogue: Catalogue, card: Path, tmp_path: Path
) -> None:
    shutil.rmtree(card)
    for number in range(6):
        draw(tmp_path / "other" / f"day{number % 2}" / f"IMG_{number}.png", 20 * number + 7)
    result = workflow.find_again(catalogue, tmp_path / "other")
    assert (result.found, result.missing, bool(result.change)) == (0, 6, False)


def test_part_of_a_folder_moved_mends_just_that(catalogue: Catalogue, card: Path, tmp_path: Path) -> None:
    shutil.move(card / "day1", tmp_path / "elsewhere")
    result = workflow.find_again(catalogue, tmp_path / "elsewhere")
    assert (result.found, result.missing) == (3, 0)
    assert len([path for path in paths(catalogue) if path.parent == tmp_path / "elsewhere"]) == 3
    assert {row.photos for row in catalogue.roots()} == {3}


def test_a_stop_changes_nothing(catalogue: Catalogue, card: Path, tmp_path: Path) -> None:
    shutil.move(card, tmp_path / "gone")
    before = paths(catalogue)
    with pytest.raises(Cancelled):
        workflow.find_again(catalogue, tmp_path / "gone", Stop())
    assert paths(catalogue) == before
    with pytest.raises(WhaleIdError, match="There is no folder"):
        workflow.find_again(catalogue, tmp_path / "nowhere")


def test_adding_moved_photos_mends_their_paths(catalogue: Catalogue, card: Path, tmp_path: Path) -> None:
    shutil.move(card / "day0" / "IMG_0.png", tmp_path / "new name.png")
    shutil.copy(card / "day0" / "IMG_2.png", tmp_path / "a copy.png")
    added = workflow.add_photos(catalogue, [tmp_path / "new name.png", tmp_path / "a copy.png"])
    assert (added.added, added.already, added.mended) == (0, 2, 1)
    assert added.change.label == "1 photo found again"
    assert tmp_path / "new name.png" in paths(catalogue)
    assert card / "day0" / "IMG_2.png" in paths(catalogue), "its own file is still there"
    assert len(paths(catalogue)) == 6


def test_photos_are_told_in_blocks_as_they_are_read(tmp_path: Path) -> None:
    for number in range(adding.BLOCK + 3):
        draw(tmp_path / "card" / f"IMG_{number:03d}.png", number)
    told: list[Change] = []
    with workflow.new_catalogue(tmp_path / "catalogue") as made:
        added = workflow.add_photos(made, [tmp_path / "card"], tell=told.append)
        assert [len(change.keys("photo")) for change in told] == [adding.BLOCK, 3]
        assert added.change.rows == tuple(row for change in told for row in change.rows)
        made.apply(added.change.inverse)
        assert made.photo_ids() == []


class PullsOut:
    """Takes the card out after some photos."""

    def __init__(self, card: Path, after: int) -> None:
        self.card, self.after = card, after

    def progress(self, done: int, total: int) -> None:
        if done == self.after:
            shutil.rmtree(self.card)

    def failure(self, sentence: str) -> None: ...

    def cancel(self) -> bool:
        return False


def test_a_card_that_is_pulled_out_stops_it_and_what_was_read_is_safe(card: Path, tmp_path: Path) -> None:
    told: list[Change] = []
    with workflow.new_catalogue(tmp_path / "catalogue") as made:
        with pytest.raises(WhaleIdError, match=r"pulled out\. 4 photos are safe\. Put it back and press Try again"):
            workflow.add_photos(made, [card], PullsOut(card, 4), tell=told.append)
        assert len(made.photo_ids()) == 4
        assert made.counts().problems == 0, "that the card is gone is no fault of the photos"
        made.apply(Change.joined("", told).inverse)
        assert made.photo_ids() == []
