"""The comparer with its tools and the strip of the candidate's photos: two tails, looked at closely."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QElapsedTimer, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import QVBoxLayout, QWidget

from whalegui import theme
from whalegui.actions import key_of, keys_of
from whalegui.jobs import Job
from whalegui.keymap import sequence
from whalegui.match_details import Shown, read_whale_tails
from whalegui.match_points import PairPoints
from whalegui.match_relevance import PairRelevance
from whalegui.popup import pop_up
from whalegui.session import Session
from whaleid_core.catalogue.rows import PhotoRow, TailRow

from .comparer_tools import HEIGHT as TOOLS_HEIGHT
from .comparer_tools import ComparerTools, ToolsRow
from .fluke_comparer import FlukeComparer
from .fluke_sides import Mode, Side, Which
from .tail_loader import TailLoader
from .tail_picture import Look
from .tail_strip import CROP_WIDTHS, StripItem, TailStrip
from .wording import day, moment

HELD_MS = 300
"""A blink key that is held longer than this swaps back when it is let go."""

_MENU = tuple(
    tuple(f"matches.{name}" for name in group)
    for group in (
        ("blink", "wipe", "overlay", "stack", "unlink"),
        ("align", "points", "relevance"),
        ("mirror", "turn_more", "turn_less", "grey", "invert", "enhance", "reset"),
        ("fit_tail", "fit", "actual", "photo_right", "photo_left"),
    )
)

STAND_IN = 640
"""Width of the crop that stands in until the photo is read, device pixels."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A whale to compare with.

    Attributes:
        first: the tail to begin with, usually the most similar; None: the best.
    """

    whale_id: int
    whale: str
    nickname: str
    first: Shown | None

    @property
    def title(self) -> str:
        return f"{self.whale} “{self.nickname}”" if self.nickname else self.whale


class PairPanel(QWidget):
    """Shows one tail beside a whale's photos. Reads on the lanes; knows nothing of decisions."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._new: Shown | None = None
        self._new_title = ""
        self._whale: Compared | None = None
        self._tails: tuple[Shown, ...] = ()
        self._number: int | None = None
        self._empty = ""
        self._reading: Job | None = None
        self._blinked = QElapsedTimer()
        self.comparer = FlukeComparer()
        self.points = PairPoints(session, self.comparer)
        self.relevance = PairRelevance(session, self.comparer)
        self.loader = TailLoader(session.jobs, self)
        self.strip = TailStrip(session.thumbnails, TOOLS_HEIGHT, below=True)
        theme.set_font(self.strip, "small")
        self.strip.setAccessibleName("Photos of the candidate")
        self.strip.chosen.connect(self.show_photo)
        self.loader.ready.connect(lambda tail_id: self._refresh())
        session.thumbnails.ready.connect(lambda key: self._refresh_stand_ins())
        self.comparer.changed.connect(self._look_changed)
        self._look = Look()

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the comparer's keys do, by action id."""
        comparer = self.comparer
        return {
            "matches.blink": self._blink,
            "matches.wipe": lambda: comparer.set_mode(Mode.WIPE),
            "matches.overlay": lambda: comparer.set_mode(Mode.OVERLAY),
            "matches.stack": lambda: comparer.set_mode(Mode.STACK),
            "matches.points": self.points.toggle,
            "matches.relevance": self.relevance.toggle,
            "matches.align": comparer.toggle_alignment,
            "matches.mirror": comparer.mirror,
            "matches.unlink": comparer.toggle_link,
            "matches.grey": lambda: self._toggle("grey"),
            "matches.invert": lambda: self._toggle("invert"),
            "matches.enhance": lambda: self._toggle("enhance"),
            "matches.reset": self.reset,
            "matches.turn_more": lambda: comparer.turn(1),
            "matches.turn_less": lambda: comparer.turn(-1),
            "matches.fit_tail": comparer.fit_tail,
            "matches.fit": comparer.fit_photo,
            "matches.actual": comparer.full_size,
            "matches.zoom_in": lambda: comparer.zoom_by(1.25),
            "matches.zoom_out": lambda: comparer.zoom_by(0.8),
            "matches.photo_right": lambda: self.step_photo(1),
            "matches.photo_left": lambda: self.step_photo(-1),
        }

    def lay_out(self, made: Mapping[str, QAction], deeds: Sequence[str] = ()) -> None:
        """Puts the parts together, once the actions are made.

        Args:
            deeds: the actions by which the page answers; they head the menu of a right click on the tails.
        """
        self.comparer.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.comparer.customContextMenuRequested.connect(
            lambda point: pop_up(self, made, (deeds, *_MENU), self.comparer.mapToGlobal(point))
        )
        self.tools = ComparerTools(self.comparer, made)
        self._row = ToolsRow(self.tools, self.strip)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.comparer, 1)
        layout.addWidget(self._row)

    def set_folded(self, folded: bool) -> None:
        """Leaves only the comparer."""
        self._row.setVisible(not folded)

    @property
    def tools_height(self) -> int:
        """What the tools and the strip take of the height."""
        return TOOLS_HEIGHT

    # What is shown

    def show_new(self, new: Shown | None, title: str = "") -> None:
        """The tail in question; another one than before is fitted and not mirrored.

        Args:
            title: what stands above it; that it is new, if nothing is given.
        """
        if new is None or self._new is None or new[0].id != self._new[0].id:
            self.comparer.reset()
            self._whale, self._tails, self._number = None, (), None
        self._new, self._new_title = new, title
        self._refresh()

    def show_whale(self, whale: Compared | None, empty: str = "") -> None:
        """The whale to compare with; with None the pane says `empty`."""
        self._empty = empty
        if whale is None:
            self._whale, self._tails, self._number = None, (), None
            self.strip.set_items([])
        elif self._whale is None or self._whale.whale_id != whale.whale_id or not self._tails:
            self._whale = whale
            self._set_tails((whale.first,) if whale.first is not None else (), whale.first)
        else:
            self._whale = whale
        if whale is not None:
            new_id = self._new[0].id if self._new is not None else -1
            self._reading = self._session.query(
                lambda catalogue: read_whale_tails(catalogue, whale.whale_id, new_id),
                lambda tails: self._tails_read(whale, tails),
                self._reading,
            )
        self._refresh()

    def show_photo(self, number: int) -> None:
        """Shows the candidate's photo of that number in the strip."""
        if 0 <= number < len(self._tails):
            self._number = number
            self.strip.show_number(number)
            self._refresh()

    def step_photo(self, by: int) -> None:
        if self._number is not None:
            self.show_photo(self._number + by)

    def reset(self) -> None:
        """Everything as the camera saw it: light, mirror, turn, zoom."""
        self.comparer.set_look(Look())
        self.comparer.reset()

    def prefetch(self, tails: Sequence[Shown]) -> None:
        """Reads tails that are likely to be shown next."""
        for tail, photo in tails:
            self.loader.picture(tail, photo, self.comparer.look)

    def try_again(self) -> None:
        """Reads again what could not be read."""
        self.loader.try_again()
        self._session.thumbnails.forget_problems()
        self._refresh()

    def key_released(self, event: QKeyEvent) -> None:
        """A key was let go: if it is the blink key, after a long press, the tails swap back."""
        if event.isAutoRepeat() or QKeySequence(event.keyCombination()) not in self._blink_keys():
            return
        if self._blinked.isValid() and self._blinked.elapsed() > HELD_MS and self.comparer.swapped:
            self.comparer.blink()
        self._blinked.invalidate()

    # Inside

    @staticmethod
    def _blink_keys() -> list[QKeySequence]:
        return [sequence(key) for key in keys_of("matches.blink")]

    def _blink(self) -> None:
        self.comparer.blink()
        self._blinked.start()

    def _toggle(self, name: str) -> None:
        look = self.comparer.look
        self.comparer.set_look(replace(look, **{name: not getattr(look, name)}))

    @property
    def _pair(self) -> tuple[Shown, Shown] | None:
        """The two tails in view, where there are two."""
        if self._new is None or self._number is None:
            return None
        return self._new, self._tails[self._number]

    def _look_changed(self) -> None:
        if self.comparer.look != self._look:
            self._look = self.comparer.look
            self._refresh()

    def _tails_read(self, whale: Compared, tails: tuple[Shown, ...]) -> None:
        if self._whale is None or self._whale.whale_id != whale.whale_id:
            return
        shown = self._tails[self._number] if self._number is not None else whale.first
        self._set_tails(tails, shown)
        self._refresh()

    def _set_tails(self, tails: tuple[Shown, ...], shown: Shown | None) -> None:
        self._tails = tails
        ids = [tail.id for tail, _ in tails]
        self._number = ids.index(shown[0].id) if shown is not None and shown[0].id in ids else (0 if ids else None)
        self.strip.set_items(
            [
                StripItem(tail, photo, day(photo.taken_at), f"{photo.title}, {day(photo.taken_at)}")
                for tail, photo in tails
            ]
        )
        self.strip.show_number(self._number)

    def _refresh(self) -> None:
        comparer = self.comparer
        if self._new is None:
            comparer.set_side(Which.NEW, None)
        else:
            photo = self._new[1]
            title, when = f"NEW {photo.title}", _date(photo, time=True)
            if self._new_title:
                title, when = self._new_title, f"{_date(photo)}  {photo.title}".strip()
            comparer.set_side(Which.NEW, self._side(self._new, title, when, photo.title))
        if self._whale is None or self._number is None:
            empty = self._empty if self._whale is None else f"{self._whale.whale} has no other photo."
            comparer.set_side(Which.CANDIDATE, None, empty)
        else:
            shown = self._tails[self._number]
            side = self._side(
                shown, self._whale.title, f"{_date(shown[1])}  {shown[1].title}".strip(), self._whale.whale
            )
            comparer.set_side(Which.CANDIDATE, replace(side, corner=f"{self._number + 1}/{len(self._tails)}"))
        pair = self._pair
        self.points.follow(pair)
        self.relevance.follow(pair)

    def _refresh_stand_ins(self) -> None:
        sides = (self.comparer.side(which) for which in Which)
        if any(side is not None and side.picture is None for side in sides):
            self._refresh()

    def _side(self, shown: Shown, title: str, detail: str, whose: str) -> Side:
        tail, photo = shown
        picture = self.loader.picture(tail, photo, self.comparer.look)
        crop = None
        if picture is None:
            # While another look is being made, the one before stays in view; it says itself which it is.
            before = next((side for side in map(self.comparer.side, Which) if side and side.key == tail.id), None)
            picture = before.picture if before is not None else None
            crop = self._stand_in(tail, photo)
        notice = self._notice(shown, whose, crop is not None) if picture is None else ""
        return Side(tail.id, title, detail, tail.box, (photo.width, photo.height), "", picture, crop, notice)

    def _stand_in(self, tail: TailRow, photo: PhotoRow) -> QPixmap | None:
        """The tail's crop; where its photo is gone, any that was kept."""
        gone = self.loader.problem(tail.id) is not None
        for width in reversed(CROP_WIDTHS) if gone else (STAND_IN,):
            crop = self._session.thumbnails.tail(tail, photo, width, width // 2)
            if crop is not None:
                return crop
        return None

    @property
    def unseen(self) -> str:
        """Whose photo can't be shown in any way, as a sentence; empty where both can, or may still come."""
        for side in map(self.comparer.side, Which):
            if side is not None and side.notice and side.picture is None and side.crop is None:
                return f"{side.title} can't be shown, so it can't be compared."
        return ""

    def _notice(self, shown: Shown, whose: str, has_crop: bool) -> str:
        problem = self.loader.problem(shown[0].id)
        if problem is None:
            return ""
        stands_in = "; its thumbnail is shown" if has_crop else ""
        refresh = key_of("app.refresh")
        if problem.missing:
            return f"{whose}'s photo isn't here{stands_in}. Bring {shown[1].path.parent} back, then press {refresh}."
        return f"{problem.sentence.rstrip('.')}{stands_in}. Copy it again, then press {refresh}."


def _date(photo: PhotoRow, time: bool = False) -> str:
    if photo.taken_at is None:
        return ""
    return moment(photo.taken_at) if time else day(photo.taken_at)
