"""The part of the `whaleid` command about files of tail boxes: from one form into another, and into a catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from whaleid_core.console import Folder, say, warn
from whaleid_core.errors import WhaleIdError
from whaleid_core.formats.boxes import FORMATS, BoxFormat, format_of

_KEYS = ", ".join(FORMATS)
_SHOWN = 20


def known_format(name: str | None) -> str | None:
    """A form by its name, checked."""
    if name is not None and name not in FORMATS:
        raise typer.BadParameter(f"{name!r} is none of {_KEYS}.")
    return name


Form = Annotated[
    str | None,
    typer.Option("--format", help=f"{_KEYS}; seen from the file if not given.", callback=known_format),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("boxes")(boxes)
    app.command("import-boxes")(import_boxes)


def form_for(path: Path, name: str | None) -> BoxFormat:
    """The form that was named, or the file's own."""
    return FORMATS[name] if name else format_of(path)


def form_or_csv(path: Path, name: str | None) -> BoxFormat:
    """The form that was named, or by a file's ending; CSV where that says nothing."""
    try:
        return form_for(path, name)
    except WhaleIdError:
        return FORMATS["csv"]


def boxes(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A file of boxes, or a folder of such files.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="Where they go; YOLO and VOC want a folder.")],
    form: Form = None,
    into: Annotated[str | None, typer.Option("--to", help=f"{_KEYS}; by OUT's ending.", callback=known_format)] = None,
    photos: Annotated[Path | None, typer.Option(metavar="DIR", help="The photos; YOLO needs their sizes.")] = None,
) -> None:
    """Write tail boxes in another form."""
    from whaleid_core.exchange import convert

    if not source.exists():
        raise WhaleIdError(f"There is no file or folder {source}.", "Check the name.")
    read = convert(source, form_for(source, form), target, form_for(target, into), photos)
    _tell(read.refused)
    count = sum(map(len, read.photos.values()))
    say(f"{count} boxes of {len(read.photos)} photos written to {target}.")


def import_boxes(
    catalogue: Folder,
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A file of boxes, or a folder of such files.")],
    form: Form = None,
    replace: Annotated[bool, typer.Option("--replace", help="In the place of all boxes of those photos.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
) -> None:
    """Take tail boxes from a file into a catalogue."""
    from whaleid_core.catalogue import Catalogue
    from whaleid_core.exchange import read_for

    if not source.exists():
        raise WhaleIdError(f"There is no file or folder {source}.", "Check the name.")
    with Catalogue.open(catalogue) as opened:
        arrival = read_for(opened, source, form_for(source, form))
        _tell(arrival.refused)
        _tell([f"{name} is no photo of this catalogue, or more than one." for name in arrival.strangers])
        say(f"{arrival.count} boxes for {len(arrival.boxes)} photos of the catalogue.")
        if not dry_run:
            say(f"{opened.import_boxes(arrival.boxes, replace).label}.")


def _tell(sentences: list[str] | tuple[str, ...]) -> None:
    for sentence in sentences[:_SHOWN]:
        warn(sentence)
    if len(sentences) > _SHOWN:
        warn(f"and {len(sentences) - _SHOWN:,} more")
