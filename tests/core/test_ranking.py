"""The gallery in memory: what it proposes is what a gallery made from scratch proposes, whatever was done before."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_flukes import CALIBRATION

from whaleid_core import kept_gallery, local, match, ranking
from whaleid_core.catalogue import Catalogue, TailRow, gallery_queries
from whaleid_core.classify import NO_TRAINED_HEADS, lengths_of_sums
from whaleid_core.coarse import of_use
from whaleid_core.embed import unit
from whaleid_core.local import Keypoints
from whaleid_core.ranking import Proposal, Ranker
from whaleid_core.records import NEW_WHALE, Box, Drawer, Photo, Verdict

WHALES, EACH, WAITING = 6, 3, 8
MEMBERS = "first 1", "second 1"


def engine_of(*names: str) -> Any:
    """As much of an engine as ranking asks of one: it runs no network."""
    return SimpleNamespace(
        name=" + ".join(names),
        members=[SimpleNamespace(name=name) for name in names],
        calibration=CALIBRATION,
        heads=NO_TRAINED_HEADS,
        detail=lambda boxes: np.full(len(boxes), 0.8),
    )


def points(rng: np.random.Generator, whale: int) -> Keypoints:
    """The marks of a whale, each in its place, seen with a little noise."""
    own = np.random.default_rng(whale)
    spots = own.uniform((20, 10), (local.WIDTH - 20, local.HEIGHT - 10), (12, 2)) + rng.normal(0, 1, (12, 2))
    return Keypoints(spots.astype(np.float32), own.integers(0, 255, (12, 128)).astype(np.uint8))


def add(catalogue: Catalogue, names: list[str], role: str, whale: str | None = None) -> list[int]:
    """Photos with one tail each; gives the tails."""
    photos = [Photo(name, f"{abs(hash((role, name))):064x}"[:64], 600, 400, datetime(2025, 8, 1)) for name in names]
    whales = {photo.content_hash: whale for photo in photos if whale is not None}
    change = catalogue.add_photos(photos, role=role, whales=whales)
    ids = sorted(change.keys("photo"))
    for key in ids:
        catalogue.add_boxes(key, [Box(100, 100, 400, 250, Drawer.DETECTOR, 0.9)], searched_by="tails 1")
    return [tail.id for key in ids for tail in catalogue.tails(key)]


class Simulated:
    """A catalogue of simulated whales: six known by three photos each, and eight tails that wait."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.rng = np.random.default_rng(3)
        self.centres = [unit(self.rng.normal(size=(WHALES + 4, 16)).astype(np.float32)) for _ in MEMBERS]
        self.truth = [n % (WHALES + 2) for n in range(WAITING)]
        self.waiting = catalogue.tails_to_match()

    def draw(self) -> None:
        for whale in range(WHALES):
            name = f"HW{whale:04d}"
            self.see(add(self.catalogue, [f"/p/{name}_{n}.jpg" for n in range(EACH)], "known", name), whale)
        self.waiting = add(self.catalogue, [f"/p/IMG_{n}.jpg" for n in range(WAITING)], "new")
        for tail, whale in zip(self.waiting, self.truth, strict=True):
            self.see([tail], whale)

    def see(self, tails: list[int], whale: int) -> None:
        """Keeps what networks and local matching would have computed of tails of a whale."""
        for name, centres in zip(MEMBERS, self.centres, strict=True):
            noise = 0.4 * unit(self.rng.normal(size=(len(tails), 16)).astype(np.float32))
            vectors = unit(centres[whale] + noise)
            self.catalogue.store_embeddings(name, dict(zip(tails, vectors, strict=True)))
        self.catalogue.store_keypoints(local.KIND, {tail: points(self.rng, whale).to_bytes() for tail in tails})

    def rows(self, tails: list[int]) -> list[TailRow]:
        return self.catalogue.tail_rows(tails)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated") / "catalogue"
    with Catalogue.create(folder, "Fjord") as catalogue:
        Simulated(catalogue).draw()
    return folder


def copied(drawn: Path, folder: Path) -> Simulated:
    shutil.copytree(drawn, folder)
    return Simulated(Catalogue.open(folder))


@pytest.fixture
def simulated(drawn: Path, tmp_path: Path) -> Iterator[Simulated]:
    made = copied(drawn, tmp_path / "catalogue")
    yield made
    made.catalogue.close()


@pytest.fixture
def ranker(simulated: Simulated) -> Ranker:
    return Ranker(simulated.catalogue, engine_of(*MEMBERS))


def plain(proposal: Proposal) -> list[tuple[str, float, float | None]]:
    return [(one.whale, round(one.probability, 6), one.points) for one in proposal[0]]


def same(one: dict[int, Proposal], other: dict[int, Proposal]) -> bool:
    return one.keys() == other.keys() and all(plain(one[key]) == plain(other[key]) for key in one)


def test_the_right_whale_comes_first_with_its_points(simulated: Simulated, ranker: Ranker) -> None:
    ranked = ranker.rank(simulated.rows(simulated.waiting))
    for tail, whale in zip(simulated.waiting, simulated.truth, strict=True):
        best = next(one for one in ranked[tail][0] if one.whale != NEW_WHALE)
        if whale < WHALES:
            assert best.whale == f"HW{whale:04d}"
            assert best.points is not None
            assert best.points >= 10
            kept = simulated.catalogue.keypoints(local.KIND, [tail, int(best.photo)])
            own, other = (local.Keypoints.from_bytes(kept[key]) for key in (tail, int(best.photo)))
            assert local.agreement(own, other).points == best.points, "the photo that is shown has the points"


def test_a_whale_named_new_is_first_for_its_next_photo(simulated: Simulated, ranker: Ranker) -> None:
    simulated.see(simulated.waiting[-1:], WHALES)
    first, second = simulated.waiting[WHALES], simulated.waiting[-1]
    before = ranker.rank(simulated.rows([second]))
    assert "HW9000" not in [one.whale for one in before[second][0]]
    simulated.catalogue.decide(first, Verdict.NEW, "HW9000")
    (after,) = ranker.rank(simulated.rows([second])).values()
    assert next(one.whale for one in after[0] if one.whale != NEW_WHALE) == "HW9000"


@settings(max_examples=10)
@given(deeds=st.lists(st.sampled_from(["decide", "same", "undo", "redraw", "rename", "remove", "embed"]), max_size=8))
def test_whatever_was_done_it_proposes_what_a_new_one_would(
    drawn: Path, tmp_path_factory: pytest.TempPathFactory, deeds: list[str]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_gallery, "_FEWEST", 1)  # so that room runs out, and means pile up, soon
        check_after(deeds, drawn, tmp_path_factory.mktemp("copies") / "catalogue")


def check_after(deeds: list[str], drawn: Path, folder: Path) -> None:
    simulated = copied(drawn, folder)
    catalogue, rng = simulated.catalogue, np.random.default_rng(len(deeds))
    ranker, changes = Ranker(catalogue, engine_of(*MEMBERS)), []
    for deed in deeds:
        tails = catalogue.tails_to_match()
        ranker.rank(simulated.rows(tails))
        if deed == "decide" and tails:
            changes.append(catalogue.decide(tails[0], Verdict.NEW))
        elif deed == "same" and tails:
            changes.append(catalogue.decide(tails[-1], Verdict.SAME, catalogue.whales()[rng.integers(WHALES)].name))
        elif deed == "undo" and changes:
            catalogue.apply(changes.pop().inverse)
        elif deed == "redraw" and tails:
            catalogue.move_box(tails[0], Box(90, 90, 390, 240))
        elif deed == "rename":
            catalogue.rename_whale(catalogue.whales()[0].id, f"W{rng.integers(10**9)}")
        elif deed == "remove" and tails and not changes:
            catalogue.remove_photos([catalogue.tail(tails[-1]).photo_id])
        elif deed == "embed":
            simulated.see(tails[:2], int(rng.integers(WHALES)))
    rows = simulated.rows(catalogue.tails_to_match())
    assert same(ranker.rank(rows), Ranker(catalogue, engine_of(*MEMBERS)).rank(rows))
    catalogue.close()


def test_a_pair_is_compared_point_by_point_once(
    simulated: Simulated, ranker: Ranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    count = ranking.agreement
    monkeypatch.setattr(ranking, "agreement", lambda a, b: compared.append(1) or count(a, b))
    rows = simulated.rows(simulated.waiting)
    first = ranker.rank(rows)
    assert compared
    compared.clear()
    assert same(ranker.rank(rows), first)
    assert not compared
    simulated.catalogue.decide(simulated.waiting[0], Verdict.NEW)
    ranker.rank(simulated.rows(simulated.waiting[1:2]))
    assert len(compared) == 1


def test_after_a_decision_nothing_is_read_that_was_read_before(
    simulated: Simulated, ranker: Ranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = simulated.rows(simulated.waiting)
    ranker.rank(rows)
    read: list[int] = []
    since = simulated.catalogue.embeddings_after
    monkeypatch.setattr(gallery_queries, "_read", lambda *whole: pytest.fail("all decided tails were read again"))
    monkeypatch.setattr(
        simulated.catalogue, "embeddings_after", lambda *asked: read.append(len((new := since(*asked)).tail_ids)) or new
    )
    summed: list[int] = []
    monkeypatch.setattr(
        kept_gallery, "lengths_of_sums", lambda *asked: summed.append(len(asked[1])) or lengths_of_sums(*asked)
    )
    simulated.catalogue.decide(simulated.waiting[0], Verdict.NEW)
    simulated.see(simulated.waiting[1:2], 0)
    ranker.rank(rows)
    assert read == [1] * len(MEMBERS)
    assert summed == [1] * len(MEMBERS)  # only the new whale


def test_only_the_tails_that_are_asked_for_are_searched(simulated: Simulated, ranker: Ranker) -> None:
    decided = simulated.catalogue.decided_tails()
    pairs = zip(decided.tails.tolist(), decided.whales.tolist(), strict=True)
    within = [tail for tail, whale in pairs if decided.names[whale] <= "HW0001"]
    ranked = ranker.rank(simulated.rows(simulated.waiting), within)
    for candidates, known in ranked.values():
        assert {one.whale for one in candidates} == {"HW0000", "HW0001", NEW_WHALE}
        assert {one.photo for one in candidates if one.photo} <= {str(tail) for tail in within}
        assert sum(one.probability for one in candidates) == pytest.approx(1.0)
        assert 0 < known < 1
    (nobody,) = ranker.rank(simulated.rows(simulated.waiting[:1]), []).values()
    assert [one.whale for one in nobody[0]] == [NEW_WHALE]


def test_a_decided_tail_is_not_its_own_candidate(simulated: Simulated, ranker: Ranker) -> None:
    tail = simulated.waiting[0]
    simulated.catalogue.decide(tail, Verdict.NEW, "HW9000")
    (proposal,) = ranker.rank(simulated.rows([tail])).values()
    assert "HW9000" not in [one.whale for one in proposal[0]]


@pytest.mark.skipif(not of_use(), reason="this processor doesn't multiply bytes")
def test_a_large_gallery_is_searched_coarsely_and_its_best_whales_are_the_same(
    simulated: Simulated, ranker: Ranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = simulated.rows(simulated.waiting)
    exact = ranker.rank(asked)
    for name, number in {"LARGE": 1, "MANY_WHALES": 1, "SEVERAL": 1, "BEST": 2}.items():
        monkeypatch.setattr(match, name, number)
    coarse = ranker.rank(asked)
    again = ranker.rank(asked[:1])  # by what was made for the others

    for tail, (candidates, known) in exact.items():
        assert [one.whale for one in coarse[tail][0]][:2] == [one.whale for one in candidates][:2]
        assert coarse[tail][1] == pytest.approx(known, abs=0.01)
    assert again[asked[0].id][0][0].nearest == pytest.approx(exact[asked[0].id][0][0].nearest, abs=1e-5)


def test_a_tail_that_a_member_has_not_seen_is_left_out(simulated: Simulated, ranker: Ranker) -> None:
    (late,) = add(simulated.catalogue, ["/p/late.jpg"], "new")
    assert ranker.rank(simulated.rows([late])) == {}
    assert ranker.rank_together(simulated.rows([simulated.waiting[0], late])) is None
    assert ranker.ready([simulated.waiting[0], late]) == [simulated.waiting[0]]
