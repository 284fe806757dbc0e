"""All keys at a glance: the table of actions, as a page."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from whalegui import actions, theme
from whalegui.keymap import readable
from whalegui.widgets.room import hold

_COLUMNS = (
    ("Everywhere", "app"),
    ("Photos", "photos"),
    ("Boxes", "boxes"),
    ("Matches", "matches"),
    ("Whales", "whales"),
    ("Self-check", "check"),
    ("Readers", "readers"),
)


class KeysOverview(QDialog):
    """A column a workspace; Esc or ? closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        limit = self.screen().availableGeometry().size()
        page = QWidget()
        down = QVBoxLayout(page)
        down.setContentsMargins(theme.XL, theme.XL, theme.XL, theme.XL)
        down.setSpacing(theme.XXL)
        for row in _rows([self._column(*each) for each in _COLUMNS], limit.width() - 80 - 3 * theme.XL):
            across = QHBoxLayout()
            across.setSpacing(theme.XXL)
            for part in row:
                across.addWidget(part)
            across.addStretch(1)
            down.addLayout(across)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(hold(QScrollArea(), page))
        hint = page.sizeHint()
        self.resize(min(hint.width() + theme.XL, limit.width() - 80), min(hint.height() + 2, limit.height() - 80))

    @staticmethod
    def lines() -> list[tuple[str, str]]:
        """All that is shown: keys and words."""
        return [line for _, prefix in _COLUMNS for line in _lines(prefix)]

    def _column(self, title: str, prefix: str) -> QWidget:
        head = QLabel(title)
        theme.set_font(head, "title")
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.M)
        grid.setVerticalSpacing(theme.XS)
        for number, row in enumerate(_lines(prefix)):
            key = QLabel(row[0])
            theme.set_font(key, "small", bold=True)
            what = QLabel(row[1])
            theme.set_font(what, "small")
            grid.addWidget(key, number, 0, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(what, number, 1)
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.M)
        column.addWidget(head)
        column.addLayout(grid)
        column.addStretch(1)
        return made


def _rows(columns: list[QWidget], width: int) -> list[list[QWidget]]:
    """The columns side by side, as many in a row as the width has room for."""
    rows: list[list[QWidget]] = [[]]
    used = 0
    for column in columns:
        wide = column.sizeHint().width() + theme.XXL
        if rows[-1] and used + wide > width:
            rows.append([])
            used = 0
        rows[-1].append(column)
        used += wide
    return rows


def _lines(prefix: str) -> list[tuple[str, str]]:
    """(keys, words) of one workspace, the ten candidates as one line where they have their usual keys."""
    lines: list[tuple[str, str]] = []
    for row in actions.ACTIONS:
        keys = actions.keys_of(row.id)
        if not keys or not row.id.startswith(f"{prefix}."):
            continue
        if ".pick_" not in row.id or keys != row.keys:
            lines.append((readable(keys[0]), row.text.rstrip(".")))
        elif row.id == "matches.pick_1":
            lines.append(("1 to 9, 0", "Candidate 1 to 10"))
    return lines
