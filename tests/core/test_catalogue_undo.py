"""Every edit of the catalogue and its inverse: undone, done again, replayed, refused where the rows have moved on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from whaleid_core.catalogue import Catalogue, PhotoFilter, schema
from whaleid_core.catalogue.journal import from_text, to_text
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Box, Change, Drawer, Photo, Verdict

NOON = datetime(2025, 8, 12, 12)


def dump(catalogue: Catalogue) -> dict[str, list[Any]]:
    """Every row of every table, but for the journal."""
    with catalogue.reading() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(table.c.id))]
            for table in schema.metadata.sorted_tables
            if table.name not in ("journal", "about")
        }


def photos(numbers: range) -> list[Photo]:
    return [
        Photo(
            f"/sea/day{number // 5}/IMG_{number:04d}.jpg",
            f"{number:064x}",
            3000,
            2000,
            NOON + timedelta(minutes=20 * number),
            60.0 + number / 10,
            5.0,
            "Canon EOS",
        )
        for number in numbers
    ]


def box(left: float, confidence: float = 0.9, drawn_by: Drawer = Drawer.DETECTOR) -> Box:
    return Box(left, 100.25, left + 700.5, 500.125, drawn_by, confidence)


def fill(catalogue: Catalogue) -> None:
    """Six new and three known photos, tails on all but one, three whales, a decision of each kind."""
    catalogue.add_photos(photos(range(6)))
    known = photos(range(10, 13))
    names = ("HW0001", "HW0001", "HW0002")
    catalogue.add_photos(known, "known", {item.content_hash: name for item, name in zip(known, names, strict=True)})
    for key in catalogue.photo_ids():
        catalogue.add_boxes(key, [box(100), box(1500, 0.4)][: key % 3], "detector")
    verdicts = [(Verdict.SAME, "HW0001"), (Verdict.NEW, None), (Verdict.UNSURE, None), (Verdict.POOR, None)]
    for tail_id, (verdict, name) in zip(catalogue.tails_to_match(), verdicts, strict=False):
        catalogue.decide(tail_id, verdict, name, "humpback 0.1", 10)
    catalogue.make_encounter([1, 2], "Morning")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled catalogue, closed: a copy of its folder opens at once."""
    folder = tmp_path_factory.mktemp("filled") / "fjord"
    with Catalogue.create(folder) as made:
        made.backup().rename(folder / "empty.sqlite")
        fill(made)
    return folder


@pytest.fixture
def catalogue(filled: Path, tmp_path: Path) -> Iterator[Catalogue]:
    shutil.copytree(filled, tmp_path / "fjord")
    with Catalogue.open(tmp_path / "fjord") as opened:
        yield opened


def decided(catalogue: Catalogue, verdict: Verdict) -> int:
    """A tail with a decision."""
    tails = [tail for key in catalogue.photo_ids() for tail in catalogue.tails(key)]
    return next(tail.id for tail in tails if tail.verdict is verdict and catalogue.decision(tail.id))


EDITS: dict[str, Callable[[Catalogue], Change]] = {
    "add new photos": lambda c: c.add_photos(photos(range(20, 23))),
    "add known photos": lambda c: c.add_photos(photos(range(30, 31)), "known", {f"{30:064x}": "HW0777"}),
    "add broken photos": lambda c: c.add_photos([], problems={"/sea/day0/IMG_x.jpg": "IMG_x.jpg can't be read."}),
    "remove photos": lambda c: c.remove_photos(c.photo_ids(PhotoFilter(role="new"))),
    "remove known photos": lambda c: c.remove_photos(c.photo_ids(PhotoFilter(role="known"))),
    "turn": lambda c: c.turn_photo(2, 90),
    "note": lambda c: c.set_note("photo", 1, "a line\nand “another”"),
    "note on whale": lambda c: c.set_note("whale", 1, "scar"),
    "move root": lambda c: c.move_root(1, Path("/elsewhere")),
    "add boxes": lambda c: c.add_boxes(3, [box(10), box(2000)], "detector 2"),
    "draw": lambda c: c.draw_box(3, box(10, 1.0, Drawer.PERSON)),
    "move box": lambda c: c.move_box(decided(c, Verdict.SAME), box(33, 1.0, Drawer.PERSON)),
    "delete decided box": lambda c: c.delete_box(decided(c, Verdict.SAME)),
    "delete box of new whale": lambda c: c.delete_box(decided(c, Verdict.NEW)),
    "set boxes": lambda c: c.set_boxes(2, [box(120), box(2200)]),
    "set no boxes": lambda c: c.set_boxes(2, []),
    "accept": lambda c: c.accept_boxes(c.photo_ids()),
    "no tail": lambda c: c.no_tail(2),
    "decide same": lambda c: c.decide(c.tails_to_match()[0], Verdict.SAME, "HW0002"),
    "decide new": lambda c: c.decide(c.tails_to_match()[0], Verdict.NEW),
    "decide new again": lambda c: c.decide(decided(c, Verdict.NEW), Verdict.NEW, "HW0999"),
    "decide otherwise": lambda c: c.decide(decided(c, Verdict.NEW), Verdict.UNSURE),
    "take back": lambda c: c.clear_decision(decided(c, Verdict.NEW)),
    "rename": lambda c: c.rename_whale(1, "Salt"),
    "merge": lambda c: c.merge_whales(2, 1),
    "split": lambda c: c.split_whale(1, [c.whale_tails(1)[0].id], "HW0500"),
    "move": lambda c: c.move_tails([c.whale_tails(1)[0].id], 2),
    "move all": lambda c: c.move_tails([tail.id for tail in c.whale_tails(1)], 2),
    "pigmentation": lambda c: c.set_pigmentation(1, 4),
    "rate": lambda c: c.rate_tail(1, sharpness=2, distinctiveness=5),
    "name elsewhere": lambda c: c.add_other_name(1, "NA1234", "Happywhale"),
    "compare": lambda c: c.compare_tails(2, 1, same=False),
    "describe": lambda c: c.set_whale(1, nickname="Salt", sex="F", note="n"),
    "make encounter": lambda c: c.make_encounter([1, 2, 3], "Noon"),
    "know photos": lambda c: c.know_photos({p.content_hash or "": "HW0777" for p in c.photos(c.photo_ids())}),
    "find encounters": lambda c: c.find_encounters(),
    "find encounters anew": lambda c: c.find_encounters(0.01, anew=True),
    "join encounters": lambda c: c.join_encounters(1, [3, 4]),
    "set area": lambda c: c.set_area([1], "Tonga"),
    "name encounter": lambda c: c.name_encounter(1, "Noon"),
    "set clock": lambda c: c.set_clock(c.photo_ids(), timedelta(days=-3, hours=2)),
    "set places": lambda c: c.set_places({1: (60.5, -5.0), 2: (-60.5, 179.9)}, "a.gpx"),
    "set photographer": lambda c: c.set_photographer([1, 2], "Ana"),
    "mend paths": lambda c: c.mend_paths({1: Path("/elsewhere/1.jpg"), 2: Path("/elsewhere/b/2.jpg")}),
}


@pytest.mark.parametrize("name", EDITS)
def test_each_edit_can_be_undone_and_done_again(catalogue: Catalogue, name: str) -> None:
    before = dump(catalogue)
    change = EDITS[name](catalogue)
    after = dump(catalogue)
    assert change
    assert change.label
    assert after != before
    # What a restart leaves of a Change is its text.
    assert from_text(to_text(change)) == change
    undone = catalogue.apply(from_text(to_text(change)).inverse)
    assert dump(catalogue) == before
    assert undone == change.inverse
    catalogue.apply(undone.inverse)
    assert dump(catalogue) == after


def test_undoing_is_a_line_of_its_own(catalogue: Catalogue) -> None:
    change = catalogue.draw_box(3, box(10))
    catalogue.apply(change.inverse, "Undone: Box drawn on IMG_0002")
    assert [row.label for row in catalogue.journal(2)] == ["Undone: Box drawn on IMG_0002", "Box drawn on IMG_0002"]


def test_an_id_is_never_given_out_again(catalogue: Catalogue) -> None:
    change = catalogue.draw_box(3, box(10))
    catalogue.apply(change.inverse)
    other = catalogue.draw_box(3, box(10))
    assert change.keys("tail").isdisjoint(other.keys("tail"))
    catalogue.apply(change)
    assert {tail.id for tail in catalogue.tails(3)} >= change.keys("tail") | other.keys("tail")


def test_a_step_whose_row_moved_on_is_left_out_whole(catalogue: Catalogue) -> None:
    tail_id = catalogue.tails(1)[0].id
    moved = catalogue.move_box(tail_id, box(400))
    both = Change.joined("both", [moved, catalogue.set_note("photo", 1, "seen")])
    catalogue.move_box(tail_id, box(800))
    before = dump(catalogue)
    with pytest.raises(WhaleIdError, match="IMG_0000 was changed since"):
        catalogue.apply(both.inverse)
    assert dump(catalogue) == before


def test_a_new_whale_that_others_joined_is_not_undone(catalogue: Catalogue) -> None:
    made = catalogue.decide(catalogue.tails_to_match()[0], Verdict.NEW, "HW0500")
    catalogue.decide(decided(catalogue, Verdict.POOR), Verdict.SAME, "HW0500")
    before = dump(catalogue)
    with pytest.raises(WhaleIdError, match="changed since"):
        catalogue.apply(made.inverse)
    assert dump(catalogue) == before


def test_a_name_taken_meanwhile_is_not_given_again(catalogue: Catalogue) -> None:
    named = catalogue.decide(catalogue.tails_to_match()[0], Verdict.NEW, "Salt")
    catalogue.apply(named.inverse)
    catalogue.rename_whale(2, "Salt")
    with pytest.raises(WhaleIdError, match="Salt was changed since"):
        catalogue.apply(named)


def test_a_row_that_is_gone_is_not_undone(catalogue: Catalogue) -> None:
    note = catalogue.set_note("photo", 4, "seen")
    catalogue.remove_photos([4])
    with pytest.raises(WhaleIdError, match="IMG_0003 was changed since"):
        catalogue.apply(note.inverse)


# Random sequences. A step is a verb and two numbers, which choose among what there is when it runs.


def some(ids: list[int], number: int) -> int:
    return ids[number % len(ids)] if ids else 10**6


def tail_ids(catalogue: Catalogue) -> list[int]:
    return [row[0] for row in dump(catalogue)["tail"]]


def whale_ids(catalogue: Catalogue) -> list[int]:
    return [row.id for row in catalogue.whales()]


def any_box(n: int) -> Box:
    return Box(n % 2900, n % 1900, n % 2900 + 50.5, n % 1900 + 40.5, confidence=n % 11 / 10, drawn_by=Drawer.DETECTOR)


STEPS: dict[str, Callable[[Catalogue, int, int], Change]] = {
    "add": lambda c, m, n: c.add_photos(photos(range(m % 40, m % 40 + n % 4)), "new"),
    "add known": lambda c, m, n: c.add_photos(
        photos(range(m % 40, m % 40 + 1)), "known", {f"{m % 40:064x}": f"W{n % 9}"}
    ),
    "remove": lambda c, m, n: c.remove_photos({some(c.photo_ids(), m), some(c.photo_ids(), n)}),
    "turn": lambda c, m, n: c.turn_photo(some(c.photo_ids(), m), 90 * (n % 4)),
    "boxes": lambda c, m, n: c.add_boxes(some(c.photo_ids(), m), [any_box(n), any_box(m)][: n % 3], "detector"),
    "draw": lambda c, m, n: c.draw_box(some(c.photo_ids(), m), any_box(n)),
    "move": lambda c, m, n: c.move_box(some(tail_ids(c), m), any_box(n)),
    "delete": lambda c, m, n: c.delete_box(some(tail_ids(c), m)),
    "set": lambda c, m, n: c.set_boxes(some(c.photo_ids(), m), [any_box(n), any_box(m)][: n % 3]),
    "none": lambda c, m, n: c.no_tail(some(c.photo_ids(), m)),
    "same": lambda c, m, n: c.decide(
        some(tail_ids(c), m), Verdict.SAME, {w.id: w.name for w in c.whales()}.get(some(whale_ids(c), n), "")
    ),
    "new": lambda c, m, n: c.decide(some(tail_ids(c), m), Verdict.NEW, None if n % 2 else f"W{n % 9}"),
    "poor": lambda c, m, n: c.decide(some(tail_ids(c), m), Verdict.POOR),
    "clear": lambda c, m, n: c.clear_decision(some(tail_ids(c), m)),
    "rename": lambda c, m, n: c.rename_whale(some(whale_ids(c), m), f"W{n % 9}"),
    "merge": lambda c, m, n: c.merge_whales(some(whale_ids(c), m), some(whale_ids(c), n)),
    "encounter": lambda c, m, n: c.make_encounter({some(c.photo_ids(), m), some(c.photo_ids(), n)}),
    "encounters": lambda c, m, n: c.find_encounters(1.0 + m % 3, 5.0, anew=bool(n % 2)),
    "clock": lambda c, m, n: c.set_clock({some(c.photo_ids(), m), some(c.photo_ids(), n)}, timedelta(minutes=m - n)),
    "places": lambda c, m, n: c.set_places({some(c.photo_ids(), m): (n / 100, m / 100)}),
    "photographer": lambda c, m, n: c.set_photographer({some(c.photo_ids(), m)}, "Ana" if n % 2 else ""),
    "mend": lambda c, m, n: c.mend_paths({some(c.photo_ids(), m): Path(f"/elsewhere/{n % 5}/{m}.jpg")}),
}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 5000), st.integers(0, 5000)), min_size=4, max_size=12
    )
)
def test_any_sequence_undone_is_the_start_and_redone_the_end(filled: Path, steps: list[tuple[str, int, int]]) -> None:
    with TemporaryDirectory() as place:
        shutil.copytree(filled, Path(place) / "fjord")
        with Catalogue.open(Path(place) / "fjord") as catalogue:
            start = dump(catalogue)
            changes = []
            for verb, m, n in steps:
                # Some steps find nothing that they could do, and say so.
                with suppress(WhaleIdError):
                    changes.append(STEPS[verb](catalogue, m, n))
            end = dump(catalogue)
            check_whole(end)
            for change in reversed(changes):
                catalogue.apply(change.inverse)
            assert dump(catalogue) == start
            catalogue.apply(Change.joined("all of it", changes))
            assert dump(catalogue) == end
            history = [catalogue.journal_change(row.id) for row in reversed(catalogue.journal(10_000))]
        (Path(place) / "replayed").mkdir()
        shutil.copy(filled / "empty.sqlite", Path(place) / "replayed" / "catalogue.sqlite")
        with Catalogue.open(Path(place) / "replayed") as replayed:
            replayed.apply(Change.joined("the journal", history))
            assert dump(replayed) == end


def check_whole(rows: dict[str, list[Any]]) -> None:
    """What holds after any edit: a decision and its tail agree, and no photo shows a whale twice."""
    columns = {name: table.columns.keys() for name, table in schema.EDITED.items()}
    tails = {row[0]: dict(zip(columns["tail"], row, strict=True)) for row in rows["tail"]}
    for row in rows["decision"]:
        decision = dict(zip(columns["decision"], row, strict=True))
        tail = tails[decision["tail_id"]]
        assert (tail["verdict"], tail["whale_id"]) == (decision["verdict"], decision["whale_id"])
    shown = [(tail["photo_id"], tail["whale_id"]) for tail in tails.values() if tail["whale_id"] is not None]
    assert len(shown) == len(set(shown))
    for tail in tails.values():
        assert (tail["verdict"] in ("same", "new")) == (tail["whale_id"] is not None)
