"""The window: puts the switcher, the job bar, the workspaces and the status line together around one session."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from whalegui import bindings, places, regions, theme, workspace
from whalegui.dialogs import Dialogs
from whalegui.find import Palette
from whalegui.first_minute import StartPage, dropped
from whalegui.kept import Kept
from whalegui.keymap import keymap
from whalegui.layout import Layout
from whalegui.menus import Menus
from whalegui.messages import Messages
from whalegui.opening import Opener
from whalegui.people import People
from whalegui.rematch import Rematch
from whalegui.session import Session
from whalegui.settings import Settings
from whalegui.widgets.header import Header
from whalegui.widgets.name_bar import NameBar
from whalegui.widgets.status_line import StatusLine
from whalegui.workspace_stack import WORKSPACES, WorkspaceStack
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change

if TYPE_CHECKING:
    from whalegui.jobs import Job
    from whalegui.new_catalogue import Plan
    from whaleid_core.catalogue import Catalogue
    from whaleid_core.engine import Engine

_SMALLEST = QSize(900, 500)
_FIRST = QSize(1280, 800)


class MainWindow(QMainWindow):
    """Without a catalogue it shows the start page; with one, its workspaces."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.session: Session | None = None
        self._undone: tuple[str, int] | None = None
        self.messages = Messages(self, lambda: self.session, settings.people)
        self.opener = Opener(self)
        self.layouts = Layout(settings)
        self.dialogs = Dialogs(self, settings, self.opener.jobs, lambda: self.session)
        self.setWindowTitle("WhaleGUI")
        self.setMinimumSize(_SMALLEST)
        self.setAcceptDrops(True)
        self.resize(_FIRST)
        self.status = StatusLine()
        self.who_bar = NameBar()
        self.people = People(self, settings, self.who_bar)
        self.start_page = StartPage(settings)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.start_page)
        self.workspaces = WorkspaceStack(self, self.stack, self.layouts)
        keymap.choose(settings.keys())
        self.menus = Menus(self, self._handlers())
        tabs = {name: self.menus.actions[f"show_{name}"] for name in WORKSPACES}
        self.header = Header(tabs, self.menus.actions["search"])
        self.switcher, self.job_bar = self.header.switcher, self.header.job_bar
        self.palette_search = Palette(self, lambda key: self.dialogs.settings(key))
        self._assemble()
        self._connect()
        self._show_start()
        self.layouts.restore_window(self)

    # Put together

    def _handlers(self) -> dict[str, Any]:
        return {
            "new": lambda: self.dialogs.new(),
            "open": lambda: self.dialogs.open(),
            "add": lambda: self.dialogs.add_files(),
            "add_folder": lambda: self.dialogs.add_folder(),
            "add_known": lambda: self.dialogs.add_known(),
            "import_boxes": lambda: self.dialogs.import_boxes(),
            "export": lambda: self.dialogs.export(),
            "settings": lambda: self.dialogs.settings(),
            "quit": self.close,
            "undo": self.undo,
            "redo": self.redo,
            "search": self.open_search,
            "find": self._find_here,
            "find_tails": lambda: self.session and self.session.find_tails(),
            "match": lambda: self.session and self.session.match(),
            "find_and_match": self._find_and_match,
            **{f"show_{name}": lambda name=name: self.show_workspace(name) for name in WORKSPACES},
            "refresh": self.workspaces.refresh,
            "next_region": lambda: regions.next_region([self.header, self.stack.currentWidget(), self.status]),
            "fold": lambda: self.workspaces.set_folded(not self.workspaces.folded),
            "full_screen": self._full_screen,
            "keys": lambda: self.dialogs.keys(),
            "about": lambda: self.dialogs.about(),
        }

    def _assemble(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.who_bar)
        column.addWidget(self.stack, 1)
        column.addWidget(self.status)
        self.setCentralWidget(middle)

    def _connect(self) -> None:
        self.job_bar.follow(self.opener.jobs)
        self.opener.jobs.bug.connect(self.messages.show)
        self.opener.opened.connect(self._opened)
        self.opener.failed.connect(self._not_opened)
        self.opener.held.connect(self.dialogs.ask_read_only)
        self.dialogs.to_read.connect(lambda folder: self.opener.open(folder, read_only=True))
        self.dialogs.refused.connect(self.start_page.tell)
        self.dialogs.planned.connect(self.begin)
        self.dialogs.chosen.connect(self.open_folder)
        self.messages.said.connect(lambda text, error: self.status.say(text, error=error))
        self.header.search_clicked.connect(self.open_search)
        self.switcher.chosen.connect(self.workspaces.show)
        self.workspaces.shown.connect(self._shown)
        self.status.show_clicked.connect(self._show_undone)
        self.status.who_clicked.connect(lambda: self.people.menu(self.status.who))
        self.start_page.sample_chosen.connect(lambda: self.opener.sample())
        self.start_page.known_chosen.connect(lambda: self.dialogs.new(known=True))
        self.start_page.photographs_chosen.connect(self._begin_with)
        self.start_page.catalogue_chosen.connect(self.open_folder)
        self.settings.changed.connect(self._setting_changed)
        self.menus.recent.aboutToShow.connect(lambda: self.menus.list_recent(self.settings.recents(), self.open_folder))
        theme.changed.connect(self.update)

    # A session begins and ends

    def open_folder(self, folder: Path) -> None:
        """Open a catalogue's folder, off the UI thread."""
        if self._may_leave():
            self.start_page.tell("")
            self.opener.open(Path(folder), self.settings.who())

    def begin(self, plan: Plan) -> None:
        """Make a catalogue, open it and add its photos."""
        if self._may_leave():
            self.opener.begin(plan)

    def set_session(self, session: Session | None) -> None:
        """Show the workspaces of a session, or the start page; the session before is closed."""
        self._end_session()
        self.session = session
        if session is None:
            self._show_start()
            return
        session.setParent(self)
        session.who = self.settings.who()
        session.recall()
        Kept(self.settings, session)
        session.undo_stack.indexChanged.connect(lambda index: self._show_undo())
        session.counts_changed.connect(self.header.show_counts)
        session.status_changed.connect(self._say)
        session.show_requested.connect(self.workspaces.show_item)
        session.moved.connect(self._show_moved)
        session.trouble.connect(self.messages.show)
        session.engine_changed.connect(self._show_engine)
        session.photos_added.connect(self._offer_next)
        Rematch(session)
        self.job_bar.follow(session.jobs)
        session.jobs.bug.connect(self.messages.show)
        self.setWindowTitle(f"{session.catalogue.name} - WhaleGUI")
        self.status.catalogue.setText(session.title)
        self.status.set_who(session.who)
        self.settings.add_recent(Path(session.catalogue.folder))
        self.menus.allow(True)
        self.status.device.setText("Networks not loaded yet")
        self.status.model.setText("")
        self._show_undo()
        self.switcher.setVisible(True)
        self.status.say("")
        self.workspaces.begin(session)
        self.people.ask_once()

    def _end_session(self) -> None:
        if self.session is None:
            return
        self.workspaces.end()
        self.menus.show_workspace(None)
        self.job_bar.forget(self.session.jobs)
        self.session.close()
        self.session.deleteLater()
        self.session = None

    def _show_start(self) -> None:
        self.start_page.renew()
        self.stack.setCurrentWidget(self.start_page)
        self.start_page.setFocus()
        self.switcher.setVisible(False)
        self.menus.allow(False)
        self.setWindowTitle("WhaleGUI")
        self.status.catalogue.setText("No catalogue is open")
        self.status.device.setText("")
        self.status.model.setText("")
        self.status.set_who(self.settings.who())

    def _opened(self, catalogue: Catalogue, plan: Plan | None) -> None:
        self.set_session(Session(catalogue))
        if not catalogue.read_only:
            catalogue.claim(self.settings.who())  # again, for the session before may have had it
        self.status.say(catalogue.notice)
        if plan is not None and self.session is not None:
            if plan.known is not None:
                self.session.add_known(plan.known)
            if plan.photos:
                self.session.add_paths(plan.photos)

    def _not_opened(self, error: WhaleIdError) -> None:
        self.start_page.tell(str(error))
        self.messages.show(error)

    def show_workspace(self, name: str) -> None:
        """Open a workspace."""
        self.workspaces.show(name)

    def _shown(self, name: str) -> None:
        self.switcher.choose(name)
        self.menus.show_workspace(self.workspaces.top)

    # What the session tells

    def _say(self, sentence: str) -> None:
        last = self.session.undo_stack.undoText() if self.session is not None else ""
        undo = bindings.key_text(self.menus.actions["undo"]) if last and sentence.startswith(last) else ""
        self.status.say(sentence, undo)

    def _show_undo(self) -> None:
        if self.session is None:
            return
        stack = self.session.undo_stack
        for name, possible, text in (
            ("undo", stack.canUndo(), stack.undoText()),
            ("redo", stack.canRedo(), stack.redoText()),
        ):
            action = self.menus.actions[name]
            action.setText(f"{name.capitalize()}: {text}" if possible else name.capitalize())
            bindings.allow(action, possible, f"nothing to {name}")

    def _show_moved(self, change: Change) -> None:
        """Show what an undo changed if its workspace is open, else offer to."""
        self._undone = places.of(change)
        if self._undone is not None and self._undone[0] != self.workspaces.current:
            self.status.offer_show()
        elif self._undone is not None and not workspace.follows(self.workspaces.top, change):
            self.workspaces.show_item(*self._undone)

    def _show_undone(self) -> None:
        if self._undone is not None:
            self.workspaces.show_item(*self._undone)

    def _show_engine(self, engine: Engine) -> None:
        self.status.device.setText(f"{engine.device} {engine.precision}".upper())
        self.status.model.setText(engine.name)

    def _offer_next(self, added: Any) -> None:
        if added.added:
            self.job_bar.offer(f"{added.added:,} photos read. Find tails?", "Find tails", self._find_and_match)

    def _find_and_match(self) -> None:
        if self.session is None:
            return
        if self.settings.get("work/match_after_find"):
            self.session.find_and_match()
        else:
            self.session.find_tails()

    # The window's own commands

    def open_search(self) -> None:
        """Ctrl+K."""
        self.palette_search.open(self.session, [*self.menus.actions.values(), *self.workspaces.actions()])

    def undo(self) -> None:
        """Ctrl+Z."""
        if self.session is not None:
            self.session.undo()

    def redo(self) -> None:
        """Ctrl+Shift+Z."""
        if self.session is not None:
            self.session.redo()

    def _find_here(self) -> None:
        if self.workspaces.top is None or not workspace.find(self.workspaces.top):
            self.open_search()

    def _full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _begin_with(self, paths: list[Path]) -> None:
        """Photographs were dropped before there was a catalogue."""
        self.dialogs.new(photos=paths or self.dialogs.ask_photo_folder())

    def _setting_changed(self, key: str) -> None:
        if key == "keys":
            keymap.choose(self.settings.keys())
        elif key.startswith("look/"):
            app = QApplication.instance()
            assert isinstance(app, QApplication)
            theme.apply(app, self.settings.get("look/scheme"), self.settings.get("look/text_percent"))
        elif key == "person/who":
            self.status.set_who(self.settings.who())
            if self.session is not None:
                self.session.who = self.settings.who()

    # Qt's events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.session is not None and dropped(event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if self.session is not None:
            event.acceptProposedAction()
            self.session.add_paths(dropped(event.mimeData().urls()))

    def closeEvent(self, event: QCloseEvent) -> None:
        event.setAccepted(self._may_leave(self.opener.jobs.current))
        if event.isAccepted():
            self.layouts.save_window(self)
            self._end_session()
            self.opener.close()

    def _may_leave(self, others: Sequence[Job] = ()) -> bool:
        """Only leaving during a job asks; `others` are those that belong to no session."""
        jobs = [*(self.session.jobs.current if self.session is not None else ()), *others]
        return not jobs or self.dialogs.ask_leave(jobs[0])
