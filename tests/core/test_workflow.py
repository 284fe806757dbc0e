"""The verbs on a real catalogue: add, find, match, export; what a stop keeps, what moved boxes and decisions change."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_packages import Told

from whaleid_core import matching, workflow
from whaleid_core.catalogue import Catalogue
from whaleid_core.catalogue.rows import PhotoFilter, PhotoStatus, TailRow
from whaleid_core.engine import Engine
from whaleid_core.errors import Cancelled, WhaleIdError
from whaleid_core.formats.kaggle import read_submission
from whaleid_core.formats.known import KnownPhoto, KnownPhotos, from_csv
from whaleid_core.photos import read_pixels
from whaleid_core.records import NEW_WHALE, Box, Drawer, Verdict
from whaleid_core.sample import Survey

KNOWN, NEW, WHALES = 8, 10, 6
BOX = Box(100, 60, 380, 260)


@pytest.fixture(scope="module")
def known(survey: Survey) -> KnownPhotos:
    return from_csv(survey.train_csv, survey.known_dir)


@pytest.fixture(scope="module")
def matched_folder(
    engine: Engine, survey: Survey, known: KnownPhotos, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A catalogue of the survey in which tails were found and matched; a box drawn on those that show none."""
    folder = tmp_path_factory.mktemp("catalogue") / "Fjord"
    with workflow.new_catalogue(folder, "Fjord") as made:
        workflow.add_known(made, known)
        workflow.add_photos(made, [survey.new_dir])
        list(workflow.find_tails(made, engine))
        for photo in new_photos(made):
            if not photo.problem and not photo.tails:
                made.draw_box(photo.id, BOX)
        list(workflow.match(made, engine))
    return folder


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with workflow.new_catalogue(tmp_path / "catalogue", "Fjord") as made:
        yield made


@pytest.fixture
def matched(matched_folder: Path, tmp_path: Path) -> Iterator[Catalogue]:
    """A copy of the matched catalogue, to be changed."""
    shutil.copytree(matched_folder, tmp_path / "matched")
    with Catalogue.open(tmp_path / "matched") as opened:
        yield opened


def new_photos(catalogue: Catalogue) -> list:
    return catalogue.photos(catalogue.photo_ids(PhotoFilter(role="new"), "name"))


def first_tail(catalogue: Catalogue) -> TailRow:
    return catalogue.tail(catalogue.tails_to_match()[0])


def name_of(catalogue: Catalogue, tail: TailRow) -> str:
    return catalogue.photo(tail.photo_id).name


def test_photos_come_in_with_their_whales_and_encounters(
    catalogue: Catalogue, survey: Survey, known: KnownPhotos
) -> None:
    told = Told()
    added = workflow.add_known(catalogue, known, told)
    assert (added.added, added.already, added.failed) == (KNOWN, 0, ())
    assert told.said == [(done, KNOWN) for done in range(1, KNOWN + 1)]
    fresh = workflow.add_photos(catalogue, [survey.new_dir])
    assert (fresh.added, fresh.already) == (NEW - 1, 0)
    (failure,) = fresh.failed
    assert failure.sentence.startswith(failure.path.name)

    counts = catalogue.counts()
    assert (counts.photos, counts.whales, counts.problems) == (KNOWN + NEW, WHALES, 1)
    assert counts.encounters >= 2
    named = {row.name: row.known_whale for row in catalogue.photos(catalogue.photo_ids(PhotoFilter(role="known")))}
    assert named == {photo.path.name: photo.whale for photo in known}

    again = workflow.add_photos(catalogue, [survey.new_dir, *(photo.path for photo in known)])
    assert (again.added, again.already) == (0, NEW - 1 + KNOWN)
    catalogue.apply(fresh.change.inverse)
    assert catalogue.counts().photos == KNOWN


def test_photos_of_no_whale_come_in_without_one(catalogue: Catalogue, known: KnownPhotos) -> None:
    first, *others = known
    workflow.add_known(catalogue, [KnownPhoto(first.path, None), *others])
    rows = catalogue.photos(catalogue.photo_ids(PhotoFilter(role="known")))
    assert [row.name for row in rows if row.known_whale is None] == [first.path.name]


def test_a_photo_listed_twice_keeps_its_whale_and_a_second_one_is_told(
    catalogue: Catalogue, known: KnownPhotos, tmp_path: Path
) -> None:
    copies = [shutil.copy(known[0].path, tmp_path / name) for name in ("a.jpg", "b.jpg", "c.jpg")]
    said = zip(copies, (None, "HW1", "HW2"), strict=True)
    added = workflow.add_known(catalogue, [KnownPhoto(Path(path), whale) for path, whale in said])
    (row,) = catalogue.photos(catalogue.photo_ids())
    assert row.known_whale == "HW1"
    assert (added.added, added.already) == (1, 2)
    assert [failure.sentence for failure in added.failed] == ["c.jpg is listed as HW2, the same photo as HW1."]


def test_a_stop_keeps_the_photos_read_so_far(catalogue: Catalogue, known: KnownPhotos) -> None:
    added = workflow.add_known(catalogue, known, Told(stop_after=3))
    assert added.added == 3
    assert catalogue.counts().photos == 3
    assert workflow.add_known(catalogue, known).added == KNOWN - 3


def test_tails_are_found_photo_by_photo(
    catalogue: Catalogue, engine: Engine, survey: Survey, known: KnownPhotos
) -> None:
    workflow.add_known(catalogue, known)
    workflow.add_photos(catalogue, [survey.new_dir])
    told = Told()
    changes = list(workflow.find_tails(catalogue, engine, told))

    assert len(changes) == KNOWN + NEW - 1
    assert told.failures == []
    assert catalogue.counts().waiting_search == 0
    for row in catalogue.photos(catalogue.photo_ids()):
        assert row.searched_by == (None if row.problem else engine.finder.package.label)
        tails = catalogue.tails(row.id)
        assert all(0 <= tail.box.xmin < tail.box.xmax <= row.width for tail in tails)
        if row.role == "known":
            (tail,) = tails
            assert (tail.whale, tail.verdict) == (row.known_whale, Verdict.SAME)
    (broken,) = [row for row in new_photos(catalogue) if row.problem]
    assert (broken.status, broken.tails) == (PhotoStatus.PROBLEM, 0)
    assert list(workflow.find_tails(catalogue, engine)) == []


def test_a_known_photo_without_a_tail_stands_in_whole(catalogue: Catalogue, engine: Engine, tmp_path: Path) -> None:
    """A plain grey picture shows no tail, but its whale is known all the same."""
    import cv2

    cv2.imwrite(str(tmp_path / "grey.png"), np.full((200, 300), 128, np.uint8))
    cv2.imwrite(str(tmp_path / "new.png"), np.full((200, 310), 128, np.uint8))
    workflow.add_known(catalogue, [KnownPhoto(tmp_path / "grey.png", "HW1")])
    workflow.add_photos(catalogue, [tmp_path / "new.png"])
    list(workflow.find_tails(catalogue, engine))
    (known,) = catalogue.photo_ids(PhotoFilter(role="known"))
    (tail,) = catalogue.tails(known)
    assert tail.box == Box(0, 0, 300, 200, Drawer.FRAME, 0.0)
    assert tail.whale == "HW1"
    (new,) = new_photos(catalogue)
    assert (new.tails, new.status) == (0, PhotoStatus.NO_TAIL)


def test_a_photo_on_its_side_is_turned_in_the_catalogue_and_back_again_by_one_undo(
    catalogue: Catalogue, engine: Engine, survey: Survey, tmp_path: Path
) -> None:
    """One that a person has turned stays as she turned it."""
    path = next(path for path in sorted(survey.known_dir.glob("*.jpg"))[1:] if len(engine.find(path)) == 1)
    pixels = read_pixels(path)
    for name in ("lying.png", "wanted.png"):
        Image.fromarray(np.rot90(pixels)).save(tmp_path / name)
        workflow.add_photos(catalogue, [tmp_path / name])
        # The same pixels, another file: a photo counts once.
        pixels = np.ascontiguousarray(pixels[:-1])
    lying, wanted = catalogue.photo_ids(sort="name")
    catalogue.turn_photo(wanted, 180)

    changes = list(workflow.find_tails(catalogue, engine))

    assert [row.turned for row in catalogue.photos([lying, wanted])] == [90, 180]
    (tail,) = catalogue.tails(lying)
    assert tail.box.width > tail.box.height
    catalogue.apply(changes[0].inverse)
    assert (catalogue.photo(lying).turned, catalogue.tails(lying)) == (0, [])


def test_a_stop_keeps_the_tails_found_so_far(catalogue: Catalogue, engine: Engine, known: KnownPhotos) -> None:
    workflow.add_known(catalogue, known)
    search = workflow.find_tails(catalogue, engine, Told(stop_after=2))
    assert next(search)
    assert next(search)
    with pytest.raises(Cancelled):
        next(search)
    assert catalogue.counts().waiting_search == KNOWN - 2


def test_a_photo_that_is_gone_is_told_and_waits(
    catalogue: Catalogue, engine: Engine, known: KnownPhotos, tmp_path: Path
) -> None:
    card = tmp_path / "card"
    card.mkdir()
    for photo in known[:2]:
        shutil.copy(photo.path, card)
    workflow.add_photos(catalogue, [card])
    (card / known[0].path.name).unlink()
    told = Told()
    assert len(list(workflow.find_tails(catalogue, engine, told))) == 1
    assert [sentence.split()[0] for sentence in told.failures] == [known[0].path.name]
    assert catalogue.counts().waiting_search == 1
    shutil.copy(known[0].path, card)
    assert len(list(workflow.find_tails(catalogue, engine))) == 1


def test_photos_taken_out_or_turned_during_the_search_are_searched_as_they_are(
    catalogue: Catalogue, engine: Engine, known: KnownPhotos
) -> None:
    workflow.add_known(catalogue, known)
    ids = catalogue.photo_ids(PhotoFilter(searched=False))
    search = workflow.find_tails(catalogue, engine, photo_ids=ids)
    next(search)
    catalogue.remove_photos([ids[2]])
    catalogue.turn_photo(ids[3], 90)
    assert len(list(search)) == len(ids) - 2
    turned = catalogue.photo(ids[3])
    assert turned.height > turned.width
    (tail,) = catalogue.tails(turned.id)
    assert tail.box.ymax <= turned.height
    assert tail.box.xmax <= turned.width


def test_each_waiting_tail_is_matched(matched: Catalogue, engine: Engine, known: KnownPhotos) -> None:
    waiting = matched.tails_to_match()
    assert len(waiting) >= NEW - 1
    covers = {tail.id for whale in matched.whales() for tail in matched.whale_tails(whale.id)}
    for tail_id in waiting:
        rows = matched.suggestions(tail_id)
        assert {row.whale for row in rows} == known.whales | {NEW_WHALE}
        chances = [row.probability for row in rows]
        assert chances == sorted(chances, reverse=True)
        assert sum(chances) == pytest.approx(1)
        assert {row.tail_shown_id for row in rows if row.whale != NEW_WHALE} <= covers
        assert {row.model for row in rows} == {engine.name}


def test_suggestions_are_what_the_vectors_say(matched: Catalogue, engine: Engine) -> None:
    gallery = matched.gallery(engine.members[0].name)
    ids, matrix = matched.embeddings(engine.members[0].name)
    for tail_id in matched.tails_to_match()[:3]:
        products = gallery.matrix @ matrix[ids.tolist().index(tail_id)]
        for row in matched.suggestions(tail_id):
            own = [product for product, whale in zip(products, gallery.whales, strict=True) if whale == row.whale]
            assert row.nearest is None if row.whale == NEW_WHALE else row.nearest == pytest.approx(max(own), abs=1e-4)


def test_nothing_is_embedded_twice_and_one_tail_can_be_matched_alone(matched: Catalogue, engine: Engine) -> None:
    assert matched.tails_without_embedding(engine.members[0].name) == []
    tail_id = matched.tails_to_match()[-1]
    told = Told()
    assert list(workflow.match(matched, engine, told, [tail_id])) == [tail_id]
    assert told.said == [(1, 1)]


def test_a_moved_box_is_embedded_anew(matched: Catalogue, engine: Engine) -> None:
    name = engine.members[0].name
    tail = first_tail(matched)
    before = dict(zip(*matched.embeddings(name), strict=True))
    matched.move_box(tail.id, Box(tail.box.xmin, tail.box.ymin, tail.box.xmax - 20, tail.box.ymax - 10))
    assert matched.suggestions(tail.id) == []
    assert matched.tails_without_embedding(name) == [tail.id]
    list(workflow.match(matched, engine))
    after = dict(zip(*matched.embeddings(name), strict=True))
    assert before.keys() == after.keys()
    assert {key for key in before if not np.array_equal(before[key], after[key])} == {tail.id}
    assert matched.suggestions(tail.id)


def test_a_decided_tail_can_be_matched_with_at_once(matched: Catalogue, engine: Engine) -> None:
    first, *others = matched.tails_to_match()
    change = matched.decide(first, Verdict.NEW, "HW-new")
    assert change
    assert set(workflow.match(matched, engine)) == set(others)
    for tail_id in others:
        (row,) = [row for row in matched.suggestions(tail_id) if row.whale == "HW-new"]
        assert row.tail_shown_id == first


def test_a_stop_keeps_what_was_embedded(
    catalogue: Catalogue, engine: Engine, known: KnownPhotos, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "EMBEDDED", 3)
    workflow.add_known(catalogue, known)
    list(workflow.find_tails(catalogue, engine))
    with pytest.raises(Cancelled):
        list(workflow.match(catalogue, engine, Told(stop_after=1)))
    assert len(catalogue.tails_without_embedding(engine.members[0].name)) == KNOWN - 3


def test_without_any_whale_each_tail_is_new(catalogue: Catalogue, engine: Engine, known: KnownPhotos) -> None:
    workflow.add_photos(catalogue, [known[0].path])
    (photo_id,) = catalogue.photo_ids()
    catalogue.draw_box(photo_id, BOX)
    (tail_id,) = workflow.match(catalogue, engine)
    (row,) = catalogue.suggestions(tail_id)
    assert (row.whale, row.probability, row.known) == (NEW_WHALE, 1.0, 0.0)


def exported(catalogue: Catalogue, path: Path, with_new_whale: bool = True) -> dict[str, list[str]]:
    assert workflow.export_kaggle(catalogue, path, with_new_whale) == NEW
    return dict(read_submission(path))


def test_the_answers_are_written_in_order_of_name(matched: Catalogue, survey: Survey, tmp_path: Path) -> None:
    rows = exported(matched, tmp_path / "out.csv")
    assert list(rows) == sorted(path.name for path in survey.new_dir.iterdir())
    for photo in new_photos(matched):
        ids = rows[photo.name]
        assert 1 <= len(set(ids)) == len(ids) <= 5
        if photo.tails == 1:
            (tail,) = matched.tails(photo.id)
            assert ids == [row.whale for row in matched.suggestions(tail.id)][:5]
        if not photo.tails:
            assert ids == [NEW_WHALE]


def test_without_new_whale_the_most_photographed_stand_in(matched: Catalogue, tmp_path: Path) -> None:
    rows = exported(matched, tmp_path / "out.csv", with_new_whale=False)
    assert all(NEW_WHALE not in ids and len(ids) == 5 for ids in rows.values())
    (broken,) = [photo for photo in new_photos(matched) if photo.problem]
    assert rows[broken.name] == workflow.most_photographed(matched)
    counts = [whale.photos for name in rows[broken.name] for whale in matched.whales() if whale.name == name]
    assert counts == sorted((whale.photos for whale in matched.whales()), reverse=True)[:5]


def test_decisions_stand_before_suggestions(matched: Catalogue, tmp_path: Path) -> None:
    alone = [tail for photo in new_photos(matched) if len(tails := matched.tails(photo.id)) == 1 for tail in tails]
    same, new, unsure = alone[:3]
    whale = matched.suggestions(same.id)[-1].whale
    whale = whale if whale != NEW_WHALE else matched.suggestions(same.id)[-2].whale
    before = exported(matched, tmp_path / "before.csv")
    matched.decide(same.id, Verdict.SAME, whale)
    matched.decide(new.id, Verdict.NEW)
    matched.decide(unsure.id, Verdict.UNSURE)

    rows = exported(matched, tmp_path / "after.csv")

    assert rows[name_of(matched, same)][0] == whale
    assert rows[name_of(matched, new)][0] == NEW_WHALE
    assert rows[name_of(matched, unsure)] == before[name_of(matched, unsure)]
    assert {len(set(ids)) - len(ids) for ids in rows.values()} == {0}


def test_a_catalogue_is_not_made_twice(catalogue: Catalogue) -> None:
    assert workflow.is_catalogue(catalogue.folder)
    with pytest.raises(WhaleIdError, match="holds a catalogue already"):
        workflow.new_catalogue(catalogue.folder)
