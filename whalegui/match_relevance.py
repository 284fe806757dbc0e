"""Where the network looked at the pair in view: computed on a lane while it is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from whalegui.jobs import Watch
from whalegui.match_pair import OfPair, Pair, keys_of, told
from whalegui.widgets.heat import Heat, glow
from whaleid_core.errors import WhaleIdError

if TYPE_CHECKING:
    from whalegui.match_details import Shown
    from whaleid_core.records import Box
    from whaleid_core.relevance import Seen

_NONE_YET = Heat((None, None))


class PairRelevance(OfPair):
    """Shows the maps of whichever pair is in view, from when they are asked for until they are put away."""

    def toggle(self) -> None:
        """Key H."""
        self.comparer.set_heat(None if self.comparer.heat is not None else _NONE_YET)
        self.follow(self.pair)

    def wanted(self, pair: Pair) -> bool:
        shown = self.comparer.heat
        return shown is not None and shown.pair != keys_of(pair)

    def compute(self, watch: Watch, pair: Pair) -> Heat:
        return read_heat(pair)

    def show(self, found: Heat) -> None:
        if self.comparer.heat is not None:
            self.comparer.set_heat(found)

    def fail(self, pair: Pair, error: WhaleIdError) -> None:
        self.show(Heat(keys_of(pair), problem=told(error)))


def read_heat(pair: Pair) -> Heat:
    """The maps of two tails, for a worker.

    Raises:
        WhaleIdError: they can't be had, and why.
    """
    from whaleid_core.relevance import relevance

    found = relevance(*(_seen(shown) for shown in pair))
    return Heat(keys_of(pair), tuple(map(glow, found.maps)), tuple(map(_place, found.places)))


def _seen(shown: Shown) -> Seen:
    from whaleid_core.relevance import Seen

    tail, photo = shown
    return Seen(photo.path, tail.box, photo.width, photo.turned)


def _place(box: Box) -> QRectF:
    return QRectF(box.xmin, box.ymin, box.width, box.height)
