"""Python's collector of reference cycles, kept to the UI thread: it ends Qt objects, which must die where they live."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_LOOK_MS = 1000


class Collector(QObject):
    """While it is there, no worker thread collects.

    Else the collection begins on whichever thread allocates, mostly a worker, and a dialog or a timer that was left in
    a cycle is destroyed there: Qt then warns of timers stopped from another thread, and may crash.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.collect()
        gc.freeze()  # what the start imported stays to the end: it needn't be looked through again
        gc.disable()
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the oldest generation that is due, if any is."""
        due = [
            generation
            for generation, (count, limit) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
            if limit and count > limit
        ]
        if due:
            gc.collect(due[-1])

    def end(self) -> None:
        """As Python does by itself again."""
        self._timer.stop()
        gc.enable()
        gc.unfreeze()
