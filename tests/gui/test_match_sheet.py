"""The candidate sheet: a page that shows a tail and its candidates to somebody who has no program."""

from __future__ import annotations

import re
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from match_survey import Survey
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage, QTextDocument

from whalegui.match_sheet import sheet_of, write_pdf, write_sheet
from whalegui.matches_workspace import MatchesWorkspace
from whalegui.session import Session
from whaleid_core.candidate_sheet import as_html


def test_the_page_says_what_the_window_says_and_holds_its_pictures(
    matching: Survey, matching_session: Session, matches: MatchesWorkspace, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.html"
    write_sheet(matching_session, matches.view.details, path)
    matching_session.settle()
    html = path.read_text(encoding="utf-8")
    document = QTextDocument()
    document.setHtml(html)
    text = document.toPlainText()
    for words in (
        "IMG_1",
        "HW0001, 91 % sure.",
        "Searched 3 whales, 6 photos",
        "2. HW0002",
        "12 matching points",
        "Ana",
    ):
        assert words in text
    parts = html.split('src="data:image/jpeg;base64,')[1:]
    assert len(parts) == 4
    assert "http" not in html
    for part in parts:
        image = QImage.fromData(QByteArray.fromBase64(part.split('"')[0].encode()))
        assert image.width() == 2 * image.height()


def streams(pdf: bytes) -> list[bytes]:
    """What is drawn in a PDF, as far as it is packed."""
    found = []
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        with suppress(zlib.error):
            found.append(zlib.decompress(packed))
    return found


def test_a_photo_that_is_gone_is_told_in_words(matches: MatchesWorkspace, tmp_path: Path) -> None:
    details = matches.view.details
    gone = details.candidates[0].first[1].path
    gone.rename(tmp_path / "away.jpg")
    try:
        html = as_html(sheet_of(details, ""))
    finally:
        (tmp_path / "away.jpg").rename(gone)
    assert f"{gone.name} isn&#x27;t in" in html
    assert html.count("<img") == 3


def test_a_tail_and_ten_candidates_fill_one_page(matches: MatchesWorkspace, tmp_path: Path) -> None:
    sheet = sheet_of(matches.view.details, "Ana")
    ten = replace(sheet, rows=[replace(row, whale="HW0452 \u201cSalt\u201d") for row in sheet.rows[:1] * 10])
    path = tmp_path / "sheet.pdf"
    write_pdf(as_html(ten), path)
    data = path.read_bytes()
    assert len(re.findall(rb"/Type /Page\b", data)) == 1
    drawn = b"".join(stream for stream in streams(data) if b" Do" in stream)
    places = [tuple(map(float, found)) for found in re.findall(rb"(\S+) 0 0 \S+ (\S+) \S+ cm\n(\S+) .* Do", drawn)]
    assert len(places) == 11
    assert all(left + scale * width <= 718 for scale, left, width in places), "between the margins, at 96 dots an inch"


@pytest.mark.parametrize("good", [True, False])
def test_the_same_page_as_a_pdf(
    matching_session: Session, matches: MatchesWorkspace, tmp_path: Path, good: bool
) -> None:
    said: list[str] = []
    matching_session.status_changed.connect(said.append)
    path = tmp_path / ("sheet.pdf" if good else "nowhere/sheet.pdf")
    written, missing = f"The candidate sheet is in {path}.", f"sheet.pdf couldn't be written to {path.parent}: "
    write_sheet(matching_session, matches.view.details, path)
    matching_session.settle()
    if good:
        data = path.read_bytes()
        assert data.startswith(b"%PDF")
        assert data.count(b"/Subtype /Image") >= 4
        assert len(re.findall(rb"/Type /Page\b", data)) == 1
    assert said[-1].startswith(written if good else missing)
