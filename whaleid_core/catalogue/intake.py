"""How photos come into the catalogue: told apart by content, placed under a folder, tied to the whale a list names."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from whaleid_core.catalogue.names import checked_whale_name
from whaleid_core.catalogue.recorder import Recorder
from whaleid_core.catalogue.row_writes import chunks
from whaleid_core.catalogue.schema import photo, root, whale
from whaleid_core.catalogue.whale_names import by_old_name
from whaleid_core.records import NEW_WHALE, Photo

REPLACED = "Another photo lies in its place now."
"""The problem of a photo whose path was taken by a photo with other content."""


_READ_FROM_FILE = ("content_hash", "width", "height", "taken_at", "latitude", "longitude", "camera", "problem")


def not_there(edit: Recorder, photos: Sequence[Photo]) -> list[Photo]:
    """Those of the photos whose content isn't in the catalogue, each content once."""
    fresh = {item.content_hash: item for item in reversed(photos)}
    for some in chunks(fresh):
        present = edit.connection.execute(select(photo.c.content_hash).where(photo.c.content_hash.in_(some)))
        for content_hash in present.scalars().all():
            del fresh[content_hash]
    return [item for item in photos if fresh.get(item.content_hash) is item]


def whale_ids(edit: Recorder, names: Iterable[str | None]) -> dict[str, int]:
    """The ids of whales by the name that they have or had; those that aren't there are made."""
    wanted = {name: checked_whale_name(name) for name in names if name and name.strip() and name.strip() != NEW_WHALE}
    ids: dict[str, int] = {}
    for some in chunks(set(wanted.values())):
        ids |= {
            name: key
            for key, name in edit.connection.execute(select(whale.c.id, whale.c.name).where(whale.c.name.in_(some)))
        }
    ids |= by_old_name(edit.connection, set(wanted.values()) - ids.keys())
    made = sorted(set(wanted.values()) - ids.keys())
    ids |= zip(made, edit.insert(whale, [{"name": name} for name in made]), strict=True)
    return {given: ids[name] for given, name in wanted.items()}


def places(edit: Recorder, paths: Collection[str]) -> dict[str, dict[str, Any]]:
    """Where each path lies: its root's id, and its path below, with forward slashes.

    A path under no root that is known gets one: the folder that all such paths share, or its own folder where they
    share no more than the disk.
    """
    roots = {Path(row["path"]): row["id"] for row in edit.rows(root, root.c.id.is_not(None))}
    folders = {os.path.dirname(path): Path(path).parent for path in paths}
    by_disk: defaultdict[str, list[Path]] = defaultdict(list)
    for folder in folders.values():
        if roots.keys().isdisjoint([folder, *folder.parents]):
            by_disk[folder.anchor].append(folder)
    for homeless in by_disk.values():
        shared = Path(os.path.commonpath(homeless))
        made = sorted(homeless) if shared == Path(shared.anchor) else [shared]
        roots |= zip(made, edit.insert(root, [{"path": str(folder)} for folder in made]), strict=True)
    below: dict[str, tuple[int, str]] = {}
    for text, folder in folders.items():
        lies_in = next(above for above in (folder, *folder.parents) if above in roots)
        below[text] = (roots[lies_in], folder.relative_to(lies_in).as_posix())
    found = {}
    for path in paths:
        key, folder_path = below[os.path.dirname(path)]
        name = os.path.basename(path)
        found[path] = {"root_id": key, "path": name if folder_path == "." else f"{folder_path}/{name}"}
    return found


def insert_or_mend(edit: Recorder, rows: Sequence[dict[str, Any]]) -> None:
    """Insert photos; one that lies where a broken or a rewritten one of the catalogue lay becomes that one instead."""
    before = _at_places(edit, rows)
    pairs = [(old, row) for row in rows if (old := before.get((row["root_id"], row["path"]))) is not None]
    offsets = _clock_offsets(pairs)
    mended: dict[int, dict[str, Any]] = {}
    replaced: list[int] = []
    added: list[dict[str, Any]] = []
    for row in rows:
        old = before.get((row["root_id"], row["path"]))
        if old is not None and old["content_hash"] is None:
            mended[old["id"]] = {name: value for name, value in row.items() if name != "added_at"}
        elif old is not None and _rewritten(old, row, offsets.get(row["camera"])):
            mended[old["id"]] = {name: row[name] for name in _READ_FROM_FILE} | _kept(old, row)
        else:
            added.append(row)
            if old is not None:
                replaced.append(old["id"])
    edit.update(photo, mended)
    edit.set(photo, replaced, problem=REPLACED)
    edit.insert(photo, added)


def _kept(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What the catalogue knows of a photo, not its file: the time set right, a place by a track, a photographer."""
    kept = {"taken_at": old["taken_at"]}
    if new["latitude"] is None:
        kept |= {name: old[name] for name in ("latitude", "longitude")}
    return kept | ({} if new["photographer"] else {"photographer": old["photographer"]})


def _clock_offsets(pairs: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> dict[str, timedelta]:
    """By how much each camera's clock was set right here: photos and their files differ by one offset, all of them.

    Fewer than three photos could differ so by chance: other photos under the old names.
    """
    apart: defaultdict[str, list[timedelta]] = defaultdict(list)
    for old, new in pairs:
        if (offset := _apart(old, new)) is not None:
            apart[new["camera"]].append(offset)
    return {camera: found[0] for camera, found in apart.items() if len(found) >= 3 and len(set(found)) == 1}


def _apart(old: Mapping[str, Any], new: Mapping[str, Any]) -> timedelta | None:
    if not old["taken_at"] or not new["taken_at"]:
        return None
    return datetime.fromisoformat(new["taken_at"]) - datetime.fromisoformat(old["taken_at"])


def _rewritten(old: Mapping[str, Any], new: Mapping[str, Any], clock: timedelta | None = None) -> bool:
    """Whether two contents of one path are one photo: some program wrote into the file's header, say.

    Numbers of cameras begin anew and cards are used again, so the same name and size aren't enough.

    Args:
        clock: by how much the files of this camera differ from the catalogue's times, as `_clock_offsets` says.
    """
    same = ("width", "height", "camera")
    return all(old[name] == new[name] for name in same) and _apart(old, new) in (timedelta(0), clock or timedelta(0))


def _at_places(edit: Recorder, rows: Iterable[Mapping[str, Any]]) -> dict[tuple[int, str], dict[str, Any]]:
    """The newest photo of the catalogue at each of the places."""
    by_root: defaultdict[int, set[str]] = defaultdict(set)
    for row in rows:
        by_root[row["root_id"]].add(row["path"])
    return {
        (key, found["path"]): found
        for key, paths in by_root.items()
        for some in chunks(paths)
        for found in edit.rows(photo, (photo.c.root_id == key) & photo.c.path.in_(some))
    }


def without_photo(edit: Recorder, where: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Those of the paths, each with its place, that the catalogue has no photo of."""
    there = _at_places(edit, where.values())
    return [path for path, place in where.items() if (place["root_id"], place["path"]) not in there]
