"""What the catalogue answers: statuses, counts, lists, search, whales, suggestions, the gallery."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whaleid_core.catalogue import SURE, Catalogue, CheckReason, PhotoFilter, PhotoSort, PhotoStatus
from whaleid_core.catalogue.names import next_whale_name
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import NEW_WHALE, Box, Candidate, Drawer, Identification, Photo, Verdict

NOON = datetime(2025, 8, 12, 12)


def photo(number: int, minutes: int | None = None, folder: str = "/sea") -> Photo:
    taken = None if minutes is None else NOON + timedelta(minutes=minutes)
    return Photo(f"{folder}/IMG_{number:04d}.jpg", f"{number:064x}", 3000, 2000, taken)


def box(left: float, confidence: float = 0.9, drawn_by: Drawer = Drawer.DETECTOR, size: float = 400) -> Box:
    return Box(left, 100, left + 2 * size, 100 + size, drawn_by, confidence)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.create(tmp_path / "fjord") as made:
        yield made


@pytest.fixture
def one_of_each(catalogue: Catalogue) -> dict[str, int]:
    """A catalogue with photos in every state; their ids by what is the matter with them."""
    names = [
        "waiting",
        "none",
        "none checked",
        "sure",
        "unsure",
        "several",
        "several checked",
        "frame",
        "half",
        "decided",
    ]
    catalogue.add_photos([photo(number) for number in range(len(names))])
    ids = dict(zip(names, catalogue.photo_ids(), strict=True))
    catalogue.add_photos([photo(100), photo(101)], "known", {f"{100:064x}": "HW0001"})
    ids |= {"known": 11, "known waiting": 12}
    catalogue.add_photos([], problems={"/sea/broken.jpg": "broken.jpg can't be read."})
    ids["problem"] = 13
    found = {
        "none": [],
        "none checked": [],
        "sure": [box(10, SURE)],
        "unsure": [box(10, SURE - 0.01)],
        "several": [box(0), box(1000)],
        "several checked": [box(0), box(1000, 0.2)],
        "frame": [Box(0, 0, 3000, 2000, Drawer.FRAME)],
        "half": [box(0), box(1000)],
        "decided": [box(0), box(1000, 0.2)],
        "known": [box(0, 0.1)],
    }
    for name, boxes in found.items():
        catalogue.add_boxes(ids[name], boxes, "detector")
    catalogue.accept_boxes([ids["none checked"], ids["several checked"]])
    catalogue.decide(catalogue.tails(ids["half"])[0].id, Verdict.UNSURE)
    first, second = catalogue.tails(ids["decided"])
    catalogue.decide(first.id, Verdict.SAME, "HW0001")
    catalogue.decide(second.id, Verdict.POOR)
    return ids


def test_status_of_each(catalogue: Catalogue, one_of_each: dict[str, int]) -> None:
    wanted = {
        "waiting": PhotoStatus.WAITING,
        "none": PhotoStatus.NO_TAIL,
        "none checked": PhotoStatus.NO_TAIL,
        "sure": PhotoStatus.TO_MATCH,
        "unsure": PhotoStatus.TO_CHECK,
        "several": PhotoStatus.TO_CHECK,
        "several checked": PhotoStatus.TO_MATCH,
        "frame": PhotoStatus.TO_CHECK,
        "half": PhotoStatus.TO_CHECK,
        "decided": PhotoStatus.DECIDED,
        "known": PhotoStatus.KNOWN,
        "known waiting": PhotoStatus.KNOWN,
        "problem": PhotoStatus.PROBLEM,
    }
    assert {name: catalogue.photo(key).status for name, key in one_of_each.items()} == wanted
    for status in PhotoStatus:
        fit = {key for name, key in one_of_each.items() if wanted[name] is status}
        assert set(catalogue.photo_ids(PhotoFilter(statuses=frozenset({status})))) == fit


def test_counts(catalogue: Catalogue, one_of_each: dict[str, int]) -> None:
    counts = catalogue.counts()
    assert (counts.photos, counts.tails, counts.whales, counts.encounters) == (13, 12, 1, 0)
    assert counts.waiting_search == 2
    assert counts.to_check == 5
    assert counts.to_match == len(catalogue.tails_to_match()) == 8
    assert counts.decided == 3
    assert counts.problems == 1
    assert sum(counts.by_status.values()) == 13
    assert len(catalogue.photo_ids(PhotoFilter(searched=False))) == counts.waiting_search
    assert len(catalogue.photo_ids_to_check()) == counts.to_check


def test_an_empty_catalogue_counts_nothing(catalogue: Catalogue) -> None:
    counts = catalogue.counts()
    assert (counts.photos, counts.to_match, counts.by_status) == (0, 0, {})
    assert catalogue.photo_ids() == catalogue.whales() == catalogue.encounters() == catalogue.tails_to_match() == []


def test_the_queue_puts_doubt_first(catalogue: Catalogue, one_of_each: dict[str, int]) -> None:
    ids = one_of_each
    queue = catalogue.check_queue()
    assert queue[CheckReason.NO_TAIL] == [ids["none"]]
    assert set(queue[CheckReason.SEVERAL]) == {ids["several"], ids["half"]}
    assert queue[CheckReason.UNSURE] == [ids["unsure"], ids["frame"]]
    assert queue[CheckReason.SURE] == [ids["sure"]]
    assert catalogue.photo_ids_to_check()[0] == ids["none"]
    catalogue.move_box(catalogue.tails(ids["unsure"])[0].id, box(10, 1.0, Drawer.PERSON))
    assert ids["unsure"] in catalogue.check_queue()[CheckReason.SURE]


def test_order_of_photos(catalogue: Catalogue) -> None:
    catalogue.add_photos([photo(3, 0), photo(1, 30), photo(2), photo(4, 10)])
    by_id = {key: row.name[4:8] for key in catalogue.photo_ids() for row in [catalogue.photo(key)]}

    def order(sort: PhotoSort | str) -> list[str]:
        return [by_id[key] for key in catalogue.photo_ids(None, sort)]

    assert order("time") == ["0003", "0004", "0001", "0002"]
    assert order(PhotoSort.NAME) == ["0001", "0002", "0003", "0004"]
    assert order("added") == ["0003", "0001", "0002", "0004"]
    assert [row.id for row in catalogue.photos([4, 99, 1])] == [4, 1]


def test_filters_narrow_each_other(catalogue: Catalogue, one_of_each: dict[str, int]) -> None:
    ids = one_of_each
    catalogue.add_photos([photo(50, 0), photo(51, 60)])
    catalogue.set_note("photo", ids["sure"], "Glare 100% on_the left")

    def fit(**conditions: object) -> set[int]:
        return set(catalogue.photo_ids(PhotoFilter(**conditions)))  # type: ignore[arg-type]

    assert fit(role="known") == {11, 12}
    assert fit(role="known", searched=True) == {11}
    assert fit(checked=True) == {ids["none checked"], ids["several checked"]}
    assert fit(whale_id=1) == {ids["decided"], 11}
    assert fit(taken_from=NOON, taken_to=NOON + timedelta(minutes=59)) == {14}
    assert fit(text="glare") == fit(text="0% ON_") == {ids["sure"]}
    assert fit(text="0_o") == set()
    assert fit(text="img_0101") == {12}
    assert len(fit()) == 15


def test_a_photo_that_is_gone_says_so(catalogue: Catalogue) -> None:
    for ask in (catalogue.photo, catalogue.tail, catalogue.whale):
        with pytest.raises(WhaleIdError, match="any more"):
            ask(1)


def test_tails_by_time_or_by_how_sure(catalogue: Catalogue) -> None:
    catalogue.add_photos([photo(1, 50), photo(2), photo(3, 10)])
    for key in (1, 2, 3):
        catalogue.add_boxes(key, [box(0)], "detector")
    assert catalogue.tails_to_match() == [3, 1, 2]
    for tail_id, probability in ((1, 0.4), (2, 0.9)):
        catalogue.store_suggestions(tail_id, proposed(Candidate(NEW_WHALE, 0.0, probability)), "m")
    assert catalogue.tails_to_match("sure") == [2, 1, 3]
    assert [row.id for row in catalogue.tail_rows([2, 77, 1])] == [2, 1]


def proposed(*candidates: Candidate) -> Identification:
    return Identification("IMG", 0, box(0), candidates, known=0.7)


def test_suggestions_come_back_as_they_were_made(catalogue: Catalogue, one_of_each: dict[str, int]) -> None:
    tail_id, shown = catalogue.tails_to_match()[0], catalogue.whale_tails(1)[0].id
    candidates = (
        Candidate("HW0001", 0.75, 0.5, 0.7, 0.8, str(shown), 41),
        Candidate(NEW_WHALE, float("nan"), 0.375),
        Candidate("HW9999 gone by now", 0.1, 0.1),
        Candidate("HW0001", 0.25, 0.125, None, 0.25, "a file name", None),
    )
    catalogue.store_suggestions(tail_id, proposed(*candidates), "humpback 0.1")
    rows = catalogue.suggestions(tail_id)
    assert [(row.whale, row.whale_id, row.rank) for row in rows] == [
        ("HW0001", 1, 1),
        (NEW_WHALE, None, 2),
        ("HW0001", 1, 3),
    ]
    best, new, last = rows
    assert (best.score, best.probability, best.networks, best.nearest, best.points) == (0.75, 0.5, 0.7, 0.8, 41)
    assert (best.tail_shown_id, best.known, best.model) == (shown, 0.7, "humpback 0.1")
    assert (new.score, new.networks, new.tail_shown_id) == (None, None, None)
    assert last.tail_shown_id is None
    catalogue.store_suggestions(tail_id, proposed(Candidate(NEW_WHALE, float("nan"), 1.0)), "humpback 0.2")
    assert [row.model for row in catalogue.suggestions(tail_id)] == ["humpback 0.2"]
    catalogue.store_suggestions(99, proposed(), "humpback 0.2")
    assert catalogue.suggestions(99) == []
    assert not any("suggestion" in row.tables for row in catalogue.journal())


def test_a_whale_that_goes_takes_its_suggestions_along(catalogue: Catalogue) -> None:
    catalogue.add_photos([photo(1), photo(2)])
    for key in (1, 2):
        catalogue.add_boxes(key, [box(0)], "detector")
    made = catalogue.decide(1, Verdict.NEW, "HW0001")
    catalogue.store_suggestions(
        2, proposed(Candidate("HW0001", 0.5, 0.5, photo="1"), Candidate(NEW_WHALE, 0, 0.5)), "m"
    )
    catalogue.apply(made.inverse)
    assert [row.whale for row in catalogue.suggestions(2)] == [NEW_WHALE]


def test_embeddings_come_back_bit_by_bit(catalogue: Catalogue, one_of_each: dict[str, int]) -> None:
    waiting = catalogue.tails_without_embedding("net")
    assert len(waiting) == 12
    vectors = {key: np.random.default_rng(key).normal(size=16).astype(np.float32) for key in waiting}
    assert catalogue.store_embeddings("net", {**vectors, 999: np.ones(16)}) == 12
    ids, matrix = catalogue.embeddings("net")
    assert ids.tolist() == sorted(waiting)
    assert matrix.dtype == np.float32
    np.testing.assert_array_equal(matrix, [vectors[key] for key in sorted(waiting)])
    assert catalogue.tails_without_embedding("net") == []
    assert len(catalogue.tails_without_embedding("other net")) == 12
    assert catalogue.embeddings("other net")[1].shape == (0, 0)
    catalogue.store_embeddings("net", {waiting[0]: np.zeros(16)})
    assert catalogue.embeddings("net")[1].shape == (12, 16)


def test_keypoints_come_back_by_kind_and_tail(catalogue: Catalogue, one_of_each: dict[str, int]) -> None:
    waiting = catalogue.tails_without_keypoints("sift 1")
    assert waiting == catalogue.tails_without_embedding("net")
    points = {key: bytes([key, 0, 255]) * key for key in waiting}
    assert catalogue.store_keypoints("sift 1", {**points, 999: b"of a tail that is gone"}) == 12
    assert catalogue.keypoints("sift 1", [*waiting, 999]) == points
    assert catalogue.keypoints("sift 1", waiting[:2]) == {key: points[key] for key in waiting[:2]}
    assert catalogue.keypoints("sift 1", []) == catalogue.keypoints("sift 2", waiting) == {}
    assert catalogue.tails_without_keypoints("sift 1") == []
    assert catalogue.tails_without_keypoints("sift 2") == waiting
    catalogue.store_keypoints("sift 2", {waiting[0]: b"another kind"})
    catalogue.store_keypoints("sift 1", {waiting[0]: b""})
    assert catalogue.keypoints("sift 1", waiting) == {**points, waiting[0]: b""}
    assert catalogue.keypoints("sift 2", waiting) == {waiting[0]: b"another kind"}


def test_keypoints_of_more_tails_than_one_statement_names(catalogue: Catalogue) -> None:
    catalogue.add_photos([photo(1)])
    catalogue.set_boxes(1, [Box(left, 0, left + 1, 1) for left in range(1200)])
    every = catalogue.tails_without_keypoints("sift")
    assert catalogue.store_keypoints("sift", {key: str(key).encode() for key in every}) == 1200
    assert catalogue.keypoints("sift", every) == {key: str(key).encode() for key in every}


def test_the_gallery_is_what_was_decided(catalogue: Catalogue, one_of_each: dict[str, int]) -> None:
    assert len(catalogue.gallery("net")) == 0
    every = catalogue.tails_without_embedding("net")
    catalogue.store_embeddings("net", {key: np.full(3, key, np.float32) for key in every})
    gallery = catalogue.gallery("net")
    assert gallery.whales == ("HW0001", "HW0001")
    assert gallery.whale_ids.tolist() == [1, 1]
    assert gallery.matrix[:, 0].tolist() == gallery.tail_ids.tolist()
    named = catalogue.decide(catalogue.tails_to_match()[0], Verdict.NEW, "HW0002")
    assert set(catalogue.gallery("net").whales) == {"HW0001", "HW0002"}
    catalogue.apply(named.inverse)
    assert len(catalogue.gallery("net")) == 2


def test_what_was_computed_of_a_box_that_moved_meanwhile_is_left_out(catalogue: Catalogue) -> None:
    catalogue.add_photos([photo(1), photo(2), photo(3)])
    for key in (1, 2, 3):
        catalogue.add_boxes(key, [Box(0, 0, 3000, 2000, Drawer.FRAME)], "detector")
    seen = catalogue.tail_rows([1, 2, 3])
    catalogue.move_box(1, box(100))
    catalogue.turn_photo(2, 180)
    assert catalogue.store_embeddings("net", {key: np.ones(3) for key in (1, 2, 3)}, seen) == 1
    assert catalogue.embeddings("net")[0].tolist() == [3]
    assert catalogue.store_keypoints("sift", {key: b"points" for key in (1, 2, 3)}, seen) == 1
    assert catalogue.keypoints("sift", [1, 2, 3]) == {3: b"points"}


def test_whales_with_their_photos(catalogue: Catalogue) -> None:
    names = {f"{1:064x}": "HW0002", f"{2:064x}": "HW0001", f"{3:064x}": "HW0001", f"{4:064x}": "HW0001"}
    catalogue.add_photos([photo(1, 0), photo(2, 10), photo(3, 20), photo(4, 30)], "known", names)
    frame = Box(0, 0, 3000, 2000, Drawer.FRAME)
    for key, found in ((2, box(0, size=300)), (3, box(0, size=400)), (4, frame)):
        catalogue.add_boxes(key, [found], "detector")
    first, second = catalogue.whales()
    assert (first.name, first.photos, first.cover_tail_id) == ("HW0001", 3, 2)
    assert first.first_seen == NOON + timedelta(minutes=10)
    assert first.last_seen == NOON + timedelta(minutes=30)
    assert (second.name, second.photos, second.cover_tail_id) == ("HW0002", 1, None)
    assert [row.photo_id for row in catalogue.whale_tails(first.id)] == [3, 2, 4]
    catalogue.set_whale(first.id, nickname="Salt")
    assert [row.name for row in catalogue.whales("sal")] == ["HW0001"]
    assert [row.name for row in catalogue.whales("hw0002")] == ["HW0002"]
    assert catalogue.whale(first.id) == catalogue.whales("salt")[0]
    assert catalogue.whale_id("HW0002") == second.id
    assert catalogue.whale_id("hw0002") is None


def test_search_by_name(catalogue: Catalogue) -> None:
    catalogue.add_photos([photo(number) for number in range(30)], "known", {f"{1:064x}": "IMGrid"})
    catalogue.make_encounter([1, 2], "Imgfjord")
    found = catalogue.find(" img ")
    assert len(found.photos) == 20
    assert found.photos[0] == (1, "IMG_0000")
    assert [name for _, name in found.whales] == ["IMGrid"]
    assert [name for _, name in found.encounters] == ["Imgfjord"]
    assert catalogue.find("").photos == ()


@pytest.mark.parametrize(
    ("names", "following"),
    [
        ([], "W0001"),
        (["HW0930"], "HW0931"),
        (["HW0007", "HW0930", "Salt", "BC-12"], "HW0931"),
        (["HW9", "HW10", "HW11"], "HW12"),
        (["HW0999"], "HW1000"),
        (["HW998", "HW999"], "HW1000"),
        (["Salt", "Pepper", "Calf 1", "Mole", "Bent"], "W0001"),
        (["w_f48451c", "w_1287fbc", "w_da2efe0", "w_9c506f6", "w_c106a1d"], "W0001"),
        (["Salt", "Pepper", "W0001", "Spot", "Fin", "Mark"], "W0002"),
        (["7", "8"], "9"),
        (["2019-04", "2019-05"], "2019-06"),
    ],
)
def test_the_next_whale_is_called(names: list[str], following: str) -> None:
    assert next_whale_name(names) == following


@given(st.lists(st.text("HW_0189", max_size=5), max_size=8))
def test_the_next_name_is_always_free(names: list[str]) -> None:
    assert next_whale_name(names) not in names
