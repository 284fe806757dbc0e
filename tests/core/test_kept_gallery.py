"""What a gallery in memory is made of: stacks of vectors that grow, and the places of tails."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from whaleid_core.kept_gallery import Places, Stack


@given(parts=st.lists(arrays(np.float32, st.tuples(st.integers(0, 90), st.just(3)), elements=st.just(1.0)), max_size=6))
def test_a_stack_holds_what_was_put_on_it_and_an_older_one_no_more(parts):
    numbered = [part * (number + 1) for number, part in enumerate(parts)]
    stacks = [Stack.of(np.zeros((0, 3), np.float32))]
    for part in numbered:
        stacks.append(stacks[-1].with_rows(part))
    for height, stack in enumerate(stacks):
        expected = np.concatenate([np.zeros((0, 3), np.float32), *numbered[:height]])
        assert np.array_equal(stack.matrix, expected)


def test_a_stack_with_room_is_not_copied():
    one = Stack.of(np.ones((8, 3), np.float32))
    assert one.with_rows(np.zeros((1, 3), np.float32)).room is one.room


@given(
    first=st.dictionaries(st.integers(0, 50), st.integers(0, 99)),
    then=st.dictionaries(st.integers(0, 90), st.integers(0, 99)),
    left=st.sets(st.integers(0, 120)),
)
def test_places_are_a_dictionary(first, then, left):
    def placed(rows, before=None):
        return Places.of(np.array(list(rows), np.int64), np.array(list(rows.values()), np.intp), before)

    both, asked = {**first, **then}, list(range(130))
    places = placed(then, placed(first))
    assert places[asked].tolist() == [both.get(key, -1) for key in asked]
    assert len(places) == len(both)
    some = places.only(np.array(list(left), np.int64))
    assert some[asked].tolist() == [both.get(key, -1) if key in left else -1 for key in asked]
