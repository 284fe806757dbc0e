"""Two pages of Whales: the discovery curve, and the table of who was seen again when."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from whalegui import icons, theme
from whalegui.list_reader import ListReader
from whalegui.widgets.elided_label import ElidedLabel
from whalegui.widgets.plot import Dot, Plot
from whalegui.widgets.state_page import StatePage
from whalegui.widgets.wording import day, many
from whaleid_core.sightings import Period, Point, Resightings, discovery_curve, resightings

if TYPE_CHECKING:
    from whalegui.session import Session
    from whaleid_core.catalogue import Catalogue
    from whaleid_core.records import Change

LATELY = 10
"""Of so many encounters the sentence above the curve says what they brought."""
_NOTHING = "No whale was met yet. Name a tail in Matches."
Index = QModelIndex | QPersistentModelIndex


class SightingsPage(QWidget):
    """What two pages share: a sentence, controls at its right, and content that is read anew when whales change.

    Args:
        question: makes what is read of the catalogue.
        take: shows what was read.
    """

    def __init__(
        self,
        session: Session,
        question: Callable[[], Callable[[Catalogue], Any]],
        take: Callable[[Any], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.said = ElidedLabel(where=Qt.TextElideMode.ElideRight)
        theme.set_font(self.said, "title")
        self.controls = QHBoxLayout()
        self.controls.setSpacing(theme.S)
        self.page = StatePage()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.page)
        self._stale = False
        self._reader = ListReader(session, question, self)
        self._reader.came.connect(take)
        self._reader.failed.connect(lambda error: self._say("circle-alert", str(error)))
        head = QHBoxLayout()
        head.addWidget(self.said, 1)
        head.addLayout(self.controls)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.M, theme.L, theme.L)
        column.setSpacing(theme.M)
        column.addLayout(head)
        column.addWidget(self.stack, 1)
        session.changed.connect(self._changed)
        self._say("fluke", "Reading the catalogue")

    def activate(self) -> None:
        """It was just shown."""
        if self._stale:
            self.refresh()

    def refresh(self) -> None:
        """Read the sightings again."""
        self._stale = False
        self._reader.ask()

    def _say(self, icon: str, sentence: str) -> None:
        self.page.say(icon, sentence)
        self.stack.setCurrentWidget(self.page)

    def _changed(self, change: Change) -> None:
        if not change.tables & {"whale", "tail", "photo", "encounter"}:
            return
        if self.isVisible():
            self._reader.ask_soon()
        else:
            self._stale = True


class DiscoveryPage(SightingsPage):
    """Different whales known after each encounter, against encounters or identifications."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, self._question, self._take, parent)
        self._points: list[Point] = []
        self.against = QComboBox()
        self.against.addItem("Against encounters", "encounters")
        self.against.addItem("Against identifications", "identifications")
        self.against.setAccessibleName("What the curve is drawn against")
        self.against.setMinimumHeight(theme.CONTROL)
        self.against.currentIndexChanged.connect(lambda _: self._draw())
        self.controls.addWidget(self.against)
        self._room = QWidget()
        self._place = QVBoxLayout(self._room)
        self._place.setContentsMargins(0, 0, 0, 0)
        self.plot: Plot | None = None
        self.stack.addWidget(self._room)
        self.refresh()

    def _question(self) -> Callable[[Catalogue], list[Point]]:
        return lambda catalogue: discovery_curve(catalogue.sightings())

    def _take(self, answer: list[Point]) -> None:
        self._points = answer
        self.against.setEnabled(bool(answer))
        if not answer:
            self.said.setText("")
            self._say("fluke", _NOTHING)
            return
        last = answer[-1]
        lately = answer[-LATELY:]
        new = sum(point.new for point in lately)
        told = f"{many(last.whales, 'whale')} in {many(last.encounters, 'encounter')}."
        if len(answer) > LATELY:
            told += f" The last {len(lately)} brought {new or 'no'} new {'one' if new == 1 else 'ones'}."
        self.said.setText(told)
        self.stack.setCurrentWidget(self._room)
        self._draw()

    def _draw(self) -> None:
        if not self._points:
            return
        by = self.against.currentData()
        if self.plot is not None:
            self.plot.setParent(None)
            self.plot.deleteLater()
        across = "Encounters" if by == "encounters" else "Identifications (a whale once an encounter)"
        self.plot = Plot(across, "Different whales")
        self.plot.setAccessibleName(f"Discovery curve: {self.said.text()}")
        self._place.addWidget(self.plot)
        start = Dot(0, 0, "Before the first encounter")
        self.plot.show_dots([start, *(Dot(getattr(p, by), p.whales, _told(p), p.new > 0) for p in self._points)])
        most = getattr(self._points[-1], by)
        self.plot.setXRange(-0.02 * most, 1.03 * most, padding=0)  # nothing is before the beginning


def _told(point: Point) -> str:
    when = f", {day(point.began)}" if point.began is not None and point.name != str(point.began.date()) else ""
    return f"{point.name}{when}\n{point.new} new, {point.whales} whales in all"


class Table(QAbstractTableModel):
    """The resighting table for a view: whales down, periods across, a sum at the end; nothing stands for none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.made = Resightings((), (), (), ())

    def show_table(self, made: Resightings) -> None:
        """Show another table."""
        self.beginResetModel()
        self.made = made
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.made.whales)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.made.columns) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.made.counts[index.row()], index.column()
        last = column == len(row)
        value = sum(row) if last else row[column]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{value:,}" if value else ""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        if role == Qt.ItemDataRole.BackgroundRole and value and not last:
            return theme.tokens().selected
        if role == Qt.ItemDataRole.ForegroundRole:
            return theme.tokens().text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            period = "all" if last else self.made.columns[column]
            return f"{self.made.whales[index.row()]}, {period}: {value or 'none'}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return self.made.whales[section]
        return "All" if section == len(self.made.columns) else self.made.columns[section]


class ResightingsPage(SightingsPage):
    """Whales against years or encounters; can be written as CSV."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, self._question, self._take, parent)
        self.period = QComboBox()
        self.period.addItem("By year", Period.YEAR)
        self.period.addItem("By encounter", Period.ENCOUNTER)
        self.period.setAccessibleName("What a column stands for")
        self.period.setMinimumHeight(theme.CONTROL)
        self.period.currentIndexChanged.connect(lambda _: self.refresh())
        self.export = QPushButton("Save as CSV...")
        self.export.setIcon(icons.icon("file-down"))
        self.export.setMinimumHeight(theme.CONTROL)
        self.export.clicked.connect(self._ask_where)
        self.controls.addWidget(self.period)
        self.controls.addWidget(self.export)
        self.model = Table(self)
        self.table = _table_view(self.model)
        self.table.doubleClicked.connect(lambda index: self._open(index.row()))
        self.table.verticalHeader().sectionDoubleClicked.connect(self._open)
        self.stack.addWidget(self.table)
        self.refresh()

    def save(self, path: Path) -> None:
        """Write the table, as it is shown, on a worker."""
        lines = self.model.made.lines

        def work(_: object) -> None:
            from whaleid_core.formats.tables import write_table

            write_table(path, lines)

        self.session.jobs.start(
            "Exporting",
            "files",
            work,
            lambda _: self.session.say(f"{many(len(lines) - 1, 'whale')} written to {path}."),
            self.session.trouble.emit,
        )

    def _question(self) -> Callable[[Catalogue], tuple[Period, Resightings]]:
        period: Period = Period(self.period.currentData())
        return lambda catalogue: (period, resightings(catalogue.sightings(), period))

    def _take(self, answer: tuple[Period, Resightings]) -> None:
        period, made = answer
        self.model.show_table(made)
        self.export.setEnabled(bool(made.whales))
        self.period.setEnabled(bool(made.whales))
        if not made.whales:
            self.said.setText("")
            self._say("fluke", _NOTHING)
            return
        again = sum(sum(map(bool, row)) > 1 for row in made.counts)
        times = "year" if period is Period.YEAR else "encounter"
        verb = "was" if again == 1 else "were"
        self.said.setText(f"{again:,} of {many(len(made.whales), 'whale')} {verb} seen in more than one {times}.")
        what = "In how many encounters of the year" if period is Period.YEAR else "In how many photos of the encounter"
        self.table.setToolTip(what)
        self.table.setAccessibleName(f"Resightings. {what}")
        self.stack.setCurrentWidget(self.table)

    def _open(self, row: int) -> None:
        self.session.show("whales", self.model.made.ids[row])

    def _ask_where(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save resightings", "resightings.csv", "CSV (*.csv)")
        if name:
            self.save(Path(name))


def _table_view(model: Table) -> QTableView:
    table = QTableView()
    table.setModel(model)
    table.setFrameShape(QTableView.Shape.NoFrame)
    table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
    table.setTabKeyNavigation(False)
    across, down = table.horizontalHeader(), table.verticalHeader()
    across.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    across.setResizeContentsPrecision(0)  # of a thousand rows only those in view are measured
    across.setMinimumSectionSize(56)
    across.setMaximumSectionSize(220)
    across.setHighlightSections(False)
    down.setDefaultSectionSize(theme.CONTROL)
    down.setMaximumWidth(260)
    down.setHighlightSections(False)
    down.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    table.setMinimumSize(QSize(200, 120))
    return table
