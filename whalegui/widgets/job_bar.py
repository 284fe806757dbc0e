"""What runs, how far it is, and what failed: always in the same place and equally wide, so that jobs shift nothing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from whalegui import icons, theme
from whalegui.jobs import Job, Jobs

WIDTH = 360
IDLE = "Nothing is running"
_TICK_MS = 1000
_LINE = 3


class JobBar(QWidget):
    """One line about the jobs, with Cancel while one runs and the failures after."""

    announced = Signal(str)
    """What a screen reader should say: a job began or ended."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(WIDTH, theme.CONTROL + theme.XS)
        self._sources: list[Jobs] = []
        self._shown: Job | None = None
        self._share = 0.0
        self._offer: Callable[[], object] | None = None
        self._question = ""
        self._text = _Elided(IDLE, self)
        self._failures = self._button("", self.open_failures)
        self._failures.setToolTip("Show the reasons")
        self._offered = self._button("", self._take_offer)
        self._cancel = self._button("Cancel", self._on_cancel)
        self._cancel.setToolTip("Stop; what is done is kept")
        self._popup = _Failures(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.S, 0, theme.XS, _LINE)
        row.setSpacing(theme.XS)
        for part in (self._text, self._failures, self._offered, self._cancel):
            row.addWidget(part)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._renew)
        self._idle()

    def follow(self, jobs: Jobs) -> None:
        """Show these jobs, beside those that are shown already."""
        self._sources.append(jobs)
        jobs.started.connect(self._on_started)

    def forget(self, jobs: Jobs) -> None:
        """Show these no longer: their session is closed."""
        self._sources.remove(jobs)
        jobs.started.disconnect(self._on_started)
        self._shown = None
        self._offer = None
        self._idle()

    def offer(self, question: str, word: str, take: Callable[[], object]) -> None:
        """When nothing runs, offer the next step, e.g. "800 photos read. Find tails?"."""
        self._offer = take
        self._question = question
        self._offered.setText(word)
        self._offered.setAccessibleName(word)
        if self._running() is None:
            self._text.setText(question)
            self._offered.setVisible(True)
            self.announced.emit(question)

    @property
    def text(self) -> str:
        """The line as it is written now."""
        return self._text.text()

    @property
    def failures_text(self) -> str:
        """What the button about failures reads; empty where nothing failed."""
        return "" if self._failures.isHidden() else self._failures.text()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.raised)
        painter.drawRoundedRect(self.rect(), theme.RADIUS, theme.RADIUS)
        if self._running() is not None:
            line = self.rect().adjusted(theme.XS, self.height() - _LINE, -theme.XS, 0)
            painter.fillRect(line, t.hairline)
            line.setWidth(round(line.width() * self._share))
            painter.fillRect(line, t.accent)

    def _button(self, text: str, pressed: Callable[[], object]) -> QToolButton:
        made = QToolButton(self)
        made.setText(text)
        theme.set_font(made, "small")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setFixedHeight(theme.CONTROL - theme.XS)
        made.clicked.connect(lambda: pressed())
        made.setVisible(False)
        return made

    def _running(self) -> Job | None:
        return next(iter(self._unfinished()), None)

    def _unfinished(self) -> list[Job]:
        return [job for jobs in self._sources for job in jobs.current if not job.over]

    def _on_started(self, job: Job) -> None:
        job.progress.connect(self._renew)
        job.ended.connect(self._on_ended)
        self._offer = None
        self._offered.setVisible(False)
        self._tick.start()
        self.announced.emit(job.title)
        self._renew()

    def _on_ended(self) -> None:
        job = self.sender()
        if isinstance(job, Job):
            self._shown = job
        self._renew()
        if self._running() is None:
            self.announced.emit(self.text)

    def _renew(self) -> None:
        job = self._running()
        if job is None:
            self._tick.stop()
            self._show_end(self._shown)
            return
        others = len(self._unfinished()) - 1
        self._share = job.done / job.total if job.total else 0.0
        self._text.setText(progress_text(job, others))
        self._cancel.setVisible(True)
        self._cancel.setEnabled(not job.stopping)
        self._show_failures(job)
        self.update()

    def _show_end(self, job: Job | None) -> None:
        self._cancel.setVisible(False)
        if job is None:
            self._idle()
            return
        self._text.setText(end_text(job) if self._offer is None else self._question)
        self._show_failures(job)
        self._offered.setVisible(self._offer is not None)
        self.update()

    def _show_failures(self, job: Job) -> None:
        number = len(job.failures) + (job.error is not None)
        self._failures.setVisible(number > 0)
        word = "Why?" if job.error is not None and not job.failures else f"{number} failed"
        self._failures.setText(word)
        self._failures.setAccessibleName(word)

    def try_again(self) -> None:
        """What Try again does."""
        self._popup.try_again()

    def _idle(self) -> None:
        self._text.setText(IDLE)
        for part in (self._failures, self._offered, self._cancel):
            part.setVisible(False)
        self.update()

    def _on_cancel(self) -> None:
        job = self._running()
        if job is not None:
            job.cancel()
            self._renew()

    def _take_offer(self) -> None:
        take, self._offer = self._offer, None
        self._renew()
        if take is not None:
            take()

    def open_failures(self) -> None:
        """Show why, and Try again."""
        job = self._running() or self._shown
        if job is not None:
            self._popup.open(job, self.mapToGlobal(QPoint(0, self.height() + theme.XS)))


def progress_text(job: Job, others: int = 0) -> str:
    """ "Finding tails 213 of 800, 2 min left"."""
    if job.stopping:
        return f"{job.title}: stopping"
    text = f"{job.title} {job.done:,} of {job.total:,}" if job.total else f"{job.title}: starting"
    left = job.seconds_left()
    if left is not None and job.done < job.total:
        text += f", {time_text(left)} left"
    return f"{text} (+{others})" if others > 0 else text


def end_text(job: Job) -> str:
    """What became of a job."""
    if job.state == "cancelled":
        return f"Stopped. {job.done:,} of {job.total:,} are done and kept." if job.total else "Stopped."
    if job.error is not None:
        return job.error.sentence
    return f"{job.title}: done"


def time_text(seconds: float) -> str:
    """A time left, as coarse as it is sure."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


class _Elided(QLabel):
    """A line that is shortened in the middle of nothing: at its end, with the whole of it in the tool tip."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        theme.set_font(self)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        line = QFontMetrics(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(self.text() if line != self.text() else "")
        painter.setPen(theme.tokens().text2 if self.text() == IDLE else theme.tokens().text)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, line)


class _Failures(QFrame):
    """The reasons, and Try again."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._title = QLabel()
        theme.set_font(self._title, bold=True)
        self._title.setWordWrap(True)
        self._list = QListWidget()
        self._list.setWordWrap(True)
        self._list.setSpacing(2)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._job: Job | None = None
        self._again = QToolButton()
        self._again.setText("Try again")
        self._again.setIcon(icons.icon("refresh-cw"))
        self._again.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._again.setMinimumHeight(theme.CONTROL)
        self._again.clicked.connect(lambda: self.try_again())
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.M, theme.M, theme.M, theme.M)
        column.setSpacing(theme.S)
        column.addWidget(self._title)
        column.addWidget(self._list, 1)
        column.addWidget(self._again, 0, Qt.AlignmentFlag.AlignRight)

    def open(self, job: Job, at: QPoint) -> None:
        self._title.setText(job.error.sentence if job.error is not None else f"{job.title}: {len(job.failures)} failed")
        self._list.clear()
        self._list.addItems(([job.error.hint] if job.error is not None and job.error.hint else []) + job.failures)
        self._list.setVisible(self._list.count() > 0)
        self._again.setVisible(job.over and job.retry is not None)
        self._job = job
        self.resize(WIDTH, min(400, 120 + 26 * self._list.count()))
        self.move(at)
        self.show()

    def try_again(self) -> None:
        self.hide()
        if self._job is not None and self._job.retry is not None:
            self._job.retry()
