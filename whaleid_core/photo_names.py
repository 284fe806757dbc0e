"""Which files are photos, by their names alone: no file is opened here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from whaleid_core.errors import Cancelled, Kind, WhaleIdError

HEIF_SUFFIXES = frozenset({".heic", ".heif"})
RAW_SUFFIXES = frozenset({".cr2", ".nef", ".arw", ".dng", ".orf", ".rw2"})
PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp"}) | HEIF_SUFFIXES | RAW_SUFFIXES
"""What a photo's name may end with: lower-case, with the dot."""
_OF_WINDOWS = frozenset({"System Volume Information", "$RECYCLE.BIN"})


def is_photo_name(path: Path) -> bool:
    """Whether a name ends like a photo's and is not hidden."""
    return path.suffix.lower() in PHOTO_SUFFIXES and not path.name.startswith(".")


def photo_files(
    folder: Path,
    recursive: bool = False,
    left_out: list[WhaleIdError] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> list[Path]:
    """The photos of a folder in order of name, subfolders and their photos among them if `recursive`.

    By suffix: what is called a photo and is no folder, so that a link that leads nowhere is told of when it is read.
    Hidden files and folders (macOS leaves `._IMG_1.jpg` on cards) and the folders of Windows itself are left out.

    Args:
        left_out: takes what keeps a subfolder from being listed, which is otherwise raised.
        stop: asked before each folder whether to leave it: a network share may take its time.

    Raises WhaleIdError where the folder is missing or can't be listed, Cancelled where `stop` said so.
    """
    if not folder.is_dir():
        raise WhaleIdError(f"There is no folder {folder}.", "Check the name, or plug the disk in.", Kind.INPUT)
    found: list[Path] = []
    folders = [folder]
    while folders:
        if stop():
            raise Cancelled
        inside = folders.pop()
        try:
            entries = list(inside.iterdir())
        except OSError as error:
            told = _not_listed(inside, error)
            if inside == folder or left_out is None:
                raise told from error
            left_out.append(told)
            continue
        found += [path for path in entries if is_photo_name(path) and not path.is_dir()]
        if recursive:
            folders += [path for path in entries if _is_looked_into(path)]
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def _is_looked_into(path: Path) -> bool:
    # A link to a folder above would go round for ever.
    return not path.name.startswith(".") and path.name not in _OF_WINDOWS and path.is_dir() and not path.is_symlink()


def _not_listed(folder: Path, error: OSError) -> WhaleIdError:
    sentence = f"The folder {folder} can't be listed: {error.strerror}."
    return WhaleIdError(sentence, "Check that you may open it.", Kind.ENVIRONMENT)
