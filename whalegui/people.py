"""Who is working: asked once and kept, changed from the status line; the people of this computer are remembered."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from whalegui.settings import Settings
from whalegui.widgets.name_bar import NameBar


class People(QObject):
    """Asks in a bar that takes no keyboard by itself, and offers who worked here before in a menu.

    Args:
        window: that menu and dialog belong to.
        settings: where the names are kept.
        bar: where the question stands.
    """

    def __init__(self, window: QWidget, settings: Settings, bar: NameBar) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._bar = bar
        bar.closed.connect(self._answered)

    def ask_once(self) -> None:
        """Ask who is working, if nobody ever said; whoever closes the question is who the account belongs to."""
        if not self._settings.get("person/who"):
            question = "Who is working? The name stands beside each edit."
            self._bar.ask(question, self._settings.who(), "Keep", self._keep, focus=False)

    def menu(self, button: QWidget) -> QMenu:
        """Who works now, who did before, and another person."""
        made = QMenu(self._window)
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        people = QActionGroup(made)
        now = self._settings.who()
        for name in self._settings.people():
            action = made.addAction(name)
            action.setCheckable(True)
            action.setChecked(name == now)
            action.triggered.connect(lambda _, name=name: self._keep(name))
            people.addAction(action)
        made.addSeparator()
        made.addAction("Another person...").triggered.connect(lambda _: self._ask_another())
        made.popup(button.mapToGlobal(QPoint(0, 0)) - QPoint(0, made.sizeHint().height()))
        return made

    def _ask_another(self) -> None:
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle("Who is working?")
        dialog.setLabelText("Name")
        dialog.setOkButtonText("Keep")
        dialog.textValueSelected.connect(lambda name: self._keep(name))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _keep(self, name: str) -> None:
        if name := " ".join(name.split()):
            self._settings.set("person/who", name)
            self._bar.hide()

    def _answered(self) -> None:
        """The question was closed without a name: the account's is as good, and it isn't asked again."""
        if not self._settings.get("person/who"):
            self._keep(self._settings.who())
