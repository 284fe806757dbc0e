"""The tails of the same encounter, each with what was decided: a glyph, and the same in words for who can't see it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

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
    """

    chosen = Signal(int)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = QLabel()
        self._count = QLabel()
        theme.set_second(self._count)
        self.strip = TailStrip(thumbnails, HEIGHT, below=False)
        self.strip.setAccessibleName("Tails of this encounter")
        self.strip.chosen.connect(lambda number: self.chosen.emit(self.strip.items[number].tail.id))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.M, 0, theme.M, 0)
        layout.setSpacing(theme.S)
        layout.addWidget(self._name)
        layout.addWidget(self.strip, 1)
        layout.addWidget(self._count)
        layout.addStretch(0)
        self.setFixedHeight(HEIGHT)

    def show_tails(self, name: str, tails: Sequence[tuple[TailRow, PhotoRow]], current: int | None) -> None:
        """Shows an encounter; without tails the line stays, empty, so that nothing moves."""
        self._name.setText(f"{name}:" if name else "")
        self.strip.set_items([_item(tail, photo) for tail, photo in tails])
        place = next((number for number, (tail, _) in enumerate(tails) if tail.id == current), None)
        self.strip.show_number(place)
        waiting = sum(tail.verdict is None for tail, _ in tails)
        self._count.setText(f"{waiting} of {len(tails)} waiting" if tails else "")

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


def _item(tail: TailRow, photo: PhotoRow) -> StripItem:
    icon, colour, word = GLYPHS[tail.verdict]
    whale = f" {tail.whale}" if tail.whale else ""
    return StripItem(tail, photo, "", f"{photo.name}, {word}{whale}", (icon, colour))
