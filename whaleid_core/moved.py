"""Photos whose files were moved are found again by their content: singly, or as a folder that moved as a whole."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from whaleid_core.catalogue import Catalogue, PhotoFilter, PhotoStatus
from whaleid_core.errors import Cancelled
from whaleid_core.identify import Unwatched, Watch
from whaleid_core.photo_names import photo_files
from whaleid_core.records import Change, Photo

SAMPLE = 8
"""So many files of a folder are compared by content before all of it counts as moved."""
_PART = 1 << 20


@dataclass(frozen=True)
class Missing:
    """A photo whose file isn't where it should lie."""

    id: int
    root_id: int
    root: Path
    below: str
    content_hash: str

    @property
    def path(self) -> Path:
        return self.root / self.below


@dataclass(frozen=True)
class FoundAgain:
    """What a search for missing files found.

    Attributes:
        change: the mended paths, as one undo step.
        found: photos whose files are found again.
        missing: those that still aren't.
    """

    change: Change
    found: int
    missing: int


def missing_photos(catalogue: Catalogue, watch: Watch | None = None) -> list[Missing]:
    """The photos whose files aren't there, in order of id; those that could never be read aren't missed.

    Raises:
        Cancelled: the watch asked for it.
    """
    watch = watch or Unwatched()
    there: dict[Path, bool] = {}  # a disk that isn't plugged in is asked once, not for each of its photos
    lacking = []
    rows = catalogue.files()
    for number, (key, root_id, root, below, content) in enumerate(rows, start=1):
        _go_on(watch)
        if root not in there:
            there[root] = root.is_dir()
        if content is not None and not (there[root] and (root / below).is_file()):
            lacking.append(Missing(key, root_id, root, below, content))
        watch.progress(number, len(rows))
    return lacking


def find_again(catalogue: Catalogue, folder: Path, watch: Watch | None = None) -> FoundAgain:
    """Look for missing photos in a folder and its subfolders, and mend their paths in the catalogue.

    A folder of photos that lies there with all that it held, and whose contents agree in a sample, is taken as moved;
    other files are compared by content, those of the same name first.

    Raises:
        WhaleIdError: the folder isn't there, or can't be listed.
        Cancelled: the watch asked for it; nothing is changed then.
    """
    watch = watch or Unwatched()
    files = photo_files(folder.absolute(), recursive=True, stop=watch.cancel)
    lacking = missing_photos(catalogue, watch)
    if not lacking:
        return FoundAgain(Change(""), 0, 0)
    moved = _moved_roots(catalogue, lacking, files, watch)
    left = [item for item in lacking if item.root_id not in moved]
    singly = _by_content(left, files, watch)
    changes = [catalogue.move_root(root_id, path) for root_id, path in moved.items()]
    if singly:
        changes.append(catalogue.mend_paths(singly))
    found = len(lacking) - len(left) + len(singly)
    label = f"{found:,} photo{'' if found == 1 else 's'} found again"
    return FoundAgain(Change.joined(label, [change for change in changes if change]), found, len(lacking) - found)


def copied_again(catalogue: Catalogue) -> list[Path]:
    """The files that couldn't be read and were written anew since: adding them again mends their photos."""
    broken = PhotoFilter(statuses=frozenset({PhotoStatus.PROBLEM}))
    rows = catalogue.photos(catalogue.photo_ids(broken))
    return [row.path for row in rows if _written_at(row.path) > row.added_at.timestamp()]


def _written_at(file: Path) -> float:
    """Seconds since 1970; 0 for what isn't there. A copy may keep its old time: the file system knows better."""
    try:
        told = file.stat()
    except OSError:
        return 0.0
    return max(told.st_mtime, told.st_ctime)


def mend_moved(catalogue: Catalogue, photos: Sequence[Photo]) -> list[Change]:
    """Mend the paths of photos that were just read elsewhere, where the catalogue's own file of them is gone."""
    known = catalogue.by_content([item.content_hash for item in photos])
    elsewhere: dict[int, Path] = {}
    for item in photos:
        key, old = known.get(item.content_hash, (0, Path()))
        if key and key not in elsewhere and Path(item.path) != old and not old.is_file():
            elsewhere[key] = Path(item.path)
    return [catalogue.mend_paths(elsewhere)] if elsewhere else []


def _moved_roots(
    catalogue: Catalogue, lacking: Sequence[Missing], files: Sequence[Path], watch: Watch
) -> dict[int, Path]:
    """The roots that lie as a whole somewhere below: root id -> where."""
    taken = {row.path for row in catalogue.roots()}
    photos_of = Counter(root_id for _, root_id, _, _, content in catalogue.files() if content is not None)
    by_name: defaultdict[str, list[Path]] = defaultdict(list)
    for file in files:
        by_name[file.name].append(file)
    by_root: defaultdict[int, list[Missing]] = defaultdict(list)
    for item in lacking:
        by_root[item.root_id].append(item)
    moved: dict[int, Path] = {}
    for root_id, items in by_root.items():
        if len(items) < photos_of[root_id]:
            continue  # some are still where they were
        for base in _bases(items[0], by_name[PurePosixPath(items[0].below).name]):
            if base not in taken and _lies_at(items, base, watch):
                moved[root_id] = base
                taken.add(base)
                break
    return moved


def _bases(item: Missing, files: Iterable[Path]) -> list[Path]:
    """The folders that hold files at the same place below as a missing photo had."""
    parts = PurePosixPath(item.below).parts
    return [
        Path(*file.parts[: -len(parts)])
        for file in files
        if file.parts[-len(parts) :] == parts and len(file.parts) > len(parts)
    ]


def _lies_at(items: Sequence[Missing], base: Path, watch: Watch) -> bool:
    if not all((base / item.below).is_file() for item in items):
        return False
    sample = items[:: max(1, len(items) // SAMPLE)][:SAMPLE]
    return all(content_hash(base / item.below, watch) == item.content_hash for item in sample)


def _by_content(lacking: Sequence[Missing], files: Sequence[Path], watch: Watch) -> dict[int, Path]:
    """Photo id -> its file; files of a name that is missed first, and the rest only while something is missed."""
    wanted = {item.content_hash: item.id for item in lacking}
    names = {PurePosixPath(item.below).name.casefold() for item in lacking}
    found: dict[int, Path] = {}
    ordered = sorted(files, key=lambda file: file.name.casefold() not in names)
    for number, file in enumerate(ordered, start=1):
        if not wanted:
            break
        key = wanted.pop(content_hash(file, watch), None)
        if key is not None:
            found[key] = file
        watch.progress(number, len(ordered))
    return found


def content_hash(file: Path, watch: Watch | None = None) -> str:
    """sha256 of a file's bytes, hex; empty where it can't be read.

    Raises:
        Cancelled: the watch asked for it.
    """
    digest = hashlib.sha256()
    try:
        with file.open("rb") as opened:
            while part := opened.read(_PART):
                _go_on(watch or Unwatched())
                digest.update(part)
    except OSError:
        return ""
    return digest.hexdigest()


def _go_on(watch: Watch) -> None:
    if watch.cancel():
        raise Cancelled
