"""The answer about a tail, as a sentence, and below it what was searched."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from whalegui import icons, theme
from whalegui.answers import Answer, Finding

from .elided_label import ElidedLabel

GLYPHS: dict[Finding, tuple[str, str]] = {
    Finding.KNOWN: ("check", "known"),
    Finding.UNSURE: ("circle-question-mark", "unsure"),
    Finding.NEW: ("star", "new"),
    Finding.POOR: ("slash", "poor"),
    Finding.WAITING: ("circle", "text2"),
    Finding.NO_GALLERY: ("star", "new"),
    Finding.NOTHING_FITS: ("funnel", "unsure"),
}
"""Icon and colour of each finding."""


class AnswerBar(QWidget):
    """Two lines at the head of Matches; at their right where in the queue this tail is.

    Signals:
        pressed: the button beside the answer, which is there only where it can help.
        change: another part of the gallery is to be searched.
        search_all: all of it is.
    """

    pressed = Signal()
    change = Signal()
    search_all = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glyph = _Glyph()
        self._answer = Answer(Finding.WAITING, "")
        self._searched = ""
        self.sentence = ElidedLabel(where=Qt.TextElideMode.ElideRight)
        theme.set_font(self.sentence, "answer")
        self.searched = ElidedLabel(where=Qt.TextElideMode.ElideRight)
        theme.set_second(self.searched)
        self.searched.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.change_button = _LineButton("Change", "Choose what is searched: area, years, sex, quality", self.change)
        self.all_button = _LineButton("Search all", "Search all whales again", self.search_all)
        self.notice = ElidedLabel(where=Qt.TextElideMode.ElideRight)
        self.notice.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.set_font(self.notice, bold=True)
        self.button = QPushButton()
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setFixedHeight(theme.CONTROL)
        self.button.clicked.connect(self.pressed)
        self.place = QLabel()
        theme.set_font(self.place, "title")
        theme.set_second(self.place)
        self._lay_out()
        self.sentence.installEventFilter(self)
        self.set_notice("")
        self.set_button("")

    def _lay_out(self) -> None:
        second = QHBoxLayout()
        second.setSpacing(theme.M)
        second.addWidget(self.notice)
        second.addWidget(self.searched)
        second.addWidget(self.change_button)
        second.addWidget(self.all_button)
        second.addStretch(1)
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addWidget(self.sentence)
        lines.addLayout(second)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.M, 2, theme.M, 2)
        layout.setSpacing(theme.S)
        layout.addWidget(self._glyph)
        layout.addLayout(lines, 1)
        layout.addWidget(self.button)
        layout.addWidget(self.place)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        lines = QFontMetrics(theme.font("answer")).height() + self.fontMetrics().height() + 2
        return QSize(400, max(44, lines + 4))

    def show_answer(self, answer: Answer, searched: str, place: str, filtered: bool = False) -> None:
        """Shows an answer, what was searched, and "14 of 112"; what isn't everything stands in amber."""
        self.searched.tone = "unsure" if filtered else ""
        self.all_button.setVisible(filtered)
        self.change_button.setVisible(bool(searched))
        self._answer, self._searched = answer, searched
        self._glyph.show_finding(answer.finding)
        self.place.setText(place)
        self.setAccessibleName(self.text)
        self.setAccessibleDescription(f"{searched} {place}")
        self._fit()

    @property
    def text(self) -> str:
        """The answer, all of it."""
        return f"{self._answer.sentence} {self._answer.call}".rstrip()

    def _fit(self) -> None:
        """How sure the answer is stands behind it where there is room, else on the line below."""
        fits = self.sentence.fontMetrics().horizontalAdvance(self.text) <= self.sentence.width()
        self.sentence.setText(self.text if fits else self._answer.sentence)
        self.searched.setText(self._searched if fits else f"{self._answer.call} {self._searched}".strip())
        self.searched.updateGeometry()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.sentence and event.type() in (QEvent.Type.Resize, QEvent.Type.FontChange):
            self._fit()
        return False

    def set_notice(self, text: str, tone: str = "") -> None:
        """A word beside what was searched: what changed meanwhile, or who reads.

        Args:
            tone: a colour of the theme by its name.
        """
        self.notice.tone = tone
        self.notice.setText(text)
        self.notice.updateGeometry()
        self.notice.setVisible(bool(text))

    def set_button(self, text: str) -> None:
        self.button.setText(text)
        self.button.setVisible(bool(text))


class _LineButton(QToolButton):
    """A button as high as its line of text."""

    def __init__(self, words: str, tip: str, signal: SignalInstance) -> None:
        super().__init__()
        self.setText(words)
        self.setToolTip(tip)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        font = theme.font()
        font.setUnderline(True)
        self.setFont(font)
        self.clicked.connect(signal)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + theme.S, self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class _Glyph(QWidget):
    """The finding as an icon, beside its words."""

    def __init__(self) -> None:
        super().__init__()
        self._finding: Finding | None = None
        self.setFixedSize(24, 24)

    def show_finding(self, finding: Finding) -> None:
        self._finding = finding
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._finding is not None:
            name, colour_name = GLYPHS[self._finding]
            colour: QColor = getattr(theme.tokens(), colour_name)
            icons.paint(QPainter(self), name, QRect(2, 2, 20, 20), colour)
