"""The main job on folders: rows in order, given boxes taken, problems told, what stands in where there is no answer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from small_packages import Told

from whaleid_core.engine import Engine
from whaleid_core.errors import Cancelled, WhaleIdError
from whaleid_core.formats.known import KnownPhoto, KnownPhotos, from_csv
from whaleid_core.records import NEW_WHALE, Box
from whaleid_core.sample import Survey
from whaleid_core.submission import Submission, photos_in, submit

BOX = Box(100, 60, 380, 260)


@pytest.fixture(scope="module")
def known(survey: Survey) -> KnownPhotos:
    return from_csv(survey.train_csv, survey.known_dir)


@pytest.fixture(scope="module")
def boxes(survey: Survey) -> dict[str, list[Box]]:
    """Boxes for all photos of the survey, so that nothing is searched."""
    return {path.name: [BOX] for path in [*survey.known_dir.glob("*.jpg"), *survey.new_dir.iterdir()]}


@pytest.fixture(scope="module")
def result(engine: Engine, survey: Survey, known: KnownPhotos) -> Submission:
    return submit(engine, known, photos_in(survey.new_dir))


def broken(survey: Survey) -> str:
    """The survey's broken file: it ends where its picture should begin."""
    return min(survey.new_dir.iterdir(), key=lambda path: path.stat().st_size).name


def test_each_photo_has_a_row_in_order_of_name(result: Submission, survey: Survey, known: KnownPhotos) -> None:
    names = [name for name, _ in result.rows]
    assert names == sorted(path.name for path in survey.new_dir.iterdir())
    assert "고래 꼬리.jpg" in names
    for name, ids in result.rows:
        assert 1 <= len(set(ids)) == len(ids) <= 5
        assert set(ids) <= known.whales | {NEW_WHALE}
        assert name != broken(survey) or ids == (NEW_WHALE,)


def test_problems_name_their_photos(result: Submission, survey: Survey) -> None:
    assert any(problem.startswith(f"{broken(survey)} ends early") for problem in result.problems)
    without = {found.photo for found in result.identifications if found.tail == -1}
    assert broken(survey) in without
    assert all(any(problem.startswith(name) for problem in result.problems) for name in without)


def test_each_tail_has_a_candidate_for_each_whale_and_new_whale(result: Submission, known: KnownPhotos) -> None:
    tails = [found for found in result.identifications if found.tail >= 0]
    assert tails
    for found in tails:
        assert {candidate.whale for candidate in found.candidates} == known.whales | {NEW_WHALE}
        assert sum(candidate.probability for candidate in found.candidates) == pytest.approx(1)


def test_given_boxes_are_not_searched_for(
    engine: Engine, survey: Survey, known: KnownPhotos, boxes: dict[str, list[Box]]
) -> None:
    first, second, *_ = [path for path in photos_in(survey.new_dir) if path.name != broken(survey)]
    own = {first.name: [BOX, Box(0, 0, 60, 40)], second.name: []}
    result = submit(engine, known, [first, second], boxes, own)
    assert [found.box for found in result.identifications] == [*own[first.name], None]
    assert [found.tail for found in result.identifications] == [0, 1, -1]
    assert dict(result.rows)[second.name] == (NEW_WHALE,)
    assert result.problems == (f"{second.name} shows no tail.",)


def test_the_same_photo_is_the_whale_that_it_was(
    engine: Engine, survey: Survey, known: KnownPhotos, boxes: dict[str, list[Box]]
) -> None:
    result = submit(engine, known, [photo.path for photo in known], boxes, boxes, new_whale=False)
    assert {name: ids[0] for name, ids in result.rows} == {photo.path.name: photo.whale for photo in known}


def test_photos_of_no_whale_are_in_no_gallery(engine: Engine, known: KnownPhotos, boxes: dict[str, list[Box]]) -> None:
    first, *others = known
    told = Told()
    result = submit(
        engine, [KnownPhoto(first.path, None), *others], [first.path], boxes, boxes, watch_for=lambda title: told
    )
    assert {candidate.photo for candidate in result.identifications[0].candidates} <= {
        photo.path.name for photo in others
    } | {None}
    assert told.said.count((len(others), len(others))) == 1
    with pytest.raises(WhaleIdError, match="No known photo has a whale"):
        submit(engine, [KnownPhoto(first.path, None)], [first.path])


def test_without_new_whale_the_most_photographed_stand_in(
    engine: Engine, survey: Survey, known: KnownPhotos, boxes: dict[str, list[Box]]
) -> None:
    new = photos_in(survey.new_dir)
    own = {**boxes, new[0].name: []}
    result = submit(engine, known, new, boxes, own, new_whale=False)
    counts = Counter(photo.whale for photo in known)
    often = tuple(sorted(counts, key=lambda whale: (-counts[whale], whale))[:5])
    rows = dict(result.rows)
    assert rows[new[0].name] == rows[broken(survey)] == often
    assert all(NEW_WHALE not in ids for ids in rows.values())
    assert all(len(ids) == 5 for ids in rows.values())


def test_known_photos_that_cannot_be_read_leave_every_whale_new(engine: Engine, survey: Survey) -> None:
    known = [KnownPhoto(survey.new_dir / broken(survey), "w1"), KnownPhoto(survey.new_dir / "gone.jpg", "w2")]
    photo = next(path for path in photos_in(survey.new_dir) if path.name != broken(survey))
    result = submit(engine, known, [photo], None, {photo.name: [BOX]})
    assert result.rows == ((photo.name, (NEW_WHALE,)),)
    assert [problem.split()[0] for problem in result.problems] == [broken(survey), "gone.jpg"]
    fill = submit(engine, known, [photo], None, {photo.name: [BOX]}, new_whale=False)
    assert fill.rows == ((photo.name, ("w1", "w2")),)


def test_a_stop_ends_it(engine: Engine, survey: Survey, known: KnownPhotos, boxes: dict[str, list[Box]]) -> None:
    with pytest.raises(Cancelled):
        submit(engine, known, photos_in(survey.new_dir), boxes, boxes, watch_for=lambda title: Told(stop_after=1))


def test_each_part_of_the_work_has_its_watch(engine: Engine, known: KnownPhotos, boxes: dict[str, list[Box]]) -> None:
    watches: dict[str, Told] = {}
    photos = [photo.path for photo in known][:2]
    submit(engine, known, photos, boxes, boxes, watch_for=lambda title: watches.setdefault(title, Told()))
    assert {title: watch.said[-1] for title, watch in watches.items()} == {
        "Known photos": (len(known), len(known)),
        "New photos": (2, 2),
    }


def test_the_photos_of_a_folder_are_those_in_it(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.png", "notes.txt", ".hidden.jpg", "deeper/c.jpg", "folder.jpg/d.jpg", "꼬리 1.heic"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert [path.name for path in photos_in(tmp_path)] == ["a.png", "b.JPG", "꼬리 1.heic"]
    with pytest.raises(WhaleIdError, match="There is no folder"):
        photos_in(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(WhaleIdError, match="There are no photos"):
        photos_in(tmp_path / "empty")
