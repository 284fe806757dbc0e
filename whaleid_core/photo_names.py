"""Which files are photos, by their names alone: no file is opened here."""

from __future__ import annotations

from pathlib import Path

from whaleid_core.errors import Kind, WhaleIdError

HEIF_SUFFIXES = frozenset({".heic", ".heif"})
RAW_SUFFIXES = frozenset({".cr2", ".nef", ".arw", ".dng", ".orf", ".rw2"})
PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp"}) | HEIF_SUFFIXES | RAW_SUFFIXES
"""What a photo's name may end with: lower-case, with the dot."""


def is_photo_name(path: Path) -> bool:
    """Whether a name ends like a photo's and is not hidden."""
    return path.suffix.lower() in PHOTO_SUFFIXES and not path.name.startswith(".")


def photo_files(folder: Path, recursive: bool = False) -> list[Path]:
    """The photos of a folder in order of name, subfolders and their photos among them if `recursive`.

    Files only, by suffix; hidden files and folders (macOS leaves `._IMG_1.jpg` on cards) are left out. Raises
    WhaleIdError where the folder is missing or can't be listed.
    """
    if not folder.is_dir():
        raise WhaleIdError(f"There is no folder {folder}.", "Check the name, or plug the disk in.", Kind.INPUT)
    try:
        found = [path for path in folder.iterdir() if is_photo_name(path) and path.is_file()]
        if recursive:
            for path in folder.iterdir():
                # A link to a folder above would go round for ever.
                if path.is_dir() and not path.is_symlink() and not path.name.startswith("."):
                    found += photo_files(path, recursive=True)
    except OSError as error:
        raise WhaleIdError(
            f"The folder {folder} can't be listed: {error.strerror}.",
            "Check that you may open it.",
            Kind.ENVIRONMENT,
        ) from error
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())
