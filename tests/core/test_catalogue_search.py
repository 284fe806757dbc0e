"""What is searched of the gallery, who has looked how far, second readings, and one decision on several tails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from whaleid_core.agreement import kappa
from whaleid_core.catalogue import Catalogue, LookRow, SearchFilter, gallery_queries
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Box, Drawer, Photo, Verdict


def photo(name: str, year: int) -> Photo:
    return Photo(f"/photos/{name}.jpg", f"{name:0>64}", 600, 400, datetime(year, 8, 12, 9))


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """Two whales known by two photos each, of 2010 and of 2020; three new photos, the last with two tails."""
    made = Catalogue.create(tmp_path / "catalogue", "Fjord")
    made.who = "Ana"
    known = [photo(f"k{n}", year) for n, year in enumerate((2010, 2020, 2010, 2020))]
    made.add_photos(known, "known", {one.content_hash: f"HW{n // 2 + 1}" for n, one in enumerate(known)})
    made.add_photos([photo(f"n{n}", 2025) for n in range(3)], "new")
    for number, key in enumerate(made.photo_ids()):
        boxes = [Box(10, 10, 200, 90, Drawer.DETECTOR, 0.9), Box(210, 10, 400, 90, Drawer.DETECTOR, 0.9)]
        made.add_boxes(key, boxes if number == 6 else boxes[:1], searched_by="tails 1")
    whales = {whale.name: whale.id for whale in made.whales()}
    made.set_whale(whales["HW1"], sex="female")
    made.set_pigmentation(whales["HW2"], 4)
    yield made
    made.close()


def put_in_area(catalogue: Catalogue, year: int, area: str) -> None:
    photos = [row.id for row in catalogue.photos(catalogue.photo_ids()) if row.taken_at and row.taken_at.year == year]
    change = catalogue.make_encounter(photos, area)
    catalogue.set_area(change.keys("encounter"), area)


@pytest.mark.parametrize(
    ("which", "whales", "photos", "words"),
    [
        (SearchFilter(), 2, 4, ""),
        (SearchFilter(first_year=2015), 2, 2, "since 2015"),
        (SearchFilter(last_year=2015), 2, 2, "until 2015"),
        (SearchFilter(first_year=2011, last_year=2012), 0, 0, "2011-2012"),
        (SearchFilter(sexes=("female",)), 1, 2, "female"),
        (SearchFilter(pigmentation=(4, 5)), 1, 2, "pigmentation 4 or 5"),
        (SearchFilter(areas=("Tonga",)), 2, 2, "Tonga"),
        (
            SearchFilter(areas=("Tonga",), sexes=("female",), first_year=2020, last_year=2020),
            1,
            1,
            "Tonga, 2020, female",
        ),
        (SearchFilter(quality=2), 0, 0, "quality 2 or better"),
        (SearchFilter(quality=3), 2, 4, "quality 3 or better"),
    ],
)
def test_a_filter_leaves_part_of_the_gallery_and_says_so(
    catalogue: Catalogue, which: SearchFilter, whales: int, photos: int, words: str
) -> None:
    put_in_area(catalogue, 2020, "Tonga")
    reach = catalogue.reach(which)
    assert (reach.whales, reach.photos, reach.of_whales, reach.of_photos) == (whales, photos, 2, 4)
    assert which.words == words
    assert (reach.tails is None) == (not which)
    assert reach.tails is None or len(reach.tails) == photos


def test_filters_are_kept_by_name_and_can_be_undone(catalogue: Catalogue) -> None:
    which = SearchFilter("Tonga since 2015", ("Tonga",), 2015, None, ("female", "male"), (1, 2), 2)
    change = catalogue.save_filter(which)
    assert catalogue.search_filters() == [which]
    other = SearchFilter("Tonga since 2015", first_year=2000)
    catalogue.save_filter(other)
    assert catalogue.search_filters() == [other]
    catalogue.delete_filter(other.name)
    assert catalogue.search_filters() == []
    catalogue.apply(catalogue.save_filter(which).inverse)
    assert catalogue.search_filters() == []
    assert change.label == "Filter Tonga since 2015 kept"
    for wrong in (SearchFilter(" ", first_year=1), SearchFilter("all")):
        with pytest.raises(WhaleIdError):
            catalogue.save_filter(wrong)
    with pytest.raises(WhaleIdError, match="can't be understood"):
        SearchFilter.of_text("x", "{}")


def test_what_there_is_to_filter_by(catalogue: Catalogue) -> None:
    put_in_area(catalogue, 2020, "Tonga")
    choices = catalogue.filter_choices()
    assert (choices.areas, choices.sexes, choices.years) == (("Tonga",), ("female",), (2010, 2020))


def test_how_far_each_person_has_looked(catalogue: Catalogue) -> None:
    first, second, *_ = catalogue.tails_to_match()
    catalogue.store_look(first, 10, 10)
    catalogue.store_look(first, 4, 10)
    catalogue.who = "Ben"
    catalogue.store_look(second, 3, 9)
    catalogue.store_look(10**6, 1, 1)
    assert catalogue.looks(first) == [LookRow("Ana", 10, 10), LookRow("Ben", 0, 0)]
    assert catalogue.looks(second) == [LookRow("Ana", 0, 0), LookRow("Ben", 3, 9)]


@pytest.mark.parametrize(("verdict", "whale"), [(Verdict.SAME, "HW1"), (Verdict.NEW, "HW9"), (Verdict.POOR, None)])
def test_one_decision_on_several_tails_is_one_step(catalogue: Catalogue, verdict: Verdict, whale: str | None) -> None:
    tails = catalogue.tails_to_match()[:3]
    change = catalogue.decide_all(tails, verdict, whale, "humpback 1", 10, "Tonga")
    rows = catalogue.tail_rows(tails)
    assert [row.whale for row in rows] == [whale] * 3
    assert rows[0].verdict is verdict
    assert {row.verdict for row in rows[1:]} == {Verdict.SAME if verdict is Verdict.NEW else verdict}
    decision = catalogue.decision(tails[2])
    assert decision is not None
    assert (decision.searched, decision.shown, decision.who) == ("Tonga", 10, "Ana")
    assert change.label.startswith("3 tails are ")
    catalogue.apply(change.inverse)
    assert [row.verdict for row in catalogue.tail_rows(tails)] == [None] * 3
    assert len(catalogue.whales()) == 2


def test_two_tails_of_one_photo_are_never_decided_together_as_one_whale(catalogue: Catalogue) -> None:
    *_, one, other = catalogue.tails_to_match()
    with pytest.raises(WhaleIdError, match="can't be one whale"):
        catalogue.decide_all([one, other], Verdict.NEW, "HW9")
    assert [row.verdict for row in catalogue.tail_rows([one, other])] == [None, None]
    assert len(catalogue.whales()) == 2


def read_by_ben(catalogue: Catalogue) -> list[int]:
    """Ana decided four tails, Ben agrees on two of them and not on a third."""
    tails = catalogue.tails_to_match()
    catalogue.decide(tails[0], Verdict.SAME, "HW1")
    catalogue.decide(tails[1], Verdict.NEW, "HW9")
    catalogue.decide(tails[2], Verdict.SAME, "HW2")
    catalogue.who = "Ben"
    assert catalogue.tails_to_read() == tails[:3]
    catalogue.read_tail(tails[0], Verdict.SAME, "HW1")
    catalogue.read_tail(tails[1], Verdict.NEW)
    catalogue.read_tail(tails[2], Verdict.SAME, "HW1")
    return tails


def test_a_second_person_reads_what_another_decided(catalogue: Catalogue) -> None:
    tails = read_by_ben(catalogue)
    assert catalogue.tails_to_read() == []
    rows = catalogue.readings()
    assert [(row.tail_id, row.agrees) for row in rows] == [(tails[2], False), (tails[0], True), (tails[1], True)]
    assert (rows[0].first_who, rows[0].first_whale, rows[0].who, rows[0].whale) == ("Ana", "HW2", "Ben", "HW1")
    # What was decided stands: a reading changes no decision.
    assert [row.whale for row in catalogue.tail_rows(tails[:3])] == ["HW1", "HW9", "HW2"]
    with pytest.raises(WhaleIdError, match="no whale"):
        catalogue.read_tail(tails[0], Verdict.SAME, "HW77")
    with pytest.raises(WhaleIdError, match="isn't decided"):
        catalogue.read_tail(tails[3], Verdict.POOR)
    catalogue.who = "Ana"
    with pytest.raises(WhaleIdError, match="decided by you"):
        catalogue.read_tail(tails[0], Verdict.POOR)


def test_a_whale_named_by_the_first_and_known_to_the_second_is_agreement(catalogue: Catalogue) -> None:
    first, second, *_ = catalogue.tails_to_match()
    catalogue.decide(first, Verdict.NEW, "HW9")
    catalogue.decide(second, Verdict.SAME, "HW9")
    catalogue.who = "Ben"
    catalogue.read_tail(first, Verdict.SAME, "HW9")
    (row,) = catalogue.readings()
    assert row.agrees


@pytest.mark.parametrize(("whale", "stays"), [("HW1", False), ("HW2", True)])
def test_a_disagreement_is_settled_in_one_step(catalogue: Catalogue, whale: str, stays: bool) -> None:
    tails = read_by_ben(catalogue)
    before = catalogue.decision(tails[2])
    change = catalogue.settle_reading(tails[2], "Ben", Verdict.SAME, whale)
    assert catalogue.tail(tails[2]).whale == whale
    assert (catalogue.decision(tails[2]) == before) is stays
    assert catalogue.readings()[-1].settled
    catalogue.apply(change.inverse)
    assert catalogue.decision(tails[2]) == before
    assert not any(row.settled for row in catalogue.readings())
    catalogue.clear_reading(tails[2], "Ben")
    assert catalogue.tails_to_read() == [tails[2]]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), max_size=40))
def test_kappa_is_scikit_learns(said: list[tuple[str, str]]) -> None:
    first, second = [one for one, _ in said], [two for _, two in said]
    found = kappa(first, second)
    if not said or len({*first, *second}) == 1:
        assert found is None
    else:
        assert found == pytest.approx(cohen_kappa_score(first, second))


def test_kappa_wants_two_judgements_of_each() -> None:
    with pytest.raises(ValueError, match="3 and 2"):
        kappa("abc", "ab")


def test_readings_go_with_their_tail_and_follow_their_whale(catalogue: Catalogue) -> None:
    tails = read_by_ben(catalogue)
    whales = {whale.name: whale.id for whale in catalogue.whales()}
    merged = catalogue.merge_whales(whales["HW2"], whales["HW1"])
    assert [row.whale for row in catalogue.readings() if row.verdict is Verdict.SAME] == ["HW2", "HW2"]
    catalogue.apply(merged.inverse)
    gone = catalogue.remove_photos([catalogue.tail(tails[0]).photo_id])
    assert [row.tail_id for row in catalogue.readings()] == [tails[2], tails[1]]
    catalogue.apply(gone.inverse)
    assert len(catalogue.readings()) == 3


@pytest.mark.parametrize("piece", [1, 3, 100])
def test_embeddings_are_read_piece_by_piece_from_a_row_on(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(gallery_queries, "_PIECE", piece)
    tails = catalogue.tails_without_embedding("one")
    vectors = {tail: np.arange(4, dtype=np.float32) + tail for tail in tails}
    assert catalogue.embeddings_after("one").tail_ids.shape == (0,)
    catalogue.store_embeddings("another", {tails[0]: np.zeros(7, np.float32)})
    catalogue.store_embeddings("one", {tail: vectors[tail] for tail in tails[:-1]})
    first = catalogue.embeddings_after("one")
    catalogue.store_embeddings("one", {tails[-1]: vectors[tails[-1]]})
    later = catalogue.embeddings_after("one", first.last)
    for read, expected in ((first, tails[:-1]), (later, tails[-1:]), (catalogue.embeddings_after("one"), tails)):
        assert read.tail_ids.tolist() == expected
        assert np.array_equal(read.matrix, np.stack([vectors[tail] for tail in expected]))
    assert (first.total, later.total) == (len(tails) - 1, len(tails))
    assert not len(catalogue.embeddings_after("one", later.last).tail_ids)
