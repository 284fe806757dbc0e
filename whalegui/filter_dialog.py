"""Chooses which part of the gallery is searched, and keeps such choices by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from whalegui import theme
from whalegui.jobs import Job
from whalegui.session import Session
from whalegui.widgets.wording import many
from whaleid_core.catalogue import Catalogue, Choices, Reach, SearchFilter

ANY = "Any"
_WORST = 5


class FilterDialog(QDialog):
    """Fields for what there is to filter by; below them what the choice leaves.

    Args:
        which: the filter that holds now.
        take: is given the one that is chosen.
    """

    def __init__(
        self, session: Session, which: SearchFilter, take: Callable[[SearchFilter], object], parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("What is searched")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session, self._take, self._wanted = session, take, which
        self._counting: Job | None = None
        self._kept: list[SearchFilter] = []
        self.kept = QComboBox()
        self.areas = _Boxes(())
        self.sexes = _Boxes(())
        self.pigmentation = _Boxes([str(kind) for kind in range(1, 6)])
        self.first, self.last = _year("from the beginning"), _year("until now")
        self.quality = QComboBox()
        self.quality.addItems([ANY, *(f"{worst} or better" for worst in range(1, _WORST))])
        self.name = QLineEdit()
        self.name.setPlaceholderText("Name to keep it by")
        self.keep_button, self.delete_button = QPushButton("Keep"), QPushButton("Delete")
        self.summary = QLabel()
        self._lay_out()
        session.query(lambda catalogue: (catalogue.filter_choices(), catalogue.search_filters()), self._offer)

    def _lay_out(self) -> None:
        years, keeping = QHBoxLayout(), QHBoxLayout()
        _put(years, self.first, QLabel("to"), self.last)
        years.addStretch(1)
        _put(keeping, self.name, self.keep_button, self.delete_button)
        form = QFormLayout()
        for label, field in (
            ("Kept filters", self.kept), ("Area", self.areas), ("Years", years), ("Sex", self.sexes),
            ("Pigmentation", self.pigmentation), ("Quality", self.quality), ("Keep as", keeping),
        ):  # fmt: skip
            form.addRow(label, field)  # type: ignore[arg-type]
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.search_button = buttons.addButton("Search these", QDialogButtonBox.ButtonRole.AcceptRole)
        all_button = buttons.addButton("Search all", QDialogButtonBox.ButtonRole.ResetRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        all_button.clicked.connect(self._search_all)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.M)
        layout.addLayout(form)
        layout.addWidget(self.summary)
        layout.addWidget(buttons)

    def _offer(self, read: tuple[Choices, list[SearchFilter]]) -> None:
        choices, self._kept = read
        self.areas.offer({*choices.areas, *self._wanted.areas})
        self.sexes.offer({*choices.sexes, *self._wanted.sexes})
        first, last = choices.years or (1900, 2100)
        for spin in (self.first, self.last):
            spin.setRange(first - 1, last)  # the lowest stands for no limit
        self._list_kept(self._wanted.name)
        self._show(self._wanted)
        self._connect()
        self._count()

    def _connect(self) -> None:
        for boxes in (self.areas, self.sexes, self.pigmentation):
            boxes.changed_by(self._count)
        for spin in (self.first, self.last):
            spin.valueChanged.connect(self._count)
        self.quality.currentIndexChanged.connect(self._count)
        self.kept.activated.connect(lambda row: self._show(self._kept[row - 1] if row else SearchFilter()))
        self.keep_button.clicked.connect(self._keep)
        self.delete_button.clicked.connect(self._delete)

    def _list_kept(self, name: str) -> None:
        self.kept.clear()
        self.kept.addItems(["None", *(one.name for one in self._kept)])
        self.kept.setCurrentIndex(max(0, self.kept.findText(name)) if name else 0)
        self.delete_button.setEnabled(self.kept.currentIndex() > 0)

    @property
    def which(self) -> SearchFilter:
        """The filter as the fields say it."""
        first, last = (spin.value() if spin.value() > spin.minimum() else None for spin in (self.first, self.last))
        made = SearchFilter(
            "", tuple(self.areas.ticked), first, last, tuple(self.sexes.ticked),
            tuple(map(int, self.pigmentation.ticked)), self.quality.currentIndex() or None,
        )  # fmt: skip
        name = next((one.name for one in self._kept if replace(one, name="") == made), "")
        return replace(made, name=name)

    def _show(self, which: SearchFilter) -> None:
        self.areas.tick(which.areas)
        self.sexes.tick(which.sexes)
        self.pigmentation.tick(tuple(map(str, which.pigmentation)))
        self.first.setValue(which.first_year or self.first.minimum())
        self.last.setValue(which.last_year or self.last.minimum())
        self.quality.setCurrentIndex(which.quality or 0)
        self.name.setText(which.name)
        self.delete_button.setEnabled(bool(which.name))

    def _count(self) -> None:
        which = self.which
        self._counting = self._session.query(
            lambda catalogue: catalogue.reach(which), lambda reach: self._counted(which, reach), self._counting
        )

    def _counted(self, which: SearchFilter, reach: Reach) -> None:
        photos = f"{reach.photos:,} of {many(reach.of_photos, 'photo')}"
        self.summary.setText(f"Searches {reach.whales:,} of {many(reach.of_whales, 'whale')}, {photos}.")
        self.search_button.setEnabled(reach.whales > 0)
        self.search_button.setToolTip("" if reach.whales else "No whale fits")
        self.keep_button.setEnabled(bool(which))

    def _keep(self) -> None:
        which = replace(self.which, name=self.name.text().strip())
        self._session.edit(lambda catalogue: catalogue.save_filter(which), lambda change: self._read_kept(which.name))

    def _delete(self) -> None:
        name = self.name.text().strip()
        self._session.edit(lambda catalogue: catalogue.delete_filter(name), lambda change: self._read_kept(""))

    def _read_kept(self, name: str) -> None:
        def read(catalogue: Catalogue) -> list[SearchFilter]:
            return catalogue.search_filters()

        def show(kept: list[SearchFilter]) -> None:
            self._kept = kept
            self._list_kept(name)

        self._session.query(read, show)

    def _search_all(self) -> None:
        self._take(SearchFilter())
        self.reject()

    def accept(self) -> None:
        self._take(self.which)
        super().accept()


class _Boxes(QWidget):
    """A row of boxes to tick; none ticked means any."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._none = QLabel("Nothing is known of it yet.")
        theme.set_second(self._none)
        self._row.addWidget(self._none)
        self._row.addStretch(1)
        self.boxes: list[QCheckBox] = []
        self.offer(words)

    def offer(self, words: Sequence[str] | set[str]) -> None:
        for word in sorted(words):
            box = QCheckBox(word)
            self._row.insertWidget(len(self.boxes), box)
            self.boxes.append(box)
        self._none.setVisible(not self.boxes)

    @property
    def ticked(self) -> list[str]:
        return [box.text() for box in self.boxes if box.isChecked()]

    def tick(self, words: Sequence[str]) -> None:
        for box in self.boxes:
            box.setChecked(box.text() in words)

    def changed_by(self, heard: Callable[[], object]) -> None:
        for box in self.boxes:
            box.toggled.connect(lambda on: heard())


def _put(row: QHBoxLayout, *widgets: QWidget) -> None:
    for widget in widgets:
        row.addWidget(widget)


def _year(none: str) -> QSpinBox:
    made = QSpinBox()
    made.setSpecialValueText(none)
    # Until the years are read its range has no room for these words; they are longer than a year.
    made.setMinimumWidth(made.fontMetrics().horizontalAdvance(none) + 2 * theme.XXL)
    return made
