"""How the status of a photo is shown everywhere: a glyph, a word and a colour."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from PySide6.QtGui import QColor, QIcon, QPixmap

from whalegui import icons, theme
from whaleid_core.catalogue.rows import PhotoStatus


class StatusLook(NamedTuple):
    """What stands for a status.

    Attributes:
        word: what the person reads and the screen reader says.
        glyph: the icon.
        colour: the icon's colour, a name in `theme.Tokens`.
        tip: one sentence that says what it means.
    """

    word: str
    glyph: str
    colour: str
    tip: str


STATUS_LOOKS = {
    PhotoStatus.WAITING: StatusLook("waiting", "circle", "text2", "Not searched for tails yet"),
    PhotoStatus.TO_CHECK: StatusLook("to check", "square-dashed", "unsure", "Tail boxes that a person should look at"),
    PhotoStatus.NO_TAIL: StatusLook("no tail", "circle-question-mark", "unsure", "No tail in it"),
    PhotoStatus.TO_MATCH: StatusLook("to match", "search", "accent", "Its whale isn't decided yet"),
    PhotoStatus.DECIDED: StatusLook("decided", "check", "known", "A person said which whale it is"),
    PhotoStatus.KNOWN: StatusLook("known", "book-open", "known", "A list said which whale it is"),
    PhotoStatus.PROBLEM: StatusLook("can't be read", "circle-alert", "error", "The file can't be read"),
}


def status_icon(status: PhotoStatus, size: int = 16) -> QIcon:
    """The glyph as an icon that follows the theme."""
    look = STATUS_LOOKS[status]
    return icons.icon(look.glyph, size, look.colour)


def status_pixmap(status: PhotoStatus, size: int, scale: float) -> QPixmap:
    """The glyph for a delegate, in today's colours."""
    look = STATUS_LOOKS[status]
    colour: QColor = getattr(theme.tokens(), look.colour)
    return glyph(look.glyph, size, colour.name(), scale)


@lru_cache(maxsize=256)
def glyph(name: str, size: int, colour: str, scale: float) -> QPixmap:
    """Any icon in any colour, drawn once: delegates paint it hundreds of times a second."""
    return icons.pixmap(name, size, QColor(colour), scale)
