"""The tails of the same encounter, each with what was decided: a glyph, and the same in words for who can't see it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QWidget

from whalegui import theme
from whalegui.thumbnails import Thumbnails
from whaleid_core.catalogue.rows import PhotoRow, TailRow
from whaleid_core.records import Verdict

from .tail_strip import StripItem, TailStrip

HEIGHT = 44

GLYPHS: dict[Verdict | None, tuple[str, str, str]] = {
    None: ("circle", "text2", "waiting"),
    Verdict.SAME: ("check", "known", "same whale"),
    Verdict.NEW: ("star", "new", "new whale"),
    Verdict.UNSURE: ("circle-question-mark", "unsure", "unsure"),
    Verdict.POOR: ("slash", "poor", "too poor"),
}
"""Icon, colour and word of each state of a tail."""


class EncounterStrip(QWidget):
    """One line: the encounter's name, its tails.

    Signals:
        chosen(int): a click on the tail with that id.
        tick_wanted(int): the same with Ctrl.
    """

    chosen = Signal(int)
    tick_wanted = Signal(int)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = QLabel()
        self._count = QLabel()
        theme.set_second(self._count)
        self.strip = TailStrip(thumbnails, HEIGHT, below=False)
        self.strip.setAccessibleName("Tails of this encounter")
        self.strip.chosen.connect(self._chosen)
        self.tails: Sequence[tuple[TailRow, PhotoRow]] = ()
        self._current: int | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.M, 0, theme.M, 0)
        layout.setSpacing(theme.S)
        layout.addWidget(self._name)
        layout.addWidget(self.strip, 1)
        layout.addWidget(self._count)
        layout.addStretch(0)
        self.setFixedHeight(HEIGHT)

    def show_tails(
        self,
        name: str,
        tails: Sequence[tuple[TailRow, PhotoRow]],
        current: int | None,
        ticked: Collection[int] = (),
        reordered: Collection[int] = (),
    ) -> None:
        """Shows an encounter; without tails the line stays, empty, so that nothing moves."""
        self._name.setText(f"{name}:" if name else "")
        self.tails, self._current = tails, current
        self.set_marks(ticked, reordered)

    def set_marks(self, ticked: Collection[int], reordered: Collection[int]) -> None:
        """Marks the tails that are ticked, and those whose candidates stand in another order than before."""
        tails = self.tails
        items = [_item(tail, photo, tail.id in ticked, tail.id in reordered) for tail, photo in tails]
        if items != self.strip.items:
            self.strip.set_items(items)
        place = next((number for number, (tail, _) in enumerate(tails) if tail.id == self._current), None)
        self.strip.show_number(place)
        waiting = sum(tail.verdict is None for tail, _ in tails)
        count = f"{waiting} of {len(tails)} waiting" if tails else ""
        self._count.setText(f"{count}, {len(ticked)} ticked" if ticked and count else count)

    def _chosen(self, number: int) -> None:
        tail_id = self.strip.items[number].tail.id
        ticks = bool(QApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier)
        (self.tick_wanted if ticks else self.chosen).emit(tail_id)

    def set_small(self, small: bool) -> None:
        """On a small screen the tails give way to their count."""
        self.strip.setVisible(not small)
        self.setFixedHeight(self.height_of(small))

    @staticmethod
    def height_of(small: bool) -> int:
        return HEIGHT // 2 if small else HEIGHT

    @property
    def tail_ids(self) -> list[int]:
        return [item.tail.id for item in self.strip.items]


def _item(tail: TailRow, photo: PhotoRow, ticked: bool, reordered: bool) -> StripItem:
    icon, colour, word = GLYPHS[tail.verdict]
    whale = f" {tail.whale}" if tail.whale else ""
    words = f"{photo.name}, {word}{whale}" + (", ticked" if ticked else "") + (", order changed" if reordered else "")
    return StripItem(tail, photo, "", words, (icon, colour), ticked, reordered)
