"""What the dialogs share that set right what cameras wrote: which photos, how they are now and would be, one button."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFormLayout, QLabel, QVBoxLayout, QWidget

from whalegui import theme
from whalegui.widgets.dialog_buttons import dialog_buttons
from whalegui.widgets.room import widen
from whalegui.widgets.shot_chooser import ShotChooser
from whalegui.widgets.shot_table import ShotTable
from whaleid_core.errors import WhaleIdError

if TYPE_CHECKING:
    from whalegui.jobs import Job
    from whalegui.session import Session
    from whaleid_core.catalogue.rows import ShotRow, SourceRow

WIDTH = 720


class ShotDialog(QDialog):
    """Reads the chosen photos on a reader lane; `renew` shows them, and what would become of them.

    Args:
        ticked: ids of photos that the person has ticked.
        camera: whose photos are chosen first; None for all.
    """

    def __init__(
        self, title: str, session: Session, ticked: Collection[int], camera: str | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.shots: list[ShotRow] = []
        self._camera = camera
        self._reading: Job | None = None
        self._error = False
        theme.changed.connect(self._colour)
        self.setWindowTitle(title)
        self.chooser = ShotChooser(ticked, self)
        self.chooser.hide()  # its parts stand in the form
        self.table = ShotTable("Photos, before and after")
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.summary.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.summary.setMinimumHeight(2 * self.summary.fontMetrics().lineSpacing())  # so that nothing jumps
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(theme.L)
        self.form.setVerticalSpacing(theme.S)
        self.form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        buttons, self.ok = dialog_buttons(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.XL, theme.XL, theme.XL, theme.L)
        column.setSpacing(theme.M)
        column.addLayout(self.form)
        column.addWidget(self.table, 1)
        column.addWidget(self.summary)
        column.addWidget(buttons)
        self.allow("", 0, "Nothing is chosen yet.")

    def begin(self) -> None:
        """Everything is built: read the cameras, then their photos."""
        widen(self, WIDTH)
        self.chooser.changed.connect(self.read)
        self.session.query(lambda catalogue: catalogue.cameras(), self._show_cameras)

    def read(self) -> None:
        """Read the photos that are chosen now."""
        try:
            which = self.chooser.filter()
        except WhaleIdError as error:
            self.shots = []
            self.renew()
            self.allow("", 0, str(error), error=True)
            return
        self._reading = self.session.query(lambda catalogue: catalogue.shots(which), self._take, self._reading)

    def renew(self) -> None:
        """Show `shots` and what would become of them, which each dialog does its own way."""

    def allow(self, deed: str, count: int, sentence: str, error: bool = False) -> None:
        """Say what the button would do, and whether it can be pressed."""
        self.ok.setText(deed or "Nothing to do")
        self.ok.setEnabled(count > 0)
        self.summary.setText(sentence)
        self._error = error
        self._colour()

    def _colour(self) -> None:
        colours = self.summary.palette()
        tokens = theme.tokens()
        colours.setColor(self.summary.foregroundRole(), tokens.error if self._error else tokens.text2)
        self.summary.setPalette(colours)

    def _show_cameras(self, cameras: Sequence[SourceRow]) -> None:
        self.chooser.show_cameras(cameras, self._camera)

    def _take(self, shots: Sequence[ShotRow]) -> None:
        self.shots = self.chooser.among(shots)
        self.renew()
