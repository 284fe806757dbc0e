"""What the tests of the window share: patience with a machine that is busy, and a session on a copy of a survey."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from whalegui.session import Session
from whaleid_core.catalogue import Catalogue

PATIENCE_MS = 120_000
"""So long a test waits for what must come. A machine that is busy with other things is no failure."""


class PatientBot(QtBot):
    """Waits longer before it gives up, and lets a widget go as the window does: its session's work ends before it."""

    def addWidget(self, widget: Any, *, before_close_func: Callable[[Any], None] | None = None) -> None:
        super().addWidget(widget, before_close_func=before_close_func or _end_work)

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **others: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **others)

    def waitExposed(self, widget: Any, *, timeout: int = PATIENCE_MS) -> Any:
        return super().waitExposed(widget, timeout=timeout)


def _end_work(widget: Any) -> None:
    session = getattr(widget, "session", None) or getattr(widget, "_session", None)
    if isinstance(session, Session):
        session.jobs.close()


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture
def session(qapp: QApplication, survey: Path, tmp_path: Path) -> Iterator[Session]:
    """On a copy of the catalogue of the test's `survey`; the photos stay where they are."""
    shutil.copytree(survey / "catalogue", tmp_path / "catalogue")
    made = Session(Catalogue.open(tmp_path / "catalogue"))
    made.settle()
    yield made
    made.close()
