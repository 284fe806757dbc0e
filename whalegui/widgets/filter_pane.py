"""The left pane of Photos: which photos are shown, by status, date, photographer, quality, encounter and whale."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from whalegui import theme
from whalegui.widgets.count_list import Choice, CountList, row_height
from whalegui.widgets.filter_words import NOBODY, QUALITY_WORDS, filter_words
from whalegui.widgets.photo_status import STATUS_LOOKS
from whalegui.widgets.room import hold
from whalegui.widgets.wording import moment
from whaleid_core.catalogue.rows import Counts, EncounterRow, PhotoFilter, PhotoStatus, Quality, SourceRow, WhaleRow

STATUSES = tuple(STATUS_LOOKS)
_TYPED_MS = 200


def date_span(text: str) -> tuple[datetime, datetime] | None:
    """The first and last moment of "2025", "2025-08" or "2025-08-12"; None for anything else."""
    try:
        parts = [int(part) for part in text.strip().split("-")]
        if not 1 <= len(parts) <= 3:
            return None
        year, month, day = (*parts, *(1, 1)[len(parts) - 1 :])
        first = datetime(year, month, day)
        last = (12, 31) if len(parts) == 1 else (month, monthrange(year, month)[1] if len(parts) == 2 else day)
        return first, datetime(year, *last) + timedelta(days=1, microseconds=-1)
    except ValueError:
        return None


class FilterPane(QScrollArea):
    """Narrows down the photos; `changed` comes whenever `filter` is another one."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told = PhotoFilter()
        self._whales: Sequence[WhaleRow] = ()
        self._encounter_names: dict[int, str] = {}
        self.statuses = CountList("Status", many=True)
        self.statuses.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.encounters = CountList("Encounters", tall=True)
        self.whales = CountList("Whales")
        self.whale_find = _field("Find a whale")
        self.taken_from, self.taken_to = _field("from"), _field("to")
        self.photographers = _choice("Taken by")
        self.qualities = _choice("Quality")
        self.qualities.addItem("Any", None)
        for quality, words in QUALITY_WORDS.items():
            short, _, more = words.partition(": ")
            self.qualities.addItem(short.capitalize(), quality)
            self.qualities.setItemData(self.qualities.count() - 1, more, Qt.ItemDataRole.ToolTipRole)
        self.clear_button = QToolButton()
        self.clear_button.setText("Clear")
        self.clear_button.setAutoRaise(True)
        self.clear_button.clicked.connect(self.clear)
        self._typed = QTimer(self, singleShot=True, interval=_TYPED_MS)
        self._typed.timeout.connect(self._tell)
        self._lay_out()
        for chooser in (self.statuses, self.encounters, self.whales):
            chooser.chosen_changed.connect(self._tell)
        for chosen in (self.photographers, self.qualities):
            chosen.currentIndexChanged.connect(lambda _: self._tell())
        for field in (self.taken_from, self.taken_to):
            field.textChanged.connect(lambda _: self._date_typed())
        self.whale_find.textChanged.connect(lambda _: self._show_whales())
        theme.changed.connect(self._date_typed)
        theme.changed.connect(self._fit)
        self.show_counts(None)
        self.show_photographers(())
        self._tell()

    @property
    def filter(self) -> PhotoFilter:
        """What is asked for now in this pane."""
        first, last = date_span(self.taken_from.text()), date_span(self.taken_to.text())
        return PhotoFilter(
            statuses=frozenset(STATUSES[key] for key in self.statuses.chosen),
            encounter_id=next(iter(self.encounters.chosen), None),
            whale_id=next(iter(self.whales.chosen), None),
            taken_from=first[0] if first else None,
            taken_to=last[1] if last else None,
            photographer=self.photographers.currentData(),
            quality=Quality(quality) if (quality := self.qualities.currentData()) else None,
        )

    def filter_with(self, text: str) -> PhotoFilter:
        """What is asked for, with what is typed into the workspace's find field."""
        return replace(self.filter, text=text)

    def show_counts(self, counts: Counts | None) -> None:
        """Fresh counts beside the statuses."""
        by_status = counts.by_status if counts is not None else {}
        choices = []
        for at, (status, look) in enumerate(STATUS_LOOKS.items()):
            choices.append(
                Choice(at, look.word.capitalize(), by_status.get(status, 0), "", look.glyph, look.colour, look.tip)
            )
        self.statuses.set_choices(choices)
        self._fit()

    def show_encounters(self, encounters: Sequence[EncounterRow]) -> None:
        self._encounter_names = {row.id: row.name for row in encounters}
        self.encounters.set_choices(
            [Choice(row.id, row.name, row.photos, moment(row.started_at)) for row in encounters]
        )
        self._encounter_part.setVisible(bool(encounters))

    def show_photographers(self, photographers: Sequence[SourceRow]) -> None:
        """Who took photos; there is nothing to choose where nobody is named."""
        named = any(row.name for row in photographers)
        wanted: list[tuple[str, str | None]] = [("Anybody", None)]
        if named:
            wanted += [(f"{row.name or NOBODY.capitalize()}  {row.photos:,}", row.name) for row in photographers]
        before = self.photographers.currentData()
        with QSignalBlocker(self.photographers):
            self.photographers.clear()
            for text, name in wanted:
                self.photographers.addItem(text, name)
            names = [name for _, name in wanted]
            self.photographers.setCurrentIndex(names.index(before) if before in names else 0)
        for part in (self.photographers, self._photographer_label):
            part.setVisible(named)
        self._tell()

    def words(self, which: PhotoFilter) -> str:
        """What is asked for, as a person says it."""
        if which == PhotoFilter():
            return ""
        return filter_words(which, self._encounter_names, {row.id: row.name for row in self._whales})

    def show_whales(self, whales: Sequence[WhaleRow]) -> None:
        self._whales = whales
        self._show_whales()
        self._whale_part.setVisible(bool(whales))

    def choose_status(self, status: PhotoStatus) -> None:
        """Show just the photos of a status."""
        self.clear()
        self.statuses.choose([STATUSES.index(status)])

    def clear(self) -> None:
        """Show all photos again."""
        for chooser in (self.statuses, self.encounters, self.whales):
            chooser.choose([])
        self.taken_from.clear()
        self.taken_to.clear()
        self.whale_find.clear()
        self.photographers.setCurrentIndex(0)
        self.qualities.setCurrentIndex(0)
        self._tell()

    def _fit(self) -> None:
        """All statuses are in view, however large the text."""
        self.statuses.setFixedHeight(len(STATUSES) * row_height())

    def _show_whales(self) -> None:
        text = self.whale_find.text().casefold()
        chosen = set(self.whales.chosen)
        fit = [row for row in self._whales if text in f"{row.name} {row.nickname}".casefold() or row.id in chosen]
        self.whales.set_choices([Choice(row.id, row.name, row.photos, row.nickname) for row in fit])

    def _date_typed(self) -> None:
        for field in (self.taken_from, self.taken_to):
            wrong = bool(field.text().strip()) and date_span(field.text()) is None
            palette = field.palette()
            palette.setColor(palette.ColorRole.Text, theme.tokens().error if wrong else theme.tokens().text)
            field.setPalette(palette)
            field.setToolTip("A year, a month or a day: 2025, 2025-08 or 2025-08-12")
        self._typed.start()

    def _tell(self) -> None:
        self.clear_button.setVisible(self.filter != PhotoFilter())
        if self.filter != self._told:
            self._told = self.filter
            self.changed.emit()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(_heading("Filters"))
        head.addStretch(1)
        head.addWidget(self.clear_button)
        dates = QHBoxLayout()
        dates.setSpacing(theme.XS)
        dates.addWidget(self.taken_from)
        dates.addWidget(self.taken_to)
        self._photographer_label, quality_label = QLabel("Taken by"), QLabel("Quality")
        choices = QGridLayout()
        choices.setSpacing(theme.XS)
        choices.setColumnStretch(1, 1)
        for at, (label, chosen) in enumerate(
            ((self._photographer_label, self.photographers), (quality_label, self.qualities))
        ):
            theme.set_second(label)
            choices.addWidget(label, at, 0)
            choices.addWidget(chosen, at, 1)
        self._encounter_part = _part("Encounter", self.encounters)
        self._whale_part = _part("Whale", self.whale_find, self.whales)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(theme.S, theme.XS, theme.S, theme.S)
        column.setSpacing(theme.XS)
        column.addLayout(head)
        column.addWidget(self.statuses)
        column.addSpacing(theme.S)
        column.addWidget(_heading("Date"))
        column.addLayout(dates)
        column.addSpacing(theme.XS)
        column.addLayout(choices)
        column.addSpacing(theme.S)
        column.addWidget(self._encounter_part, 3)
        column.addWidget(self._whale_part, 2)
        column.addStretch(0)
        for part in (self._encounter_part, self._whale_part):
            part.hide()
        hold(self, inner, across=False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    theme.set_font(label, "body", bold=True)
    label.setMinimumHeight(theme.CONTROL)
    return label


def _field(hint: str) -> QLineEdit:
    field = QLineEdit()
    field.setPlaceholderText(hint)
    field.setAccessibleName(hint)
    field.setClearButtonEnabled(True)
    field.setMinimumHeight(theme.CONTROL)
    return field


def _choice(what: str) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(what)
    made.setMinimumHeight(theme.CONTROL)
    made.setMinimumContentsLength(6)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return made


def _part(title: str, *widgets: QWidget) -> QWidget:
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.XS)
    column.addWidget(_heading(title))
    for widget in widgets:
        column.addWidget(widget)
    return part
