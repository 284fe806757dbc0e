"""Tail boxes as Pascal VOC's XML, one file a photo, corners in pixels counted from the photo's upper left edge, 0."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from whaleid_core.errors import WhaleIdError
from whaleid_core.formats.atomic import write_all
from whaleid_core.formats.box_files import (
    TAIL,
    BoxesRead,
    Gathering,
    Lookup,
    PhotoBoxes,
    classes,
    confidence_of,
    files_in,
    is_tail,
    number,
    one_file_each,
    shortest,
    text_of,
)
from whaleid_core.records import Box

_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def read(path: Path, lookup: Lookup | None = None) -> BoxesRead:
    """The tail boxes of each photo of a folder of such files, or of one; objects that make no sense are refused.

    An object with a score is a detector's; without one a person drew it. A file without objects says that the photo has
    no tail. Objects of other names than tails are refused. Raises WhaleIdError where there is no such file.
    """
    gathering = Gathering(lookup)
    files = files_in(path, ".xml")
    if not files:
        raise WhaleIdError(f"There is no XML file in {path}.", "Pascal VOC's are called like the photo, with .xml.")
    pages: list[tuple[Path, ElementTree.Element]] = []
    for file in files:
        try:
            pages.append((file, _parsed(file)))
        except WhaleIdError as error:
            gathering.note(error.sentence)
    names = classes(_word(item, "name") for _, page in pages for item in page.iter("object"))
    for file, page in pages:
        photo = None
        with gathering.row(file.name, ""):
            photo = gathering.photo(_photo_name(page), _size(page))
        for place, item in enumerate(page.iter("object") if photo else (), start=1):
            with gathering.row(file.name, f"object {place}", photo):
                _read_box(gathering, photo or "", item, names)
    return gathering.done()


def _read_box(gathering: Gathering, photo: str, item: ElementTree.Element, names: frozenset[str]) -> None:
    if not is_tail(_word(item, "name"), names):
        raise ValueError(f'"{_word(item, "name")}" isn\'t a tail')
    corners = [number(_word(item, f"bndbox/{corner}"), corner) for corner in _CORNERS]
    sure = _word(item, "score")
    gathering.box(photo, corners, number(sure, "score") if sure else None)


def write(path: Path, photos: Sequence[PhotoBoxes]) -> None:
    """Writes a file a photo into a folder, which is made, all or none; a detector's confidence is the score.

    Raises WhaleIdError where two photos would share a file, or the folder can't be written.
    """
    write_all((place, _page(photo)) for photo, place in one_file_each(path, photos, ".xml"))


def _page(photo: PhotoBoxes) -> str:
    page = ElementTree.Element("annotation")
    inside = PurePosixPath(photo.name)
    _add(page, "folder", "" if inside.parent == PurePosixPath(".") else str(inside.parent))
    _add(page, "filename", inside.name)
    if photo.size is not None:
        size = ElementTree.SubElement(page, "size")
        for name, value in zip(("width", "height", "depth"), (*photo.size, 3), strict=True):
            _add(size, name, str(value))
    for box in photo.boxes:
        page.append(_object(box))
    ElementTree.indent(page)
    return ElementTree.tostring(page, encoding="unicode") + "\n"


def _object(box: Box) -> ElementTree.Element:
    item = ElementTree.Element("object")
    _add(item, "name", TAIL)
    for name, value in (("pose", "Unspecified"), ("truncated", "0"), ("difficult", "0")):
        _add(item, name, value)
    sure = confidence_of(box)
    if sure is not None:
        _add(item, "score", shortest(sure))
    corners = ElementTree.SubElement(item, "bndbox")
    for name, value in zip(_CORNERS, map(shortest, box.corners), strict=True):
        _add(corners, name, value)
    return item


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text


def _parsed(file: Path) -> ElementTree.Element:
    text = text_of(file)
    # No file of boxes needs a document type, and without one there are no entities: nothing that grows when it is read,
    # nothing that is fetched. As the text is decoded here, no other encoding can hide one.
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise WhaleIdError(f"{file.name} holds a document type, which files of boxes don't have.", "Leave it out.")
    try:
        page = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError, RecursionError) as error:
        line = f", line {error.position[0]}" if isinstance(error, ElementTree.ParseError) else ""
        raise WhaleIdError(f"{file.name}{line}: that is no XML.", "Choose a file in Pascal VOC's form.") from error
    if page.tag != "annotation":
        raise WhaleIdError(f"{file.name} isn't in Pascal VOC's form.", "It begins with <annotation>.")
    return page


def _word(page: ElementTree.Element, path: str) -> str:
    return (page.findtext(path) or "").strip()


def _photo_name(page: ElementTree.Element) -> str:
    name, folder = page.findtext("filename") or "", page.findtext("folder") or ""
    return f"{folder.strip().rstrip('/')}/{name}" if name and folder.strip() else name


def _size(page: ElementTree.Element) -> tuple[int, int] | None:
    if page.find("size") is None:
        return None
    return int(number(_word(page, "size/width"), "width")), int(number(_word(page, "size/height"), "height"))
