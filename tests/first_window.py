"""Starts a process until its first window is painted: WhaleGUI's without a catalogue, or an empty one of Qt's."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow


class UntilPainted(QObject):
    """Ends the event loop after a widget's first painting."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, QApplication.quit)
        return False


def main() -> None:
    """`empty`, or `ours SETTINGS`; prints which libraries were loaded."""
    if sys.argv[1] == "empty":
        app, window = QApplication([]), QMainWindow()
    else:
        from whalegui import application
        from whalegui.main_window import MainWindow
        from whalegui.settings import Settings

        app, window = application.make("light"), MainWindow(Settings(Path(sys.argv[2])))
    window.resize(1280, 800)
    until = UntilPainted()
    window.installEventFilter(until)
    window.show()
    app.exec()
    print(*sorted({name.partition(".")[0] for name in sys.modules}))
    window.close()


if __name__ == "__main__":
    main()
