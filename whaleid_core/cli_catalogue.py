"""The part of the `whaleid` command that works on a catalogue: new, add, find-tails, match, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from whaleid_core.console import Device, Folder, bars, say, warn
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.formats.boxes import FORMATS
from whaleid_core.formats.known import KnownPhotos, from_csv, from_folders, from_pattern

KnownCsv = Annotated[Path | None, typer.Option(metavar="CSV", help="Image,Id of known photos, in --known-photos.")]
KnownFolders = Annotated[Path | None, typer.Option(metavar="DIR", help="Known photos, one folder a whale.")]
KnownPhotosDir = Annotated[Path | None, typer.Option(metavar="DIR", help="The folder of known photos.")]
KnownPattern = Annotated[
    str | None, typer.Option(metavar="P", help='How file names in --known-photos name the whale: "{whale}_*.jpg".')
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("new")(new)
    app.command("add")(add)
    app.command("find-tails")(find_tails)
    app.command("match")(match)
    app.command("export")(export)
    app.command("book")(book)
    app.command("verify")(verify)


def new(
    catalogue: Folder,
    name: Annotated[str, typer.Option(help="What to call it.")] = "",
    known_csv: KnownCsv = None,
    known_folders: KnownFolders = None,
    known_photos: KnownPhotosDir = None,
    known_pattern: KnownPattern = None,
) -> None:
    """Begin a catalogue, empty or from known whales."""
    from whaleid_core import workflow

    known = _known(known_csv, known_folders, known_photos, known_pattern)
    with workflow.new_catalogue(catalogue, name or catalogue.absolute().name) as made, bars() as bar:
        if known is not None:
            added = workflow.add_known(made, known, bar("Reading known photos"))
            _tell(added)
    say(f"Catalogue made in {catalogue}.")


def _known(csv: Path | None, folders: Path | None, photos: Path | None, pattern: str | None) -> KnownPhotos | None:
    """The known photos, by whichever way they are named; None where none is."""
    if folders is not None:
        return from_folders(folders)
    if photos is None:
        if csv is not None or pattern is not None:
            raise typer.BadParameter("--known-csv and --known-pattern need --known-photos, the folder of the photos.")
        return None
    if csv is not None:
        known = from_csv(csv, photos)
        for missing in known.missing:
            warn(f"{missing} is in {csv.name}, but not in {photos}.")
        return known
    if pattern is not None:
        return from_pattern(photos, pattern)
    raise typer.BadParameter("--known-photos needs --known-csv or --known-pattern, to say which whale a photo shows.")


def _tell(added: object) -> None:
    from whaleid_core.workflow import Added

    assert isinstance(added, Added)
    for failure in added.failed:
        warn(failure.sentence)
    already = f", {added.already} were there already" if added.already else ""
    mended = f"; {added.mended} of them had moved, and are found again" if added.mended else ""
    tied = f"; {added.tied} of them were new, and are known now" if added.tied else ""
    say(f"{added.added} photos added{already}{mended}{tied}.")


def add(
    catalogue: Folder, paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Photos, folders.")]
) -> None:
    """Add new photos, files or folders."""
    from whaleid_core import workflow

    for path in paths:
        if not path.exists():
            raise WhaleIdError(f"There is no file or folder {path}.", "Check its name.")
    with workflow.Catalogue.open(catalogue) as opened, bars() as bar:
        added = workflow.add_photos(opened, paths, bar("Reading photos"))
    _tell(added)


def find_tails(catalogue: Folder, device: Device = "auto") -> None:
    """Find tails in the photos that weren't searched yet."""
    from whaleid_core import workflow

    with workflow.Catalogue.open(catalogue) as opened, bars() as bar:
        engine = workflow.load_engine(device)
        changes = list(workflow.find_tails(opened, engine, bar("Finding tails")))
    tails = sum(len(change.keys("tail")) for change in changes)
    say(f"{tails} tails found in {len(changes)} photos.")


def match(catalogue: Folder, device: Device = "auto") -> None:
    """Compare the tails that wait for a decision with the known whales."""
    from whaleid_core import workflow

    with workflow.Catalogue.open(catalogue) as opened, bars() as bar:
        engine = workflow.load_engine(device)
        done = sum(1 for _ in workflow.match(opened, engine, bar("Matching tails")))
    say(f"{done} tails matched.")


def export(
    catalogue: Folder,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file; YOLO and Pascal VOC want a folder.")],
    new_whale: Annotated[bool, typer.Option(help="Let new_whale stand among the ids (kaggle).")] = True,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="kaggle: answers; sightings, wildbook, mark: who was met; csv, tsv, coco, yolo, voc: tail boxes.",
        ),
    ] = "kaggle",
) -> None:
    """Write the answers for the new photos in Kaggle's form, what was identified, or the tail boxes of all photos."""
    from whaleid_core import exchange, sighting_files, workflow

    of_sightings = sighting_files.FORMS.get(form)
    if form not in (*sighting_files.FORMS, *FORMATS, "kaggle"):
        known = ", ".join(("kaggle", *sighting_files.FORMS, *FORMATS))
        raise typer.BadParameter(f"{form!r} is none of {known}.")
    with workflow.Catalogue.open(catalogue) as opened:
        if form == "kaggle":
            say(f"{workflow.export_kaggle(opened, out, new_whale)} rows written to {out}.")
        elif of_sightings is not None:
            say(f"{of_sightings.write(opened, out)} {of_sightings.rows} written to {out}.")
        else:
            say(f"{exchange.export_boxes(opened, out, FORMATS[form])} boxes written to {out}.")


def book(
    catalogue: Folder,
    out: Annotated[Path, typer.Option(metavar="HTML", help="The file; the window writes PDF too.")],
) -> None:
    """Write the whales on pages, a fluke each, to be printed or sent."""
    from datetime import date

    from whaleid_core import fluke_book, workflow

    with workflow.Catalogue.open(catalogue, read_only=True) as opened, bars() as bar:
        made = fluke_book.book_of(opened, made=f"WhaleGUI, {date.today():%d %b %Y}")
        fluke_book.write_book(made, out, bar("Writing whales"))
    say(f"{len(made.whales)} whales written to {out}.")


def verify(catalogue: Folder) -> None:
    """Check that a catalogue is what its journal, replayed from nothing, leads to."""
    from whaleid_core import workflow

    with workflow.Catalogue.open(catalogue, read_only=True) as opened:
        told = opened.differences()
    for sentence in told:
        warn(sentence)
    if told:
        raise WhaleIdError("The catalogue isn't what its journal says.", "Send both to the makers.", Kind.BUG)
    say("The catalogue is what its journal says.")
