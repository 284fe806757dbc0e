"""The Qt application around the window, or around the pictures of it."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from whalegui import icons, messages, theme
from whalegui.collector import Collector
from whalegui.main_window import MainWindow
from whalegui.settings import APP, Settings
from whaleid_core.errors import WhaleIdError


def make(scheme: theme.Scheme, text_percent: int = 100) -> QApplication:
    """The one QApplication, dressed."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName(APP)
    app.setApplicationDisplayName(APP)
    app.setDesktopFileName("whalegui")
    theme.apply(app, scheme, text_percent)
    app.setWindowIcon(icons.icon("fluke", 32, "accent"))
    return app


def run(catalogue: Path | None, pictures: Path | None, scheme: theme.Scheme | None) -> int:
    """Show the window until it is closed, or save pictures of it; the exit status."""
    messages.begin_log()
    qInstallMessageHandler(messages.qt_to_log)
    settings = Settings()
    app = make(scheme or settings.get("look/scheme"), settings.get("look/text_percent"))
    if pictures is not None:
        return _pictures(app, catalogue, pictures)
    Collector(app)
    window = MainWindow(settings)
    window.messages.catch_all()
    window.show()
    if catalogue is not None:
        window.open_folder(catalogue)
    return app.exec()


def _pictures(app: QApplication, catalogue: Path | None, folder: Path) -> int:
    from whalegui.pictures import take

    try:
        for file in take(app, catalogue, folder):
            print(file)
    except WhaleIdError as error:
        print(f"{error.sentence}\n{error.hint}".rstrip(), file=sys.stderr)
        return 1
    return 0
