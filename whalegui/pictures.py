"""Pictures of every workspace on a real catalogue, in both themes and several sizes: for the README, and to look at."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSize, QTimer
from PySide6.QtWidgets import QApplication

from whalegui import theme
from whalegui.main_window import MainWindow
from whalegui.session import Session
from whalegui.settings import Settings
from whalegui.workspace_stack import WORKSPACES
from whaleid_core.errors import Kind, WhaleIdError

SIZES = (QSize(1280, 800), QSize(2560, 1440))
SCHEMES: tuple[theme.Scheme, ...] = ("light", "dark")


def take(
    app: QApplication,
    catalogue: Path | None,
    folder: Path,
    sizes: tuple[QSize, ...] = SIZES,
    schemes: tuple[theme.Scheme, ...] = SCHEMES,
) -> Iterator[Path]:
    """Save a PNG a workspace, size and scheme: `matches_1280x800_dark.png`. Without a catalogue: the start page.

    Raises:
        WhaleIdError: the catalogue can't be opened, or the folder can't be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WhaleIdError(
            f"{folder} can't be written to: {error.strerror}.", "Choose another folder.", Kind.ENVIRONMENT
        ) from error
    with tempfile.TemporaryDirectory() as own:
        # Settings of its own: pictures neither use nor change the user's.
        settings = Settings(Path(own) / "settings.ini")
        settings.set("person/who", "Ana")
        window = MainWindow(settings)
        try:
            if catalogue is not None:
                _open(window, catalogue)
            window.show()
            for scheme in schemes:
                theme.apply(app, scheme)
                for size in sizes:
                    window.resize(size)
                    yield from _every_workspace(window, folder, f"{size.width()}x{size.height()}_{scheme}")
        finally:
            window.close()
            window.deleteLater()


def _every_workspace(window: MainWindow, folder: Path, suffix: str) -> Iterator[Path]:
    for name in WORKSPACES if window.session is not None else ("start",):
        if window.session is not None:
            window.workspaces.show_item(name, _telling(window.session, name))
            window.session.settle()
        else:
            _turn()
        yield _save(window, folder / f"{name}_{suffix}.png")


def _telling(session: Session, name: str) -> int:
    """The photo, tail or whale that shows most of what a workspace is for; 0 where there is nothing to show."""
    catalogue = session.catalogue
    if name == "whales":
        rows = sorted(catalogue.whales(), key=lambda row: -row.photos)
        return rows[0].id if rows else 0
    tails = catalogue.tails_to_match()
    if name == "matches":
        return tails[0] if tails else 0
    to_check = [key for key in catalogue.photo_ids_to_check() if catalogue.tails(key)] if name == "boxes" else []
    chosen = to_check or [tail.photo_id for key in tails[:1] if (tail := catalogue.tail(key)) is not None]
    return next(iter(chosen or catalogue.photo_ids()), 0)


def _open(window: MainWindow, catalogue: Path) -> None:
    problems: list[WhaleIdError] = []
    loop = QEventLoop()
    window.opener.failed.connect(problems.append)
    window.opener.jobs.idle.connect(loop.quit)
    window.open_folder(catalogue)
    loop.exec()
    if problems:
        raise problems[0]


def _turn() -> None:
    """Let the events that wait be handled once, so that the layout and the colours are the new ones."""
    loop = QEventLoop()
    QTimer.singleShot(0, loop.quit)
    loop.exec()


def _save(window: MainWindow, file: Path) -> Path:
    if not window.grab().save(str(file), "PNG"):  # type: ignore[call-overload]
        raise WhaleIdError(f"{file} can't be written.", "Check the disk and the folder.", Kind.ENVIRONMENT)
    return file
