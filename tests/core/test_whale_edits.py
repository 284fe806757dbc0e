"""Whales renamed, merged, split and described, tails moved between them: nothing is lost, and old ids are found."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_catalogue_undo import box, check_whole, dump, photos

from whaleid_core.catalogue import Catalogue, PhotoFilter
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change, Verdict

NAMES = ("HW0001", "HW0001", "HW0001", "HW0002", "HW0002", "HW0003")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six known photos of three whales; four new photos with six tails, of which the first is HW0004, new."""
    folder = tmp_path_factory.mktemp("filled") / "fjord"
    with Catalogue.create(folder) as made:
        made.who = "Ana"
        made.backup().rename(folder / "empty.sqlite")
        known, new = photos(range(6)), photos(range(20, 24))
        made.add_photos(known, "known", {item.content_hash: name for item, name in zip(known, NAMES, strict=True)})
        made.add_photos(new)
        for key in made.photo_ids(PhotoFilter(role="known")):
            made.add_boxes(key, [box(100)], "tails 1")
        for number, key in enumerate(made.photo_ids(PhotoFilter(role="new"))):
            made.add_boxes(key, [box(100), box(1500)][: 1 + number % 2], "tails 1")
        made.decide(made.tails_to_match()[0], Verdict.NEW)
    return folder


@pytest.fixture
def catalogue(filled: Path, tmp_path: Path) -> Iterator[Catalogue]:
    shutil.copytree(filled, tmp_path / "fjord")
    with Catalogue.open(tmp_path / "fjord") as opened:
        opened.who = "Ben"
        yield opened


def key_of(catalogue: Catalogue, name: str) -> int:
    key = catalogue.whale_id(name)
    assert key is not None
    return key


def tails_of(catalogue: Catalogue, name: str) -> list[int]:
    return sorted(tail.id for tail in catalogue.whale_tails(key_of(catalogue, name)))


def test_a_renamed_whale_is_found_by_the_id_that_it_had(catalogue: Catalogue) -> None:
    key = key_of(catalogue, "HW0002")
    catalogue.rename_whale(key, "HW0200")
    assert catalogue.resolve_whale("HW0002") == key
    assert catalogue.find("0002").whales == ((key, "HW0200 (HW0002)"),)
    assert [row.name for row in catalogue.whales("hw0002")] == ["HW0200"]
    assert [(row.name, row.kind) for row in catalogue.whale_names(key)] == [("HW0002", "old")]
    catalogue.rename_whale(key, "HW0002")
    assert [row.name for row in catalogue.whale_names(key)] == ["HW0200"], "what it is called isn't an old id"


def test_an_old_id_is_given_to_no_other_whale(catalogue: Catalogue) -> None:
    catalogue.rename_whale(key_of(catalogue, "HW0004"), "Salt")
    assert catalogue.next_whale_name() == "HW0005"
    waiting = catalogue.tails_to_match()[0]
    for attempt in (
        lambda: catalogue.rename_whale(key_of(catalogue, "HW0001"), "HW0004"),
        lambda: catalogue.decide(waiting, Verdict.NEW, "HW0004"),
        lambda: catalogue.split_whale(key_of(catalogue, "HW0001"), tails_of(catalogue, "HW0001")[:1], "HW0004"),
    ):
        with pytest.raises(WhaleIdError, match="HW0004 is an old id of Salt"):
            attempt()


def test_a_list_that_names_an_old_id_means_the_whale_of_today(catalogue: Catalogue) -> None:
    one = key_of(catalogue, "HW0001")
    catalogue.merge_whales(one, key_of(catalogue, "HW0003"))
    came = photos(range(40, 42))
    catalogue.add_photos(came, "known", {came[0].content_hash: "HW0003", came[1].content_hash: "HW0300"})
    assert catalogue.whale_id("HW0003") is None
    assert catalogue.whale(one).photos == 5
    assert catalogue.whale_id("HW0300") is not None


def test_merging_several_is_one_step_and_keeps_all_ids(catalogue: Catalogue) -> None:
    one, two, three = (key_of(catalogue, name) for name in ("HW0001", "HW0002", "HW0003"))
    catalogue.rename_whale(three, "Pepper")
    catalogue.set_whale(two, nickname="Salt", note="scar")
    catalogue.set_pigmentation(three, 4)
    lines = len(catalogue.journal())
    change = catalogue.merge_whales(one, two, three)
    assert change.label == "2 whales merged into HW0001"
    assert len(catalogue.journal()) == lines + 1
    assert {catalogue.resolve_whale(name) for name in ("HW0001", "HW0002", "HW0003", "Pepper")} == {one}
    row = catalogue.whale(one)
    assert (row.nickname, row.note, row.pigmentation, row.photos) == ("Salt", "scar", 4, 6)
    with pytest.raises(WhaleIdError, match="can't be merged with itself"):
        catalogue.merge_whales(one, one)


def test_ticked_tails_become_a_new_whale(catalogue: Catalogue) -> None:
    one = key_of(catalogue, "HW0001")
    first, second, third = tails_of(catalogue, "HW0001")
    change = catalogue.split_whale(one, [second, third])
    assert change.label == "2 tails of HW0001 made a whale, HW0005"
    assert tails_of(catalogue, "HW0001") == [first]
    assert tails_of(catalogue, "HW0005") == [second, third]
    decision = catalogue.decision(second)
    assert decision is not None
    assert (decision.who, decision.whale) == ("Ben", "HW0005")
    assert catalogue.whale(key_of(catalogue, "HW0005")).photos == 2, "the list's word on the photos is corrected too"
    assert catalogue.whale(one).photos == 1
    with pytest.raises(WhaleIdError, match="all tails of HW0001"):
        catalogue.split_whale(one, [first])
    with pytest.raises(WhaleIdError, match="Not all of these tails are HW0001"):
        catalogue.split_whale(one, [first, second])


def test_a_whale_that_was_merged_by_mistake_gets_its_id_back(catalogue: Catalogue) -> None:
    one, three = key_of(catalogue, "HW0001"), key_of(catalogue, "HW0003")
    own = tails_of(catalogue, "HW0003")
    catalogue.merge_whales(one, three)
    catalogue.split_whale(one, own, "HW0003")
    assert tails_of(catalogue, "HW0003") == own
    assert catalogue.whale_names(one) == []


def test_a_tail_moved_to_another_whale(catalogue: Catalogue) -> None:
    moved = tails_of(catalogue, "HW0001")[0]
    change = catalogue.move_tails([moved], key_of(catalogue, "HW0002"))
    assert change.label == "IMG_0000 of HW0001 moved to HW0002"
    assert moved in tails_of(catalogue, "HW0002")
    assert catalogue.whale(key_of(catalogue, "HW0001")).photos == 2
    with pytest.raises(WhaleIdError, match="HW0002 already"):
        catalogue.move_tails([moved], key_of(catalogue, "HW0002"))
    with pytest.raises(WhaleIdError, match="Only tails whose whale is known"):
        catalogue.move_tails(catalogue.tails_to_match()[:1], key_of(catalogue, "HW0002"))


def test_a_whale_whose_last_tail_moves_is_merged(catalogue: Catalogue) -> None:
    gone = key_of(catalogue, "HW0003")
    catalogue.set_whale(gone, note="white scar")
    catalogue.move_tails(tails_of(catalogue, "HW0003"), key_of(catalogue, "HW0001"))
    assert catalogue.resolve_whale("HW0003") == key_of(catalogue, "HW0001")
    assert catalogue.whale(key_of(catalogue, "HW0001")).note == "white scar"


def test_no_photo_shows_a_whale_twice(catalogue: Catalogue) -> None:
    pair = [tail.id for key in catalogue.photo_ids() if len(rows := catalogue.tails(key)) == 2 for tail in rows][:2]
    catalogue.decide(pair[0], Verdict.SAME, "HW0001")
    catalogue.decide(pair[1], Verdict.SAME, "HW0002")
    with pytest.raises(WhaleIdError, match="shows two tails, which can't be one whale"):
        catalogue.move_tails([pair[0]], key_of(catalogue, "HW0002"))
    with pytest.raises(WhaleIdError, match="shows two tails"):
        catalogue.move_tails(pair, key_of(catalogue, "HW0003"))
    with pytest.raises(WhaleIdError, match="shows both"):
        catalogue.merge_whales(key_of(catalogue, "HW0001"), key_of(catalogue, "HW0002"))


def test_ids_of_other_catalogues_are_added_corrected_and_found(catalogue: Catalogue) -> None:
    one = key_of(catalogue, "HW0001")
    change = catalogue.add_other_name(one, "NA1234", "Happywhale")
    assert change.label == "Whale HW0001 is NA1234 in Happywhale"
    [row] = catalogue.whale_names(one)
    catalogue.set_other_name(row.id, "NA1235", "NAHWC")
    assert catalogue.resolve_whale("NA1235") == one
    assert catalogue.find("na12").whales == ((one, "HW0001 (NA1235)"),)
    catalogue.add_other_name(key_of(catalogue, "HW0002"), "NA1235", "elsewhere")
    assert catalogue.resolve_whale("NA1235") is None, "two whales are called so"
    catalogue.delete_other_name(row.id)
    assert catalogue.whale_names(one) == []
    catalogue.rename_whale(one, "Salt")
    with pytest.raises(WhaleIdError, match="it stays"):
        catalogue.delete_other_name(catalogue.whale_names(one)[0].id)


def test_ratings_are_kept_and_the_best_rated_tail_stands_for_the_whale(catalogue: Catalogue) -> None:
    one = key_of(catalogue, "HW0001")
    tails = [tail.id for tail in catalogue.whale_tails(one)]
    catalogue.rate_tail(tails[1], sharpness=1, exposure=2)
    catalogue.rate_tail(tails[0], sharpness=5)
    assert [tail.id for tail in catalogue.whale_tails(one)] == [tails[1], tails[2], tails[0]]
    assert catalogue.whale(one).cover_tail_id == tails[1]
    rating = catalogue.ratings(tails)[tails[1]]
    assert (rating.sharpness, rating.exposure, rating.part_visible) == (1, 2, None)
    catalogue.rate_tail(tails[1], sharpness=None)
    assert catalogue.ratings(tails)[tails[1]].sharpness is None
    with pytest.raises(WhaleIdError, match="1, 2, 3, 4 or 5"):
        catalogue.rate_tail(tails[1], exposure=6)
    with pytest.raises(ValueError, match="beauty"):
        catalogue.rate_tail(tails[1], beauty=1)


def test_history_and_sightings_of_a_whale(catalogue: Catalogue) -> None:
    one, two = key_of(catalogue, "HW0001"), key_of(catalogue, "HW0002")
    catalogue.set_whale(two, nickname="Salt")
    catalogue.move_tails(tails_of(catalogue, "HW0001")[:1], two)
    labels = [line.label for line in catalogue.whale_history(two)]
    assert labels[:2] == ["IMG_0000 of HW0001 moved to HW0002", "Whale HW0002 described"]
    assert "Whale HW0002 described" not in [line.label for line in catalogue.whale_history(one)]
    assert [row.photo_id for row in catalogue.sightings(one)] == catalogue.photo_ids(PhotoFilter(whale_id=one))
    assert len(catalogue.sightings()) == 7


@dataclass
class Person:
    """Does what the lots say, and remembers what must hold.

    Attributes:
        done: changes that can be undone, each with what was remembered before it.
        undone: changes that can be made again, each with what is to be remembered after it.
        old: old ids -> the whale that they belong to.
    """

    catalogue: Catalogue
    done: list[tuple[Change, dict[str, int]]] = field(default_factory=list)
    undone: list[tuple[Change, dict[str, int]]] = field(default_factory=list)
    old: dict[str, int] = field(default_factory=dict)

    def whales(self) -> list[int]:
        return [row.id for row in self.catalogue.whales()]

    def decided(self) -> dict[int, int]:
        """Tail -> whale; a tail in two whales would be here twice."""
        pairs = [(tail.id, key) for key in self.whales() for tail in self.catalogue.whale_tails(key)]
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    def step(self, verb: str, m: int, n: int) -> None:
        if verb in ("undo", "redo"):
            self.turn_back(verb)
            return
        before, old = self.decided(), dict(self.old)
        with suppress(WhaleIdError):
            change = getattr(self, verb)(m, n)
            if change:
                self.done.append((change, old))
                self.undone.clear()
            if verb != "decide":
                assert self.decided().keys() == before.keys(), f"{verb} lost a decided tail"
        for name, key in self.old.items():
            assert self.catalogue.resolve_whale(name) == key, name

    def turn_back(self, verb: str) -> None:
        came, goes = (self.done, self.undone) if verb == "undo" else (self.undone, self.done)
        if came:
            change, old = came.pop()
            goes.append((change, self.old))
            self.catalogue.apply(change.inverse if verb == "undo" else change)
            self.old = old

    def rename(self, m: int, n: int) -> Change:
        key = pick(self.whales(), m)
        before = self.catalogue.whale(key).name
        change = self.catalogue.rename_whale(key, f"W{n % 9}")
        self.remember({before: key}, key)
        return change

    def merge(self, m: int, n: int) -> Change:
        keep, gone = pick(self.whales(), m), pick(self.whales(), n)
        name = self.catalogue.whale(gone).name
        change = self.catalogue.merge_whales(keep, gone)
        self.remember({name: keep, **{old: keep for old, key in self.old.items() if key == gone}}, keep)
        return change

    def split(self, m: int, n: int) -> Change:
        key = pick(self.whales(), m)
        tails = [tail.id for tail in self.catalogue.whale_tails(key)]
        change = self.catalogue.split_whale(key, tails[: 1 + n % 2], f"W{n % 9}" if n % 3 else None)
        made = next(row.key for row in change.rows if row.table == "whale" and row.before is None)
        self.remember({}, made)
        return change

    def move(self, m: int, n: int) -> Change:
        to, tails = pick(self.whales(), m), sorted(self.decided())
        names = {row.id: row.name for row in self.catalogue.whales()}
        change = self.catalogue.move_tails({pick(tails, n), pick(tails, n // 7)}, to)
        gone = names.keys() - set(self.whales())
        folded = {names[key]: to for key in gone} | {old: to for old, key in self.old.items() if key in gone}
        self.remember(folded, to)
        return change

    def decide(self, m: int, n: int) -> Change:
        verdicts = (Verdict.SAME, Verdict.NEW, Verdict.UNSURE)
        tail = pick([row[0] for row in dump(self.catalogue)["tail"]], m)
        verdict = verdicts[n % 3]
        name = self.catalogue.whale(pick(self.whales(), n)).name if verdict is Verdict.SAME else None
        return self.catalogue.decide(tail, verdict, name)

    def remember(self, came: dict[str, int], now: int) -> None:
        """Old ids that came; what a whale is called now is none."""
        self.old = {**self.old, **came}
        self.old.pop(self.catalogue.whale(now).name, None)


def pick(ids: list[int], number: int) -> int:
    return ids[number % len(ids)] if ids else 10**6


VERBS = ("rename", "merge", "split", "move", "decide", "undo", "redo")
LOTS = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 999), st.integers(0, 999)), min_size=4, max_size=16)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LOTS)
def test_nothing_is_lost_old_ids_resolve_and_the_journal_replays(
    filled: Path, lots: list[tuple[str, int, int]]
) -> None:
    with TemporaryDirectory() as place:
        shutil.copytree(filled, Path(place) / "fjord")
        with Catalogue.open(Path(place) / "fjord") as catalogue:
            start = dump(catalogue)
            person = Person(catalogue)
            for lot in lots:
                person.step(*lot)
                check_whole(dump(catalogue))
            end = dump(catalogue)
            history = [catalogue.journal_change(row.id) for row in reversed(catalogue.journal(10_000))]
            while person.done:
                person.step("undo", 0, 0)
            assert dump(catalogue) == start
        (Path(place) / "replayed").mkdir()
        shutil.copy(filled / "empty.sqlite", Path(place) / "replayed" / "catalogue.sqlite")
        with Catalogue.open(Path(place) / "replayed") as replayed:
            replayed.apply(Change.joined("the journal", history))
            assert dump(replayed) == end


def test_what_was_said_of_two_tails_is_kept_until_one_goes(catalogue: Catalogue) -> None:
    one, other = tails_of(catalogue, "HW0001")[0], tails_of(catalogue, "HW0002")[0]
    change = catalogue.compare_tails(other, one, same=False)
    assert change.label == "IMG_0003 and IMG_0000 are different whales"
    assert catalogue.compared_tails() == {(one, other): False}
    catalogue.compare_tails(one, other, same=True)
    assert catalogue.compared_tails() == {(one, other): True}
    catalogue.delete_box(other)
    assert catalogue.compared_tails() == {}


def test_a_tail_found_to_be_another_whale_is_parted_for_good(catalogue: Catalogue) -> None:
    first, second, _ = tails_of(catalogue, "HW0001")
    change = catalogue.split_whale(key_of(catalogue, "HW0001"), [second], unlike=first)
    assert catalogue.compared_tails() == {(first, second): False}
    catalogue.apply(change.inverse)
    assert catalogue.compared_tails() == {}


def test_whales_of_one_photo_are_two(catalogue: Catalogue) -> None:
    assert catalogue.whales_together() == []
    pair = [tail.id for key in catalogue.photo_ids() if len(rows := catalogue.tails(key)) == 2 for tail in rows][:2]
    catalogue.decide(pair[0], Verdict.SAME, "HW0002")
    catalogue.decide(pair[1], Verdict.SAME, "HW0001")
    assert catalogue.whales_together() == [(key_of(catalogue, "HW0001"), key_of(catalogue, "HW0002"))]
