"""Everything that is peculiar to SQLite: connections, pragmas, transactions, copies and what its errors mean."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from whaleid_core.errors import Kind, WhaleIdError

BUSY_SECONDS = 30.0
"""How long a write waits for another process's write to end."""

WRITES = "whaleid_writes"
"""The execution option of a connection that is going to write: it takes SQLite's write lock at once."""


def make_engine(file: Path, *, read_only: bool = False, foreign_keys: bool = True) -> Engine:
    """An engine on an existing file; a migration switches foreign keys off, because it makes tables anew."""
    pool = QueuePool if foreign_keys else NullPool
    engine = create_engine("sqlite://", creator=lambda: _connect(file, read_only, foreign_keys), poolclass=pool)

    # sqlite3 would start transactions by itself, too late and not for DDL; so it is kept out of it.
    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _connect(file: Path, read_only: bool, foreign_keys: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        _address(file, read_only), uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA temp_store=MEMORY")
    if read_only:
        connection.execute("PRAGMA query_only=ON")
    return connection


def _address(file: Path, read_only: bool) -> str:
    path = file.resolve().as_posix()
    # Three slashes before a drive letter, two more than its own before a share's //server.
    start = "file://" if path.startswith("/") else "file:///"
    if not read_only:
        return f"{start}{quote(path)}?mode=rw"
    # Reading a write-ahead log needs a small file beside it; where none can be made, nobody writes either.
    still = not os.access(file.parent, os.W_OK) and not file.with_name(f"{file.name}-wal").exists()
    return f"{start}{quote(path)}?mode=ro{'&immutable=1' if still else ''}"


def begin_file(file: Path) -> None:
    """Make an empty database file with a write-ahead log, so that reading goes on while something is written."""
    connection = sqlite3.connect(file)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def logs_ahead(file: Path) -> bool:
    """Whether the write-ahead log works where a database lies.

    It needs memory that processes share, which a network share hasn't: there the file is set to a rollback journal,
    with which one program at a time writes, and nobody reads meanwhile.
    """
    connection = sqlite3.connect(_address(file, False), uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            return False
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        return True
    except sqlite3.OperationalError as error:
        if "locked" in str(error):  # by somebody who writes just now
            return True
    finally:
        connection.close()
    return not _without_log(file)


def _without_log(file: Path) -> bool:
    """Set a database to a rollback journal; False where it can't be written to at all."""
    connection = sqlite3.connect(_address(file, False), uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")  # which needs no shared memory
        return bool(connection.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",))
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


def copy(file: Path, to: Path) -> None:
    """Copy a database, in use or not, as it is at this moment; `to` appears whole or not at all."""
    aside = to.with_name(f"{to.name}.part")
    source = sqlite3.connect(_address(file, read_only=True), uri=True)
    try:
        target = sqlite3.connect(aside)
        try:
            source.backup(target)
        finally:
            target.close()
        aside.replace(to)
    finally:
        source.close()
        take_away(aside)


def take_away(file: Path) -> None:
    """Delete a database that isn't used, or what is left of one."""
    for left in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(OSError):
            file.with_name(f"{file.name}{left}").unlink()


def new_ids(connection: Connection, table: Table, count: int) -> range:
    """Ids that no row of the table has or ever had; the connection must be one that writes, so that they stay free."""
    used = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)).scalar() or 0
    return range(used + 1, used + 1 + count)


def broken_links(connection: Connection) -> list[tuple[Any, ...]]:
    """Rows that point at rows which aren't there."""
    return [tuple(row) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]


def told(error: DBAPIError | sqlite3.Error, folder: Path) -> WhaleIdError:
    """What a database error means for the person who has the catalogue open."""
    words = str(error.orig if isinstance(error, DBAPIError) else error).lower()
    if "locked" in words or "busy" in words:
        return WhaleIdError(
            f"The catalogue {folder.name} is being written by another program.",
            "Close it there, then try again.",
            Kind.ENVIRONMENT,
        )
    if "full" in words:
        return WhaleIdError(
            f"The disk that holds the catalogue {folder.name} is full, so nothing was changed.",
            "Make room on it, then try again.",
            Kind.ENVIRONMENT,
        )
    if "readonly" in words or "read-only" in words:
        return WhaleIdError(
            f"The catalogue {folder.name} can't be written to.",
            "Give yourself the right to write in its folder, or copy it to another one.",
            Kind.ENVIRONMENT,
        )
    if "malformed" in words or "not a database" in words or "corrupt" in words:
        return WhaleIdError(
            f"The catalogue {folder.name} is damaged and can't be read.",
            "Put the newest file of its backups folder in the place of catalogue.sqlite.",
            Kind.ENVIRONMENT,
        )
    if "unable to open" in words or "i/o error" in words:
        return WhaleIdError(
            f"The catalogue {folder.name} can't be read.",
            "See that its disk is connected and has room, and that you may read it.",
            Kind.ENVIRONMENT,
        )
    return WhaleIdError(f"The catalogue {folder.name} didn't take that: {words}.", kind=Kind.BUG)
