"""The dialog that gives photos the places of a GPS track: which track, how the clocks ran, what comes of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QHBoxLayout, QLabel, QPushButton, QSpinBox, QWidget

from whalegui import theme
from whalegui.shot_dialog import ShotDialog
from whalegui.widgets.elided_label import ElidedLabel
from whalegui.widgets.wording import many, place, span
from whaleid_core.clock import offset_text
from whaleid_core.errors import WhaleIdError

if TYPE_CHECKING:
    from whalegui.jobs import Job
    from whalegui.session import Session
    from whaleid_core.catalogue.rows import ShotRow
    from whaleid_core.track import Place, Track

_GAP_MINUTES = 10


class TrackDialog(ShotDialog):
    """Each photo's place by the track stands beside the one that it has now; nothing is done before OK."""

    def __init__(
        self, session: Session, files: Sequence[Path], ticked: Collection[int], parent: QWidget | None = None
    ) -> None:
        super().__init__("Places from a GPS track", session, ticked, None, parent)
        self.track: Track | None = None
        self.found: dict[int, Place] = {}
        self._files: list[Path] = []
        self._placing: Job | None = None
        self._reading_track: Job | None = None
        self.said = ElidedLabel("A GPX file, or several")
        theme.set_second(self.said)
        self.choose = QPushButton("Choose...")
        self.choose.setMinimumHeight(theme.CONTROL)
        self.choose.setAutoDefault(False)
        self.choose.clicked.connect(self._ask)
        self.zone = QComboBox()
        self.zone.setMinimumHeight(theme.CONTROL)
        self.zone.setAccessibleName("Cameras' clocks")
        self.zone.setMaxVisibleItems(16)
        self.zone.setPlaceholderText("Set when a track is chosen")
        self.zone.setEnabled(False)
        self.gap = QSpinBox(minimum=1, maximum=600, suffix=" minutes")
        self.gap.setValue(_GAP_MINUTES)
        self.gap.setMinimumHeight(theme.CONTROL)
        self.gap.setAccessibleName("Largest gap")
        self.again = QCheckBox("Also photos that have a place")
        self._lay_out()
        self.zone.currentIndexChanged.connect(lambda _: self.renew())
        self.gap.valueChanged.connect(lambda _: self.renew())
        self.again.toggled.connect(lambda _: self.renew())
        self.begin()
        if files:
            self.read_track(files)

    def read_track(self, files: Sequence[Path]) -> None:
        """Read the track's files on a lane of their own."""
        self._files = list(files)
        if self._reading_track is not None:
            self._reading_track.cancel()

        def work(_: object) -> Track:
            from whaleid_core.formats.gpx import read_track

            return read_track(self._files)

        self.said.setText("Reading ...")
        self._reading_track = self.session.jobs.start(
            "", "files", work, self._take_track, self._not_read, droppable=True
        )

    def renew(self) -> None:
        """Ask where the photos were, off the UI thread; the answer is shown when it comes."""
        track, shots, clock = self.track, self.shots, self.zone.currentData()
        if track is None or clock is None:
            self._show({})
            self.allow("", 0, "Choose the track that the receiver wrote: a GPX file.")
            return
        gap, again = timedelta(minutes=self.gap.value()), self.again.isChecked()

        def work(_: object) -> dict[int, Place]:
            from whaleid_core.workflow import placed

            return dict(placed(shots, track, timedelta(minutes=clock), gap, again))

        self._placing = self.session.query(work, self._take_places, self._placing)

    def accept(self) -> None:
        found, source = dict(self.found), " and ".join(file.name for file in self._files)
        self.session.edit(lambda catalogue: catalogue.set_places(found, source))
        super().accept()

    def _take_track(self, track: Track) -> None:
        self.track = track
        assert track.span is not None
        first, last = track.span
        name = self._files[0].name if len(self._files) == 1 else f"{len(self._files)} files"
        self.said.setText(f"{name}: {len(track):,} fixes, {span(first, last)} UTC")
        self._guess()

    def _not_read(self, error: WhaleIdError) -> None:
        self.track = None
        self.said.setText("A GPX file, or several")
        self.renew()
        self.allow("", 0, str(error), error=True)

    def _take(self, shots: Sequence[ShotRow]) -> None:
        super()._take(shots)
        if self.zone.count() == 0:
            self._guess()

    def _guess(self) -> None:
        """Offer the time zones, the likeliest chosen: the one under which the most photos get a place."""
        track, shots = self.track, self.shots
        if track is None or not shots:
            return
        gap = timedelta(minutes=self.gap.value())

        def work(_: object) -> timedelta:
            here = datetime.now().astimezone().utcoffset() or timedelta(0)
            return track.likely_clock([shot.taken_at for shot in shots], gap, here)

        self.session.query(work, self._offer_zones)

    def _offer_zones(self, likely: timedelta) -> None:
        from whaleid_core.track import ZONES

        self.zone.blockSignals(True)
        self.zone.clear()
        for zone in ZONES:
            words = f"UTC{offset_text(zone)[:-3]}"
            self.zone.addItem(f"{words}   most photos fit" if zone == likely else words, zone.total_seconds() / 60)
        self.zone.setCurrentIndex(self.zone.findData(likely.total_seconds() / 60))
        self.zone.setEnabled(True)
        self.zone.blockSignals(False)
        self.renew()

    def _take_places(self, found: dict[int, Place]) -> None:
        self.found = found
        self._show(found)
        again = self.again.isChecked()
        asked = sum(again or shot.latitude is None for shot in self.shots)
        if not asked:
            have = "Every one of them has a place already." if self.shots else "No photo with a time is chosen."
            self.allow("", 0, have)
            return
        rest = asked - len(found)
        why = (
            f" {many(rest, 'photo')} {'is' if rest == 1 else 'are'} outside the track or in too wide a gap."
            if rest
            else ""
        )
        self.allow(
            f"Place {many(len(found), 'photo')}" if found else "",
            len(found),
            f"{len(found):,} of {many(asked, 'photo')} get a place.{why} The files stay as they are.",
        )

    def _show(self, found: dict[int, Place]) -> None:
        self.table.show_shots(
            self.shots,
            (
                ("Photo", lambda _, shot: shot.name),
                ("Camera's time", lambda _, shot: f"{shot.taken_at:%Y-%m-%d %H:%M:%S}"),
                ("Place now", lambda _, shot: place(shot.latitude, shot.longitude)),
                ("By the track", lambda _, shot: place(*found.get(shot.id, (None, None)))),
            ),
        )

    def _ask(self) -> None:
        files, _ = QFileDialog.getOpenFileNames(self, "Choose the track", "", "GPS tracks (*.gpx *.GPX)")
        if files:
            self.read_track([Path(file) for file in files])

    def _lay_out(self) -> None:
        track = QHBoxLayout()
        track.setSpacing(theme.S)
        track.addWidget(self.said, 1)
        track.addWidget(self.choose)
        self.form.addRow("Track", track)
        clocks = QHBoxLayout()
        clocks.setSpacing(theme.S)
        clocks.addWidget(self.zone, 1)
        gap = QLabel("Largest gap")
        gap.setBuddy(self.gap)
        clocks.addSpacing(theme.M)
        clocks.addWidget(gap)
        clocks.addWidget(self.gap)
        self.form.addRow("Cameras' clocks", clocks)
        self.chooser.add_to(self.form)
        self.form.addRow("", self.again)
