"""The keys of the photo canvas itself: they act while it has the keyboard, and are in the table as all others are."""

from __future__ import annotations

from PySide6.QtGui import QAction

from whalegui import bindings
from whalegui.widgets.photo_canvas import PhotoCanvas

_WAYS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
_FAR = 10


def bind(canvas: PhotoCanvas) -> dict[str, QAction]:
    """Tab goes through the boxes, arrows nudge the picked one; where there is none, Tab leaves the canvas."""
    handlers = {"boxes.next_box": canvas.pick_next, "boxes.previous_box": lambda: canvas.pick_next(-1)}
    steps = [(f"boxes.{verb}_{way}", by) for verb, by in (("nudge", 1), ("shift", _FAR)) for way in _WAYS]
    nudges = {
        action_id: lambda by=by, way=way: canvas.nudge(way[0] * by, way[1] * by)
        for (action_id, by), way in zip(steps, [*_WAYS.values()] * 2, strict=True)
    }
    made = bindings.bind(canvas, {**handlers, **nudges})
    canvas.nudges = [made[action_id] for action_id in nudges]

    def allow() -> None:
        for action_id in handlers:
            bindings.allow(made[action_id], bool(canvas.boxes), "there is no box")

    canvas.picked.connect(allow)
    allow()
    return made
