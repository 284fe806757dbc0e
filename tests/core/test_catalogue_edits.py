"""What each edit of the catalogue does, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from whaleid_core.catalogue import Catalogue, PhotoFilter, PhotoStatus, schema
from whaleid_core.catalogue.intake import REPLACED
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import NEW_WHALE, Box, Candidate, Drawer, Identification, Photo, Verdict

NOON = datetime(2025, 8, 12, 12)


def photo(number: int, path: str = "", minutes: int | None = None, **details: float) -> Photo:
    taken = None if minutes is None else NOON + timedelta(minutes=minutes)
    return Photo(path or f"/sea/IMG_{number:04d}.jpg", f"{number:064x}", 3000, 2000, taken, **details)  # type: ignore[arg-type]


def box(left: float, confidence: float = 0.9) -> Box:
    return Box(left, 100, left + 700, 500, Drawer.DETECTOR, confidence)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.create(tmp_path / "fjord") as made:
        made.who = "Ana"
        yield made


@pytest.fixture
def tail_id(catalogue: Catalogue) -> int:
    """The one tail of one photo."""
    catalogue.add_photos([photo(113)])
    catalogue.add_boxes(1, [box(100)], "detector 1")
    return catalogue.tails(1)[0].id


class TestPhotos:
    def test_the_same_content_is_kept_once(self, catalogue: Catalogue) -> None:
        twice = [photo(1), photo(2), replace(photo(1), path="/sea/copy of 1.jpg")]
        assert catalogue.add_photos(twice).label == "2 photos added"
        assert [row.name for row in catalogue.photos(catalogue.photo_ids())] == ["IMG_0001.jpg", "IMG_0002.jpg"]
        again = catalogue.add_photos([*twice, replace(photo(2), path="/elsewhere/a.jpg")])
        assert not again
        assert len(catalogue.journal()) == 1
        assert catalogue.add_photos([photo(2), photo(3)]).label == "IMG_0003 added"

    def test_they_lie_under_as_few_folders_as_may_be(self, catalogue: Catalogue) -> None:
        catalogue.add_photos(
            [photo(1, "/sea/2025/a/1.jpg"), photo(2, "/sea/2025/b/deep/2.jpg"), photo(3, "/sea/2025/3.jpg")]
        )
        catalogue.add_photos([photo(4, "/sea/2025/c/4.jpg"), photo(5, "/land/5.jpg"), photo(6, "/sky/6.jpg")])
        roots = {row.path: row.photos for row in catalogue.roots()}
        assert roots == {Path("/sea/2025").absolute(): 4, Path("/land"): 1, Path("/sky"): 1}
        assert catalogue.photo(2).path == Path("/sea/2025/b/deep/2.jpg")

    def test_a_folder_that_moved_takes_its_photos_along(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(1, "/sea/a/1.jpg"), photo(2, "/sea/b/2.jpg")])
        catalogue.add_photos([photo(3, "/card/3.jpg")])
        assert catalogue.move_root(1, Path("/disk/새 폴더")).label == "Photos are now in /disk/새 폴더"
        assert catalogue.photo(2).path == Path("/disk/새 폴더/b/2.jpg")
        with pytest.raises(WhaleIdError, match="already"):
            catalogue.move_root(1, Path("/card"))

    def test_known_photos_bring_their_whales(self, catalogue: Catalogue) -> None:
        names = {f"{1:064x}": "HW0001", f"{2:064x}": " HW0001 ", f"{3:064x}": NEW_WHALE, f"{4:064x}": None}
        catalogue.add_photos([photo(number) for number in range(1, 6)], "known", names)
        assert [row.name for row in catalogue.whales()] == ["HW0001"]
        assert [row.known_whale for row in catalogue.photos(range(1, 6))] == ["HW0001", "HW0001", None, None, None]
        assert {row.status for row in catalogue.photos(range(1, 6))} == {PhotoStatus.KNOWN}

    def test_a_file_that_cant_be_read_has_a_row_that_says_why(self, catalogue: Catalogue) -> None:
        why = "IMG_0009.jpg ends early."
        broken = {"/sea/IMG_0009.jpg": why}
        assert catalogue.add_photos([photo(1)], problems=broken).label == "IMG_0001 added"
        assert not catalogue.add_photos([], problems=broken)
        row = catalogue.photo(2)
        assert (row.problem, row.status, row.width, row.content_hash) == (why, PhotoStatus.PROBLEM, 0, None)
        assert catalogue.counts().problems == 1
        assert catalogue.counts().waiting_search == 1
        # Copied again from the card.
        catalogue.add_photos([photo(9)])
        mended = catalogue.photo(2)
        assert (mended.problem, mended.status, mended.width) == ("", PhotoStatus.WAITING, 3000)
        assert catalogue.counts().photos == 2

    def test_a_file_whose_header_was_rewritten_stays_the_same_photo(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(1, minutes=0)], "known", {f"{1:064x}": "HW0001"})
        catalogue.add_photos([replace(photo(1, minutes=0), content_hash="f" * 64, latitude=60.5, longitude=5.5)])
        row = catalogue.photo(1)
        assert (row.content_hash, row.latitude, row.known_whale, row.role) == ("f" * 64, 60.5, "HW0001", "known")
        assert catalogue.counts().photos == 1

    def test_another_photo_of_the_same_name_is_another_photo(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(1, minutes=0)])
        catalogue.add_photos([replace(photo(2, minutes=90), path="/sea/IMG_0001.jpg")])
        old, new = catalogue.photos([1, 2])
        assert (old.problem, new.problem) == (REPLACED, "")
        assert (old.path, old.content_hash) == (new.path, f"{1:064x}")

    def test_turning_takes_the_boxes_along(self, catalogue: Catalogue, tail_id: int) -> None:
        corners = [catalogue.tail(tail_id).box.corners]
        for turn in (90, 180, 270):
            catalogue.turn_photo(1, turn)
            row = catalogue.photo(1)
            corners.append(catalogue.tail(tail_id).box.corners)
            assert (row.width, row.height) == ((2000, 3000) if row.turned in (90, 270) else (3000, 2000))
        assert catalogue.photo(1).turned == 180
        assert corners[1] == (2000 - 500, 100, 2000 - 100, 800)
        catalogue.turn_photo(1, -180)
        assert catalogue.tail(tail_id).box.corners == corners[0]
        assert not catalogue.turn_photo(1, 360)

    def test_taken_out_with_all_that_hangs_on_it(self, catalogue: Catalogue, tail_id: int) -> None:
        catalogue.add_photos([photo(2)])
        catalogue.make_encounter([1], "Morning")
        catalogue.decide(tail_id, Verdict.NEW, "HW0001")
        assert catalogue.remove_photos([1, 99]).label == "IMG_0113 taken out"
        assert catalogue.photo_ids() == [2]
        assert (catalogue.whales(), catalogue.encounters()) == ([], [])

    def test_notes(self, catalogue: Catalogue, tail_id: int) -> None:
        assert catalogue.set_note("photo", 1, "glare").label == "Note on IMG_0113"
        assert catalogue.photo(1).note == "glare"
        assert not catalogue.set_note("photo", 1, "glare")
        with pytest.raises(ValueError, match="tail has no note"):
            catalogue.set_note("tail", tail_id, "x")


class TestBoxes:
    def test_labels(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(203), photo(204)])
        assert catalogue.add_boxes(1, [], "detector").label == "No tail found on IMG_0203"
        assert catalogue.add_boxes(2, [box(0), box(1000)], "detector").label == "2 tails found on IMG_0204"
        assert catalogue.draw_box(1, box(10)).label == "Box drawn on IMG_0203"
        assert catalogue.move_box(1, box(20)).label == "Box moved on IMG_0204"
        assert catalogue.delete_box(1).label == "Box deleted on IMG_0204"
        assert catalogue.accept_boxes([1]).label == "Boxes of IMG_0203 accepted"
        assert catalogue.accept_boxes([1, 2]).label == "Boxes of 2 photos accepted"
        assert catalogue.no_tail(2).label == "No tail on IMG_0204"

    def test_what_lies_outside_of_the_photo_is_cut_off(self, catalogue: Catalogue, tail_id: int) -> None:
        catalogue.move_box(tail_id, Box(-50, -50, 4000, 5000))
        assert catalogue.tail(tail_id).box == Box(0, 0, 3000, 2000)
        catalogue.turn_photo(1, 90)
        catalogue.draw_box(1, Box(1500, 2500, 9000, 9000))
        assert catalogue.tails(1)[1].box == Box(1500, 2500, 2000, 3000)
        with pytest.raises(WhaleIdError, match="outside of IMG_0113"):
            catalogue.draw_box(1, Box(2500, 10, 2600, 20))
        catalogue.add_boxes(1, [Box(2500, 10, 2600, 20)])
        assert len(catalogue.tails(1)) == 2

    def test_a_second_run_of_the_detector_adds_only_other_tails(self, catalogue: Catalogue, tail_id: int) -> None:
        mended = Box(120, 90, 820, 480)
        catalogue.move_box(tail_id, mended)
        catalogue.add_boxes(1, [box(100), box(2000)], "detector 2")
        assert [row.box for row in catalogue.tails(1)] == [mended, box(2000)]
        assert catalogue.photo(1).searched_by == "detector 2"

    def test_of_a_known_photo_the_best_box_is_the_whale(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(1)], "known", {f"{1:064x}": "HW0001"})
        catalogue.add_boxes(1, [box(0, 0.3), box(900, 0.8), box(1800, 0.5)], "detector")
        [row] = catalogue.tails(1)
        assert (row.box, row.whale, row.verdict) == (box(900, 0.8), "HW0001", Verdict.SAME)
        assert catalogue.decision(row.id) is None
        catalogue.add_boxes(1, [box(0, 0.9)], "detector")
        assert catalogue.tails(1) == [row]
        assert catalogue.draw_box(1, box(2000)).label
        assert catalogue.tails(1)[1].whale is None
        catalogue.delete_box(row.id)
        catalogue.set_boxes(1, [])
        catalogue.draw_box(1, box(2000))
        assert catalogue.tails(1)[0].whale == "HW0001"

    def test_of_a_known_photo_without_a_whale_all_boxes_are_kept(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(1)], "known", {f"{1:064x}": NEW_WHALE})
        catalogue.add_boxes(1, [box(0), box(1000)], "detector")
        assert [row.whale for row in catalogue.tails(1)] == [None, None]

    def test_boxes_set_anew_keep_what_was_decided(self, catalogue: Catalogue, tail_id: int) -> None:
        catalogue.draw_box(1, box(1500))
        catalogue.decide(tail_id, Verdict.NEW, "HW0001")
        catalogue.set_boxes(1, [box(2200), box(120)])
        rows = catalogue.tails(1)
        assert [(row.box, row.whale) for row in rows] == [(box(120), "HW0001"), (box(2200), None)]
        assert rows[0].id == tail_id
        catalogue.set_boxes(1, [])
        assert (catalogue.tails(1), catalogue.whales()) == ([], [])

    def test_no_tail_is_an_answer(self, catalogue: Catalogue, tail_id: int) -> None:
        catalogue.no_tail(1)
        row = catalogue.photo(1)
        assert (row.tails, row.checked, row.status) == (0, True, PhotoStatus.NO_TAIL)
        assert catalogue.photo_ids_to_check() == []

    @pytest.mark.parametrize("how", ["move", "turn", "set", "undo"])
    def test_what_was_computed_from_a_box_goes_when_it_moves(
        self, catalogue: Catalogue, tail_id: int, how: str
    ) -> None:
        moved = catalogue.move_box(tail_id, box(300))
        catalogue.draw_box(1, box(1500))
        other = catalogue.tails(1)[1].id
        catalogue.store_embeddings("net", {tail_id: np.ones(4), other: np.ones(4)})
        catalogue.store_keypoints("sift", {tail_id: b"points", other: b"others"})
        catalogue.store_suggestions(tail_id, Identification("x", 0, box(300), (Candidate(NEW_WHALE, 0.0, 1.0),)), "m")
        catalogue.accept_boxes([1])
        named = catalogue.decide(tail_id, Verdict.NEW)
        assert len(catalogue.embeddings("net")[0]) == 2
        match how:
            case "move":
                catalogue.move_box(tail_id, box(310))
            case "turn":
                catalogue.turn_photo(1, 180)
            case "set":
                catalogue.set_boxes(1, [box(310), box(1500)])
            case _:
                catalogue.apply(named.inverse)
                assert len(catalogue.embeddings("net")[0]) == 2
                catalogue.apply(moved.inverse)
        assert catalogue.embeddings("net")[0].tolist() == ([] if how == "turn" else [other])
        assert list(catalogue.keypoints("sift", [tail_id, other])) == ([] if how == "turn" else [other])
        assert catalogue.suggestions(tail_id) == []


class TestDecisions:
    def test_a_known_whale(self, catalogue: Catalogue, tail_id: int) -> None:
        catalogue.add_photos([photo(1)], "known", {f"{1:064x}": "HW0452"})
        assert catalogue.decide(tail_id, Verdict.SAME, "HW0452", "humpback 0.1", 10).label == "IMG_0113 is HW0452"
        row, decision = catalogue.tail(tail_id), catalogue.decision(tail_id)
        assert (row.whale, row.verdict) == ("HW0452", Verdict.SAME)
        assert decision is not None
        assert (decision.verdict, decision.whale, decision.who) == (Verdict.SAME, "HW0452", "Ana")
        assert (decision.model, decision.shown) == ("humpback 0.1", 10)
        assert abs(datetime.now(decision.decided_at.tzinfo) - decision.decided_at) < timedelta(minutes=10)
        assert catalogue.photo(1).status is PhotoStatus.DECIDED

    def test_a_new_whale_takes_the_next_name(self, catalogue: Catalogue, tail_id: int) -> None:
        catalogue.add_photos([photo(1)], "known", {f"{1:064x}": "HW0930"})
        assert catalogue.decide(tail_id, Verdict.NEW).label == "IMG_0113 is a new whale, HW0931"
        assert not {"whale"} & catalogue.decide(tail_id, Verdict.NEW).tables
        assert catalogue.tail(tail_id).whale == "HW0931"

    def test_unsure_and_poor_name_no_whale(self, catalogue: Catalogue, tail_id: int) -> None:
        assert catalogue.decide(tail_id, Verdict.UNSURE).label == "IMG_0113 is unsure"
        assert catalogue.decide(tail_id, Verdict.POOR).label == "IMG_0113 is too poor to tell"
        row = catalogue.tail(tail_id)
        assert (row.whale, row.verdict) == (None, Verdict.POOR)
        assert catalogue.counts().decided == 1

    def test_deciding_again_replaces(self, catalogue: Catalogue, tail_id: int) -> None:
        catalogue.add_photos([photo(1)], "known", {f"{1:064x}": "HW0452"})
        catalogue.decide(tail_id, Verdict.NEW, "HW0500")
        catalogue.who = "Ben"
        catalogue.decide(tail_id, Verdict.SAME, "HW0452")
        decision = catalogue.decision(tail_id)
        assert decision is not None
        assert (decision.whale, decision.who) == ("HW0452", "Ben")
        # Nobody ever saw HW0500 but in the decision that is no more.
        assert [row.name for row in catalogue.whales()] == ["HW0452"]

    def test_a_new_whale_that_is_more_than_that_stays(self, catalogue: Catalogue, tail_id: int) -> None:
        catalogue.decide(tail_id, Verdict.NEW, "HW0500")
        catalogue.set_whale(1, nickname="Salt")
        catalogue.clear_decision(tail_id)
        assert [row.name for row in catalogue.whales()] == ["HW0500"]

    def test_taking_back_lets_the_tail_wait_again(self, catalogue: Catalogue, tail_id: int) -> None:
        catalogue.decide(tail_id, Verdict.NEW)
        assert catalogue.tails_to_match() == []
        assert catalogue.clear_decision(tail_id).label == "Decision on IMG_0113 taken back"
        assert catalogue.tails_to_match() == [tail_id]
        assert (catalogue.decision(tail_id), catalogue.whales()) == (None, [])
        assert not catalogue.clear_decision(tail_id)

    def test_two_tails_of_a_photo_are_two_whales(self, catalogue: Catalogue, tail_id: int) -> None:
        catalogue.draw_box(1, box(1500))
        other = catalogue.tails(1)[1].id
        catalogue.decide(tail_id, Verdict.NEW, "HW0001")
        with pytest.raises(WhaleIdError, match="shows two tails") as caught:
            catalogue.decide(other, Verdict.SAME, "HW0001")
        assert caught.value.sentence == "IMG_0113 shows two tails, which can't be one whale."
        catalogue.decide(other, Verdict.NEW, "HW0002")
        with pytest.raises(WhaleIdError, match="IMG_0113 shows both HW0001 and HW0002"):
            catalogue.merge_whales(1, 2)

    @pytest.mark.parametrize("name", ["", "  ", NEW_WHALE, "two\nlines"])
    def test_names_that_are_none(self, catalogue: Catalogue, tail_id: int, name: str) -> None:
        with pytest.raises(WhaleIdError):
            catalogue.decide(tail_id, Verdict.NEW, name)
        assert catalogue.whales() == []

    def test_whales_that_arent_there_or_are(self, catalogue: Catalogue, tail_id: int) -> None:
        with pytest.raises(WhaleIdError, match="no whale HW0001"):
            catalogue.decide(tail_id, Verdict.SAME, "HW0001")
        catalogue.add_photos([photo(1)], "known", {f"{1:064x}": "HW0001"})
        with pytest.raises(WhaleIdError, match="HW0001 is a whale of the catalogue already"):
            catalogue.decide(tail_id, Verdict.NEW, "HW0001")
        with pytest.raises(WhaleIdError, match="isn't in the catalogue any more"):
            catalogue.decide(99, Verdict.POOR)


class TestWhalesAndEncounters:
    def test_renaming(self, catalogue: Catalogue) -> None:
        names = {f"{1:064x}": "HW0001", f"{2:064x}": "HW0003"}
        catalogue.add_photos([photo(1), photo(2)], "known", names)
        assert catalogue.rename_whale(1, "HW0002").label == "Whale HW0001 renamed to HW0002"
        assert not catalogue.rename_whale(1, "HW0002")
        with pytest.raises(WhaleIdError, match="HW0003 is another whale") as caught:
            catalogue.rename_whale(1, "HW0003")
        assert "merge HW0002 into HW0003" in caught.value.hint

    def test_merging(self, catalogue: Catalogue, tail_id: int) -> None:
        catalogue.add_photos([photo(1), photo(2)], "known", {f"{1:064x}": "HW0001", f"{2:064x}": "HW0002"})
        catalogue.add_boxes(3, [box(0)], "detector")
        catalogue.decide(tail_id, Verdict.NEW, "HW0003")
        keep, second, third = (row.id for row in catalogue.whales())
        catalogue.set_whale(second, nickname="Salt", note="scar left")
        catalogue.set_whale(keep, sex="F", note="white")
        assert catalogue.merge_whales(keep, second).label == "Whale HW0002 merged into HW0001"
        catalogue.merge_whales(keep, third)
        [row] = catalogue.whales()
        assert (row.name, row.nickname, row.sex, row.note) == ("HW0001", "Salt", "F", "white\nscar left")
        assert (row.photos, len(catalogue.whale_tails(keep))) == (3, 2)
        assert catalogue.photo(3).known_whale == "HW0001"
        assert catalogue.tail(tail_id).verdict is Verdict.SAME
        with pytest.raises(WhaleIdError, match="with itself"):
            catalogue.merge_whales(keep, keep)

    def test_encounters_end_where_time_or_place_jumps(self, catalogue: Catalogue) -> None:
        here, there = {"latitude": 60.0, "longitude": 5.0}, {"latitude": 60.1, "longitude": 5.0}
        shots = [(0, here), (50, {}), (100, here), (161, here), (165, there), (170, there)]
        catalogue.add_photos([photo(number, minutes=at, **place) for number, (at, place) in enumerate(shots)])
        catalogue.add_photos([photo(50)])
        assert catalogue.find_encounters().label == "3 encounters found"
        rows = catalogue.encounters()
        assert [(row.name, row.photos) for row in rows] == [("Encounter 1", 3), ("Encounter 2", 1), ("Encounter 3", 2)]
        assert rows[0].started_at == NOON
        assert rows[0].ended_at == NOON + timedelta(minutes=100)
        assert rows[2].latitude == pytest.approx(60.1)
        assert catalogue.photo(7).encounter_id is None
        assert not catalogue.find_encounters()

    def test_late_photos_join_the_encounter_that_they_belong_to(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(1, minutes=10), photo(2, minutes=40)])
        catalogue.make_encounter([1, 2], "Salt and calf")
        catalogue.add_photos([photo(3, minutes=0), photo(4, minutes=20), photo(5, minutes=400)])
        assert catalogue.find_encounters().label == "1 encounter found"
        assert [(row.name, row.photos) for row in catalogue.encounters()] == [("Salt and calf", 4), ("Encounter 2", 1)]

    def test_an_encounter_that_lost_all_its_photos_is_none(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(1), photo(2)])
        assert catalogue.make_encounter([1]).label == "Encounter 1 made of 1 photo"
        assert catalogue.make_encounter([1, 2], " Noon ").label == "Noon made of 2 photos"
        assert [(row.name, row.photos) for row in catalogue.encounters()] == [("Noon", 2)]
        assert not catalogue.make_encounter([99])
        assert catalogue.photo_ids(PhotoFilter(encounter_id=catalogue.encounters()[0].id)) == [1, 2]


def test_the_tables_of_edits_are_those_that_cant_be_computed(catalogue: Catalogue) -> None:
    others = {"about", "embedding", "journal", "keypoints", "look", "suggestion", "training"}
    assert set(schema.metadata.tables) - set(schema.EDITED) == others
