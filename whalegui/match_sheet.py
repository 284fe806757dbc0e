"""The candidate sheet of the tail in view: a page for a colleague who has no program, as HTML or PDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSizeF
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QWidget

from whalegui.answers import answer, percent
from whalegui.jobs import Watch
from whalegui.match_details import CandidateDetails, Details, Shown
from whalegui.page_files import a4_pdf, ask_page, made_by
from whalegui.session import Session
from whalegui.widgets.candidate_row import figure
from whalegui.widgets.wording import day, many, moment

if TYPE_CHECKING:
    from whaleid_core.candidate_sheet import Sheet, SheetRow
    from whaleid_core.tail_pictures import Picture

_RESOLUTION = 96
"""As many dots an inch as the page has pixels: what it says in pixels is then as large in print."""


def save_sheet(session: Session, details: Details, parent: QWidget) -> None:
    """Asks for a file and writes the sheet on a lane."""
    suggested = Path(session.catalogue.folder).parent / f"{details.photo.title}_candidates.html"
    if (path := ask_page(parent, "Candidate sheet", suggested)) is not None:
        write_sheet(session, details, path)


def write_sheet(session: Session, details: Details, path: Path) -> None:
    """Writes the sheet to a file; its ending says in which form."""
    who = session.who

    def work(watch: Watch) -> None:
        from whaleid_core import candidate_sheet

        sheet = sheet_of(details, who)
        if path.suffix.lower() == ".pdf":
            write_pdf(candidate_sheet.as_html(sheet), path)
        else:
            candidate_sheet.write_sheet(sheet, path)

    session.jobs.start(
        "Writing a candidate sheet", "files", work,
        lambda done: session.say(f"The candidate sheet is in {path}."), lambda error: session.say(error.sentence),
    )  # fmt: skip


def sheet_of(details: Details, who: str) -> Sheet:
    """What the sheet says of a tail."""
    from whaleid_core.candidate_sheet import Sheet

    photo, searched = details.photo, details.searched
    place = f"{photo.latitude:.4f}, {photo.longitude:.4f}" if photo.latitude is not None and photo.longitude else ""
    note = f"note: {' '.join(photo.note.split())}" if photo.note else ""
    about = [moment(photo.taken_at) if photo.taken_at else "", place, photo.photographer, note]
    said = answer(details.suggestions, searched, photo.title, details.judge)
    return Sheet(
        photo.title, ", ".join(part for part in about if part), f"{said.sentence} {said.call}".strip(),
        searched.sentence(details.model, details.together),
        made_by(who), _picture((details.tail, photo)),
        tuple(map(_row, details.candidates)),
    )  # fmt: skip


def _row(candidate: CandidateDetails) -> SheetRow:
    from whaleid_core.candidate_sheet import SheetRow

    row, whale = candidate.suggestion, candidate.whale
    evidence = [f"networks {figure(row.networks)}", f"nearest {figure(row.nearest)}"]
    if row.points is not None:
        evidence.append(many(row.points, "matching point"))
    seen = [day(one.taken_at) for one in [candidate.first[1]] if one.taken_at] if candidate.first is not None else []
    title = f"{whale.name} \u201c{whale.nickname}\u201d" if whale.nickname else whale.name
    picture = _picture(candidate.first) if candidate.first is not None else None
    return SheetRow(title, percent(row.probability), evidence, ", ".join(seen), picture)


def _picture(shown: Shown) -> Picture:
    from whaleid_core.tail_pictures import Picture

    tail, photo = shown
    return Picture(photo.path, tail.box, photo.width, photo.height, photo.turned)


def write_pdf(html: str, path: Path) -> None:
    """Writes a page as PDF, whole or not at all."""
    with a4_pdf(path, _RESOLUTION) as writer:
        document = QTextDocument()
        document.setHtml(html)
        document.setPageSize(QSizeF(writer.width(), writer.height()))
        document.print_(writer)
