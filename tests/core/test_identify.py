"""The engine: photos to tails to candidates, in order; what can't be read is told; rows as Kaggle wants them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from small_packages import CALIBRATION, Told

from whaleid_core.boxes import iou, turned
from whaleid_core.embed import unit
from whaleid_core.engine import DECODED, Engine, Tails, load_engine
from whaleid_core.errors import Cancelled, WhaleIdError
from whaleid_core.gallery import Gallery, Queries
from whaleid_core.identify import IDS, WHALES, gallery_of, identified, propose, ranked_ids, see_all
from whaleid_core.local import NO_KEYPOINTS
from whaleid_core.packages import Package, write_package
from whaleid_core.photos import read_pixels
from whaleid_core.records import NEW_WHALE, Box, Candidate, Drawer, Identification
from whaleid_core.sample import Survey, Whale, draw_photo

BOX = Box(100, 60, 380, 260, Drawer.DETECTOR, 0.7)


def blots(path: Path, width: int, height: int, seed: int = 0) -> Path:
    """A photo of soft colours, losslessly kept."""
    small = np.random.default_rng(seed).integers(0, 255, (6, 9, 3), dtype=np.uint8)
    Image.fromarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)).save(path)
    return path


@pytest.fixture
def photos(survey: Survey) -> list[Path]:
    return sorted(survey.new_dir.iterdir())


def test_photos_are_seen_in_order_and_told(engine: Engine, photos: list[Path]) -> None:
    watch = Told()
    seen = list(see_all(engine, photos, watch=watch))
    assert [tails.path for tails in seen] == photos
    assert watch.said == [(done, len(photos)) for done in range(1, len(photos) + 1)]
    for tails in seen:
        assert bool(tails.boxes) != bool(tails.problem)
        assert [len(matrix) for matrix in tails.vectors] == [len(tails.boxes)] * bool(tails.boxes)


def test_photos_read_ahead_are_those_read_alone(engine: Engine, photos: list[Path]) -> None:
    for together, path in zip(see_all(engine, photos), photos, strict=True):
        alone = engine.tails(path)
        assert together.problem == alone.problem
        assert [box.corners for box in together.boxes] == [box.corners for box in alone.boxes]
        for one, other in zip(together.vectors, alone.vectors, strict=True):
            assert np.allclose((one * other).sum(axis=1), 1, atol=1e-3)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_photos_are_seen(engine: Engine, photos: list[Path], count: int) -> None:
    assert [tails.path for tails in see_all(engine, photos[:count])] == photos[:count]


def test_a_stop_is_heard_at_the_next_photo(engine: Engine, photos: list[Path]) -> None:
    watch = Told(stop_after=2)
    seen = see_all(engine, photos, watch=watch)
    assert [next(seen).path, next(seen).path] == photos[:2]
    with pytest.raises(Cancelled):
        next(seen)


def test_a_photo_that_cannot_be_read_has_a_problem_in_words(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "text.jpg").write_text("not a photo")
    for name in ("empty.jpg", "text.jpg", "gone.jpg"):
        tails = engine.tails(tmp_path / name, whole=True)
        assert tails.problem.startswith(name)
        assert (tails.boxes, tails.vectors) == ((), ())
        (answer,) = identified(engine, Gallery.of([], [], []), tails)
        assert (answer.tail, answer.box, answer.candidates, answer.problem) == (-1, None, (), tails.problem)
        with pytest.raises(WhaleIdError, match=name):
            engine.find(tmp_path / name)


def test_given_boxes_are_taken_as_they_are(engine: Engine, tmp_path: Path) -> None:
    path = blots(tmp_path / "a.png", 480, 320)
    other = Box(10, 10, 90, 70)
    tails = engine.tails(path, [BOX, other])
    assert tails.boxes == (BOX, other)
    (member,) = engine.members
    cut = [member.cut(read_pixels(path), box) for box in (BOX, other)]
    assert np.allclose(tails.vectors[0], member.embed(cut), atol=1e-4)


def test_no_box_given_is_no_tail_or_the_whole_frame(engine: Engine, tmp_path: Path) -> None:
    path = blots(tmp_path / "a.png", 481, 320)
    assert engine.tails(path, []).problem == "a.png shows no tail."
    whole = engine.tails(path, [], whole=True)
    assert whole.boxes == (Box(0, 0, 481, 320, Drawer.FRAME, 0.0),)
    assert [matrix.shape[0] for matrix in whole.vectors] == [1]


def test_a_box_is_clipped_to_its_photo_and_one_outside_is_told(engine: Engine, tmp_path: Path) -> None:
    path = blots(tmp_path / "a.png", 480, 320)
    tails = engine.tails(path, [Box(-1e9, -1e9, 1e9, 200)])
    assert [box.corners for box in tails.boxes] == [(0, 0, 480, 200)]
    outside = engine.tails(path, [BOX, Box(480, 0, 500, 100)], whole=True)
    assert outside.problem.startswith("a.png has 480 x 320 pixels, and a box given for it lies outside.")
    assert outside.boxes == ()


def test_a_small_tail_of_a_large_photo_is_cut_from_all_its_pixels(engine: Engine, tmp_path: Path) -> None:
    path = blots(tmp_path / "large.png", DECODED + 801, 1500)
    small = Box(900, 700, 940, 720)
    (member,) = engine.members
    in_full = member.embed([member.cut(read_pixels(path), small)])
    assert np.allclose(engine.tails(path, [small]).vectors[0], in_full, atol=1e-4)


def test_a_small_tail_of_a_large_jpeg_is_seen_as_in_all_its_pixels(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Box(700, 400, 2200, 1000)
    path = tmp_path / "large.jpg"
    scene = draw_photo([Whale("w_1", 1)], (3200, 2000), np.random.default_rng(3))
    Image.fromarray(scene.pixels).save(path, quality=92)
    (seen,) = engine.tails(path, [box]).vectors
    small = engine.tails(path, [Box(900, 500, 1500, 740)]).vectors[0]
    monkeypatch.setattr("whaleid_core.engine.DECODED", 10_000)
    monkeypatch.setattr("whaleid_core.engine.ENOUGH", 10_000)
    assert float(seen[0] @ engine.tails(path, [box]).vectors[0][0]) > 0.98
    assert float(small[0] @ engine.tails(path, [Box(900, 500, 1500, 740)]).vectors[0][0]) > 0.98


def test_a_turned_photo_is_the_photo_that_lies_so(engine: Engine, survey: Survey, tmp_path: Path) -> None:
    pixels = read_pixels(next(iter(sorted(survey.known_dir.glob("*.jpg")))))
    Image.fromarray(np.rot90(pixels)).save(tmp_path / "lying.png")
    Image.fromarray(pixels).save(tmp_path / "upright.png")
    upright = engine.tails(tmp_path / "upright.png", whole=True)
    lying = engine.tails(tmp_path / "lying.png", turned=90, whole=True)
    assert [box.corners for box in lying.boxes] == [box.corners for box in upright.boxes]
    assert np.allclose(lying.vectors[0], upright.vectors[0], atol=1e-4)
    assert engine.find(tmp_path / "lying.png", 90) == engine.find(tmp_path / "upright.png")


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_photo_on_its_side_is_found_so_and_turned_upright(
    engine: Engine, survey: Survey, tmp_path: Path, degrees: int
) -> None:
    """Turned counter-clockwise by as much, and saved without EXIF: what it then shows is what the upright one shows."""
    path = next(path for path in sorted(survey.known_dir.glob("*.jpg"))[1:] if len(engine.find(path)) == 1)
    (box,) = engine.find(path)
    pixels = read_pixels(path)
    Image.fromarray(np.rot90(pixels, degrees // 90)).save(tmp_path / "lying.png")

    turn, (found,) = engine.find_upright(tmp_path / "lying.png")
    assert turn == degrees
    assert iou(found, box) > 0.8
    (lying,) = engine.find(tmp_path / "lying.png")
    height, width = pixels.shape[:2]
    assert iou(turned(lying, *((height, width) if degrees % 180 else (width, height)), degrees), found) > 0.99
    seen = engine.tails(tmp_path / "lying.png")
    assert seen.boxes == (found,)
    assert (seen.vectors[0] * engine.tails(path, [found]).vectors[0]).sum() > 0.99
    assert engine.find_upright(path)[0] == 0


def test_found_boxes_lie_in_their_photo(engine: Engine, survey: Survey, tmp_path: Path) -> None:
    """Enlarged, so that it is searched at a size to which its own is no multiple."""
    photo = Image.open(sorted(survey.known_dir.glob("*.jpg"))[0]).resize((DECODED + 333, 1201))
    photo.save(tmp_path / "odd.png")
    for box in engine.find(tmp_path / "odd.png"):
        assert 0 <= box.xmin < box.xmax <= DECODED + 333
        assert 0 <= box.ymin < box.ymax <= 1201


def seen(name: str, *vectors: Sequence[float], confidences: Sequence[float] = ()) -> Tails:
    sure = confidences or [0.9] * len(vectors)
    boxes = tuple(replace(BOX, confidence=value) for value in sure)
    matrices = (unit(np.array(vectors, np.float32)),) if vectors else ()
    return Tails(Path(name), boxes, matrices, (NO_KEYPOINTS,) * len(boxes), "" if vectors else "No.")


def plain(*matrices: np.ndarray) -> Queries:
    """Tails without keypoints, as large as the network can use."""
    count = len(matrices[0])
    return Queries(matrices, [NO_KEYPOINTS] * count, np.ones(count))


def test_a_gallery_takes_the_surest_tail_of_each_photo_that_can_be_read(engine: Engine) -> None:
    tails = [seen("b.jpg", [1, 0], [0, 1], confidences=[0.2, 0.8]), seen("broken.jpg"), seen("a.jpg", [1, 1])]
    gallery = gallery_of(engine, tails, {Path("b.jpg"): "w2", Path("a.jpg"): "w1", Path("broken.jpg"): "w3"})
    assert gallery.whales == ("w1", "w2")
    assert gallery.photos == ("a.jpg", "b.jpg")
    assert np.allclose(gallery.matrices[0], [[math.sqrt(0.5)] * 2, [0, 1]])


def test_a_gallery_of_nothing_makes_every_whale_new(engine: Engine) -> None:
    gallery = gallery_of(engine, [seen("broken.jpg")], {Path("broken.jpg"): "w"})
    assert gallery.whales == ()
    assert [matrix.shape for matrix in gallery.matrices] == [(0, engine.members[0].length)]
    answers = identified(engine, gallery, seen("new.jpg", [1, 0], [0, 1]))
    assert [answer.tail for answer in answers] == [0, 1]
    for answer in answers:
        (candidate,) = answer.candidates
        assert (candidate.whale, candidate.probability, answer.known) == (NEW_WHALE, 1.0, 0.0)


@given(
    whales=st.integers(1, 14),
    tails=st.integers(0, 3),
    seed=st.integers(0, 2**32),
    share=st.floats(0.01, 0.99),
    shown=st.integers(1, 12),
)
def test_proposals_are_probabilities_best_first(whales: int, tails: int, seed: int, share: float, shown: int) -> None:
    rng = np.random.default_rng(seed)
    names = [f"w{number}" for number in range(whales)] + [f"w{n}" for n in rng.integers(0, whales, 5)]
    matrix = unit(rng.normal(size=(len(names), 8)).astype(np.float32))
    gallery = Gallery.of(names, [f"{row}.jpg" for row in range(len(names))], [matrix])
    queries = unit(rng.normal(size=(tails, 8)).astype(np.float32))

    proposals = propose(gallery, plain(queries), CALIBRATION, share, shown)

    assert len(proposals) == tails
    for query, (candidates, known) in zip(queries, proposals, strict=True):
        assert len(candidates) == min(whales, shown) + 1
        assert len({candidate.whale for candidate in candidates}) == len(candidates)
        chances = [candidate.probability for candidate in candidates]
        assert chances == sorted(chances, reverse=True)
        (new,) = [candidate for candidate in candidates if candidate.whale == NEW_WHALE]
        assert new.probability == pytest.approx(1 - known)
        assert math.isnan(new.score)
        assert new.photo is None
        if shown >= whales:
            assert sum(chances) == pytest.approx(1)
        for candidate in candidates:
            if candidate is new:
                continue
            own = [row for row, name in enumerate(names) if name == candidate.whale]
            products = {f"{row}.jpg": float(query @ matrix[row]) for row in own}
            assert candidate.photo is not None
            assert products[candidate.photo] == pytest.approx(max(products.values()), abs=1e-5)
            assert candidate.nearest == pytest.approx(max(products.values()), abs=1e-5)
            assert candidate.networks is not None
            assert candidate.score == pytest.approx((candidate.nearest + candidate.networks) / 2, abs=1e-5)
            assert candidate.points in (None, 0)


def test_a_tail_that_is_in_the_gallery_is_not_its_own_candidate() -> None:
    matrix = unit(np.random.default_rng(2).normal(size=(4, 8)).astype(np.float32))
    gallery = Gallery.of(["a", "b", "b", "c"], list("0123"), [matrix])
    queries = Queries([matrix[[0, 1]]], [NO_KEYPOINTS] * 2, np.ones(2), np.array([0, 1]))
    (of_a, _), (of_b, _) = propose(gallery, queries, CALIBRATION)
    assert {candidate.whale for candidate in of_a} == {"b", "c", NEW_WHALE}
    (again,) = [candidate for candidate in of_b if candidate.whale == "b"]
    assert again.photo == "2"


def test_ten_candidates_a_tail_as_a_rule() -> None:
    rng = np.random.default_rng(0)
    names = [f"w{number}" for number in range(30)]
    gallery = Gallery.of(names, names, [unit(rng.normal(size=(30, 8)).astype(np.float32))])
    ((candidates, _),) = propose(gallery, plain(np.zeros((1, 8), np.float32)), CALIBRATION)
    assert len(candidates) == WHALES + 1 == 10


CANDIDATES = st.lists(
    st.builds(Candidate, st.sampled_from([*"abcdefgh", NEW_WHALE]), st.just(0.0), st.floats(0, 1)), max_size=10
)
ANSWERS = st.lists(CANDIDATES.map(lambda found: Identification("p.jpg", 0, BOX, tuple(found))), max_size=4)


@given(answers=ANSWERS, new_whale=st.booleans())
def test_a_row_has_up_to_five_different_ids_best_first(answers: list[Identification], new_whale: bool) -> None:
    often = ["most", "more", "some", "few", "fewer", "one"]
    row = ranked_ids(answers, often, new_whale)

    best: dict[str, float] = {}
    for answer in answers:
        for candidate in answer.candidates:
            best[candidate.whale] = max(best.get(candidate.whale, -1.0), candidate.probability)
    if not new_whale:
        best.pop(NEW_WHALE, None)
        assert NEW_WHALE not in row
    assert len(set(row)) == len(row) <= IDS
    if not best:
        assert row == ([NEW_WHALE] if new_whale else often[:IDS])
        return
    assert len(row) == min(IDS, len(best))
    chances = [best[whale] for whale in row]
    assert chances == sorted(chances, reverse=True)
    assert all(best[whale] <= chances[-1] for whale in best.keys() - set(row))


def test_an_id_counts_with_its_best_tail() -> None:
    first = Identification("p.jpg", 0, BOX, (Candidate("a", 0, 0.6), Candidate("b", 0, 0.3)))
    second = Identification("p.jpg", 1, BOX, (Candidate("b", 0, 0.7), Candidate(NEW_WHALE, 0, 0.5)))
    assert ranked_ids([first, second]) == ["b", "a", NEW_WHALE]
    assert ranked_ids([first, second], new_whale=False) == ["b", "a"]


def test_an_engine_says_what_it_runs(engine: Engine) -> None:
    assert (engine.name, engine.device) == ("small 1", "cpu")
    assert engine.calibration == CALIBRATION


def test_an_ensemble_package_names_the_members_and_holds_their_calibration(
    small_package: Package, tail_finder: Package, tmp_path: Path
) -> None:
    other = write_package_like(small_package, tmp_path / "other", {"version": "2"})
    joint = replace(CALIBRATION, nearest=3.0)
    manifest = {"name": "both", "version": "1", "task": "ensemble", "calibration": joint.as_dict()}
    packages = [small_package, other, tail_finder]
    for members in (["small 2", "small 1"], ["small 2"]):
        folder = tmp_path / members[-1]
        folder.mkdir()
        engine = load_engine("cpu", [write_package(folder, {**manifest, "members": members}), *packages])
        assert [member.name for member in engine.members] == members
        assert engine.calibration == joint
    lost = write_package(folder, {**manifest, "members": ["small 3"]})
    engine = load_engine("cpu", [lost, *packages])
    assert [member.name for member in engine.members] == ["small 1", "small 2"]
    assert engine.calibration == CALIBRATION


def write_package_like(package: Package, folder: Path, changes: dict[str, object]) -> Package:
    """Another package of the same files."""
    folder.mkdir()
    for name in package.manifest["files"]:
        (folder / name).write_bytes((package.folder / name).read_bytes())
    return write_package(folder, {**package.manifest, **changes})


def test_an_engine_wants_a_finder_and_an_embedder(small_package: Package, tail_finder: Package) -> None:
    for packages in ([], [small_package], [tail_finder]):
        with pytest.raises(WhaleIdError, match="no model package"):
            load_engine("cpu", packages)


@pytest.mark.parametrize(
    "calibration",
    [{}, None, [], {"nearest": 1.0}, CALIBRATION.as_dict() | {"nearest": "hot"}, CALIBRATION.as_dict() | {"known": []},
     CALIBRATION.as_dict() | {"false_match": {}}, CALIBRATION.as_dict() | {"networks": float("nan")}],
)  # fmt: skip
def test_a_package_without_calibration_is_refused(
    small_package: Package, tail_finder: Package, tmp_path: Path, calibration: object
) -> None:
    bad = write_package_like(small_package, tmp_path / "bad", {"calibration": calibration})
    with pytest.raises(WhaleIdError, match="small was refused: it has no calibration"):
        load_engine("cpu", [tail_finder, bad])
