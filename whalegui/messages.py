"""The one place that shows errors: the status line for what a user can mend, a dialog for bugs alone."""

from __future__ import annotations

import logging
import sys
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

import platformdirs
from PySide6.QtCore import QObject, Qt, QThread, Signal
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from whaleid_core import __version__
from whaleid_core.errors import Kind, WhaleIdError

log = logging.getLogger(__name__)
_LOG_BYTES = 1_000_000


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
    log.info("WhaleGUI %s, Python %s", __version__, sys.version.split()[0])


class Messages(QObject):
    """Takes errors from everywhere and shows each where it belongs."""

    said = Signal(str, bool)
    """A sentence with its hint for the status line; whether it is an error."""

    _bug = Signal(str, str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._open: QMessageBox | None = None
        # Queued where the exception comes from another thread: dialogs belong to the UI thread.
        self._bug.connect(self._show_bug)

    def show(self, error: WhaleIdError) -> None:
        """Show one error."""
        if error.kind == Kind.BUG:
            cause = error.__cause__
            details = "".join(traceback.format_exception(cause)) if cause is not None else ""
            self._bug.emit(str(error), details)
        else:
            log.info("told: %s", error)
            self.said.emit(str(error), True)

    def catch_all(self) -> None:
        """Let exceptions that nobody caught come here."""
        sys.excepthook = self._uncaught

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        if isinstance(error, WhaleIdError):
            self.show(error)
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        log.error("uncaught\n%s", details)
        self._bug.emit(f"Something went wrong in the program: {error}", details)

    def _show_bug(self, sentence: str, details: str) -> None:
        """One dialog at a time: a bug in a paint event would otherwise open hundreds."""
        assert QThread.currentThread() is self.thread()
        if self._open is not None:
            return
        box = QMessageBox(self._window)
        box.setWindowTitle("A bug in WhaleGUI")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setText(sentence)
        box.setInformativeText(f"What was decided so far is saved. The log has the details: {log_file()}")
        box.setDetailedText(details)
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(self._closed)
        self._open = box
        box.open()

    def _closed(self) -> None:
        self._open = None
