"""Models: the model packages that the program works with, and what each was made from and is worth."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QScrollArea, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from whalegui import theme
from whalegui.widgets.count_list import Choice, CountList
from whalegui.widgets.state_page import StatePage
from whaleid_core.errors import WhaleIdError
from whaleid_core.packages import MANIFEST, Package, read_package
from whaleid_core.resources import packages_folder

if TYPE_CHECKING:
    from whalegui.session import Session

TASKS = {"detect": "Finds the tails in a photo", "embed": "Compares tails with the known whales"}
SHOWN = (
    "name",
    "version",
    "task",
    "architecture",
    "input",
    "length",
    "margin",
    "licence",
    "license",
    "metrics",
    "files",
)
"""Keys of a manifest that have their own line; `training` and whatever else is there follows them."""


@dataclass(frozen=True, slots=True)
class Found:
    """A package as it lies on the disk: read, or refused with a sentence."""

    folder: Path
    package: Package | None
    refused: str = ""


def find_packages() -> list[Found]:
    """The packages that came with the program; for a worker thread, since their files are hashed.

    Raises:
        WhaleIdError: the installation has no folder of packages.
    """
    found = []
    for manifest in sorted(packages_folder().glob(f"*/{MANIFEST}")):
        try:
            found.append(Found(manifest.parent, read_package(manifest.parent)))
        except WhaleIdError as error:
            found.append(Found(manifest.parent, None, str(error)))
    return found


def lines_of(package: Package) -> Iterator[tuple[str, str]]:
    """What a card says of a package: name and value of each line."""
    manifest = package.manifest
    yield "Does", TASKS.get(package.task, package.task)
    yield "Network", str(manifest["architecture"])
    yield "Input", f"{package.width} x {package.height} pixels, {'grey' if package.grey else 'colour'}"
    if package.length:
        yield "Embedding", f"{package.length} numbers"
    yield "Licence", str(manifest.get("licence") or manifest.get("license") or "–")
    for key, value in manifest.items():
        if key not in SHOWN:
            yield words(key), told(value)
    metrics = manifest.get("metrics")
    if isinstance(metrics, Mapping):
        for key, value in metrics.items():
            yield words(key), told(value)
    yield "Files", "match the manifest"
    yield "Folder", str(package.folder)


def words(key: str) -> str:
    """A manifest's key as a person reads it."""
    return key.replace("_", " ").capitalize()


def told(value: Any) -> str:
    """A manifest's value in one or more lines."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return "\n".join(f"{words(str(key))}: {told(item)}" for key, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(told(item) for item in value)
    return str(value) if value not in (None, "") else "–"


class ModelsWorkspace(QWidget):
    """The packages at the left, the card of one of them at the right."""

    name = "models"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._found: list[Found] = []
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
        self.page.say("package", "Checking the packages")
        self.refresh()

    def activate(self) -> None:
        """It was just shown: the keyboard goes to the list."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self) -> None:
        """Read the packages again."""
        self._session.jobs.start("", "readers", lambda watch: find_packages(), self._take, self._failed)

    def set_folded(self, folded: bool) -> None:
        """Only the card, or the list too."""
        self._left.setVisible(not folded)

    def _take(self, found: list[Found]) -> None:
        self._found = found
        choices = []
        for at, item in enumerate(found):
            if item.package is not None:
                task = TASKS.get(item.package.task, item.package.task)
                choices.append(Choice(at, item.package.label, None, task, "package-check", "known"))
            else:
                choices.append(Choice(at, item.folder.name, None, "refused", "circle-alert", "error"))
        self.list.set_choices(choices)
        if not found:
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
        found = self._found[self.list.chosen[0]]
        self.refused.setText(found.refused)
        self.refused.setVisible(bool(found.refused))
        self.title.setText(found.package.label if found.package is not None else found.folder.name)
        self.card = dict(lines_of(found.package)) if found.package is not None else {}
        for name, value in self.card.items():
            label, shown = QLabel(name), QLabel(value)
            theme.set_second(label)
            shown.setWordWrap(True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.form.addRow(label, shown)

    def _lay_out(self) -> None:
        self._left = QWidget()
        self._left.setMinimumWidth(200)
        self._left.setMaximumWidth(400)
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
        scroll = QScrollArea()
        scroll.setAccessibleName("Card")
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._stack = QStackedWidget()
        self._stack.addWidget(scroll)
        self._stack.addWidget(self.page)
        self._stack.setCurrentWidget(self.page)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setObjectName("models")
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._left)
        splitter.addWidget(self._stack)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([300, 980])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
