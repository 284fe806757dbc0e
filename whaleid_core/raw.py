"""RAW files: the preview that the camera embedded where it is large enough, else the developed sensor data."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from whaleid_core.exif import exif_of, read_shot

# LibRaw's codes for how the camera was held, as EXIF orientations.
_HELD = {0: 1, 3: 3, 5: 8, 6: 6}
_WHOLE = 0.9  # a preview this near to the sensor's size shows all there is to see


def upright_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels of what `picture(data)` shows, turned upright, without developing anything."""
    import rawpy

    with rawpy.imread(io.BytesIO(data)) as raw:
        preview = _preview(raw)
        if preview is not None and _shows(preview[0], raw, None):
            (width, height), held = preview[0].size, preview[1]
            return (height, width) if held >= 5 else (width, height)
        return _sensor_size(raw)


def picture(data: bytes, max_side: int | None = None) -> tuple[Image.Image, int]:
    """The photo and the EXIF orientation that is still to be applied to it.

    Args:
        max_side: the longer side that is wanted, in pixels: a smaller preview or half the resolution may do.
    """
    import rawpy

    with rawpy.imread(io.BytesIO(data)) as raw:
        preview = _preview(raw)
        if preview is not None and _shows(preview[0], raw, max_side):
            return preview
        half = max_side is not None and 2 * max_side <= max(_sensor_size(raw))
        return Image.fromarray(raw.postprocess(use_camera_wb=True, half_size=half, output_bps=8)), 1


def _sensor_size(raw: Any) -> tuple[int, int]:
    sizes = raw.sizes
    upright: tuple[int, int] = (sizes.iwidth, sizes.iheight)
    return (upright[1], upright[0]) if sizes.flip in (5, 6) else upright


def _preview(raw: Any) -> tuple[Image.Image, int] | None:
    """The largest embedded preview and its orientation, if there is one that can be opened."""
    import rawpy

    try:
        thumb = raw.extract_thumb()
        if thumb.format == rawpy.ThumbFormat.JPEG:
            image: Image.Image = Image.open(io.BytesIO(thumb.data), formats=("JPEG",))
        else:
            image = Image.fromarray(thumb.data)
    except (rawpy.LibRawError, OSError, ValueError, TypeError):
        return None
    return image, _held(image, raw)


def _held(preview: Image.Image, raw: Any) -> int:
    """The preview's own orientation; the sensor's, unless the camera has turned the preview already."""
    own = read_shot(exif_of(preview)).orientation
    if own != 1:
        return own
    width, height = _sensor_size(raw)
    turned_already = raw.sizes.flip in (5, 6) and (preview.width > preview.height) == (width > height)
    return 1 if turned_already else _HELD.get(raw.sizes.flip, 1)


def _shows(preview: Image.Image, raw: Any, max_side: int | None) -> bool:
    """Whether a preview is as good as the sensor data for a picture with this longer side."""
    longer, shorter = max(_sensor_size(raw)), min(_sensor_size(raw))
    same_shape = abs(max(preview.size) * shorter - min(preview.size) * longer) < 0.03 * longer * max(preview.size)
    needed = _WHOLE * longer if max_side is None else min(max_side, _WHOLE * longer)
    return same_shape and max(preview.size) >= needed
