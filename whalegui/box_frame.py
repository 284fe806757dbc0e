"""Boxes, put together: the queue's pane, the title, the stage, the decisions; and the words that stand on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QMenu, QSplitter, QVBoxLayout, QWidget

from whalegui import actions, bindings
from whalegui.box_queue import BoxQueue, doubt
from whalegui.box_stage import BoxStage
from whalegui.keymap import keymap
from whalegui.session import Session
from whalegui.widgets.boxes_bars import BoxBar, TitleBar
from whalegui.widgets.queue_pane import QueuePane
from whalegui.widgets.wording import many
from whaleid_core.catalogue import PhotoRow, TailRow

_MENU = (
    *("accept", "no_tail", "copy", "delete", ""),
    *("fit_tail", "fit", "actual", "", "turn", "turn_left", "note", "look_again", "", "back"),
)
_ON_CANVAS = ("boxes.fit_tail", "boxes.fit", "boxes.actual", "boxes.zoom_in", "boxes.zoom_out", "boxes.delete")


class BoxesFrame(QWidget):
    """The parts of the workspace, and what they say of the photo that is shown."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.queue = BoxQueue(self)
        self.stage = BoxStage(session)
        self.actions_made = bindings.bind(self, {**self._canvas_handlers(), **self._handlers()})
        self.title_bar = TitleBar(self.actions_made)
        self.pane = QueuePane(session, self.queue)
        self.bar = BoxBar()
        self.again = session.again
        self.again.changed.connect(self._say_differences)
        self.pane.offer.clicked.connect(self.show_differences)
        self.stage.differences.ticked.connect(self.say_what_is_shown)
        self._row: PhotoRow | None = None
        self._tails: list[TailRow] = []
        self._trail: list[int] = []
        self._from_sheet = False
        self._lay_out()
        self._say_differences()
        keymap.changed.connect(self.say_what_is_shown)

    def _handlers(self) -> Mapping[str, Callable[[], object]]:
        """The workspace's own verbs, by action."""
        return {}

    def _canvas_handlers(self) -> dict[str, Callable[[], object]]:
        canvas = self.stage.canvas
        return {
            "boxes.delete": canvas.delete_picked,
            "boxes.fit_tail": canvas.fit_tail,
            "boxes.fit": canvas.fit_whole,
            "boxes.actual": canvas.real_size,
            "boxes.zoom_in": canvas.zoom_in,
            "boxes.zoom_out": canvas.zoom_out,
            "boxes.look_again": self._look_again,
            "boxes.look_through": self._look_through_part,
        }

    @property
    def photo(self) -> PhotoRow | None:
        """The photo that is shown, or was before the sheet; None where there is none."""
        return self._row

    @property
    def on_photo(self) -> bool:
        """A photo is shown, not the sheet and not a sentence alone."""
        return self._row is not None and self.stage.on_photo

    # What a detector that looked again would change

    def _look_again(self) -> None:
        if self.on_photo and self._row is not None:
            self.again.start([self._row.id])

    def _look_through_part(self) -> None:
        part = self.pane.part
        self.again.start([key for key in self.queue.ids(part) if not self.queue.is_done(key)])

    def show_differences(self) -> None:
        """The photos that would get other boxes, to be taken or left."""
        self.stage.show_differences(self.again.differences)
        self.say_what_is_shown()
        self.stage.take_keyboard()

    def _say_differences(self) -> None:
        self.pane.say_differences(len(self.again.differences))

    def _lay_out(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.title_bar)
        column.addWidget(self.stage, 1)
        column.addWidget(self.bar)
        self.pane.setProperty("side_pane", True)
        splitter = QSplitter()
        splitter.setObjectName("boxes")
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.pane)
        splitter.addWidget(middle)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([232, 1048])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)

    def say_what_is_shown(self, *_: object) -> None:
        on_sheet, on_photo, on_differences = self.stage.on_sheet, self.on_photo, self.stage.on_differences
        editable = not self.session.catalogue.read_only
        back = bool(self._trail) or self._from_sheet or on_sheet or on_differences
        on_canvas = self.stage.on_canvas
        several = on_sheet or on_differences
        self.bar.allow(editable and (several or on_canvas), editable and on_canvas, editable and on_photo, back)
        for action_id in _ON_CANVAS:
            bindings.allow(self.actions_made[action_id], on_canvas, "no photo is shown")
        sheet = on_sheet or bool(self.queue.sure)
        bindings.allow(self.actions_made["boxes.sheet"], sheet, "no crop waits of which the detector is sure")
        self.title_bar.show_zooms(not several)
        if on_sheet:
            how = f"{actions.key_of('boxes.accept')} accepts the page, a click opens a wrong one"
            self.title_bar.say("Sure crops", remark=how, place=self.stage.sheet.place)
        elif on_differences:
            how = "Dashed goes, white comes; a click ticks one or leaves it out"
            ticked = f"{self.stage.differences.grid.tick_count:,} of {len(self.again.differences):,} ticked"
            self.title_bar.say("Found again", remark=how, place=ticked)
        elif self._row is None:
            self.title_bar.say("")
        else:
            self._say_photo(self._row)

    def _say_photo(self, row: PhotoRow) -> None:
        place = self.queue.position(row.id, self.pane.part)
        if row.problem:
            self.title_bar.say(row.title, place=place)
            return
        none = "No tail found" if row.searched else "Not searched yet"
        count = many(len(self._tails), "tail") if self._tails else "No tail" if row.checked else none
        why = doubt(row, self._tails)
        if row.checked:
            self.title_bar.say(row.title, count, "check", "known", "Checked", place)
        else:
            self.title_bar.say(row.title, count, "circle-question-mark" if why else "", "unsure", why, place)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.on_photo and self.stage.rect().contains(self.stage.mapFrom(self, event.pos())):
            menu = QMenu(self)
            for words in _MENU:
                menu.addAction(self.actions_made[f"boxes.{words}"]) if words else menu.addSeparator()
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(event.globalPos())
