"""What a session and the settings tell each other: what was set holds in the session, what was chosen there is kept."""

from __future__ import annotations

from PySide6.QtCore import QObject

from whalegui.session import Session
from whalegui.settings import Settings


class Kept(QObject):
    """Belongs to a session, and goes with it."""

    def __init__(self, settings: Settings, session: Session) -> None:
        super().__init__(session)
        self._settings = settings
        self._session = session
        session.device = settings.get("work/device")
        self._serve()
        settings.changed.connect(self._changed)
        session.gaps_changed.connect(settings.keep_gaps)
        session.fit_changed.connect(self._keep_fit)

    def _serve(self) -> None:
        self._session.expected = self._settings.expected()
        self._session.gaps = self._settings.gaps()
        self._session.set_fit(self._settings.get("boxes/opens"))

    def _changed(self, key: str) -> None:
        if key == "work/device":
            self._session.device = self._settings.get(key)
            self._session.engine = None
        elif key.startswith(("photos/", "match/", "boxes/")):
            self._serve()

    def _keep_fit(self, fit: str) -> None:
        self._settings.set("boxes/opens", fit)
