"""The gallery and its search, against plain loops and scikit-learn's NearestNeighbors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.neighbors import NearestNeighbors

from whaleid_core import match
from whaleid_core.coarse import of_use
from whaleid_core.embed import Vectors, unit
from whaleid_core.gallery import Gallery, Queries
from whaleid_core.local import Keypoints, agreement, keypoints
from whaleid_core.match import BEST, nearest_rows, search, shortlist, with_points

NAMES = st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=4)


@dataclass(frozen=True)
class Case:
    """A gallery as it is given, and some tails to search for."""

    whales: list[str]
    photos: list[str]
    matrices: list[Vectors]
    queries: list[Vectors]


@st.composite
def cases(draw: st.DrawFn, least: int = 1) -> Case:
    names = draw(st.lists(NAMES, min_size=1, max_size=5))
    whales = draw(st.lists(st.sampled_from(names), min_size=least, max_size=12))
    members, length = draw(st.integers(1, 3)), draw(st.integers(1, 6))
    tails = draw(st.integers(0, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))

    def vectors(rows: int) -> Vectors:
        return unit(rng.normal(size=(rows, length)).astype(np.float32))

    photos = [f"{number}.jpg" for number in range(len(whales))]
    return Case(
        whales, photos, [vectors(len(whales)) for _ in range(members)], [vectors(tails) for _ in range(members)]
    )


@given(cases(least=0))
def test_a_gallery_keeps_each_tail_with_its_whale_photo_and_vectors(case: Case) -> None:
    gallery = Gallery.of(case.whales, case.photos, case.matrices)

    assert list(gallery.whales) == sorted(set(case.whales))
    assert len(gallery) == len(case.whales)
    assert sorted(gallery.photos) == sorted(case.photos)
    assert gallery.counts.tolist() == [case.whales.count(whale) for whale in gallery.whales]
    owners = [whale for whale, count in zip(gallery.whales, gallery.counts, strict=True) for _ in range(count)]
    for row, (owner, photo) in enumerate(zip(owners, gallery.photos, strict=True)):
        given_row = case.photos.index(photo)
        assert case.whales[given_row] == owner
        for ordered, matrix in zip(gallery.matrices, case.matrices, strict=True):
            assert np.array_equal(ordered[row], matrix[given_row])


@given(cases())
def test_search_is_what_plain_loops_find(case: Case) -> None:
    gallery = Gallery.of(case.whales, case.photos, case.matrices)
    evidence = search(gallery, case.queries)

    tails = len(case.queries[0])
    assert evidence.nearest.shape == evidence.networks.shape == evidence.scores.shape == (tails, len(gallery.whales))
    for tail in range(tails):
        for column, whale in enumerate(gallery.whales):
            own = [row for row, name in enumerate(case.whales) if name == whale]
            of_rows, of_means = [], []
            for query, matrix in zip(case.queries, case.matrices, strict=True):
                of_rows.append([float(np.dot(query[tail], matrix[row])) for row in own])
                mean = np.sum([matrix[row].astype(np.float64) for row in own], axis=0)
                of_means.append(float(np.dot(query[tail], mean / max(np.linalg.norm(mean), 1e-3))))
            nearest = max(np.mean(of_rows, axis=0))
            assert evidence.nearest[tail, column] == pytest.approx(nearest, abs=1e-5)
            assert evidence.networks[tail, column] == pytest.approx(np.mean(of_means), abs=1e-4)
            assert evidence.scores[tail, column] == pytest.approx((nearest + np.mean(of_means)) / 2, abs=1e-4)
            found = nearest_rows(gallery, [query[tail] for query in case.queries], column, 1)[0]
            row = case.photos.index(gallery.photos[found])
            assert case.whales[row] == whale
            assert np.mean(of_rows, axis=0)[own.index(row)] == pytest.approx(nearest, abs=1e-5)


@pytest.mark.parametrize("members", [1, 2])
def test_nearest_is_what_scikit_learn_finds(members: int) -> None:
    """Of unit vectors, the cosine of the mean over members is that of the vectors laid end to end."""
    rng = np.random.default_rng(5)
    matrices = [unit(rng.normal(size=(300, 32)).astype(np.float32)) for _ in range(members)]
    queries = [unit(rng.normal(size=(40, 32)).astype(np.float32)) for _ in range(members)]
    whales = [f"w{number}" for number in rng.integers(0, 60, 300)]
    gallery = Gallery.of(whales, [str(row) for row in range(300)], matrices)
    evidence = search(gallery, queries)

    index = NearestNeighbors(n_neighbors=6, metric="cosine").fit(np.hstack(matrices))
    distances, rows = index.kneighbors(np.hstack(queries))
    assert np.allclose(evidence.nearest.max(axis=1), 1 - distances[:, 0], atol=1e-5)
    best = [gallery.whales[column] for column in evidence.nearest.argmax(axis=1)]
    assert best == [whales[row] for row in rows[:, 0]]


def crowd(whales: int, members: int, seed: int) -> tuple[list[str], list[Vectors]]:
    """Two tails of each whale, in a sea of a few kinds of whale that look much alike."""
    rng = np.random.default_rng(seed)
    kinds = rng.normal(size=(7, 24))[rng.integers(0, 7, 2 * whales)]
    names = [f"w{number // 2}" for number in range(2 * whales)]
    return names, [unit((kinds + 0.1 * rng.normal(size=kinds.shape)).astype(np.float32)) for _ in range(members)]


@pytest.mark.skipif(not of_use(), reason="this processor doesn't multiply bytes")
@pytest.mark.parametrize("members", [1, 2])
def test_the_best_whales_of_a_gallery_that_is_searched_coarsely_are_the_same(
    monkeypatch: pytest.MonkeyPatch, members: int
) -> None:
    names, matrices = crowd(1500, members, 3)
    gallery = Gallery.of(names, names, matrices)
    rows = np.where(np.arange(40) % 2, np.arange(40) * 71, -1)
    asked = [matrix[np.arange(40) * 71] for matrix in gallery.matrices]
    exact = search(gallery, asked, rows)
    assert "coarse" not in vars(gallery)
    monkeypatch.setattr(match, "LARGE", 100)
    monkeypatch.setattr(match, "_CELLS", 10_000)  # so that they come in parts
    found = search(gallery, asked, rows)
    assert "coarse" in vars(gallery)

    best = shortlist(exact.nearest, BEST)
    assert np.array_equal(best[:, 0], shortlist(found.nearest, BEST)[:, 0])
    for tail in range(40):
        last = exact.nearest[tail, best[tail, -1]]
        assert (np.sort(found.nearest[tail])[::-1][BEST:] <= last + 1e-6).all()
    near = np.take_along_axis(exact.nearest, best, axis=1)
    assert np.take_along_axis(found.nearest, best, axis=1) == pytest.approx(near, abs=1e-6)
    assert np.abs(found.nearest - exact.nearest).max() < 0.03
    assert found.networks == pytest.approx(exact.networks, abs=0.01)
    first = np.arange(40), exact.votes
    assert found.networks[first] == pytest.approx(exact.networks[first], abs=1e-6 if members == 1 else 0.01)
    assert np.array_equal(found.votes, exact.votes)
    assert np.array_equal(found.photos, exact.photos)


def test_where_bytes_are_not_multiplied_rightly_a_large_gallery_is_searched_as_a_small_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names, matrices = crowd(1100, 1, 4)
    gallery = Gallery.of(names, names, matrices)
    monkeypatch.setattr(match, "LARGE", 100)
    monkeypatch.setattr(match, "of_use", lambda: False)
    found = search(gallery, [matrices[0][:10]])
    assert "coarse" not in vars(gallery)
    assert found.nearest.max(axis=1) == pytest.approx(np.ones(10), abs=1e-6)


@given(matrix=arrays(np.float32, (3, 4), elements=st.floats(-1, 1, width=32)))
def test_the_order_in_which_tails_are_given_does_not_matter(matrix: Vectors) -> None:
    matrix = unit(matrix)
    query = unit(np.ones((1, 4), np.float32))
    straight = search(Gallery.of(["b", "a", "b"], ["0", "1", "2"], [matrix]), [query])
    turned = search(Gallery.of(["b", "b", "a"], ["2", "0", "1"], [matrix[[2, 0, 1]]]), [query])
    assert np.allclose(straight.nearest, turned.nearest, atol=1e-6)
    assert np.allclose(straight.networks, turned.networks, atol=1e-5)


@given(cases(least=2))
def test_a_tail_left_out_is_searched_as_if_it_were_not_there(case: Case) -> None:
    """Each gallery tail against all others: the same as a gallery made without it."""
    gallery = Gallery.of(case.whales, case.photos, case.matrices)
    rows = np.arange(len(gallery))
    evidence = search(gallery, gallery.matrices, rows)

    for row in rows:
        kept = [i for i in range(len(case.whales)) if i != gallery.order[row]]
        whales = [case.whales[i] for i in kept]
        rest = Gallery.of(whales, [case.photos[i] for i in kept], [matrix[kept] for matrix in case.matrices])
        alone = search(rest, [matrix[[row]] for matrix in gallery.matrices])
        for column, whale in enumerate(gallery.whales):
            if whale not in rest.whales:
                assert evidence.photos[row, column] == 0
                assert evidence.nearest[row, column] == -np.inf
                continue
            there = rest.whales.index(whale)
            assert evidence.photos[row, column] == rest.counts[there]
            assert evidence.nearest[row, column] == pytest.approx(alone.nearest[0, there], abs=1e-5)
            assert evidence.networks[row, column] == pytest.approx(alone.networks[0, there], abs=1e-4)
            own = nearest_rows(gallery, [matrix[row] for matrix in gallery.matrices], column, 99, [row])
            assert row not in own
            assert len(own) == rest.counts[there]


def test_each_member_votes_for_the_whale_that_it_finds_most_alike() -> None:
    one = unit(np.array([[1, 0], [0, 1]], np.float32))
    evidence = search(Gallery.of(["a", "b"], ["0", "1"], [one, one[::-1].copy()]), [one[:1], one[:1]])
    assert evidence.votes.tolist() == [[0], [1]]
    assert np.isnan(evidence.points).all()


@given(
    arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=st.floats(-9, 9)), st.integers(1, 8)
)
def test_the_shortlist_is_the_head_of_a_stable_sort(logits: np.ndarray, count: int) -> None:
    for row, best in zip(logits, shortlist(logits, count), strict=True):
        assert best.tolist() == sorted(range(len(row)), key=lambda i: (-row[i], i))[:count]


def marked(seed: int) -> Keypoints:
    """Of a crop full of random blots."""
    import cv2

    small = np.random.default_rng(seed).integers(0, 255, (28, 64), dtype=np.uint8)
    return keypoints(cv2.resize(small, (512, 224), interpolation=cv2.INTER_CUBIC))


def test_the_shortlist_is_compared_point_by_point_with_each_whales_nearest_photos() -> None:
    """Whale b has three photos, of which the two nearest are compared; c isn't on the list; a's keypoints are gone."""
    points = {1: marked(1), 2: marked(2), 3: marked(3), 4: marked(2)}
    matrix = unit(np.array([[1, 0.1], [1, 0.3], [1, 0.2], [0.1, 1], [1, 0]], np.float32))
    gallery = Gallery.of(
        ["a", "b", "b", "b", "c"], list("01234"), [matrix],
        lambda some: {tail: points[tail] for tail in some if tail in points},
    )  # fmt: skip
    asked = Queries([unit(np.array([[1, 0]], np.float32))], [marked(2)], np.ones(1))
    evidence = search(gallery, asked.vectors)
    found = with_points(gallery, evidence, np.array([[0, 1]]), asked)

    assert found.points[0, 1] == agreement(marked(2), points[2]).points > 20
    assert np.isnan(found.points[0, [0, 2]]).all()
    assert agreement(marked(2), points[1]).points < 10
    assert found.pointed == {(0, 1): 2}, "the photo that has those points, though another one is as near"


def test_an_empty_gallery_has_no_whales_and_is_not_searched() -> None:
    gallery = Gallery.of([], [], [np.zeros((0, 4), np.float32)])
    assert (gallery.whales, len(gallery), gallery.counts.tolist()) == ((), 0, [])
    assert [own.shape for own in gallery.lengths] == [(0,)]
    with pytest.raises(ValueError, match="without whales"):
        search(gallery, [np.ones((1, 4), np.float32)])


def test_a_member_too_few_is_told() -> None:
    one = unit(np.ones((2, 4), np.float32))
    with pytest.raises(ValueError, match="has 2 members, the tails 1"):
        search(Gallery.of(["a", "b"], ["0", "1"], [one, one]), [one])
