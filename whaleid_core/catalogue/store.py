"""A catalogue on the disk: made, opened, backed up, read and written in transactions that can be undone."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import DBAPIError

from whaleid_core.catalogue import journal, migrate, sqlite
from whaleid_core.catalogue.claim import Claim, Holder
from whaleid_core.catalogue.journal import STEP_LETTERS
from whaleid_core.catalogue.recorder import Recorder
from whaleid_core.catalogue.schema import NEWEST, about
from whaleid_core.catalogue.schema import journal as journal_table
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.records import Change

FILE = "catalogue.sqlite"
_ONE_WRITER = (
    "This catalogue lies where SQLite can't keep a write-ahead log, on a network share as a rule: "
    "one program at a time can write to it."
)


def is_catalogue(folder: Path) -> bool:
    """Whether a folder holds a catalogue, readable or not."""
    return (folder / FILE).is_file()


class Store:
    """The folder, its database, and the two ways in: `reading` and `edit`.

    Usable from several threads: each call takes a connection of its own, and writes wait for each other.

    Attributes:
        who: the person whose edits these are; written into the journal and the decisions.
        notice: what is peculiar about where it lies, as a sentence; empty as a rule.
    """

    def __init__(self, folder: Path, read_only: bool) -> None:
        self.folder = folder
        self.read_only = read_only
        self.who = ""
        self._engine = sqlite.make_engine(folder / FILE, read_only=read_only)
        self._writer = self._engine.execution_options(**{sqlite.WRITES: True})
        self._lock = threading.RLock()
        self._step = threading.local()
        self._claim = Claim(folder)
        self.notice = ""
        try:
            with self.reading() as connection:
                row = connection.execute(select(about.c.uid, about.c.name).limit(1)).one()
        except BaseException:
            self._engine.dispose()
            raise
        self.uid: str = row.uid
        self.name: str = row.name

    @classmethod
    def create(cls, folder: Path, name: str = "") -> Self:
        """Make a catalogue in a folder, which is made too if need be.

        Raises:
            WhaleIdError: there is a catalogue already, or the folder can't be written to.
        """
        folder = Path(folder).absolute()
        if is_catalogue(folder):
            raise WhaleIdError(f"{folder} holds a catalogue already.", "Open it, or choose another folder.")
        file = folder / f"{FILE}.part"
        folders = [one for one in (folder, folder / "thumbnails", folder / "backups") if not one.exists()]
        try:
            for made in folders:
                made.mkdir(parents=True, exist_ok=True)
            # What an attempt that was cut short left: an old log must never meet a new file.
            sqlite.take_away(file)
            sqlite.begin_file(file)
            migrate.upgrade(file)
            cls._introduce(file, name or folder.name)
            file.rename(folder / FILE)
            folders.clear()
        except OSError as error:
            sentence = f"No catalogue can be made in {folder}: {error.strerror or error}."
            hint = "Choose a folder that you may write to, on a disk that has room."
            raise WhaleIdError(sentence, hint, Kind.ENVIRONMENT) from error
        except (DBAPIError, sqlite3.Error) as error:
            raise sqlite.told(error, folder) from error
        finally:
            sqlite.take_away(file)
            for made in reversed(folders):
                with suppress(OSError):
                    made.rmdir()
        return cls(folder, read_only=False)

    @staticmethod
    def _introduce(file: Path, name: str) -> None:
        engine = sqlite.make_engine(file)
        try:
            with engine.begin() as connection:
                connection.execute(insert(about).values(uid=uuid4().hex, name=name, made_at=datetime.now(UTC)))
        finally:
            engine.dispose()

    @classmethod
    def open(cls, folder: Path, read_only: bool = False) -> Self:
        """Open a catalogue; an older one is copied to its backups and brought up to date first.

        Raises:
            WhaleIdError: no catalogue, a damaged one, one of a newer program, or an older one that may only be read.
        """
        folder = Path(folder).absolute()
        if not is_catalogue(folder):
            raise WhaleIdError(f"{folder} isn't a catalogue.", f"Choose a folder that holds a {FILE}, or make one.")
        try:
            ahead = read_only or sqlite.logs_ahead(folder / FILE)
            cls._bring_up_to_date(folder, read_only)
            opened = cls(folder, read_only)
            opened.notice = "" if ahead else _ONE_WRITER
            return opened
        except (DBAPIError, sqlite3.Error) as error:
            raise sqlite.told(error, folder) from error
        except OSError as error:
            sentence = f"The catalogue {folder.name} can't be opened: {error.strerror or error}."
            raise WhaleIdError(sentence, "See that its disk is connected and has room.", Kind.ENVIRONMENT) from error

    @classmethod
    def _bring_up_to_date(cls, folder: Path, read_only: bool) -> None:
        engine = sqlite.make_engine(folder / FILE, read_only=True)
        try:
            with engine.connect() as connection:
                version = migrate.revision(connection)
        finally:
            engine.dispose()
        if version is None:
            sentence = f"The {FILE} in {folder} wasn't written by WhaleGUI."
            raise WhaleIdError(sentence, "Choose the folder of a catalogue.")
        if migrate.is_current(version):
            return
        if not migrate.is_known(version):
            raise migrate.newer(folder)
        if read_only:
            sentence = f"The catalogue {folder.name} is of an older version, which can't be read as it is."
            raise WhaleIdError(sentence, "Open it for writing once: that brings it up to date.", Kind.ENVIRONMENT)
        (folder / "backups").mkdir(exist_ok=True)
        sqlite.copy(folder / FILE, folder / "backups" / migrate.backup_name(version))
        migrate.upgrade(folder / FILE)

    def backup(self) -> Path:
        """Copy the database, as it is now, into the backups folder; returns the copy."""
        to = self.folder / "backups" / migrate.backup_name(NEWEST)
        try:
            to.parent.mkdir(exist_ok=True)
            sqlite.copy(self.folder / FILE, to)
        except OSError as error:
            sentence = f"No backup could be made: {error.strerror or error}."
            raise WhaleIdError(sentence, "See that the disk is connected and has room.", Kind.ENVIRONMENT) from error
        except sqlite3.Error as error:
            raise sqlite.told(error, self.folder) from error
        return to

    def claim(self, who: str = "") -> Holder | None:
        """Say that somebody works in it until it is closed; None, or who does so already in another program."""
        return self._claim.take(who)

    def close(self) -> None:
        self._engine.dispose()
        self._claim.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One moment of the catalogue, unmoved by what is written meanwhile."""
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise sqlite.told(error, self.folder) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: everything in it is kept, or nothing."""
        if self.read_only:
            raise WhaleIdError(f"The catalogue {self.name} is open for reading only, so nothing can be changed.")
        try:
            with self._lock, self._writer.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise sqlite.told(error, self.folder) from error

    @contextmanager
    def edit(self, label: str = "") -> Iterator[Recorder]:
        """One edit: a transaction that is recorded, and written into the journal if it did anything."""
        with self.writing() as connection:
            recorder = Recorder(connection, label)
            yield recorder
            self._enter(recorder)

    def _enter(self, recorder: Recorder, undoes: int | None = None) -> None:
        """Write what was recorded into the journal, if it is anything."""
        change = recorder.change
        if change:
            made = recorder.connection.execute(
                insert(journal_table).values(
                    at=datetime.now(UTC),
                    who=self.who,
                    label=change.label,
                    tables=",".join(sorted(change.tables)),
                    change=journal.to_text(change, getattr(self._step, "name", "")),
                    undoes=undoes,
                )
            )
            assert made.inserted_primary_key is not None
            recorder.entry = made.inserted_primary_key[0]

    @contextmanager
    def one_step(self) -> Iterator[None]:
        """All edits that this thread makes in the block are one step to undo, after a restart too."""
        before = getattr(self._step, "name", "")
        self._step.name = before or uuid4().hex[:STEP_LETTERS]
        try:
            yield
        finally:
            self._step.name = before

    def apply(self, change: Change, label: str = "") -> Change:
        """Write a change again, `change.inverse` for instance, as an edit of its own.

        Args:
            change: what to write.
            label: what the journal calls it; the change's own label otherwise.

        Raises:
            Overtaken: a row is not as the change found it; nothing is changed then.
        """
        with self.edit(label or change.label) as edit:
            edit.replay(change)
        return edit.change
