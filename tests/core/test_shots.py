"""What cameras wrote, set right in the catalogue: clock, place, photographer; and what can be asked about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from whaleid_core.catalogue import Catalogue, PhotoFilter, PhotoSort, PhotoStatus, Quality
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Box, Gaps, Photo, Verdict

NOON = datetime(2025, 8, 12, 12)
HERE, THERE = (60.0, 5.0), (60.2, 5.0)


def photo(
    number: int,
    minutes: float | None = None,
    camera: str = "",
    place: tuple[float, float] | None = None,
    photographer: str = "",
) -> Photo:
    taken = None if minutes is None else NOON + timedelta(minutes=minutes)
    latitude, longitude = place or (None, None)
    path = f"/sea/IMG_{number:04d}.jpg"
    return Photo(path, f"{number:064x}", 3000, 2000, taken, latitude, longitude, camera, photographer)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.create(tmp_path / "fjord") as made:
        yield made


def encounters(catalogue: Catalogue) -> list[list[int]]:
    return [catalogue.photo_ids(PhotoFilter(encounter_id=row.id)) for row in catalogue.encounters()]


class TestClock:
    def test_the_times_move_and_come_back(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(1, 0), photo(2, 5), photo(3)])
        change = catalogue.set_clock([1, 2, 3], timedelta(hours=1, minutes=30))
        assert change.label == "2 photos taken 1 hour 30 minutes later"
        assert [catalogue.photo(key).taken_at for key in (1, 2, 3)] == [
            NOON + timedelta(minutes=90),
            NOON + timedelta(minutes=95),
            None,
        ]
        catalogue.apply(change.inverse)
        assert catalogue.photo(1).taken_at == NOON
        assert not catalogue.set_clock([3], timedelta(hours=1))

    def test_a_time_out_of_the_calendar_changes_nothing(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(1, 0)])
        with pytest.raises(WhaleIdError, match="is no date"):
            catalogue.set_clock([1], timedelta(days=3_000_000))
        assert catalogue.photo(1).taken_at == NOON


class TestPlacesAndPeople:
    def test_a_photo_without_a_time_is_given_one_and_goes_where_it_was_taken(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(number, minutes) for number, minutes in enumerate((0, 10, 500, None, None, None))])
        catalogue.find_encounters()
        early, late = (row.id for row in catalogue.encounters())
        timed = catalogue.set_time([4], NOON + timedelta(minutes=5))
        catalogue.set_time([5], NOON + timedelta(days=3))
        joined = catalogue.join_by_time([4, 5])
        assert timed.label == "IMG_0003 taken on 2025-08-12 at 12:05"
        assert [catalogue.photo(key).encounter_id for key in (4, 5, 6)] == [early, None, None]
        assert not catalogue.join_by_time([4, 5, 6])
        assert catalogue.photo_ids() == [1, 4, 2, 3, 5, 6]
        catalogue.apply(joined.inverse)
        catalogue.apply(timed.inverse)
        assert (catalogue.photo(4).taken_at, catalogue.photo(4).encounter_id) == (None, None)
        before = catalogue.set_time([3], NOON - timedelta(hours=1))
        assert next(row.started_at for row in catalogue.encounters() if row.id == late) == NOON - timedelta(hours=1)
        catalogue.apply(before.inverse)
        assert catalogue.set_time([1, 2], None).label == "2 photos taken at no time known"
        assert catalogue.differences() == []

    def test_places_are_one_step(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(1), photo(2, place=HERE)])
        change = catalogue.set_places({1: THERE, 2: THERE, 99: HERE}, "12 Aug.gpx")
        assert change.label == "2 photos placed by 12 Aug.gpx"
        assert [(row.latitude, row.longitude) for row in catalogue.photos([1, 2])] == [THERE, THERE]
        catalogue.apply(change.inverse)
        assert [row.latitude for row in catalogue.photos([1, 2])] == [None, 60.0]
        assert catalogue.photo_ids(PhotoFilter(placed=True)) == [2]
        with pytest.raises(WhaleIdError, match="There is no place"):
            catalogue.set_places({1: (91.0, 0.0)})

    def test_photographers_and_cameras(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(1, 0, "Z 9", photographer="Ana"), photo(2, 9, "Z 9"), photo(3, camera="R5")])
        assert catalogue.set_photographer([2, 3], "  Ben   Li ").label == "2 photos taken by Ben Li"
        assert [(row.name, row.photos) for row in catalogue.photographers()] == [("Ana", 1), ("Ben Li", 2)]
        cameras = {row.name: (row.photos, row.first, row.last) for row in catalogue.cameras()}
        assert cameras == {"R5": (1, None, None), "Z 9": (2, NOON, NOON + timedelta(minutes=9))}
        assert catalogue.photo_ids(PhotoFilter(photographer="Ben Li", camera="Z 9")) == [2]
        assert catalogue.set_photographer([1], "").label == "IMG_0001 taken by nobody named"
        assert catalogue.photo_ids(PhotoFilter(photographer="")) == [1]
        shots = catalogue.shots(PhotoFilter(camera="Z 9"))
        assert [(shot.id, shot.name) for shot in shots] == [(1, "IMG_0001.jpg"), (2, "IMG_0002.jpg")]

    def test_files_that_are_rewritten_after_the_clock_was_set_are_the_same_photos(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(number, number, "Z 9") for number in range(1, 5)])
        catalogue.set_clock([1, 2, 3, 4], timedelta(hours=1))
        catalogue.set_note("photo", 1, "calf")
        written = [replace(photo(number, number, "Z 9"), content_hash=f"{number + 50:064x}") for number in range(1, 5)]
        catalogue.add_photos(written)
        row = catalogue.photo(1)
        assert len(catalogue.photo_ids()) == 4
        assert (row.note, row.problem, row.content_hash) == ("calf", "", f"{51:064x}")
        assert row.taken_at == NOON + timedelta(hours=1, minutes=1), "set right it was, and stays"

    def test_other_photos_under_the_old_names_are_others(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(number, number, "Z 9") for number in range(1, 5)])
        later = [
            replace(photo(number, 5000 + number**2, "Z 9"), content_hash=f"{number + 50:064x}")
            for number in range(1, 5)
        ]
        catalogue.add_photos(later)
        assert len(catalogue.photo_ids()) == 8

    def test_what_a_rewritten_file_doesnt_say_stays_known(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(1, 0, "Z 9")])
        catalogue.set_places({1: HERE})
        catalogue.set_photographer([1], "Ana")
        rewritten = Photo("/sea/IMG_0001.jpg", "f" * 64, 3000, 2000, NOON, camera="Z 9")
        catalogue.add_photos([rewritten])
        row = catalogue.photo(1)
        assert (row.content_hash, row.latitude, row.photographer) == ("f" * 64, 60.0, "Ana")


class TestFilters:
    def test_quality_is_that_of_the_best_tail(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(number, number) for number in range(1, 6)])
        for key in catalogue.photo_ids()[:4]:
            catalogue.add_boxes(key, [Box(0, 0, 900, 500), Box(1000, 0, 1900, 500)], "finder")
        tails = {key: [tail.id for tail in catalogue.tails(key)] for key in catalogue.photo_ids()}
        ratings = {
            tails[1][0]: {"sharpness": 1, "exposure": 2},
            tails[1][1]: {"sharpness": 5},
            tails[2][0]: {"sharpness": 3, "exposure": 1},
            tails[2][1]: {"fluke_angle": 5},
            tails[3][0]: {"sharpness": 1, "part_visible": 4},
            tails[3][1]: {"sharpness": 4},
        }
        with catalogue.edit() as edit:
            from whaleid_core.catalogue.schema import tail

            edit.update(tail, ratings)
        fit = {quality: catalogue.photo_ids(PhotoFilter(quality=quality)) for quality in Quality}
        assert fit == {Quality.GOOD: [1], Quality.FAIR: [1, 2], Quality.POOR: [3], Quality.UNRATED: [4]}

    def test_text_finds_camera_photographer_and_encounter(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(1, 0, "Nikon Z 9"), photo(2, 1, photographer="Åsa"), photo(3, 2), photo(4, 3)])
        catalogue.make_encounter([3], "Off 100% skerry")
        found = {
            text: catalogue.photo_ids(PhotoFilter(text=text)) for text in ("z 9", "Åsa", "100% SKERRY", "%", "_0004")
        }
        assert found == {"z 9": [1], "Åsa": [2], "100% SKERRY": [3], "%": [3], "_0004": [4]}

    def test_orders_both_ways_with_what_is_lacking_last(self, catalogue: Catalogue) -> None:
        catalogue.add_photos(
            [photo(1, 5, "R5", HERE, "Ben"), photo(2, 4, "Z 9", THERE), photo(3, 3, "", None, "Ana"), photo(4)]
        )
        catalogue.add_boxes(3, [Box(0, 0, 900, 500)], "finder")
        catalogue.set_note("photo", 4, "calf")

        def order(sort: PhotoSort) -> tuple[list[int], list[int]]:
            return catalogue.photo_ids(sort=sort), catalogue.photo_ids(sort=sort, descending=True)

        assert order(PhotoSort.TIME) == ([3, 2, 1, 4], [1, 2, 3, 4])
        assert order(PhotoSort.CAMERA) == ([1, 2, 3, 4], [2, 1, 3, 4])
        assert order(PhotoSort.PHOTOGRAPHER) == ([3, 1, 2, 4], [1, 3, 2, 4])
        assert order(PhotoSort.PLACE) == ([2, 1, 3, 4], [1, 2, 3, 4])
        assert order(PhotoSort.TAILS)[1][0] == 3
        assert order(PhotoSort.NOTE)[0] == [4, 3, 2, 1]
        assert order(PhotoSort.NAME) == ([1, 2, 3, 4], [4, 3, 2, 1])
        assert sorted(order(PhotoSort.STATUS)[0]) == [1, 2, 3, 4]


class TestEncounters:
    def test_two_boats_at_sea_at_once_have_encounters_of_their_own(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(n, n, "AB"[n % 2], (HERE, THERE)[n % 2]) for n in range(10)])
        catalogue.add_photos([photo(20, 10.5, "B")])  # no place: where its camera was
        catalogue.find_encounters(1, 5)
        assert encounters(catalogue) == [[1, 3, 5, 7, 9], [2, 4, 6, 8, 10, 11]]

    def test_anew_leaves_what_a_person_named_and_keeps_the_rest_where_it_fits(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(n, 40 * n) for n in range(9)])
        catalogue.find_encounters(1)
        assert encounters(catalogue) == [list(range(1, 10))]
        catalogue.make_encounter([1, 2], "Salt's morning")
        key = catalogue.photo(3).encounter_id
        assert catalogue.plan_encounters(Gaps(0.5), anew=True).encounters == 8
        change = catalogue.find_encounters(0.5, anew=True)
        assert change.label == "6 encounters found"
        assert catalogue.photo(3).encounter_id == key, "the first of them takes the old one over"
        assert encounters(catalogue)[0] == [1, 2]
        assert catalogue.find_encounters(1, anew=True)
        assert encounters(catalogue) == [[1, 2], list(range(3, 10))]
        assert not catalogue.find_encounters(1, anew=True), "what is as it should be stays as it is"

    def test_a_plan_changes_nothing_and_comes_true(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([*(photo(n, 40 * n) for n in range(5)), photo(7)])
        plan = catalogue.plan_encounters(Gaps(0.5))
        assert (plan.encounters, plan.before, plan.moved, plan.loose) == (5, 0, 5, 1)
        assert catalogue.encounters() == []
        catalogue.find_encounters(0.5)
        assert len(catalogue.encounters()) == 5
        assert not catalogue.plan_encounters(Gaps(0.5)).moved

    def test_joined_and_named(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(n, 90 * n) for n in range(3)])
        catalogue.find_encounters()
        first = catalogue.encounters()[0].id
        change = catalogue.join_encounters(first, [1, 2])
        assert change.label == "1 photo joined to Encounter 1"
        assert encounters(catalogue) == [[1, 2], [3]]
        assert catalogue.name_encounter(first, " Off Senja ").label == "Encounter 1 is called Off Senja"
        catalogue.apply(change.inverse)
        assert len(catalogue.encounters()) == 3
        with pytest.raises(WhaleIdError, match="needs a name"):
            catalogue.name_encounter(first, " ")

    def test_an_area_is_written_found_and_keeps_its_encounter(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(n, 90 * n) for n in range(3)])
        catalogue.find_encounters()
        ids = [row.id for row in catalogue.encounters()]
        assert catalogue.set_area(ids[:1], "  Vava'u,  Tonga ").label == "Encounter 1 in Vava'u, Tonga"
        assert catalogue.set_area(ids[1:], "Senja").label == "2 encounters in Senja"
        assert [row.area for row in catalogue.encounters()] == ["Vava'u, Tonga", "Senja", "Senja"]
        assert catalogue.photo_ids(PhotoFilter(text="tonga")) == [1]
        assert not catalogue.find_encounters(5, anew=True), "who wrote an area has looked at it"


class TestKnownLater:
    def test_a_list_that_comes_later_makes_new_photos_known(self, catalogue: Catalogue) -> None:
        catalogue.add_photos([photo(number, number) for number in range(1, 5)])
        catalogue.add_boxes(1, [Box(0, 0, 900, 500, confidence=0.7), Box(1000, 0, 1900, 500, confidence=0.9)], "finder")
        catalogue.add_boxes(2, [Box(0, 0, 900, 500)], "finder")
        [decided] = catalogue.tails(2)
        catalogue.decide(decided.id, Verdict.UNSURE)
        change = catalogue.know_photos({f"{number:064x}": f"HW{number:04d}" for number in (1, 2, 3, 99)})
        assert change.label == "2 photos known by a list"
        assert [(row.role, row.known_whale) for row in catalogue.photos([1, 2, 3, 4])] == [
            ("known", "HW0001"),
            ("new", None),
            ("known", "HW0003"),
            ("new", None),
        ]
        assert [tail.whale for tail in catalogue.tails(1)] == [None, "HW0001"]
        assert catalogue.whale_id("HW0002") is None, "what a person decided stays, and makes no whale"
        catalogue.apply(change.inverse)
        assert catalogue.counts().by_status.get(PhotoStatus.KNOWN) is None
