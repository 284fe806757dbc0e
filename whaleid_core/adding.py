"""Photos come into the catalogue: read in blocks, each kept at once; told apart by content; put into encounters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from whaleid_core.catalogue import Catalogue
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.formats.known import KnownPhoto
from whaleid_core.identify import Unwatched, Watch
from whaleid_core.moved import mend_moved
from whaleid_core.photos import photo_files, read_photo
from whaleid_core.records import Change, Gaps, Photo

BLOCK = 64
"""Photos added in one transaction: a stop loses no more than that."""
_USUAL = Gaps()

Tell = Callable[[Change], object]
"""Gets each change as it is made, so that photos are seen while others are read."""


@dataclass(frozen=True)
class Failure:
    """A photo that couldn't be used, and why, as a sentence."""

    path: Path
    sentence: str


@dataclass(frozen=True)
class Added:
    """What came of adding photos.

    Attributes:
        change: all of it, as one undo step.
        added: photos that are new to the catalogue.
        already: photos whose content was there.
        mended: of these, those whose own file was gone: the catalogue knows now where they lie.
        tied: of these, those that were new, and of which the list says now which whale they show.
        failed: files that can't be read, which are in the catalogue with their problem, and photos that are listed
            as a second whale.
    """

    change: Change
    added: int
    already: int
    failed: tuple[Failure, ...] = ()
    mended: int = 0
    tied: int = 0

    @property
    def label(self) -> str:
        """What a person would call it."""
        count, what = self.added, "added"
        if not self.added and self.tied:
            count, what = self.tied, "known by a list"
        elif not self.added and self.mended:
            count, what = self.mended, "found again"
        return f"{count} photo{'' if count == 1 else 's'} {what}"


def add_photos(
    catalogue: Catalogue,
    paths: Iterable[Path],
    watch: Watch | None = None,
    gaps: Gaps = _USUAL,
    tell: Tell | None = None,
) -> Added:
    """Add photo files, and the photos in folders and their subfolders, as new photos.

    A photo that is there already and whose own file is gone is known by its content: its path is mended. A stop keeps
    what was added up to then.

    Args:
        gaps: where a new encounter begins.

    Raises:
        WhaleIdError: the card or the disk went away meanwhile; what was told is kept.
        Cancelled: the watch asked for it before the first file was read.
    """
    files: list[Path] = []
    left_out: list[WhaleIdError] = []
    stop = (watch or Unwatched()).cancel
    for path in paths:
        files += photo_files(path, recursive=True, left_out=left_out, stop=stop) if path.is_dir() else [path]
    intake = _Intake(catalogue, "new", watch, tell)
    intake.leave_out(left_out)
    return intake.take([(file, None) for file in files], gaps)


def add_known(
    catalogue: Catalogue,
    known: Iterable[KnownPhoto],
    watch: Watch | None = None,
    gaps: Gaps = _USUAL,
    tell: Tell | None = None,
) -> Added:
    """Add photos whose whale a list names: what new tails are compared with.

    Raises:
        WhaleIdError: as `add_photos`.
    """
    return _Intake(catalogue, "known", watch, tell).take([(photo.path, photo.whale) for photo in known], gaps)


class _Intake:
    """One lot of files on its way in."""

    def __init__(self, catalogue: Catalogue, role: str, watch: Watch | None, tell: Tell | None) -> None:
        self._catalogue = catalogue
        self._role = role
        self._watch = watch or Unwatched()
        self._tell = tell
        self._changes: list[Change] = []
        self._failed: list[Failure] = []
        self._whales: dict[str, str | None] = {}
        self._added = self._read = self._mended = self._tied = 0

    def leave_out(self, folders: Sequence[WhaleIdError]) -> None:
        """Tell of folders that can't be listed: what lies in them stays out, the rest goes on."""
        self._failed += [Failure(Path(), str(error)) for error in folders]

    def take(self, files: Sequence[tuple[Path, str | None]], gaps: Gaps) -> Added:
        there = {folder for folder in {path.absolute().parent for path, _ in files} if folder.is_dir()}
        try:
            for start in range(0, len(files), BLOCK):
                self._block(files, start, there)
                if self._watch.cancel():
                    break
        finally:
            if self._changes:
                self._made(self._catalogue.find_encounters(gaps.hours, gaps.km))
        already = self._read - self._added
        made = Added(Change(""), self._added, already, tuple(self._failed), self._mended, self._tied)
        return replace(made, change=Change.joined(made.label, self._changes))

    def _block(self, files: Sequence[tuple[Path, str | None]], start: int, there: set[Path]) -> None:
        photos: list[Photo] = []
        problems: dict[str, str] = {}
        try:
            for number, (path, whale) in enumerate(files[start : start + BLOCK], start):
                if self._watch.cancel():
                    break
                try:
                    photos.append(self._photo(path.absolute(), whale))
                except WhaleIdError as error:
                    if path.absolute().parent in there and not path.absolute().parent.is_dir():
                        raise self._pulled_out(len(photos)) from error
                    problems[_as_text(path.absolute())] = error.sentence
                    self._failed.append(Failure(path, str(error)))
                self._watch.progress(number + 1, len(files))
        finally:
            self._keep(photos, problems)

    def _photo(self, path: Path, whale: str | None) -> Photo:
        if _as_text(path) != str(path):
            raise WhaleIdError(f"The name of {path.name} isn't in UTF-8, so it can't be kept.", "Give it another name.")
        photo = read_photo(path)
        known = self._whales.get(photo.content_hash)
        if known and whale and known != whale:
            self._failed.append(Failure(path, f"{path.name} is listed as {whale}, the same photo as {known}."))
        self._whales[photo.content_hash] = known or whale
        return photo

    def _keep(self, photos: Sequence[Photo], problems: dict[str, str]) -> None:
        for change in mend_moved(self._catalogue, photos):
            self._mended += len(change.keys("photo"))
            self._made(change)
        change = self._catalogue.add_photos(photos, self._role, self._whales, problems)
        self._added += sum(row.table == "photo" and not (row.after or {}).get("problem") for row in change.rows)
        self._read += len(photos)
        self._made(change)
        if self._role == "known":
            self._know(photos)

    def _know(self, photos: Sequence[Photo]) -> None:
        named = {photo.content_hash: whale for photo in photos if (whale := self._whales[photo.content_hash])}
        change = self._catalogue.know_photos(named)
        self._tied += len(change.keys("photo"))
        self._made(change)

    def _made(self, change: Change) -> None:
        if change:
            self._changes.append(change)
            if self._tell is not None:
                self._tell(change)

    def _pulled_out(self, more: int) -> WhaleIdError:
        safe = self._added + more
        return WhaleIdError(
            f"The card or the disk was pulled out. {safe:,} photo{' is' if safe == 1 else 's are'} safe.",
            "Put it back and press Try again.",
            Kind.ENVIRONMENT,
        )


def _as_text(path: Path) -> str:
    """A path as the catalogue can hold it: bytes of a name that are no text are written out."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
