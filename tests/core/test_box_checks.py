"""Which boxes a person should see, how many a detector could learn from, and what one that looks again may do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whaleid_core.boxes import iou
from whaleid_core.catalogue import BORDER, SURE, Catalogue, CheckReason, PhotoStatus
from whaleid_core.records import Box, Drawer, Photo, Verdict

WIDTH, HEIGHT = 3000, 2000
same_catalogue = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.create(tmp_path / "fjord") as made:
        yield made


def found(xmin: float, ymin: float, xmax: float, ymax: float, confidence: float = 0.95) -> Box:
    return Box(xmin, ymin, xmax, ymax, Drawer.DETECTOR, confidence)


GOOD = found(500, 500, 1500, 1000)
ELSEWHERE = found(1700, 1200, 2600, 1700)


def add(catalogue: Catalogue, boxes: list[Box], known: str = "") -> int:
    """A photo in which a detector found these; gives its id."""
    number = len(catalogue.photo_ids()) + 1
    photo = Photo(f"/sea/IMG_{number:04d}.jpg", f"{number:064x}", WIDTH, HEIGHT)
    catalogue.add_photos([photo], "known" if known else "new", {f"{number:064x}": known} if known else None)
    key = max(catalogue.photo_ids())
    catalogue.add_boxes(key, boxes, "finder 1")
    return key


class TestDoubt:
    @pytest.mark.parametrize(
        ("boxes", "reason"),
        [
            ([], CheckReason.NO_TAIL),
            ([GOOD, ELSEWHERE], CheckReason.SEVERAL),
            ([found(500, 500, 1500, 1000, SURE - 0.01)], CheckReason.UNSURE),
            ([found(BORDER - 0.5, 500, 1000, 800)], CheckReason.BORDER),
            ([found(500, BORDER - 0.5, 1500, 600)], CheckReason.BORDER),
            ([found(2000, 500, WIDTH - BORDER + 0.5, 900)], CheckReason.BORDER),
            ([found(500, 1500, 1500, HEIGHT - BORDER + 0.5)], CheckReason.BORDER),
            ([found(500, 500, 700, 1500)], CheckReason.SHAPE),
            ([found(500, 500, 2500, 700)], CheckReason.SHAPE),
            ([replace(GOOD, disputed=True)], CheckReason.DISPUTED),
            ([replace(GOOD, disputed=True, confidence=SURE - 0.01)], CheckReason.UNSURE),
            ([found(BORDER, BORDER, 1000, 600)], CheckReason.SURE),
            ([found(2000, 1500, WIDTH - BORDER, HEIGHT - BORDER)], CheckReason.SURE),
            ([GOOD], CheckReason.SURE),
            ([Box(0, 0, 200, 1900)], CheckReason.SURE),  # a person drew it
        ],
    )
    def test_each_reason(self, catalogue: Catalogue, boxes: list[Box], reason: CheckReason) -> None:
        key = add(catalogue, boxes)
        assert [why for why, ids in catalogue.check_queue().items() if ids == [key]] == [reason]
        waits = reason is not CheckReason.SURE
        assert catalogue.counts().to_check == len(catalogue.photo_ids_to_check()) == int(waits)
        status = PhotoStatus.NO_TAIL if not boxes else PhotoStatus.TO_CHECK if waits else PhotoStatus.TO_MATCH
        assert catalogue.photo(key).status is status
        catalogue.accept_boxes([key])
        assert not any(catalogue.check_queue().values())
        assert catalogue.counts().to_check == 0

    def test_what_is_disputed_stays_so_until_a_person_drew_it(self, catalogue: Catalogue) -> None:
        key = add(catalogue, [replace(GOOD, disputed=True)])
        (tail,) = catalogue.tails(key)
        assert tail.box.disputed
        catalogue.turn_photo(key, 90)
        assert catalogue.tails(key)[0].box.disputed
        catalogue.move_box(tail.id, Box(400, 500, 1500, 1000))
        assert not catalogue.tails(key)[0].box.disputed
        assert catalogue.check_queue()[CheckReason.SURE] == [key]
        assert catalogue.differences() == []

    def test_the_border_turns_with_the_photo(self, catalogue: Catalogue) -> None:
        at_bottom, inside = found(500, 1500, 1500, HEIGHT - 1), found(2100, 1000, 2990, 1990)
        keys = [add(catalogue, [box]) for box in (at_bottom, inside)]
        for key in keys:
            catalogue.turn_photo(key, 90)
        queue = catalogue.check_queue()
        assert (queue[CheckReason.BORDER], queue[CheckReason.SURE]) == ([keys[0]], [keys[1]])

    def test_the_least_sure_of_a_kind_comes_first(self, catalogue: Catalogue) -> None:
        keys = [add(catalogue, [found(500, 500, 1500, 1000, sure)]) for sure in (0.5, 0.3, 0.7)]
        assert catalogue.photo_ids_to_check() == [keys[1], keys[0], keys[2]]


class TestCorrected:
    def test_what_a_person_drew_since_the_detector_was_taught(self, catalogue: Catalogue) -> None:
        first, second = add(catalogue, [GOOD]), add(catalogue, [])
        assert catalogue.boxes_corrected() == 0
        catalogue.move_box(catalogue.tails(first)[0].id, Box(400, 500, 1500, 1000))
        drawn = catalogue.draw_box(second, Box(100, 100, 900, 500))
        assert catalogue.boxes_corrected() == 2
        catalogue.note_training("fjord-2", 2, datetime.now(UTC))
        assert catalogue.boxes_corrected() == 0
        catalogue.move_box(next(iter(drawn.keys("tail"))), Box(100, 120, 900, 500))
        assert catalogue.boxes_corrected() == 1
        catalogue.note_training("names", 9, datetime.now(UTC), kind="embed")
        assert catalogue.boxes_corrected() == 1

    def test_an_undo_takes_the_correction_back(self, catalogue: Catalogue) -> None:
        key = add(catalogue, [GOOD])
        change = catalogue.move_box(catalogue.tails(key)[0].id, Box(400, 500, 1500, 1000))
        catalogue.apply(change.inverse)
        assert catalogue.boxes_corrected() == 0
        assert catalogue.tails(key)[0].box == GOOD

    def test_the_same_box_again_is_no_edit(self, catalogue: Catalogue) -> None:
        key = add(catalogue, [])
        catalogue.draw_box(key, Box(100, 100, 900, 500))
        assert not catalogue.set_boxes(key, [Box(100, 100, 900, 500)])
        assert not catalogue.move_box(catalogue.tails(key)[0].id, Box(100, 100, 900, 500))


def renewed(catalogue: Catalogue, key: int, *boxes: Box) -> list[Box]:
    """The photo's boxes after the detector looked again; that it is what was foretold is held here."""
    foretold = catalogue.renewal(key, boxes).boxes
    before = [tail.box for tail in catalogue.tails(key)]
    change = catalogue.renew_boxes({key: boxes}, "finder 2")
    after = [tail.box for tail in catalogue.tails(key)]
    assert sorted(box.corners for box in foretold) == sorted(box.corners for box in after)
    catalogue.apply(change.inverse)
    assert [tail.box for tail in catalogue.tails(key)] == before
    return after


class TestAgain:
    def test_a_detectors_boxes_are_replaced(self, catalogue: Catalogue) -> None:
        key = add(catalogue, [GOOD])
        moved = found(480, 430, 1500, 1010)
        assert renewed(catalogue, key, moved) == [moved]
        assert renewed(catalogue, key, ELSEWHERE) == [ELSEWHERE]
        assert renewed(catalogue, key) == []

    def test_a_box_that_is_as_good_stays(self, catalogue: Catalogue) -> None:
        key = add(catalogue, [GOOD])
        assert not catalogue.renewal(key, [found(505, 500, 1500, 1000, 0.9)])
        assert renewed(catalogue, key, found(505, 500, 1500, 1000, 0.9)) == [GOOD]

    def test_what_a_person_drew_or_corrected_stays(self, catalogue: Catalogue) -> None:
        drawn, corrected = add(catalogue, []), add(catalogue, [GOOD])
        mine = Box(500, 500, 1500, 1000)
        catalogue.draw_box(drawn, mine)
        catalogue.move_box(catalogue.tails(corrected)[0].id, mine)
        for key in (drawn, corrected):
            assert renewed(catalogue, key) == [mine]
            assert renewed(catalogue, key, found(450, 450, 1500, 1000)) == [mine]
            assert renewed(catalogue, key, ELSEWHERE) == [mine, ELSEWHERE]

    def test_what_a_person_accepted_stays(self, catalogue: Catalogue) -> None:
        one, none = add(catalogue, [GOOD]), add(catalogue, [])
        catalogue.accept_boxes([one, none])
        assert renewed(catalogue, one, ELSEWHERE) == [GOOD]
        assert renewed(catalogue, none, ELSEWHERE) == []

    def test_a_tail_that_was_decided_is_not_lost(self, catalogue: Catalogue) -> None:
        key = add(catalogue, [GOOD])
        tail_id = catalogue.tails(key)[0].id
        catalogue.decide(tail_id, Verdict.NEW, "HW0001")
        assert renewed(catalogue, key) == [GOOD]
        moved = found(480, 430, 1500, 1010)
        catalogue.renew_boxes({key: [moved]}, "finder 2")
        (tail,) = catalogue.tails(key)
        assert (tail.id, tail.box, tail.whale) == (tail_id, moved, "HW0001")
        assert catalogue.photo(key).searched_by == "finder 2"

    def test_a_known_photo_has_one_tail(self, catalogue: Catalogue) -> None:
        key = add(catalogue, [GOOD], known="HW0001")
        assert renewed(catalogue, key, found(1700, 1200, 2600, 1700, 0.99), GOOD) == [GOOD]
        better = found(480, 430, 1500, 1010, 0.99)
        assert renewed(catalogue, key, better, ELSEWHERE) == [better]

    @same_catalogue
    @given(st.data())
    def test_a_persons_boxes_survive_whatever_is_found(self, catalogue: Catalogue, data: st.DataObject) -> None:
        def boxes(drawn_by: Drawer) -> list[Box]:
            number = st.integers(0, 20).map(lambda value: value * 100.0)
            corner = st.tuples(number, number.filter(lambda value: value < 1900))
            place = st.builds(
                lambda at, width, height: Box(at[0], at[1], at[0] + width, min(at[1] + height, 2000.0), drawn_by, 0.9),
                corner,
                st.integers(100, 900),
                st.integers(100, 900),
            )
            return data.draw(st.lists(place, max_size=3))

        key = add(catalogue, boxes(Drawer.DETECTOR))
        mine = boxes(Drawer.PERSON)
        for box in mine:
            catalogue.draw_box(key, box)
        now = boxes(Drawer.DETECTOR)
        after = renewed(catalogue, key, *now)
        for box in mine:
            assert box in after
        for box in after:
            if box.drawn_by is Drawer.PERSON:
                assert box in mine
            else:
                assert any(iou(box, other) >= 0.9 for other in now)
