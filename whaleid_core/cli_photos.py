"""The part of the `whaleid` command that sets right what cameras wrote: clock, track, encounters, find-again."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whaleid_core.clock import offset_text, parse_moment, parse_offset, shifted
from whaleid_core.console import Folder, bars, say
from whaleid_core.errors import WhaleIdError

if TYPE_CHECKING:
    from whaleid_core.catalogue import Catalogue
    from whaleid_core.catalogue.rows import PhotoFilter

Camera = Annotated[str | None, typer.Option(metavar="NAME", help="Only photos of this camera.")]
Since = Annotated[str | None, typer.Option("--from", metavar="TIME", help="Only photos from then on, camera's time.")]
Until = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Only photos up to then, camera's time.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
_SHOWN = 10


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("clock")(clock)
    app.command("track")(track)
    app.command("encounters")(encounters)
    app.command("find-again")(find_again)


def clock(
    catalogue: Folder,
    offset: Annotated[str, typer.Option(help="What is added to the camera's time: +1:00, -0:03:20, +1 d 2:00.")],
    camera: Camera = None,
    since: Since = None,
    until: Until = None,
    dry_run: DryRun = False,
) -> None:
    """Set a camera's clock right afterwards, in the catalogue; the files stay as they are."""
    from whaleid_core import workflow

    by = parse_offset(offset)
    with workflow.Catalogue.open(catalogue) as opened:
        shots = [shot for shot in opened.shots(_which(opened, camera, since, until)) if shot.taken_at is not None]
        if not shots:
            raise WhaleIdError("No photo with a time fits.", "Check the camera's name and the times.")
        for shot in shots[:_SHOWN]:
            assert shot.taken_at is not None
            say(f"{shot.name}  {shot.taken_at:%Y-%m-%d %H:%M:%S} -> {shifted(shot.taken_at, by):%Y-%m-%d %H:%M:%S}")
        if len(shots) > _SHOWN:
            say(f"and {len(shots) - _SHOWN:,} more")
        if not dry_run:
            say(f"{opened.set_clock([shot.id for shot in shots], by).label}.")


def track(
    catalogue: Folder,
    files: Annotated[list[Path], typer.Argument(metavar="GPX...", help="Tracks of a GPS receiver.")],
    utc: Annotated[
        str | None,
        typer.Option(metavar="OFFSET", help="What cameras' clocks are ahead of UTC: +2:00. Otherwise guessed."),
    ] = None,
    largest_gap: Annotated[float, typer.Option(metavar="MINUTES", help="Between fixes further apart, no place.")] = 10,
    again: Annotated[bool, typer.Option("--again", help="Also photos that have a place.")] = False,
    camera: Camera = None,
    since: Since = None,
    until: Until = None,
    dry_run: DryRun = False,
) -> None:
    """Give photos the places that a GPS track has for their times, in the catalogue; the files stay as they are."""
    from whaleid_core import workflow

    gap = timedelta(minutes=largest_gap)
    read = workflow.read_track(files)
    with workflow.Catalogue.open(catalogue) as opened:
        which = _which(opened, camera, since, until)
        shots = opened.shots(which)
        ahead = parse_offset(utc) if utc is not None else read.likely_clock([shot.taken_at for shot in shots], gap)
        found = workflow.placed(shots, read, ahead, gap, again)
        say(f"Cameras' clocks are at UTC{offset_text(ahead)}.")
        say(f"The track has a place for {len(found):,} of {len(shots):,} photos.")
        if found and not dry_run:
            source = " and ".join(file.name for file in files)
            say(f"{workflow.place_by_track(opened, read, ahead, gap, which, again, source).label}.")


def encounters(
    catalogue: Folder,
    hours: Annotated[float, typer.Option(help="A new one begins so long after the photo before.")] = 1.0,
    km: Annotated[float, typer.Option(help="A new one begins so far from the photo before.")] = 5.0,
    anew: Annotated[bool, typer.Option("--anew", help="Also photos in encounters that nobody named or noted.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Put photos into encounters by gaps in time and place."""
    from whaleid_core import workflow
    from whaleid_core.records import Gaps

    with workflow.Catalogue.open(catalogue) as opened:
        plan = opened.plan_encounters(Gaps(hours, km), anew)
        if not dry_run:
            opened.find_encounters(hours, km, anew)
        loose = f" {plan.loose:,} photos without a time are in none." if plan.loose else ""
        say(f"{plan.encounters:,} encounters, {plan.before:,} before; {plan.moved:,} photos moved.{loose}")


def find_again(
    catalogue: Folder, folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the photos may lie now.")]
) -> None:
    """Find photos that were moved, by their content, and mend their paths in the catalogue."""
    from whaleid_core import workflow

    with workflow.Catalogue.open(catalogue) as opened, bars() as bar:
        result = workflow.find_again(opened, folder, bar("Looking for photos"))
    say(f"{result.found:,} photos found again, {result.missing:,} are still missing.")


def _which(catalogue: Catalogue, camera: str | None, since: str | None, until: str | None) -> PhotoFilter:
    from whaleid_core.catalogue.rows import PhotoFilter

    names = [row.name for row in catalogue.cameras() if row.name]
    if camera is not None and camera not in names:
        raise WhaleIdError(f"No photo is of {camera}.", f"There are: {', '.join(names) or 'no cameras'}.")
    return PhotoFilter(camera=camera, taken_from=_moment(since), taken_to=_moment(until))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else parse_moment(text)
