"""The page before a catalogue is open: three ways to begin, the recent ones, and who is working."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from whalegui import icons, theme
from whalegui.settings import Settings
from whalegui.widgets.room import hold

_WIDTH = 640
_ROW = 76
_RECENT_ROW = 44
_MOST_RECENT = 5


class StartPage(QWidget):
    """Three rows, recent catalogues below, a name at the foot."""

    sample_chosen = Signal()
    known_chosen = Signal()
    photographs_chosen = Signal(list)
    """Paths; empty: ask for them."""
    catalogue_chosen = Signal(object)
    """Path of a catalogue's folder."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setAcceptDrops(True)
        self._rows = (
            _Row("sparkles", "Open the sample survey", "Forty drawn whales, to try everything on", self),
            _Row("fluke", "New catalogue from known whales", "Named by file name, by folder or by a CSV list", self),
            _Row(
                "image-plus", "Drop photographs", "Files or folders, or click to choose; they stay where they are", self
            ),
        )
        for row, chosen in zip(self._rows, (self._sample, self._known, self._photographs), strict=True):
            row.clicked.connect(lambda checked=False, chosen=chosen: chosen())
        self._recent_rows: list[_Row] = []
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        self.setFocusProxy(self._rows[0])
        self.who = QLineEdit(settings.who())
        self.who.setMinimumHeight(theme.CONTROL)
        self.who.setMaximumWidth(240)
        self.who.setAccessibleName("Who is working?")
        self.who.editingFinished.connect(self._name)
        self._problem = QLabel()
        self._problem.setWordWrap(True)
        self._problem.setVisible(False)
        self._lay_out()
        self.renew()

    def renew(self) -> None:
        """Read the recent catalogues again."""
        for row in self._recent_rows:
            self._recent.removeWidget(row)
            row.deleteLater()
        self._recent_rows.clear()
        recents = self._settings.recents()[:_MOST_RECENT]
        self._recent_title.setVisible(bool(recents))
        for folder in recents:
            row = _Row("book-open", folder.name, str(folder.parent), self, height=_RECENT_ROW)
            row.clicked.connect(lambda checked=False, folder=folder: self._recent_chosen(folder))
            self._recent.addWidget(row)
            self._recent_rows.append(row)
        self.who.setText(self._settings.who())

    def tell(self, sentence: str) -> None:
        """Why a catalogue couldn't be opened; empty to take it away."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))

    @property
    def problem(self) -> str:
        """What was told last."""
        return self._problem.text()

    def rows(self) -> list[QAbstractButton]:
        """The ways to begin and the recent catalogues, from above."""
        return [*self._rows, *self._recent_rows]

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._colour()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped(event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self._name()
        self.photographs_chosen.emit(dropped(event.mimeData().urls()))

    def _lay_out(self) -> None:
        title = QLabel("Which whales did you meet?")
        theme.set_font(title, "answer")
        self._second = QLabel(
            "WhaleGUI finds the tails in your photographs and proposes the whale of each. You decide."
        )
        self._second.setWordWrap(True)
        self._recent_title = QLabel("Recent catalogues")
        theme.set_font(self._recent_title, "small", bold=True)
        theme.set_second(self._recent_title)
        name = QLabel("Who is working?")
        name.setBuddy(self.who)
        person = QHBoxLayout()
        person.setSpacing(theme.M)
        person.addWidget(name)
        person.addWidget(self.who, 1)
        person.addStretch(1)
        self._middle = middle = QWidget()
        column = QVBoxLayout(middle)
        column.setSpacing(theme.S)
        column.addWidget(title)
        column.addWidget(self._second)
        column.addSpacing(theme.L)
        column.addWidget(self._problem)
        for row in self._rows:
            column.addWidget(row)
        column.addSpacing(theme.L)
        column.addWidget(self._recent_title)
        column.addLayout(self._recent)
        column.addSpacing(theme.L)
        column.addLayout(person)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(middle, 100)
        across.addStretch(1)
        inner = QWidget()
        page = QVBoxLayout(inner)
        page.setContentsMargins(theme.XL, theme.XL, theme.XL, theme.XL)
        page.addStretch(2)
        page.addLayout(across)
        page.addStretch(3)
        # With large text or a small window it is higher than there is room.
        area = hold(QScrollArea(), inner, across=False)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        self._colour()

    def _colour(self) -> None:
        self._middle.setMaximumWidth(theme.scaled(_WIDTH))
        theme.set_second(self._second)
        colours = self._problem.palette()
        colours.setColor(self._problem.foregroundRole(), theme.tokens().error)
        self._problem.setPalette(colours)

    def _name(self) -> None:
        """Whoever begins under the name that stands there works under it."""
        self._settings.set("person/who", self.who.text().strip())

    def _recent_chosen(self, folder: Path) -> None:
        self._name()
        self.catalogue_chosen.emit(folder)

    def _sample(self) -> None:
        self._name()
        self.sample_chosen.emit()

    def _known(self) -> None:
        self._name()
        self.known_chosen.emit()

    def _photographs(self) -> None:
        self._name()
        self.photographs_chosen.emit([])


def dropped(urls: Sequence[QUrl]) -> list[Path]:
    """The files and folders among what is dragged."""
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]


class _Row(QAbstractButton):
    """One way to begin: an icon, a line, and a second line that says what happens."""

    def __init__(self, icon: str, text: str, second: str, parent: QWidget, height: int = _ROW) -> None:
        super().__init__(parent)
        self._icon = icon
        self._second = second
        self._least = height
        self._big = height == _ROW
        self.setText(text)
        self.setAccessibleName(text)
        self.setAccessibleDescription(second)
        self.setToolTip(second)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._fit()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def _fit(self) -> None:
        """As high as its two lines."""
        lines = sum(QFontMetrics(theme.font(size)).height() for size in self._sizes)
        self.setFixedHeight(max(self._least, lines + (theme.L if self._big else theme.S)))

    @property
    def _sizes(self) -> tuple[str, str]:
        return ("title", "body") if self._big else ("body", "small")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(_WIDTH), self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        ground = t.selected if self.isDown() or self.underMouse() else t.raised
        if self._big or self.underMouse():
            painter.setPen(QPen(t.hairline, 1))
            painter.setBrush(ground)
            painter.drawRoundedRect(edge, theme.RADIUS, theme.RADIUS)
        area = self.rect()
        side = 28 if self._big else 16
        left = theme.XL if self._big else theme.S
        mark = area.adjusted(left, (area.height() - side) // 2, 0, 0)
        mark.setSize(QSize(side, side))
        icons.paint(painter, self._icon, mark, t.accent if self._big else t.text2)
        text = area.adjusted(left + side + (theme.XL if self._big else theme.M), theme.XS, -theme.M, -theme.XS)
        half = text.height() // 2
        painter.setPen(t.text)
        painter.setFont(theme.font(self._sizes[0]))
        lines = painter.fontMetrics()
        line = lines.elidedText(self.text(), Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text.adjusted(0, 0, 0, -half), Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, line)
        painter.setPen(t.text2)
        painter.setFont(theme.font(self._sizes[1]))
        how = Qt.TextElideMode.ElideRight if self._big else Qt.TextElideMode.ElideMiddle  # a path's end says most
        line = painter.fontMetrics().elidedText(self._second, how, text.width())
        painter.drawText(text.adjusted(0, half, 0, 0), Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, line)
        if self.hasFocus():
            theme.draw_ring(painter, self.rect())
