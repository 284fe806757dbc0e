"""The one place that shows errors: the status line for what a user can mend, a dialog for bugs alone."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import platformdirs
import shiboken6
from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget

from whalegui import bug_report
from whalegui.bug_dialog import BugDialog
from whaleid_core.errors import Kind, WhaleIdError, one_line

if TYPE_CHECKING:
    from whalegui.session import Session

log = logging.getLogger(__name__)
qt_log = logging.getLogger("qt")
_LOG_BYTES = 1_000_000
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def log_file() -> Path:
    """Where the log lies."""
    return platformdirs.user_log_path("WhaleGUI", appauthor=False) / "whalegui.log"


def begin_log() -> None:
    """Write a rotating log file; a disk that can't be written costs the log, not the start."""
    file = log_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(file, maxBytes=_LOG_BYTES, backupCount=3, encoding="utf-8", delay=True)
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    log.info("%s", ", ".join(bug_report.versions()))


def qt_to_log(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """What Qt says, into the log."""
    qt_log.log(_LEVELS.get(kind, logging.WARNING), text)


class Messages(QObject):
    """Takes errors from everywhere and shows each where it belongs.

    Args:
        window: that dialogs belong to.
        session: gives the session that is open now.
        people: gives the names of those who work here, which no report may hold.
    """

    said = Signal(str, bool)
    """A sentence with its hint for the status line; whether it is an error."""

    _bug = Signal(str, str, str)

    def __init__(
        self, window: QWidget, session: Callable[[], Session | None], people: Callable[[], list[str]] = list
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._people = people
        self._shown: set[str] = set()
        self.open: BugDialog | None = None
        """The dialog about a bug, while there is one."""
        # Queued: an error may come from another thread, or from the middle of a paint event.
        self._bug.connect(self._show_bug, Qt.ConnectionType.QueuedConnection)

    def show(self, error: WhaleIdError) -> None:
        """Show one error."""
        if error.kind == Kind.BUG:
            if error.__cause__ is None:  # else whoever made a sentence of it has logged it
                log.error("bug", exc_info=error)
            self._tell_bug(str(error), error.__cause__ or error)
        else:
            log.info("told: %s", error)
            self.said.emit(str(error), True)

    def catch_all(self) -> None:
        """Let errors that nobody caught come here, whichever thread they end, and what Qt calls critical."""
        sys.excepthook = self._uncaught
        threading.excepthook = lambda said: self._uncaught(said.exc_type, said.exc_value, said.exc_traceback)
        sys.unraisablehook = lambda said: self._uncaught(said.exc_type, said.exc_value, said.exc_traceback)
        qInstallMessageHandler(self._from_qt)

    def _uncaught(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
        elif issubclass(kind, SystemExit) and threading.current_thread() is not threading.main_thread():
            return  # as Python does: it ends its thread, and is no error
        elif isinstance(error, WhaleIdError) and error.kind != Kind.BUG and shiboken6.isValid(self):
            self.show(error)
        else:
            error = kind() if error is None else error
            log.error("uncaught\n%s", "".join(traceback.format_exception(kind, error, trace)).rstrip())
            self._tell_bug(f"Something went wrong in the program: {error}", error)

    def _from_qt(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        qt_to_log(kind, context, text)
        if kind == QtMsgType.QtCriticalMsg and shiboken6.isValid(self):
            self._bug.emit("Something went wrong in the window.", f"Qt: {text}", text)

    def _tell_bug(self, sentence: str, error: BaseException) -> None:
        if shiboken6.isValid(self):
            frames = traceback.extract_tb(error.__traceback__)
            place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else str(error)
            trace = bug_report.trace_of(error)
            self._bug.emit(one_line(sentence), trace, f"{type(error).__name__} {place}")

    def _show_bug(self, sentence: str, trace: str, which: str) -> None:
        """One dialog at a time, and one a bug: one in a paint event would else open another at each paint."""
        if self.open is not None or which in self._shown:
            self.said.emit(sentence, True)
            return
        self._shown.add(which)
        session, people = self._session(), self._people()
        device = bug_report.device_of(session.engine if session is not None else None)

        def report(edits: tuple[str, ...] = ()) -> str:
            return bug_report.report(sentence, trace, device, edits, people)

        made = BugDialog(sentence, str(log_file()), report(), self._window)
        made.finished.connect(self._closed)
        self.open = made
        made.open()
        if session is not None:

            def complete(edits: tuple[str, ...]) -> None:
                if made is self.open:
                    made.show_report(report(edits))

            session.query(lambda catalogue: bug_report.last_edits(catalogue, people), complete)

    def _closed(self) -> None:
        if self.open is not None:
            self.open.deleteLater()
            self.open = None
