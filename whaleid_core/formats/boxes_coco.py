"""Tail boxes as COCO's JSON: images, annotations with bbox [x, y, width, height] in pixels, categories."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from whaleid_core.errors import WhaleIdError
from whaleid_core.formats.atomic import atomic_write
from whaleid_core.formats.box_files import (
    TAIL,
    BoxesRead,
    Gathering,
    Lookup,
    PhotoBoxes,
    classes,
    confidence_of,
    is_tail,
    number,
    text_of,
)

_ORDER = ("x", "y", "width", "height")


def read(path: Path, lookup: Lookup | None = None) -> BoxesRead:
    """The tail boxes of each image; images and annotations that make no sense are refused, with their number from 1.

    An annotation with a score is a detector's; without one a person drew it. An image without annotations has no tail.
    Annotations of other categories than tails are refused. Raises WhaleIdError where the file is no COCO JSON.
    """
    gathering = Gathering(lookup)
    content = _content(path)
    photos: dict[Any, str] = {}
    for place, image in enumerate(_list(path, content, "images"), start=1):
        with gathering.row(path.name, f"image {place}"):
            photos[_key(image, "id")] = gathering.photo(_name(image), _size(image))
    listed = content.get("categories")
    categories = {
        item["id"]: str(item.get("name", ""))
        for item in (listed if isinstance(listed, list) else [])
        if isinstance(item, dict) and isinstance(item.get("id"), int | str)
    }
    known = classes(categories.values())
    for place, item in enumerate(_list(path, content, "annotations"), start=1):
        with gathering.row(path.name, f"annotation {place}") as row:
            row.photo = photos.get(_key(item, "image_id"))
            if row.photo is None:
                raise ValueError("its image isn't in the file, or was refused")
            _read_box(gathering, row.photo, item, categories, known)
    return gathering.done()


def _read_box(gathering: Gathering, photo: str, item: Any, categories: dict[Any, str], known: frozenset[str]) -> None:
    kind = categories.get(_key(item, "category_id")) if "category_id" in item else TAIL
    if categories and (kind is None or not is_tail(kind, known)):
        raise ValueError(f'"{kind or item["category_id"]}" isn\'t a tail')
    corners = item.get("bbox")
    if not isinstance(corners, list) or len(corners) != 4:
        raise ValueError("bbox isn't x, y, width, height")
    x, y, width, height = (number(value, name) for value, name in zip(corners, _ORDER, strict=True))
    sure = item.get("score")
    gathering.box(photo, (x, y, x + width, y + height), None if sure is None else number(sure, "score"))


def write(path: Path, photos: Sequence[PhotoBoxes]) -> None:
    """Writes all photos, those without tails too; numbers in full; a detector's box has its confidence as `score`.

    Raises WhaleIdError where the file can't be written.
    """
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for key, photo in enumerate(photos, start=1):
        size = {} if photo.size is None else {"width": photo.size[0], "height": photo.size[1]}
        images.append({"id": key, "file_name": photo.name, **size})
        for box in photo.boxes:
            sure = confidence_of(box)
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": key,
                    "category_id": 1,
                    "bbox": [float(value) for value in (box.xmin, box.ymin, box.width, box.height)],
                    "area": float(box.area),
                    "iscrowd": 0,
                    **({} if sure is None else {"score": sure}),
                }
            )
    content = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": TAIL}]}
    with atomic_write(path) as file:
        json.dump(content, file, indent=1)
        file.write("\n")


def _content(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(text_of(path))
    except (ValueError, RecursionError) as error:
        line = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise WhaleIdError(f"{path.name}{line}: that is no JSON.", "Choose a file in COCO's form.") from error
    if not isinstance(content, dict):
        raise WhaleIdError(f"{path.name} isn't in COCO's form.", "It holds images, annotations and categories.")
    return content


def _list(path: Path, content: dict[str, Any], name: str) -> list[Any]:
    found = content.get(name)
    if not isinstance(found, list):
        raise WhaleIdError(f"{path.name} has no list of {name}.", "Choose a file in COCO's form.")
    return found


def _key(item: Any, name: str) -> int | str:
    found = item.get(name) if isinstance(item, dict) else None
    if not isinstance(found, int | str):
        raise ValueError(f"it has no {name}")
    return found


def _name(image: Any) -> str:
    name = image.get("file_name")
    if not isinstance(name, str):
        raise ValueError("it has no file_name")
    return name


def _size(image: Any) -> tuple[int, int] | None:
    if image.get("width") is None or image.get("height") is None:
        return None
    return int(number(image["width"], "width")), int(number(image["height"], "height"))
