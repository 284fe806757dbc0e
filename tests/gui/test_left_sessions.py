"""A catalogue that was left is let go, with all that its workspaces read: nothing of it stays in memory."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
from match_survey import Survey, only_packages_of, pack
from PySide6.QtCore import QCoreApplication, QEvent

from whalegui.main_window import MainWindow
from whalegui.session import Session
from whalegui.workspace_stack import WORKSPACES
from whaleid_core.catalogue import Catalogue


@pytest.fixture
def left(
    open_window: Callable[[], MainWindow], matching: Survey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., bool]:
    """Whether a session is let go once another has taken its place, after what was done in it."""
    pack(tmp_path / "packages")
    only_packages_of(tmp_path / "packages", monkeypatch)
    matching.catalogue.close()
    window = open_window()

    def left(do: Callable[[MainWindow, Session], object], wait: bool = True) -> bool:
        session = Session(Catalogue.open(tmp_path / "catalogue"))
        gone = weakref.ref(session), weakref.ref(session.catalogue)
        window.set_session(session)
        session.settle()
        do(window, session)
        if wait:
            session.settle()
        del session
        window.set_session(Session(Catalogue.open(tmp_path / "catalogue")))
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        return [reference() for reference in gone] == [None, None]

    return left


@pytest.mark.parametrize("name", WORKSPACES)
def test_after_a_workspace(left: Callable[..., bool], name: str) -> None:
    def look(window: MainWindow, session: Session) -> None:
        window.show_workspace(name)
        session.settle()
        window.workspaces.refresh()

    assert left(look)


@pytest.mark.parametrize("work", ["find_and_match", "match_again"])
def test_after_long_work(left: Callable[..., bool], work: str) -> None:
    assert left(lambda window, session: getattr(session, work)())


def test_after_photos_were_added(left: Callable[..., bool], matching: Survey) -> None:
    assert left(lambda window, session: session.add_paths([matching.photos_drawn]))


def test_in_the_middle_of_work(left: Callable[..., bool]) -> None:
    """What was asked for is never answered."""

    def begin(window: MainWindow, session: Session) -> None:
        window.show_workspace("whales")
        session.find_and_match()
        session.undo()

    assert left(begin, wait=False)
