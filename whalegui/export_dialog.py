"""The dialog behind File > Export: which form, where to, and what will be in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from whalegui import theme

if TYPE_CHECKING:
    from whaleid_core.catalogue.rows import Counts


class ExportDialog(QDialog):
    """Kaggle's CSV: `Image,Id`, up to five whales a photo, best first."""

    def __init__(self, folder: Path, counts: Counts | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.path = QLineEdit(str(folder / "submission.csv"))
        self.path.setMinimumHeight(theme.CONTROL)
        self.path.setAccessibleName("File")
        choose = QPushButton("Choose...")
        choose.setAutoDefault(False)
        choose.setMinimumHeight(theme.CONTROL)
        choose.clicked.connect(self._ask)
        self.new_whale = QCheckBox("Say new_whale where the whale is probably in no gallery")
        self.new_whale.setChecked(True)
        place = QHBoxLayout()
        place.setSpacing(theme.S)
        place.addWidget(self.path, 1)
        place.addWidget(choose)
        form = QFormLayout()
        form.setHorizontalSpacing(theme.L)
        form.setVerticalSpacing(theme.M)
        form.addRow("Form", QLabel("Kaggle CSV: a row a new photo, up to five whales, best first"))
        form.addRow("File", place)
        form.addRow("", self.new_whale)
        self.summary = QLabel(_summary(counts))
        self.summary.setWordWrap(True)
        theme.set_second(self.summary)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self._save = buttons.button(QDialogButtonBox.StandardButton.Save)
        self._save.setText("Export")
        for button in buttons.buttons():
            button.setMinimumHeight(theme.CONTROL)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.path.textChanged.connect(lambda text: self._save.setEnabled(bool(text.strip())))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.XL, theme.XL, theme.XL, theme.L)
        column.setSpacing(theme.L)
        column.addLayout(form)
        column.addWidget(self.summary)
        column.addWidget(buttons)
        self.setMinimumWidth(640)

    @property
    def file(self) -> Path:
        """Where it is to be written."""
        return Path(self.path.text().strip()).expanduser()

    def _ask(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Export to", self.path.text(), "CSV (*.csv)")
        if chosen:
            self.path.setText(chosen)


def _summary(counts: Counts | None) -> str:
    if counts is None:
        return ""
    parts = [f"{counts.decided:,} tails are decided."]
    if counts.to_match:
        parts.append(f"{counts.to_match:,} aren't: the program's suggestions stand for them.")
    if counts.waiting_search:
        parts.append(f"{counts.waiting_search:,} photos weren't searched for tails yet.")
    return " ".join(parts)
