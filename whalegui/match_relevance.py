"""Where the network looked at the pair in view: computed on a lane while it is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF

from whalegui.jobs import Job, Watch
from whalegui.session import Session
from whalegui.widgets.fluke_comparer import FlukeComparer
from whalegui.widgets.heat import Heat, glow
from whaleid_core.errors import WhaleIdError

if TYPE_CHECKING:
    from whalegui.match_details import Shown
    from whaleid_core.records import Box
    from whaleid_core.relevance import Seen

_NONE_YET = Heat((None, None))


class PairRelevance(QObject):
    """Shows the maps of whichever pair is in view, from when they are asked for until they are put away."""

    def __init__(self, session: Session, comparer: FlukeComparer) -> None:
        super().__init__(comparer)
        self._session = session
        self._comparer = comparer
        self._pair: tuple[Shown, Shown] | None = None
        self._asked: Job | None = None

    def toggle(self) -> None:
        """Key H."""
        self._comparer.set_heat(None if self._comparer.heat is not None else _NONE_YET)
        self.follow(self._pair)

    def follow(self, pair: tuple[Shown, Shown] | None) -> None:
        """Another pair is in view, or none."""
        self._pair = pair
        shown = self._comparer.heat
        if shown is None or pair is None or shown.pair == (pair[0][0].id, pair[1][0].id):
            return
        if self._asked is not None:
            self._asked.cancel()
        keys = pair[0][0].id, pair[1][0].id
        self._asked = self._session.jobs.start(
            "", "readers", lambda watch: read_heat(watch, pair), self._read,
            lambda error: self._read(Heat(keys, problem=f"{error.sentence} {error.hint}".strip())), droppable=True,
        )  # fmt: skip

    def _read(self, heat: Heat) -> None:
        if self._comparer.heat is not None:
            self._comparer.set_heat(heat)


def read_heat(watch: Watch, pair: tuple[Shown, Shown]) -> Heat:
    """The maps of two tails; what keeps them from being had is said in them."""
    from whaleid_core.relevance import relevance

    keys = pair[0][0].id, pair[1][0].id
    try:
        found = relevance(*(_seen(shown) for shown in pair))
    except WhaleIdError as error:
        return Heat(keys, problem=f"{error.sentence} {error.hint}".strip())
    return Heat(keys, tuple(map(glow, found.maps)), tuple(map(_place, found.places)))


def _seen(shown: Shown) -> Seen:
    from whaleid_core.relevance import Seen

    tail, photo = shown
    return Seen(photo.path, tail.box, photo.width, photo.turned)


def _place(box: Box) -> QRectF:
    return QRectF(box.xmin, box.ymin, box.width, box.height)
