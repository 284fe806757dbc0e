"""Models: the model packages that the program works with, and what each was made from and is worth."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from whalegui import theme
from whalegui.model_card import TASKS, Voting, lines_of, voting_of
from whalegui.widgets.count_list import Choice, CountList
from whalegui.widgets.room import PaneRoom, beside, hold
from whalegui.widgets.state_page import StatePage
from whaleid_core import packages
from whaleid_core.errors import WhaleIdError
from whaleid_core.packages import COMPARES, Found

if TYPE_CHECKING:
    from whalegui.session import Session


@dataclass(frozen=True, slots=True)
class Shelf:
    """All packages, and which of them vote."""

    found: Sequence[Found] = ()
    voting: Voting = field(default_factory=Voting)


def read_shelf() -> Shelf:
    """What is on the disk; for a worker thread, since files are hashed.

    Raises:
        WhaleIdError: the installation has no folder of packages.
    """
    everything = packages.found()
    voting = voting_of(everything)
    return Shelf(sorted(everything, key=lambda one: _place(one, voting)), voting)


def _place(found: Found, voting: Voting) -> tuple[bool, bool, int]:
    """What is in use stands on top, what was refused at the end; the ensemble before its members."""
    package = found.package
    if package is None:
        return True, True, 0
    return False, not in_use(found, voting), list(TASKS).index(package.task)


def in_use(found: Found, voting: Voting) -> bool:
    """Whether the program works with a package."""
    package = found.package
    if package is None or found.problem:
        return False
    return package.task == "detect" or package.label in {voting.calibrated, *voting.members}


def choice_of(number: int, found: Found, voting: Voting) -> Choice:
    """A package's line in the list."""
    package = found.package
    if package is None:
        return Choice(number, found.folder.name, None, "Refused", "circle-alert", "error")
    if found.problem:
        return Choice(number, package.label, None, "Another one is used in its place", "package")
    if not in_use(found, voting):
        return Choice(
            number, package.label, None, "Doesn't vote" if package.task in COMPARES else "Not used", "package"
        )
    return Choice(number, package.label, None, TASKS.get(package.task, package.task), "package-check", "known")


class ModelsWorkspace(QWidget):
    """The packages at the left, the card of one of them at the right."""

    name = "models"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shelf = Shelf()
        self.card: dict[str, str] = {}
        """What the card says now."""
        self.list = CountList("Model packages", tall=True)
        self.below = QLabel("Only the packages that came with the program.")
        self.training = QLabel("Training needs pip install 'whalegui[torch]'. Matching doesn't.")
        self.training.setVisible(importlib.util.find_spec("torch") is None)
        self.title = QLabel()
        self.refused = QLabel()
        self.form = QFormLayout()
        self.page = StatePage()
        self._lay_out()
        self.list.chosen_changed.connect(self._show_card)
        session.expected_changed.connect(self._show_card)
        self.page.say("package", "Checking the packages")
        self.refresh()

    def activate(self) -> None:
        """It was just shown: the keyboard goes to the list."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self) -> None:
        """Read the packages again."""
        self._session.jobs.start("", "readers", lambda watch: read_shelf(), self._take, self._failed)

    def set_folded(self, folded: bool) -> None:
        """Only the card, or the list too."""
        self._left.setVisible(not folded)

    def _take(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.list.set_choices([choice_of(at, one, shelf.voting) for at, one in enumerate(shelf.found)])
        self.below.setVisible(all(one.bundled for one in shelf.found))
        if not shelf.found:
            self.page.say("package", "No package came with this installation. Install WhaleGUI again.")
            self._stack.setCurrentWidget(self.page)
            return
        self._stack.setCurrentIndex(0)
        if not self.list.chosen:
            self.list.choose([0])
        self._show_card()

    def _failed(self, error: WhaleIdError) -> None:
        self.page.say("circle-alert", str(error), "Try again", self.refresh)
        self._stack.setCurrentWidget(self.page)

    def _show_card(self) -> None:
        while self.form.rowCount():
            self.form.removeRow(0)
        self.card = {}
        if not self.list.chosen:
            self.title.setText("Pick a package to see its card.")
            self.refused.hide()
            return
        found = self._shelf.found[self.list.chosen[0]]
        self.refused.setText(found.problem)
        self.refused.setVisible(bool(found.problem))
        self.title.setText(found.package.label if found.package is not None else found.folder.name)
        lines = lines_of(found, self._shelf.voting, self._session.expected) if found.package is not None else ()
        self.card = dict(lines)
        for name, value in self.card.items():
            label, shown = QLabel(name), QLabel(value)
            theme.set_second(label)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            shown.setWordWrap(True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.form.addRow(label, shown)

    def _lay_out(self) -> None:
        self._left = QWidget()
        PaneRoom(self._left)
        column = QVBoxLayout(self._left)
        column.setContentsMargins(theme.S, theme.S, theme.S, theme.S)
        column.setSpacing(theme.S)
        column.addWidget(self.list, 1)
        for label in (self.below, self.training):
            label.setWordWrap(True)
            theme.set_second(label)
            column.addWidget(label)
        theme.set_font(self.title, "answer")
        self.refused.setWordWrap(True)
        inner = QWidget()
        inner.setMaximumWidth(760)
        card = QVBoxLayout(inner)
        card.setContentsMargins(theme.L, theme.M, theme.L, theme.L)
        card.setSpacing(theme.M)
        self.form.setHorizontalSpacing(theme.L)
        self.form.setVerticalSpacing(theme.S)
        card.addWidget(self.title)
        card.addWidget(self.refused)
        card.addLayout(self.form)
        card.addStretch(1)
        scroll = hold(QScrollArea(), inner)
        scroll.setAccessibleName("Card")
        self._stack = QStackedWidget()
        self._stack.addWidget(scroll)
        self._stack.addWidget(self.page)
        self._stack.setCurrentWidget(self.page)
        splitter = beside("models", self._left, self._stack, 300)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
