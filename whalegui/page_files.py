"""Pages that leave the window as files, HTML or PDF: asks where to, and lays out the paper."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter
from PySide6.QtWidgets import QFileDialog, QWidget

from whaleid_core.formats.atomic import write_bytes

_FORMS = {".html": "Web page (*.html)", ".pdf": "PDF (*.pdf)"}
_MARGIN = 10.0
"""Millimetres."""


def ask_page(parent: QWidget, title: str, suggested: Path) -> Path | None:
    """Asks for the file of a page; its ending says in which form, the suggested one where none is chosen."""
    usual = suggested.suffix
    forms = sorted(_FORMS, key=lambda suffix: suffix != usual)
    name, chosen = QFileDialog.getSaveFileName(
        parent, title, str(suggested), ";;".join(_FORMS[suffix] for suffix in forms)
    )
    if not name:
        return None
    path = Path(name)
    if path.suffix.lower() in _FORMS:
        return path
    return path.with_name(path.name + next((suffix for suffix in forms if _FORMS[suffix] == chosen), usual))


def made_by(who: str) -> str:
    """Who made a page and when, as it says below or above."""
    return f"WhaleGUI, {datetime.now():%d %b %Y}{f', {who}' if who else ''}"


@contextmanager
def a4_pdf(path: Path, resolution: int) -> Iterator[QPdfWriter]:
    """Paper of A4 to draw on; the file is there once the block ends well, whole.

    Args:
        resolution: dots an inch.

    Raises:
        WhaleIdError: the file can't be written.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setResolution(resolution)
    writer.setPageMargins(QMarginsF(_MARGIN, _MARGIN, _MARGIN, _MARGIN), QPageLayout.Unit.Millimeter)
    yield writer
    write_bytes(path, bytes(buffer.data().data()))
