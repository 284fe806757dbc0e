"""The `whaleid` command: the main job on folders, and what surrounds it."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from platformdirs import user_log_path

from whaleid_core import cli_boxes, cli_catalogue, cli_evaluate, cli_packages, cli_photos, cli_study, cli_train
from whaleid_core.console import Device, Models, bars, say, say_table, show_error, warn
from whaleid_core.errors import Kind, WhaleIdError, of_the_disk

if TYPE_CHECKING:
    from whaleid_core.engine import Engine
    from whaleid_core.records import Box

app = typer.Typer(
    help="Recognise humpback whales by their tails.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip
cli_catalogue.register(app)
cli_boxes.register(app)
cli_photos.register(app)
cli_packages.register(app)
cli_train.register(app)
cli_study.register(app)
cli_evaluate.register(app)


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no size; write it like 3000x2000.") from error
    return width, height


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the survey goes.")],
    whales: Annotated[int, typer.Option(help="Whales in the list.")] = 40,
    known: Annotated[int, typer.Option(help="Photos of known whales.")] = 80,
    new: Annotated[int, typer.Option(help="New photos.")] = 30,
    size: Annotated[str, typer.Option(help="Width x height of the photos, pixels.")] = "3000x2000",
    seed: Annotated[int, typer.Option(help="Another seed draws another survey.")] = 1,
) -> None:
    """Draw a survey of synthetic flukes, to try the program without a photograph."""
    from whaleid_core.sample import draw_survey

    with bars() as bar:
        survey = draw_survey(folder, whales, known, new, _size(size), seed, bar("Drawing photos").progress)
    say(f"{survey.photos} photos drawn in {survey.folder}.")


@app.command()
def identify(
    known: Annotated[Path, typer.Option(metavar="CSV", help="Image,Id of the known photos.")],
    known_photos: Annotated[Path, typer.Option(metavar="DIR", help="The folder of the known photos.")],
    new_photos: Annotated[Path, typer.Option(metavar="DIR", help="The folder of the new photos.")],
    out: Annotated[Path, typer.Option(metavar="CSV", help="The answers, in Kaggle's form.")],
    known_boxes: Annotated[Path | None, typer.Option(metavar="CSV", help="Tail boxes of known photos.")] = None,
    new_boxes: Annotated[Path | None, typer.Option(metavar="CSV", help="Tail boxes of new photos.")] = None,
    details: Annotated[Path | None, typer.Option(metavar="CSV", help="All candidates with probabilities.")] = None,
    new_whale: Annotated[bool, typer.Option(help="Let new_whale stand among the ids.")] = True,
    models: Models = None,
    device: Device = "auto",
) -> None:
    """Name the whales in a folder of new photos, by a folder of known ones."""
    from whaleid_core.engine import load_engine, named
    from whaleid_core.formats.boxes_csv import read_boxes
    from whaleid_core.formats.details_csv import write_details
    from whaleid_core.formats.kaggle import write_submission
    from whaleid_core.formats.known import from_csv
    from whaleid_core.submission import photos_in, submit

    for path in (out, details):
        _must_be_writable(path)
    _must_be_apart([out, details], [known, known_boxes, new_boxes])
    listed = from_csv(known, known_photos)
    for name in listed.missing:
        warn(f"{name} is in {known.name}, but not in {known_photos}.")
    new = photos_in(new_photos)
    known_tails, new_tails = (read_boxes(path) if path else None for path in (known_boxes, new_boxes))
    for boxes, file, photos in ((known_tails, known_boxes, [one.path for one in listed]), (new_tails, new_boxes, new)):
        _tell_unmatched(boxes, file, photos)
    engine = load_engine(device, named(models or []))
    with bars() as bar:
        result = submit(engine, listed, new, known_tails, new_tails, new_whale, bar)
    write_submission(out, result.rows)
    if details:
        write_details(details, result.identifications)
    for problem in result.problems:
        warn(problem)
    say(f"{len(result.rows)} rows written to {out}.")


def _must_be_writable(path: Path | None) -> None:
    """Refuse an output that can't be written before the work of an hour, not after it."""
    if path is None:
        return
    if path.is_dir():
        raise WhaleIdError(f"{path} is a folder.", "Name a file in it.")
    if not path.absolute().parent.is_dir():
        raise WhaleIdError(f"There is no folder {path.parent} for {path.name}.", "Make it first.", Kind.ENVIRONMENT)


def _must_be_apart(written: Sequence[Path | None], read: Sequence[Path | None]) -> None:
    """Refuse to write one file over another one of the same command: a list of known whales is a season's work."""
    places: dict[Path, Path] = {path.resolve(): path for path in read if path is not None}
    for path in filter(None, written):
        if path.resolve() in places:
            sentence = f"{path} would be written over, and it is needed or written by this command too."
            raise WhaleIdError(sentence, "Give each file a name of its own.")
        places[path.resolve()] = path


def _tell_unmatched(boxes: Mapping[str, object] | None, file: Path | None, photos: Sequence[Path]) -> None:
    """Say which photos of a file of tail boxes aren't there: those boxes are not used."""
    if boxes is None or file is None:
        return
    names = {photo.name for photo in photos}
    if left := [name for name in boxes if name not in names]:
        count = f"{len(left):,} photos" if len(left) > 1 else "1 photo"
        warn(f"{file.name} has boxes of {count} that aren't among those read, {left[0]} first; they aren't used.")


@app.command()
def detect(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of photos.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="image,xmin,ymin,xmax,ymax,confidence, or another form.")],
    form: cli_boxes.Form = None,
    device: Device = "auto",
) -> None:
    """Find the tails in a folder of photos."""
    from whaleid_core.ahead import ahead
    from whaleid_core.engine import load_engine
    from whaleid_core.exchange import write_found
    from whaleid_core.submission import photos_in

    into = cli_boxes.form_or_csv(out, form)
    if into.suffix:
        _must_be_writable(out)
    photos = photos_in(folder)
    engine = load_engine(device)
    rows = []
    with bars() as bar, closing(ahead(lambda photo: _found_in(engine, photo), photos)) as searched:
        watch = bar("Finding tails")
        for number, (photo, boxes) in enumerate(searched, start=1):
            if isinstance(boxes, WhaleIdError):
                warn(str(boxes))
            else:
                rows.append((photo.name, boxes))
            watch.progress(number, len(photos))
    write_found(out, into, folder, rows)
    tails = sum(len(boxes) for _, boxes in rows)
    say(f"{tails} tails found in {len(rows)} photos, written to {out}.")


def _found_in(engine: Engine, photo: Path) -> list[Box] | WhaleIdError:
    """The tail boxes of a photo, or why it can't be read."""
    try:
        return engine.find(photo)
    except WhaleIdError as error:
        return error


@app.command()
def doctor(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where catalogues will lie.")] = Path(),
    device: Device = "auto",
) -> None:
    """Check that this computer is ready for sea."""
    from whaleid_core.doctor import examine

    good = True
    for finding in examine(folder, device):
        say(f"{'ok ' if finding.good else 'NOT'}  {finding.what}: {finding.sentence}")
        good &= finding.good
    if not good:
        raise WhaleIdError("This computer isn't ready for sea.", "See the lines that begin with NOT.", Kind.ENVIRONMENT)


@app.command()
def bench(
    as_json: Annotated[bool, typer.Option("--json", help="Figures for a program, in place of a table.")] = False,
    device: Device = "auto",
) -> None:
    """Measure this computer: what each step takes, and the device and precision that suit it; under a minute."""
    from whaleid_core.speed import measure_speed

    with bars() as bar:
        bar("Measuring")
        speed = measure_speed(device)
    if as_json:
        say(json.dumps({**asdict(speed), "thousand_photos_minutes": speed.thousand_photos}, indent=1))
        return
    rows = [(one.what, one.precision, f"{one.ms:.1f}") for one in speed.measures]
    say_table([("STEP", "PRECISION", "MS"), *rows])
    say(f"A thousand photos take about {max(1, round(speed.thousand_photos)):,} minutes here.")
    say(speed.why)


def main(arguments: list[str] | None = None) -> None:
    """Run the command; exits with 0 when the work was done, 2 for wrong arguments, 1 with a sentence otherwise."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a file's name may hold what an old terminal or a log file can't
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """The exit status of a command line."""
    try:
        app(arguments, prog_name="whaleid")
        return 0
    except SystemExit as over:  # how typer ends: 0, or 2 for wrong arguments, which it has explained
        return over.code if isinstance(over.code, int) else 0
    except WhaleIdError as error:
        show_error(error)
        return 1
    except OSError as error:
        show_error(of_the_disk(error))
        return 1
    except Exception as error:  # whatever it is: a person at sea can do nothing with a traceback
        show_error(_bug(error))
        return 1


def _bug(error: Exception) -> WhaleIdError:
    """Keep the traceback in the log and say where it is."""
    log = user_log_path("whalegui") / "whaleid.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(log, encoding="utf-8")
    except OSError:
        return WhaleIdError(f"Something went wrong in the program: {error!r}.", "Please report it.", Kind.BUG)
    logger = logging.getLogger("whaleid_core")
    logger.addHandler(handler)
    logger.error("unexpected", exc_info=error)
    logger.removeHandler(handler)
    handler.close()
    return WhaleIdError("Something went wrong in the program.", f"Please report it with {log}.", Kind.BUG)


if __name__ == "__main__":
    main()
