"""What a person can set: frozen rows, from which the dialog is generated; kept in an ini file of the user's."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from whalegui.judging import Expected
from whaleid_core.records import Gaps

APP = "WhaleGUI"
_KEYS = "keys"
_RECENTS = 8
_PEOPLE = 12
_USUAL = Expected()
_GAPS = Gaps()


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the dialog.

    Attributes:
        key: section and name in the ini file.
        label: before the control.
        default: also says the type: str, bool or int.
        choices: (value, words) where one of a few is chosen.
        low, high, step, unit: of a number.
        tip: what it does, one sentence.
    """

    key: str
    label: str
    default: str | bool | int
    choices: tuple[tuple[str, str], ...] = ()
    low: int = 0
    high: int = 100
    step: int = 1
    unit: str = ""
    tip: str = ""


SETTINGS: tuple[Setting, ...] = (
    Setting("person/who", "Who is working", "", tip="Stands in the journal beside each edit"),
    Setting(
        "look/scheme",
        "Colours",
        "system",
        (("system", "As the system"), ("light", "Light"), ("dark", "Dark")),
        tip="Dark is easier on the eyes beside dark photographs",
    ),
    Setting("look/text_percent", "Text size", 100, low=80, high=200, step=10, unit=" %"),
    Setting(
        "work/device",
        "Networks run on",
        "auto",
        (("auto", "The fastest there is"), ("cpu", "The processor")),
        tip="Takes effect when the networks are loaded next",
    ),
    Setting(
        "work/match_after_find",
        "Match after finding tails",
        True,
        tip="New tails are compared with the known whales as soon as they are found",
    ),
    Setting(
        "photos/gap_minutes",
        "Encounters end after",
        round(60 * _GAPS.hours),
        low=1,
        high=7 * 24 * 60,
        step=5,
        unit=" minutes",
        tip="Without a photo for so long, the next one begins a new encounter",
    ),
    Setting(
        "photos/gap_metres",
        "Encounters end beyond",
        round(1000 * _GAPS.km),
        low=100,
        high=1_000_000,
        step=500,
        unit=" m",
        tip="A photo taken so far from the one before begins a new encounter",
    ),
    Setting(
        "boxes/opens",
        "Boxes opens on",
        "whole",
        (("whole", "The whole photo"), ("tail", "The tail")),
        tip="What a photo is first seen as there; {boxes.fit_tail} and {boxes.fit} change it too",
    ),
    Setting(
        "match/false_matches",
        "False matches you accept",
        round(100 * _USUAL.false_match_rate),
        low=1,
        high=50,
        unit=" %",
        tip="So many of the new whales may be called known; fewer leave more tails unsure",
    ),
    Setting(
        "match/new_whales",
        "New whales you expect",
        round(100 * _USUAL.new_share),
        low=1,
        high=95,
        unit=" %",
        tip="So many of the tails are of whales that nobody has named; shifts every probability",
    ),
)
BY_KEY = {setting.key: setting for setting in SETTINGS}


class Settings(QObject):
    """The ini file; values come back in the type of their default."""

    changed = Signal(str)
    """A key."""

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        file = path or platformdirs.user_config_path(APP, appauthor=False) / "settings.ini"
        self._store = QSettings(str(file), QSettings.Format.IniFormat, self)

    def get(self, key: str) -> Any:
        """A setting's value, or its default."""
        setting = BY_KEY[key]
        value = self._store.value(key, setting.default)
        if isinstance(setting.default, bool):
            return value in (True, "true", "1")
        if isinstance(setting.default, int):
            try:
                return min(setting.high, max(setting.low, int(str(value))))
            except ValueError:
                return setting.default
        known = {choice for choice, _ in setting.choices}
        return setting.default if known and value not in known else str(value)

    def set(self, key: str, value: str | bool | int) -> None:
        """Keep a value, and tell who listens."""
        if value != self.get(key):
            people = self._people()
            self._store.setValue(key, value)
            if key == "person/who":
                self._store.setValue(
                    "person/people", [str(value), *(name for name in people if name != value)][:_PEOPLE]
                )
            self.changed.emit(key)

    def who(self) -> str:
        """The person's name; before one was given, the name of the account."""
        if name := str(self.get("person/who")):
            return name
        try:
            return getpass.getuser()
        except (OSError, KeyError, ImportError):  # an account without a name: containers, Windows services
            return ""

    def people(self) -> list[str]:
        """Who works on this computer, who worked last first."""
        now = self.who()
        return [name for name in (now, *(name for name in self._people() if name != now)) if name]

    def _people(self) -> list[str]:
        """Those who ever said their name."""
        value: Any = self._store.value("person/people", [])
        return [value] if isinstance(value, str) else list(value or [])  # as with the recent catalogues

    def gaps(self) -> Gaps:
        """Where a new encounter begins."""
        return Gaps(self.get("photos/gap_minutes") / 60, self.get("photos/gap_metres") / 1000)

    def keep_gaps(self, gaps: Gaps) -> None:
        """Keep where a new encounter begins, in whole minutes and metres."""
        self.set("photos/gap_minutes", round(60 * gaps.hours))
        self.set("photos/gap_metres", round(1000 * gaps.km))

    def expected(self) -> Expected:
        """What the person accepts and expects of matching."""
        return Expected(self.get("match/false_matches") / 100, self.get("match/new_whales") / 100)

    def recents(self) -> list[Path]:
        """Catalogues that were open, newest first."""
        value: Any = self._store.value("recent/catalogues", [])
        found = [value] if isinstance(value, str) else list(value or [])  # Qt gives a list of one back as a string
        return [Path(text) for text in found]

    def add_recent(self, folder: Path) -> None:
        """Put a catalogue on top of the recent ones."""
        others = [str(path) for path in self.recents() if path != folder]
        self._store.setValue("recent/catalogues", [str(folder), *others][:_RECENTS])

    def forget_recent(self, folder: Path) -> None:
        """Take one off the list."""
        self._store.setValue("recent/catalogues", [str(path) for path in self.recents() if path != folder])

    def keys(self) -> dict[str, tuple[str, ...]]:
        """The keys that were chosen for actions, by the action's id; an empty one was taken away."""
        self._store.beginGroup(_KEYS)
        chosen = {name: self._store.value(name) for name in self._store.childKeys()}
        self._store.endGroup()
        return {name: tuple(filter(None, str(value).split(" "))) for name, value in chosen.items()}

    def set_keys(self, chosen: Mapping[str, Sequence[str]]) -> None:
        """Keep these in the place of all that were chosen."""
        if chosen != self.keys():
            self._store.remove(_KEYS)
            for name, keys in chosen.items():
                self._store.setValue(f"{_KEYS}/{name}", " ".join(keys))
            self.changed.emit(_KEYS)

    def bytes(self, key: str) -> QByteArray | None:
        """A window's or a splitter's state, kept under a key of its own."""
        value = self._store.value(f"layout/{key}")
        return value if isinstance(value, QByteArray) else None

    def set_bytes(self, key: str, value: QByteArray) -> None:
        self._store.setValue(f"layout/{key}", value)
